/* SPDX-License-Identifier: Apache-2.0 */
/* The operations of a transaction, as they are sent: one operation a line, with ' for ". */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "ovsdb/vswitch-txn.h"
#include "wiring-fixture.h"
#include "json/json-text.h"

/* A bridge with a port of ours and one that nobody marked. */
#define THERE                                                                                      \
    "bridge br-int type=system;bridge br-two type=;"                                               \
    "port tap1 bridge=br-int bridge_uuid=bridge-br-int qos=q-1;interface tap1 ids=iface-id:i1;"    \
    "port tap2 bridge=br-int bridge_uuid=bridge-br-int;interface tap2 ids=x:y;"                    \
    "port tap3 bridge=br-ex bridge_uuid=bridge-br-ex;interface tap3 ids=iface-id:i3"

/* Operations, for CHECK(). */
#define WHERE(uuid) "'where':[['_uuid','==',['uuid','" uuid "']]]"
#define WAIT(table, where, columns, row)                                                           \
    "{'op':'wait','table':'" table "'," where ",'timeout':0,'columns':[" columns                   \
    "],'until':'==','rows':[{" row "}]}\n"
#define INSERT(table, named, row)                                                                  \
    "{'op':'insert','table':'" table "','uuid-name':'" named "','row':{" row "}}\n"
#define MUTATE(table, uuid, mutations)                                                             \
    "{'op':'mutate','table':'" table "'," WHERE(uuid) ",'mutations':[" mutations "]}\n"
#define MUTATE_NAMED(table, named, mutations)                                                      \
    "{'op':'mutate','table':'" table                                                               \
    "','where':[['_uuid','=='," NAMED(named) "]],'mutations':[" mutations "]}\n"
#define UPDATE(table, uuid, row)                                                                   \
    "{'op':'update','table':'" table "'," WHERE(uuid) ",'row':{" row "}}\n"
#define DELETE(table, uuid) "{'op':'delete','table':'" table "'," WHERE(uuid) "}\n"
#define NAMED(name)         "['named-uuid','" name "']"
#define UUID(uuid)          "['uuid','" uuid "']"
#define SET(members)        "['set',[" members "]]"

/* A bridge is as it was read; the ports in 'ports' are on it; it has these ports and no others. */
#define GUARD_BRIDGE(name, type)                                                                   \
    WAIT("Bridge", WHERE("bridge-" name), "'name','datapath_type'",                                \
         "'name':'" name "','datapath_type':'" type "'")
#define GUARD_BR_INT GUARD_BRIDGE("br-int", "system")
#define GUARD_BR_TWO GUARD_BRIDGE("br-two", "")
#define GUARD_ON(bridge, ports)                                                                    \
    WAIT("Bridge",                                                                                 \
         "'where':[['_uuid','==',['uuid','bridge-" bridge                                          \
         "']],['ports','includes'," SET(ports) "]]",                                               \
         "'name'", "'name':'" bridge "'")
#define GUARD_PORTS(bridge, ports)                                                                 \
    WAIT("Bridge", WHERE("bridge-" bridge), "'ports'", "'ports':" ports)

/* An interface is there; it carries the mark that was seen; it has these ids and no others. */
#define GUARD_THERE(name) WAIT("Interface", WHERE("interface-" name), "'name'", "'name':'" name "'")
#define GUARD_MARK(name, iface_id)                                                                 \
    WAIT("Interface",                                                                              \
         "'where':[['_uuid','==',['uuid','interface-" name "']],['external_ids','includes',"       \
         "['map',[['iface-id','" iface_id "']]]]]",                                                \
         "'name'", "'name':'" name "'")
#define GUARD_IDS(name, ids)                                                                       \
    WAIT("Interface", WHERE("interface-" name), "'external_ids'", "'external_ids':" ids)

static int set_up(void **state)
{
    struct observed *observed = calloc(1, sizeof *observed);

    if (!observed)
        return -1;
    fixture_observe(observed, THERE);
    *state = observed;
    return 0;
}

