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

#include "wiring-words.h"

static void direct_plug(void **state)
{
    static const struct wiring_row rows[] = {
        ROW("the bridge alone", OVS_DOCUMENT(ON_BR_INT, ""), NAMED(TAP) BR_INT TAP_PORT_GOES),
        ROW("a port", OVS_DOCUMENT(ON_BR_INT, CREATE_PORT),
            NAMED(TAP) TAP_LINK("", " mtu=1500") SUPERSEDING(BR_INT, "br-int", TAP_PORT(NOOP))),
        ROW("tap and port", OVS_DOCUMENT(ON_BR_INT, CREATE_PORT CREATE_TAP),
            NAMED(TAP) TAP_LINK(" create", " mtu=1500")
                SUPERSEDING(BR_INT, "br-int", TAP_PORT(NOOP))),
        ROW("a tap without a port", OVS_DOCUMENT(ON_BR_INT, CREATE_TAP),
            NAMED(TAP) TAP_LINK(" create", " mtu=1500") BR_INT TAP_PORT_GOES),
        ROW("many queues", OVS_DOCUMENT(ON_BR_INT, CREATE_PORT CREATE_TAP MULTIQUEUE),
            NAMED(TAP) "tap " TAP ": create multi-queue mtu=1500 address=" MAC
                       "\n" SUPERSEDING(BR_INT, "br-int", TAP_PORT(NOOP))),
        ROW("a tap with an owner", OVS_DOCUMENT(ON_BR_INT, CREATE_PORT CREATE_TAP),
            NAMED(TAP) "tap " TAP ": create mtu=1500 address=" MAC
                       " owner=107 group=36\n" SUPERSEDING(BR_INT, "br-int", TAP_PORT(NOOP)),
            .options.tap_owner = true),
        ROW("userspace datapath: no QoS", OVS_DOCUMENT(ON_BR_INT, CREATE_PORT NETDEV),
            NAMED(TAP) TAP_LINK("", " mtu=1500")
                SUPERSEDING(BR_INT_OF("netdev"), "br-int", TAP_PORT(""))),
        ROW("datapath system said",
            OVS_DOCUMENT(ON_BR_INT, CREATE_PORT ",'datapath_type':'system'"),
            NAMED(TAP) TAP_LINK("", " mtu=1500")
                SUPERSEDING(BR_INT_OF("system"), "br-int", TAP_PORT(NOOP))),
        ROW("datapath null or empty", OVS_DOCUMENT(ON_BR_INT, CREATE_PORT ",'datapath_type':''"),
            NAMED(TAP) TAP_LINK("", " mtu=1500") SUPERSEDING(BR_INT, "br-int", TAP_PORT(NOOP))),
        ROW("isolated", OVS_DOCUMENT(ON_BR_INT, CREATE_PORT),
            NAMED(TAP) TAP_LINK("", " mtu=1500")
                SUPERSEDING_ISOLATED(BR_INT, "br-int", TAP_PORT(" isolated" NOOP)),
            .options.isolate = true),
        ROW("another QoS", OVS_DOCUMENT(ON_BR_INT, CREATE_PORT),
            NAMED(TAP) TAP_LINK("", " mtu=1500")
                SUPERSEDING(BR_INT, "br-int", TAP_PORT(" qos=linux-fq_codel")),
            .options.qos_type = "linux-fq_codel"),
        ROW("on a trunk bridge, never isolated", OVS_DOCUMENT(ON_TRUNK, CREATE_PORT),
            NAMED(TAP) TAP_LINK("", " mtu=1500") SUPERSEDING_ISOLATED(
                TRUNK, "tbr-1",
                PORT(TAP, "tbr-1", " create" OWNED_TAP TRUNK_IDS NOOP " qos_id=" TAP_QOS_ID)),
            .options.isolate = true),
    };

    (void)state;
    fixture_check_wirings(rows, LENGTH(rows));
}

