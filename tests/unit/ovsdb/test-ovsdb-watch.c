/* SPDX-License-Identifier: Apache-2.0 */
/* The database client waits for rows: by a conditional monitor, and without one; through splits,
 * strangers and lost connections; and without memory. */
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
#include "ovsdb/vswitch-wired.h"

#define WHERE "\"where\":[[\"name\",\"==\",\"a\"],[\"name\",\"==\",\"b\"],[\"name\",\"==\",\"c\"]]"
#define COND(n)                                                                                    \
    "[\"Open_vSwitch\"," #n ",{\"Interface\":[{\"columns\":[\"name\",\"external_ids\"]," WHERE     \
    "}]}]"
#define PLAIN(n)                                                                                   \
    "[\"Open_vSwitch\"," #n ",{\"Interface\":{\"columns\":[\"name\",\"external_ids\"]}}]"

#define IDS(pairs)         "\"external_ids\":[\"map\",[" pairs "]]"
#define PAIR(key, value)   "[\"" key "\",\"" value "\"]"
#define INSTALLED          PAIR("ovn-installed", "true")
#define MINE               PAIR("iface-id", "x")
#define ROW(name, pairs)   "{\"name\":\"" name "\"," IDS(pairs) "}"
#define INTERFACES(rows)   "{\"Interface\":{" rows "}}"
#define NOTE(method, n, t) "{\"id\":null,\"method\":\"" method "\",\"params\":[" #n "," t "]}"
#define UPDATE2(n, rows)   NOTE("update2", n, INTERFACES(rows))
#define UPDATE(n, rows)    NOTE("update", n, INTERFACES(rows))
#define MODIFY(pairs)      "{\"modify\":{" IDS(pairs) "}}"

static const char *const names[] = {"a", "b", "c"};

/* Waits; 'wanted' has a letter for each name: w(ired), n(ot), g(one). */
static void assert_wired(struct session *s, enum vswitch_agent agent, int r, const char *wanted)
{
    enum vswitch_wired wired[3];

    s->err = (struct vif_error){0};
    assert_int_equal(vswitch_wait_wired(s->client, agent, names, 3, s->until, NULL, wired, &s->err),
                     r);
    assert_true((s->err.kind == VIF_ERROR_NONE) == (r == 0));
    for (size_t i = 0; i < 3; i++)
        assert_int_equal("nwg"[wired[i]], wanted[i]);
}

static void what_is_so_already_is_not_waited_for(void **state)
{
    static const struct fake_action script[] = {
        ACCEPT,
        EXPECT_WITH("monitor_cond", COND(1)),
        ANSWER(INTERFACES("\"u1\":{\"initial\":" ROW(
            "a", MINE
            "," INSTALLED) "},"
                           "\"u2\":{\"initial\":" ROW("b", INSTALLED) "},"
                                                                      "\"u3\":{\"initial\":" ROW(
                                                                          "c", INSTALLED) "}")),
        EXPECT_WITH("monitor_cancel", "[1]"),
        GONE,
        END,
    };
    struct session s;

    (void)state;
    begin(&s, script);
    assert_wired(&s, VSWITCH_OVN, 0, "www");
    assert_counts(&s, 2, 0, 1);
    end(&s);
}

/* "modify" has the difference of a map alone: a pair that was there goes. */
static void differences_are_followed(void **state)
{
    static const struct fake_action script[] = {
        ACCEPT,
        EXPECT("monitor_cond"),
        SPLIT(INTERFACES("\"u1\":{\"initial\":" ROW(
            "a", MINE) "},"
                       "\"u2\":{\"initial\":" ROW(
                           "b", INSTALLED) "},"
                                           "\"u3\":{\"initial\":{\"name\":\"c\"}}")),
        SEND(UPDATE2(7, "\"u1\":" MODIFY(INSTALLED))), /* of someone else's monitor */
        SEND(UPDATE2(1, "\"u1\":" MODIFY(INSTALLED))),
        SEND(UPDATE2(1, "\"u2\":" MODIFY(INSTALLED))), /* taken away */
        SEND(UPDATE2(1, "\"u3\":" MODIFY(PAIR("ovn-installed", "false")))),
        SEND(UPDATE2(1, "\"u9\":" MODIFY(INSTALLED))),
        SEND(UPDATE2(1, "\"u8\":{\"insert\":" ROW("stranger", INSTALLED) "}")),
        ECHO_ASK,
        SEND(UPDATE2(1, "\"u3\":" MODIFY(INSTALLED))), /* another value: set */
        SEND(UPDATE2(1, "\"u2\":" MODIFY(PAIR("ovn-installed-ts", "1") "," INSTALLED))),
        EXPECT_WITH("monitor_cancel", "[1]"),
        GONE,
        END,
    };
    struct session s;

    (void)state;
    begin(&s, script);
    assert_wired(&s, VSWITCH_OVN, 0, "www");
    end(&s);
}

