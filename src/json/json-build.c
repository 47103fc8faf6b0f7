/* SPDX-License-Identifier: Apache-2.0 */
/* Builds JSON values with jansson's functions, which accept NULL for a value that could not be
 * made. */
#include "json/json-build.h"

#include "json/json-text.h"

json_t *json_with(json_t *object, const char *key, json_t *value)
{
    if (json_object_set_new(object, key, value) == 0)
        return object;
    json_decref(object);
    return NULL;
}

json_t *json_and(json_t *array, json_t *value)
{
    if (json_array_append_new(array, value) == 0)
        return array;
    json_decref(array);
    return NULL;
}

json_t *json_pair(const char *key, json_t *value)
{
    return json_with(json_object(), key, value);
}

static int add_bytes(const char *bytes, size_t n, void *data)
{
    text_add_bytes(data, bytes, n);
    return 0;
}

void json_add(struct text *text, const json_t *json, size_t flags)
{
    if (json_dump_callback(json, add_bytes, text, flags | JSON_ENCODE_ANY) < 0)
        text->failed = true;
}

/* Not json_dumps(): its text is jansson's allocator's, which a program may have replaced. */
char *json_finish(json_t *json)
{
    auto_json json_t *own = json;
    struct text text = {0};

    json_add(&text, own, JSON_INDENT(2)); /* fails for NULL */
    return text_take(&text);
}
