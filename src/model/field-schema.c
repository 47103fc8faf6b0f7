/* SPDX-License-Identifier: Apache-2.0 */
/* The scalars of the field tables as JSON Schema.  Each form of text is a pattern that takes what
 * the decoder takes; it is anchored so that it means the same to every dialect of regular
 * expressions ('$' alone stands before a last newline, too, in Perl's and Python's).  What a schema
 * cannot say: strings are limited in bytes, here counted in characters; 5.0 is not an integer here.
 */
#include "base/limits.h"
#include "model/object.h"
#include "json/json-text.h"

#define END     "(?!\\n)$"
#define HEX     "[0-9A-Fa-f]"
#define OCTET   "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
#define IPV4    "(?:" OCTET "\\.){3}" OCTET
#define GROUP   HEX "{1,4}"
#define GROUPS  "(?:" GROUP "(?::" GROUP ")*)?"
#define OVER(n) "(?!:*(?:" HEX "+:+){" #n "}" HEX ")" /* not more than 'n' groups */

/* RFC 4291, 2.2: eight groups, or less with one "::", the last two perhaps as an IPv4 address. */
#define IPV6                                                                                       \
    "(?:(?:" GROUP ":){7}" GROUP "|(?:" GROUP ":){6}" IPV4 "|" OVER(7) GROUPS                      \
        "::" GROUPS "|" OVER(6) GROUPS "::(?:" GROUP ":)*" IPV4 ")"

struct alternative {
    const char *format; /* of JSON Schema's own list; NULL: none fits */
    const char *pattern;
};

/* The forms of text; every other type has no name here. */
static const struct form {
    const char *name;
    const char *description;
    struct alternative alternatives[2];
} forms[] = {
    [FIELD_STRING] = {"string", "any text", {{0}}},
    [FIELD_IFNAME] = {"interface-name",
                      "a name the kernel takes for a network interface",
                      {{NULL, "^(?!(?:\\.\\.?|all|default)$)[!-$&-.0-9;-~]{1,15}" END}}},
    [FIELD_UUID] = {"uuid",
                    "a UUID in any case",
                    {{"uuid", "^" HEX "{8}(?:-" HEX "{4}){3}-" HEX "{12}" END}}},
    [FIELD_MAC] = {"mac-address",
                   "six bytes with ':' or '-' between them",
                   {{NULL, "^" HEX "{2}(?:[:-]" HEX "{2}){5}" END}}},
    [FIELD_PCI] = {"pci-address",
                   "domain:bus:device.function",
                   {{NULL, "^" HEX "{4,8}:" HEX "{2}:[01]" HEX "\\.[0-7]" END}}},
    [FIELD_IP] = {"ip-address",
                  "an IPv4 or IPv6 address",
                  {{"ipv4", "^" IPV4 END}, {"ipv6", "^" IPV6 END}}},
    [FIELD_CIDR] = {"ip-network",
                    "address/length",
                    {{NULL, "^" IPV4 "/0*(?:[12]?[0-9]|3[0-2])" END},
                     {NULL, "^" IPV6 "/0*(?:[1-9]?[0-9]|1[01][0-9]|12[0-8])" END}}},
};

json_t *field_schema_ref(const char *name)
{
    return json_pair("$ref", json_sprintf(FIELD_SCHEMA_DEFS "%s", name));
}

static json_t *put_alternative(json_t *schema, const struct alternative *alternative)
{
    if (alternative->format)
        schema = json_with(schema, "format", json_string(alternative->format));
    return json_with(schema, "pattern", json_string(alternative->pattern));
}

static json_t *form_schema(const struct form *form)
{
    json_t *schema = json_pair("description", json_string(form->description));
    const struct alternative *any = form->alternatives;
    json_t *list;

    schema = json_with(schema, "type", json_string("string"));
    if (!any[0].pattern)
        return json_with(schema, "maxLength", json_integer(LIMIT_STRING));
    if (!any[1].pattern)
        return put_alternative(schema, any);
    list = json_and(json_array(), put_alternative(json_object(), &any[0]));
    list = json_and(list, put_alternative(json_object(), &any[1]));
    return json_with(schema, "anyOf", list);
}

/* A reference to the form of 'type', which is put among the definitions. */
static json_t *form_ref(enum field_type type, json_t *defs)
{
    const struct form *form = &forms[type];

    if (!json_object_get(defs, form->name) &&
        json_object_set_new(defs, form->name, form_schema(form)) < 0)
        return NULL;
    return field_schema_ref(form->name);
}

static json_t *int_schema(const struct field *field)
{
    json_t *schema = json_pair("type", json_string("integer"));
    json_t *zero;

    schema = json_with(schema, "minimum", json_integer(field->min));
    schema = json_with(schema, "maximum", json_integer(field->max));
    if (!field->or_zero)
        return schema;
    zero = json_pair("const", json_integer(0));
    return json_pair("anyOf", json_and(json_and(json_array(), zero), schema));
}

static json_t *enum_schema(const struct field *field)
{
    json_t *words = json_array();

    for (int i = 0; field->words[i]; i++)
        words = json_and(words, json_string(field->words[i]));
    return json_pair("enum", words);
}

json_t *field_schema_list(json_t *items, json_int_t max)
{
    json_t *schema = json_pair("type", json_string("array"));

    schema = json_with(schema, "items", items);
    return json_with(schema, "maxItems", json_integer(max));
}

json_t *field_schema(const struct field *field, json_t *defs)
{
    if (field_is_text(field->type))
        return form_ref(field->type, defs);
    if (field->type == FIELD_ENUM)
        return enum_schema(field);
    if (field->type == FIELD_INT)
        return int_schema(field);
    if (field->type == FIELD_IP_LIST)
        return field_schema_list(form_ref(FIELD_IP, defs), LIMIT_LIST);
    return json_pair("type", json_string("boolean"));
}
