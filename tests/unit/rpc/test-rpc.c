/* SPDX-License-Identifier: Apache-2.0 */
/* A conversation in JSON-RPC: answers, errors, notifications, deadlines. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "rpc-session.h"

static void answers_come_in_any_order_and_shape(void **state)
{
    static const struct fake_action script[] = {
        ACCEPT,
        EXPECT("a"),
        SPLIT("[{\"k\":\"\xc3\xa9]}\\\"\"}]"),
        EXPECT("b"),
        EXPECT("c"),
        BOTH("[2]", "[3]"),
        EXPECT("d"),
        EXPECT("e"),
        ANSWER("null"),
        SLEEP(20),
        ANSWER_BEFORE(1, "{}"),
        GONE,
        END,
    };
    struct session s;
    int64_t one, other;

    (void)state;
    begin(&s, script);
    assert_answer(&s, ask(&s, "a"), "[{\"k\":\"\xc3\xa9]}\\\"\"}]");
    one = ask(&s, "b");
    other = ask(&s, "c");
    assert_answer(&s, one, "[2]");
    s.until = 0; /* what has come is there without waiting */
    assert_answer(&s, other, "[3]");
    s.until = deadline_after(15000);
    one = ask(&s, "d");
    other = ask(&s, "e");
    assert_answer(&s, one, "{}");
    assert_answer(&s, other, "null");
    assert_fails(&s, other, -EIO, VIF_ERROR_SYSTEM, "no request 5 is waiting");
    assert_true(s.rpc->sent > 0 && s.rpc->received > 0);
    end(&s);
}

static void requests_of_the_server_are_answered(void **state)
{
    static const struct fake_action script[] = {
        ACCEPT,
        EXPECT("a"),
        ECHO_ASK,
        SEND("{\"id\":[7],\"method\":\"steal\",\"params\":[]}"),
        EXPECT_REPLY("{\"id\":[7],\"result\":null,\"error\":\"unknown method\"}"),
        ANSWER("[]"),
        ECHO_ASK,
        SEND("{\"id\":null,\"method\":\"echo\",\"params\":[]}"),
        CLOSE,
        END,
    };
    struct session s;
    int r;

    (void)state;
    begin(&s, script);
    assert_answer(&s, ask(&s, "a"), "[]");
    do {
        r = jsonrpc_service(s.rpc, s.until, &s.err);
        deadline_sleep(1, s.until);
    } while (r == 0);
    assert_int_equal(r, -ECONNRESET);
    assert_broken(&s, -ECONNRESET);
    end(&s);
}

/* What a server asks is answered even if we have nothing more to wait for. */
static void echo_beside_the_answer(void **state)
{
    static const struct fake_action script[] = {
        ACCEPT,
        EXPECT("a"),
        SEND("{\"id\":1,\"error\":null,\"result\":[]}{\"id\":\"x\",\"method\":\"echo\",\"params\":["
             "]}"),
        EXPECT_REPLY("{\"id\":\"x\",\"result\":[],\"error\":null}"),
        END,
    };
    struct session s;

    (void)state;
    begin(&s, script);
    assert_answer(&s, ask(&s, "a"), "[]");
    fake_server_stop(&s.server);
    jsonrpc_close(s.rpc);
    fake_server_remove(&s.server);
}

static void errors_are_told_in_words(void **state)
{
    static const struct fake_action script[] = {
        ACCEPT,
        EXPECT("a"),
        REFUSE("\"unknown database\""),
        EXPECT("a"),
        REFUSE("{\"error\":\"unknown database\",\"details\":\"no database named X\"}"),
        EXPECT("a"),
        REFUSE("{\"error\":\"not allowed\"}"),
        EXPECT("a"),
        REFUSE("[1]"),
        EXPECT("a"),
        ANSWER("[]"),
        GONE,
        END,
    };
    static const char *const words[] = {
        "ovsdb: unknown database",
        "ovsdb: unknown database: no database named X",
        "ovsdb: not allowed",
        "ovsdb: the server returned an error without a message",
    };
    struct session s;

    (void)state;
    begin(&s, script);
    for (size_t i = 0; i < 4; i++) {
        assert_fails(&s, ask(&s, "a"), -EREMOTEIO, VIF_ERROR_OVSDB, words[i]);
        assert_string_equal(s.err.text, words[i]);
    }
    assert_answer(&s, ask(&s, "a"), "[]");
    end(&s);
}

