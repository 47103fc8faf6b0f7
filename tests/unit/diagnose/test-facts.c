/* SPDX-License-Identifier: Apache-2.0 */
/* Facts as databases hold them: rows that refer to each other, nonsensical values, very many ports,
 * unreachable addresses; and without memory. */
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
#include "ovsdb/port-facts.h"

#define ROWS(rows) "{\"rows\":[" rows "]}"
#define U(two)     "[\"uuid\",\"00000000-0000-4000-8000-0000000000" two "\"]"
#define IDS(pairs) "\"external_ids\":[\"map\",[" pairs "]]"

#define ROOT                                                                                       \
    ROWS("{\"datapath_types\":[\"set\",[\"netdev\",\"system\"]],\"dpdk_initialized\":true," IDS(   \
        "[\"system-id\",\"hv1\"],[\"ovn-remote\",\"tcp:192.0.2.1:1\"],"                            \
        "[\"ovn-remote-hv1\",\"tcp:192.0.2.2:2\"],[\"hostname\",\"h\"]") "}")
#define BRIDGES                                                                                    \
    ROWS("{\"name\":\"br-int\",\"datapath_type\":\"netdev\",\"ports\":[\"set\",[" U("a1") "," U(   \
        "a0") "]]},{\"name\":\"br-x\",\"datapath_type\":\"odd\",\"ports\":" U("a2") "}")
#define PORTS                                                                                      \
    ROWS("{\"_uuid\":" U("a0") ",\"name\":\"br-int\",\"interfaces\":" U(                           \
        "b0") "},"                                                                                 \
              "{\"_uuid\":" U("a1") ",\"name\":\"tap1\",\"interfaces\":" U(                        \
                  "b1") ",\"tag\":4095,"                                                           \
                        "\"other_config\":[\"map\",[[\"net_uuid\",\"n\"]]]},"                      \
                        "{\"_uuid\":" U("a2") ",\"name\":\"tap2\",\"interfaces\":" U("b2") "}")
#define INTERFACES                                                                                 \
    ROWS("{\"_uuid\":" U(                                                                          \
        "b0") ",\"name\":\"br-int\",\"ofport\":65534},"                                            \
              "{\"_uuid\":" U(                                                                     \
                  "b1") ",\"name\":\"tap1\",\"ofport\":3,\"type\":\"\","                           \
                        "\"error\":[\"set\",[]]," IDS(                                             \
                            "[\"iface-id\",\"one\"]") "},"                                         \
                                                      "{\"_uuid\":" U(                             \
                                                          "b2") ",\"name\":\"tap2\",\"ofport\":-"  \
                                                                "1,\"type\":\"dpdk\","             \
                                                                "\"error\":\"no such "             \
                                                                "device\"," IDS(                   \
                                                                    "[\"iface-id\",\"one\"]") "}")
#define LOCAL "[" ROOT "," BRIDGES "," PORTS "," INTERFACES "]"

#define ASKED(port, id)                                                                            \
    {                                                                                              \
        .name = port, .iface_id = id                                                               \
    }
#define QUERIES                                                                                    \
    {                                                                                              \
        ASKED("tap1", "one"), ASKED("tap2", "two"), ASKED("tap3", "3")                             \
    }

static void check_facts(const struct vswitch_facts *facts, const struct port_facts *ports)
{
    assert_string_equal(facts->system_id, "hv1");
    assert_string_equal(facts->hostname, "h");
    assert_string_equal(facts->ovn_remote, "tcp:192.0.2.2:2");
    assert_string_equal(facts->ovn_bridge, "br-int");
    assert_string_equal(facts->datapath_types, "netdev, system");
    assert_true(facts->dpdk_known && facts->dpdk_initialized);
    assert_true(ports[0].db.exists && ports[0].db.bridge_ready && ports[0].db.bridge_agent_managed);
    assert_false(ports[0].db.datapath_unknown);
    assert_string_equal(ports[0].db.bridge, "br-int");
    assert_string_equal(ports[0].db.datapath_type, "netdev");
    assert_int_equal(ports[0].db.ofport, 3);
    assert_int_equal(ports[0].db.tag, 4095);
    assert_string_equal(ports[0].db.duplicate, "tap2");
    assert_string_equal(ports[0].db.duplicate_bridge, "br-x");
    assert_true(ports[1].db.exists && ports[1].db.datapath_unknown);
    assert_false(ports[1].db.bridge_ready || ports[1].db.bridge_agent_managed);
    assert_string_equal(ports[1].db.type, "dpdk");
    assert_string_equal(ports[1].db.error, "no such device");
    assert_int_equal(ports[1].db.ofport, -1);
    assert_int_equal(ports[1].db.tag, -1);
    assert_string_equal(ports[1].db.duplicate, "");
    assert_false(ports[2].db.exists);
    assert_string_equal(ports[2].db.bridge, "");
}