/* Nothing is waited for where there is nothing; a row that comes back under its name counts. */
static void rows_go_and_come(void **state)
{
    static const struct fake_action script[] = {
        ACCEPT,
        EXPECT("monitor_cond"),
        ANSWER(INTERFACES(
            "\"u1\":{\"initial\":" ROW("a", MINE) "},"
                                                  "\"u2\":{\"initial\":" ROW("b", MINE) "}")),
        SEND(UPDATE2(1, "\"u1\":{\"delete\":null}")),
        SEND(UPDATE2(1, "\"u4\":{\"insert\":" ROW("b", MINE) "},\"u2\":{\"delete\":null}")),
        SEND(UPDATE2(1, "\"u4\":" MODIFY(INSTALLED))),
        EXPECT("monitor_cancel"),
        GONE,
        END,
    };
    struct session s;

    (void)state;
    begin(&s, script);
    assert_wired(&s, VSWITCH_OVN, 0, "gwg");
    end(&s);
}

static void time_passes(void **state)
{
    static const struct fake_action script[] = {
        ACCEPT,
        EXPECT("monitor_cond"),
        ANSWER(INTERFACES(
            "\"u1\":{\"initial\":" ROW("a", INSTALLED) "},"
                                                       "\"u2\":{\"initial\":" ROW("b", MINE) "}")),
        EXPECT_WITH("monitor_cancel", "[1]"),
        ANSWER("{}"),
        EXPECT("transact"),
        ANSWER("[{}]"),
        GONE,
        END,
    };
    struct session s;

    (void)state;
    begin(&s, script);
    s.until = deadline_after(60);
    assert_wired(&s, VSWITCH_OVN, -ETIMEDOUT, "wng");
    assert_int_equal(s.err.kind, VIF_ERROR_TIMEOUT);
    s.until = deadline_after(15000);
    assert_int_equal(transact(&s, false, "[{}]"), 0); /* the connection is good for more */
    assert_counts(&s, 3, 0, 1);
    end(&s);
}

static void server_without_conditions(void **state)
{
    static const struct fake_action script[] = {
        ACCEPT,
        EXPECT_WITH("monitor_cond", COND(1)),
        REFUSE("\"unknown method\""),
        EXPECT_WITH("monitor", PLAIN(2)),
        ANSWER(INTERFACES("\"u1\":{\"new\":" ROW(
            "a", MINE) "},"
                       "\"u2\":{\"new\":" ROW(
                           "b", INSTALLED) "},"
                                           "\"u3\":{\"new\":" ROW(
                                               "c", INSTALLED) "},"
                                                               "\"u4\":{\"new\":" ROW("d",
                                                                                      MINE) "}")),
        SEND(UPDATE(2, "\"u4\":{\"new\":" ROW("d", INSTALLED) ",\"old\":{}}")),
        SEND(UPDATE(2, "\"u3\":{\"old\":" ROW("c", INSTALLED) "}")),
        SEND(UPDATE(2, "\"u1\":{\"old\":{" IDS(MINE) "},\"new\":" ROW("a", INSTALLED) "}")),
        EXPECT_WITH("monitor_cancel", "[2]"),
        EXPECT("monitor_cond"),
        REFUSE("\"unknown method\""),
        EXPECT("monitor"),
        REFUSE("{\"error\":\"unknown column\",\"details\":\"none such\"}"),
        GONE,
        END,
    };
    struct session s;

    (void)state;
    begin(&s, script);
    assert_wired(&s, VSWITCH_OVN, 0, "wwg");
    assert_wired(&s, VSWITCH_OVN, -EREMOTEIO, "nnn");
    assert_non_null(strstr(s.err.text, "unknown column: none such"));
    end(&s);
}

#define PORTS(rows)    "{\"Port\":{" rows "}}"
#define TAGGED(n, tag) "{\"name\":\"" n "\",\"tag\":" tag "}"

static void tags_are_awaited(void **state)
{
    static const struct fake_action script[] = {
        ACCEPT,
        EXPECT_WITH("monitor_cond", "{\"Port\":[{\"columns\":[\"name\",\"tag\"],"),
        ANSWER(PORTS("\"u1\":{\"initial\":" TAGGED(
            "a", "7") "},"
                      "\"u2\":{\"initial\":" TAGGED(
                          "b", "4095") "},"
                                       "\"u3\":{\"initial\":{\"name\":\"c\"}}")),
        SEND(NOTE("update2", 1, PORTS("\"u1\":{\"modify\":{\"tag\":[\"set\",[]]}}"))),
        SEND(NOTE("update2", 1, PORTS("\"u3\":{\"modify\":{\"tag\":9}}"))),
        SEND(NOTE("update2", 1, PORTS("\"u1\":{\"modify\":{\"tag\":10}}"))),
        ECHO_ASK, /* whoever answers is still waiting */
        SEND(NOTE("update2", 1, PORTS("\"u2\":{\"modify\":{\"tag\":8}}"))),
        EXPECT("monitor_cancel"),
        GONE,
        END,
    };
    struct session s;

    (void)state;
    begin(&s, script);
    assert_wired(&s, VSWITCH_ML2, 0, "www");
    end(&s);
}

