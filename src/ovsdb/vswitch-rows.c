/* SPDX-License-Identifier: Apache-2.0 */
/* Decoding rows.  What a server sends is checked here, column by column, before anyone relies on it;
 * vswitch-read.c, which asks for them, stands on it. */
#include "ovsdb/vswitch-rows.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ovsdb/value.h"

void rows_drop_port(void *item)
{
    struct vswitch_port *port = item;

    strmap_done(&port->details);
}

void rows_drop_interface(void *item)
{
    struct vswitch_interface *interface = item;

    strmap_done(&interface->external_ids);
    strmap_done(&interface->options);
    strmap_done(&interface->status);
    free(interface->error);
}

/* A zeroed row at the end; the caller counts it in only when it was read whole. */
static void *next_row(struct rows *rows)
{
    if (rows->n == rows->room) {
        size_t room = rows->room ? rows->room * 2 : 8;
        void *items = reallocarray(rows->items, room, rows->size);

        if (!items)
            return NULL;
        rows->items = items;
        rows->room = room;
    }
    memset((char *)rows->items + rows->n * rows->size, 0, rows->size);
    return (char *)rows->items + rows->n * rows->size;
}

int rows_read_root(const json_t *result, struct vswitch *vs, struct vif_error *err)
{
    const json_t *row = json_array_get(json_object_get(result, "rows"), 0);

    if (!row)
        return error_set(err, VIF_ERROR_OVSDB,
                         "the database has no Open_vSwitch row (ovs-vsctl init makes it)");
    if (!value_read_uuid(json_object_get(row, "_uuid"), vs->root_uuid) ||
        !json_is_integer(json_object_get(row, "cur_cfg")) ||
        !json_is_integer(json_object_get(row, "next_cfg")))
        return -EPROTO;
    (void)value_read_prefix(value_set_item(json_object_get(row, "ovs_version"), 0), vs->ovs_version,
                            sizeof vs->ovs_version);
    vs->dpdk_known = json_is_boolean(json_object_get(row, "dpdk_initialized"));
    vs->dpdk_initialized = json_is_true(json_object_get(row, "dpdk_initialized"));
    vs->cur_cfg = json_integer_value(json_object_get(row, "cur_cfg"));
    vs->next_cfg = json_integer_value(json_object_get(row, "next_cfg"));
    return 0;
}

int rows_read_bridge(const json_t *row, void *item)
{
    struct vswitch_bridge *bridge = item;

    if (!value_read_string(json_object_get(row, "name"), bridge->name, sizeof bridge->name))
        return 0;
    if (!value_read_uuid(json_object_get(row, "_uuid"), bridge->uuid) ||
        !value_read_prefix(json_object_get(row, "datapath_type"), bridge->datapath_type,
                           sizeof bridge->datapath_type))
        return -EPROTO;
    return 1;
}

int rows_read_port(const json_t *row, void *item)
{
    struct vswitch_port *port = item;
    const json_t *interfaces = json_object_get(row, "interfaces");

    if (!value_read_string(json_object_get(row, "name"), port->name, sizeof port->name))
        return 0;
    if (!value_read_uuid(json_object_get(row, "_uuid"), port->uuid) ||
        !value_read_uuid(json_object_get(row, "qos"), port->qos_uuid))
        return -EPROTO;
    if (value_set_size(interfaces) == 1 &&
        !value_read_uuid(value_set_item(interfaces, 0), port->interface_uuid))
        return -EPROTO;
    return 1;
}

int rows_read_interface(const json_t *row, void *item)
{
    struct vswitch_interface *interface = item;
    const json_t *error = value_set_item(json_object_get(row, "error"), 0);
    int r;

    if (!value_read_string(json_object_get(row, "name"), interface->name, sizeof interface->name))
        return 0;
    if (!value_read_uuid(json_object_get(row, "_uuid"), interface->uuid) ||
        !value_read_prefix(json_object_get(row, "type"), interface->type, sizeof interface->type) ||
        !value_read_optional(json_object_get(row, "mtu_request"), 0, &interface->mtu_request) ||
        !value_read_optional(json_object_get(row, "ofport"), 0, &interface->ofport) ||
        !value_read_optional(json_object_get(row, "ofport_request"), 0, &interface->ofport_request))
        return -EPROTO;
    r = value_read_map(json_object_get(row, "external_ids"), &interface->external_ids);
    if (r == 0)
        r = value_read_map(json_object_get(row, "options"), &interface->options);
    if (r == 0 && json_is_string(error)) {
        interface->error = strdup(json_string_value(error));
        r = interface->error ? 0 : -ENOMEM;
    }
    if (r < 0) {
        rows_drop_interface(interface);
        return r;
    }
    return 1;
}

int rows_read_qos(const json_t *row, void *item)
{
    struct vswitch_qos *qos = item;
    struct vif_map ids = {0};
    const char *id;
    int r;

    if (!value_read_uuid(json_object_get(row, "_uuid"), qos->uuid) ||
        !value_read_prefix(json_object_get(row, "type"), qos->type, sizeof qos->type))
        return -EPROTO;
    r = value_read_map(json_object_get(row, "external_ids"), &ids);
    id = strmap_get(&ids, "id");
    if (r == 0 && id && strlen(id) < sizeof qos->id) {
        memcpy(qos->id, id, strlen(id) + 1);
        r = 1;
    }
    strmap_done(&ids);
    return r;
}

int rows_take(const json_t *result, struct rows *rows, rows_read_fn *read)
{
    const json_t *list = json_object_get(result, "rows");

    if (!json_is_array(list))
        return -EPROTO;
    for (size_t i = 0; i < json_array_size(list); i++) {
        void *item = next_row(rows);
        int r;

        if (!item)
            return -ENOMEM;
        r = read(json_array_get(list, i), item);
        if (r < 0)
            return r;
        rows->n += (size_t)r;
    }
    return 0;
}

static int by_first_text(const void *a, const void *b)
{
    return strcmp(a, b);
}

static int by_qos_id(const void *a, const void *b)
{
    const struct vswitch_qos *left = a, *right = b;

    return strcmp(left->id, right->id);
}

/* The same name may have been asked for twice. */
size_t rows_unique(struct rows *rows, void (*drop)(void *item))
{
    char *items = rows->items;
    size_t kept = 0;

    if (!rows->n)
        return 0;
    qsort(rows->items, rows->n, rows->size, by_first_text);
    for (size_t i = 0; i < rows->n; i++) {
        char *item = items + i * rows->size;

        if (kept && strcmp(items + (kept - 1) * rows->size, item) == 0) {
            if (drop)
                drop(item);
            continue;
        }
        if (kept != i)
            memcpy(items + kept * rows->size, item, rows->size);
        kept++;
    }
    return kept;
}

static int name_of(const void *key, const void *item)
{
    const char *const *name = item;

    return strcmp(key, *name);
}

void rows_keep(struct rows *rows, size_t offset, const char *const *names, size_t n,
               void (*drop)(void *item))
{
    char *items = rows->items;
    size_t kept = 0;

    for (size_t i = 0; i < rows->n; i++) {
        char *item = items + i * rows->size;

        if (!bsearch(item + offset, names, n, sizeof *names, name_of)) {
            if (drop)
                drop(item);
            continue;
        }
        if (kept != i)
            memcpy(items + kept * rows->size, item, rows->size);
        kept++;
    }
    rows->n = kept;
}

void rows_sort_qos(struct rows *rows)
{
    if (rows->n)
        qsort(rows->items, rows->n, rows->size, by_qos_id);
}