static void references_are_followed(void **state)
{
    static const struct fake_action script[] = {
        ACCEPT, EXPECT_WITH("transact", "[\"Open_vSwitch\","), ANSWER(LOCAL), GONE, END,
    };
    struct port_facts ports[3] = QUERIES;
    struct vswitch_facts facts;
    struct session s;

    (void)state;
    begin(&s, script);
    assert_int_equal(vswitch_read_facts(s.client, ports, 3, s.until, &facts, &s.err), 0);
    check_facts(&facts, ports);
    end(&s);
}

static void values_of_no_sense_are_refused(void **state)
{
    static const char *const replies[] = {
        "[{},{},{},{}]",
        "[" ROWS("{\"external_ids\":7}") "," BRIDGES "," PORTS "," INTERFACES "]",
        "[" ROOT "," ROWS("{\"name\":\"br\",\"ports\":[\"set\",7]},7") "," PORTS "," INTERFACES "]",
        "[" ROOT "," BRIDGES "," ROWS("{\"name\":\"tap1\",\"tag\":\"x\"}") "," INTERFACES "]",
        "[" ROOT "," BRIDGES "," PORTS
        "," ROWS("{\"external_ids\":[\"map\",[[\"iface-id\",9]]]}") "]",
    };

    (void)state;
    for (size_t i = 0; i < sizeof replies / sizeof replies[0]; i++) {
        const struct fake_action script[] = {ACCEPT, EXPECT("transact"), ANSWER(replies[i]), GONE,
                                             END};
        struct port_facts ports[3] = QUERIES;
        struct vswitch_facts facts;
        struct session s;

        begin(&s, script);
        assert_int_equal(vswitch_read_facts(s.client, ports, 3, s.until, &facts, &s.err), -EPROTO);
        assert_int_equal(s.err.kind, VIF_ERROR_OVSDB);
        end(&s);
    }
}

/* What is not there is not set. */
static void rows_without_columns(void **state)
{
    static const struct fake_action script[] = {
        ACCEPT,
        EXPECT("transact"),
        ANSWER("[" ROWS("") "," ROWS("") "," ROWS("{\"name\":\"tap1\"}") "," ROWS(
            "{\"name\":\"tap1\"}") "]"),
        GONE,
        END,
    };
    struct port_facts ports[3] = QUERIES;
    struct vswitch_facts facts;
    struct session s;

    (void)state;
    begin(&s, script);
    assert_int_equal(vswitch_read_facts(s.client, ports, 3, s.until, &facts, &s.err), 0);
    assert_true(ports[0].db.exists);
    assert_int_equal(ports[0].db.ofport, 0);
    assert_int_equal(ports[0].db.tag, -1);
    assert_string_equal(facts.system_id, "");
    assert_false(facts.dpdk_known);
    end(&s);
}

#define CHASSIS                                                                                    \
    ROWS("{\"_uuid\":" U("c1") ",\"name\":\"hv1\"},{\"_uuid\":" U("c2") ",\"name\":\"hv2\"}")
#define ONE                                                                                        \
    "{\"logical_port\":\"one\",\"chassis\":" U(                                                    \
        "c2") ",\"options\":[\"map\",[[\"requested-chassis\",\"hv3\"]]]}"
#define TWO "{\"logical_port\":\"two\",\"chassis\":[\"set\",[]],\"options\":[\"map\",[]]}"
#define MACS                                                                                       \
    ROWS("{\"logical_port\":\"web\",\"mac\":[\"set\",[\"unknown\",\"FA:16:3e:00:00:03 "            \
         "10.0.0.3\"]]}"                                                                           \
         ",{\"logical_port\":\"longer\",\"mac\":\"fa:16:3e:00:00:031\"}")

#define KNOWN                                                                                      \
    {                                                                                              \
        {.iface_id = "one", .mac = "fa:16:3e:00:00:01"}, {.iface_id = "two"},                      \
            {.iface_id = "three", .mac = "fa:16:3e:00:00:03"}, {.iface_id = "four"},               \
    }

static int read_southbound(const char *remote, struct port_facts *ports, size_t n, bool *registered,
                           struct vif_error *err)
{
    *err = (struct vif_error){0};
    return southbound_read(remote, "hv1", ports, n, NULL, deadline_after(5000), registered, err);
}

