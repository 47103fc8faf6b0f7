/* SPDX-License-Identifier: Apache-2.0 */
/* The plan towards absence: from every half state all that is ours goes, and nothing else; what
 * belongs to someone else is a conflict, and then nothing goes at all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wiring-fixture.h"

#define CHECK(wiring, there, rows)                                                                 \
    fixture_check_plans(wiring, VIF_GOAL_UNPLUG, there, rows, sizeof(rows) / sizeof((rows)[0]))

#define TAP_PORT_GOES "remove port " TAP " from bridge br-int\n"
#define TAP_QOS_GOES  "remove QoS row q-tap (id " TAP_QOS_ID ")\n"
#define TAP_GOES      "delete tap " TAP "\n"
#define QVO_PORT_GOES "remove port " QVO " from bridge br-int\n"
#define QVO_QOS_GOES  "remove QoS row q-qvo (id " QVO_QOS_ID ")\n"
#define QBR_GOES      "delete bridge " QBR "\n"
#define VETH_GOES     "delete veth " QVB "\n"

#define NO_LINKS "link " QBR " gone;link " QVB " gone;link " QVO " gone;"
#define NO_PORT  "port " QVO " gone;interface " QVO " gone;"

static void direct(void **state)
{
    static const struct plan_row rows[] = {
        {"wired", "", TAP_PORT_GOES TAP_QOS_GOES TAP_GOES},
        {"whoever made the tap", "link " TAP " alias=libvirt", TAP_PORT_GOES TAP_QOS_GOES TAP_GOES},
        {"a veth in its place",
         "link " TAP " kind=veth tap=0 alias=", TAP_PORT_GOES TAP_QOS_GOES "delete veth " TAP "\n"},
        {"tap gone", "link " TAP " gone", TAP_PORT_GOES TAP_QOS_GOES},
        {"port gone", "port " TAP " gone;interface " TAP " gone", TAP_QOS_GOES TAP_GOES},
        {"QoS gone", "qos q-tap gone", TAP_PORT_GOES TAP_GOES},
        {"only the tap", "port " TAP " gone;interface " TAP " gone;qos q-tap gone", TAP_GOES},
        {"all QoS rows of our id, whatever their type",
         "qos q-2 type=linux-htb id=" TAP_QOS_ID ";qos q-3 type=linux-htb id=" OTHER_ID,
         "remove port " TAP " from bridge br-int\nremove QoS row q-tap (id " TAP_QOS_ID
         ")\nremove QoS row q-2 (id " TAP_QOS_ID ")\n" TAP_GOES},
        {"nothing but the bridge",
         "link " TAP " gone;port " TAP " gone;interface " TAP " gone;qos q-tap gone", ""},
        {"our port on another bridge", "port " TAP " bridge=br-ex",
         "remove port " TAP " from bridge br-ex\n" TAP_QOS_GOES TAP_GOES},
        {"unmarked, on our bridge", "interface " TAP " ids=", TAP_PORT_GOES TAP_QOS_GOES TAP_GOES},
        {"the hybrid pieces with it", QBR_THERE VETH_THERE QVO_PORT_THERE,
         TAP_PORT_GOES TAP_QOS_GOES QVO_PORT_GOES QVO_QOS_GOES TAP_GOES QBR_GOES VETH_GOES},
        {"hybrid names of other kinds are not ours",
         "link " QBR " kind=dummy index=3;link " QVB " kind=dummy index=4;link " QVO
         " kind=ipvlan index=5",
         TAP_PORT_GOES TAP_QOS_GOES TAP_GOES},
        {"half a hybrid", "link " QVO " kind=veth index=12 peer=11",
         TAP_PORT_GOES TAP_QOS_GOES TAP_GOES "delete veth " QVO "\n"},
    };
    struct vif_wiring wiring =
        fixture_wiring(OVS_DOCUMENT(ON_BR_INT, ",'create_port':true"), VIF_GOAL_UNPLUG);

    (void)state;
    CHECK(&wiring, DIRECT_THERE, rows);
    wiring_done(&wiring);
}

static void direct_conflicts(void **state)
{
    static const struct plan_row rows[] = {
        {"another VIF's port", "interface " TAP " ids=iface-id:" OTHER_ID,
         "Conflict: port " TAP " on bridge br-int belongs to another VIF (iface-id " OTHER_ID ")"},
        {"unmarked on another bridge", "interface " TAP " ids=;port " TAP " bridge=br-ex",
         "Conflict: port " TAP " is on bridge br-ex and has no iface-id: it is not this VIF's"},
        {"unmarked and internal", "interface " TAP " ids= type=internal",
         "Conflict: port " TAP " on bridge br-int is of type \"internal\" and has no iface-id: it "
         "is not this VIF's"},
        {"a bond", "port " TAP " interface=",
         "Conflict: port " TAP " is a bond or has an interface of another name"},
        {"in a port of another name", "port " TAP " gone",
         "Conflict: an interface " TAP " exists in a port of another name"},
        {"on no bridge", "port " TAP " bridge=", "look again"},
        {"another VIF's tap", "link " TAP " alias=other",
         "Conflict: " TAP " belongs to another VIF (vif " OTHER_ID ")"},
        {"an alternative name", "link " TAP " altname=1",
         "Conflict: " TAP " is an alternative name of another device"},
        {"a network card with our mark: the port goes, the card stays",
         "link " TAP " kind= tap=0 alias=", TAP_PORT_GOES TAP_QOS_GOES},
        {"a network card without it", "link " TAP " kind= tap=0 alias=;interface " TAP " ids=",
         "Conflict: " TAP
         " is a physical device, neither a tap nor a veth, and no port of this VIF: not removed"},
        {"a network card that is no port",
         "link " TAP " kind= tap=0 alias=;port " TAP " gone;interface " TAP " gone",
         "Conflict: " TAP
         " is a physical device, neither a tap nor a veth, and no port of this VIF: not removed"},
        {"a bridge", "link " TAP " kind=bridge tap=0 alias=;interface " TAP " ids=",
         "Conflict: " TAP
         " is a bridge, neither a tap nor a veth, and no port of this VIF: not removed"},
    };
    struct vif_wiring wiring = fixture_wiring(OVS_DOCUMENT(ON_BR_INT, ""), VIF_GOAL_UNPLUG);

    (void)state;
    CHECK(&wiring, DIRECT_THERE, rows);
    wiring_done(&wiring);
}

static void hybrid(void **state)
{
    static const struct plan_row rows[] = {
        {"wired", "", QVO_PORT_GOES QVO_QOS_GOES QBR_GOES VETH_GOES},
        {"no port", NO_PORT, QVO_QOS_GOES QBR_GOES VETH_GOES},
        {"no links", NO_LINKS, QVO_PORT_GOES QVO_QOS_GOES},
        {"no bridge row", NO_PORT "bridge br-int gone;qos q-qvo gone", QBR_GOES VETH_GOES},
        {"no qbr", "link " QBR " gone", QVO_PORT_GOES QVO_QOS_GOES VETH_GOES},
        {"no qvb", "link " QVB " gone",
         QVO_PORT_GOES QVO_QOS_GOES QBR_GOES "delete veth " QVO "\n"},
        {"no qvo", "link " QVO " gone", QVO_PORT_GOES QVO_QOS_GOES QBR_GOES VETH_GOES},
        {"not each other's peers", "link " QVB " peer=50",
         QVO_PORT_GOES QVO_QOS_GOES QBR_GOES VETH_GOES "delete veth " QVO "\n"},
        {"nothing", NO_LINKS NO_PORT "qos q-qvo gone", ""},
        {"qbr is no bridge", "link " QBR " kind=dummy",
         "Conflict: " QBR " is a dummy, not a bridge: not removed"},
        {"qvb is a network card",
         "link " QVB " kind=", "Conflict: " QVB " is a physical device, not a veth: not removed"},
        {"qvo is a tap", "link " QVO " index=13 kind=tun tap=1",
         "Conflict: " QVO " is a tap, not a veth: not removed"},
        {"qvo of another VIF", "link " QVO " alias=other",
         "Conflict: " QVO " belongs to another VIF (vif " OTHER_ID ")"},
        {"qbr of another VIF", "link " QBR " alias=other",
         "Conflict: " QBR " belongs to another VIF (vif " OTHER_ID ")"},
        {"another VIF's port", "interface " QVO " ids=iface-id:" OTHER_ID,
         "Conflict: port " QVO " on bridge br-int belongs to another VIF (iface-id " OTHER_ID ")"},
    };
    struct vif_wiring wiring = fixture_wiring(BRIDGE_DOCUMENT(ON_BR_INT, ""), VIF_GOAL_UNPLUG);

    (void)state;
    CHECK(&wiring, HYBRID_THERE, rows);
    wiring_done(&wiring);
}

/* A trunk's bridge goes with all its ports; what is on another bridge goes by itself. */
static void trunk(void **state)
{
#define ON_TBR "bridge tbr-1 type=system;port " TAP " bridge=tbr-1"
    static const struct plan_row rows[] = {
        {"wired", ON_TBR, TAP_QOS_GOES "remove bridge tbr-1 with its ports\n" TAP_GOES},
        {"our port elsewhere", "bridge tbr-1 type=system",
         TAP_PORT_GOES TAP_QOS_GOES "remove bridge tbr-1 with its ports\n" TAP_GOES},
        {"no trunk bridge", "", TAP_PORT_GOES TAP_QOS_GOES TAP_GOES},
        {"no port", "bridge tbr-1 type=;port " TAP " gone;interface " TAP " gone",
         TAP_QOS_GOES "remove bridge tbr-1 with its ports\n" TAP_GOES},
        {"another VIF's port there", ON_TBR ";interface " TAP " ids=iface-id:" OTHER_ID,
         "Conflict: port " TAP " on bridge tbr-1 belongs to another VIF (iface-id " OTHER_ID ")"},
    };
    struct vif_wiring wiring = fixture_wiring(OVS_DOCUMENT(ON_TRUNK, ""), VIF_GOAL_UNPLUG);

    (void)state;
    CHECK(&wiring, DIRECT_THERE, rows);
    wiring_done(&wiring);
}

