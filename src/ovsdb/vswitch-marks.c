/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the marks of rows: columns that a plug does not need, of every row there is. */
#include "ovsdb/vswitch-marks.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ovsdb/select.h"
#include "ovsdb/vswitch-tables.h"
#include "json/json-text.h"

void vswitch_marks_done(struct vswitch_marks *marks)
{
    free(marks->items);
    *marks = (struct vswitch_marks){0};
}

static struct vswitch_mark mark_bridge(const void *row)
{
    const struct vswitch_bridge *bridge = row;

    return (struct vswitch_mark){.foreign = bridge->n_ids > 0};
}

static struct vswitch_mark mark_port(const void *row)
{
    const struct vswitch_port *port = row;

    return (struct vswitch_mark){.foreign = port->n_ids > 0};
}

static struct vswitch_mark mark_interface(const void *row)
{
    const struct vswitch_interface *interface = row;

    return (struct vswitch_mark){.link_up = strcmp(interface->link_state, "up") == 0};
}

static struct vswitch_mark mark_qos(const void *row)
{
    const struct vswitch_qos *qos = row;
    const char *type = strmap_get(&qos->external_ids, "_type");

    return (struct vswitch_mark){.foreign = qos->n_queues > 0 || qos->external_ids.n != 2 ||
                                            !strmap_get(&qos->external_ids, "id") || !type ||
                                            strcmp(type, qos->type) != 0};
}

static const struct {
    const struct table *table;
    struct vswitch_mark (*mark)(const void *row);
    size_t uuid; /* its offset */
} tables[] = {
    {&vswitch_bridge_table, mark_bridge, offsetof(struct vswitch_bridge, uuid)},
    {&vswitch_port_table, mark_port, offsetof(struct vswitch_port, uuid)},
    {&vswitch_interface_table, mark_interface, offsetof(struct vswitch_interface, uuid)},
    {&vswitch_qos_table, mark_qos, offsetof(struct vswitch_qos, uuid)},
};
#define N_TABLES (sizeof tables / sizeof tables[0])

static int add_marks(struct vswitch_marks *marks, const json_t *result, size_t t)
{
    auto_rows struct rows rows = {.table = tables[t].table, .reads = READ_MARKS};
    int r = rows_parse(&rows, result);
    struct vswitch_mark *items;

    if (r < 0)
        return r;
    items = reallocarray(marks->items, marks->n + rows.n + 1, sizeof *items);
    if (!items)
        return -ENOMEM;
    marks->items = items;
    for (size_t i = 0; i < rows.n; i++) {
        const char *row = rows.items + i * rows.table->size;

        items[marks->n] = tables[t].mark(row);
        memcpy(items[marks->n++].uuid, row + tables[t].uuid, UUID_TEXT_SIZE);
    }
    return 0;
}

static int compare_uuid(const void *a, const void *b)
{
    const struct vswitch_mark *left = a, *right = b;

    return strcmp(left->uuid, right->uuid);
}

int vswitch_marks_read(struct ovsdb_client *client, int64_t until, struct vswitch_marks *ret,
                       struct vif_error *err)
{
    auto_operations struct ovsdb_operations operations = {0};
    struct vswitch_marks marks = {0};
    auto_json json_t *results = NULL;
    int r;

    for (size_t t = 0; t < N_TABLES; t++)
        select_add(&operations, &(struct rows){.table = tables[t].table, .reads = READ_MARKS}, "");
    r = select_run(client, &operations, until, &results, err);
    if (r < 0)
        return r;
    for (size_t t = 0; r == 0 && t < N_TABLES; t++)
        r = add_marks(&marks, json_array_get(results, t), t);
    if (r < 0) {
        vswitch_marks_done(&marks);
        return select_fault(r, err);
    }
    qsort(marks.items, marks.n, sizeof *marks.items, compare_uuid);
    *ret = marks;
    return 0;
}

static int by_uuid(const void *key, const void *item)
{
    const struct vswitch_mark *mark = item;

    return strcmp(key, mark->uuid);
}

const struct vswitch_mark *vswitch_mark_of(const struct vswitch_marks *marks, const char *uuid)
{
    return marks->n ? bsearch(uuid, marks->items, marks->n, sizeof *marks->items, by_uuid) : NULL;
}
