/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the rows of a batch, the bridges its ports are on, what ovs-vswitchd made of them, and
 * the whole switch. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "ovsdb/vswitch-tables.h"
#include "json/json-text.h"

/* From this many ids on, all QoS rows are read: no index of the server helps to find them.  Most
 * hosts have few, but each costs us some tens of thousands of instructions. */
#define WHOLE_QOS_FROM 200

/* The commit guards all it relies on.  Everything is read at one moment, so that cur_cfg never
 * covers a row that is newer. */
int vswitch_read(struct ovsdb_client *client, const struct vswitch_query *query, int64_t until,
                 struct vswitch *ret, struct vif_error *err)
{
    const struct names *interfaces = query->interfaces.n ? &query->interfaces : &query->ports;
    auto_vswitch_rows struct vswitch_rows rows;
    struct vswitch vs;
    int r;

    vswitch_rows_init(&rows, READ_VIF | (query->all ? READ_PORTS : 0) |
                                 (query->details ? READ_DETAILS : 0) |
                                 (query->marks ? READ_MARKS : 0) |
                                 (query->all && query->details ? READ_STATUS : 0));
    if (!query->all) {
        const struct selection named[VSWITCH_TABLES] = {
            [BRIDGES] = {.keys = query->bridges.items, .n = query->bridges.n},
            [PORTS] = {.keys = query->ports.items, .n = query->ports.n},
            [INTERFACES] = {.keys = interfaces->items, .n = interfaces->n},
        };

        for (size_t t = BRIDGES; t <= INTERFACES; t++) {
            rows.selections[t] = named[t];
            rows.selections[t].rows = &rows.of[t];
            rows.selections[t].clause = SELECT_BY_NAME;
        }
        if (!query->details)
            rows.selections[QOS] = (struct selection){
                &rows.of[QOS],
                query->qos_ids.n < WHOLE_QOS_FROM
                    ? "[\"external_ids\",\"includes\",[\"map\",[[\"id\",%s]]]]"
                    : NULL,
                query->qos_ids.items, query->qos_ids.n, offsetof(struct vswitch_qos, id)};
    }
    r = vswitch_rows_read(client, &rows, VSWITCH_TABLES, until, &vs, err);
    if (r == 0 && !vs.has_row)
        r = error_set(err, VIF_ERROR_OVSDB,
                      "the database has no Open_vSwitch row (ovs-vsctl init makes it)");
    if (r == 0 && query->all)
        r = select_fault(vswitch_locate_ports(&vs, vs.bridges, vs.n_bridges), err);
    if (r < 0) {
        vswitch_done(&vs);
        return r;
    }
    vs.detailed = query->details;
    *ret = vs;
    return 0;
}

/* --- bridges --- */

/* From this many bridges on (about one for each VIF), all are read with the UUIDs of their ports,
 * since the server would scan them for each. */
#define WHOLE_TABLE_FROM 50

void vswitch_expect(struct vswitch *vs, const char *port, const char *bridge)
{
    const struct vswitch_port *found = vswitch_find_port(vs, port);

    if (found)
        text_copy(vs->ports[found - vs->ports].bridge, LIMIT_IFNAME, bridge);
}

static bool is_expected_on(const struct vswitch_port *port, const char *bridge)
{
    return !port->bridge_uuid[0] && strcmp(port->bridge, bridge) == 0;
}

/* Asks of each bridge whether all ports expected on it are there: a short reply, also where there
 * are many foreign ports. */
static int confirm(struct ovsdb_client *client, struct vswitch *vs, int64_t until,
                   struct vif_error *err)
{
    auto_rows struct rows rows = {.table = &vswitch_bridge_table, .reads = READ_BRIDGE};
    auto_operations struct ovsdb_operations operations = {0};
    auto_json json_t *results = NULL;
    int r;