static int tear_down(void **state)
{
    observed_done(*state);
    free(*state);
    return 0;
}

static const struct vswitch *db_of(void **state)
{
    const struct observed *observed = *state;

    return &observed->db;
}

/* The transaction as text; NULL when it cannot be made. */
static char *words_of(struct vswitch_txn *txn, bool wait)
{
    auto_free char *json = vswitch_txn_json(txn, wait);
    auto_json json_t *operations = json ? json_loads(json, 0, NULL) : NULL;
    struct text text = {0};

    if (!json)
        return NULL;
    assert_true(json_is_array(operations));
    for (size_t i = 0; i < json_array_size(operations); i++) {
        auto_free char *line = json_dumps(json_array_get(operations, i), JSON_COMPACT);

        assert_non_null(line);
        for (char *p = line; *p; p++)
            if (*p == '"')
                *p = '\'';
        text_add(&text, "%s\n", line);
    }
    return text_take(&text);
}

static void check(struct vswitch_txn *txn, const char *const *operations)
{
    auto_free char *words = words_of(txn, false);
    struct text expected = {0};

    for (; *operations; operations++)
        text_add(&expected, "%s", *operations);
    assert_non_null(words);
    assert_string_equal(words, expected.data);
    assert_false(vswitch_txn_empty(txn));
    text_done(&expected);
}

#define CHECK(txn, ...) check(txn, (const char *const[]){__VA_ARGS__, NULL})

static struct vswitch_new_port plain_port(const char *name, const struct vif_map *none)
{
    return (struct vswitch_new_port){
        .name = name, .type = "", .external_ids = none, .options = none};
}

static void nothing(void **state)
{
    auto_vswitch_txn struct vswitch_txn *txn = vswitch_txn_new(db_of(state));
    auto_free char *plain = words_of(txn, false);
    auto_free char *settle = words_of(txn, true);

    assert_string_equal(plain, "");
    assert_true(vswitch_txn_empty(txn));
    assert_string_equal(settle,
                        MUTATE("Open_vSwitch", "root",
                               "['next_cfg','+=',1]") "{'op':'select','table':'Open_vSwitch'"
                                                      "," WHERE("root") ",'columns':['next_cfg']}"
                                                                        "\n");
    vswitch_txn_guard_bridge(txn, vswitch_find_bridge(db_of(state), "br-int"));
    assert_true(vswitch_txn_empty(txn));
}

static void a_port_with_everything(void **state)
{
    auto_vswitch_txn struct vswitch_txn *txn = vswitch_txn_new(db_of(state));
    struct vif_map ids = {0}, options = {0};
    struct vswitch_new_port port = {
        .name = "vhu1",
        .type = "dpdkvhostuserclient",
        .external_ids = &ids,
        .options = &options,
        .mtu_request = 1442,
        .tag = 4095,
        .vlan_mode = "trunk",
        .trunk = 4095,
        .qos_type = "linux-htb",
        .qos_id = TAP_QOS_ID,
    };

    strmap_set(&ids, "iface-id", "i9");
    strmap_set(&ids, "attached-mac", MAC);
    strmap_set(&options, "vhost-server-path", "/run/vhu1");
    vswitch_txn_port_add(txn, 0, "br-int", &port);
    CHECK(txn, GUARD_BR_INT,
          INSERT("Interface", "i0",
                 "'name':'vhu1','type':'dpdkvhostuserclient','external_ids':"
                 "['map',[['attached-mac','" MAC "'],['iface-id','i9']]],"
                 "'options':['map',[['vhost-server-path','/run/vhu1']]],'mtu_request':1442"),
          INSERT("QoS", "q0",
                 "'type':'linux-htb','external_ids':['map',[['_type','linux-htb'],"
                 "['id','" TAP_QOS_ID "']]]"),
          INSERT("Port", "p0",
                 "'name':'vhu1','interfaces':" NAMED(
                     "i0") ",'tag':4095,'vlan_mode':'trunk','trunks':4095,'qos':" NAMED("q0")),
          MUTATE("Bridge", "bridge-br-int", "['ports','insert'," SET(NAMED("p0")) "]"));
    strmap_done(&ids);
    strmap_done(&options);
}