/* Without an interface_id nothing that carries one can be called ours. */
static void owner_not_known(void **state)
{
    static const char document[] =
        "{'vif':{'type':'VIFOpenVSwitch','id':'" VIF_UUID "','plugin':'ovs','vif_name':'" TAP
        "','network':{'bridge':'br-int'},'port_profile':{'type':'VIFPortProfileOpenVSwitch'}}}";
    static const struct plan_row rows[] = {
        {"marked", "",
         "Conflict: port " TAP " on bridge br-int belongs to another VIF (iface-id " IFACE_ID ")"},
        {"unmarked", "interface " TAP " ids=", TAP_PORT_GOES TAP_QOS_GOES TAP_GOES},
    };
    struct vif_wiring wiring = fixture_wiring(document, VIF_GOAL_UNPLUG);

    (void)state;
    CHECK(&wiring, DIRECT_THERE, rows);
    wiring_done(&wiring);
}

static void parts_that_are_kept(void **state)
{
    static const struct plan_row rows[] = {
        {"there", "", TAP_PORT_GOES TAP_QOS_GOES},
        {"another VIF's", "link " TAP " alias=other",
         "Conflict: " TAP " belongs to another VIF (vif " OTHER_ID ")"},
    };
    struct vif_wiring wiring = fixture_wiring(OVS_DOCUMENT(ON_BR_INT, ""), VIF_GOAL_UNPLUG);

    (void)state;
    wiring.links[0].on_unplug = VIF_ON_UNPLUG_KEEP;
    CHECK(&wiring, DIRECT_THERE, rows);
    wiring_done(&wiring);
}

