/* SPDX-License-Identifier: Apache-2.0 */
/* Plugin ovs: the wiring of each type of VIF, as text, and what is refused in which words. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wiring-fixture.h"

#define LENGTH(rows) (sizeof(rows) / sizeof((rows)[0]))

/* A row of a table; what is not said is plug, with the default options. */
#define ROW(what_, document_, words_, ...)                                                         \
    {                                                                                              \
        .what = what_, .document = document_, .words = words_, __VA_ARGS__                         \
    }

/* The parts of wirings in words, see wiring-fixture.h. */
#define NAMED(name) name " of VIF " VIF_UUID "\n"
#define QOS(id)     " qos_id=" id
#define IDS                                                                                        \
    " id:attached-mac=" MAC " id:iface-id=" IFACE_ID " id:iface-status=active id:vm-uuid=" VM_UUID
#define TRUNK_IDS                                                                                  \
    " id:attached-mac=" MAC " id:bridge_name=tbr-1 id:iface-id=" IFACE_ID                          \
    " id:iface-status=active id:vm-uuid=" VM_UUID
#define BR_INT                   "bridge br-int: create keep\n"
#define BR_INT_OF(type)          "bridge br-int: create keep datapath_type=" type "\n"
#define TRUNK                    "bridge tbr-1: create remove\n"
#define TAP_LINK(flags, mtu)     "tap " TAP ":" flags mtu " address=" MAC "\n"
#define PORT(name, bridge, more) "port " name " on " bridge ":" more "\n"
#define OWNED(name)              " owner=" IFACE_ID " link=" name
#define TAP_PORT(more)           PORT(TAP, "br-int", " create" OWNED(TAP) IDS more QOS(TAP_QOS_ID))
#define TAP_PORT_GOES            PORT(TAP, "br-int", OWNED(TAP) " qos_id=" TAP_QOS_ID)
#define QVO_PORT(bridge, more)   PORT(QVO, bridge, " create" OWNED(QVO) more " qos_id=" QVO_QOS_ID)
#define QVO_PORT_GOES(bridge)    PORT(QVO, bridge, OWNED(QVO) " qos_id=" QVO_QOS_ID)
#define NOOP                     " qos=linux-noop"
#define HYBRID_LINKS(flags, mtu)                                                                   \
    "linux bridge " QBR ":" flags " silent\n"                                                      \
    "veth " QVB ":" flags " peer=" QVO " master=" QBR mtu " promiscuous\n"
#define LEGACY HYBRID_LINKS(" unplug-only", " mtu=1500")

struct row {
    const char *what;
    const char *document;
    const char *words;
    enum wiring_goal goal;
    struct {
        bool isolate, no_mtu, tap_owner;
        const char *qos_type;
    } options;
};

static void check_row(const struct row *row)
{
    struct plugin_options options = fixture_options();
    struct wiring wiring = {0};
    struct vif_error err = {0};
    auto_free char *words = NULL;

    options.ovs.isolate_vif = row->options.isolate;
    if (row->options.no_mtu)
        options.ovs.network_device_mtu = 0;
    if (row->options.tap_owner) {
        options.ovs.tap_owner = 107;
        options.ovs.tap_group = 36;
    }
    if (row->options.qos_type)
        strcpy(options.ovs.default_qos_type, row->options.qos_type);
    if (fixture_describe(&options, row->document, row->goal, &wiring, &err) < 0)
        fail_msg("%s: %s", row->what, err.text);
    words = fixture_wiring_words(&wiring);
    wiring_done(&wiring);
    if (strcmp(words, row->words) != 0)
        print_error("%s:\n", row->what);
    assert_string_equal(words, row->words);
}

static void check_rows(const struct row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++)
        check_row(&rows[i]);
}

#define CREATE_PORT ",'create_port':true"
#define CREATE_TAP  ",'create_tap':true"
#define MULTIQUEUE  ",'multiqueue':true"
#define NETDEV      ",'datapath_type':'netdev'"

