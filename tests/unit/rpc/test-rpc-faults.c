/* SPDX-License-Identifier: Apache-2.0 */
/* JSON-RPC with a peer that does whatever a peer can do wrong, and without memory. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "failing-alloc.h"
#include "rpc-session.h"

static void what_is_not_json_rpc_ends_the_connection(void **state)
{
    static const char deep[] = "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[";
    static const struct {
        const char *text;
        const char *words;
    } rows[] = {
        {"HTTP/1.1 400 Bad Request\r\n", "invalid JSON"},
        {"{\"id\":1,\"result\":[],,}", "invalid JSON: line 1 column"},
        {"{\"id\":1,\"id\":1,\"result\":[]}", "invalid JSON: line 1 column"},
        {deep, "nested deeper than 64 levels"},
        {"[]", "not JSON-RPC"},
        {"{}", "to no request"},
        {"{\"id\":1}", "not JSON-RPC"},
        {"{\"id\":null,\"result\":[],\"error\":null}", "to no request"},
        {"{\"id\":\"1\",\"result\":[],\"error\":null}", "to no request"},
        {"{\"id\":2,\"result\":[],\"error\":null}", "to no request"},
        {"{\"id\":0,\"result\":[],\"error\":null}", "to no request"},
        {"{\"id\":1,\"method\":5,\"params\":[]}", "not JSON-RPC"},
        {"{\"id\":1,\"method\":\"echo\"}", "without parameters"},
        {"{\"id\":null,\"method\":\"update\",\"params\":{}}", "without parameters"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct fake_action script[] = {ACCEPT, EXPECT("a"), SEND(rows[i].text), GONE, END};
        struct session s;

        begin(&s, script);
        assert_fails(&s, ask(&s, "a"), -EPROTO, VIF_ERROR_OVSDB, rows[i].words);
        assert_broken(&s, -EPROTO);
        end(&s);
    }
}

static void too_large_a_message(void **state)
{
    static const struct fake_action script[] = {
        ACCEPT, EXPECT("a"), BIG(900), EXPECT("a"), BIG(3000), GONE, END,
    };
    auto_json json_t *result = NULL;
    struct session s;

    (void)state;
    begin(&s, script);
    s.rpc->max_bytes = 1000;
    assert_int_equal(jsonrpc_wait(s.rpc, ask(&s, "a"), s.until, &result, &s.err), 0);
    assert_fails(&s, ask(&s, "a"), -EPROTO, VIF_ERROR_OVSDB, "a message of more than 1000 bytes");
    end(&s);
}

static void connection_ends(void **state)
{
    static const struct fake_action unread[] = {ACCEPT, CUT(5), END};
    static const struct fake_action read[] = {ACCEPT, EXPECT("a"), CLOSE, END};
    static const struct fake_action half[] = {
        ACCEPT, EXPECT("a"), SEND("{\"id\":1,\"result\":[],\"error\":nu"), CLOSE, END};
    static const struct fake_action *const scripts[] = {unread, read, half};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct session s;

        begin(&s, scripts[i]);
        assert_fails(&s, ask(&s, "a"), -ECONNRESET, VIF_ERROR_OVSDB_UNREACHABLE, s.server.address);
        assert_broken(&s, -ECONNRESET);
        end(&s);
    }
}

/* An answer that came whole counts, whatever came behind it. */
static void answer_before_the_end(void **state)
{
    static const struct fake_action script[] = {
        ACCEPT,          EXPECT("a"), EXPECT("b"), EXPECT("c"), BOTH("[2]", "[3]"),
        SEND("garbage"), CLOSE,       END,
    };
    struct session s;
    int64_t a, b, c;

    (void)state;
    begin(&s, script);
    a = ask(&s, "a");
    b = ask(&s, "b");
    c = ask(&s, "c");
    assert_fails(&s, a, -EPROTO, VIF_ERROR_OVSDB, "invalid JSON");
    assert_answer(&s, c, "[3]");
    assert_answer(&s, b, "[2]");
    assert_fails(&s, a, -EPROTO, VIF_ERROR_OVSDB, "invalid JSON");
    end(&s);
}

