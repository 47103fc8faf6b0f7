/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the marks of rows: columns nobody needs who plugs, of every row there is. */
#include "ovsdb/vswitch-marks.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ovsdb/value.h"
#include "ovsdb/vswitch-rows.h"
#include "json/json-text.h"

void vswitch_marks_done(struct vswitch_marks *marks)
{
    free(marks->items);
    *marks = (struct vswitch_marks){0};
}

static json_t *select_columns(json_t *operations, const char *table, const char *const *columns)
{
    json_t *names = json_array();

    for (; *columns; columns++)
        names = value_append(names, json_string(*columns));
    return value_append(operations, value_member(value_op_all("select", table), "columns", names));
}

/* 1, or -EPROTO when the row has no UUID. */
static int read_uuid(const json_t *row, struct vswitch_mark *mark)
{
    return value_read_uuid(json_object_get(row, "_uuid"), mark->uuid) ? 1 : -EPROTO;
}

static int read_owner(const json_t *row, void *item)
{
    struct vswitch_mark *mark = item;
    const json_t *pairs = json_array_get(json_object_get(row, "external_ids"), 1);

    mark->foreign = !json_is_array(pairs) || json_array_size(pairs) > 0;
    return read_uuid(row, mark);
}

static int read_interface(const json_t *row, void *item)
{
    struct vswitch_mark *mark = item;
    const char *state = json_string_value(json_object_get(row, "link_state"));

    mark->link_up = state && strcmp(state, "up") == 0;
    return read_uuid(row, mark);
}

static int read_qos(const json_t *row, void *item)
{
    struct vswitch_mark *mark = item;
    const char *type = json_string_value(json_object_get(row, "type"));
    const json_t *queues = json_array_get(json_object_get(row, "queues"), 1);
    struct vif_map ids = {0};
    const char *own = NULL;
    int r = value_read_map(json_object_get(row, "external_ids"), &ids);

    if (r < 0) {
        strmap_done(&ids);
        return r;
    }
    own = strmap_get(&ids, "_type");
    mark->foreign = !json_is_array(queues) || json_array_size(queues) > 0 || ids.n != 2 ||
                    !strmap_get(&ids, "id") || !own || !type || strcmp(own, type) != 0;
    strmap_done(&ids);
    return read_uuid(row, mark);
}

static const struct {
    const char *table;
    const char *const columns[6];
    rows_read_fn *read;
} tables[] = {
    {"Bridge", {"_uuid", "external_ids", NULL}, read_owner},
    {"Port", {"_uuid", "external_ids", NULL}, read_owner},
    {"Interface", {"_uuid", "link_state", NULL}, read_interface},
    {"QoS", {"_uuid", "type", "external_ids", "queues", NULL}, read_qos},
};
#define N_TABLES (sizeof tables / sizeof tables[0])

int vswitch_marks_read(struct ovsdb_client *client, int64_t until, struct vswitch_marks *ret,
                       struct vif_error *err)
{
    auto_json json_t *operations = json_array();
    auto_json json_t *results = NULL;
    struct rows rows = {.size = sizeof(struct vswitch_mark)};
    int r;

    for (size_t i = 0; i < N_TABLES; i++)
        operations = select_columns(operations, tables[i].table, tables[i].columns);
    if (!operations)
        return error_memory(err);
    r = ovsdb_client_transact(client, operations, false, until, &results, err);
    if (r < 0)
        return r;
    for (size_t i = 0; r == 0 && i < N_TABLES; i++)
        r = rows_take(json_array_get(results, i), &rows, tables[i].read);
    ret->items = rows.items;
    ret->n = rows_unique(&rows, NULL);
    if (r < 0)
        vswitch_marks_done(ret);
    if (r == -EPROTO)
        (void)error_set(err, VIF_ERROR_OVSDB, "an answer is not of the schema's form");
    return r == -ENOMEM ? error_memory(err) : r;
}

static int by_uuid(const void *key, const void *mark)
{
    return strcmp(key, mark);
}

_Static_assert(offsetof(struct vswitch_mark, uuid) == 0, "sorted by uuid");

const struct vswitch_mark *vswitch_mark_of(const struct vswitch_marks *marks, const char *uuid)
{
    return marks->n ? bsearch(uuid, marks->items, marks->n, sizeof *marks->items, by_uuid) : NULL;
}
