/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the rows of a batch: of few names in one "select" transaction, of many by select-named.c.
 * Stands on the client; the wiring's observe stands on it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ovsdb/select-named.h"
#include "ovsdb/select.h"
#include "ovsdb/value.h"
#include "ovsdb/vswitch-rows.h"
#include "ovsdb/vswitch.h"
#include "json/json-text.h"

/* From this many ids on, all QoS rows are read: a condition on anything but _uuid makes the server scan
 * the table once for each select, and nothing looks up what is in a map.  They are few beside ports on
 * most hosts, but each that is there costs us some tens of thousands of instructions. */
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

/* Whether the rows of all names are read at once, by select_named(). */
static bool is_named(const struct vswitch_query *query)
{
    return !query->all &&
           query->n_bridges + query->n_ports + query->n_interfaces >= SELECT_NAMED_FROM;
}

/* Whether the rows of a table come in one result. */
static bool is_one_result(const struct vswitch_query *query)
{
    return query->all || is_named(query);
}

static bool is_whole_qos(const struct vswitch_query *query)
{
    return query->all || query->n_qos_ids >= WHOLE_TABLE_FROM;
}

static json_t *select_each(json_t *operations, const char *table, const char **names, size_t n,
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

/* Where a table may have been read whole, only what was asked for is kept. */
static void drop_unasked(const struct vswitch_query *query, struct rows *bridges,
                         struct rows *ports, struct rows *interfaces, struct rows *qos)
{
    if (is_named(query)) {
        rows_keep(bridges, 0, query->bridges, query->n_bridges, NULL);
        rows_keep(ports, 0, query->ports, query->n_ports, rows_drop_port);
        rows_keep(interfaces, 0, query->interfaces, query->n_interfaces, rows_drop_interface);
    }
    if (is_whole_qos(query) && !query->all)
        rows_keep(qos, offsetof(struct vswitch_qos, id), query->qos_ids, query->n_qos_ids, NULL);
}

static const char *const *port_columns_of(const struct vswitch_query *query)
{
    return query->details ? detailed_port_columns : port_columns;
}

/* What is read in the transaction: the root row, then tables of names unless they are read at once, and
 * QoS rows. */
static json_t *build_query(const struct vswitch_query *query)
{
    json_t *operations = value_append(
        json_array(), select_columns(value_op_all("select", "Open_vSwitch"), root_columns));

    if (!is_named(query)) {
        operations = select_each(operations, "Bridge", query->bridges, query->n_bridges, query->all,
                                 query->all ? bridge_port_columns : bridge_columns);
        operations = select_each(operations, "Port", query->ports, query->n_ports, query->all,
                                 port_columns_of(query));
        operations = select_each(operations, "Interface", query->interfaces, query->n_interfaces,
                                 query->all, interface_columns);
    }
    operations = select_qos(operations, query->qos_ids, query->n_qos_ids, is_whole_qos(query));
    return query->all && query->details ? vswitch_status_select(operations) : operations;
}

/* Puts the rows of many names where results of the transaction would be, behind the root row.
 *
 * They are read later than the others.  Nothing is written by what was read alone: the commit guards
 * all it relies on, and what changed in between is read again.  But whoever only looks must not take
 * ovs-vswitchd to be done with rows that are older than its word: so its word, in the root row, is the
 * one that is read first. */
static int add_named(struct ovsdb_client *client, const struct vswitch_query *query, int64_t until,
                     json_t *results, struct vif_error *err)
{
    const struct named_rows wanted[] = {
        {"Bridge", bridge_columns, query->bridges, query->n_bridges},
        {"Port", port_columns_of(query), query->ports, query->n_ports},
        {"Interface", interface_columns, query->interfaces, query->n_interfaces},
    };
    const size_t n = sizeof wanted / sizeof wanted[0];
    auto_json json_t *named = NULL;
    int r = select_named(client, wanted, n, until, &named, err);

    if (r < 0)
        return r;
    for (size_t i = 0; i < n; i++)
        if (json_array_insert(results, 1 + i, json_array_get(named, i)) < 0)
            return error_memory(err);
    return 0;
}

/* The rows of one answer, as they come. */
struct tables {
    struct rows bridges, ports, interfaces, qos;
};

static int take_tables(const json_t *results, const struct vswitch_query *query,
                       struct tables *tables)
{
    size_t at = 1;
    int r = take_named(results, &at, query->n_bridges, is_one_result(query), &tables->bridges,
                       rows_read_bridge);

    if (r == 0)
        r = take_named(results, &at, query->n_ports, is_one_result(query), &tables->ports,
                       query->details ? rows_read_detailed_port : rows_read_port);
    if (r == 0)
        r = take_named(results, &at, query->n_interfaces, is_one_result(query), &tables->interfaces,
                       rows_read_interface);
    if (r == 0)
        r = take_named(results, &at, query->n_qos_ids, is_whole_qos(query), &tables->qos,
                       rows_read_qos);
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
    if (r == 0 && is_named(&own))
        r = add_named(client, &own, until, results, err);
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
        r = rows_locate_in_all(json_array_get(results, 1), &vs);
    if (r == 0 && own.all && own.details) /* behind a table of each sort */
        r = vswitch_status_take(results, 5, &vs);
    if (r < 0) {
        vswitch_done(&vs);
        return select_fault(r, err);
    }
    *ret = vs;
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
