/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of many names: read by a conditional monitor they are the same as those of selects; by a
 * server that knows none; with answers of no sense; and without memory. */
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
#include "ovsdb/select.h"
#include "ovsdb/vswitch.h"

#define UUID(n)   "00000000-0000-4000-8000-00000000000" #n
#define REF(n)    "[\"uuid\",\"" UUID(n) "\"]"
#define ROWS(row) "{\"rows\":[" row "]}"
#define ROOT      ROWS("{\"_uuid\":" REF(0) ",\"cur_cfg\":3,\"next_cfg\":4}")

/* A row of nothing but what it must have, as a select and as a monitor tells it. */
#define PORT      "\"name\":\"a\",\"interfaces\":" REF(2)
#define PORT_ROW  "{\"_uuid\":" REF(1) "," PORT ",\"qos\":[\"set\",[]]}"
#define INTERFACE "\"name\":\"a\""
#define INTERFACE_ROW                                                                              \
    "{\"_uuid\":" REF(2) "," INTERFACE ",\"type\":\"\",\"external_ids\":[\"map\",[]],"             \
                         "\"options\":[\"map\",[]],\"mtu_request\":[\"set\",[]],"                  \
                         "\"ofport\":[\"set\",[]],\"error\":[\"set\",[]],"                         \
                         "\"ofport_request\":[\"set\",[]]}"
#define BRIDGE        "\"name\":\"br\""
#define BRIDGE_ROW    "{\"_uuid\":" REF(3) "," BRIDGE ",\"datapath_type\":\"\"}"
#define STRANGER_ROW  "{\"_uuid\":" REF(4) ",\"name\":\"stranger\",\"datapath_type\":\"\"}"
#define INITIAL(n, r) "{\"" UUID(n) "\":{\"initial\":{" r "}}}"
#define TABLES                                                                                     \
    "{\"Open_vSwitch\":" INITIAL(0, "\"cur_cfg\":3,\"next_cfg\":4") ",\"Bridge\":" INITIAL(        \
        3, BRIDGE) ",\"Port\":" INITIAL(1, PORT) ",\"Interface\":" INITIAL(2, INTERFACE) "}"
#define ONCE "\"select\":{\"insert\":false,\"delete\":false,\"modify\":false}"
#define COND                                                                                       \
    "\"Bridge\":[{\"columns\":[\"name\",\"datapath_type\"],"                                       \
    "\"where\":[[\"name\",\"==\",\"br\"]]," ONCE "}]"
#define REFUSAL "\"unknown method\""

static const char *bridges[] = {"br"};
static const char *ports[SELECT_MONITOR_FROM] = {"a"}; /* each is an interface, too */
static char names[SELECT_MONITOR_FROM][8];

/* Reads the bridge, and as many ports as that. */
static int read_ports(struct ovsdb_client *client, size_t n, int64_t until, struct vswitch *vs,
                      struct vif_error *err)
{
    const struct vswitch_query query = {.bridges = {.items = bridges, .n = 1},
                                        .ports = {.items = ports, .n = n}};

    return vswitch_read(client, &query, until, vs, err);
}

static void assert_rows(const struct vswitch *vs)
{
    const struct vswitch_interface *interface = &vs->interfaces[0];

    assert_int_equal(vs->cur_cfg, 3);
    assert_int_equal(vs->n_bridges, 1);
    assert_string_equal(vs->bridges[0].name, "br");
    assert_string_equal(vs->bridges[0].uuid, UUID(3));
    assert_string_equal(vs->bridges[0].datapath_type, "");
    assert_int_equal(vs->n_ports, 1);
    assert_string_equal(vs->ports[0].name, "a");
    assert_string_equal(vs->ports[0].uuid, UUID(1));
    assert_string_equal(vs->ports[0].interface_uuid, UUID(2));
    assert_string_equal(vs->ports[0].qos_uuid, "");
    assert_int_equal(vs->n_interfaces, 1);
    assert_string_equal(interface->name, "a");
    assert_string_equal(interface->uuid, UUID(2));
    assert_string_equal(interface->type, "");
    assert_int_equal(interface->external_ids.n + interface->options.n, 0);
    assert_int_equal(interface->mtu_request, 0);
    assert_int_equal(interface->ofport, 0);
    assert_int_equal(interface->ofport_request, 0);
    assert_null(interface->error);
}

static void read_and_compare(const struct fake_action *script, size_t n, uint64_t requests)
{
    struct session s;
    struct vswitch vs;

    begin(&s, script);
    assert_int_equal(read_ports(s.client, n, s.until, &vs, &s.err), 0);
    assert_rows(&vs);
    vswitch_done(&vs);
    assert_counts(&s, requests, 0, 1);
    end(&s);
}