#define NEW_PORT(n, name, more)                                                                    \
    INSERT("Interface", "i" n, "'name':'" name "','type':'','external_ids':['map',[]]"),           \
        INSERT("Port", "p" n, "'name':'" name "','interfaces':" NAMED("i" n) more)

/* However many ports: one guard and one mutation for a bridge. */
static void many_ports(void **state)
{
    auto_vswitch_txn struct vswitch_txn *txn = vswitch_txn_new(db_of(state));
    struct vif_map none = {0};
    struct vswitch_new_port a = plain_port("a", &none);
    struct vswitch_new_port b = plain_port("b", &none);
    struct vswitch_new_port c = plain_port("c", &none);

    b.qos_type = "linux-noop";
    b.qos_uuid = "q-left";
    vswitch_txn_port_add(txn, 0, "br-int", &a);
    vswitch_txn_port_add(txn, 1, "br-two", &b);
    vswitch_txn_port_add(txn, 2, "br-int", &c);
    CHECK(txn, GUARD_BR_INT, GUARD_BR_TWO, NEW_PORT("0", "a", ""),
          NEW_PORT("1", "b", ",'qos':" UUID("q-left")), NEW_PORT("2", "c", ""),
          MUTATE("Bridge", "bridge-br-int",
                 "['ports','insert'," SET(NAMED("p0") "," NAMED("p2")) "]"),
          MUTATE("Bridge", "bridge-br-two", "['ports','insert'," SET(NAMED("p1")) "]"));
}

/* A bridge of several VIFs is made once, and takes ports in the same transaction. */
static void new_bridge(void **state)
{
    auto_vswitch_txn struct vswitch_txn *txn = vswitch_txn_new(db_of(state));
    struct vif_map none = {0};
    struct vswitch_new_port a = plain_port("a", &none);

    vswitch_txn_bridge_add(txn, 0, "br-new", "netdev");
    vswitch_txn_bridge_add(txn, 1, "br-new", "system");
    vswitch_txn_port_add(txn, 0, "br-new", &a);
    CHECK(txn, INSERT("Interface", "bi0", "'name':'br-new','type':'internal'"),
          INSERT("Port", "bp0", "'name':'br-new','interfaces':" NAMED("bi0")),
          INSERT("Bridge", "b0", "'name':'br-new','datapath_type':'netdev','ports':" NAMED("bp0")),
          NEW_PORT("1", "a", ""),
          MUTATE_NAMED("Bridge", "b0", "['ports','insert'," SET(NAMED("p1")) "]"),
          MUTATE("Open_vSwitch", "root", "['bridges','insert'," SET(NAMED("b0")) "]"));
}

static void unknown_bridge(void **state)
{
    auto_vswitch_txn struct vswitch_txn *txn = vswitch_txn_new(db_of(state));
    struct vif_map none = {0};
    struct vswitch_new_port a = plain_port("a", &none);

    vswitch_txn_port_add(txn, 0, "br-none", &a);
    assert_null(words_of(txn, false));
}

static void bridge_goes(void **state)
{
    auto_vswitch_txn struct vswitch_txn *txn = vswitch_txn_new(db_of(state));
    const struct vswitch_bridge *bridge = vswitch_find_bridge(db_of(state), "br-int");

    vswitch_txn_bridge_delete(txn, 0, bridge);
    vswitch_txn_bridge_delete(txn, 1, bridge);
    vswitch_txn_qos_delete(txn, 0, "q-1", vswitch_find_port(db_of(state), "tap1"));
    CHECK(txn, GUARD_BR_INT, UPDATE("Port", "port-tap1", "'qos':['set',[]]"),
          MUTATE("Open_vSwitch", "root", "['bridges','delete'," SET(UUID("bridge-br-int")) "]"),
          DELETE("QoS", "q-1"));
}

