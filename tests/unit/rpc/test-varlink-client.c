/* SPDX-License-Identifier: Apache-2.0 */
/* Calling a varlink service that does whatever a service can do wrong, and without memory. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/deadline.h"
#include "base/limits.h"
#include "failing-alloc.h"
#include "fake-server.h"
#include "rpc/varlink.h"

struct session {
    struct fake_server server;
    struct varlink_client *client;
    struct varlink_wait wait;
    struct vif_error err;
};

static const char *path_of(const struct session *s)
{
    return s->server.address + strlen("unix:");
}

static void begin(struct session *s, const struct fake_action *script)
{
    *s = (struct session){.wait.until = deadline_after(15000)};
    fake_server_start(&s->server, FAKE_UNIX, script);
    assert_int_equal(varlink_client_open(path_of(s), &s->wait, &s->client, &s->err), 0);
}

static void end(struct session *s)
{
    varlink_client_close(s->client);
    fake_server_stop(&s->server);
    fake_server_remove(&s->server);
}

static int ask(struct session *s, size_t padding)
{
    struct text message = {0};
    bool whole = false;
    int r;

    varlink_begin(&message, "method", "io.vifd.Plug");
    text_add(&message, "{\"padding\":\"%0*d\"}", (int)padding, 0);
    varlink_end(&message, NULL);
    r = message.failed ? -ENOMEM
                       : varlink_client_send(s->client, &message, &s->wait, &whole, &s->err);
    text_done(&message);
    return r == 0 && !whole ? 1 : r;
}

static void assert_reply(struct session *s, const char *error, bool continues, int64_t n)
{
    struct varlink_reply reply = {0};

    if (varlink_client_receive(s->client, &s->wait, &reply, &s->err) < 0)
        fail_msg("%s", s->err.text);
    if (error)
        assert_string_equal(reply.error, error);
    else
        assert_null(reply.error);
    assert_int_equal(reply.continues, continues);
    assert_int_equal(json_integer_value(json_object_get(reply.parameters, "n")), n);
    varlink_reply_done(&reply);
    assert_int_equal(s->err.kind, VIF_ERROR_NONE);
}

static void assert_fails(struct session *s, int fault, enum vif_error_kind kind, const char *words)
{
    struct varlink_reply reply = {0};

    assert_int_equal(varlink_client_receive(s->client, &s->wait, &reply, &s->err), fault);
    assert_null(reply.message);
    assert_int_equal(s->err.kind, kind);
    if (!strstr(s->err.text, words))
        fail_msg("\"%s\" is not in \"%s\"", words, s->err.text);
}

#define PLUG EXPECT("io.vifd.Plug")

static void replies(void **state)
{
    static const struct fake_action script[] = {
        ACCEPT,
        PLUG,
        SAY_SPLIT("{\"parameters\":{\"n\":1},\"continues\":true}"),
        SEND("{\"parameters\":{\"n\":2},\"continues\":tr"),
        SLEEP(20),
        SAY("ue}"),
        SAY("{\"error\":\"io.vifd.Conflict\",\"parameters\":{\"n\":3}}"),
        PLUG,
        SAY("{}"),
        GONE,
        END,
    };
    struct session s;

    (void)state;
    begin(&s, script);
    assert_int_equal(ask(&s, 0), 0);
    assert_reply(&s, NULL, true, 1);
    assert_reply(&s, NULL, true, 2);
    assert_reply(&s, "io.vifd.Conflict", false, 3);
    assert_true(varlink_client_is_idle(s.client));
    assert_int_equal(ask(&s, 3000000), 0);
    assert_reply(&s, NULL, false, 0);
    end(&s);
}

static void what_is_no_message(void **state)
{
    static const char deep[] =
        "{\"parameters\":{\"a\":"
        "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[";
    static const char *const texts[] = {
        "",
        "HTTP/1.1 400 Bad Request\r\n",
        "[]",
        "{\"parameters\":[]}",
        "{\"parameters\":{}",
        "{\"parameters\":{\"n\":1,\"n\":2}}",
        "{\"parameters\":{\"n\":\"\\u0000\"}}",
        "{\"parameters\":{\"n\":\"\xff\"}}",
        "{\"error\":5}",
        "{\"error\":\"oops\"}",
        "{\"continues\":1}",
        "{\"continues\":true,\"error\":\"io.vifd.Conflict\"}",
        deep,
    };

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        const struct fake_action script[] = {ACCEPT, PLUG, SAY(texts[i]), GONE, END};
        struct session s;

        begin(&s, script);
        assert_int_equal(ask(&s, 0), 0);
        assert_fails(&s, -EPROTO, VIF_ERROR_SYSTEM, "a reply is not a varlink message: ");
        end(&s);
    }
}

static void too_long_a_reply(void **state)
{
    char text[600];
    const struct fake_action script[] = {ACCEPT,     PLUG, SAY("{\"parameters\":{\"n\":1}}"),
                                         SEND(text), GONE, END};
    struct session s;

    (void)state;
    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = '\0';
    begin(&s, script);
    s.client->max_bytes = 500;
    assert_int_equal(ask(&s, 0), 0);
    assert_reply(&s, NULL, false, 1);
    assert_fails(&s, -EPROTO, VIF_ERROR_SYSTEM, "a reply has more than 500 bytes");
    end(&s);
}

/* It talks and does not listen: neither side may wait for ever, nor take in without end. */
static void nothing_but_talk(void **state)
{
    static const struct fake_action script[] = {ACCEPT, TALK("0123456789abcdef"), END};
    struct session s;

    (void)state;
    begin(&s, script);
    s.client->max_bytes = 100000;
    assert_int_equal(ask(&s, 5000000), -EPROTO);
    assert_int_equal(s.err.kind, VIF_ERROR_SYSTEM);
    end(&s);
}