static void direct_plug(void **state)
{
    static const struct row rows[] = {
        ROW("the bridge alone", OVS_DOCUMENT(ON_BR_INT, ""),
            NAMED(TAP) BR_INT PORT(TAP, "br-int", OWNED(TAP) " qos_id=" TAP_QOS_ID)),
        ROW("a port", OVS_DOCUMENT(ON_BR_INT, CREATE_PORT),
            NAMED(TAP) TAP_LINK("", " mtu=1500") BR_INT TAP_PORT(NOOP)),
        ROW("tap and port", OVS_DOCUMENT(ON_BR_INT, CREATE_PORT CREATE_TAP),
            NAMED(TAP) TAP_LINK(" create", " mtu=1500") BR_INT TAP_PORT(NOOP)),
        ROW("a tap without a port", OVS_DOCUMENT(ON_BR_INT, CREATE_TAP),
            NAMED(TAP) TAP_LINK(" create", " mtu=1500")
                BR_INT PORT(TAP, "br-int", OWNED(TAP) " qos_id=" TAP_QOS_ID)),
        ROW("many queues", OVS_DOCUMENT(ON_BR_INT, CREATE_PORT CREATE_TAP MULTIQUEUE),
            NAMED(TAP) "tap " TAP ": create mtu=1500 address=" MAC
                       " multi-queue\n" BR_INT TAP_PORT(NOOP)),
        ROW("a tap with an owner", OVS_DOCUMENT(ON_BR_INT, CREATE_PORT CREATE_TAP),
            NAMED(TAP) "tap " TAP ": create mtu=1500 address=" MAC
                       " owner=107 group=36\n" BR_INT TAP_PORT(NOOP),
            .options.tap_owner = true),
        ROW("userspace datapath: no QoS", OVS_DOCUMENT(ON_BR_INT, CREATE_PORT NETDEV),
            NAMED(TAP) TAP_LINK("", " mtu=1500") BR_INT_OF("netdev") TAP_PORT("")),
        ROW("datapath system said",
            OVS_DOCUMENT(ON_BR_INT, CREATE_PORT ",'datapath_type':'system'"),
            NAMED(TAP) TAP_LINK("", " mtu=1500") BR_INT_OF("system") TAP_PORT(NOOP)),
        ROW("datapath null or empty", OVS_DOCUMENT(ON_BR_INT, CREATE_PORT ",'datapath_type':''"),
            NAMED(TAP) TAP_LINK("", " mtu=1500") BR_INT TAP_PORT(NOOP)),
        ROW("isolated", OVS_DOCUMENT(ON_BR_INT, CREATE_PORT),
            NAMED(TAP) TAP_LINK("", " mtu=1500") BR_INT TAP_PORT(" isolated" NOOP),
            .options.isolate = true),
        ROW("another QoS", OVS_DOCUMENT(ON_BR_INT, CREATE_PORT),
            NAMED(TAP) TAP_LINK("", " mtu=1500") BR_INT TAP_PORT(" qos=linux-fq_codel"),
            .options.qos_type = "linux-fq_codel"),
        ROW("on a trunk bridge, never isolated", OVS_DOCUMENT(ON_TRUNK, CREATE_PORT),
            NAMED(TAP) TAP_LINK("", " mtu=1500")
                TRUNK PORT(TAP, "tbr-1", " create" OWNED(TAP) TRUNK_IDS NOOP " qos_id=" TAP_QOS_ID),
            .options.isolate = true),
    };

    (void)state;
    check_rows(rows, LENGTH(rows));
}