/* What was seen before the connection was lost counts no more. */
static void connection_is_lost_while_awaiting(void **state)
{
    static const struct fake_action script[] = {
        ACCEPT,
        EXPECT("monitor_cond"),
        ANSWER(INTERFACES("\"u1\":{\"initial\":" ROW(
            "a", INSTALLED) "},"
                            "\"u2\":{\"initial\":" ROW("b", INSTALLED) "},"
                                                                       "\"u3\":{\"initial\":" ROW(
                                                                           "c", MINE) "}")),
        CLOSE,
        ACCEPT,
        EXPECT_WITH("monitor_cond", COND(2)),
        ANSWER(INTERFACES(
            "\"v1\":{\"initial\":" ROW("a", MINE) "},"
                                                  "\"u3\":{\"initial\":" ROW("c", INSTALLED) "}")),
        SEND(UPDATE2(2, "\"v1\":" MODIFY(INSTALLED))),
        EXPECT_WITH("monitor_cancel", "[2]"),
        GONE,
        END,
    };
    struct session s;

    (void)state;
    begin(&s, script);
    assert_wired(&s, VSWITCH_OVN, 0, "wgw");
    assert_counts(&s, 3, 0, 2);
    end(&s);
}

/* A server may say what it likes: it is no row, or one that is not so. */
static void answers_of_no_sense(void **state)
{
    static const struct fake_action script[] = {
        ACCEPT,
        EXPECT("monitor_cond"),
        ANSWER("{\"Interface\":{\"u1\":7,\"u2\":{\"initial\":{\"name\":[]}},\"u3\":{\"modify\":[]},"
               "\"u4\":{\"initial\":{\"name\":\"a\",\"external_ids\":[\"map\",7]}},"
               "\"u5-longer-than-any-uuid-can-ever-be-it-is\":{\"initial\":{\"name\":\"b\"}}}}"),
        SEND(UPDATE2(1, "\"u4\":{\"modify\":7}")),
        SEND(UPDATE2(1, "\"u4\":{\"modify\":{\"external_ids\":[\"map\",[7,[],[[]],{}]]}}")),
        SEND(UPDATE2(1, "\"u4\":{\"modify\":{\"external_ids\":[\"map\",7]}}")),
        SEND("{\"method\":\"update2\",\"params\":[]}"),
        SEND("{\"method\":\"update2\",\"params\":[1,[]]}"),
        SEND(UPDATE2(1, "\"u4\":" MODIFY(INSTALLED))),
        EXPECT("monitor_cancel"),
        GONE,
        END,
    };
    struct session s;

    (void)state;
    begin(&s, script);
    assert_wired(&s, VSWITCH_OVN, 0, "wgg");
    end(&s);
}

static int work(const char *address)
{
    auto_ovsdb_client struct ovsdb_client *client = NULL;
    enum vswitch_wired wired[3];
    struct vif_error err = {0};
    int64_t until = deadline_after(300);
    int r;

    r = ovsdb_client_new(&address, 1, NULL, &client, &err);
    if (r == 0)
        r = vswitch_wait_wired(client, VSWITCH_OVN, names, 3, until, NULL, wired, &err);
    assert_true((err.kind == VIF_ERROR_NONE) == (r == 0));
    return r;
}

static void memory_runs_out(void **state)
{
    static const struct fake_action script[] = {
        ACCEPT,
        EXPECT("monitor_cond"),
        ANSWER(INTERFACES("\"u1\":{\"initial\":" ROW("a", MINE) "}")),
        SEND(UPDATE2(1, "\"u1\":" MODIFY(INSTALLED))),
        GONE,
        END,
    };

    (void)state;
    each_allocation_of(script, 60, work);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_so_already_is_not_waited_for),
        cmocka_unit_test(differences_are_followed),
        cmocka_unit_test(rows_go_and_come),
        cmocka_unit_test(time_passes),
        cmocka_unit_test(server_without_conditions),
        cmocka_unit_test(tags_are_awaited),
        cmocka_unit_test(connection_is_lost_while_awaiting),
        cmocka_unit_test(answers_of_no_sense),
        cmocka_unit_test(memory_runs_out),
    };

    failing_alloc_init();
    return cmocka_run_group_tests_name("ovsdb-watch", tests, NULL, NULL);
}
