/* SPDX-License-Identifier: Apache-2.0 */
/* Waiting for rows of one table, known by their column "name", to become what they are awaited to be.
 * By a conditional monitor (ovsdb-server(7), section 4.1.12), which tells of these rows alone and only
 * what changed of them; where a server does not know it, by RFC 7047's own, which tells of all rows of
 * the table.  A change costs a look-up, however many rows are watched. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/parse.h"
#include "ovsdb/client-private.h"
#include "ovsdb/value.h"
#include "json/json-build.h"
#include "json/json-text.h"

/* One row as it is now. */
struct watched {
    char uuid[UUID_TEXT_SIZE];
    json_t *row; /* NULL: there is none */
    bool so;
};

struct rows_watch {
    const struct ovsdb_watch *watch;
    struct watched *rows; /* one for each name */
    json_t *numbers;      /* uuid -> index of 'rows' */
    size_t n_so;
};

static void put_row(struct rows_watch *rows, size_t i, json_t *row)
{
    struct watched *watched = &rows->rows[i];
    bool was = watched->so;

    json_decref(watched->row);
    watched->row = row;
    watched->so = rows->watch->is_so(rows->watch->data, i, row);
    rows->n_so = rows->n_so - was + watched->so;
}

static int compare_name(const void *key, const void *item)
{
    const char *const *name = item;

    return strcmp(key, *name);
}

/* A row that is there now, or one of the same name that took its place. */
static int take_row(struct rows_watch *rows, const char *uuid, json_t *columns)
{
    const struct ovsdb_watch *watch = rows->watch;
    const char *name = json_string_value(json_object_get(columns, "name"));
    const char *const *found =
        name ? bsearch(name, watch->names, watch->n, sizeof *watch->names, compare_name) : NULL;
    struct watched *watched;
    json_t *row;

    if (!found || strlen(uuid) >= sizeof watched->uuid)
        return 0;
    watched = &rows->rows[found - watch->names];
    if (strcmp(watched->uuid, uuid) != 0) {
        (void)json_object_del(rows->numbers, watched->uuid);
        memcpy(watched->uuid, uuid, strlen(uuid) + 1);
        if (json_object_set_new(rows->numbers, uuid, json_integer(found - watch->names)) < 0)
            return -ENOMEM;
    }
    row = json_copy(columns);
    if (!row)
        return -ENOMEM;
    put_row(rows, (size_t)(found - watch->names), row);
    return 0;
}

static const json_t *pair_of(const json_t *map, const json_t *key)
{
    const json_t *pairs = json_array_get(map, 1);

    for (size_t i = 0; i < json_array_size(pairs); i++)
        if (json_equal(json_array_get(json_array_get(pairs, i), 0), key))
            return json_array_get(pairs, i);
    return NULL;
}

/* The map 'old' (NULL: empty) after the difference: a pair that is in both goes, others are set. */
static json_t *apply_difference(const json_t *old, const json_t *difference)
{
    const json_t *before = json_array_get(old, 1), *changes = json_array_get(difference, 1);
    json_t *pairs = json_array();

    for (size_t i = 0; i < json_array_size(before); i++) {
        json_t *pair = json_array_get(before, i);

        if (!pair_of(difference, json_array_get(pair, 0)))
            pairs = json_and(pairs, json_incref(pair));
    }
    for (size_t i = 0; i < json_array_size(changes); i++) {
        json_t *pair = json_array_get(changes, i);

        if (!json_equal(pair_of(old, json_array_get(pair, 0)), pair))
            pairs = json_and(pairs, json_incref(pair));
    }
    return json_and(json_and(json_array(), json_string("map")), pairs);
}

/* What "modify" tells: new values, but of maps only the difference (ovsdb-server(7), 4.1.14). */
static int modify_row(struct rows_watch *rows, size_t i, json_t *changes)
{
    json_t *row = json_copy(rows->rows[i].row);
    const char *column;
    json_t *value;

    json_object_foreach(changes, column, value)
    {
        if (value_pairs(value))
            value = apply_difference(json_object_get(row, column), value);
        else
            json_incref(value);
        row = json_with(row, column, value);
    }
    if (!row)
        return -ENOMEM;
    put_row(rows, i, row);
    return 0;
}