    for (size_t b = 0; b < vs->n_bridges; b++) {
        auto_text struct text ports = {0};

        for (size_t i = 0; i < vs->n_ports; i++)
            if (is_expected_on(&vs->ports[i], vs->bridges[b].name))
                value_write(&ports, ports.n ? ",%u" : "%u", vs->ports[i].uuid);
        if (ports.n)
            select_add(&operations, &rows, "['name','==',%s],['ports','includes',['set',[%t]]]",
                       vs->bridges[b].name, &ports);
    }
    r = operations.n ? select_run(client, &operations, until, &results, err) : 0;
    for (size_t i = 0; r == 0 && i < operations.n; i++)
        r = select_fault(rows_parse(&rows, json_array_get(results, i)), err);
    for (size_t b = 0; r == 0 && b < rows.n; b++) {
        const struct vswitch_bridge *bridge = (const struct vswitch_bridge *)(void *)rows.items + b;

        for (size_t i = 0; i < vs->n_ports; i++)
            if (is_expected_on(&vs->ports[i], bridge->name))
                vswitch_set_bridge(&vs->ports[i], bridge);
    }
    return r;
}

/* The ports of a bridge as they are, for a guard; the rows are sorted. */
static void set_count(struct vswitch *vs, const struct rows *rows, const char *name)
{
    const struct vswitch_bridge *found = vswitch_find_bridge(vs, name);
    struct vswitch_bridge *row =
        rows->n ? bsearch(name, rows->items, rows->n, sizeof *row, text_compare) : NULL;
    struct vswitch_bridge *bridge;

    if (!found || !row)
        return;
    bridge = &vs->bridges[found - vs->bridges];
    free(bridge->ports.items);
    bridge->ports = row->ports;
    bridge->n_ports = row->ports.n;
    bridge->counted = true;
    row->ports = (struct uuid_set){0};
}

int vswitch_locate(struct ovsdb_client *client, struct vswitch *vs, const struct names *count,
                   int64_t until, struct vif_error *err)
{
    auto_rows struct rows rows = {.table = &vswitch_bridge_table, .reads = READ_PORTS};
    struct selection bridges = {&rows, SELECT_BY_NAME, count->items, count->n, 0};
    int r = vs->n_bridges < WHOLE_TABLE_FROM ? confirm(client, vs, until, err) : 0;

    for (size_t i = 0; i < vs->n_ports; i++)
        if (!vs->ports[i].bridge_uuid[0]) {
            vs->ports[i].bridge[0] = '\0';
            bridges = (struct selection){.rows = &rows}; /* all of them */
        }
    if (r == 0)
        r = select_read(client, &bridges, 1, until, err);
    if (r == 0 && !bridges.clause)
        r = select_fault(vswitch_locate_ports(vs, (void *)rows.items, rows.n), err);
    rows_unique(&rows);
    for (size_t i = 0; r == 0 && i < count->n; i++)
        set_count(vs, &rows, count->items[i]);
    return r;
}

/* --- single facts --- */

int vswitch_find_by_owner(struct ovsdb_client *client, const char *iface_id, int64_t until,
                          char ret_name[LIMIT_PORT_NAME], struct vif_error *err)
{
    auto_rows struct rows rows = {.table = &vswitch_interface_table, .reads = READ_NAME};
    const struct selection owned = {&rows, "['external_ids','includes',['map',[['iface-id',%s]]]]",
                                    &iface_id, 1, 0};
    const struct vswitch_interface *interface;
    int r = select_read(client, &owned, 1, until, err);

    interface = rows_first(&rows);
    if (r == 0 && rows.n > 1)
        r = error_set(err, VIF_ERROR_CONFLICT, "%zu interfaces have the iface-id %s: %s, %s...",
                      rows.n, iface_id, interface[0].name, interface[1].name);
    (void)snprintf(ret_name, LIMIT_PORT_NAME, "%s", r == 0 && interface ? interface->name : "");
    return r;
}

int vswitch_read_results(struct ovsdb_client *client, const struct names *names, int64_t until,
                         struct vswitch *ret, struct vif_error *err)
{
    auto_rows struct rows rows = {.table = &vswitch_interface_table, .reads = READ_RESULT};
    const struct selection named = {&rows, SELECT_BY_NAME, names->items, names->n, 0};
    int r = select_read(client, &named, 1, until, err);

