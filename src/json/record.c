/* SPDX-License-Identifier: Apache-2.0 */
/* The reader of records: each row of a table says the name, form and place of one value.  A peer may be
 * broken or hostile: whatever it sends, a struct that was read holds texts of the form its table
 * promises, and no pointer that is not its own.  Stands on jansson and a pool; what vifd answers is read
 * with it. */
#include "json/record.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "json/json-build.h"

static int read_field(const struct record_field *field, json_t *json, const struct json_path *path,
                      struct pool *pool, void *value, struct vif_error *err);

static int keep(const char *text, const char **ret, struct vif_error *err)
{
    *ret = text;
    return text ? 0 : error_memory(err);
}

static bool is_control(unsigned char c)
{
    return c < ' ' || c == 0x7f;
}

static bool is_word(const char *text)
{
    return text[strspn(
               text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:")] == '\0';
}

static int read_text(enum record_type type, const json_t *json, const struct json_path *path,
                     struct pool *pool, const char **ret, struct vif_error *err)
{
    char *text;

    if (!json_is_string(json))
        return json_path_expected(path, "a text", json, err);
    if (type == RECORD_WORD && !is_word(json_string_value(json)))
        return json_path_expected(path, "a word", json, err);
    text = pool_copy(pool, json_string_value(json), json_string_length(json));
    for (char *p = text; type == RECORD_LINE && p && *p; p++)
        if (is_control((unsigned char)*p))
            *p = ' ';
    return keep(text, ret, err);
}

/* Each text is one line, whatever is in it. */
static int read_lines(const json_t *json, const struct json_path *path, struct pool *pool,
                      const char **ret, struct vif_error *err)
{
    size_t n = json_array_size(json), length = 0;
    char *lines, *at;

    if (!json_is_array(json))
        return json_path_expected(path, "a list of texts", json, err);
    for (size_t i = 0; i < n; i++) {
        struct json_path step = {.up = path, .index = i};
        const json_t *line = json_array_get(json, i);

        if (!json_is_string(line))
            return json_path_expected(&step, "a text", line, err);
        length += json_string_length(line) + 1;
    }
    at = lines = pool_take(pool, length + 1);
    for (size_t i = 0; lines && i < n; i++) {
        const json_t *line = json_array_get(json, i);

        for (const char *p = json_string_value(line); *p; p++)
            *at++ = (char)(is_control((unsigned char)*p) ? ' ' : *p);
        *at++ = '\n';
    }
    return keep(lines, ret, err);
}

static int read_int(const struct record_field *field, const json_t *json,
                    const struct json_path *path, int64_t *ret, struct vif_error *err)
{
    char range[80];

    if (json_is_integer(json) && json_integer_value(json) >= field->min &&
        json_integer_value(json) <= field->max) {
        *ret = json_integer_value(json);
        return 0;
    }
    (void)snprintf(range, sizeof range, "an integer from %" PRId64 " to %" PRId64, field->min,
                   field->max);
    return json_path_expected(path, range, json, err);
}

static int read_index(const json_t *json, const struct json_path *path, size_t *ret,
                      struct vif_error *err)
{
    if (!json_is_integer(json) || json_integer_value(json) < 0)
        return json_path_expected(path, "an index", json, err);
    *ret = (size_t)json_integer_value(json);
    return 0;
}

static int put_bytes(const char *bytes, size_t n, void *data)
{
    struct text *text = data;

    text_add_bytes(text, bytes, n);
    return text->failed ? -1 : 0;
}

static int read_list_as_text(const json_t *json, const struct json_path *path, struct pool *pool,
                             const char **ret, struct vif_error *err)
{
    struct text text = {0};
    const char *copy = NULL;

    if (!json_is_array(json))
        return json_path_expected(path, "a list", json, err);
    if (json_dump_callback(json, put_bytes, &text, JSON_COMPACT) == 0 && !text.failed)
        copy = pool_copy(pool, text.data, text.n);
    text_done(&text);
    return keep(copy, ret, err);
}

static int read_page(json_t *json, const struct json_path *path, struct pool *pool,
                     const char **ret, struct vif_error *err)
{
    auto_free char *page = NULL;

    if (!json_is_object(json))
        return json_path_expected(path, "an object", json, err);
    page = json_finish(json_incref(json));
    return keep(page ? pool_text(pool, page) : NULL, ret, err);
}

static int read_object(const struct record_table *table, const json_t *json,
                       const struct json_path *path, struct pool *pool, void **ret,
                       struct vif_error *err)
{
    *ret = pool_take(pool, table->size);
    return *ret ? record_read(table, json, path, pool, *ret, err) : error_memory(err);
}

static int read_list(const struct record_table *table, const json_t *json,
                     const struct json_path *path, struct pool *pool, struct record_list *ret,
                     struct vif_error *err)
{
    size_t n = json_array_size(json);
    char *items;
    int r = 0;

    if (!json_is_array(json))
        return json_path_expected(path, "a list", json, err);
    items = pool_take(pool, n * table->size);
    if (!items)
        return error_memory(err);
    for (size_t i = 0; r == 0 && i < n; i++) {
        struct json_path step = {.up = path, .index = i};

        r = record_read(table, json_array_get(json, i), &step, pool, items + i * table->size, err);
    }
    *ret = (struct record_list){items, n};
    return r;
}

static int read_member(const char *key, const json_t *json, const struct json_path *path,
                       struct pool *pool, struct record_member *ret, struct vif_error *err)
{
    char digits[24];
    int r;

    if (!is_word(key))
        return json_path_error(path, err, "expected a word as name");
    r = keep(pool_text(pool, key), &ret->key, err);
    if (r < 0)
        return r;
    if (json_is_string(json))
        return read_text(RECORD_TEXT, json, path, pool, &ret->value, err);
    if (!json_is_integer(json))
        return json_path_expected(path, "a text or a whole number", json, err);
    (void)snprintf(digits, sizeof digits, "%lld", (long long)json_integer_value(json));
    ret->is_number = 1;
    return keep(pool_text(pool, digits), &ret->value, err);
}

static int read_members(json_t *json, const struct json_path *path, struct pool *pool,
                        struct record_list *ret, struct vif_error *err)
{
    struct record_member *members;
    const char *key;
    json_t *value;
    int r = 0;

    if (!json_is_object(json))
        return json_path_expected(path, "an object", json, err);
    members = pool_take(pool, json_object_size(json) * sizeof *members);
    if (!members)
        return error_memory(err);
    ret->items = members;
    json_object_foreach(json, key, value)
    {
        struct json_path step = {.up = path, .key = key};

        if (r == 0)
            r = read_member(key, value, &step, pool, &members[ret->n++], err);
    }
    return r;
}

static void set_none(const struct record_field *field, void *value)
{
    switch (field->type) {
    case RECORD_TEXT:
    case RECORD_LINE:
    case RECORD_WORD:
        *(const char **)value = "";
        break;
    case RECORD_INT:
        *(int64_t *)value = field->none;
        break;
    case RECORD_INDEX:
        *(size_t *)value = SIZE_MAX;
        break;
    case RECORD_LINES:
    case RECORD_BOOL:
    case RECORD_LIST_AS_TEXT:
    case RECORD_OBJECT_AS_PAGE:
    case RECORD_OBJECT:
    case RECORD_LIST:
    case RECORD_MEMBERS:
        break; /* zeroed */
    }
}

static int read_field(const struct record_field *field, json_t *json, const struct json_path *path,
                      struct pool *pool, void *value, struct vif_error *err)
{
    switch (field->type) {
    case RECORD_TEXT:
    case RECORD_LINE:
    case RECORD_WORD:
        return read_text(field->type, json, path, pool, value, err);
    case RECORD_LINES:
        return read_lines(json, path, pool, value, err);
    case RECORD_BOOL:
        *(int *)value = json_is_true(json);
        return json_is_boolean(json) ? 0 : json_path_expected(path, "true or false", json, err);
    case RECORD_INT:
        return read_int(field, json, path, value, err);
    case RECORD_INDEX:
        return read_index(json, path, value, err);
    case RECORD_LIST_AS_TEXT:
        return read_list_as_text(json, path, pool, value, err);
    case RECORD_OBJECT_AS_PAGE:
        return read_page(json, path, pool, value, err);
    case RECORD_OBJECT:
        return read_object(field->table, json, path, pool, value, err);
    case RECORD_LIST:
        return read_list(field->table, json, path, pool, value, err);
    case RECORD_MEMBERS:
        return read_members(json, path, pool, value, err);
    }
    return -EINVAL;
}

int record_read(const struct record_table *table, const json_t *json, const struct json_path *path,
                struct pool *pool, void *base, struct vif_error *err)
{
    int r = 0;

    if (!json_is_object(json))
        return json_path_expected(path, "an object", json, err);
    for (size_t i = 0; r == 0 && i < table->n; i++) {
        const struct record_field *field = &table->fields[i];
        struct json_path step = {.up = path, .key = field->name};
        json_t *value = json_object_get(json, field->name);
        void *place = (char *)base + field->offset;

        if (value && !(field->optional && json_is_null(value)))
            r = read_field(field, value, &step, pool, place, err);
        else if (field->optional)
            set_none(field, place);
        else
            r = json_path_error(&step, err, "missing");
    }
    return r;
}