static void bindings_are_read(void **state)
{
    static const struct fake_action script[] = {
        ACCEPT,
        EXPECT_WITH("transact", "[\"OVN_Southbound\","),
        ANSWER("[" CHASSIS "," ROWS(ONE) "," ROWS(TWO) "," ROWS("") "," ROWS("") "]"),
        EXPECT_WITH("transact", "[\"logical_port\",\"mac\"]"),
        ANSWER("[" MACS "]"),
        GONE,
        END,
    };
    struct port_facts ports[4] = KNOWN;
    struct fake_server server;
    struct vif_error err;
    char remote[256];
    bool registered;

    (void)state;
    fake_server_start(&server, FAKE_TCP, script);
    (void)snprintf(remote, sizeof remote, "ssl:127.0.0.1:1,%s", server.address);
    assert_int_equal(read_southbound(remote, ports, 4, &registered, &err), 0);
    assert_true(registered);
    assert_true(ports[0].southbound.exists && ports[0].southbound.claimed);
    assert_string_equal(ports[0].southbound.chassis, "hv2");
    assert_string_equal(ports[0].southbound.requested, "hv3");
    assert_true(ports[1].southbound.exists && !ports[1].southbound.claimed);
    assert_false(ports[2].southbound.exists || ports[3].southbound.exists);
    assert_string_equal(ports[2].southbound.namesake, "web");
    assert_string_equal(ports[3].southbound.namesake, "");
    fake_server_stop(&server);
    fake_server_remove(&server);
}

/* Very many ports are one scan of the table, not one each. */
static void many_are_asked_for_at_once(void **state)
{
    static const struct fake_action script[] = {
        ACCEPT, EXPECT("transact"), ANSWER("[" CHASSIS "," ROWS(TWO "," ONE) "]"), GONE, END,
    };
    struct port_facts ports[30] = {0};
    struct fake_server server;
    struct vif_error err;
    bool registered;

    (void)state;
    for (size_t i = 0; i < 30; i++)
        ports[i].iface_id = i == 17 ? "one" : i == 18 ? "two" : "none";
    fake_server_start(&server, FAKE_UNIX, script);
    assert_int_equal(read_southbound(server.address, ports, 30, &registered, &err), 0);
    assert_string_equal(ports[17].southbound.chassis, "hv2");
    assert_true(ports[18].southbound.exists && !ports[18].southbound.claimed);
    assert_false(ports[0].southbound.exists);
    fake_server_stop(&server);
    fake_server_remove(&server);
}

static void remotes_that_cannot_be_asked(void **state)
{
    struct port_facts ports[4] = KNOWN;
    struct vif_error err;
    bool registered;

    (void)state;
    assert_int_equal(read_southbound("ssl:a:1,ssl:b:2", ports, 4, &registered, &err), -EOPNOTSUPP);
    assert_int_equal(read_southbound("tcp:name:1", ports, 4, &registered, &err), -EINVAL);
    assert_int_equal(read_southbound(" , ", ports, 4, &registered, &err), -EINVAL);
    assert_int_equal(read_southbound("unix:/nonexistent", ports, 4, &registered, &err), -ENOENT);
    assert_non_null(strstr(err.text, "unix:/nonexistent"));
}

static int read_both(const char *address, bool local)
{
    auto_ovsdb_client struct ovsdb_client *client = NULL;
    struct port_facts facts[3] = QUERIES;
    struct port_facts ports[4] = KNOWN;
    struct vswitch_facts root;
    struct vif_error err = {0};
    bool registered;
    int r;

    if (!local)
        return read_southbound(address, ports, 4, &registered, &err);
    r = ovsdb_client_new(&address, 1, NULL, &client, &err);
    if (r == 0)
        r = vswitch_read_facts(client, facts, 3, deadline_after(5000), &root, &err);
    if (r == 0)
        check_facts(&root, facts);
    return r;
}

static void memory_runs_out(void **state)
{
    static const struct fake_action scripts[2][8] = {
        {ACCEPT, EXPECT("transact"),
         ANSWER("[" CHASSIS "," ROWS(ONE) "," ROWS(TWO) "," ROWS("") "," ROWS("") "]"),
         EXPECT("transact"), ANSWER("[" MACS "]"), GONE, END},
        {ACCEPT, EXPECT("transact"), ANSWER(LOCAL), GONE, END},
    };

    (void)state;
    for (int local = 0; local < 2; local++)
        each_allocation_fails(n, 60) {
            struct fake_server server;
            int r;

            fake_server_start(&server, FAKE_UNIX, scripts[local]);
            failing_alloc_set(n);
            r = read_both(server.address, local);
            failing_alloc_set(0);
            assert_true(r == 0 || r == -ENOMEM || r == -EPROTO);
            assert_true(r == 0 || failing_alloc_hit()); /* a duplicate name is left out: r = 0 */
            fake_server_kill(&server);
            fake_server_remove(&server);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(references_are_followed),
        cmocka_unit_test(values_of_no_sense_are_refused),
        cmocka_unit_test(rows_without_columns),
        cmocka_unit_test(bindings_are_read),
        cmocka_unit_test(many_are_asked_for_at_once),
        cmocka_unit_test(remotes_that_cannot_be_asked),
        cmocka_unit_test(memory_runs_out),
    };

    failing_alloc_init();
    return cmocka_run_group_tests_name("facts", tests, NULL, NULL);
}
