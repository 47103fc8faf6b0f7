/* SPDX-License-Identifier: Apache-2.0 */
/* Making rows again that were copied and then deleted, without the columns of status. */
#include <stdio.h>
#include <string.h>

#include "ovsdb/txn-internal.h"
#include "ovsdb/vswitch-copy.h"
#include "json/json-text.h"

/* References from a bridge to rows that are not copied, and its ports, which are added later. */
static const char *const bridge_extras[] = {"auto_attach", "controller", "flow_tables", "ipfix",
                                            "mirrors",     "netflow",    "sflow",       "ports"};
#define N_NOT_COPIED 7

const char *vswitch_copies_incomplete(const struct vswitch_copies *copies)
{
    for (size_t i = 0; i < json_array_size(copies->bridges); i++) {
        const json_t *row = json_array_get(copies->bridges, i);

        for (size_t c = 0; c < N_NOT_COPIED; c++) {
            const json_t *value = json_object_get(row, bridge_extras[c]);

            /* One reference is ["uuid", ..]; none at all ["set", []] or ["map", []]. */
            if (value && (!json_is_array(json_array_get(value, 1)) ||
                          json_array_size(json_array_get(value, 1))))
                return copies_name(row);
        }
    }
    return NULL;
}

/* What the server and ovs-vswitchd fill in. */
static const char *const status_columns[] = {
    "_uuid",
    "_version",
    "admin_state",
    "bfd_status",
    "bond_active_slave",
    "cfm_fault",
    "cfm_fault_status",
    "cfm_flap_count",
    "cfm_health",
    "cfm_remote_mpids",
    "cfm_remote_opstate",
    "datapath_id",
    "datapath_version",
    "duplex",
    "error",
    "ifindex",
    "lacp_current",
    "link_resets",
    "link_speed",
    "link_state",
    "mac_in_use",
    "mtu",
    "ofport",
    "rstp_statistics",
    "rstp_status",
    "statistics",
    "status",
};

/* A column that gets another value than its copy. */
struct replacement {
    const char *column;
    const struct text *value; /* NULL: it is left out */
};

static bool is_among(const char *column, const char *const *columns, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(column, columns[i]) == 0)
            return true;
    return false;
}

/* Inserts a row as it was copied, with the values in replaced[0..n) instead. */
static void restore_row(struct vswitch_txn *txn, size_t owner, const char *table, const char *named,
                        json_t *row, const struct replacement *replaced, size_t n)
{
    struct text *out = txn_open(txn, TXN_INSERT, owner);
    const char *column, *between = "";
    json_t *value;

    value_write(out, "{'op':'insert','table':%s,'uuid-name':%s,'row':{", table, named);
    json_object_foreach(row, column, value)
    {
        size_t i = 0;

        if (is_among(column, status_columns, sizeof status_columns / sizeof status_columns[0]))
            continue;
        while (i < n && strcmp(column, replaced[i].column) != 0)
            i++;
        if (i < n && !replaced[i].value)
            continue;
        value_write(out, between);
        value_write(out, i < n ? "%s:%t" : "%s:%j", column,
                    i < n ? (const void *)replaced[i].value : (const void *)value);
        between = ",";
    }
    value_write(out, "}}");
}

static bool has_uuid(const json_t *row, const char *uuid)
{
    char own[UUID_TEXT_SIZE];

    return value_read_uuid(json_object_get(row, "_uuid"), own) && strcmp(own, uuid) == 0;
}

static bool is_there(const struct vswitch *vs, const json_t *qos)
{
    for (size_t i = 0; i < vs->n_qos; i++)
        if (has_uuid(qos, vs->qos[i].uuid))
            return true;
    return false;
}

/* Writes a reference to the QoS row a port had: as it is there, or made again here. */
static void restore_qos(struct vswitch_txn *txn, size_t owner, const struct vswitch_copies *copies,
                        const char *uuid, struct text *reference)
{
    char named[24];

    for (size_t i = 0; i < json_array_size(copies->qos); i++) {
        json_t *row = json_array_get(copies->qos, i);

        if (!has_uuid(row, uuid) || is_there(txn->vs, row))
            continue;
        (void)snprintf(named, sizeof named, "rq%lld", (long long)txn->serial++);
        restore_row(txn, owner, "QoS", named, row, NULL, 0);
        value_write(reference, "%n", named);
        return;
    }
    value_write(reference, "%u", uuid);
}

