/* SPDX-License-Identifier: Apache-2.0 */
/* The database client waits for ovs-vswitchd, and works without memory. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "failing-alloc.h"
#include "ovsdb-session.h"

#define MONITOR "[\"Open_vSwitch\",1,{\"Open_vSwitch\":{\"columns\":[\"cur_cfg\"]}}]"
#define CFG(n)  "{\"Open_vSwitch\":{\"0b3c\":{\"new\":{\"cur_cfg\":" #n "}}}}"
#define UPDATE(monitor, n)                                                                         \
    "{\"id\":null,\"method\":\"update\",\"params\":[" #monitor "," CFG(n) "]}"

static void assert_cfg(struct session *s, int64_t cfg, int r, int64_t reached)
{
    int64_t got = -1;

    s->err = (struct vif_error){0};
    assert_int_equal(ovsdb_client_wait_cfg(s->client, cfg, s->until, &got, &s->err), r);
    assert_int_equal(got, reached);
    assert_true((s->err.kind == VIF_ERROR_NONE) == (r == 0));
}

static void configuration_is_awaited(void **state)
{
    static const struct fake_action script[] = {
        ACCEPT,
        EXPECT_WITH("monitor", MONITOR),
        ANSWER(CFG(7)),
        EXPECT_WITH("monitor_cancel", "[1]"),
        ANSWER("{}"),
        EXPECT("monitor"),
        ANSWER(CFG(7)),
        SLEEP(10),
        SEND(UPDATE(1, 99)),
        SEND(UPDATE(2, 8)),
        ECHO_ASK,
        SEND("{\"method\":\"update\",\"params\":[2,{\"Open_vSwitch\":{\"0b3c\":{\"old\":"
             "{\"cur_cfg\":8}}}}]}"),
        SEND("{\"method\":\"update\",\"params\":[]}"),
        SEND(UPDATE(2, 10)),
        EXPECT_WITH("monitor_cancel", "[2]"),
        REFUSE("\"unknown monitor\""),
        EXPECT("transact"),
        ANSWER("[{}]"),
        GONE,
        END,
    };
    struct session s;

    (void)state;
    begin(&s, script);
    assert_cfg(&s, 7, 0, 7);
    assert_cfg(&s, 9, 0, 10);
    assert_int_equal(transact(&s, false, "[{}]"), 0);
    assert_counts(&s, 5, 0, 1);
    end(&s);
}

static void configuration_does_not_come(void **state)
{
    static const struct fake_action script[] = {
        ACCEPT,
        EXPECT("monitor"),
        ANSWER(CFG(3)),
        SEND(UPDATE(1, 4)),
        EXPECT_WITH("monitor_cancel", "[1]"),
        ANSWER("{}"),
        EXPECT("monitor"),
        ANSWER("{}"),
        EXPECT("monitor_cancel"),
        EXPECT("monitor"),
        REFUSE("\"no\""),
        GONE,
        END,
    };
    struct session s;

    (void)state;
    begin(&s, script);
    s.until = deadline_after(60);
    assert_cfg(&s, 5, -ETIMEDOUT, 4);
    assert_int_equal(s.err.kind, VIF_ERROR_TIMEOUT);
    assert_non_null(strstr(s.err.text, "is at configuration 4 and 5 is awaited"));
    s.until = deadline_after(60);
    assert_cfg(&s, 1, -ETIMEDOUT, 0);
    s.until = deadline_after(15000);
    assert_cfg(&s, 1, -EREMOTEIO, 0);
    end(&s);
}

static void connection_is_lost_while_awaiting(void **state)
{
    static const struct fake_action script[] = {
        ACCEPT,
        EXPECT("monitor"),
        CLOSE,
        ACCEPT,
        EXPECT("monitor"),
        ANSWER(CFG(3)),
        UNLISTEN,
        CLOSE,
        SLEEP(150),
        LISTEN,
        ACCEPT,
        EXPECT("monitor"),
        ANSWER(CFG(4)),
        SEND(UPDATE(3, 5)),
        EXPECT("monitor_cancel"),
        UNLISTEN,
        END,
    };
    struct session s;

    (void)state;
    begin(&s, script);
    assert_cfg(&s, 5, 0, 5);
    deadline_sleep(20, s.until);
    s.until = deadline_after(100);
    assert_cfg(&s, 6, -ETIMEDOUT, 0);
    end(&s);
    begin(&s, script + sizeof script / sizeof script[0] - 1);
    fake_server_stop(&s.server);
    assert_cfg(&s, 1, -ECONNREFUSED, -1); /* the first connection: told at once */
    ovsdb_client_free(s.client);
    fake_server_remove(&s.server);
}

static int work(const char *address)
{
    const struct ovsdb_operations operations = {0};
    auto_ovsdb_client struct ovsdb_client *client = NULL;
    auto_json json_t *results = NULL;
    struct vif_error err = {0};
    int64_t cfg, until = deadline_after(15000);
    int r;

    r = ovsdb_client_new(&address, 1, NULL, &client, &err);
    if (r == 0)
        r = ovsdb_client_transact(client, &operations, true, until, &results, &err);
    if (r == 0)
        r = ovsdb_client_wait_cfg(client, 0, until, &cfg, &err);
    assert_true((err.kind == VIF_ERROR_NONE) == (r == 0));
    return r;
}

static void memory_runs_out(void **state)
{
    static const struct fake_action script[] = {ACCEPT, MAYBE("transact", NULL),
                                                MAYBE("monitor", NULL), GONE, END};

    (void)state;
    each_allocation_of(script, 25, work);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(configuration_is_awaited),
        cmocka_unit_test(configuration_does_not_come),
        cmocka_unit_test(connection_is_lost_while_awaiting),
        cmocka_unit_test(memory_runs_out),
    };

    failing_alloc_init();
    return cmocka_run_group_tests_name("ovsdb-client-cfg", tests, NULL, NULL);
}