static void mtu(void **state)
{
    static const struct wiring_row rows[] = {
        ROW("of the network", OVS_DOCUMENT(ON_BR_INT "'mtu':9000,", CREATE_PORT),
            NAMED(TAP) TAP_LINK("", " mtu=9000") SUPERSEDING(BR_INT, "br-int", TAP_PORT(NOOP))),
        ROW("of the network, whatever the option",
            OVS_DOCUMENT(ON_BR_INT "'mtu':1442,", CREATE_PORT),
            NAMED(TAP) TAP_LINK("", " mtu=1442") SUPERSEDING(BR_INT, "br-int", TAP_PORT(NOOP)),
            .options.no_mtu = true),
        ROW("0 is none", OVS_DOCUMENT(ON_BR_INT "'mtu':0,", CREATE_PORT),
            NAMED(TAP) TAP_LINK("", " mtu=1500") SUPERSEDING(BR_INT, "br-int", TAP_PORT(NOOP))),
        ROW("null is none", OVS_DOCUMENT(ON_BR_INT "'mtu':null,", CREATE_PORT),
            NAMED(TAP) TAP_LINK("", "") SUPERSEDING(BR_INT, "br-int", TAP_PORT(NOOP)),
            .options.no_mtu = true),
        ROW("of both ends of a veth", BRIDGE_DOCUMENT(ON_BR_INT "'mtu':9000,", ""),
            NAMED(QBR) HYBRID_LINKS(" create", " mtu=9000") BR_INT QVO_PORT("br-int", IDS NOOP)),
        ROW("none for a veth", BRIDGE_DOCUMENT(ON_BR_INT, ""),
            NAMED(QBR) HYBRID_LINKS(" create", "") BR_INT QVO_PORT("br-int", IDS NOOP),
            .options.no_mtu = true),
    };

    (void)state;
    fixture_check_wirings(rows, LENGTH(rows));
}

static void hybrid_plug(void **state)
{
#define LINKS NAMED(QBR) HYBRID_LINKS(" create", " mtu=1500")
    static const struct wiring_row rows[] = {
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
            NAMED("brq-x") "linux bridge brq-x: create no-host-address attributes\n"
                           "veth " QVB ": create promiscuous peer=" QVO
                           " master=brq-x mtu=1500\n" BR_INT QVO_PORT("br-int", IDS NOOP)),
    };

    (void)state;
    fixture_check_wirings(rows, LENGTH(rows));
}

/* Everything an earlier plug of either type may have left goes, whatever create_port says now. */
static void unplug(void **state)
{
#define ALL_PORTS(port, bridge) port REPLACED_PORTS(bridge, "", "") QVO_PORT_GOES(bridge)
    static const struct wiring_row rows[] = {
        ROW("direct", OVS_DOCUMENT(ON_BR_INT, ""),
            NAMED(TAP) TAP_LINK("", " mtu=1500")
                LEGACY BR_INT REPLACED_BRIDGE ALL_PORTS(TAP_PORT_GOES, "br-int"),
            .goal = VIF_GOAL_UNPLUG),
        ROW("direct, whatever the option says now", OVS_DOCUMENT(ON_BR_INT, ""),
            NAMED(TAP) TAP_LINK("", " mtu=1500")
                LEGACY BR_INT REPLACED_BRIDGE ALL_PORTS(TAP_PORT_GOES, "br-int"),
            .goal = VIF_GOAL_UNPLUG, .options.per_port_bridge = true),
        ROW("direct with a tap", OVS_DOCUMENT(ON_BR_INT, CREATE_PORT CREATE_TAP NETDEV),
            NAMED(TAP) TAP_LINK(" create", " mtu=1500") LEGACY BR_INT REPLACED_BRIDGE ALL_PORTS(
                PORT(TAP, "br-int", " create" OWNED_TAP " qos_id=" TAP_QOS_ID), "br-int"),
            .goal = VIF_GOAL_UNPLUG, .options.isolate = true),
        ROW("direct on a trunk bridge", OVS_DOCUMENT(ON_TRUNK, ""),
            NAMED(TAP) TAP_LINK("", " mtu=1500") LEGACY TRUNK REPLACED_BRIDGE ALL_PORTS(
                PORT(TAP, "tbr-1", OWNED_TAP " qos_id=" TAP_QOS_ID), "tbr-1"),
            .goal = VIF_GOAL_UNPLUG),
        ROW("hybrid", BRIDGE_DOCUMENT(ON_BR_INT, NETDEV),
            NAMED(QBR) HYBRID_LINKS(" create", " mtu=1500") BR_INT QVO_PORT("br-int", ""),
            .goal = VIF_GOAL_UNPLUG),
    };

    (void)state;
    fixture_check_wirings(rows, LENGTH(rows));
}