/* Inserts the interfaces of a port, and writes a set of references to them. */
static void restore_interfaces(struct vswitch_txn *txn, size_t owner,
                               const struct vswitch_copies *copies, const json_t *port,
                               struct text *references)
{
    const json_t *set = json_object_get(port, "interfaces");
    char uuid[UUID_TEXT_SIZE], named[24];
    const char *between = "['set',[%n";

    for (size_t i = 0; i < value_set_size(set); i++)
        for (size_t k = 0; value_read_uuid(value_set_item(set, i), uuid) &&
                           k < json_array_size(copies->interfaces);
             k++) {
            json_t *row = json_array_get(copies->interfaces, k);

            if (!has_uuid(row, uuid))
                continue;
            (void)snprintf(named, sizeof named, "ri%lld", (long long)txn->serial++);
            restore_row(txn, owner, "Interface", named, row, NULL, 0);
            value_write(references, between, named);
            between = ",%n";
        }
    value_write(references, references->n ? "]]" : "['set',[]]");
}

/* Inserts a port with its interfaces, and puts it on its bridge. */
static void restore_port(struct vswitch_txn *txn, size_t owner, const struct vswitch_copies *copies,
                         json_t *port, const char *bridge)
{
    auto_text struct text interfaces = {0}, qos = {0};
    const struct replacement replaced[] = {{"interfaces", &interfaces}, {"qos", &qos}};
    char uuid[UUID_TEXT_SIZE], named[24];
    bool has_qos = value_read_uuid(json_object_get(port, "qos"), uuid);

    restore_interfaces(txn, owner, copies, port, &interfaces);
    if (has_qos)
        restore_qos(txn, owner, copies, uuid, &qos);
    (void)snprintf(named, sizeof named, "rp%lld", (long long)txn->serial++);
    restore_row(txn, owner, "Port", named, port, replaced, has_qos ? 2 : 1);
    txn_collect(&txn_bridge_of(txn, bridge)->insert, "%n", named);
}

static void restore_bridge(struct vswitch_txn *txn, size_t owner, json_t *row)
{
    struct replacement extras[sizeof bridge_extras / sizeof bridge_extras[0]];
    struct txn_bridge *bridge = txn_bridge_of(txn, copies_name(row));

    if (!bridge)
        return;
    (void)snprintf(bridge->named, sizeof bridge->named, "rb%lld", (long long)txn->serial++);
    for (size_t i = 0; i < sizeof extras / sizeof extras[0]; i++)
        extras[i] = (struct replacement){bridge_extras[i], NULL};
    restore_row(txn, owner, "Bridge", bridge->named, row, extras, sizeof extras / sizeof extras[0]);
    txn_collect(&txn->insert_bridges, "%n", bridge->named);
}

/* QoS rows that no port of the copies had. */
static void restore_loose_qos(struct vswitch_txn *txn, size_t owner,
                              const struct vswitch_copies *copies)
{
    for (size_t i = 0; i < json_array_size(copies->qos); i++) {
        json_t *row = json_array_get(copies->qos, i);
        auto_text struct text reference = {0};
        char uuid[UUID_TEXT_SIZE];
        bool referred = false;

        for (size_t k = 0; k < json_array_size(copies->ports); k++)
            referred |= value_read_uuid(json_object_get(copies_port(copies, k), "qos"), uuid) &&
                        has_uuid(row, uuid);
        if (!referred && value_read_uuid(json_object_get(row, "_uuid"), uuid))
            restore_qos(txn, owner, copies, uuid, &reference);
    }
}

const char *vswitch_txn_restore(struct vswitch_txn *txn, size_t owner,
                                const struct vswitch_copies *copies)
{
    const char *lost = NULL;

    for (size_t i = 0; i < json_array_size(copies->bridges); i++) {
        json_t *row = json_array_get(copies->bridges, i);

        if (!vswitch_find_bridge(txn->vs, copies_name(row)))
            restore_bridge(txn, owner, row);
    }
    for (size_t i = 0; i < json_array_size(copies->ports); i++) {
        json_t *row = copies_port(copies, i);
        const char *on = json_string_value(json_object_get(json_array_get(copies->ports, i), "on"));
        struct txn_bridge *bridge;

        if (!on || vswitch_find_port(txn->vs, copies_name(row)))
            continue;
        bridge = txn_bridge_of(txn, on);
        if (bridge && !bridge->named[0] && !vswitch_find_bridge(txn->vs, on))
            lost = copies_name(row);
        else if (bridge && txn_bridge_in_use(txn, on))
            restore_port(txn, owner, copies, row, on);
    }
    restore_loose_qos(txn, owner, copies);
    return lost;
}
