/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the rows of a batch in one "select" transaction, and in a second one what can only be asked
 * for by UUID.  Stands on the client; the wiring's observe stands on it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ovsdb/select.h"
#include "ovsdb/value.h"
#include "ovsdb/vswitch-rows.h"
#include "ovsdb/vswitch.h"
#include "json/json-text.h"

/* From this many names on, a table is read whole (its projected columns): a condition on anything
 * but _uuid makes the server scan the table once for each select.  How many ports there are is not known
 * before, so one number must do for all hosts.  Milliseconds of ovsdb-server 3.1 for ports, interfaces
 * and QoS rows together:
 *
 *     ports there | 10 names | 100 | 200  | 400 | 1000 | whole
 *               0 |      0.3 | 1.5 |  2.9 |   5 |   15 |   0.3
 *            1000 |      2.4 |  16 |   34 |  61 |  144 |    40
 *            5000 |       20 | 137 |  290 | 545 | 1349 |   265
 *          10,000 |      150 |1160 | 2218 |   - |    - |   720
 *
 * Reading a table whole costs us, too: about 105,000 instructions for each port there, so that what it
 * saves begins a little later than the server's time alone says, but on the largest hosts. */
#define WHOLE_TABLE_FROM 200

static const char *const root_columns[] = {"_uuid",       "cur_cfg",          "next_cfg",
                                           "ovs_version", "dpdk_initialized", NULL};
static const char *const bridge_columns[] = {"_uuid", "name", "datapath_type", NULL};
static const char *const bridge_port_columns[] = {"_uuid", "name", "datapath_type", "ports", NULL};
static const char *const port_columns[] = {"_uuid", "name", "interfaces", "qos", NULL};
static const char *const detailed_port_columns[] = {
    "_uuid", "name", "interfaces", "qos", "tag", "vlan_mode", "trunks", "other_config", NULL};
static const char *const interface_columns[] = {
    "_uuid",       "name",   "type",  "external_ids",   "options",
    "mtu_request", "ofport", "error", "ofport_request", NULL};
static const char *const qos_columns[] = {"_uuid", "type", "external_ids", NULL};
static const char *const status_columns[] = {"name", "ofport", "error", NULL};

static json_t *select_by_name(json_t *operations, const char *table, const char *name,
                              const char *const *columns)
{
    json_t *clause = value_clause("name", "==", json_string(name));

    return value_append(operations, select_columns(value_op("select", table, clause), columns));
}

/* Whether the tables of names are read whole. */
static bool is_whole(const struct vswitch_query *query, size_t n)
{
    return query->all || n >= WHOLE_TABLE_FROM;
}

static json_t *select_named(json_t *operations, const char *table, const char **names, size_t n,
                            bool whole, const char *const *columns)
{
    if (whole)
        return value_append(operations, select_columns(value_op_all("select", table), columns));
    for (size_t i = 0; i < n; i++)
        operations = select_by_name(operations, table, names[i], columns);
    return operations;
}

static json_t *select_qos(json_t *operations, const char **ids, size_t n, bool whole)
{
    if (whole)
        return value_append(operations, select_columns(value_op_all("select", "QoS"), qos_columns));
    for (size_t i = 0; i < n; i++) {
        json_t *clause = value_clause("external_ids", "includes", value_pair("id", ids[i]));

        operations = value_append(operations,
                                  select_columns(value_op("select", "QoS", clause), qos_columns));
    }
    return operations;
}

/* Takes the results of 'n' names (one each, or one for all) beginning at '*at'. */
static int take_named(const json_t *results, size_t *at, size_t n, bool whole, struct rows *rows,
                      rows_read_fn *read)
{
    size_t count = whole ? 1 : n;

    for (size_t i = 0; i < count; i++) {
        int r = rows_take(json_array_get(results, (*at)++), rows, read);

        if (r < 0)
            return r;
    }
    return 0;
}