static void mtu(void **state)
{
    static const struct row rows[] = {
        ROW("of the network", OVS_DOCUMENT(ON_BR_INT "'mtu':9000,", CREATE_PORT),
            NAMED(TAP) TAP_LINK("", " mtu=9000") BR_INT TAP_PORT(NOOP)),
        ROW("of the network, whatever the option",
            OVS_DOCUMENT(ON_BR_INT "'mtu':1442,", CREATE_PORT),
            NAMED(TAP) TAP_LINK("", " mtu=1442") BR_INT TAP_PORT(NOOP), .options.no_mtu = true),
        ROW("0 is none", OVS_DOCUMENT(ON_BR_INT "'mtu':0,", CREATE_PORT),
            NAMED(TAP) TAP_LINK("", " mtu=1500") BR_INT TAP_PORT(NOOP)),
        ROW("null is none", OVS_DOCUMENT(ON_BR_INT "'mtu':null,", CREATE_PORT),
            NAMED(TAP) TAP_LINK("", "") BR_INT TAP_PORT(NOOP), .options.no_mtu = true),
        ROW("of both ends of a veth", BRIDGE_DOCUMENT(ON_BR_INT "'mtu':9000,", ""),
            NAMED(QBR) HYBRID_LINKS(" create", " mtu=9000") BR_INT QVO_PORT("br-int", IDS NOOP)),
        ROW("none for a veth", BRIDGE_DOCUMENT(ON_BR_INT, ""),
            NAMED(QBR) HYBRID_LINKS(" create", "") BR_INT QVO_PORT("br-int", IDS NOOP),
            .options.no_mtu = true),
    };

    (void)state;
    check_rows(rows, LENGTH(rows));
}

static void hybrid_plug(void **state)
{
#define LINKS NAMED(QBR) HYBRID_LINKS(" create", " mtu=1500")
    static const struct row rows[] = {
        ROW("plain", BRIDGE_DOCUMENT(ON_BR_INT, ""), LINKS BR_INT QVO_PORT("br-int", IDS NOOP)),
        ROW("create_port has no say", BRIDGE_DOCUMENT(ON_BR_INT, ",'create_port':false"),
            LINKS BR_INT QVO_PORT("br-int", IDS NOOP)),
        ROW("userspace datapath", BRIDGE_DOCUMENT(ON_BR_INT, NETDEV),
            LINKS BR_INT_OF("netdev") QVO_PORT("br-int", IDS)),
        ROW("isolated", BRIDGE_DOCUMENT(ON_BR_INT, ""),
            LINKS BR_INT QVO_PORT("br-int", IDS " isolated" NOOP), .options.isolate = true),
        ROW("another QoS", BRIDGE_DOCUMENT(ON_BR_INT, ""),
            LINKS BR_INT QVO_PORT("br-int", IDS " qos=linux-htb"), .options.qos_type = "linux-htb"),
        ROW("on a trunk bridge", BRIDGE_DOCUMENT(ON_TRUNK, ""),
            LINKS TRUNK QVO_PORT("tbr-1", TRUNK_IDS NOOP), .options.isolate = true),
        ROW("the bridge's name is the VIF's word",
            VIF_DOCUMENT("VIFBridge", "'bridge_name':'brq-x',", ON_BR_INT, ""),
            NAMED("brq-x") "linux bridge brq-x: create silent\n"
                           "veth " QVB ": create peer=" QVO
                           " master=brq-x mtu=1500 promiscuous\n" BR_INT QVO_PORT("br-int",
                                                                                  IDS NOOP)),
    };

    (void)state;
    check_rows(rows, LENGTH(rows));
}

