/* SPDX-License-Identifier: Apache-2.0 */
/* The table-driven decoder: one table row per field says its name, form and place in a C struct.
 * Stands on jansson for the values and on base/parse for the forms of texts; knows nothing of what
 * the objects mean.  The object model stands on it. */
#include "json/decode.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/parse.h"

/* What errors call the forms of text; every other type has no words here. */
static const char *const forms[] = {
    [FIELD_STRING] = "a string",
    [FIELD_IFNAME] = "an interface name",
    [FIELD_UUID] = "a UUID",
    [FIELD_MAC] = "a MAC address",
    [FIELD_PCI] = "a PCI address",
    [FIELD_IP] = "an IP address",
    [FIELD_CIDR] = "an IP network (address/length)",
};

/* Works in place: no normal form is longer than what it was made from. */
static bool normalise(enum field_type type, char *text)
{
    if (type == FIELD_UUID)
        return parse_uuid(text, text) == 0;
    if (type == FIELD_MAC)
        return parse_mac(text, text) == 0;
    if (type == FIELD_PCI)
        return parse_pci(text, text) == 0;
    if (type != FIELD_IP && type != FIELD_CIDR)
        return true;
    for (char *p = text; *p; p++)
        *p = (char)tolower((unsigned char)*p);
    return parse_ip(text, type == FIELD_CIDR) == 0;
}

static int decode_text(enum field_type type, json_t *json, const struct json_path *path, char **ret,
                       struct vif_error *err)
{
    auto_free char *text = NULL;
    const char *fault;

    if (!json_is_string(json))
        return json_path_expected(path, forms[type], json, err);
    if (json_string_length(json) > LIMIT_STRING)
        return json_path_error(path, err, "has %zu bytes, at most %d are possible",
                               json_string_length(json), LIMIT_STRING);
    fault = type == FIELD_IFNAME ? ifname_fault(json_string_value(json)) : NULL;
    if (fault)
        return json_path_fault(path, fault, json, err);
    text = strdup(json_string_value(json));
    if (!text)
        return error_memory(err);
    if (!normalise(type, text))
        return json_path_expected(path, forms[type], json, err);
    *ret = take_ptr(text);
    return 0;
}

static int decode_int(const struct field *field, json_t *json, const struct json_path *path,
                      int64_t *ret, struct vif_error *err)
{
    int64_t value = json_integer_value(json);
    char range[96];

    if (!json_is_integer(json))
        return json_path_expected(path, "an integer", json, err);
    *ret = value;
    if ((value >= field->min && value <= field->max) || (field->or_zero && value == 0))
        return 0;
    (void)snprintf(range, sizeof range, "%san integer from %" PRId64 " to %" PRId64,
                   field->or_zero ? "0 or " : "", field->min, field->max);
    return json_path_expected(path, range, json, err);
}

static int decode_enum(const char *const *words, json_t *json, const struct json_path *path,
                       int *ret, struct vif_error *err)
{
    char choice[128] = "";
    size_t n = 0;

    for (int i = 0; words[i]; i++) {
        if (json_is_string(json) && strcmp(words[i], json_string_value(json)) == 0) {
            *ret = i;
            return 0;
        }
        if (n < sizeof choice)
            n += (size_t)snprintf(choice + n, sizeof choice - n, "%s\"%s\"", i > 0 ? " or " : "",
                                  words[i]);
    }
    return json_path_expected(path, choice, json, err);
}

int decode_room(json_t *json, const struct json_path *path, const char *expected, void *ret_items,
                size_t *ret_n, struct vif_error *err)
{
    size_t n = json_array_size(json);
    void **items = NULL;

    if (!json_is_array(json))
        return json_path_expected(path, expected, json, err);
    if (n > LIMIT_LIST)
        return json_path_error(path, err, "has %zu elements, at most %d are possible", n,
                               LIMIT_LIST);
    if (n > 0 && !(items = calloc(n, sizeof *items)))
        return error_memory(err);
    memcpy(ret_items, &items, sizeof items);
    *ret_n = n;
    return 0;
}

static int decode_ip_list(json_t *json, const struct json_path *path, struct string_list *list,
                          struct vif_error *err)
{
    size_t n = 0;
    int r = decode_room(json, path, "a list of IP addresses", &list->items, &n, err);

    for (size_t i = 0; r == 0 && i < n; i++) {
        struct json_path step = {.up = path, .index = i};

        r = decode_text(FIELD_IP, json_array_get(json, i), &step, &list->items[i], err);
        list->n += r == 0;
    }
    return r;
}

static int decode_field(const struct field *field, json_t *json, const struct json_path *path,
                        decode_object_fn *decode_object, void *value, struct vif_error *err)
{
    if (json_is_null(json) && field->nullable)
        return 0;
    if (field_is_text(field->type))
        return decode_text(field->type, json, path, value, err);
    if (field->type == FIELD_ENUM)
        return decode_enum(field->words, json, path, value, err);
    if (field->type == FIELD_INT)
        return decode_int(field, json, path, value, err);
    if (field->type == FIELD_IP_LIST)
        return decode_ip_list(json, path, value, err);
    if (field->type == FIELD_OBJECT)
        return decode_object(field->object, json, path, value, err);
    *(bool *)value = json_is_true(json);
    return json_is_boolean(json) ? 0 : json_path_expected(path, "true or false", json, err);
}

static bool is_among(const char *const *names, const char *name)
{
    while (names && *names && strcmp(*names, name) != 0)
        names++;
    return names && *names;
}

int fields_decode(const struct object_class *class, json_t *json, const char *const *ignore,
                  const struct json_path *path, decode_object_fn *decode_object, void *base,
                  uint32_t *present, struct vif_error *err)
{
    const char *name;
    json_t *value;

    json_object_foreach(json, name, value)
    {
        const struct field *field = class->fields, *end = field + class->n_fields;
        struct json_path step = {.up = path, .key = name};
        int r;

        while (field < end && strcmp(field->name, name) != 0)
            field++;
        if (field == end && is_among(ignore, name))
            continue;
        if (field == end)
            return json_path_error(&step, err, "unknown field (%s 1.%u has none of this name)",
                                   class->name, class->minor);
        r = decode_field(field, value, &step, decode_object, (char *)base + field->offset, err);
        if (r < 0)
            return r;
        *present |= UINT32_C(1) << field->bit;
    }
    return 0;
}

void fields_free(const struct field *fields, size_t n_fields, void *base,
                 void (*free_object)(const struct field_object *object, void *value))
{
    for (size_t i = 0; i < n_fields; i++) {
        const struct field *field = &fields[i];
        void *value = (char *)base + field->offset;

        if (field->type == FIELD_IP_LIST) {
            struct string_list *list = value;

            for (size_t k = 0; k < list->n; k++)
                free(list->items[k]);
            free(list->items);
            *list = (struct string_list){0};
        } else if (field_is_text(field->type)) {
            free(*(char **)value);
            *(char **)value = NULL;
        } else if (field->type == FIELD_OBJECT) {
            free_object(field->object, *(void **)value);
            *(void **)value = NULL;
        }
    }
}
