/* SPDX-License-Identifier: Apache-2.0 */
/* The whole switch at a glance: what is asked, what is made of the answer, and of bad ones. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "failing-alloc.h"
#include "ovsdb-session.h"
#include "ovsdb/vswitch.h"

#define SCHEMA_OF(first)                                                                           \
    "{\"name\":\"Open_vSwitch\",\"version\":\"8.3.1\",\"tables\":{"                                \
    "\"Open_vSwitch\":{\"columns\":{\"cur_cfg\":{},\"next_cfg\":{},\"ovs_version\":{}," first      \
    "\"datapath_types\":{},\"iface_types\":{},\"external_ids\":{},\"other_config\":{},"            \
    "\"bridges\":{}}},\"Bridge\":{\"columns\":{\"name\":{},\"datapath_type\":{},"                  \
    "\"fail_mode\":{},\"ports\":{}}},\"Port\":{\"columns\":{\"name\":{},\"other_config\":{},"      \
    "\"interfaces\":{},\"qos\":{},\"tag\":{},\"vlan_mode\":{},\"trunks\":{}}},"                    \
    "\"Interface\":{\"columns\":{\"name\":{},\"type\":{},\"error\":{},\"options\":{},"             \
    "\"external_ids\":{},\"mtu_request\":{},\"ofport\":{},\"ofport_request\":{}}},"                \
    "\"QoS\":{\"columns\":{\"type\":{},\"external_ids\":{}}}}}"
#define SCHEMA SCHEMA_OF("\"dpdk_initialized\":{},")

#define NONE "[\"set\",[]]"
#define ROOT                                                                                       \
    "{\"rows\":[{\"cur_cfg\":4,\"next_cfg\":5,\"ovs_version\":\"3.1.0\","                          \
    "\"dpdk_initialized\":true,\"datapath_types\":[\"set\",[\"netdev\",\"system\"]],"              \
    "\"iface_types\":\"tap\",\"external_ids\":[\"map\",[[\"system-id\",\"h1\"]]],"                 \
    "\"other_config\":[\"map\",[[\"hw-offload\",\"true\"]]]}]}"
#define UUID "[\"uuid\",\"6f2c1a3e-0000-4000-8000-000000000001\"]"
#define BRIDGES                                                                                    \
    "{\"rows\":[{\"name\":\"br-int\",\"datapath_type\":\"netdev\",\"fail_mode\":\"secure\","       \
    "\"ports\":[\"set\",[" UUID "," UUID "]]},{\"name\":\"br-ex\",\"datapath_type\":\"\","         \
    "\"fail_mode\":" NONE ",\"ports\":" UUID "}]}"
#define PORTS                                                                                      \
    "{\"rows\":[{\"name\":\"a\",\"other_config\":[\"map\",[[\"net_uuid\",\"x\"]]]},"               \
    "{\"name\":\"b\",\"other_config\":[\"map\",[]]}]}"
#define INTERFACES                                                                                 \
    "{\"rows\":[{\"name\":\"vhu1\",\"type\":\"dpdkvhostuserclient\",\"error\":" NONE               \
    ",\"options\":[\"map\",[[\"vhost-server-path\",\"/run/vhu1\"]]]},"                             \
    "{\"name\":\"tap1\",\"type\":\"\",\"error\":\"no such device\",\"options\":[\"map\",[]]}]}"
#define NOTHING "{\"rows\":[]}"

static int read_root(struct session *s, struct vswitch *ret)
{
    int r;

    s->err = (struct vif_error){0};
    r = vswitch_root_read(s->client, s->until, ret, &s->err);
    assert_true((s->err.kind == VIF_ERROR_NONE) == (r == 0));
    return r;
}

static void everything_is_read(void **state)
{
    static const struct fake_action script[] = {
        ACCEPT,
        EXPECT_WITH("get_schema", "[\"Open_vSwitch\"]"),
        ANSWER(SCHEMA),
        EXPECT_WITH("transact", "\"columns\":[\"name\",\"other_config\"]"),
        ANSWER("[" ROOT "," BRIDGES "," PORTS "," INTERFACES "]"),
        EXPECT_WITH("transact", "[\"cur_cfg\",\"next_cfg\"]"),
        ANSWER("[{\"rows\":[{\"cur_cfg\":6,\"next_cfg\":7}]}]"),
        GONE,
        END,
    };
    struct vswitch root = {0};
    int64_t cur = 0, next = 0;
    struct session s;

    (void)state;
    begin(&s, script);
    assert_null(ovsdb_client_address(s.client));
    assert_int_equal(read_root(&s, &root), 0);
    assert_string_equal(ovsdb_client_address(s.client), s.server.address);
    assert_string_equal(root.schema_version, "8.3.1");
    assert_string_equal(root.missing, "");
    assert_true(root.has_row && root.dpdk_initialized);
    assert_int_equal(root.cur_cfg, 4);
    assert_int_equal(root.next_cfg, 5);
    assert_string_equal(root.ovs_version, "3.1.0");
    assert_int_equal(root.datapath_types.n, 2);
    assert_non_null(strmap_get(&root.datapath_types, "system"));
    assert_non_null(strmap_get(&root.iface_types, "tap"));
    assert_string_equal(strmap_get(&root.external_ids, "system-id"), "h1");
    assert_string_equal(strmap_get(&root.other_config, "hw-offload"), "true");
    assert_int_equal(root.n_bridges, 2);
    assert_string_equal(root.bridges[0].name, "br-ex");
    assert_string_equal(root.bridges[0].fail_mode, "");
    assert_int_equal(root.bridges[0].n_ports, 1);
    assert_string_equal(root.bridges[1].datapath_type, "netdev");
    assert_string_equal(root.bridges[1].fail_mode, "secure");
    assert_int_equal(root.bridges[1].n_ports, 2);
    assert_int_equal(root.n_agent_ports, 1);
    assert_int_equal(root.n_interfaces, 2);
    assert_string_equal(root.interfaces[0].name, "tap1");
    assert_string_equal(root.interfaces[0].error, "no such device");
    assert_null(strmap_get(&root.interfaces[0].options, "vhost-server-path"));
    assert_null(root.interfaces[1].error);
    assert_string_equal(strmap_get(&root.interfaces[1].options, "vhost-server-path"), "/run/vhu1");
    vswitch_done(&root);
    assert_int_equal(vswitch_root_read_cfg(s.client, s.until, &cur, &next, &s.err), 0);
    assert_int_equal(cur, 6);
    assert_int_equal(next, 7);
    assert_counts(&s, 3, 0, 1);
    end(&s);
}

static void old_schema_is_not_asked_more(void **state)
{
    static const struct fake_action script[] = {ACCEPT, EXPECT("get_schema"), ANSWER(SCHEMA_OF("")),
                                                GONE, END};
    struct vswitch root = {0};
    struct session s;

    (void)state;
    begin(&s, script);
    assert_int_equal(read_root(&s, &root), 0);
    assert_string_equal(root.missing, "Open_vSwitch.dpdk_initialized");
    assert_false(root.has_row);
    vswitch_done(&root);
    end(&s);
}

static void database_without_a_row(void **state)
{
    static const struct fake_action script[] = {
        ACCEPT,
        EXPECT("get_schema"),
        ANSWER(SCHEMA),
        EXPECT("transact"),
        ANSWER("[" NOTHING "," NOTHING "," NOTHING "," NOTHING "]"),
        GONE,
        END,
    };
    struct vswitch root = {0};
    struct session s;

    (void)state;
    begin(&s, script);
    assert_int_equal(read_root(&s, &root), 0);
    assert_false(root.has_row);
    vswitch_done(&root);
    end(&s);
}

#define BAD_SCHEMA(schema)                                                                         \
    {                                                                                              \
        ACCEPT, EXPECT("get_schema"), ANSWER(schema), GONE, END                                    \
    }
#define BAD_ROWS(rows)                                                                             \
    {                                                                                              \
        ACCEPT, EXPECT("get_schema"), ANSWER(SCHEMA), EXPECT("transact"), ANSWER("[" rows "]"),    \
            GONE, END                                                                              \
    }
#define TWO "," NOTHING "," NOTHING

static void answers_of_another_form(void **state)
{
    static const struct fake_action scripts[][8] = {
        BAD_SCHEMA("[]"),
        BAD_SCHEMA("{\"version\":\"8\"}"),
        BAD_SCHEMA("{\"tables\":{},\"version\":8}"),
        BAD_ROWS("{\"rows\":[{\"cur_cfg\":\"x\"}]}," NOTHING TWO),
        BAD_ROWS("{\"rows\":[{\"cur_cfg\":1,\"next_cfg\":true}]}," NOTHING TWO),
        BAD_ROWS("{\"rows\":[7]}," NOTHING TWO),
        BAD_ROWS("{}," NOTHING TWO),
        BAD_ROWS(NOTHING ",{\"rows\":[{\"name\":7}]}" TWO),
        BAD_ROWS(NOTHING "," NOTHING ",{\"rows\":[{\"name\":\"a\",\"other_config\":1}]}," NOTHING),
        BAD_ROWS(NOTHING TWO ",{\"rows\":[{\"name\":\"a\",\"type\":\"\",\"options\":[]}]}"),
        BAD_ROWS(NOTHING TWO ",{\"error\":\"constraint violation\",\"details\":\"why\"}"),
    };

    (void)state;
    for (size_t i = 0; i < sizeof scripts / sizeof scripts[0]; i++) {
        struct vswitch root = {.cur_cfg = 77};
        struct session s;

        begin(&s, scripts[i]);
        assert_true(read_root(&s, &root) < 0);
        assert_int_equal(s.err.kind, VIF_ERROR_OVSDB);
        assert_int_equal(root.cur_cfg, 77);
        end(&s);
    }
}

static int read_at(const char *address)
{
    auto_ovsdb_client struct ovsdb_client *client = NULL;
    struct vswitch root = {0};
    int r = ovsdb_client_new(&address, 1, NULL, &client, NULL);

    if (r == 0)
        r = vswitch_root_read(client, deadline_after(15000), &root, NULL);
    vswitch_done(&root);
    return r;
}

/* A server whose client is gone half way has much to say. */
static void start_quietly(struct fake_server *server, const struct fake_action *script)
{
    int kept = dup(STDERR_FILENO);
    auto_close int quiet = open("/dev/null", O_WRONLY | O_CLOEXEC);

    assert_true(kept >= 0 && quiet >= 0 && dup2(quiet, STDERR_FILENO) >= 0);
    fake_server_start(server, FAKE_UNIX, script);
    assert_true(dup2(kept, STDERR_FILENO) >= 0);
    (void)close(kept);
}

static void memory_runs_out(void **state)
{
    static const struct fake_action script[] = {
        ACCEPT,
        EXPECT("get_schema"),
        ANSWER(SCHEMA),
        EXPECT("transact"),
        ANSWER("[" ROOT "," BRIDGES "," PORTS "," INTERFACES "]"),
        GONE,
        END,
    };

    (void)state;
    each_allocation_fails(n, 100) {
        struct fake_server server;
        int r;

        start_quietly(&server, script);
        failing_alloc_set(n);
        r = read_at(server.address);
        failing_alloc_set(0);
        /* jansson's lexer reports a failed allocation as invalid text. */
        assert_true(r == 0 || r == -ENOMEM || r == -EPROTO);
        assert_int_equal(r != 0, failing_alloc_hit());
        fake_server_kill(&server);
        fake_server_remove(&server);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_is_read),     cmocka_unit_test(old_schema_is_not_asked_more),
        cmocka_unit_test(database_without_a_row), cmocka_unit_test(answers_of_another_form),
        cmocka_unit_test(memory_runs_out),
    };

    failing_alloc_init();
    return cmocka_run_group_tests_name("vswitch-root", tests, NULL, NULL);
}