/* Everything an earlier plug of either type may have left goes, whatever create_port says now. */
static void unplug(void **state)
{
    static const struct row rows[] = {
        ROW("direct", OVS_DOCUMENT(ON_BR_INT, ""),
            NAMED(TAP) TAP_LINK("", " mtu=1500")
                LEGACY BR_INT TAP_PORT_GOES QVO_PORT_GOES("br-int"),
            .goal = WIRING_ABSENT),
        ROW("direct with a tap", OVS_DOCUMENT(ON_BR_INT, CREATE_PORT CREATE_TAP NETDEV),
            NAMED(TAP) TAP_LINK(" create", " mtu=1500") LEGACY BR_INT PORT(
                TAP, "br-int", " create" OWNED(TAP) " qos_id=" TAP_QOS_ID) QVO_PORT_GOES("br-int"),
            .goal = WIRING_ABSENT, .options.isolate = true),
        ROW("direct on a trunk bridge", OVS_DOCUMENT(ON_TRUNK, ""),
            NAMED(TAP) TAP_LINK("", " mtu=1500") LEGACY TRUNK PORT(
                TAP, "tbr-1", OWNED(TAP) " qos_id=" TAP_QOS_ID) QVO_PORT_GOES("tbr-1"),
            .goal = WIRING_ABSENT),
        ROW("hybrid", BRIDGE_DOCUMENT(ON_BR_INT, NETDEV),
            NAMED(QBR) HYBRID_LINKS(" create", " mtu=1500") BR_INT QVO_PORT("br-int", ""),
            .goal = WIRING_ABSENT),
    };

    (void)state;
    check_rows(rows, LENGTH(rows));
}

#define HEAD(type)  "{'vif':{'type':'" type "','id':'" VIF_UUID "','plugin':'ovs'"
#define ADDRESS     ",'address':'" MAC "'"
#define TAP_NAME    ",'vif_name':'" TAP "'"
#define QBR_NAME    ",'bridge_name':'" QBR "'"
#define NET         ",'network':{'bridge':'br-int'}"
#define OVS_PROFILE "'type':'VIFPortProfileOpenVSwitch'"
#define PROFILE     ",'port_profile':{" OVS_PROFILE ",'interface_id':'" IFACE_ID "'}"
#define NO_ID       ",'port_profile':{" OVS_PROFILE "}"
#define TAIL        "},'instance_info':{'uuid':'" VM_UUID "'}}"
#define TAIL_ALONE  "}}"
#define VERSIONED(name, data)                                                                      \
    "{'versioned_object.name':'" name "','versioned_object.namespace':'os_vif',"                   \
    "'versioned_object.version':'1.0','versioned_object.data':{" data "}}"

struct refusal {
    const char *document;
    enum vif_error_kind kind;
    const char *plug, *unplug; /* the words after "vif.json: "; NULL: it is described */
};

#define SAME(words) words, words

static const struct refusal missing_rows[] = {
    {HEAD("VIFOpenVSwitch") ADDRESS TAP_NAME NET TAIL, VIF_ERROR_INVALID,
     SAME("/vif/port_profile: missing")},
    {HEAD("VIFOpenVSwitch") ADDRESS TAP_NAME PROFILE TAIL, VIF_ERROR_INVALID,
     SAME("/vif/network: missing")},
    {HEAD("VIFOpenVSwitch") ADDRESS TAP_NAME ",'network':null" PROFILE TAIL, VIF_ERROR_INVALID,
     SAME("/vif/network: missing")},
    {HEAD("VIFOpenVSwitch") ADDRESS TAP_NAME ",'network':{'label':'x'}" PROFILE TAIL,
     VIF_ERROR_INVALID, SAME("/vif/network/bridge: missing")},
    {HEAD("VIFOpenVSwitch") ADDRESS NET PROFILE TAIL, VIF_ERROR_INVALID,
     SAME("/vif/vif_name: missing")},
    {HEAD("VIFBridge") ADDRESS NET PROFILE TAIL, VIF_ERROR_INVALID,
     SAME("/vif/bridge_name: missing")},
    {HEAD("VIFOpenVSwitch") TAP_NAME NET PROFILE TAIL, VIF_ERROR_INVALID, "/vif/address: missing",
     NULL},
    {HEAD("VIFBridge") ",'address':null" QBR_NAME NET PROFILE TAIL, VIF_ERROR_INVALID,
     "/vif/address: missing", NULL},
    {HEAD("VIFOpenVSwitch") ADDRESS TAP_NAME NET NO_ID TAIL, VIF_ERROR_INVALID,
     "/vif/port_profile/interface_id: missing", NULL},
    {HEAD("VIFBridge") ADDRESS QBR_NAME NET PROFILE TAIL_ALONE, VIF_ERROR_INVALID,
     "/vif: instance_info with a uuid is needed beside the VIF", NULL},
    {HEAD("VIFBridge") ADDRESS QBR_NAME NET PROFILE "},'instance_info':{'name':'vm'}}",
     VIF_ERROR_INVALID, "/vif: instance_info with a uuid is needed beside the VIF", NULL},
    {"{'vif':" VERSIONED("VIFOpenVSwitch",
                         "'id':'" VIF_UUID "'" TAP_NAME NET
                         ",'port_profile':" VERSIONED("VIFPortProfileOpenVSwitch", "")) "}",
     VIF_ERROR_INVALID,
     "/vif/versioned_object.data/port_profile/versioned_object.data/interface_id: missing", NULL},
};