static void the_end(void **state)
{
    static const struct fake_action unread[] = {ACCEPT, CUT(5), END};
    static const struct fake_action read[] = {ACCEPT, PLUG, CLOSE, END};
    static const struct fake_action half[] = {ACCEPT, PLUG, SEND("{\"parameters\":{"), CLOSE, END};
    static const struct fake_action *const scripts[] = {unread, read, half};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct session s;

        begin(&s, scripts[i]);
        assert_int_equal(ask(&s, 0), 0);
        assert_fails(&s, -ECONNRESET, VIF_ERROR_DAEMON_UNREACHABLE, s.server.address);
        assert_false(varlink_client_is_idle(s.client));
        end(&s);
    }
}

/* A service may refuse a call before it has read it. */
static void refused_while_it_is_sent(void **state)
{
    static const struct fake_action script[] = {
        ACCEPT, SAY("{\"error\":\"io.vifd.InvalidInput\",\"parameters\":{\"n\":7}}"), CUT(5), END};
    struct session s;

    (void)state;
    begin(&s, script);
    assert_int_equal(ask(&s, 5000000), 1);
    s.err = (struct vif_error){0};
    assert_reply(&s, "io.vifd.InvalidInput", false, 7);
    end(&s);
}

static void said_out_of_turn(void **state)
{
    static const struct fake_action script[] = {ACCEPT, SAY("{}"), GONE, END};
    struct session s;

    (void)state;
    begin(&s, script);
    for (int i = 0; i < 500 && varlink_client_is_idle(s.client); i++)
        (void)usleep(10000);
    assert_false(varlink_client_is_idle(s.client));
    end(&s);
}

static void a_silent_service_is_asked_then_given_up(void **state)
{
    static const struct fake_action alive[] = {
        ACCEPT,
        PLUG,
        PROBED("{\"parameters\":{\"vendor\":\"\"}}"),
        SLEEP(10),
        PROBED("rubbish"),
        SAY("{\"parameters\":{\"n\":1}}"),
        GONE,
        END,
    };
    static const struct fake_action stopping[] = {
        ACCEPT, PLUG, UNLISTEN, SLEEP(200), SAY("{\"parameters\":{\"n\":2}}"), GONE, END};
    static const struct fake_action dead[] = {ACCEPT, PLUG, GONE, END};
    struct session s;

    (void)state;
    begin(&s, alive);
    s.client->probe_after = 60;
    assert_int_equal(ask(&s, 0), 0);
    assert_reply(&s, NULL, false, 1);
    end(&s);
    begin(&s, stopping);
    s.client->probe_after = 30;
    assert_int_equal(ask(&s, 0), 0);
    assert_reply(&s, NULL, false, 2);
    end(&s);
    begin(&s, dead);
    s.client->probe_after = s.client->probe_lasts = 30;
    assert_int_equal(ask(&s, 0), 0);
    assert_fails(&s, -ECONNRESET, VIF_ERROR_DAEMON_UNREACHABLE, "it does not answer");
    end(&s);
}

static void count(void *data)
{
    ++*(int *)data;
}

