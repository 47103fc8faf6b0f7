/* SPDX-License-Identifier: Apache-2.0 */
/* Rows that were copied from a server are made again: whole, but for what daemons fill in, and only
 * those that are not there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/text.h"
#include "failing-alloc.h"
#include "ovsdb-session.h"
#include "ovsdb/vswitch-copy.h"

#define Q_1   "00000001-0000-4000-8000-000000000000"
#define Q_2   "00000002-0000-4000-8000-000000000000"
#define B_OWN "00000003-0000-4000-8000-000000000000"
#define P_OWN "00000004-0000-4000-8000-000000000000"
#define P_TAP "00000005-0000-4000-8000-000000000000"
#define P_OUT "00000006-0000-4000-8000-000000000000"
#define I_OWN "00000007-0000-4000-8000-000000000000"
#define I_TAP "00000008-0000-4000-8000-000000000000"
#define I_1   "00000009-0000-4000-8000-000000000000"
#define I_2   "0000000a-0000-4000-8000-000000000000"

/* clang-format off */
#define UUID(uuid)      "[\"uuid\",\"" uuid "\"]"
#define ID(uuid)        "\"_uuid\":" UUID(uuid) ",\"_version\":[\"uuid\",\"v\"]"
#define ROWS(rows)      "{\"rows\":[" rows "]}"
#define EXPECT_ID(uuid) EXPECT_WITH("transact", "[[\"_uuid\",\"==\"," UUID(uuid) "]]")
#define QOS(uuid, type) "{" ID(uuid) ",\"type\":\"" type "\"}"
#define BRIDGE(uuid, name, more) \
    "{" ID(uuid) ",\"name\":\"" name "\",\"datapath_id\":\"0123\"," more "}"
#define PORT(uuid, name, more) \
    "{" ID(uuid) ",\"name\":\"" name "\",\"statistics\":[\"map\",[[\"x\",1]]]," more "}"
#define INTERFACE(uuid, name, more) \
    "{" ID(uuid) ",\"name\":\"" name "\",\"ofport\":7,\"mtu\":1500," more "}"

/* The bridge "own" with its local port and a port "tap" that has gone elsewhere since; the port "out" on
 * another bridge, with a QoS row; a QoS row of no one. */
static const struct fake_action script[] = {
    ACCEPT,
    EXPECT_ID(Q_1),
    ANSWER("[" ROWS(QOS(Q_1, "linux-htb")) "," ROWS(QOS(Q_2, "linux-noop")) "]"),
    EXPECT_ID(B_OWN),
    ANSWER("[" ROWS(BRIDGE(B_OWN, "own",
        "\"datapath_type\":\"netdev\",\"controller\":[\"uuid\",\"c\"],\"mirrors\":[\"set\",[]],"
        "\"ports\":[\"set\",[" UUID(P_OWN) "," UUID(P_TAP) "]]")) "]"),
    EXPECT_ID(P_OWN),
    ANSWER("[" ROWS(PORT(P_OWN, "own", "\"interfaces\":" UUID(I_OWN) ",\"qos\":[\"set\",[]]"))
           "," ROWS(PORT(P_TAP, "tap", "\"interfaces\":" UUID(I_TAP))) "]"),
    EXPECT_ID(P_OUT),
    ANSWER("[" ROWS(PORT(P_OUT, "out", "\"interfaces\":[\"set\",[" UUID(I_1) "," UUID(I_2)
                         "]],\"tag\":7,\"qos\":" UUID(Q_1))) "]"),
    EXPECT_ID(I_OWN),
    ANSWER("[" ROWS(INTERFACE(I_OWN, "own", "\"type\":\"internal\""))
           "," ROWS(INTERFACE(I_TAP, "tap", "\"type\":\"\""))
           "," ROWS(INTERFACE(I_1, "out1", "\"type\":\"\""))
           "," ROWS(INTERFACE(I_2, "out2", "\"mtu_request\":1400")) "]"),
    GONE,
    END,
};
/* clang-format on */

static struct vswitch_copies *read_copies(struct session *s)
{
    static const struct vswitch_bridge own = {.name = "own", .uuid = B_OWN};
    static const struct vswitch_port out = {.name = "out", .uuid = P_OUT, .bridge = "br-int"};
    const struct vswitch_bridge *bridges[] = {&own};
    const struct vswitch_port *ports[] = {&out};
    const char *qos[] = {Q_1, Q_2};
    struct vswitch_deletions deletions = {bridges, 1, ports, 1, qos, 2};
    struct vswitch_copies *copies = NULL;

    begin(s, script);
    assert_int_equal(vswitch_copies_read(s->client, &deletions, s->until, &copies, &s->err), 0);
    end(s);
    return copies;
}