static const struct refusal senseless_rows[] = {
    {HEAD("VIFOpenVSwitch") ADDRESS TAP_NAME NET
     ",'port_profile':{'type':'VIFPortProfile8021Qbh','profile_id':'x'}" TAIL,
     VIF_ERROR_NO_PROFILE,
     SAME("/vif/port_profile: plugin ovs takes VIFPortProfileOpenVSwitch and its subclasses, not "
          "VIFPortProfile8021Qbh")},
    {OVS_DOCUMENT(ON_BR_INT, ",'datapath_type':'dpdk'"), VIF_ERROR_INVALID,
     "/vif/port_profile/datapath_type: expected \"system\" or \"netdev\", got \"dpdk\"", NULL},
    {BRIDGE_DOCUMENT(ON_BR_INT, CREATE_TAP), VIF_ERROR_INVALID,
     "/vif/port_profile/create_tap: only VIFOpenVSwitch can have its tap made, not VIFBridge",
     NULL},
    {VIF_DOCUMENT("VIFOpenVSwitch", "'vif_name':'br-int',", ON_BR_INT, ""), VIF_ERROR_INVALID,
     SAME("/vif/vif_name: \"br-int\" is the bridge's own port")},
    {VIF_DOCUMENT("VIFBridge", "'bridge_name':'br-int',", ON_BR_INT, ""), VIF_ERROR_INVALID,
     SAME("/vif/bridge_name: \"br-int\" is the Open vSwitch bridge")},
    {VIF_DOCUMENT("VIFBridge", "'bridge_name':'" QVO "',", ON_BR_INT, ""), VIF_ERROR_INVALID,
     SAME("/vif/bridge_name: \"" QVO "\" is the name of another device of this VIF")},
    {VIF_DOCUMENT("VIFBridge", "'bridge_name':'" QVB "',", ON_BR_INT, ""), VIF_ERROR_INVALID,
     SAME("/vif/bridge_name: \"" QVB "\" is the name of another device of this VIF")},
    {BRIDGE_DOCUMENT("'bridge':'" QVO "',", ""), VIF_ERROR_INVALID,
     SAME("/vif/network/bridge: \"" QVO "\" is the name of another device of this VIF")},
    {HEAD("VIFVHostUser") ADDRESS NET PROFILE TAIL, VIF_ERROR_UNSUPPORTED,
     SAME("/vif: plugin ovs cannot plug a VIFVHostUser")},
    {HEAD("VIFDirect") ADDRESS NET PROFILE TAIL, VIF_ERROR_UNSUPPORTED,
     SAME("/vif: plugin ovs cannot plug a VIFDirect")},
    {HEAD("VIFGeneric") TAIL, VIF_ERROR_UNSUPPORTED,
     SAME("/vif: plugin ovs cannot plug a VIFGeneric")},
    {HEAD("VIFNestedDPDK") TAIL, VIF_ERROR_UNSUPPORTED,
     SAME("/vif: plugin ovs cannot plug a VIFNestedDPDK")},
};

