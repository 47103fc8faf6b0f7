/* SPDX-License-Identifier: Apache-2.0 */
/* Reading records.  Even if the peer is broken or hostile, a struct that was read holds values of
 * the form its table promises, and no pointer that is not its own. */
#include "json/record.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <vif/vif.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "json/json-build.h"

static int keep(const char *text, const char **ret, struct vif_error *err)
{
    *ret = text;
    return text ? 0 : error_memory(err);
}

static char *copy_text(struct pool *pool, const json_t *json, bool is_line)
{
    char *text = pool_copy(pool, json_string_value(json), json_string_length(json));

    for (char *p = text; is_line && p && *p; p++)
        if ((unsigned char)*p < ' ' || *p == 0x7f)
            *p = ' ';
    return text;
}

static bool is_word(const char *text)
{
    return text[strspn(
               text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:")] == '\0';
}

static int read_text(enum record_type type, const json_t *json, const struct json_path *path,
                     struct pool *pool, const char **ret, struct vif_error *err)
{
    if (!json_is_string(json))
        return json_path_expected(path, "a text", json, err);
    if (type == RECORD_WORD && !is_word(json_string_value(json)))
        return json_path_expected(path, "a word", json, err);
    if (type == RECORD_STRING && json_string_length(json) > LIMIT_STRING)
        return json_path_error(path, err, "expected at most %d bytes", LIMIT_STRING);
    return keep(copy_text(pool, json, type == RECORD_LINE), ret, err);
}

static int check_texts(const json_t *json, const struct json_path *path, struct vif_error *err)
{
    if (!json_is_array(json))
        return json_path_expected(path, "a list of texts", json, err);
    for (size_t i = 0; i < json_array_size(json); i++) {
        struct json_path step = {.up = path, .index = i};

        if (!json_is_string(json_array_get(json, i)))
            return json_path_expected(&step, "a text", json_array_get(json, i), err);
    }
    return 0;
}

static int read_lines(const json_t *json, const struct json_path *path, struct pool *pool,
                      const char **ret, struct vif_error *err)
{
    size_t n = json_array_size(json), length = 0;
    int r = check_texts(json, path, err);
    char *lines, *at;

    if (r < 0)
        return r;
    for (size_t i = 0; i < n; i++)
        length += json_string_length(json_array_get(json, i)) + 1;
    at = lines = pool_take(pool, length + 1);
    for (size_t i = 0; lines && i < n; i++) {
        for (const char *p = json_string_value(json_array_get(json, i)); *p; p++)
            *at++ = (unsigned char)*p < ' ' || *p == 0x7f ? ' ' : *p;
        *at++ = '\n';
    }
    return keep(lines, ret, err);
}

static int read_texts(const json_t *json, const struct json_path *path, struct pool *pool,
                      const char *const **ret, struct vif_error *err)
{
    size_t n = json_array_size(json);
    int r = check_texts(json, path, err);
    const char **texts;

    if (r == 0 && n > LIMIT_VIFS)
        r = json_path_error(path, err, "expected at most %d texts", LIMIT_VIFS);
    if (r < 0)
        return r;
    texts = pool_take(pool, (n + 1) * sizeof *texts);
    if (!texts)
        return error_memory(err);
    for (size_t i = 0; r == 0 && i < n; i++) {
        struct json_path step = {.up = path, .index = i};

        r = read_text(RECORD_STRING, json_array_get(json, i), &step, pool, &texts[i], err);
    }
    *ret = texts;
    return r;
}

static int read_sign(const json_t *json, const struct json_path *path, char *ret,
                     struct vif_error *err)
{
    if (json_string_length(json) != 1 || *json_string_value(json) < ' ')
        return json_path_expected(path, "a sign", json, err);
    *ret = *json_string_value(json);
    return 0;
}

static int read_enum(const struct record_field *field, const json_t *json,
                     const struct json_path *path, int *ret, struct vif_error *err)
{
    const struct record_words *words = field->words;

    for (int i = 0; json_is_string(json) && i < words->n; i++)
        if (strcmp(words->words[i], json_string_value(json)) == 0) {
            *ret = i;
            return 0;
        }
    return json_path_expected(path, "a known word", json, err);
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

static int read_raw_list(const json_t *json, const struct json_path *path, struct pool *pool,
                         const char **ret, struct vif_error *err)
{
    auto_free char *text = NULL;

    if (!json_is_array(json))
        return json_path_expected(path, "a list", json, err);
    text = json_dumps(json, JSON_COMPACT);
    return keep(text ? pool_text(pool, text) : NULL, ret, err);
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

/* An error as its two members say it. */
struct error_words {
    const char *kind, *text;
};
static const struct record_field error_fields[] = {
    {RECORD_FIELD(struct error_words, kind, WORD)},
    {RECORD_FIELD(struct error_words, text, LINE)},
};
static const struct record_table error_table = {
    RECORD_TABLE("Failure", error_fields, struct error_words)};

static int read_error(const json_t *json, const struct json_path *path, struct pool *pool,
                      const struct vif_error **ret, struct vif_error *err)
{
    struct error_words words = {0};
    struct vif_error *error = NULL;
    enum vif_error_kind kind = VIF_ERROR_SYSTEM; /* what a newer program knows */
    int r = record_read(&error_table, json, path, pool, &words, err);

    if (r < 0)
        return r;
    error = pool_take(pool, sizeof *error);
    if (!error)
        return error_memory(err);
    (void)error_kind_of_name(words.kind, &kind);
    (void)error_set(error, kind, "%s", words.text);
    *ret = error;
    return 0;
}

static int read_object(const struct record_table *table, const json_t *json,
                       const struct json_path *path, struct pool *pool, const void **ret,
                       struct vif_error *err)
{
    void *object = pool_take(pool, table->size);

    *ret = object;
    return object ? record_read(table, json, path, pool, object, err) : error_memory(err);
}

static struct record_list *new_list(struct pool *pool, size_t n, size_t size, void *ret_items)
{
    struct record_list *list = pool_take(pool, sizeof *list);
    void *items = pool_take(pool, n * size);

    if (!list || !items)
        return NULL;
    *list = (struct record_list){items, n};
    *(void **)ret_items = items;
    return list;
}

static int read_list(const struct record_table *table, const json_t *json,
                     const struct json_path *path, struct pool *pool,
                     const struct record_list **ret, struct vif_error *err)
{
    char *items;
    int r = 0;

    if (!json_is_array(json))
        return json_path_expected(path, "a list", json, err);
    *ret = new_list(pool, json_array_size(json), table->size, &items);
    if (!*ret)
        return error_memory(err);
    for (size_t i = 0; r == 0 && i < (*ret)->n; i++) {
        struct json_path step = {.up = path, .index = i};

        r = record_read(table, json_array_get(json, i), &step, pool, items + i * table->size, err);
    }
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
                        const struct record_list **ret, struct vif_error *err)
{
    struct record_member *members;
    const char *key;
    json_t *value;
    int r = 0;

    if (!json_is_object(json))
        return json_path_expected(path, "an object", json, err);
    *ret = new_list(pool, json_object_size(json), sizeof *members, &members);
    if (!*ret)
        return error_memory(err);
    json_object_foreach(json, key, value)
    {
        struct json_path step = {.up = path, .key = key};

        if (r == 0)
            r = read_member(key, value, &step, pool, members++, err);
    }
    return r;
}

/* All other types are zero. */
static void set_none(const struct record_field *field, void *value)
{
    if (field->type == RECORD_TEXT || field->type == RECORD_LINE || field->type == RECORD_WORD)
        *(const char **)value = "";
    else if (field->type == RECORD_INT)
        *(int64_t *)value = field->none;
    else if (field->type == RECORD_ENUM)
        *(int *)value = (int)field->none;
    else if (field->type == RECORD_INDEX)
        *(size_t *)value = SIZE_MAX;
}

static int read_field(const struct record_field *field, json_t *json, const struct json_path *path,
                      struct pool *pool, void *value, struct vif_error *err)
{
    switch (field->type) {
    case RECORD_TEXT:
    case RECORD_LINE:
    case RECORD_WORD:
    case RECORD_STRING:
        return read_text(field->type, json, path, pool, value, err);
    case RECORD_SIGN:
        return read_sign(json, path, value, err);
    case RECORD_ENUM:
        return read_enum(field, json, path, value, err);
    case RECORD_BOOL:
        *(int *)value = json_is_true(json);
        return json_is_boolean(json) ? 0 : json_path_expected(path, "true or false", json, err);
    case RECORD_INT:
        return read_int(field, json, path, value, err);
    case RECORD_INDEX:
        *(size_t *)value = (size_t)json_integer_value(json);
        return json_is_integer(json) && json_integer_value(json) >= 0
                   ? 0
                   : json_path_expected(path, "an index", json, err);
    case RECORD_LINES:
        return read_lines(json, path, pool, value, err);
    case RECORD_TEXTS:
        return read_texts(json, path, pool, value, err);
    case RECORD_RAW_LIST:
        return read_raw_list(json, path, pool, value, err);
    case RECORD_PAGE:
        return read_page(json, path, pool, value, err);
    case RECORD_DOCUMENTS:
        ((struct record_documents *)value)->list = json;
        return json_is_array(json) ? 0 : json_path_expected(path, "a list", json, err);
    case RECORD_ERROR:
        return read_error(json, path, pool, value, err);
    case RECORD_OBJECT:
        return read_object(field->table, json, path, pool, value, err);
    case RECORD_LIST:
        return read_list(field->table, json, path, pool, value, err);
    case RECORD_MEMBERS:
        return read_members(json, path, pool, value, err);
    }
    return -EINVAL;
}

/* 'i' counts the fields; where it ends is the faulty one. */
static int read_fields(const struct record_table *table, const json_t *json,
                       const struct json_path *path, struct pool *pool, void *base, size_t *i,
                       struct vif_error *err)
{
    int r = 0;

    for (*i = 0; *i < table->n; ++*i) {
        const struct record_field *field = &table->fields[*i];
        struct json_path step = {.up = path, .key = field->name};
        json_t *value = json_object_get(json, field->name);
        void *place = (char *)base + field->offset;

        if (value && !(field->optional && json_is_null(value)))
            r = read_field(field, value, &step, pool, place, err);
        else if (field->optional)
            set_none(field, place);
        else
            r = json_path_error(&step, err, "missing");
        if (r < 0)
            return r;
    }
    return 0;
}

int record_read(const struct record_table *table, const json_t *json, const struct json_path *path,
                struct pool *pool, void *base, struct vif_error *err)
{
    const char *fault;
    size_t i;
    int r;

    if (!json_is_object(json))
        return json_path_expected(path, "an object", json, err);
    r = read_fields(table, json, path, pool, base, &i, err);
    if (r < 0)
        return r;
    fault = table->fault ? table->fault(base) : NULL;
    return fault ? json_path_error(path, err, "%s", fault) : 0;
}

int record_read_parameters(const struct record_table *table, json_t *json, struct pool *pool,
                           void *base, const char **ret_bad)
{
    const struct json_path root = {.key = ""};
    const char *name;
    json_t *value;
    size_t i;
    int r;

    json_object_foreach(json, name, value)
    {
        for (i = 0; i < table->n && strcmp(table->fields[i].name, name) != 0; i++)
            continue;
        *ret_bad = name;
        if (i == table->n && !json_is_null(value))
            return -EINVAL;
    }
    r = read_fields(table, json, &root, pool, base, &i, NULL);
    if (r < 0)
        *ret_bad = table->fields[i].name;
    return r;
}