static void counted_bridge_goes(void **state)
{
    auto_vswitch_txn struct vswitch_txn *txn = vswitch_txn_new(db_of(state));

    fixture_observe(*state, "bridge br-two on=a");
    vswitch_txn_bridge_delete(txn, 0, vswitch_find_bridge(db_of(state), "br-two"));
    CHECK(txn, GUARD_BR_TWO, GUARD_PORTS("br-two", UUID("a")),
          MUTATE("Open_vSwitch", "root", "['bridges','delete'," SET(UUID("bridge-br-two")) "]"));
}

/* Only while the bridge has the very ports that were counted. */
static void datapath_type(void **state)
{
    static const char *const rows[][2] = {
        {"bridge br-int on=", GUARD_PORTS("br-int", "['set',[]]")},
        {"bridge br-int on=a", GUARD_PORTS("br-int", UUID("a"))},
        {"bridge br-int on=a,b", GUARD_PORTS("br-int", SET(UUID("a") "," UUID("b")))},
    };
    const struct vswitch_bridge *bridge = vswitch_find_bridge(db_of(state), "br-int");

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        auto_vswitch_txn struct vswitch_txn *txn = vswitch_txn_new(db_of(state));

        fixture_observe(*state, rows[i][0]);
        vswitch_txn_bridge_set_datapath(txn, 0, bridge, "netdev");
        vswitch_txn_bridge_set_datapath(txn, 1, bridge, "netdev");
        CHECK(txn, GUARD_BR_INT, rows[i][1],
              UPDATE("Bridge", "bridge-br-int", "'datapath_type':'netdev'"));
    }
}

static void ports_go(void **state)
{
    auto_vswitch_txn struct vswitch_txn *txn = vswitch_txn_new(db_of(state));
    const struct vswitch *db = db_of(state);

    vswitch_txn_port_delete(txn, 0, vswitch_find_port(db, "tap1"),
                            vswitch_find_interface(db, "tap1"), "i1");
    vswitch_txn_port_delete(txn, 1, vswitch_find_port(db, "tap2"),
                            vswitch_find_interface(db, "tap2"), NULL);
    vswitch_txn_qos_delete(txn, 0, "q-1", vswitch_find_port(db, "tap1"));
    vswitch_txn_qos_delete(txn, 1, "q-2", vswitch_find_port(db, "tap2"));
    vswitch_txn_qos_delete(txn, 1, "q-3", NULL);
    assert_int_equal(vswitch_txn_ports_leaving(txn, "br-int"), 2);
    assert_int_equal(vswitch_txn_ports_leaving(txn, "br-two"), 0);
    CHECK(txn, GUARD_BR_INT, GUARD_MARK("tap1", "i1"), GUARD_IDS("tap2", "['map',[['x','y']]]"),
          GUARD_ON("br-int", UUID("port-tap1") "," UUID("port-tap2")),
          UPDATE("Port", "port-tap1", "'qos':['set',[]]"),
          MUTATE("Bridge", "bridge-br-int",
                 "['ports','delete'," SET(UUID("port-tap1") "," UUID("port-tap2")) "]"),
          DELETE("QoS", "q-1"), DELETE("QoS", "q-2"), DELETE("QoS", "q-3"));
}

/* The bridge a port leaves need not be one that was asked for. */
static void port_moves(void **state)
{
    auto_vswitch_txn struct vswitch_txn *txn = vswitch_txn_new(db_of(state));

    vswitch_txn_port_move(txn, 0, vswitch_find_port(db_of(state), "tap3"),
                          vswitch_find_interface(db_of(state), "tap3"), "br-int");
    CHECK(txn, GUARD_MARK("tap3", "i3"), GUARD_BR_INT, GUARD_ON("br-ex", UUID("port-tap3")),
          MUTATE("Bridge", "bridge-br-ex", "['ports','delete'," SET(UUID("port-tap3")) "]"),
          MUTATE("Bridge", "bridge-br-int", "['ports','insert'," SET(UUID("port-tap3")) "]"));
}

