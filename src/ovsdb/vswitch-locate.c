/* SPDX-License-Identifier: Apache-2.0 */
/* The bridge of each port, and the ports of bridges, once the UUIDs of ports are known. */
#include <stdlib.h>
#include <string.h>

#include "ovsdb/select.h"
#include "ovsdb/vswitch-tables.h"
#include "json/json-text.h"

/* From this many bridges on (about one for each VIF), all are read with the UUIDs of their
 * ports, since the server would scan them for each port; else each port has a select of its own,
 * so that foreign ports on the same bridge cost us nothing. */
#define WHOLE_TABLE_FROM 50

struct location {
    struct rows bridges; /* of one port, or all */
    struct rows counted; /* with their ports */
    struct rows qos;     /* the type of one row */
    bool all;
};

static void location_done(struct location *location)
{
    rows_done(&location->bridges);
    rows_done(&location->counted);
    rows_done(&location->qos);
}

static bool has_qos(const struct vswitch *vs, size_t i)
{
    return vs->detailed && vs->ports[i].qos_uuid[0];
}

static void write_query(struct ovsdb_operations *operations, const struct location *location,
                        const struct vswitch *vs, const char *const *count, size_t n_count)
{
    if (location->all)
        select_add(operations, &location->bridges, "");
    for (size_t i = 0; !location->all && i < vs->n_ports; i++)
        select_add(operations, &location->bridges, "['ports','includes',%u]", vs->ports[i].uuid);
    for (size_t i = 0; i < n_count; i++)
        select_add(operations, &location->counted, "['name','==',%s]", count[i]);
    for (size_t i = 0; i < vs->n_ports; i++)
        if (has_qos(vs, i))
            select_add(operations, &location->qos, "['_uuid','==',%u]", vs->ports[i].qos_uuid);
}

/* The ports of a bridge as they are, for a guard. */
static void set_count(struct vswitch *vs, struct vswitch_bridge *row)
{
    const struct vswitch_bridge *found = vswitch_find_bridge(vs, row->name);
    struct vswitch_bridge *bridge;

    if (!found)
        return;
    bridge = &vs->bridges[found - vs->bridges];
    free(bridge->ports.items);
    bridge->ports = row->ports;
    bridge->n_ports = row->ports.n;
    bridge->counted = true;
    row->ports = (struct uuid_set){0};
}

static int parse_port(struct location *location, const json_t *result, struct vswitch *vs, size_t i)
{
    int r;

    rows_done(&location->bridges);
    r = rows_parse(&location->bridges, result);
    if (r == 0 && location->bridges.n)
        vswitch_set_bridge(&vs->ports[i], rows_first(&location->bridges));
    return r;
}

static int parse_qos(struct location *location, const json_t *result, struct vif_map *details)
{
    const struct vswitch_qos *qos;
    int r;

    rows_done(&location->qos);
    r = rows_parse(&location->qos, result);
    qos = rows_first(&location->qos);
    return r == 0 && qos ? strmap_set(details, "qos", qos->type) : r;
}

static int parse_results(struct location *location, const json_t *results, struct vswitch *vs,
                         size_t n_count)
{
    size_t at = 0;
    int r = 0;

    if (location->all)
        r = rows_parse(&location->bridges, json_array_get(results, at++));
    if (location->all && r == 0)
        r = vswitch_locate_ports(vs, (void *)location->bridges.items, location->bridges.n);
    for (size_t i = 0; !location->all && r == 0 && i < vs->n_ports; i++)
        r = parse_port(location, json_array_get(results, at++), vs, i);
    for (size_t i = 0; r == 0 && i < n_count; i++)
        r = rows_parse(&location->counted, json_array_get(results, at++));
    for (size_t i = 0; r == 0 && i < location->counted.n; i++)
        set_count(vs, (struct vswitch_bridge *)(void *)location->counted.items + i);
    for (size_t i = 0; r == 0 && i < vs->n_ports; i++)
        if (has_qos(vs, i))
            r = parse_qos(location, json_array_get(results, at++), &vs->ports[i].details);
    return r;
}

int vswitch_locate(struct ovsdb_client *client, struct vswitch *vs, const char *const *count,
                   size_t n_count, int64_t until, struct vif_error *err)
{
    bool all = vs->n_ports && vs->n_bridges >= WHOLE_TABLE_FROM;
    __attribute__((cleanup(location_done))) struct location location = {
        .bridges = {.table = &vswitch_bridge_table, .reads = all ? READ_PORTS : READ_BRIDGE},
        .counted = {.table = &vswitch_bridge_table, .reads = READ_PORTS},
        .qos = {.table = &vswitch_qos_table, .reads = READ_DETAILS},
        .all = all,
    };
    auto_operations struct ovsdb_operations operations = {0};
    auto_json json_t *results = NULL;
    int r;

    if (vs->n_ports == 0 && n_count == 0)
        return 0;
    write_query(&operations, &location, vs, count, n_count);
    r = select_run(client, &operations, until, &results, err);
    return r < 0 ? r : select_fault(parse_results(&location, results, vs, n_count), err);
}
