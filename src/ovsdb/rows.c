/* SPDX-License-Identifier: Apache-2.0 */
/* Rows as structs, by tables of columns.  Replies of a server are validated here. */
#include "ovsdb/rows.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/pool.h"

static void *member_of(const struct column *column, void *item)
{
    return (char *)item + column->offset;
}

void row_done(const struct table *table, void *item)
{
    for (const struct column *column = table->columns; column->name; column++) {
        void *member = member_of(column, item);

        if (column->type == COLUMN_MAP || column->type == COLUMN_WORDS ||
            column->type == COLUMN_DETAIL)
            strmap_done(member);
        else if (column->type == COLUMN_STRING || column->type == COLUMN_UUIDS)
            free(*(char **)member); /* a set begins with its array */
    }
}

void rows_free(const struct table *table, void *items, size_t n)
{
    for (size_t i = 0; i < n; i++)
        row_done(table, (char *)items + i * table->size);
    free(items);
}

void rows_done(struct rows *rows)
{
    rows_free(rows->table, rows->items, rows->n);
    rows->items = NULL;
    rows->n = rows->room = 0;
}

void *rows_first(const struct rows *rows)
{
    return rows->n ? rows->items : NULL;
}

void rows_write_columns(struct text *out, const struct rows *rows, bool uuid)
{
    const char *between = "[%s", *last = uuid ? "" : "_uuid";

    for (const struct column *column = rows->table->columns; column->name; column++)
        if ((column->reads & rows->reads) && strcmp(column->name, last) != 0) {
            last = column->name;
            value_write(out, between, last);
            between = ",%s";
        }
    value_write(out, "]");
}

/* --- values --- */

/* Copies as much as there is room for; false when that is not all. */
static bool copy_text(const json_t *value, char *ret, size_t size)
{
    size_t n = json_string_length(value), kept = n < size ? n : size - 1;

    memcpy(ret, json_string_value(value), kept);
    ret[kept] = '\0';
    return kept == n;
}

static int parse_references(const json_t *value, struct uuid_set *set)
{
    size_t n = value_set_size(value);

    if (n == 0)
        return 0;
    set->items = calloc(n, sizeof *set->items);
    if (!set->items)
        return -ENOMEM;
    for (; set->n < n; set->n++)
        if (!value_read_uuid(value_set_item(value, set->n), set->items[set->n]))
            return -EPROTO;
    return 0;
}

static int parse_words(const json_t *value, struct vif_map *words)
{
    for (size_t i = 0; i < value_set_size(value); i++) {
        const char *word = json_string_value(value_set_item(value, i));
        int r = word ? strmap_set(words, word, "") : -EPROTO;

        if (r < 0)
            return r;
    }
    return 0;
}

static int keep_detail(struct vif_map *details, struct text *words, const char *column)
{
    return words->failed ? -ENOMEM : strmap_set(details, column, words->data);
}

/* A map as "COLUMN:KEY" each, a set of integers or strings as "1, 2". */
static int parse_detail(const json_t *value, const char *column, struct vif_map *details)
{
    const json_t *pairs = value_pairs(value);
    auto_text struct text words = {0};
    int r = 0;

    for (size_t i = 0; r == 0 && i < json_array_size(pairs); i++) {
        const json_t *pair = json_array_get(pairs, i);
        auto_text struct text key = {0};

        if (!value_pair_text(pair, 0) || !value_pair_text(pair, 1))
            return -EPROTO;
        text_add(&key, "%s:%s", column, value_pair_text(pair, 0));
        text_add(&words, "%s", value_pair_text(pair, 1));
        r = key.failed ? -ENOMEM : keep_detail(details, &words, key.data);
        text_done(&words);
    }
    if (pairs)
        return r;
    for (size_t i = 0; i < value_set_size(value); i++) {
        const json_t *one = value_set_item(value, i);

        text_add(&words, "%s", i ? ", " : "");
        if (json_is_string(one))
            text_add(&words, "%s", json_string_value(one));
        else if (json_is_integer(one))
            text_add(&words, "%lld", (long long)json_integer_value(one));
        else
            return -EPROTO;
    }
    return value_set_size(value) ? keep_detail(details, &words, column) : 0;
}

static int parse_counters(const json_t *value, const struct column *column, int64_t *counters)
{
    const json_t *pairs = value_pairs(value);

    if (value && !pairs)
        return -EPROTO;
    for (size_t k = 0; column->keys[k]; k++) {
        counters[k] = -1;
        for (size_t i = 0; i < json_array_size(pairs); i++) {
            const json_t *pair = json_array_get(pairs, i);
            const char *key = value_pair_text(pair, 0);

            if (key && strcmp(key, column->keys[k]) == 0)
                counters[k] = json_integer_value(json_array_get(pair, 1));
        }
    }
    return 0;
}

/* As parse_column(). */
static int parse_key(const json_t *value, const struct column *column, bool long_names, char *ret)
{
    const json_t *pairs = value_pairs(value);

    if (value && !pairs)
        return -EPROTO;
    for (size_t i = 0; i < json_array_size(pairs); i++) {
        const json_t *pair = json_array_get(pairs, i), *text = json_array_get(pair, 1);
        const char *key = value_pair_text(pair, 0);

        if (!key || !json_is_string(text))
            return -EPROTO;
        if (strcmp(key, column->keys[0]) == 0)
            return copy_text(text, ret, column->size) || long_names;
    }
    return 1;
}