static void check_refusal(const struct refusal *row, enum wiring_goal goal, const char *words)
{
    struct plugin_options options = fixture_options();
    struct wiring wiring = {0};
    struct vif_error err = {0};
    int r = fixture_describe(&options, row->document, goal, &wiring, &err);

    wiring_done(&wiring);
    if ((r < 0) != (words != NULL))
        fail_msg("%s: %s", row->document, r < 0 ? err.text : "not refused");
    if (!words)
        return;
    assert_memory_equal(err.text, "vif.json: ", 10);
    assert_string_equal(err.text + 10, words);
    assert_int_equal(err.kind, row->kind);
}

static void missing_fields(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(missing_rows); i++) {
        check_refusal(&missing_rows[i], WIRING_PRESENT, missing_rows[i].plug);
        check_refusal(&missing_rows[i], WIRING_ABSENT, missing_rows[i].unplug);
    }
}

static void senseless_fields(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(senseless_rows); i++) {
        check_refusal(&senseless_rows[i], WIRING_PRESENT, senseless_rows[i].plug);
        check_refusal(&senseless_rows[i], WIRING_ABSENT, senseless_rows[i].unplug);
    }
}

static void per_port_bridge_is_refused(void **state)
{
    struct plugin_options options = fixture_options();
    struct wiring wiring = {0};
    struct vif_error err = {0};

    (void)state;
    options.ovs.per_port_bridge = true;
    assert_int_equal(
        fixture_describe(&options, OVS_DOCUMENT(ON_BR_INT, ""), WIRING_PRESENT, &wiring, &err),
        -EOPNOTSUPP);
    assert_int_equal(err.kind, VIF_ERROR_UNSUPPORTED);
    wiring_done(&wiring);
    /* The hybrid plug has nothing to do with that option. */
    assert_int_equal(
        fixture_describe(&options, BRIDGE_DOCUMENT(ON_BR_INT, ""), WIRING_PRESENT, &wiring, &err),
        0);
    wiring_done(&wiring);
}

/* Subclasses of the Open vSwitch profile are as good as it. */
static void other_profiles(void **state)
{
    static const char document[] = HEAD("VIFOpenVSwitch") ADDRESS TAP_NAME NET
        ",'port_profile':{'type':'VIFPortProfileFPOpenVSwitch','interface_id':'" IFACE_ID
        "','create_port':true,'hybrid_plug':true,'bridge_name':'br-x'}" TAIL;
    struct row row = {"a subclass",
                      document,
                      NAMED(TAP) TAP_LINK("", " mtu=1500") BR_INT TAP_PORT(NOOP),
                      WIRING_PRESENT,
                      {0}};

    (void)state;
    check_row(&row);
}

/* A VIF whose tap has the name of a hybrid piece has no other hybrid pieces to look for. */
static void unplug_of_a_tap_with_a_hybrid_name(void **state)
{
    struct row row =
        ROW("vif_name qvo", VIF_DOCUMENT("VIFOpenVSwitch", "'vif_name':'" QVO "',", ON_BR_INT, ""),
            NAMED(QVO) "tap " QVO ": mtu=1500 address=" MAC "\n" BR_INT QVO_PORT_GOES("br-int"),
            .goal = WIRING_ABSENT);

    (void)state;
    check_row(&row);
}

static void table_of_plugins(void **state)
{
    (void)state;
    assert_ptr_equal(plugin_find("ovs"), &plugin_ovs);
    assert_null(plugin_find("OVS"));
    assert_null(plugin_find(""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(direct_plug),
        cmocka_unit_test(mtu),
        cmocka_unit_test(hybrid_plug),
        cmocka_unit_test(unplug),
        cmocka_unit_test(missing_fields),
        cmocka_unit_test(senseless_fields),
        cmocka_unit_test(per_port_bridge_is_refused),
        cmocka_unit_test(other_profiles),
        cmocka_unit_test(unplug_of_a_tap_with_a_hybrid_name),
        cmocka_unit_test(table_of_plugins),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
