/* SPDX-License-Identifier: Apache-2.0 */
/* Decodes and frees objects of any class by their tables: opens the wrapping, then reads field by
 * field.  The recursion is as deep as the tables nest. */
#include "model/object.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"

DEFINE_AUTO(auto_object, struct object *, object_free);
#define auto_object __attribute__((cleanup(auto_object_fn)))

const struct json_path *object_data_path(json_t *json, const struct json_path *path,
                                         struct json_path *step)
{
    if (!envelope_is_versioned(json))
        return path;
    *step = (struct json_path){.up = path, .key = ENVELOPE_DATA};
    return step;
}

const struct object_class *object_find_class(const struct field_object *kind, const char *name)
{
    for (size_t i = 0; i < kind->n_classes; i++)
        if (strcmp(kind->classes[i].name, name) == 0)
            return &kind->classes[i];
    return NULL;
}

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
    char range[96];

    if (!json_is_integer(json))
        return json_path_expected(path, "an integer", json, err);
    *ret = json_integer_value(json);
    if ((*ret >= field->min && *ret <= field->max) || (field->or_zero && *ret == 0))
        return 0;
    (void)snprintf(range, sizeof range, "%san integer from %" PRId64 " to %" PRId64,
                   field->or_zero ? "0 or " : "", field->min, field->max);
    return json_path_expected(path, range, json, err);
}

static int decode_enum(const char *const *words, json_t *json, const struct json_path *path,
                       const char **ret, struct vif_error *err)
{
    char choice[128] = "";
    size_t n = 0;

    for (const char *const *word = words; *word; word++) {
        if (json_is_string(json) && strcmp(*word, json_string_value(json)) == 0) {
            *ret = *word;
            return 0;
        }
        if (n < sizeof choice)
            n += (size_t)snprintf(choice + n, sizeof choice - n, "%s\"%s\"",
                                  word != words ? " or " : "", *word);
    }
    return json_path_expected(path, choice, json, err);
}

/* Objects of 'element', or IP addresses if that is NULL. */
static int check_list(const struct field_object *element, json_t *json,
                      const struct json_path *path, struct vif_error *err)
{
    size_t n = json_array_size(json);
    int r = 0;

    if (!json_is_array(json))
        return json_path_expected(path, element ? "a list" : "a list of IP addresses", json, err);
    if (n > LIMIT_LIST)
        return json_path_error(path, err, "has %zu elements, at most %d are possible", n,
                               LIMIT_LIST);
    for (size_t i = 0; r == 0 && i < n; i++) {
        struct json_path step = {.up = path, .index = i};
        auto_object struct object *object = NULL;
        auto_free char *text = NULL;

        r = element ? object_decode(element, json_array_get(json, i), &step, &object, err)
                    : decode_text(FIELD_IP, json_array_get(json, i), &step, &text, err);
    }
    return r;
}

static int decode_field(const struct field *field, json_t *json, const struct json_path *path,
                        struct field_value *value, struct vif_error *err)
{
    if (json_is_null(json) && field->nullable)
        return 0;
    value->is_set = true;
    if (field_is_text(field->type))
        return decode_text(field->type, json, path, &value->text, err);
    if (field->type == FIELD_ENUM)
        return decode_enum(field->words, json, path, &value->word, err);
    if (field->type == FIELD_INT)
        return decode_int(field, json, path, &value->number, err);
    if (field->type == FIELD_IP_LIST)
        return check_list(NULL, json, path, err);
    if (field->type == FIELD_OBJECT)
        return object_decode(field->object, json, path, &value->object, err);
    value->truth = json_is_true(json);
    return json_is_boolean(json) ? 0 : json_path_expected(path, "true or false", json, err);
}

/* Reads the members of 'data'; in the plain form one of them is "type". */
static int decode_fields(const struct field_object *kind, json_t *data, bool plain,
                         const struct json_path *path, struct object *object, struct vif_error *err)
{
    const struct object_class *class = object->class;
    const char *name;
    json_t *json;
    int r = 0;

    json_object_foreach(data, name, json)
    {
        struct json_path step = {.up = path, .key = name};
        size_t i = 0;

        while (i < class->n_fields && strcmp(class->fields[i].name, name) != 0)
            i++;
        if (i < class->n_fields)
            r = decode_field(&class->fields[i], json, &step, &object->values[i], err);
        else if (kind->element && strcmp(name, OBJECT_LIST_FIELD) == 0)
            r = check_list(kind->element, json, &step, err);
        else if (!plain || strcmp(name, "type") != 0)
            r = json_path_error(&step, err, "unknown field (%s 1.%u has none of this name)",
                                class->name, class->minor);
        if (r < 0)
            return r;
    }
    return 0;
}

int object_decode(const struct field_object *kind, json_t *json, const struct json_path *path,
                  struct object **ret, struct vif_error *err)
{
    auto_object struct object *object = NULL;
    const struct object_class *class;
    struct json_path step;
    const struct json_path *data_path = object_data_path(json, path, &step);
    json_t *data;
    int r = envelope_open(kind, json, path, &class, &data, err);

    if (r < 0)
        return r;
    object = calloc(1, sizeof *object + class->n_fields * sizeof object->values[0]);
    if (!object)
        return error_memory(err);
    object->class = class;
    r = json_is_array(data) ? check_list(kind->element, data, path, err)
                            : decode_fields(kind, data, data == json, data_path, object, err);
    if (r < 0)
        return r;
    *ret = take_ptr(object);
    return 0;
}

void object_free(struct object *object)
{
    for (size_t i = 0; object && i < object->class->n_fields; i++) {
        enum field_type type = object->class->fields[i].type;

        if (field_is_text(type))
            free(object->values[i].text);
        else if (type == FIELD_OBJECT)
            object_free(object->values[i].object);
    }
    free(object);
}
