/* SPDX-License-Identifier: Apache-2.0 */
/* The notation of RFC 7047 section 5.1. */
#include "ovsdb/value.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define ADD(out, literal) text_add_bytes(out, literal, sizeof(literal) - 1)

static void add_integer(struct text *out, int64_t number)
{
    char digits[24];
    int n = snprintf(digits, sizeof digits, "%" PRIi64, number);

    text_add_bytes(out, digits, (size_t)n);
}

static void add_reference(struct text *out, const char *uuid)
{
    ADD(out, "[\"uuid\",\"");
    text_add_bytes(out, uuid, strlen(uuid));
    ADD(out, "\"]");
}

static void add_references(struct text *out, const struct uuid_set *set)
{
    if (set->n != 1)
        ADD(out, "[\"set\",[");
    for (size_t i = 0; i < set->n; i++) {
        text_add_bytes(out, ",", i > 0);
        add_reference(out, set->items[i]);
    }
    if (set->n != 1)
        ADD(out, "]]");
}

static void add_map(struct text *out, const struct vif_map *map)
{
    ADD(out, "[\"map\",[");
    for (size_t i = 0; i < map->n; i++)
        value_write(out, i ? ",[%s,%s]" : "[%s,%s]", map->entries[i].key, map->entries[i].value);
    ADD(out, "]]");
}

static void add_keys(struct text *out, const struct vif_map *map)
{
    ADD(out, "[\"set\",[");
    for (size_t i = 0; i < map->n; i++)
        value_write(out, i ? ",%s" : "%s", map->entries[i].key);
    ADD(out, "]]");
}

static void add_text(struct text *out, const struct text *text)
{
    out->failed |= text->failed;
    if (text->n)
        text_add_bytes(out, text->data, text->n);
}

static int add_dumped(const char *bytes, size_t n, void *data)
{
    struct text *out = data;

    text_add_bytes(out, bytes, n);
    return out->failed ? -1 : 0;
}

static void add_json(struct text *out, const json_t *json)
{
    if (json_dump_callback(json, add_dumped, out, JSON_COMPACT | JSON_ENCODE_ANY) < 0)
        out->failed = true;
}

void value_vwrite(struct text *out, const char *format, va_list ap)
{
    for (;;) {
        size_t n = strcspn(format, "'%");

        text_add_bytes(out, format, n);
        format += n;
        if (!*format)
            return;
        if (*format++ == '\'') {
            ADD(out, "\"");
            continue;
        }
        switch (*format++) {
        case 's':
            text_add_json(out, va_arg(ap, const char *));
            break;
        case 'i':
            add_integer(out, va_arg(ap, int64_t));
            break;
        case 'u':
            add_reference(out, va_arg(ap, const char *));
            break;
        case 'n':
            value_write(out, "['named-uuid',%s]", va_arg(ap, const char *));
            break;
        case 'm':
            add_map(out, va_arg(ap, const struct vif_map *));
            break;
        case 'k':
            add_keys(out, va_arg(ap, const struct vif_map *));
            break;
        case 'r':
            add_references(out, va_arg(ap, const struct uuid_set *));
            break;
        case 't':
            add_text(out, va_arg(ap, const struct text *));
            break;
        default: /* 'j' */
            add_json(out, va_arg(ap, const json_t *));
            break;
        }
    }
}

void value_write(struct text *out, const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    value_vwrite(out, format, ap);
    va_end(ap);
}

static bool is_tagged(const json_t *value, const char *tag)
{
    const char *word = json_string_value(json_array_get(value, 0));

    return json_array_size(value) == 2 && word && strcmp(word, tag) == 0;
}

bool value_read_uuid(const json_t *value, char ret_uuid[UUID_TEXT_SIZE])
{
    const char *text = json_string_value(json_array_get(value, 1));

    return is_tagged(value, "uuid") && text && parse_uuid(text, ret_uuid) == 0;
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

const json_t *value_pairs(const json_t *value)
{
    const json_t *pairs = json_array_get(value, 1);

    return is_tagged(value, "map") && json_is_array(pairs) ? pairs : NULL;
}

const char *value_pair_text(const json_t *pair, size_t i)
{
    return json_string_value(json_array_get(pair, i));
}

int value_read_map(const json_t *value, struct vif_map *ret)
{
    const json_t *pairs = value_pairs(value);

    if (!pairs)
        return -EPROTO;
    for (size_t i = 0; i < json_array_size(pairs); i++) {
        const json_t *pair = json_array_get(pairs, i);
        const char *key = value_pair_text(pair, 0), *text = value_pair_text(pair, 1);
        int r = key && text ? strmap_set(ret, key, text) : -EPROTO;

        if (r < 0)
            return r;
    }
    return 0;
}
