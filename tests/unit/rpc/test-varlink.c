/* SPDX-License-Identifier: Apache-2.0 */
/* The varlink codec: what is taken, what is refused and in which words, and what goes out. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/limits.h"
#include "failing-alloc.h"
#include "rpc/varlink.h"

static void names_have_a_form(void **state)
{
    static const struct {
        const char *name;
        bool interface, member;
    } rows[] = {
        {"io.vifd", true, false},
        {"org.varlink.service", true, false},
        {"a.b", true, false},
        {"A.1", true, false},
        {"com.example-x.0--9", true, false},
        {"io.vifd.Plug", true, true},
        {"io.Vifd.P", true, true},
        {"io.vifd.List2", true, true},
        {"", false, false},
        {".", false, false},
        {"vifd", false, false},
        {"Plug", false, false},
        {"vifd.Plug", true, false},
        {"1o.vifd", false, false},
        {"-o.vifd", false, false},
        {"io.-vifd", false, false},
        {"io.vifd-", false, false},
        {"io..vifd", false, false},
        {".io.vifd", false, false},
        {"io.vifd.", false, false},
        {"io.vi_fd", false, false},
        {"io.vifd.Pl-ug", true, false},
        {"io.vifd.Pl ug", false, false},
        {"io.vifd.Plug\n", false, false},
        {"io.vifd/Plug", false, false},
        {"io.v\xc3\xad"
         "fd.Plug",
         false, false},
    };
    char longest[LIMIT_VARLINK_NAME + 2] = "a.";

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t interface = 0;

        char of_interface[64];

        (void)snprintf(of_interface, sizeof of_interface, "%s.X", rows[i].name);
        if (varlink_is_member(of_interface, NULL) != rows[i].interface ||
            varlink_is_member(rows[i].name, &interface) != rows[i].member)
            fail_msg("\"%s\"", rows[i].name);
        if (rows[i].member)
            assert_int_equal(rows[i].name[interface], '.');
    }
    memset(longest + 2, 'b', LIMIT_VARLINK_NAME - 2);
    memcpy(longest + 100, ".B", 2);
    assert_true(varlink_is_member(longest, NULL));
    longest[LIMIT_VARLINK_NAME] = 'b';
    assert_false(varlink_is_member(longest, NULL));
}

static void messages_are_cut_at_their_nul(void **state)
{
    static char bytes[] = "{\"a\":1}\0{}\0\0half";
    static const size_t lengths[] = {7, 2, 0};
    struct stream_input in = {.data = bytes};
    size_t length = 99;

    (void)state;
    assert_int_equal(varlink_cut(&in, 100, &length), 0);
    in.end = 3;
    assert_int_equal(varlink_cut(&in, 100, &length), 0);
    assert_int_equal(in.scanned, 3);
    in.end = sizeof bytes - 1;
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(varlink_cut(&in, 100, &length), 1);
        assert_int_equal(length, lengths[i]);
        stream_input_consume(&in, length + 1);
    }
    assert_int_equal(varlink_cut(&in, 100, &length), 0);
    assert_int_equal(in.scanned, 4);
}

/* The longest message that is allowed passes, however it comes; one byte more is told at once. */
static void messages_have_a_size_limit(void **state)
{
    char bytes[12];
    size_t length = 0;

    (void)state;
    memset(bytes, 'x', sizeof bytes);
    bytes[10] = '\0';
    for (size_t max = 9; max <= 10; max++)
        for (size_t step = 1; step <= sizeof bytes; step++) {
            struct stream_input in = {.data = bytes};
            int r = 0;

            for (size_t n = step; r == 0 && n < sizeof bytes + step; n += step) {
                in.end = n < sizeof bytes ? n : sizeof bytes;
                r = varlink_cut(&in, max, &length);
            }
            assert_int_equal(r, max == 10 ? 1 : -EMSGSIZE);
        }
    assert_int_equal(length, 10);
    /* Without a NUL in sight it is certain with the first byte too many, and not before. */
    for (size_t n = 3; n <= 4; n++) {
        struct stream_input in = {.data = bytes, .end = n};

        assert_int_equal(varlink_cut(&in, 3, &length), n == 3 ? 0 : -EMSGSIZE);
    }
}