#define VERSIONED(name, data)                                                                      \
    "{'versioned_object.name':'" name "','versioned_object.namespace':'os_vif',"                   \
    "'versioned_object.version':'1.0','versioned_object.data':{" data "}}"

static const struct refusal_row missing_rows[] = {
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

static const struct refusal_row senseless_rows[] = {
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
    {HEAD("VIFDirect") ADDRESS NET PROFILE TAIL, VIF_ERROR_UNSUPPORTED,
     SAME("/vif: plugin ovs cannot plug a VIFDirect")},
    {HEAD("VIFGeneric") TAIL, VIF_ERROR_UNSUPPORTED,
     SAME("/vif: plugin ovs cannot plug a VIFGeneric")},
    {HEAD("VIFNestedDPDK") TAIL, VIF_ERROR_UNSUPPORTED,
     SAME("/vif: plugin ovs cannot plug a VIFNestedDPDK")},
};

static void missing_fields(void **state)
{
    (void)state;
    fixture_check_refusals(missing_rows, LENGTH(missing_rows));
}

static void senseless_fields(void **state)
{
    (void)state;
    fixture_check_refusals(senseless_rows, LENGTH(senseless_rows));
}

/* Subclasses of the Open vSwitch profile are as good as it. */
static void other_profiles(void **state)
{
    static const char document[] = HEAD("VIFOpenVSwitch") ADDRESS TAP_NAME NET
        ",'port_profile':{'type':'VIFPortProfileFPOpenVSwitch','interface_id':'" IFACE_ID
        "','create_port':true,'hybrid_plug':true,'bridge_name':'br-x'}" TAIL;
    struct wiring_row row = {"a subclass",
                             document,
                             NAMED(TAP) TAP_LINK("", " mtu=1500")
                                 SUPERSEDING(BR_INT, "br-int", TAP_PORT(NOOP)),
                             VIF_GOAL_PLUG,
                             {0}};

    (void)state;
    fixture_check_wirings(&row, 1);
}

/* A VIF whose tap has the name of a hybrid piece has no other hybrid pieces to look for. */
static void unplug_of_a_tap_with_a_hybrid_name(void **state)
{
    struct wiring_row row =
        ROW("vif_name qvo", VIF_DOCUMENT("VIFOpenVSwitch", "'vif_name':'" QVO "',", ON_BR_INT, ""),
            NAMED(QVO) "tap " QVO ": mtu=1500 address=" MAC "\n" BR_INT REPLACED_BRIDGE PORT(
                QVO, "br-int", OWNED(QVO) " or-on=" PB " qos_id=" QVO_QOS_ID)
                REPLACED_PORTS("br-int", "", ""),
            .goal = VIF_GOAL_UNPLUG);

    (void)state;
    fixture_check_wirings(&row, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(direct_plug),    cmocka_unit_test(mtu),
        cmocka_unit_test(hybrid_plug),    cmocka_unit_test(unplug),
        cmocka_unit_test(missing_fields), cmocka_unit_test(senseless_fields),
        cmocka_unit_test(other_profiles), cmocka_unit_test(unplug_of_a_tap_with_a_hybrid_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