/* One element of <table-update> (RFC 7047 section 4.1.6) or <table-update2>. */
static int take_change(struct rows_watch *rows, const char *uuid, const json_t *change)
{
    static const char *const whole[] = {"new", "initial", "insert"};
    json_t *changes = json_object_get(change, "modify");
    const json_t *number;
    size_t i;

    for (size_t w = 0; w < sizeof whole / sizeof whole[0]; w++)
        if (json_is_object(json_object_get(change, whole[w])))
            return take_row(rows, uuid, json_object_get(change, whole[w]));
    number = json_object_get(rows->numbers, uuid);
    if (!number)
        return 0;
    i = (size_t)json_integer_value(number);
    if (changes)
        return modify_row(rows, i, changes);
    (void)json_object_del(rows->numbers, uuid);
    rows->rows[i].uuid[0] = '\0';
    put_row(rows, i, NULL);
    return 0;
}

static void forget_rows(struct rows_watch *rows)
{
    for (size_t i = 0; rows->rows && i < rows->watch->n; i++) {
        json_decref(rows->rows[i].row);
        rows->rows[i] = (struct watched){0};
    }
    rows->n_so = 0;
}

static int take_rows(void *data, const json_t *tables, bool first)
{
    struct rows_watch *rows = data;
    const char *uuid;
    json_t *change;

    if (first) {
        forget_rows(rows);
        (void)json_object_clear(rows->numbers);
    }
    json_object_foreach(json_object_get(tables, rows->watch->table), uuid, change)
    {
        if (take_change(rows, uuid, change) < 0)
            return -ENOMEM;
    }
    for (size_t i = 0; first && i < rows->watch->n; i++)
        if (!rows->rows[i].row)
            put_row(rows, i, NULL);
    return 0;
}

static bool are_all_so(const void *data)
{
    const struct rows_watch *rows = data;

    return rows->n_so == rows->watch->n;
}

/* {table: {"columns": [..]}}; with 'conditional', {table: [{"columns": [..], "where": [..]}]}, where
 * one clause that holds is enough.  The server looks names up by a hash as long as every clause is an
 * equality of the same column. */
static void write_requests(struct text *out, const struct ovsdb_watch *watch, bool conditional)
{
    value_write(out, conditional ? "{%s:[{'columns':['name'" : "{%s:{'columns':['name'",
                watch->table);
    for (size_t i = 0; watch->columns[i]; i++)
        value_write(out, ",%s", watch->columns[i]);
    for (size_t i = 0; conditional && i < watch->n; i++)
        value_write(out, i ? ",['name','==',%s]" : "],'where':[['name','==',%s]", watch->names[i]);
    value_write(out, conditional ? "]}]}" : "]}}");
}

static int watch_by(struct ovsdb_client *client, struct rows_watch *rows, bool conditional,
                    int64_t until, struct vif_error *err)
{
    auto_text struct text requests = {0};
    const struct ovsdb_monitor monitor = {
        .method = conditional ? "monitor_cond" : "monitor",
        .update = conditional ? "update2" : "update",
        .requests = &requests,
        .take = take_rows,
        .is_done = are_all_so,
        .data = rows,
    };

    write_requests(&requests, rows->watch, conditional);
    return ovsdb_client_watch(client, &monitor, until, err);
}

int ovsdb_client_watch_rows(struct ovsdb_client *client, const struct ovsdb_watch *watch,
                            int64_t until, struct vif_error *err)
{
    auto_free struct watched *watched = calloc(watch->n + 1, sizeof *watched);
    auto_json json_t *numbers = json_object();
    struct rows_watch rows = {watch, watched, numbers, 0};
    struct vif_error words = {0};
    int r;

    if (!watched || !numbers)
        return error_memory(err);
    if (watch->n == 0)
        return 0;
    r = watch_by(client, &rows, true, until, &words);
    if (r == -EREMOTEIO) /* it may be older than this method */
        r = watch_by(client, &rows, false, until, &words);
    forget_rows(&rows);
    if (r == -ETIMEDOUT)
        return error_set(err, VIF_ERROR_TIMEOUT, "timed out while rows of table %s are awaited",
                         watch->table);
    return ovsdb_client_tell(r, &words, err);
}
