/* SPDX-License-Identifier: Apache-2.0 */
/* Copying rows before they are deleted, with every column of the server's schema, and making them
 * again, without the columns of status. */
#include "ovsdb/vswitch-copy.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ovsdb/select.h"
#include "ovsdb/txn-internal.h"
#include "json/json-text.h"

/* Rows as the server has them. */
struct vswitch_copies {
    json_t *bridges;
    json_t *ports; /* {"on": name of its bridge, "row": row} */
    json_t *interfaces;
    json_t *qos;
};

void vswitch_copies_free(struct vswitch_copies *copies)
{
    if (!copies)
        return;
    json_decref(copies->bridges);
    json_decref(copies->ports);
    json_decref(copies->interfaces);
    json_decref(copies->qos);
    free(copies);
}

static json_t *copies_port(const struct vswitch_copies *copies, size_t i)
{
    return json_object_get(json_array_get(copies->ports, i), "row");
}

static const char *copies_name(const json_t *row)
{
    const char *name = json_string_value(json_object_get(row, "name"));

    return name ? name : "";
}

/* The row with this UUID, whole. */
static void select_row(struct ovsdb_operations *operations, const char *table, const char *uuid)
{
    value_write(&operations->text,
                operations->n++ ? ",{'op':'select','table':%s,'where':[['_uuid','==',%u]]}"
                                : "{'op':'select','table':%s,'where':[['_uuid','==',%u]]}",
                table, uuid);
}

/* The rows a column of 'row' refers to. */
static void select_references(struct ovsdb_operations *operations, const char *table,
                              const json_t *row, const char *column)
{
    const json_t *set = json_object_get(row, column);
    char uuid[UUID_TEXT_SIZE];

    for (size_t i = 0; i < value_set_size(set); i++)
        if (value_read_uuid(value_set_item(set, i), uuid))
            select_row(operations, table, uuid);
}

static int fetch(struct ovsdb_client *client, const struct ovsdb_operations *operations,
                 int64_t until, json_t *rows, struct vif_error *err)
{
    auto_json json_t *results = NULL;
    int r = operations->n ? select_run(client, operations, until, &results, err) : 0;

    for (size_t i = 0; r == 0 && i < json_array_size(results); i++) {
        json_t *found = json_object_get(json_array_get(results, i), "rows");

        if (json_is_array(found) && json_array_extend(rows, found) < 0)
            r = error_memory(err);
    }
    return r;
}

/* Ports that are all on 'bridge'. */
static int fetch_ports(struct ovsdb_client *client, const struct ovsdb_operations *operations,
                       const char *bridge, int64_t until, struct vswitch_copies *copies,
                       struct vif_error *err)
{
    auto_json json_t *rows = json_array();
    int r = rows ? fetch(client, operations, until, rows, err) : error_memory(err);

    for (size_t i = 0; r == 0 && i < json_array_size(rows); i++) {
        json_t *port = json_pair("on", json_string(bridge));

        port = json_with(port, "row", json_incref(json_array_get(rows, i)));
        if (json_array_append_new(copies->ports, port) < 0)
            r = error_memory(err);
    }
    return r;
}

int vswitch_copies_read(struct ovsdb_client *client, const struct vswitch_deletions *deletions,
                        int64_t until, struct vswitch_copies **ret, struct vif_error *err)
{
    auto_vswitch_copies struct vswitch_copies *copies = calloc(1, sizeof *copies);
    auto_operations struct ovsdb_operations qos = {0}, bridges = {0}, interfaces = {0};
    int r;

    if (!copies)
        return error_memory(err);
    *copies = (struct vswitch_copies){json_array(), json_array(), json_array(), json_array()};
    if (!copies->bridges || !copies->ports || !copies->interfaces || !copies->qos)
        return error_memory(err);
    for (size_t i = 0; i < deletions->n_qos; i++)
        select_row(&qos, "QoS", deletions->qos[i]);
    for (size_t i = 0; i < deletions->n_bridges; i++)
        select_row(&bridges, "Bridge", deletions->bridges[i]->uuid);
    r = fetch(client, &qos, until, copies->qos, err);
    if (r == 0)
        r = fetch(client, &bridges, until, copies->bridges, err);
    for (size_t i = 0; r == 0 && i < json_array_size(copies->bridges); i++) {
        const json_t *row = json_array_get(copies->bridges, i);
        auto_operations struct ovsdb_operations ports = {0};

        select_references(&ports, "Port", row, "ports");
        r = fetch_ports(client, &ports, copies_name(row), until, copies, err);
    }
    for (size_t i = 0; r == 0 && i < deletions->n_ports; i++) {
        auto_operations struct ovsdb_operations port = {0};

        select_row(&port, "Port", deletions->ports[i]->uuid);
        r = fetch_ports(client, &port, deletions->ports[i]->bridge, until, copies, err);
    }
    for (size_t i = 0; r == 0 && i < json_array_size(copies->ports); i++)
        select_references(&interfaces, "Interface", copies_port(copies, i), "interfaces");
    if (r == 0)
        r = fetch(client, &interfaces, until, copies->interfaces, err);
    if (r == 0)
        *ret = take_ptr(copies);
    return r;
}

const char *vswitch_copies_bridge(const struct vswitch_copies *copies, size_t i)
{
    return i < json_array_size(copies->bridges) ? copies_name(json_array_get(copies->bridges, i))
                                                : NULL;
}

const char *vswitch_copies_port(const struct vswitch_copies *copies, size_t i)
{
    return i < json_array_size(copies->ports) ? copies_name(copies_port(copies, i)) : NULL;
}

/* --- making them again --- */

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
static const char *const status_columns[] = {"_uuid",
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
                                             "status"};

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