static void late_answer_is_dropped(void **state)
{
    static const struct fake_action script[] = {
        ACCEPT,
        EXPECT("a"),
        EXPECT("b"),
        EXPECT("c"),
        ANSWER_BEFORE(2, "[\"late\"]"),
        ANSWER_BEFORE(1, "[\"not wanted\"]"),
        ANSWER("[3]"),
        GONE,
        END,
    };
    struct session s;
    int64_t b, start = deadline_now();

    (void)state;
    begin(&s, script);
    s.until = deadline_after(40);
    assert_fails(&s, ask(&s, "a"), -ETIMEDOUT, VIF_ERROR_TIMEOUT, "no answer in time");
    assert_in_range(deadline_now() - start, 40, 4000);
    s.until = deadline_after(15000);
    b = ask(&s, "b");
    jsonrpc_forget(s.rpc, b);
    assert_answer(&s, ask(&s, "c"), "[3]");
    assert_int_equal(s.rpc->n_requests, 0);
    end(&s);
}

/* A server that never stops talking must not make us miss the deadline. */
static void deadline_holds_while_things_arrive(void **state)
{
    static const struct fake_action script[] = {
        ACCEPT,
        EXPECT("a"),
        TALK("{\"id\":\"x\",\"method\":\"echo\",\"params\":[]}"),
        END,
    };
    struct session s;
    int64_t id;

    (void)state;
    begin(&s, script);
    id = ask(&s, "a");
    s.until = deadline_after(60);
    assert_fails(&s, id, -ETIMEDOUT, VIF_ERROR_TIMEOUT, "no answer in time");
    assert_true(deadline_now() < s.until + 2000);
    assert_int_equal(jsonrpc_service(s.rpc, deadline_after(20), &s.err), 0);
    end(&s);
}

static void notifications_are_kept(void **state)
{
    static const struct fake_action script[] = {
        ACCEPT,
        EXPECT("a"),
        SEND("{\"id\":null,\"method\":\"update\",\"params\":[1]}"),
        SEND("{\"method\":\"other\",\"params\":[2]}{\"method\":\"update\",\"params\":[3]}"),
        ANSWER("[]"),
        EXPECT("b"),
        REPEAT(1030, "{\"method\":\"u\",\"params\":[]}"),
        GONE,
        END,
    };
    static const char *const order[][2] = {{"other", "[2]"}, {"update", "[1]"}, {"update", "[3]"}};
    struct session s;
    json_t *params = NULL;

    (void)state;
    begin(&s, script);
    assert_answer(&s, ask(&s, "a"), "[]");
    for (size_t i = 0; i < 3; i++) {
        auto_json json_t *got = NULL;
        auto_free char *text = NULL;

        assert_int_equal(jsonrpc_notification(s.rpc, order[i][0], s.until, &got, &s.err), 0);
        text = json_dumps(got, JSON_COMPACT);
        assert_string_equal(text, order[i][1]);
    }
    assert_int_equal(jsonrpc_notification(s.rpc, "update", 0, &params, &s.err), -ETIMEDOUT);
    assert_null(params);
    assert_fails(&s, ask(&s, "b"), -EPROTO, VIF_ERROR_OVSDB, "too many notifications");
    end(&s);
}

static void only_so_many_requests_wait(void **state)
{
    static const struct fake_action script[] = {ACCEPT, GONE, END};
    struct session s;
    int64_t id = 0;

    (void)state;
    begin(&s, script);
    for (size_t i = 0; i < LIMIT_IN_FLIGHT; i++)
        id = ask(&s, "a");
    assert_int_equal(jsonrpc_send(s.rpc, "a", "[]", s.until, &id, &s.err), -ENOBUFS);
    assert_int_equal(s.err.kind, VIF_ERROR_OVSDB);
    jsonrpc_forget(s.rpc, id);
    (void)ask(&s, "a");
    end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_come_in_any_order_and_shape),
        cmocka_unit_test(requests_of_the_server_are_answered),
        cmocka_unit_test(echo_beside_the_answer),
        cmocka_unit_test(errors_are_told_in_words),
        cmocka_unit_test(late_answer_is_dropped),
        cmocka_unit_test(deadline_holds_while_things_arrive),
        cmocka_unit_test(notifications_are_kept),
        cmocka_unit_test(only_so_many_requests_wait),
    };

    return cmocka_run_group_tests_name("rpc", tests, NULL, NULL);
}
