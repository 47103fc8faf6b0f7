/* SPDX-License-Identifier: Apache-2.0 */
/* The notation of RFC 7047 section 5.1.  Everything that writes or reads rows stands on it; nothing
 * here knows what the rows mean. */
#include "ovsdb/value.h"

#include <errno.h>
#include <string.h>

#include "base/parse.h"

json_t *value_append(json_t *array, json_t *value)
{
    if (array && value && json_array_append(array, value) == 0) {
        json_decref(value);
        return array;
    }
    json_decref(value);
    json_decref(array);
    return NULL;
}

json_t *value_member(json_t *object, const char *key, json_t *value)
{
    if (object && value && json_object_set(object, key, value) == 0) {
        json_decref(value);
        return object;
    }
    json_decref(value);
    json_decref(object);
    return NULL;
}

json_t *value_array2(json_t *a, json_t *b)
{
    return value_append(value_append(json_array(), a), b);
}

json_t *value_array3(json_t *a, json_t *b, json_t *c)
{
    return value_append(value_array2(a, b), c);
}

json_t *value_uuid(const char *uuid)
{
    return value_array2(json_string("uuid"), json_string(uuid));
}

json_t *value_named_uuid(const char *name)
{
    return value_array2(json_string("named-uuid"), json_string(name));
}

json_t *value_set(json_t *items)
{
    return value_array2(json_string("set"), items);
}

json_t *value_map(const struct vif_map *map)
{
    json_t *pairs = json_array();

    for (size_t i = 0; i < map->n; i++)
        pairs = value_append(pairs, value_array2(json_string(map->entries[i].key),
                                                 json_string(map->entries[i].value)));
    return value_array2(json_string("map"), pairs);
}

json_t *value_pair(const char *key, const char *value)
{
    json_t *pair = value_array2(json_string(key), json_string(value));

    return value_array2(json_string("map"), value_append(json_array(), pair));
}

json_t *value_keys(const struct vif_map *map)
{
    json_t *keys = json_array();

    for (size_t i = 0; i < map->n; i++)
        keys = value_append(keys, json_string(map->entries[i].key));
    return value_set(keys);
}

json_t *value_clause(const char *column, const char *function, json_t *value)
{
    return value_array3(json_string(column), json_string(function), value);
}

json_t *value_op_all(const char *op, const char *table)
{
    json_t *operation = value_member(json_object(), "op", json_string(op));

    operation = value_member(operation, "table", json_string(table));
    return value_member(operation, "where", json_array());
}

json_t *value_and(json_t *operation, json_t *clause)
{
    json_t *where = json_object_get(operation, "where");

    if (operation && clause && json_array_append(where, clause) == 0) {
        json_decref(clause);
        return operation;
    }
    json_decref(clause);
    json_decref(operation);
    return NULL;
}

json_t *value_op(const char *op, const char *table, json_t *clause)
{
    return value_and(value_op_all(op, table), clause);
}

bool value_read_string(const json_t *value, char *ret, size_t size)
{
    if (!json_is_string(value) || json_string_length(value) >= size)
        return false;
    memcpy(ret, json_string_value(value), json_string_length(value) + 1);
    return true;
}

bool value_read_prefix(const json_t *value, char *ret, size_t size)
{
    size_t n = json_string_length(value);

    if (!json_is_string(value))
        return false;
    if (n >= size)
        n = size - 1;
    memcpy(ret, json_string_value(value), n);
    ret[n] = '\0';
    return true;
}

static bool is_tagged(const json_t *value, const char *tag)
{
    const char *word = json_string_value(json_array_get(value, 0));

    return json_array_size(value) == 2 && word && strcmp(word, tag) == 0;
}

bool value_read_uuid(const json_t *value, char ret_uuid[UUID_TEXT_SIZE])
{
    const char *text;

    if (is_tagged(value, "set") && value_set_size(value) == 0) {
        ret_uuid[0] = '\0';
        return true;
    }
    if (!is_tagged(value, "uuid"))
        return false;
    text = json_string_value(json_array_get(value, 1));
    return text && parse_uuid(text, ret_uuid) == 0;
}

size_t value_set_size(const json_t *value)
{
    if (is_tagged(value, "set"))
        return json_array_size(json_array_get(value, 1));
    return value ? 1 : 0;
}

const json_t *value_set_item(const json_t *value, size_t i)
{
    if (is_tagged(value, "set"))
        return json_array_get(json_array_get(value, 1), i);
    return i == 0 ? value : NULL;
}

bool value_read_optional(const json_t *value, int64_t otherwise, int64_t *ret)
{
    if (is_tagged(value, "set") && value_set_size(value) == 0) {
        *ret = otherwise;
        return true;
    }
    if (!json_is_integer(value_set_item(value, 0)))
        return false;
    *ret = json_integer_value(value_set_item(value, 0));
    return true;
}

int value_read_map(const json_t *value, struct vif_map *ret)
{
    const json_t *pairs = json_array_get(value, 1);

    if (!is_tagged(value, "map") || !json_is_array(pairs))
        return -EPROTO;
    for (size_t i = 0; i < json_array_size(pairs); i++) {
        const json_t *pair = json_array_get(pairs, i);
        const char *key = json_string_value(json_array_get(pair, 0));
        const char *text = json_string_value(json_array_get(pair, 1));
        int r;

        if (!key || !text)
            return -EPROTO;
        r = strmap_set(ret, key, text);
        if (r < 0)
            return r;
    }
    return 0;
}
