/* SPDX-License-Identifier: Apache-2.0 */
/* Parameters of calls: what is taken, and which one is told to be bad. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "failing-alloc.h"
#include "vifd/params.h"
#include "json/json-text.h"

#define ALL (~0U)

static json_t *json_of(const char *text)
{
    json_t *json = NULL;
    struct vif_error err = {0};

    if (json_text_parse(text, strlen(text), 1 << 20, &json, &err) < 0)
        fail_msg("%s: %s", text, err.text);
    return json;
}

static void all_are_taken(void **state)
{
    auto_json json_t *json =
        json_of("{\"vifs\":[{},5],\"sources\":[\"a\",\"b\"],\"ids\":[],\"wait\":\"ovn\","
                "\"on_timeout\":\"undo\",\"timeout_ms\":-1,\"grace_ms\":7,\"dry_run\":true,"
                "\"remove\":false,\"instance\":\"i\",\"bridge\":\"b\",\"state\":\"s\","
                "\"match\":\"m\",\"vif_types\":[\"t\"],\"versions\":null,\"interface\":\"x\"}");
    struct params params = {0};
    const char *bad = NULL;

    (void)state;
    assert_int_equal(params_read(json, ALL, PARAM(VIFS), &params, &bad), 0);
    assert_int_equal(params_n_vifs(&params), 2);
    assert_string_equal(params.sources[1], "b");
    assert_null(params.sources[2]);
    assert_null(params.ids[0]);
    assert_int_equal(params.wait, VIF_WAIT_OVN);
    assert_int_equal(params.on_timeout, VIF_ON_TIMEOUT_UNDO);
    assert_int_equal(params.timeout_ms, VIF_TIMEOUT_NEVER);
    assert_int_equal(params.grace_ms, 7);
    assert_true(params.dry_run);
    assert_false(params.remove);
    assert_string_equal(params.instance, "i");
    assert_string_equal(params.match, "m");
    assert_string_equal(params.vif_types[0], "t");
    assert_null(params.versions);
    assert_string_equal(params.interface, "x");
    params_done(&params);
}

static void the_bad_one_is_named(void **state)
{
    static const struct {
        const char *text, *bad;
    } rows[] = {
        {"{}", "vifs"},
        {"{\"vifs\":null}", "vifs"},
        {"{\"vifs\":{}}", "vifs"},
        {"{\"vifs\":[],\"colour\":1}", "colour"},
        {"{\"vifs\":[],\"remove\":true}", "remove"}, /* not of this method */
        {"{\"vifs\":[],\"sources\":[\"a\"]}", "sources"},
        {"{\"vifs\":[{}],\"sources\":[]}", "sources"},
        {"{\"vifs\":[{}],\"sources\":[1]}", "sources"},
        {"{\"vifs\":[{}],\"sources\":\"a\"}", "sources"},
        {"{\"vifs\":[],\"wait\":\"never\"}", "wait"},
        {"{\"vifs\":[],\"wait\":1}", "wait"},
        {"{\"vifs\":[],\"timeout_ms\":-2}", "timeout_ms"},
        {"{\"vifs\":[],\"timeout_ms\":1.0}", "timeout_ms"},
        {"{\"vifs\":[],\"timeout_ms\":9223372036854775807}", "timeout_ms"},
        {"{\"vifs\":[],\"dry_run\":0}", "dry_run"},
        {"{\"vifs\":[],\"dry_run\":\"false\"}", "dry_run"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        auto_json json_t *json = json_of(rows[i].text);
        struct params params = {0};
        const char *bad = NULL;

        if (params_read(json, ALL & ~PARAM(REMOVE), PARAM(VIFS), &params, &bad) != -EINVAL)
            fail_msg("%s", rows[i].text);
        assert_string_equal(bad, rows[i].bad);
        params_done(&params);
    }
}

static void memory_that_is_gone_is_told(void **state)
{
    json_t *json;
    struct params params = {0};
    const char *bad = NULL;

    (void)state;
    failing_alloc_init();
    json = json_of("{\"vifs\":[{}],\"sources\":[\"a\"]}");
    failing_alloc_set(1);
    assert_int_equal(params_read(json, ALL, 0, &params, &bad), -ENOMEM);
    failing_alloc_set(0);
    params_done(&params);
    json_decref(json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_are_taken),
        cmocka_unit_test(the_bad_one_is_named),
        cmocka_unit_test(memory_that_is_gone_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