/* The operations, one a line, with ' for ". */
static char *restored(const struct vswitch *now, const struct vswitch_copies *copies,
                      const char *wanted_lost)
{
    auto_vswitch_txn struct vswitch_txn *txn = vswitch_txn_new(now);
    auto_free char *json = NULL;
    const char *lost = txn ? vswitch_txn_restore(txn, 0, copies) : NULL;

    if (wanted_lost)
        assert_string_equal(lost, wanted_lost);
    json = txn ? vswitch_txn_json(txn, false) : NULL;
    for (char *p = json; p && *p; p++)
        if (*p == '"')
            *p = '\'';
    return take_ptr(json);
}

/* clang-format off */
#define NAMED(name)    "['named-uuid','" name "']"
#define SET(members)   "['set',[" members "]]"
#define WHERE(uuid)    "'where':[['_uuid','=='," uuid "]]"
#define INSERT(table, named, row) \
    "{'op':'insert','table':'" table "','uuid-name':'" named "','row':{" row "}}"
#define JOIN(table, uuid, column, member) \
    "{'op':'mutate','table':'" table "'," WHERE(uuid) ",'mutations':[['" column "','insert'," \
    SET(member) "]]}"

static const char made_again[] =
    "[{'op':'wait','table':'Bridge'," WHERE("['uuid','b-int']") ",'timeout':0,"
    "'columns':['name','datapath_type'],'until':'==',"
    "'rows':[{'name':'br-int','datapath_type':'system'}]},"
    INSERT("Bridge", "rb0", "'name':'own','datapath_type':'netdev'") ","
    INSERT("Interface", "ri1", "'name':'own','type':'internal'") ","
    INSERT("Port", "rp2", "'name':'own','interfaces':" SET(NAMED("ri1")) ",'qos':['set',[]]") ","
    INSERT("Interface", "ri3", "'name':'out1','type':''") ","
    INSERT("Interface", "ri4", "'name':'out2','mtu_request':1400") ","
    INSERT("QoS", "rq5", "'type':'linux-htb'") ","
    INSERT("Port", "rp6", "'name':'out','interfaces':" SET(NAMED("ri3") "," NAMED("ri4"))
                          ",'tag':7,'qos':" NAMED("rq5")) ","
    INSERT("QoS", "rq7", "'type':'linux-noop'") ","
    JOIN("Bridge", NAMED("rb0"), "ports", NAMED("rp2")) ","
    JOIN("Bridge", "['uuid','b-int']", "ports", NAMED("rp6")) ","
    JOIN("Open_vSwitch", "['uuid','root']", "bridges", NAMED("rb0")) "]";
/* clang-format on */

static void all_is_made_again(void **state)
{
    struct vswitch_bridge bridges[] = {
        {.name = "br-int", .uuid = "b-int", .datapath_type = "system"}};
    struct vswitch_port ports[] = {{.name = "tap", .uuid = P_TAP, .bridge = "br-int"}};
    struct vswitch now = {
        .root_uuid = "root", .bridges = bridges, .n_bridges = 1, .ports = ports, .n_ports = 1};
    struct session s;
    auto_vswitch_copies struct vswitch_copies *copies = read_copies(&s);
    auto_free char *words = restored(&now, copies, NULL);

    (void)state;
    assert_string_equal(vswitch_copies_bridge(copies, 0), "own");
    assert_null(vswitch_copies_bridge(copies, 1));
    assert_string_equal(vswitch_copies_port(copies, 2), "out");
    assert_null(vswitch_copies_port(copies, 3));
    assert_string_equal(vswitch_copies_incomplete(copies), "own");
    assert_string_equal(words, made_again);
}

static void what_is_there_is_left(void **state)
{
    struct vswitch_bridge bridges[] = {{.name = "own", .uuid = "b-new"}};
    struct vswitch_port ports[] = {{.name = "own"}, {.name = "tap"}};
    struct vswitch_qos qos[] = {{.uuid = Q_1}, {.uuid = Q_2}};
    struct vswitch now = {
        .bridges = bridges, .n_bridges = 1, .ports = ports, .n_ports = 2, .qos = qos, .n_qos = 2};
    struct session s;
    auto_vswitch_copies struct vswitch_copies *copies = read_copies(&s);
    auto_free char *words = restored(&now, copies, "out"); /* there is no br-int */

    (void)state;
    assert_string_equal(words, "[]");
}

static void without_memory(void **state)
{
    struct vswitch_bridge bridges[] = {{.name = "br-int", .uuid = "b-int"}};
    struct vswitch now = {.bridges = bridges, .n_bridges = 1};
    struct session s;
    auto_vswitch_copies struct vswitch_copies *copies = read_copies(&s);

    (void)state;
    each_allocation_fails(n, 20) {
        auto_free char *words = NULL;

        failing_alloc_set(n);
        words = restored(&now, copies, NULL);
        failing_alloc_set(0);
        assert_int_equal(words == NULL, failing_alloc_hit());
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_is_made_again),
        cmocka_unit_test(what_is_there_is_left),
        cmocka_unit_test(without_memory),
    };

    failing_alloc_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