/* Where a table was read whole, only what was asked for is kept. */
static void drop_unasked(const struct vswitch_query *query, struct rows *bridges,
                         struct rows *ports, struct rows *interfaces, struct rows *qos)
{
    if (query->all)
        return;
    if (query->n_bridges >= WHOLE_TABLE_FROM)
        rows_keep(bridges, 0, query->bridges, query->n_bridges, NULL);
    if (query->n_ports >= WHOLE_TABLE_FROM)
        rows_keep(ports, 0, query->ports, query->n_ports, rows_drop_port);
    if (query->n_interfaces >= WHOLE_TABLE_FROM)
        rows_keep(interfaces, 0, query->interfaces, query->n_interfaces, rows_drop_interface);
    if (query->n_qos_ids >= WHOLE_TABLE_FROM)
        rows_keep(qos, offsetof(struct vswitch_qos, id), query->qos_ids, query->n_qos_ids, NULL);
}

static void put_on(struct vswitch_port *port, const json_t *bridge)
{
    if (!value_read_uuid(json_object_get(bridge, "_uuid"), port->bridge_uuid) ||
        !value_read_prefix(json_object_get(bridge, "name"), port->bridge, sizeof port->bridge))
        port->bridge[0] = port->bridge_uuid[0] = '\0';
}

static int by_uuid(const void *a, const void *b)
{
    struct vswitch_port *const *left = a;
    struct vswitch_port *const *right = b;

    return strcmp((*left)->uuid, (*right)->uuid);
}

static int uuid_of(const void *key, const void *item)
{
    struct vswitch_port *const *port = item;

    return strcmp(key, (*port)->uuid);
}

/* All bridges with all their ports came: find each of ours among them. */
static int locate_in_all(const json_t *result, struct vswitch *vs)
{
    auto_free struct vswitch_port **sorted = reallocarray(NULL, vs->n_ports, sizeof *sorted);
    const json_t *rows = json_object_get(result, "rows");

    if (!sorted && vs->n_ports)
        return -ENOMEM;
    for (size_t i = 0; i < vs->n_ports; i++)
        sorted[i] = &vs->ports[i];
    if (sorted)
        qsort(sorted, vs->n_ports, sizeof *sorted, by_uuid);
    for (size_t b = 0; b < json_array_size(rows); b++) {
        const json_t *bridge = json_array_get(rows, b);
        const json_t *ports = json_object_get(bridge, "ports");

        for (size_t i = 0; i < value_set_size(ports); i++) {
            char uuid[UUID_TEXT_SIZE];
            struct vswitch_port **found;

            if (!value_read_uuid(value_set_item(ports, i), uuid))
                return -EPROTO;
            found = sorted ? bsearch(uuid, sorted, vs->n_ports, sizeof *sorted, uuid_of) : NULL;
            if (found)
                put_on(*found, bridge);
        }
    }
    return 0;
}

/* Everything that was asked for, as it is wanted: a select for each name, or one for a table. */
static json_t *build_query(const struct vswitch_query *query)
{
    json_t *operations = value_append(
        json_array(), select_columns(value_op_all("select", "Open_vSwitch"), root_columns));

    operations = select_named(operations, "Bridge", query->bridges, query->n_bridges,
                              is_whole(query, query->n_bridges),
                              query->all ? bridge_port_columns : bridge_columns);
    operations = select_named(operations, "Port", query->ports, query->n_ports,
                              is_whole(query, query->n_ports),
                              query->details ? detailed_port_columns : port_columns);
    operations = select_named(operations, "Interface", query->interfaces, query->n_interfaces,
                              is_whole(query, query->n_interfaces), interface_columns);
    operations =
        select_qos(operations, query->qos_ids, query->n_qos_ids, is_whole(query, query->n_qos_ids));
    return query->all && query->details ? vswitch_status_select(operations) : operations;
}

/* The rows of one answer, as they come. */
struct tables {
    struct rows bridges, ports, interfaces, qos;
};

static int take_tables(const json_t *results, const struct vswitch_query *query,
                       struct tables *tables)
{
    size_t at = 1;
    int r = take_named(results, &at, query->n_bridges, is_whole(query, query->n_bridges),
                       &tables->bridges, rows_read_bridge);

    if (r == 0)
        r = take_named(results, &at, query->n_ports, is_whole(query, query->n_ports),
                       &tables->ports, query->details ? rows_read_detailed_port : rows_read_port);
    if (r == 0)
        r = take_named(results, &at, query->n_interfaces, is_whole(query, query->n_interfaces),
                       &tables->interfaces, rows_read_interface);
    if (r == 0)
        r = take_named(results, &at, query->n_qos_ids, is_whole(query, query->n_qos_ids),
                       &tables->qos, rows_read_qos);
    return r;
}