static void port_goes_from_another_bridge(void **state)
{
    auto_vswitch_txn struct vswitch_txn *txn = vswitch_txn_new(db_of(state));

    vswitch_txn_port_delete(txn, 0, vswitch_find_port(db_of(state), "tap3"), NULL, "i3");
    CHECK(txn, GUARD_ON("br-ex", UUID("port-tap3")),
          MUTATE("Bridge", "bridge-br-ex", "['ports','delete'," SET(UUID("port-tap3")) "]"));
}

/* Inserting a key that is there changes nothing (RFC 7047), so it is deleted first. */
static void maps_are_merged(void **state)
{
    auto_vswitch_txn struct vswitch_txn *txn = vswitch_txn_new(db_of(state));
    struct vswitch_interface_change change = {.any_owner = true};

    strmap_set(&change.set_ids, "b", "2");
    strmap_set(&change.set_ids, "a", "1");
    strmap_set(&change.set_options, "o", "x");
    strmap_set(&change.drop_ids, "old", "");
    strmap_set(&change.drop_options, "old", "");
    vswitch_txn_interface_set(txn, 0, vswitch_find_interface(db_of(state), "tap1"), &change);
    CHECK(txn, GUARD_THERE("tap1"),
          MUTATE("Interface", "interface-tap1",
                 "['external_ids','delete',['set',['old']]],['options','delete',['set',['old']]],"
                 "['external_ids','delete',['set',['a','b']]],"
                 "['external_ids','insert',['map',[['a','1'],['b','2']]]],"
                 "['options','delete',['set',['o']]],['options','insert',['map',[['o','x']]]]"));
    vswitch_interface_change_done(&change);
}

/* Guarded by the mark that was seen, or by all ids where there was none. */
static void columns_are_set(void **state)
{
    auto_vswitch_txn struct vswitch_txn *txn = vswitch_txn_new(db_of(state));
    struct vswitch_interface_change set = {.type = "internal",
                                           .set_mtu_request = true,
                                           .mtu_request = 1442,
                                           .set_ofport_request = true,
                                           .ofport_request = 7};
    struct vswitch_interface_change clear = {.set_mtu_request = true, .set_ofport_request = true};

    vswitch_txn_interface_set(txn, 0, vswitch_find_interface(db_of(state), "tap1"), &set);
    vswitch_txn_interface_set(txn, 0, vswitch_find_interface(db_of(state), "tap2"), &clear);
    CHECK(txn, GUARD_MARK("tap1", "i1"), GUARD_IDS("tap2", "['map',[['x','y']]]"),
          UPDATE("Interface", "interface-tap1",
                 "'type':'internal','mtu_request':1442,'ofport_request':7"),
          UPDATE("Interface", "interface-tap2",
                 "'mtu_request':['set',[]],'ofport_request':['set',[]]"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_port_with_everything, set_up, tear_down),
        cmocka_unit_test_setup_teardown(many_ports, set_up, tear_down),
        cmocka_unit_test_setup_teardown(new_bridge, set_up, tear_down),
        cmocka_unit_test_setup_teardown(unknown_bridge, set_up, tear_down),
        cmocka_unit_test_setup_teardown(bridge_goes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(counted_bridge_goes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(datapath_type, set_up, tear_down),
        cmocka_unit_test_setup_teardown(ports_go, set_up, tear_down),
        cmocka_unit_test_setup_teardown(port_moves, set_up, tear_down),
        cmocka_unit_test_setup_teardown(port_goes_from_another_bridge, set_up, tear_down),
        cmocka_unit_test_setup_teardown(maps_are_merged, set_up, tear_down),
        cmocka_unit_test_setup_teardown(columns_are_set, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