static void late_and_stopped(void **state)
{
    static const struct fake_action script[] = {ACCEPT, PLUG, GONE, END};
    static const struct fake_action deaf[] = {ACCEPT, SLEEP(2500), END};
    struct session s;
    int fds[2], ticks = 0;

    (void)state;
    begin(&s, script);
    s.wait.tick = (struct tick){count, &ticks};
    assert_int_equal(ask(&s, 0), 0);
    s.wait.until = deadline_after(600);
    assert_fails(&s, -ETIMEDOUT, VIF_ERROR_TIMEOUT, "no answer in time");
    assert_in_range(ticks, 1, 2);
    end(&s);
    assert_int_equal(pipe(fds), 0);
    assert_int_equal(write(fds[1], "x", 1), 1);
    begin(&s, script);
    assert_int_equal(ask(&s, 0), 0);
    s.wait.stop = fds[0];
    assert_fails(&s, -EINTR, VIF_ERROR_INTERRUPTED, "interrupted");
    end(&s);
    begin(&s, deaf); /* it takes nothing in */
    s.wait.stop = fds[0];
    assert_int_equal(ask(&s, 5000000), -EINTR);
    s.wait.stop = 0;
    s.wait.until = deadline_after(50);
    assert_int_equal(ask(&s, 5000000), -ETIMEDOUT);
    end(&s);
    (void)close(fds[0]);
    (void)close(fds[1]);
}

static void nobody_there(void **state)
{
    static const struct fake_action script[] = {ACCEPT, END};
    static const struct {
        const char *path, *words;
        int fault;
        enum vif_error_kind kind;
    } rows[] = {
        {"/nonexistent/io.vifd", "unix:/nonexistent/io.vifd: No such file or directory", -ENOENT,
         VIF_ERROR_DAEMON_UNREACHABLE},
        {"io.vifd", "has to begin with '/'", -EINVAL, VIF_ERROR_CONFIG},
        {"", "has to begin with '/'", -EINVAL, VIF_ERROR_CONFIG},
        {"/tmp", "Connection refused", -ECONNREFUSED, VIF_ERROR_DAEMON_UNREACHABLE},
    };
    struct varlink_client *client = NULL;
    struct session s;

    (void)state;
    begin(&s, script);
    varlink_client_close(s.client);
    s.client = NULL;
    fake_server_stop(&s.server);
    s.err = (struct vif_error){0};
    assert_int_equal(varlink_client_open(path_of(&s), &s.wait, &client, &s.err), -ECONNREFUSED);
    assert_int_equal(s.err.kind, VIF_ERROR_DAEMON_UNREACHABLE);
    fake_server_remove(&s.server);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(varlink_client_open(rows[i].path, &s.wait, &client, &s.err),
                         rows[i].fault);
        assert_int_equal(s.err.kind, rows[i].kind);
        if (!strstr(s.err.text, rows[i].words))
            fail_msg("\"%s\" is not in \"%s\"", rows[i].words, s.err.text);
    }
    assert_null(client);
    varlink_client_close(NULL);
}

static int open_and_ask(struct session *s)
{
    struct varlink_reply reply = {0};
    int r = varlink_client_open(path_of(s), &s->wait, &s->client, &s->err);

    if (r == 0)
        r = ask(s, 0);
    if (r == 0)
        r = varlink_client_receive(s->client, &s->wait, &reply, &s->err);
    varlink_reply_done(&reply);
    varlink_client_close(s->client);
    s->client = NULL;
    return r;
}

static void without_memory(void **state)
{
    static const struct fake_action script[] = {SERVE("{\"parameters\":{\"n\":[{}]}}"), END};
    struct session s = {.wait.until = deadline_after(15000)};
    int r = -1;

    (void)state;
    fake_server_start(&s.server, FAKE_UNIX, script);
    each_allocation_fails(n, 1) {
        s.err = (struct vif_error){0};
        failing_alloc_set(n);
        r = open_and_ask(&s);
        failing_alloc_set(0);
        if (r < 0 && s.err.kind) { /* asking itself builds a text */
            assert_int_equal(r, -ENOMEM);
            assert_int_equal(s.err.kind, VIF_ERROR_NO_MEMORY);
        }
    }
    assert_int_equal(r, 0);
    fake_server_kill(&s.server);
    fake_server_remove(&s.server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(replies),
        cmocka_unit_test(what_is_no_message),
        cmocka_unit_test(too_long_a_reply),
        cmocka_unit_test(nothing_but_talk),
        cmocka_unit_test(the_end),
        cmocka_unit_test(refused_while_it_is_sent),
        cmocka_unit_test(said_out_of_turn),
        cmocka_unit_test(a_silent_service_is_asked_then_given_up),
        cmocka_unit_test(late_and_stopped),
        cmocka_unit_test(nobody_there),
        cmocka_unit_test(without_memory),
    };

    failing_alloc_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