int vswitch_read(struct ovsdb_client *client, const struct vswitch_query *query, int64_t until,
                 struct vswitch *ret, struct vif_error *err)
{
    struct vswitch_query own = *query;
    auto_json json_t *operations = NULL;
    auto_json json_t *results = NULL;
    struct tables tables = {
        .bridges.size = sizeof(struct vswitch_bridge),
        .ports.size = sizeof(struct vswitch_port),
        .interfaces.size = sizeof(struct vswitch_interface),
        .qos.size = sizeof(struct vswitch_qos),
    };
    struct vswitch vs = {.detailed = query->details};
    int r;

    if (!own.interfaces) {
        own.interfaces = own.ports;
        own.n_interfaces = own.n_ports;
    }
    operations = build_query(&own);
    r = select_run(client, operations, until, &results, err);
    if (r < 0)
        return r;
    r = rows_read_root(json_array_get(results, 0), &vs, err);
    if (r == 0)
        r = take_tables(results, &own, &tables);
    drop_unasked(&own, &tables.bridges, &tables.ports, &tables.interfaces, &tables.qos);
    vs.bridges = tables.bridges.items;
    vs.n_bridges = rows_unique(&tables.bridges, NULL);
    vs.ports = tables.ports.items;
    vs.n_ports = rows_unique(&tables.ports, rows_drop_port);
    vs.interfaces = tables.interfaces.items;
    vs.n_interfaces = rows_unique(&tables.interfaces, rows_drop_interface);
    rows_sort_qos(&tables.qos);
    vs.qos = tables.qos.items;
    vs.n_qos = tables.qos.n;
    if (r == 0 && own.all)
        r = locate_in_all(json_array_get(results, 1), &vs);
    if (r == 0 && own.all && own.details) /* behind a table of each sort */
        r = vswitch_status_take(results, 5, &vs);
    if (r < 0) {
        vswitch_done(&vs);
        return select_fault(r, err);
    }
    *ret = vs;
    return 0;
}

static void count_ports(struct vswitch *vs, const json_t *result)
{
    const json_t *row = json_array_get(json_object_get(result, "rows"), 0);
    const char *name = json_string_value(json_object_get(row, "name"));
    const struct vswitch_bridge *found = name ? vswitch_find_bridge(vs, name) : NULL;
    json_t *ports = json_object_get(row, "ports");

    if (found) {
        struct vswitch_bridge *bridge = &vs->bridges[found - vs->bridges];

        json_decref(bridge->ports);
        bridge->ports = json_incref(ports);
        bridge->n_ports = value_set_size(ports);
        bridge->counted = true;
    }
}

int vswitch_locate(struct ovsdb_client *client, struct vswitch *vs, const char *const *count,
                   size_t n_count, int64_t until, struct vif_error *err)
{
    auto_json json_t *operations = json_array();
    auto_json json_t *results = NULL;
    bool all = vs->n_ports >= WHOLE_TABLE_FROM;
    size_t at = 0;
    int r = 0;

    if (vs->n_ports == 0 && n_count == 0)
        return 0;
    for (size_t i = 0; !all && i < vs->n_ports; i++) {
        json_t *clause = value_clause("ports", "includes", value_uuid(vs->ports[i].uuid));

        operations = value_append(
            operations, select_columns(value_op("select", "Bridge", clause), bridge_columns));
    }
    if (all)
        operations = value_append(
            operations, select_columns(value_op_all("select", "Bridge"), bridge_port_columns));
    for (size_t i = 0; i < n_count; i++)
        operations = select_by_name(operations, "Bridge", count[i], bridge_port_columns);
    operations = vswitch_details_select(operations, vs);
    r = select_run(client, operations, until, &results, err);
    if (r < 0)
        return r;
    for (size_t i = 0; !all && i < vs->n_ports; i++) {
        const json_t *rows = json_object_get(json_array_get(results, at++), "rows");

        put_on(&vs->ports[i], json_array_get(rows, 0));
    }
    if (all)
        r = locate_in_all(json_array_get(results, at++), vs);
    if (r < 0)
        return select_fault(r, err);
    for (size_t i = 0; i < n_count; i++)
        count_ports(vs, json_array_get(results, at++));
    return select_fault(vswitch_details_take(results, at, vs), err);
}

