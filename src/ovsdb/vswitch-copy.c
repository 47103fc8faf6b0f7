/* SPDX-License-Identifier: Apache-2.0 */
/* Copying rows before they are deleted, and making them again.  Whole rows are read, whatever columns
 * the server's schema has, and written again without what ovs-vswitchd fills in.  The wiring's commit
 * and revert stand on it. */
#include "ovsdb/vswitch-copy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ovsdb/select.h"
#include "ovsdb/txn-internal.h"
#include "ovsdb/value.h"
#include "ovsdb/vswitch-rows.h"
#include "json/json-text.h"

struct vswitch_copies {
    json_t *bridges;    /* rows */
    json_t *ports;      /* {"on": name of its bridge, "row": row} */
    json_t *interfaces; /* rows */
    json_t *qos;        /* rows */
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

/* Adds the rows of 'table' that 'references' (["uuid", ..] each; NULL: memory is gone) names. */
static int fetch(struct ovsdb_client *client, const char *table, const json_t *references,
                 int64_t until, json_t *rows, struct vif_error *err)
{
    auto_json json_t *operations = json_array();
    auto_json json_t *results = NULL;
    int r;

    if (!references)
        return error_memory(err);
    if (!json_array_size(references))
        return 0;
    for (size_t i = 0; i < json_array_size(references); i++) {
        json_t *clause = value_clause("_uuid", "==", json_deep_copy(json_array_get(references, i)));

        operations = value_append(operations, value_op("select", table, clause));
    }
    r = select_run(client, operations, until, &results, err);
    if (r < 0)
        return r;
    for (size_t i = 0; i < json_array_size(results); i++) {
        json_t *found = json_object_get(json_array_get(results, i), "rows");

        if (json_is_array(found) && json_array_extend(rows, found) < 0)
            return error_memory(err);
    }
    return 0;
}

/* Takes the members of a set of references into 'list'; NULL when memory is gone. */
static json_t *add_references(json_t *list, const json_t *row, const char *column)
{
    const json_t *set = json_object_get(row, column);
    char uuid[UUID_TEXT_SIZE];

    for (size_t i = 0; i < value_set_size(set); i++)
        if (value_read_uuid(value_set_item(set, i), uuid))
            list = value_append(list, value_uuid(uuid));
    return list;
}

/* The ports that 'references' (taken) names, all of them on 'bridge'. */
static int fetch_ports(struct ovsdb_client *client, json_t *references, const char *bridge,
                       int64_t until, struct vswitch_copies *copies, struct vif_error *err)
{
    auto_json json_t *taken = references;
    auto_json json_t *rows = json_array();
    int r = rows ? fetch(client, "Port", taken, until, rows, err) : error_memory(err);

    for (size_t i = 0; r == 0 && i < json_array_size(rows); i++) {
        json_t *port = value_member(json_object(), "on", json_string(bridge));

        port = value_member(port, "row", json_incref(json_array_get(rows, i)));
        if (!port || json_array_append_new(copies->ports, port) < 0)
            r = error_memory(err);
    }
    return r;
}

static int fetch_bridges(struct ovsdb_client *client, const struct vswitch_doomed *doomed,
                         int64_t until, struct vswitch_copies *copies, struct vif_error *err)
{
    auto_json json_t *references = json_array();
    int r;

    for (size_t i = 0; i < doomed->n_bridges; i++)
        references = value_append(references, value_uuid(doomed->bridges[i]->uuid));
    r = fetch(client, "Bridge", references, until, copies->bridges, err);
    for (size_t i = 0; r == 0 && i < json_array_size(copies->bridges); i++) {
        const json_t *row = json_array_get(copies->bridges, i);
        const char *name = json_string_value(json_object_get(row, "name"));

        r = fetch_ports(client, add_references(json_array(), row, "ports"), name ? name : "", until,
                        copies, err);
    }
    return r;
}

static int fetch_interfaces(struct ovsdb_client *client, int64_t until,
                            struct vswitch_copies *copies, struct vif_error *err)
{
    auto_json json_t *references = json_array();

