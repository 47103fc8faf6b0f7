/* SPDX-License-Identifier: Apache-2.0 */
/* Which bridge each port is on, and how many ports bridges have: what can only be asked for once the
 * UUIDs of ports are known.  vswitch-read.c, which reads those, stands on it; so does the wiring. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ovsdb/select-named.h"
#include "ovsdb/select.h"
#include "ovsdb/value.h"
#include "ovsdb/vswitch-rows.h"
#include "json/json-text.h"

/* Where this many bridges were read, a batch has about one for each VIF.  Asking each of them for each
 * port would be a square of it, so all are read at once, with the UUIDs of their ports; else a port is
 * asked for by a select of its own, so that ports of others on the same bridge cost us nothing. */
#define WHOLE_TABLE_FROM 50

static const char *const bridge_columns[] = {"_uuid", "name", NULL};
static const char *const bridge_port_columns[] = {"_uuid", "name", "ports", NULL};

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

int rows_locate_in_all(const json_t *result, struct vswitch *vs)
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
    bool all = vs->n_ports && vs->n_bridges >= WHOLE_TABLE_FROM;
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
        r = rows_locate_in_all(json_array_get(results, at++), vs);
    if (r < 0)
        return select_fault(r, err);
    for (size_t i = 0; i < n_count; i++)
        count_ports(vs, json_array_get(results, at++));
    return select_fault(vswitch_details_take(results, at, vs), err);
}
