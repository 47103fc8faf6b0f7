/* SPDX-License-Identifier: Apache-2.0 */
/* What agents and people set of a port besides what a VIF consists of: its VLAN, its QoS, its
 * other_config.  Read only where someone wants to see it, and kept as texts, since nothing is decided by
 * it.  vswitch-read.c stands on it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "ovsdb/value.h"
#include "ovsdb/vswitch-rows.h"

static void add_scalar(const json_t *value, struct text *text)
{
    if (json_is_string(value))
        text_add(text, "%s", json_string_value(value));
    else if (json_is_integer(value))
        text_add(text, "%lld", (long long)json_integer_value(value));
}

/* Keeps a set of integers or strings as "1, 2"; an empty one not at all. */
static int keep_set(struct vif_map *details, const char *column, const json_t *value)
{
    struct text text = {0};
    char *words;
    int r;

    if (value_set_size(value) == 0)
        return 0;
    for (size_t i = 0; i < value_set_size(value); i++) {
        text_add(&text, "%s", i ? ", " : "");
        add_scalar(value_set_item(value, i), &text);
    }
    words = text_take(&text);
    r = words ? strmap_set(details, column, words) : -ENOMEM;
    free(words);
    return r;
}

static int keep_map(struct vif_map *details, const char *column, const json_t *value)
{
    struct vif_map map = {0};
    int r = value_read_map(value, &map);

    for (size_t i = 0; r == 0 && i < map.n; i++) {
        auto_free char *key = NULL;

        if (asprintf(&key, "%s:%s", column, map.entries[i].key) < 0) {
            key = NULL;
            r = -ENOMEM;
        } else {
            r = strmap_set(details, key, map.entries[i].value);
        }
    }
    strmap_done(&map);
    return r;
}

int rows_read_detailed_port(const json_t *row, void *item)
{
    static const char *const columns[] = {"tag", "vlan_mode", "trunks"};
    struct vswitch_port *port = item;
    int taken = rows_read_port(row, item);
    int r = 0;

    if (taken <= 0)
        return taken;
    for (size_t i = 0; r == 0 && i < sizeof columns / sizeof columns[0]; i++)
        r = keep_set(&port->details, columns[i], json_object_get(row, columns[i]));
    if (r == 0)
        r = keep_map(&port->details, "other_config", json_object_get(row, "other_config"));
    if (r < 0) {
        rows_drop_port(port);
        return r;
    }
    return taken;
}

json_t *vswitch_details_select(json_t *operations, const struct vswitch *vs)
{
    for (size_t i = 0; vs->detailed && i < vs->n_ports; i++) {
        json_t *clause, *operation;

        if (!vs->ports[i].qos_uuid[0])
            continue;
        clause = value_clause("_uuid", "==", value_uuid(vs->ports[i].qos_uuid));
        operation = value_member(value_op("select", "QoS", clause), "columns",
                                 value_append(json_array(), json_string("type")));
        operations = value_append(operations, operation);
    }
    return operations;
}

int vswitch_details_take(const json_t *results, size_t at, struct vswitch *vs)
{
    int r = 0;

    for (size_t i = 0; vs->detailed && r == 0 && i < vs->n_ports; i++) {
        const json_t *rows;

        if (!vs->ports[i].qos_uuid[0])
            continue;
        rows = json_object_get(json_array_get(results, at++), "rows");
        r = keep_set(&vs->ports[i].details, "qos",
                     json_object_get(json_array_get(rows, 0), "type"));
    }
    return r;
}
