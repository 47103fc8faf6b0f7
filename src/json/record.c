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
#include "json/json-text.h"

/* The place in a document, and in its table. */
struct reading {
    const struct record_field *field;
    const struct json_path *path;
    struct pool *pool;
    struct vif_error *err;
};

typedef int read_fn(const struct reading *at, json_t *json, void *ret);

static int expected(const struct reading *at, const char *what, const json_t *json)
{
    return json_path_expected(at->path, what, json, at->err);
}

static int keep(const struct reading *at, const char *text, void *ret)
{
    *(const char **)ret = text;
    return text ? 0 : error_memory(at->err);
}

static bool is_word(const char *text)
{
    return text[strspn(
               text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:")] == '\0';
}

static int read_text(const struct reading *at, json_t *json, void *ret)
{
    enum record_type type = at->field->type;
    char *text;

    if (!json_is_string(json))
        return expected(at, "a text", json);
    if (type == RECORD_WORD && !is_word(json_string_value(json)))
        return expected(at, "a word", json);
    if (type == RECORD_STRING && json_string_length(json) > LIMIT_STRING)
        return json_path_error(at->path, at->err, "expected at most %d bytes", LIMIT_STRING);
    text = pool_copy(at->pool, json_string_value(json), json_string_length(json));
    for (char *p = text; type == RECORD_LINE && p && *p; p++)
        if ((unsigned char)*p < ' ' || *p == 0x7f)
            *p = ' ';
    return keep(at, text, ret);
}

/* Reads the text at 'i' of a list as one of 'type'. */
static int read_element(const struct reading *at, enum record_type type, const json_t *list,
                        size_t i, const char **ret)
{
    const struct record_field field = {.type = type};
    const struct json_path path = {.up = at->path, .index = i};
    const struct reading own = {&field, &path, at->pool, at->err};

    return read_text(&own, json_array_get(list, i), ret);
}

static int read_lines(const struct reading *at, json_t *json, void *ret)
{
    struct text lines = {0};
    int r = json_is_array(json) ? 0 : expected(at, "a list of texts", json);

    text_add_bytes(&lines, "", 0);
    for (size_t i = 0; r == 0 && i < json_array_size(json); i++) {
        const char *line = NULL;

        r = read_element(at, RECORD_LINE, json, i, &line);
        if (r == 0)
            text_add(&lines, "%s\n", line);
    }
    if (r == 0)
        r = keep(at, lines.failed ? NULL : pool_copy(at->pool, lines.data, lines.n), ret);
    text_done(&lines);
    return r;
}

static int read_texts(const struct reading *at, json_t *json, void *ret)
{
    size_t n = json_array_size(json);
    const char **texts;
    int r = 0;

    if (!json_is_array(json))
        return expected(at, "a list of texts", json);
    if (n > LIMIT_VIFS)
        return json_path_error(at->path, at->err, "expected at most %d texts", LIMIT_VIFS);
    texts = pool_take(at->pool, (n + 1) * sizeof *texts);
    if (!texts)
        return error_memory(at->err);
    for (size_t i = 0; r == 0 && i < n; i++)
        r = read_element(at, RECORD_STRING, json, i, &texts[i]);
    *(const char *const **)ret = texts;
    return r;
}

static int read_sign(const struct reading *at, json_t *json, void *ret)
{
    if (json_string_length(json) != 1 || *json_string_value(json) < ' ')
        return expected(at, "a sign", json);
    *(char *)ret = *json_string_value(json);
    return 0;
}

static int read_enum(const struct reading *at, json_t *json, void *ret)
{
    const struct record_words *words = at->field->words;

    for (int i = 0; json_is_string(json) && i < words->n; i++)
        if (strcmp(words->words[i], json_string_value(json)) == 0) {
            *(int *)ret = i;
            return 0;
        }
    return expected(at, "a known word", json);
}

static int read_bool(const struct reading *at, json_t *json, void *ret)
{
    *(int *)ret = json_is_true(json);
    return json_is_boolean(json) ? 0 : expected(at, "true or false", json);
}

static int read_int(const struct reading *at, json_t *json, void *ret)
{
    int64_t value = json_integer_value(json), min = at->field->min, max = at->field->max;
    char range[80];

    *(int64_t *)ret = value;
    if (json_is_integer(json) && value >= min && value <= max)
        return 0;
    (void)snprintf(range, sizeof range, "an integer from %" PRId64 " to %" PRId64, min, max);
    return expected(at, range, json);
}

static int read_index(const struct reading *at, json_t *json, void *ret)
{
    *(size_t *)ret = (size_t)json_integer_value(json);
    return json_is_integer(json) && json_integer_value(json) >= 0 ? 0
                                                                  : expected(at, "an index", json);
}

/* A list or an object as text. */
static int read_json(const struct reading *at, json_t *json, void *ret)
{
    bool page = at->field->type == RECORD_PAGE;
    struct text text = {0};
    int r;

    if (page ? !json_is_object(json) : !json_is_array(json))
        return expected(at, page ? "an object" : "a list", json);
    json_add(&text, json, page ? JSON_INDENT(2) : JSON_COMPACT);
    r = keep(at, text.failed ? NULL : pool_copy(at->pool, text.data, text.n), ret);
    text_done(&text);
    return r;
}

static int read_documents(const struct reading *at, json_t *json, void *ret)
{
    ((struct record_documents *)ret)->list = json;
    return json_is_array(json) ? 0 : expected(at, "a list", json);
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

static int read_error(const struct reading *at, json_t *json, void *ret)
{
    struct error_words words = {0};
    struct vif_error *error = NULL;
    enum vif_error_kind kind = VIF_ERROR_SYSTEM; /* what a newer program knows */
    int r = record_read(&error_table, json, at->path, at->pool, &words, at->err);

    if (r < 0)
        return r;
    error = pool_take(at->pool, sizeof *error);
    if (!error)
        return error_memory(at->err);
    (void)error_kind_of_name(words.kind, &kind);
    (void)error_set(error, kind, "%s", words.text);
    *(const struct vif_error **)ret = error;
    return 0;
}

static int read_object(const struct reading *at, json_t *json, void *ret)
{
    const struct record_table *table = at->field->table;
    void *object = pool_take(at->pool, table->size);

    *(const void **)ret = object;
    return object ? record_read(table, json, at->path, at->pool, object, at->err)
                  : error_memory(at->err);
}

static int new_list(const struct reading *at, size_t n, size_t size, void *ret_items, void *ret)
{
    struct record_list *list = pool_take(at->pool, sizeof *list);
    void *items = pool_take(at->pool, n * size);

    if (!list || !items)
        return error_memory(at->err);
    *list = (struct record_list){items, n};
    *(void **)ret_items = items;
    *(struct record_list **)ret = list;
    return 0;
}

static int read_list(const struct reading *at, json_t *json, void *ret)
{
    const struct record_table *table = at->field->table;
    char *items;
    int r;

    if (!json_is_array(json))
        return expected(at, "a list", json);
    r = new_list(at, json_array_size(json), table->size, &items, ret);
    for (size_t i = 0; r == 0 && i < json_array_size(json); i++) {
        struct json_path step = {.up = at->path, .index = i};

        r = record_read(table, json_array_get(json, i), &step, at->pool, items + i * table->size,
                        at->err);
    }
    return r;
}

static int read_member(const struct reading *at, const char *key, json_t *json,
                       struct record_member *ret)
{
    char digits[24];
    int r;

    if (!is_word(key))
        return json_path_error(at->path, at->err, "expected a word as name");
    r = keep(at, pool_text(at->pool, key), &ret->key);
    if (r < 0)
        return r;
    if (json_is_string(json))
        return read_text(at, json, &ret->value);
    if (!json_is_integer(json))
        return expected(at, "a text or a whole number", json);
    (void)snprintf(digits, sizeof digits, "%lld", (long long)json_integer_value(json));
    ret->is_number = 1;
    return keep(at, pool_text(at->pool, digits), &ret->value);
}

static int read_members(const struct reading *at, json_t *json, void *ret)
{
    static const struct record_field field = {.type = RECORD_TEXT};
    struct record_member *members;
    const char *key;
    json_t *value;
    int r;

    if (!json_is_object(json))
        return expected(at, "an object", json);
    r = new_list(at, json_object_size(json), sizeof *members, &members, ret);
    json_object_foreach(json, key, value)
    {
        const struct json_path path = {.up = at->path, .key = key};
        const struct reading own = {&field, &path, at->pool, at->err};

        if (r == 0)
            r = read_member(&own, key, value, members++);
    }
    return r;
}

static read_fn *const readers[] = {
    [RECORD_TEXT] = read_text,   [RECORD_LINE] = read_text,
    [RECORD_WORD] = read_text,   [RECORD_STRING] = read_text,
    [RECORD_SIGN] = read_sign,   [RECORD_ENUM] = read_enum,
    [RECORD_BOOL] = read_bool,   [RECORD_INT] = read_int,
    [RECORD_INDEX] = read_index, [RECORD_LINES] = read_lines,
    [RECORD_TEXTS] = read_texts, [RECORD_RAW_LIST] = read_json,
    [RECORD_PAGE] = read_json,   [RECORD_DOCUMENTS] = read_documents,
    [RECORD_ERROR] = read_error, [RECORD_OBJECT] = read_object,
    [RECORD_LIST] = read_list,   [RECORD_MEMBERS] = read_members,
};

/* All other types are zero. */
static void set_none(const struct record_field *field, void *value)
{
    if (field->type <= RECORD_WORD)
        *(const char **)value = "";
    else if (field->type == RECORD_INT)
        *(int64_t *)value = field->none;
    else if (field->type == RECORD_ENUM)
        *(int *)value = (int)field->none;
    else if (field->type == RECORD_INDEX)
        *(size_t *)value = SIZE_MAX;
}

/* '*ret_bad' is the name of the faulty one. */
static int read_fields(const struct record_table *table, const json_t *json,
                       const struct json_path *path, struct pool *pool, void *base,
                       const char **ret_bad, struct vif_error *err)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < table->n; i++) {
        const struct record_field *field = &table->fields[i];
        const struct json_path step = {.up = path, .key = field->name};
        const struct reading at = {field, &step, pool, err};
        json_t *value = json_object_get(json, field->name);
        void *place = (char *)base + field->offset;

        *ret_bad = field->name;
        if (value && !(field->optional && json_is_null(value)))
            r = readers[field->type](&at, value, place);
        else if (field->optional)
            set_none(field, place);
        else
            r = json_path_error(&step, err, "missing");
    }
    return r;
}

int record_read(const struct record_table *table, const json_t *json, const struct json_path *path,
                struct pool *pool, void *base, struct vif_error *err)
{
    const char *fault, *bad;
    int r;

    if (!json_is_object(json))
        return json_path_expected(path, "an object", json, err);
    r = read_fields(table, json, path, pool, base, &bad, err);
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

    json_object_foreach(json, name, value)
    {
        size_t i = 0;

        while (i < table->n && strcmp(table->fields[i].name, name) != 0)
            i++;
        *ret_bad = name;
        if (i == table->n && !json_is_null(value))
            return -EINVAL;
    }
    return read_fields(table, json, &root, pool, base, ret_bad, NULL);
}