static void aliases(void **state)
{
    struct vif_wiring wiring = {.vif_id = VIF_UUID};
    char alias[LINK_ALIAS_MAX];

    (void)state;
    wiring_alias(&wiring, alias);
    assert_string_equal(alias, "vif " VIF_UUID);
    assert_false(wiring_alias_is_foreign(&wiring, alias));
    assert_true(wiring_alias_is_foreign(&wiring, "vif " OTHER_ID));
    assert_false(wiring_alias_is_foreign(&wiring, ""));
    assert_false(wiring_alias_is_foreign(&wiring, "vif "));
    assert_false(wiring_alias_is_foreign(&wiring, OTHER_ID));
    assert_false(wiring_alias_is_foreign(&wiring, "vif " OTHER_ID "x"));
    assert_true(wiring_alias_is_foreign(&wiring, "vif " OTHER_ID " was eth0"));
    assert_false(wiring_alias_is_foreign(&wiring, "vif " VIF_UUID " was eth0"));
    assert_false(wiring_alias_is_foreign(&wiring, "uplink of the storage net"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(direct),          cmocka_unit_test(direct_conflicts),
        cmocka_unit_test(hybrid),          cmocka_unit_test(trunk),
        cmocka_unit_test(owner_not_known), cmocka_unit_test(parts_that_are_kept),
        cmocka_unit_test(aliases),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
