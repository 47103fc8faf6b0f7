/* SPDX-License-Identifier: Apache-2.0 */
/* Writing records, as text at once without a tree, and their JSON Schema. */
#include <string.h>
#include <vif/vif.h>

#include "base/error.h"
#include "json/json-text.h"
#include "json/record.h"

const char *record_word(const struct record_words *words, int value)
{
    return value >= 0 && value < words->n ? words->words[value] : "unknown";
}

static void add(struct text *out, const char *words)
{
    text_add_bytes(out, words, strlen(words));
}

static void add_key(struct text *out, const char *key)
{
    add(out, "\"");
    add(out, key);
    add(out, "\":");
}

static bool is_absent(const struct record_field *field, const void *value)
{
    if (field->type <= RECORD_WORD)
        return !**(const char *const *)value;
    if (field->type == RECORD_ENUM)
        return *(const int *)value == field->none;
    if (field->type == RECORD_BOOL)
        return !*(const int *)value;
    if (field->type == RECORD_INT)
        return *(const int64_t *)value == field->none;
    if (field->type == RECORD_INDEX)
        return *(const size_t *)value == SIZE_MAX;
    if (field->type == RECORD_SIGN)
        return !*(const char *)value;
    if (field->type == RECORD_DOCUMENTS)
        return !((const struct record_documents *)value)->text;
    return !*(const void *const *)value;
}

static void write_lines(const char *lines, struct text *out)
{
    const char *comma = "[";

    while (*lines) {
        size_t n = strcspn(lines, "\n");

        add(out, comma);
        text_add_json_bytes(out, lines, n);
        comma = ",";
        lines += n + (lines[n] == '\n');
    }
    add(out, *comma == '[' ? "[]" : "]");
}

static void write_texts(const char *const *texts, struct text *out)
{
    add(out, "[");
    for (size_t i = 0; texts[i]; i++) {
        add(out, i ? "," : "");
        text_add_json(out, texts[i]);
    }
    add(out, "]");
}

static void write_list(const struct record_table *table, const struct record_list *list,
                       struct text *out)
{
    add(out, "[");
    for (size_t i = 0; list && i < list->n; i++) {
        add(out, i ? "," : "");
        record_write(table, (const char *)list->items + i * table->size, out);
    }
    add(out, "]");
}

static void write_members(const struct record_list *list, struct text *out)
{
    const struct record_member *members = list ? list->items : NULL;

    add(out, "{");
    for (size_t i = 0; list && i < list->n; i++) {
        add(out, i ? "," : "");
        add_key(out, members[i].key);
        if (members[i].is_number)
            add(out, members[i].value);
        else
            text_add_json(out, members[i].value);
    }
    add(out, "}");
}

static void write_error(const struct vif_error *error, struct text *out)
{
    add(out, "{\"kind\":\"");
    add(out, vif_error_kind_name(error->kind));
    add(out, "\",\"text\":");
    text_add_json(out, error->text);
    add(out, "}");
}

static void write_field(const struct record_field *field, const void *value, struct text *out)
{
    enum record_type type = field->type;

    if (type <= RECORD_STRING)
        text_add_json(out, *(const char *const *)value);
    else if (type == RECORD_SIGN)
        text_add_json_bytes(out, value, 1);
    else if (type == RECORD_ENUM)
        text_add_json(out, record_word(field->words, *(const int *)value));
    else if (type == RECORD_BOOL)
        add(out, *(const int *)value ? "true" : "false");
    else if (type == RECORD_INT)
        text_add(out, "%lld", (long long)*(const int64_t *)value);
    else if (type == RECORD_INDEX)
        text_add(out, "%zu", *(const size_t *)value);
    else if (type == RECORD_LINES)
        write_lines(*(const char *const *)value, out);
    else if (type == RECORD_TEXTS)
        write_texts(*(const char *const *const *)value, out);
    else if (type == RECORD_RAW_LIST || type == RECORD_PAGE)
        add(out, *(const char *const *)value);
    else if (type == RECORD_DOCUMENTS)
        add(out, ((const struct record_documents *)value)->text);
    else if (type == RECORD_ERROR)
        write_error(*(const struct vif_error *const *)value, out);
    else if (type == RECORD_OBJECT)
        record_write(field->table, *(const void *const *)value, out);
    else if (type == RECORD_LIST)
        write_list(field->table, *(const struct record_list *const *)value, out);
    else
        write_members(*(const struct record_list *const *)value, out);
}