static void calls_are_read(void **state)
{
    static const struct {
        const char *text;
        const char *flags;
        size_t parameters;
    } rows[] = {
        {"{\"method\":\"io.vifd.Plug\"}", "", 0},
        {"{\"method\":\"io.vifd.Plug\",\"parameters\":null,\"more\":null,\"oneway\":null}", "", 0},
        {" {\"parameters\":{\"vifs\":[],\"x\":1},\"method\":\"io.vifd.Plug\",\"more\":true} \n",
         "m", 2},
        {"{\"method\":\"io.vifd.Plug\",\"oneway\":true,\"more\":false}", "o", 0},
        {"{\"method\":\"io.vifd.Plug\",\"upgrade\":true,\"more\":true,\"new\":[1]}", "mu", 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct varlink_call call = {0};
        struct vif_error err = {0};

        if (varlink_call_read(rows[i].text, strlen(rows[i].text), &call, &err) != 0)
            fail_msg("%s: %s", rows[i].text, err.text);
        assert_string_equal(call.method, "io.vifd.Plug");
        assert_int_equal(json_object_size(call.parameters), rows[i].parameters);
        assert_true(json_is_object(call.parameters));
        assert_int_equal(call.oneway, strchr(rows[i].flags, 'o') != NULL);
        assert_int_equal(call.more, strchr(rows[i].flags, 'm') != NULL);
        assert_int_equal(call.upgrade, strchr(rows[i].flags, 'u') != NULL);
        varlink_call_done(&call);
        varlink_call_done(&call);
    }
}

#define EIGHT   "[[[[[[[["
#define DEEP    EIGHT EIGHT EIGHT EIGHT EIGHT EIGHT EIGHT EIGHT
#define TEXT(t) (t), sizeof(t) - 1

static void what_is_no_call_is_refused(void **state)
{
    static const struct {
        const char *text;
        size_t n;
        const char *words;
    } rows[] = {
        {TEXT(""), "empty"},
        {TEXT("\n"), "empty"},
        {TEXT("GET / HTTP/1.1\r\n"), "expected an object or a list"},
        {TEXT("{\"method\":\"io.vifd.Plug\""), "ends in the middle"},
        {TEXT("{\"method\":\"io.vifd.Plug\"}x"), "trailing data"},
        {TEXT("{\"method\":\"io.vifd.Plug\"}{}"), "trailing data"},
        {TEXT("{\"method\":\"io.vifd.Plug\",\"method\":\"io.vifd.Plug\"}"), "duplicate"},
        {TEXT("{\"method\":\"io.vifd.Plug\",\"parameters\":{\"a\":1,\"a\":2}}"), "duplicate"},
        {TEXT("{\"method\":\"io.vifd.Plug\",\"parameters\":{\"a\":\"\\u0000\"}}"), "u0000"},
        {TEXT("{\"method\":\"io.vifd.Plug\",\"parameters\":{\"a\\u0000\":1}}"), "u0000"},
        {TEXT("{\"method\":\"io.vifd.Plug\0\"}"), "line 1"},
        {TEXT("{\"method\":\"io.vifd.\xff\"}"), "line 1"},
        {TEXT("{\"method\":NaN}"), "line 1"},
        {TEXT("{\"method\":\"io.vifd.Plug\",\"parameters\":{\"a\":" DEEP), "nested deeper"},
        {TEXT("{\"method\":\"io.vifd.Plug\",\"parameters\":{\"a\":1e999}}"), "line 1"},
        {TEXT("[]"), "expected an object"},
        {TEXT("{}"), "\"method\": missing"},
        {TEXT("{\"method\":null}"), "\"method\": missing"},
        {TEXT("{\"method\":5}"), "\"method\": expected a name"},
        {TEXT("{\"method\":\"Plug\"}"), "\"method\": expected a name"},
        {TEXT("{\"method\":\"io.vifd.plug\"}"), "\"method\": expected a name"},
        {TEXT("{\"method\":\"io.vifd.Plug\",\"parameters\":[]}"), "\"parameters\": expected an"},
        {TEXT("{\"method\":\"io.vifd.Plug\",\"parameters\":\"\"}"), "\"parameters\": expected an"},
        {TEXT("{\"method\":\"io.vifd.Plug\",\"more\":1}"), "\"more\": expected true or false"},
        {TEXT("{\"method\":\"io.vifd.Plug\",\"oneway\":\"true\"}"), "\"oneway\": expected true"},
        {TEXT("{\"method\":\"io.vifd.Plug\",\"upgrade\":{}}"), "\"upgrade\": expected true"},
        {TEXT("{\"method\":\"a.b.C\",\"oneway\":true,\"more\":true}"), "\"more\" together with"},
        {TEXT("{\"method\":\"a.b.C\",\"oneway\":true,\"upgrade\":true}"), "\"upgrade\" together"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct varlink_call call = {0};
        struct vif_error err = {0};

        if (varlink_call_read(rows[i].text, rows[i].n, &call, &err) != -EINVAL ||
            err.kind != VIF_ERROR_INVALID || !strstr(err.text, rows[i].words))
            fail_msg("%s: \"%s\", expected \"%s\"", rows[i].text, err.text, rows[i].words);
        assert_null(call.message);
    }
}

static void replies_are_read(void **state)
{
    static const struct {
        const char *text;
        const char *error; /* "": none; NULL: refused */
        bool continues;
    } rows[] = {
        {"{}", "", false},
        {"{\"parameters\":{\"results\":[]}}", "", false},
        {"{\"parameters\":{},\"continues\":true}", "", true},
        {"{\"error\":\"io.vifd.Conflict\",\"parameters\":{\"text\":\"x\"}}", "io.vifd.Conflict",
         false},
        {"{\"error\":null,\"parameters\":null,\"continues\":false,\"what\":1}", "", false},
        {"{\"error\":\"io.vifd.Conflict\",\"continues\":true}", NULL, false},
        {"{\"error\":\"Conflict\"}", NULL, false},
        {"{\"error\":[]}", NULL, false},
        {"{\"parameters\":1}", NULL, false},
        {"{\"continues\":0}", NULL, false},
        {"[]", NULL, false},
        {"null", NULL, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct varlink_reply reply = {0};
        struct vif_error err = {0};
        int r = varlink_reply_read(rows[i].text, strlen(rows[i].text), &reply, &err);

        if (r != (rows[i].error ? 0 : -EINVAL))
            fail_msg("%s: %d %s", rows[i].text, r, err.text);
        if (r < 0)
            continue;
        assert_string_equal(reply.error ? reply.error : "", rows[i].error);
        assert_int_equal(reply.continues, rows[i].continues);
        assert_true(json_is_object(reply.parameters));
        varlink_reply_done(&reply);
    }
}

static void assert_message(struct text *out, const char *expected)
{
    assert_false(out->failed);
    assert_int_equal(out->n, strlen(expected) + 1);
    assert_memory_equal(out->data, expected, out->n);
    text_done(out);
}

static void write_message(struct text *out, const char *key, const char *name,
                          const char *parameters, const char *flag)
{
    varlink_begin(out, key, name);
    text_add(out, "%s", parameters);
    varlink_end(out, flag);
}

static void messages_are_written(void **state)
{
    static const struct {
        const char *key, *name, *parameters, *flag, *message;
    } rows[] = {
        {"method", "io.vifd.List", "{}", NULL, "{\"method\":\"io.vifd.List\",\"parameters\":{}}"},
        {"method", "io.vifd.Plug", "{\"text\":1}", "more",
         "{\"method\":\"io.vifd.Plug\",\"parameters\":{\"text\":1},\"more\":true}"},
        {"method", "a.b.C", "{}", "oneway",
         "{\"method\":\"a.b.C\",\"parameters\":{},\"oneway\":true}"},
        {"error", NULL, "{}", NULL, "{\"parameters\":{}}"},
        {"error", "io.vifd.Conflict", "{\"text\":1}", NULL,
         "{\"error\":\"io.vifd.Conflict\",\"parameters\":{\"text\":1}}"},
        {"error", NULL, "{\"results\":[1]}", "continues",
         "{\"parameters\":{\"results\":[1]},\"continues\":true}"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct text out = {0};

        write_message(&out, rows[i].key, rows[i].name, rows[i].parameters, rows[i].flag);
        assert_message(&out, rows[i].message);
    }
}

static void several_messages_go_out_one_after_the_other(void **state)
{
    struct varlink_reply reply = {0};
    struct stream_input in = {0};
    struct text out = {0};
    size_t length = 0;

    (void)state;
    write_message(&out, "error", NULL, "{}", "continues");
    write_message(&out, "error", VARLINK_METHOD_NOT_FOUND, "{}", NULL);
    in = (struct stream_input){.data = out.data, .end = out.n};
    assert_int_equal(varlink_cut(&in, LIMIT_REPLY_BYTES, &length), 1);
    assert_int_equal(varlink_reply_read(out.data, length, &reply, NULL), 0);
    assert_true(reply.continues);
    varlink_reply_done(&reply);
    assert_int_equal(varlink_reply_read(out.data + length + 1, out.n - length - 2, &reply, NULL),
                     0);
    assert_string_equal(reply.error, VARLINK_METHOD_NOT_FOUND);
    varlink_reply_done(&reply);
    text_done(&out);
}

static void memory_that_is_gone_is_told(void **state)
{
    static const char text[] =
        "{\"method\":\"io.vifd.Plug\",\"oneway\":false,\"more\":true,\"x\":[1.5,{\"y\":\"z\"}]}";
    struct varlink_call call = {0};

    (void)state;
    failing_alloc_init();
    each_allocation_fails(n, 1) {
        struct vif_error err = {0};
        int r;

        failing_alloc_set(n);
        r = varlink_call_read(text, sizeof text - 1, &call, &err);
        failing_alloc_set(0);
        assert_int_equal(r, failing_alloc_hit() ? -ENOMEM : 0);
    }
    varlink_call_done(&call);
    for (unsigned long n = 1; n <= 2; n++) {
        struct text out = {0};

        failing_alloc_set(n);
        for (int i = 0; i < 8; i++)
            write_message(&out, "error", "io.vifd.Conflict", "{}", NULL);
        assert_true(out.failed);
        failing_alloc_set(0);
        text_done(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_have_a_form),
        cmocka_unit_test(messages_are_cut_at_their_nul),
        cmocka_unit_test(messages_have_a_size_limit),
        cmocka_unit_test(calls_are_read),
        cmocka_unit_test(what_is_no_call_is_refused),
        cmocka_unit_test(replies_are_read),
        cmocka_unit_test(messages_are_written),
        cmocka_unit_test(several_messages_go_out_one_after_the_other),
        cmocka_unit_test(memory_that_is_gone_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
