/* SPDX-License-Identifier: Apache-2.0 */
/* The columns that nothing is decided on and that only people want to see: link state, counters, what
 * ovs-vswitchd says of a port.  They are the most of a row, so whoever plugs does not ask for them.
 * vswitch-read.c, which sends the transaction, stands on it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "ovsdb/value.h"
#include "ovsdb/vswitch-rows.h"
#include "json/json-text.h"

static const struct {
    const char *table;
    const char *columns[8];
} selects[] = {
    {"Bridge", {"name", "fail_mode", NULL}},
    {"QoS", {"_uuid", "type", NULL}},
    {"Interface", {"name", "mtu", "link_state", "status", "statistics", NULL}},
};

json_t *vswitch_status_select(json_t *operations)
{
    for (size_t i = 0; i < sizeof selects / sizeof selects[0]; i++) {
        json_t *names = json_array();

        for (size_t c = 0; selects[i].columns[c]; c++)
            names = value_append(names, json_string(selects[i].columns[c]));
        operations = value_append(
            operations, value_member(value_op_all("select", selects[i].table), "columns", names));
    }
    return operations;
}

/* An optional word; what is not set, or none, reads as "". */
static void read_word(const json_t *row, const char *column, char *ret, size_t size)
{
    ret[0] = '\0';
    (void)value_read_prefix(value_set_item(json_object_get(row, column), 0), ret, size);
}

static int take_bridge(const json_t *row, struct vswitch *vs)
{
    const char *name = json_string_value(json_object_get(row, "name"));
    const struct vswitch_bridge *found = name ? vswitch_find_bridge(vs, name) : NULL;

    if (found)
        read_word(row, "fail_mode", vs->bridges[found - vs->bridges].fail_mode,
                  sizeof found->fail_mode);
    return 0;
}

/* The types of QoS rows, by their UUIDs. */
struct qos_type {
    char uuid[UUID_TEXT_SIZE];
    char type[VSWITCH_TYPE_MAX];
};

struct qos_types {
    struct qos_type *types;
    size_t n;
};

static int by_uuid(const void *a, const void *b)
{
    const struct qos_type *left = a, *right = b;

    return strcmp(left->uuid, right->uuid);
}

static int read_qos_types(const json_t *rows, struct qos_types *ret)
{
    size_t n = json_array_size(rows);

    ret->types = calloc(n + 1, sizeof *ret->types);
    if (!ret->types)
        return -ENOMEM;
    for (size_t i = 0; i < n; i++) {
        const json_t *row = json_array_get(rows, i);

        if (!value_read_uuid(json_object_get(row, "_uuid"), ret->types[i].uuid))
            return -EPROTO;
        read_word(row, "type", ret->types[i].type, sizeof ret->types[i].type);
    }
    ret->n = n;
    qsort(ret->types, n, sizeof *ret->types, by_uuid);
    return 0;
}

/* The type of the QoS row of each port, beside its other details. */
static int take_qos_types(struct vswitch *vs, const struct qos_types *qos)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < vs->n_ports; i++) {
        struct vswitch_port *port = &vs->ports[i];
        struct qos_type key = {{0}, {0}};
        const struct qos_type *type;

        memcpy(key.uuid, port->qos_uuid, sizeof key.uuid);
        type = key.uuid[0] ? bsearch(&key, qos->types, qos->n, sizeof key, by_uuid) : NULL;
        if (type)
            r = strmap_set(&port->details, "qos", type->type);
    }
    return r;
}

static void read_counters(const json_t *map, struct vswitch_counters *counters)
{
    const struct {
        const char *key;
        int64_t *value;
    } keys[] = {
        {"rx_packets", &counters->rx_packets}, {"rx_bytes", &counters->rx_bytes},
        {"rx_errors", &counters->rx_errors},   {"rx_dropped", &counters->rx_dropped},
        {"tx_packets", &counters->tx_packets}, {"tx_bytes", &counters->tx_bytes},
        {"tx_errors", &counters->tx_errors},   {"tx_dropped", &counters->tx_dropped},
    };
    const json_t *pairs = json_array_get(map, 1);

    for (size_t k = 0; k < sizeof keys / sizeof keys[0]; k++)
        *keys[k].value = -1;
    for (size_t i = 0; i < json_array_size(pairs); i++) {
        const json_t *pair = json_array_get(pairs, i);
        const char *key = json_string_value(json_array_get(pair, 0));

        for (size_t k = 0; key && k < sizeof keys / sizeof keys[0]; k++)
            if (strcmp(key, keys[k].key) == 0)
                *keys[k].value = json_integer_value(json_array_get(pair, 1));
    }
}

static int take_interface(const json_t *row, struct vswitch *vs)
{
    const char *name = json_string_value(json_object_get(row, "name"));
    const struct vswitch_interface *found = name ? vswitch_find_interface(vs, name) : NULL;
    struct vswitch_interface *interface;

    if (!found)
        return 0;
    interface = &vs->interfaces[found - vs->interfaces];
    read_word(row, "link_state", interface->link_state, sizeof interface->link_state);
    read_counters(json_object_get(row, "statistics"), &interface->counters);
    if (!value_read_optional(json_object_get(row, "mtu"), 0, &interface->mtu))
        return -EPROTO;
    return value_read_map(json_object_get(row, "status"), &interface->status);
}

int vswitch_status_take(const json_t *results, size_t first, struct vswitch *vs)
{
    const json_t *rows[sizeof selects / sizeof selects[0]];
    struct qos_types qos = {0};
    int r;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        rows[i] = json_object_get(json_array_get(results, first + i), "rows");
        if (!json_is_array(rows[i]))
            return -EPROTO;
    }
    r = read_qos_types(rows[1], &qos);
    for (size_t i = 0; r == 0 && i < json_array_size(rows[0]); i++)
        r = take_bridge(json_array_get(rows[0], i), vs);
    if (r == 0)
        r = take_qos_types(vs, &qos);
    for (size_t i = 0; r == 0 && i < json_array_size(rows[2]); i++)
        r = take_interface(json_array_get(rows[2], i), vs);
    free(qos.types);
    return r;
}
