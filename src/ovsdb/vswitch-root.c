/* SPDX-License-Identifier: Apache-2.0 */
/* The whole switch, for the doctor.  The schema is read first, to report a missing column, for
 * which the server would refuse the whole transaction. */
#include "ovsdb/vswitch-root.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ovsdb/select.h"
#include "ovsdb/vswitch-tables.h"
#include "json/json-text.h"

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