void record_write(const struct record_table *table, const void *base, struct text *out)
{
    const char *before = "{";

    for (size_t i = 0; i < table->n; i++) {
        const struct record_field *field = &table->fields[i];
        const void *value = (const char *)base + field->offset;

        if (field->optional && is_absent(field, value))
            continue;
        add(out, before);
        add_key(out, field->name);
        write_field(field, value, out);
        before = ",";
    }
    add(out, *before == '{' ? "{}" : "}");
}

/* ---- the schema ---- */

#define A(type)     "{\"type\":\"" type "\"}"
#define LIST(items) "{\"type\":\"array\",\"items\":" items "}"

/* All others but texts depend on the field. */
static const char *const schemas[] = {
    [RECORD_SIGN] = "{\"type\":\"string\",\"maxLength\":1}",
    [RECORD_BOOL] = A("boolean"),
    [RECORD_INDEX] = "{\"type\":\"integer\",\"minimum\":0}",
    [RECORD_LINES] = LIST(A("string")),
    [RECORD_TEXTS] = LIST(A("string")),
    [RECORD_RAW_LIST] = A("array"),
    [RECORD_DOCUMENTS] = A("array"),
    [RECORD_PAGE] = A("object"),
    [RECORD_ERROR] = "{\"type\":\"object\",\"properties\":{\"kind\":" A("string") ",\"text\":" A(
        "string") "},\"required\":[\"kind\",\"text\"]}",
    [RECORD_MEMBERS] = "{\"type\":\"object\",\"additionalProperties\":"
                       "{\"type\":[\"string\",\"integer\"]}}",
};

static void write_table_schema(const struct record_table *table, struct text *out);

static void write_schema(const struct record_field *field, struct text *out)
{
    const char *comma = "[";

    if (field->type == RECORD_ENUM) {
        add(out, "{\"enum\":");
        for (int i = 0; i < field->words->n; i++)
            if (field->words->words[i][0]) { /* the empty word stands for an absent value */
                text_add(out, "%s\"%s\"", comma, field->words->words[i]);
                comma = ",";
            }
        add(out, "]}");
    } else if (field->type == RECORD_INT) {
        add(out, "{\"type\":\"integer\"");
        if (field->min != INT64_MIN)
            text_add(out, ",\"minimum\":%lld", (long long)field->min);
        if (field->max != INT64_MAX)
            text_add(out, ",\"maximum\":%lld", (long long)field->max);
        add(out, "}");
    } else if (field->type == RECORD_OBJECT) {
        write_table_schema(field->table, out);
    } else if (field->type == RECORD_LIST) {
        add(out, "{\"type\":\"array\",\"items\":");
        write_table_schema(field->table, out);
        add(out, "}");
    } else {
        add(out, field->type <= RECORD_STRING ? A("string") : schemas[field->type]);
    }
}

static void write_table_schema(const struct record_table *table, struct text *out)
{
    const char *comma = "";

    add(out, "{\"type\":\"object\",\"properties\":{");
    for (size_t i = 0; i < table->n; i++) {
        add(out, i ? "," : "");
        add_key(out, table->fields[i].name);
        write_schema(&table->fields[i], out);
    }
    add(out, "},\"required\":[");
    for (size_t i = 0; i < table->n; i++)
        if (!table->fields[i].optional) {
            text_add(out, "%s\"%s\"", comma, table->fields[i].name);
            comma = ",";
        }
    add(out, "]}");
}

char *record_schema(const struct record_table *table)
{
    struct text text = {0};
    json_t *schema;

    write_table_schema(table, &text);
    schema = text.failed ? NULL : json_loadb(text.data, text.n, 0, NULL);
    text_done(&text);
    return json_finish(
        json_with(schema, "$schema", json_string("https://json-schema.org/draft/2020-12/schema")));
}