    for (size_t i = 0; i < json_array_size(copies->ports); i++)
        references = add_references(
            references, json_object_get(json_array_get(copies->ports, i), "row"), "interfaces");
    return fetch(client, "Interface", references, until, copies->interfaces, err);
}

int vswitch_copies_read(struct ovsdb_client *client, const struct vswitch_doomed *doomed,
                        int64_t until, struct vswitch_copies **ret, struct vif_error *err)
{
    auto_vswitch_copies struct vswitch_copies *copies = calloc(1, sizeof *copies);
    auto_json json_t *qos = json_array();
    int r;

    if (!copies)
        return error_memory(err);
    copies->bridges = json_array();
    copies->ports = json_array();
    copies->interfaces = json_array();
    copies->qos = json_array();
    if (!copies->bridges || !copies->ports || !copies->interfaces || !copies->qos)
        return error_memory(err);
    for (size_t i = 0; i < doomed->n_qos; i++)
        qos = value_append(qos, value_uuid(doomed->qos[i]));
    r = fetch(client, "QoS", qos, until, copies->qos, err);
    if (r == 0)
        r = fetch_bridges(client, doomed, until, copies, err);
    for (size_t i = 0; r == 0 && i < doomed->n_ports; i++)
        r = fetch_ports(client, value_append(json_array(), value_uuid(doomed->ports[i]->uuid)),
                        doomed->ports[i]->bridge, until, copies, err);
    if (r == 0)
        r = fetch_interfaces(client, until, copies, err);
    if (r < 0)
        return r;
    *ret = take_ptr(copies);
    return 0;
}

static const char *name_of(const json_t *row)
{
    const char *name = json_string_value(json_object_get(row, "name"));

    return name ? name : "";
}

const char *vswitch_copies_bridge(const struct vswitch_copies *copies, size_t i)
{
    return i < json_array_size(copies->bridges) ? name_of(json_array_get(copies->bridges, i))
                                                : NULL;
}

const char *vswitch_copies_port(const struct vswitch_copies *copies, size_t i)
{
    return i < json_array_size(copies->ports)
               ? name_of(json_object_get(json_array_get(copies->ports, i), "row"))
               : NULL;
}

/* References from a bridge to rows that go with it and are not copied. */
static const char *const bridge_extras[] = {"auto_attach", "controller", "flow_tables", "ipfix",
                                            "mirrors",     "netflow",    "sflow"};

const char *vswitch_copies_incomplete(const struct vswitch_copies *copies)
{
    for (size_t i = 0; i < json_array_size(copies->bridges); i++) {
        const json_t *row = json_array_get(copies->bridges, i);

        for (size_t c = 0; c < sizeof bridge_extras / sizeof bridge_extras[0]; c++) {
            const json_t *value = json_object_get(row, bridge_extras[c]);

            /* One reference is ["uuid", ..]; none at all ["set", []] or ["map", []]. */
            if (value && (!json_is_array(json_array_get(value, 1)) ||
                          json_array_size(json_array_get(value, 1))))
                return name_of(row);
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

/* A row to be inserted; NULL when memory is gone. */
static json_t *settings_of(const json_t *row)
{
    json_t *settings = json_deep_copy(row);

    for (size_t i = 0; settings && i < sizeof status_columns / sizeof status_columns[0]; i++)
        (void)json_object_del(settings, status_columns[i]);
    return settings;
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

/* The QoS row a port had: as it is there, or made again here. */
static json_t *restore_qos(struct vswitch_txn *txn, size_t owner,
                           const struct vswitch_copies *copies, const char *uuid)
{
    char named[24];

    for (size_t i = 0; i < json_array_size(copies->qos); i++) {
        const json_t *row = json_array_get(copies->qos, i);

        if (!has_uuid(row, uuid) || is_there(txn->vs, row))
            continue;
        (void)snprintf(named, sizeof named, "rq%u", txn->serial++);
        txn_add(txn, TXN_INSERT, owner, txn_insert("QoS", named, settings_of(row)));
        return value_named_uuid(named);
    }
    return value_uuid(uuid);
}

/* The interfaces of a port, inserted: a set of references. */
static json_t *restore_interfaces(struct vswitch_txn *txn, size_t owner,
                                  const struct vswitch_copies *copies, const json_t *port)
{
    const json_t *set = json_object_get(port, "interfaces");
    json_t *made = json_array();
    char uuid[UUID_TEXT_SIZE], named[24];

    for (size_t i = 0; i < value_set_size(set); i++)
        for (size_t k = 0; value_read_uuid(value_set_item(set, i), uuid) &&
                           k < json_array_size(copies->interfaces);
             k++) {
            const json_t *row = json_array_get(copies->interfaces, k);

            if (!has_uuid(row, uuid))
                continue;
            (void)snprintf(named, sizeof named, "ri%u", txn->serial++);
            txn_add(txn, TXN_INSERT, owner, txn_insert("Interface", named, settings_of(row)));
            made = value_append(made, value_named_uuid(named));
        }
    return value_set(made);
}

/* Inserts a port with its interfaces; a reference to it. */
static json_t *restore_port(struct vswitch_txn *txn, size_t owner,
                            const struct vswitch_copies *copies, const json_t *port)
{
    json_t *row = settings_of(port);
    char uuid[UUID_TEXT_SIZE], named[24];

    row = value_member(row, "interfaces", restore_interfaces(txn, owner, copies, port));
    if (value_read_uuid(json_object_get(port, "qos"), uuid) && uuid[0])
        row = value_member(row, "qos", restore_qos(txn, owner, copies, uuid));
    (void)snprintf(named, sizeof named, "rp%u", txn->serial++);
    txn_add(txn, TXN_INSERT, owner, txn_insert("Port", named, row));
    return value_named_uuid(named);
}

/* Puts the bridge into the books; its row is inserted when its ports are known. */
static struct txn_bridge *begin_bridge(struct vswitch_txn *txn, const char *name)
{
    struct txn_bridge *bridge = txn_bridge_of(txn, name);

    if (bridge)
        (void)snprintf(bridge->named, sizeof bridge->named, "rb%u", txn->serial++);
    return bridge;
}

static void restore_bridge(struct vswitch_txn *txn, size_t owner, const json_t *row)
{
    struct txn_bridge *bridge = begin_bridge(txn, name_of(row));
    json_t *settings = settings_of(row);

    for (size_t i = 0; settings && i < sizeof bridge_extras / sizeof bridge_extras[0]; i++)
        (void)json_object_del(settings, bridge_extras[i]);
    if (settings)
        (void)json_object_del(settings, "ports"); /* which are put on it like moved ones */
    if (!bridge) {
        json_decref(settings);
        return;
    }
    txn_add(txn, TXN_INSERT, owner, txn_insert("Bridge", bridge->named, settings));
    txn_collect(txn, &txn->insert_bridges, value_named_uuid(bridge->named));
}

/* QoS rows that no port of the copies had. */
static void restore_loose_qos(struct vswitch_txn *txn, size_t owner,
                              const struct vswitch_copies *copies)
{
    for (size_t i = 0; i < json_array_size(copies->qos); i++) {
        const json_t *row = json_array_get(copies->qos, i);
        char uuid[UUID_TEXT_SIZE];
        bool referred = false;

        for (size_t k = 0; k < json_array_size(copies->ports); k++) {
            const json_t *port = json_object_get(json_array_get(copies->ports, k), "row");

            referred |= value_read_uuid(json_object_get(port, "qos"), uuid) && has_uuid(row, uuid);
        }
        if (!referred && value_read_uuid(json_object_get(row, "_uuid"), uuid))
            json_decref(restore_qos(txn, owner, copies, uuid));
    }
}

const char *vswitch_txn_restore(struct vswitch_txn *txn, size_t owner,
                                const struct vswitch_copies *copies)
{
    const char *lost = NULL;

    for (size_t i = 0; i < json_array_size(copies->bridges); i++) {
        const json_t *row = json_array_get(copies->bridges, i);

        if (!vswitch_find_bridge(txn->vs, name_of(row)))
            restore_bridge(txn, owner, row);
    }
    for (size_t i = 0; i < json_array_size(copies->ports); i++) {
        const json_t *copy = json_array_get(copies->ports, i);
        const json_t *row = json_object_get(copy, "row");
        const char *on = json_string_value(json_object_get(copy, "on"));
        struct txn_bridge *bridge;

        if (!on || vswitch_find_port(txn->vs, name_of(row)))
            continue;
        bridge = txn_bridge_of(txn, on);
        if (bridge && !bridge->named[0] && !vswitch_find_bridge(txn->vs, on)) {
            lost = name_of(row);
            continue;
        }
        if (bridge)
            bridge = txn_bridge_in_use(txn, on);
        if (bridge) {
            json_t *reference = restore_port(txn, owner, copies, row);

            txn_collect(txn, &txn_bridge_of(txn, on)->insert, reference);
        }
    }
    restore_loose_qos(txn, owner, copies);
    return lost;
}