static void rows_are_the_same_by_selects_and_by_a_monitor(void **state)
{
    static const struct fake_action few[] = {
        ACCEPT,
        EXPECT_WITH("transact", "[\"name\",\"==\",\"a\"]"),
        ANSWER("[" ROOT "," ROWS(BRIDGE_ROW) "," ROWS(PORT_ROW) "," ROWS(INTERFACE_ROW) "]"),
        GONE,
        END,
    };
    static const struct fake_action many[] = {
        ACCEPT,         EXPECT_WITH("monitor_cond", COND),
        ANSWER(TABLES), EXPECT_WITH("monitor_cancel", "[1]"),
        GONE,           END,
    };

    (void)state;
    read_and_compare(few, 1, 1);
    read_and_compare(many, SELECT_MONITOR_FROM, 2);
}

/* It tells all rows; those that nobody asked for are dropped. */
static void server_without_conditions(void **state)
{
    static const struct fake_action script[] = {
        ACCEPT,
        EXPECT("monitor_cond"),
        REFUSE(REFUSAL),
        EXPECT_WITH("transact", "\"table\":\"Port\",\"where\":[]"),
        ANSWER("[" ROOT "," ROWS(BRIDGE_ROW
                                 "," STRANGER_ROW) "," ROWS(PORT_ROW) "," ROWS(INTERFACE_ROW) "]"),
        GONE,
        END,
    };

    (void)state;
    read_and_compare(script, SELECT_MONITOR_FROM, 2);
}

/* The rows are asked for again over another connection. */
static void connection_is_lost(void **state)
{
    static const struct fake_action script[] = {
        ACCEPT,
        EXPECT("monitor_cond"),
        CLOSE,
        ACCEPT,
        EXPECT("monitor_cond"),
        ANSWER("{\"Interface\":" INITIAL(2, INTERFACE ",\"ofport\":7") "}"),
        EXPECT("monitor_cancel"),
        GONE,
        END,
    };
    const struct names wanted = {.items = ports, .n = SELECT_MONITOR_FROM};
    struct vswitch vs = {0};
    struct session s;

    (void)state;
    begin(&s, script);
    assert_int_equal(vswitch_read_results(s.client, &wanted, s.until, &vs, &s.err), 0);
    assert_int_equal(vs.n_interfaces, 1);
    assert_int_equal(vs.interfaces[0].ofport, 7);
    assert_null(vs.interfaces[0].error);
    vswitch_done(&vs);
    end(&s);
}

static void answers_of_no_sense(void **state)
{
    static const char *const answers[] = {
        "[]", "{\"Port\":{\"" UUID(1) "\":{\"initial\":7}}}",
        "{\"Port\":{\"" UUID(1) "\":{\"modify\":{\"name\":\"a\"}}}}",
        "{\"Port\":{\"no uuid\":{\"initial\":{\"name\":\"a\"}}}}",
        "{\"Interface\":" INITIAL(2, INTERFACE ",\"ofport\":\"x\"") "}"};

    (void)state;
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        const struct fake_action script[] = {
            ACCEPT, EXPECT("monitor_cond"), ANSWER(answers[i]), GONE, END,
        };
        struct session s;
        struct vswitch vs;

        begin(&s, script);
        assert_int_equal(read_ports(s.client, SELECT_MONITOR_FROM, s.until, &vs, &s.err), -EPROTO);
        assert_int_equal(s.err.kind, VIF_ERROR_OVSDB);
        end(&s);
    }
}

static int work(const char *address)
{
    auto_ovsdb_client struct ovsdb_client *client = NULL;
    struct vif_error err = {0};
    struct vswitch vs = {0};
    int r = ovsdb_client_new(&address, 1, NULL, &client, &err);

    if (r == 0)
        r = read_ports(client, SELECT_MONITOR_FROM, deadline_after(15000), &vs, &err);
    assert_true((err.kind == VIF_ERROR_NONE) == (r == 0));
    if (r == 0)
        assert_rows(&vs);
    vswitch_done(&vs);
    return r;
}

static void memory_runs_out(void **state)
{
    static const struct fake_action script[] = {
        ACCEPT, EXPECT("monitor_cond"), ANSWER(TABLES), GONE, END,
    };

    (void)state;
    each_allocation_of(script, 100, work);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_the_same_by_selects_and_by_a_monitor),
        cmocka_unit_test(server_without_conditions),
        cmocka_unit_test(connection_is_lost),
        cmocka_unit_test(answers_of_no_sense),
        cmocka_unit_test(memory_runs_out),
    };

    for (size_t i = 1; i < SELECT_MONITOR_FROM; i++) {
        (void)snprintf(names[i], sizeof names[i], "p%02zu", i);
        ports[i] = names[i];
    }
    failing_alloc_init();
    return cmocka_run_group_tests_name("select", tests, NULL, NULL);
}