static int take_status(const json_t *row, struct vswitch_status *status)
{
    const json_t *error = value_set_item(json_object_get(row, "error"), 0);

    status->exists = true;
    if (!value_read_optional(json_object_get(row, "ofport"), 0, &status->ofport))
        return -EPROTO;
    if (json_is_string(error))
        (void)snprintf(status->error, sizeof status->error, "%s", json_string_value(error));
    return 0;
}

struct named_status {
    const char *name;
    struct vswitch_status *status;
};

static int by_status_name(const void *a, const void *b)
{
    const struct named_status *left = a, *right = b;

    return strcmp(left->name, right->name);
}

/* The whole table came: pick ours.  The names are distinct. */
static int take_status_of_all(const json_t *result, const char *const *names, size_t n,
                              struct vswitch_status *status)
{
    auto_free struct named_status *wanted = reallocarray(NULL, n, sizeof *wanted);
    const json_t *rows = json_object_get(result, "rows");

    if (!wanted)
        return -ENOMEM;
    for (size_t i = 0; i < n; i++)
        wanted[i] = (struct named_status){names[i], &status[i]};
    qsort(wanted, n, sizeof *wanted, by_status_name);
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i);
        struct named_status key = {json_string_value(json_object_get(row, "name")), NULL};
        struct named_status *found =
            key.name ? bsearch(&key, wanted, n, sizeof *wanted, by_status_name) : NULL;
        int r = found ? take_status(row, found->status) : 0;

        if (r < 0)
            return r;
    }
    return 0;
}

int vswitch_read_status(struct ovsdb_client *client, const char *const *names, size_t n,
                        int64_t until, struct vswitch_status *status, struct vif_error *err)
{
    auto_json json_t *operations = json_array();
    auto_json json_t *results = NULL;
    bool all = n >= WHOLE_TABLE_FROM;
    int r;

    memset(status, 0, n * sizeof *status);
    if (all)
        operations = value_append(
            operations, select_columns(value_op_all("select", "Interface"), status_columns));
    for (size_t i = 0; !all && i < n; i++)
        operations = select_by_name(operations, "Interface", names[i], status_columns);
    r = select_run(client, operations, until, &results, err);
    if (r < 0)
        return r;
    if (all)
        return select_fault(take_status_of_all(json_array_get(results, 0), names, n, status), err);
    for (size_t i = 0; i < n; i++) {
        const json_t *row = json_array_get(json_object_get(json_array_get(results, i), "rows"), 0);

        r = row ? take_status(row, &status[i]) : 0;
        if (r < 0)
            return select_fault(r, err);
    }
    return 0;
}

int vswitch_find_by_owner(struct ovsdb_client *client, const char *iface_id, int64_t until,
                          char ret_name[LIMIT_PORT_NAME], struct vif_error *err)
{
    static const char *const columns[] = {"name", NULL};
    json_t *clause = value_clause("external_ids", "includes", value_pair("iface-id", iface_id));
    auto_json json_t *operations = value_append(
        json_array(), select_columns(value_op("select", "Interface", clause), columns));
    auto_json json_t *results = NULL;
    const json_t *rows;
    int r = select_run(client, operations, until, &results, err);

    ret_name[0] = '\0';
    if (r < 0)
        return r;
    rows = json_object_get(json_array_get(results, 0), "rows");
    if (json_array_size(rows) > 1)
        return error_set(err, VIF_ERROR_CONFLICT, "%zu interfaces have the iface-id %s: %s, %s...",
                         json_array_size(rows), iface_id,
                         json_string_value(json_object_get(json_array_get(rows, 0), "name")),
                         json_string_value(json_object_get(json_array_get(rows, 1), "name")));
    if (!value_read_string(json_object_get(json_array_get(rows, 0), "name"), ret_name,
                           LIMIT_PORT_NAME))
        ret_name[0] = '\0';
    return 0;
}