    if (r < 0)
        return r;
    rows_unique(&rows);
    *ret = (struct vswitch){.n_interfaces = rows.n};
    rows.n = 0;
    ret->interfaces = (void *)take_ptr(rows.items);
    return 0;
}

/* --- the whole switch, for the doctor --- */

/* The columns that the project cannot do without. */
#define NEEDED (READ_VIF | READ_DETAILS | READ_PORTS | READ_SWITCH | WRITTEN)

static void check_columns(const json_t *tables, const struct table *table, struct vswitch *vs)
{
    const json_t *columns = json_object_get(json_object_get(tables, table->name), "columns");

    for (const struct column *column = table->columns; column->name && !vs->missing[0]; column++)
        if ((column->reads & NEEDED) && strcmp(column->name, "_uuid") != 0 &&
            !json_object_get(columns, column->name))
            (void)snprintf(vs->missing, sizeof vs->missing, "%s.%s", table->name, column->name);
}

static int parse_schema(const json_t *schema, struct vswitch *vs)
{
    const struct table *const all[] = {&vswitch_root_table, &vswitch_bridge_table,
                                       &vswitch_port_table, &vswitch_interface_table,
                                       &vswitch_qos_table};
    const char *version = json_string_value(json_object_get(schema, "version"));
    const json_t *tables = json_object_get(schema, "tables");

    if (!json_is_object(tables) || !version)
        return -EPROTO;
    text_copy(vs->schema_version, sizeof vs->schema_version, version);
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        check_columns(tables, all[i], vs);
    return 0;
}

int vswitch_root_read(struct ovsdb_client *client, int64_t until, struct vswitch *ret,
                      struct vif_error *err)
{
    auto_vswitch_rows struct vswitch_rows rows;
    struct vswitch schema = {0}, vs;
    auto_json json_t *json = NULL;
    int r = ovsdb_client_get_schema(client, until, &json, err);

    vswitch_rows_init(&rows, READ_SWITCH);
    rows.of[BRIDGES].long_names = rows.of[INTERFACES].long_names = true;
    if (r == 0)
        r = select_fault(parse_schema(json, &schema), err);
    if (r < 0)
        return r;
    if (schema.missing[0]) {
        *ret = schema;
        return 0;
    }
    r = vswitch_rows_read(client, &rows, QOS, until, &vs, err);
    if (r < 0) {
        vswitch_done(&vs);
        return r;
    }
    memcpy(vs.schema_version, schema.schema_version, sizeof vs.schema_version);
    for (size_t i = 0; i < vs.n_bridges; i++)
        vs.bridges[i].n_ports = vs.bridges[i].ports.n;
    for (size_t i = 0; i < vs.n_ports; i++)
        vs.n_agent_ports += strmap_get(&vs.ports[i].other_config, "net_uuid") != NULL;
    *ret = vs;
    return 0;
}

int vswitch_root_read_cfg(struct ovsdb_client *client, int64_t until, int64_t *ret_cur_cfg,
                          int64_t *ret_next_cfg, struct vif_error *err)
{
    auto_rows struct rows rows = {.table = &vswitch_root_table, .reads = READ_CFG};
    const struct vswitch *vs;
    int r = select_read(client, &(struct selection){.rows = &rows}, 1, until, err);

    vs = rows_first(&rows);
    if (r < 0)
        return r;
    if (!vs)
        return select_fault(-EPROTO, err);
    *ret_cur_cfg = vs->cur_cfg;
    *ret_next_cfg = vs->next_cfg;
    return 0;
}

const char *vswitch_ovn_setting(const struct vif_map *external_ids, const char *key)
{
    const char *chassis = strmap_get(external_ids, "system-id"), *value = NULL;
    char own[256];

    if (chassis && (size_t)snprintf(own, sizeof own, "%s-%s", key, chassis) < sizeof own)
        value = strmap_get(external_ids, own);
    return value ? value : strmap_get(external_ids, key);
}