static void silent_server_is_asked_then_given_up(void **state)
{
    static const struct fake_action dead[] = {ACCEPT, EXPECT("a"), EXPECT("echo"), GONE, END};
    static const struct fake_action slow[] = {
        ACCEPT,         EXPECT("a"),  EXPECT("echo"),          ANSWER("[]"), SLEEP(30), SEND(" "),
        EXPECT("echo"), ANSWER("[]"), ANSWER_BEFORE(2, "[1]"), GONE,         END,
    };
    struct session s;
    int64_t id;

    (void)state;
    begin(&s, dead);
    s.rpc->probe_after = s.rpc->lost_after = 40;
    assert_fails(&s, ask(&s, "a"), -ECONNRESET, VIF_ERROR_OVSDB_UNREACHABLE, "does not answer");
    assert_broken(&s, -ECONNRESET);
    end(&s);
    begin(&s, slow);
    s.rpc->probe_after = 40;
    assert_answer(&s, ask(&s, "a"), "[1]");
    end(&s);
    begin(&s, dead);
    s.rpc->probe_after = 10;
    id = ask(&s, "a");
    s.until = deadline_after(60);
    assert_fails(&s, id, -ETIMEDOUT, VIF_ERROR_TIMEOUT, "no answer in time");
    end(&s);
}

static void count_tick(void *data)
{
    unsigned *n = data;

    ++*n;
}

/* Whoever is told now and then that we wait does not make the server's silence shorter. */
static void ticks_come_and_hold_up_no_probe(void **state)
{
    static const struct fake_action dead[] = {ACCEPT, EXPECT("a"), EXPECT("echo"), GONE, END};
    const int64_t start = deadline_now();
    struct tick tick = {count_tick, NULL};
    unsigned n = 0;
    struct session s;

    (void)state;
    begin(&s, dead);
    tick.data = &n;
    s.rpc->stream->tick = tick;
    s.rpc->probe_after = s.rpc->lost_after = 2 * TICK_MS + TICK_MS / 2;
    assert_fails(&s, ask(&s, "a"), -ECONNRESET, VIF_ERROR_OVSDB_UNREACHABLE, "does not answer");
    assert_in_range(n, 3, 5);
    assert_in_range(deadline_now() - start, 5 * TICK_MS, 10 * TICK_MS);
    end(&s);
}

/* ["xx.."] */
static char *big_params(size_t n)
{
    char *text = malloc(n + 5);

    assert_non_null(text);
    memset(text, 'x', n + 4);
    memcpy(text, "[\"", 2);
    memcpy(text + n + 2, "\"]", 3);
    return text;
}

/* Both peers write more than the sockets hold before they read. */
static void full_buffers_do_not_lock(void **state)
{
    static const struct fake_action script[] = {
        ACCEPT,
        SLEEP(20),
        LONG_NOTIFICATIONS(400),
        REPEAT(300, "{\"id\":\"x\",\"method\":"
                    "\"echo\",\"params\":[\"0123456789012345678901234567890123456789\"]}"),
        EXPECT("a"),
        BIG(2000000),
        GONE,
        END,
    };
    auto_free char *params = big_params((size_t)2 << 20);
    auto_json json_t *result = NULL;
    struct session s;
    int64_t id;

    (void)state;
    begin(&s, script);
    assert_int_equal(jsonrpc_send(s.rpc, "a", params, s.until, &id, &s.err), 0);
    assert_int_equal(jsonrpc_wait(s.rpc, id, s.until, &result, &s.err), 0);
    assert_int_equal(json_string_length(json_array_get(result, 0)), 2000000);
    assert_true(s.rpc->stream->in.room <= (size_t)64 << 10); /* given back */
    end(&s);
}

