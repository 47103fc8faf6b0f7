/* SPDX-License-Identifier: Apache-2.0 */
/* Fields of an object: decoded, refused, and too long. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/limits.h"
#include "model/object.h"
#include "json/json-text.h"

#define ROW(field, kind) .name = (field), .type = FIELD_##kind

static const char *const kinds[] = {"tap", "veth", NULL};
static const struct field thing_fields[] = {
    {ROW("name", STRING)},
    {ROW("mac", MAC), .nullable = true},
    {ROW("kind", ENUM), .words = kinds},
    {ROW("on", BOOL)},
    {ROW("mtu", INT), .min = 68, .max = 65535, .or_zero = true},
    {ROW("ips", IP_LIST)},
};
#define N_THING_FIELDS (sizeof thing_fields / sizeof thing_fields[0])

static int decode_thing(const char *text, struct object **ret, struct vif_error *err)
{
    static const struct object_class class = {"Thing", 0, thing_fields, N_THING_FIELDS};
    static const struct field_object thing = {"a Thing", &class, 1, NULL};
    struct json_path root = {.key = ""};
    auto_json json_t *json = json_loads(text, 0, NULL);

    assert_non_null(json);
    *ret = NULL;
    return object_decode(&thing, json, &root, ret, err);
}

static void fields_are_decoded(void **state)
{
    struct vif_error err = {0};
    struct object *thing;

    (void)state;
    assert_int_equal(decode_thing("{\"type\":\"Thing\",\"name\":\"\",\"mac\":\"FA-16-3E-00-00-01\","
                                  "\"kind\":\"veth\",\"on\":true,\"mtu\":0,"
                                  "\"ips\":[\"10.0.0.1\",\"2001:DB8::1\"]}",
                                  &thing, &err),
                     0);
    for (size_t i = 0; i < N_THING_FIELDS; i++)
        assert_true(thing->values[i].is_set);
    assert_string_equal(thing->values[0].text, "");
    assert_string_equal(thing->values[1].text, "fa:16:3e:00:00:01");
    assert_string_equal(thing->values[2].word, "veth");
    assert_true(thing->values[3].truth);
    assert_int_equal(thing->values[4].number, 0);
    object_free(thing);

    assert_int_equal(decode_thing("{\"mac\":null}", &thing, &err), 0);
    for (size_t i = 0; i < N_THING_FIELDS; i++)
        assert_false(thing->values[i].is_set);
    object_free(thing);
}

static void fields_are_refused(void **state)
{
    static const struct {
        const char *text;
        const char *words;
    } rows[] = {
        {"{\"name\":null}", "/name: expected a string, got null"},
        {"{\"nam\":1}", "/nam: unknown field (Thing 1.0 has none of this name)"},
        {"{\"mtu\":\"big\"}", "/mtu: expected an integer, got \"big\""},
        {"{\"mtu\":1500.0}", "/mtu: expected an integer, got 1500.0"},
        {"{\"mtu\":67}", "/mtu: expected 0 or an integer from 68 to 65535, got 67"},
        {"{\"on\":1}", "/on: expected true or false, got 1"},
        {"{\"kind\":\"x\"}", "/kind: expected \"tap\" or \"veth\", got \"x\""},
        {"{\"kind\":0}", "/kind: expected \"tap\" or \"veth\", got 0"},
        {"{\"mac\":\"fa:16\"}", "/mac: expected a MAC address, got \"fa:16\""},
        {"{\"name\":{\"k\":\"\\u001b[2J\\u009b\xc3\xa4\x7f\"}}",
         "/name: expected a string, got {\"k\":\"\\u001B[2J\\u009B\\u00E4?\"}"},
        {"{\"name\":[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20]}",
         "/name: expected a string, got [1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,..."},
        {"{\"ips\":\"10.0.0.1\"}", "/ips: expected a list of IP addresses, got \"10.0.0.1\""},
        {"{\"ips\":[\"10.0.0.1\",\"10.0.0.0/8\"]}",
         "/ips/1: expected an IP address, got \"10.0.0.0/8\""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct vif_error err = {0};
        struct object *thing;

        assert_int_equal(decode_thing(rows[i].text, &thing, &err), -EINVAL);
        assert_string_equal(err.text, rows[i].words);
        assert_null(thing);
    }
}

static void long_strings_are_refused(void **state)
{
    char text[LIMIT_STRING + 32];
    struct vif_error err = {0};
    struct object *thing;

    (void)state;
    (void)snprintf(text, sizeof text, "{\"name\":\"%0*d\"}", LIMIT_STRING, 0);
    assert_int_equal(decode_thing(text, &thing, &err), 0);
    object_free(thing);
    (void)snprintf(text, sizeof text, "{\"name\":\"%0*d\"}", LIMIT_STRING + 1, 0);
    assert_int_equal(decode_thing(text, &thing, &err), -EINVAL);
    assert_string_equal(err.text, "/name: has 4097 bytes, at most 4096 are possible");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_are_decoded),
        cmocka_unit_test(fields_are_refused),
        cmocka_unit_test(long_strings_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
