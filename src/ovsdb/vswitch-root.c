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

#define auto_vswitch __attribute__((cleanup(vswitch_done)))

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

static int parse_results(const json_t *results, struct rows rows[4], struct vswitch *vs)
{
    struct vswitch schema = *vs;
    int r = vswitch_root_parse(json_array_get(results, 0), READ_SWITCH, vs);

    memcpy(vs->schema_version, schema.schema_version, sizeof schema.schema_version);
    for (size_t i = 1; r >= 0 && i < 4; i++)
        r = rows_parse(&rows[i], json_array_get(results, i));
    if (r < 0)
        return r;
    vswitch_set_rows(vs, &rows[1], &rows[2], &rows[3]);
    for (size_t i = 0; i < vs->n_bridges; i++)
        vs->bridges[i].n_ports = vs->bridges[i].ports.n;
    for (size_t i = 0; i < vs->n_ports; i++)
        vs->n_agent_ports += strmap_get(&vs->ports[i].other_config, "net_uuid") != NULL;
    return 0;
}

int vswitch_root_read(struct ovsdb_client *client, int64_t until, struct vswitch *ret,
                      struct vif_error *err)
{
    auto_operations struct ovsdb_operations operations = {0};
    struct rows rows[4] = {
        {.table = &vswitch_root_table, .reads = READ_SWITCH},
        {.table = &vswitch_bridge_table, .reads = READ_SWITCH, .long_names = true},
        {.table = &vswitch_port_table, .reads = READ_SWITCH},
        {.table = &vswitch_interface_table, .reads = READ_SWITCH, .long_names = true},
    };
    auto_json json_t *schema = NULL, *results = NULL;
    auto_vswitch struct vswitch vs = {0};
    int r = ovsdb_client_get_schema(client, until, &schema, err);

    if (r < 0)
        return r;
    r = parse_schema(schema, &vs);
    if (r < 0)
        return select_fault(r, err);
    for (size_t i = 0; i < 4; i++)
        select_add(&operations, &rows[i], "");
    if (!vs.missing[0]) {
        r = select_run(client, &operations, until, &results, err);
        if (r < 0)
            return r;
        r = parse_results(results, rows, &vs);
        for (size_t i = 1; i < 4; i++)
            rows_done(&rows[i]);
    }
    if (r < 0)
        return select_fault(r, err);
    *ret = vs;
    vs = (struct vswitch){0};
    return 0;
}

int vswitch_root_read_cfg(struct ovsdb_client *client, int64_t until, int64_t *ret_cur_cfg,
                          int64_t *ret_next_cfg, struct vif_error *err)
{
    auto_operations struct ovsdb_operations operations = {0};
    auto_rows struct rows rows = {.table = &vswitch_root_table, .reads = READ_CFG};
    const struct vswitch *vs;
    int r;

    select_add(&operations, &rows, "");
    r = select_rows(client, &operations, until, &rows, err);
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
