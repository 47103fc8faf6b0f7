/* SPDX-License-Identifier: Apache-2.0 */
/* JSON Schema of records, from the same tables that write them. */
#include "json/json-build.h"
#include "json/record.h"

static json_t *table_schema(const struct record_table *table);

static json_t *type(const char *name)
{
    return json_pair("type", json_string(name));
}

static json_t *list_of(json_t *items)
{
    return json_with(type("array"), "items", items);
}

static json_t *integer(int64_t min, int64_t max)
{
    json_t *schema = type("integer");

    if (min != INT64_MIN)
        schema = json_with(schema, "minimum", json_integer(min));
    return max == INT64_MAX ? schema : json_with(schema, "maximum", json_integer(max));
}

/* The empty word stands for an absent value. */
static json_t *words_of(const struct record_words *words)
{
    json_t *list = json_array();

    for (int i = 0; i < words->n; i++)
        if (words->words[i][0])
            list = json_and(list, json_string(words->words[i]));
    return json_pair("enum", list);
}

static json_t *error_schema(void)
{
    json_t *members = json_with(json_pair("kind", type("string")), "text", type("string"));
    json_t *required = json_and(json_and(json_array(), json_string("kind")), json_string("text"));

    return json_with(json_with(type("object"), "properties", members), "required", required);
}

static json_t *members_schema(void)
{
    json_t *either =
        json_and(json_and(json_array(), json_string("string")), json_string("integer"));

    return json_with(type("object"), "additionalProperties", json_pair("type", either));
}

static json_t *schema_of(const struct record_field *field)
{
    switch (field->type) {
    case RECORD_TEXT:
    case RECORD_LINE:
    case RECORD_WORD:
    case RECORD_STRING:
        return type("string");
    case RECORD_SIGN:
        return json_with(type("string"), "maxLength", json_integer(1));
    case RECORD_ENUM:
        return words_of(field->words);
    case RECORD_BOOL:
        return type("boolean");
    case RECORD_INT:
        return integer(field->min, field->max);
    case RECORD_INDEX:
        return integer(0, INT64_MAX);
    case RECORD_LINES:
    case RECORD_TEXTS:
        return list_of(type("string"));
    case RECORD_RAW_LIST:
    case RECORD_DOCUMENTS:
        return type("array");
    case RECORD_PAGE:
        return type("object");
    case RECORD_ERROR:
        return error_schema();
    case RECORD_OBJECT:
        return table_schema(field->table);
    case RECORD_LIST:
        return list_of(table_schema(field->table));
    case RECORD_MEMBERS:
        return members_schema();
    }
    return NULL;
}

static json_t *table_schema(const struct record_table *table)
{
    json_t *members = json_object(), *required = json_array();

    for (size_t i = 0; i < table->n; i++) {
        const struct record_field *field = &table->fields[i];

        members = json_with(members, field->name, schema_of(field));
        if (!field->optional)
            required = json_and(required, json_string(field->name));
    }
    return json_with(json_with(type("object"), "properties", members), "required", required);
}

char *record_schema(const struct record_table *table)
{
    return json_finish(json_with(table_schema(table), "$schema",
                                 json_string("https://json-schema.org/draft/2020-12/schema")));
}