/* A request cut off in the middle must never be carried out later. */
static void request_that_cannot_be_sent(void **state)
{
    static const struct fake_action script[] = {ACCEPT, SLEEP(150), GONE, END};
    auto_free char *params = big_params((size_t)2 << 20);
    struct session s;
    int64_t id;

    (void)state;
    begin(&s, script);
    assert_int_equal(jsonrpc_send(s.rpc, "a", params, deadline_after(50), &id, &s.err), -ETIMEDOUT);
    assert_int_equal(s.err.kind, VIF_ERROR_TIMEOUT);
    assert_broken(&s, -ECONNRESET);
    end(&s);
}

/* A request there was no memory for leaves nothing of itself in the connection. */
static void connection_survives_a_send_without_memory(void **state)
{
    static const struct fake_action script[] = {ACCEPT, EXPECT("a"), ANSWER("[]"), GONE, END};
    auto_free char *params = big_params(40000);
    struct session s;
    int64_t id;

    (void)state;
    begin(&s, script);
    each_allocation_fails(n, 2) {
        int r;

        failing_alloc_set(n);
        r = jsonrpc_send(s.rpc, "a", params, s.until, &id, &s.err);
        failing_alloc_set(0);
        assert_int_equal(r, failing_alloc_hit() ? -ENOMEM : 0);
        assert_true(r == 0 || s.err.kind == VIF_ERROR_NO_MEMORY);
    }
    assert_answer(&s, id, "[]");
    end(&s);
}

/* Everything once: 0, or what failed first. */
static int whole_conversation(const char *address, const char *params)
{
    auto_jsonrpc struct jsonrpc *rpc = NULL;
    auto_json json_t *result = NULL, *update = NULL;
    struct vif_error err = {0};
    int64_t id, until = deadline_after(15000);
    int r;

    r = jsonrpc_open(address, 0, until, &rpc, &err);
    if (r == 0)
        r = jsonrpc_send(rpc, "a", params, until, &id, &err);
    if (r == 0)
        r = jsonrpc_wait(rpc, id, until, &result, &err);
    if (r == 0)
        r = jsonrpc_notification(rpc, "update", until, &update, &err);
    /* jansson's lexer tells a failed allocation as a fault of the text. */
    if (r == -EPROTO)
        assert_non_null(strstr(err.text, "invalid JSON: line 1 column"));
    else
        assert_int_equal(err.kind, r == 0 ? VIF_ERROR_NONE : VIF_ERROR_NO_MEMORY);
    return r;
}

static void memory_runs_out(void **state)
{
    static const struct fake_action script[] = {
        ACCEPT,
        MAYBE("a", "{\"id\":9,\"method\":\"echo\",\"params\":[1]}"
                   "{\"method\":\"update\",\"params\":[3]}"),
        GONE,
        END,
    };
    auto_free char *params = big_params(40000);

    (void)state;
    each_allocation_fails(n, 20) {
        struct fake_server server;
        int r;

        fake_server_start(&server, FAKE_UNIX, script);
        failing_alloc_set(n);
        r = whole_conversation(server.address, params);
        failing_alloc_set(0);
        assert_true(failing_alloc_hit() == (r != 0));
        assert_true(r == 0 || r == -ENOMEM || r == -EPROTO);
        fake_server_kill(&server);
        fake_server_remove(&server);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_json_rpc_ends_the_connection),
        cmocka_unit_test(too_large_a_message),
        cmocka_unit_test(connection_ends),
        cmocka_unit_test(answer_before_the_end),
        cmocka_unit_test(silent_server_is_asked_then_given_up),
        cmocka_unit_test(ticks_come_and_hold_up_no_probe),
        cmocka_unit_test(full_buffers_do_not_lock),
        cmocka_unit_test(request_that_cannot_be_sent),
        cmocka_unit_test(connection_survives_a_send_without_memory),
        cmocka_unit_test(memory_runs_out),
    };

    failing_alloc_init();
    return cmocka_run_group_tests_name("rpc-faults", tests, NULL, NULL);
}