static int parse_integer(const json_t *one, int64_t otherwise, int64_t *ret)
{
    *ret = one ? json_integer_value(one) : otherwise;
    return one && !json_is_integer(one) ? -EPROTO : 0;
}

static int parse_string(const json_t *one, char **ret)
{
    if (one && !json_is_string(one))
        return -EPROTO;
    *ret = one ? strdup(json_string_value(one)) : NULL;
    return one && !*ret ? -ENOMEM : 0;
}

/* 1: it is in the row now; 0: the row is not for us; -EPROTO; -ENOMEM. */
static int parse_column(const json_t *value, const struct column *column, bool long_names,
                        void *member)
{
    const json_t *one = value_set_item(value, 0); /* NULL when it is not set */
    int r = 0;

    switch (column->type) {
    case COLUMN_UUID:
        if (value_set_size(value) == 1 && !value_read_uuid(one, member))
            return -EPROTO;
        break;
    case COLUMN_UUIDS:
        r = parse_references(value, member);
        break;
    case COLUMN_COUNT:
        *(size_t *)member =
            value_pairs(value) ? json_array_size(value_pairs(value)) : value_set_size(value);
        break;
    case COLUMN_NAME:
    case COLUMN_TEXT:
        if (one && !json_is_string(one))
            return -EPROTO;
        return !one || copy_text(one, member, column->size) || column->type == COLUMN_TEXT ||
               long_names;
    case COLUMN_KEY:
        return parse_key(value, column, long_names, member);
    case COLUMN_STRING:
        r = parse_string(one, member);
        break;
    case COLUMN_INTEGER:
        r = parse_integer(one, 0, member);
        break;
    case COLUMN_NUMBER:
        r = parse_integer(one, -1, member);
        break;
    case COLUMN_BOOL:
        *(bool *)member = json_is_true(one);
        r = one && !json_is_boolean(one) ? -EPROTO : 0;
        break;
    case COLUMN_MAP:
        r = one ? value_read_map(value, member) : 0;
        break;
    case COLUMN_WORDS:
        r = parse_words(value, member);
        break;
    case COLUMN_DETAIL:
        r = parse_detail(value, column->name, member);
        break;
    case COLUMN_COUNTERS:
        r = parse_counters(value, column, member);
        break;
    }
    return r < 0 ? r : 1;
}

/* --- rows --- */

static int parse_row(struct rows *rows, const json_t *row, const char *uuid)
{
    void *item = rows->items + rows->n * rows->table->size;
    int r = json_is_object(row) ? 1 : -EPROTO;

    memset(item, 0, rows->table->size);
    for (const struct column *column = rows->table->columns; r > 0 && column->name; column++) {
        if (!(column->reads & rows->reads))
            continue;
        if (uuid && strcmp(column->name, "_uuid") == 0)
            r = parse_uuid(uuid, member_of(column, item)) == 0 ? 1 : -EPROTO;
        else
            r = parse_column(json_object_get(row, column->name), column, rows->long_names,
                             member_of(column, item));
    }
    if (r > 0)
        rows->n++;
    else
        row_done(rows->table, item);
    return r < 0 ? r : 0;
}

static int make_room(struct rows *rows, size_t more)
{
    char *items = array_reserve(rows->items, rows->n, &rows->room, more, rows->table->size);

    if (items)
        rows->items = items;
    return items ? 0 : -ENOMEM;
}

int rows_parse(struct rows *rows, const json_t *result)
{
    const json_t *list = json_object_get(result, "rows");
    int r = json_is_array(list) ? make_room(rows, json_array_size(list)) : -EPROTO;

    for (size_t i = 0; r == 0 && i < json_array_size(list); i++)
        r = parse_row(rows, json_array_get(list, i), NULL);
    return r;
}

int rows_parse_initial(struct rows *rows, json_t *updates)
{
    const char *uuid;
    json_t *update;
    int r;

    if (updates && !json_is_object(updates))
        return -EPROTO;
    r = make_room(rows, json_object_size(updates));
    json_object_foreach(updates, uuid, update)
    {
        if (r == 0)
            r = parse_row(rows, json_object_get(update, "initial"), uuid);
    }
    return r;
}

static int by_first_text(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* Moves the row 'i' to the end of those that are kept. */
static void keep_row(struct rows *rows, size_t *kept, size_t i)
{
    size_t size = rows->table->size;

    if (*kept != i)
        memcpy(rows->items + *kept * size, rows->items + i * size, size);
    ++*kept;
}

void rows_unique(struct rows *rows)
{
    size_t size = rows->table->size, kept = 0;

    if (rows->n)
        qsort(rows->items, rows->n, size, by_first_text);
    for (size_t i = 0; i < rows->n; i++) {
        char *item = rows->items + i * size;

        if (kept && strcmp(rows->items + (kept - 1) * size, item) == 0)
            row_done(rows->table, item);
        else
            keep_row(rows, &kept, i);
    }
    rows->n = kept;
}

static int compare_name(const void *key, const void *item)
{
    const char *const *name = item;

    return strcmp(key, *name);
}

void rows_keep(struct rows *rows, size_t offset, const char *const *names, size_t n)
{
    size_t size = rows->table->size, kept = 0;

    for (size_t i = 0; i < rows->n; i++) {
        char *item = rows->items + i * size;

        if (n && bsearch(item + offset, names, n, sizeof *names, compare_name))
            keep_row(rows, &kept, i);
        else
            row_done(rows->table, item);
    }
    rows->n = kept;
}
