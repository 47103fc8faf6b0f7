/* SPDX-License-Identifier: Apache-2.0 */
/* Plans for ports of which there are two sorts: on the network's bridge or on one of their own, of
 * one vhost-user mode or the other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wiring-words.h"

#define CHECK(wiring, goal, there, rows)                                                           \
    fixture_check_plans(wiring, goal, there, rows, LENGTH(rows))

#define OWN_ID_WORDS                                                                               \
    "ids=iface-id:" VIF_UUID " ids=iface-status:active ids=attached-mac:" MAC                      \
    " ids=vm-uuid:" VM_UUID " "
#define PATCHES_THERE                                                                              \
    "bridge " PB " type=system;port " PBP " bridge=" PB ";interface " PBP                          \
    " type=patch ofport=1 options=peer:" IBP ";port " IBP " bridge=br-int;interface " IBP          \
    " type=patch ofport=6 " OWN_ID_WORDS "options=peer:" PBP ";"
#define OWN_THERE                                                                                  \
    TAP_THERE BR_INT_THERE PATCHES_THERE "port " TAP " bridge=" PB " qos=q-tap;interface " TAP     \
                                         " ofport=2;qos q-tap type=linux-noop id=" TAP_QOS_ID ";"

#define ID_WORDS(id)                                                                               \
    " external_ids:attached-mac=" MAC " external_ids:iface-id=" id                                 \
    " external_ids:iface-status=active external_ids:vm-uuid=" VM_UUID
#define PB_GOES  "remove bridge " PB " with its ports\n"
#define IBP_GOES "remove port " IBP " from bridge br-int\n"
#define TAP_QOS  "remove QoS row q-tap (id " TAP_QOS_ID ")\n"
#define ADD_PB   "add bridge " PB ": datapath_type=system\n"
#define ADD_PATCHES                                                                                \
    "add port " PBP " to bridge " PB ": type=patch options:peer=" IBP "\n"                         \
    "add port " IBP " to bridge br-int: type=patch" ID_WORDS(VIF_UUID) " options:peer=" PBP "\n"
#define DROP_IDS                                                                                   \
    "set interface " TAP ": external_ids:attached-mac removed external_ids:iface-id removed "      \
    "external_ids:iface-status removed external_ids:vm-uuid removed\n"

static struct vif_wiring own_bridge(void)
{
    struct plugin_options options = fixture_options();
    struct vif_wiring wiring = {0};
    struct vif_error err = {0};

    options.ovs.per_port_bridge = true;
    if (fixture_describe(&options, OVS_DOCUMENT(ON_BR_INT, ""), VIF_GOAL_PLUG, &wiring, &err) < 0)
        fail_msg("%s", err.text);
    return wiring;
}

/* What the other layout left is moved or taken away, whichever half of it is there. */
static void to_the_network_bridge(void **state)
{
    static const struct plan_row rows[] = {
        {"all of it", "",
         PB_GOES "move port " TAP " from bridge " PB " to br-int\nset interface " TAP
                 ":" ID_WORDS(IFACE_ID) "\n" IBP_GOES},
        {"without the tap's port", "port " TAP " gone;interface " TAP " gone",
         PB_GOES "add port " TAP " to bridge br-int:" ID_WORDS(
             IFACE_ID) " qos=linux-noop (an existing row)\n" IBP_GOES},
        {"without the patch ports",
         "port " PBP " gone;interface " PBP " gone;port " IBP " gone;interface " IBP " gone",
         PB_GOES "move port " TAP " from bridge " PB " to br-int\nset interface " TAP
                 ":" ID_WORDS(IFACE_ID) "\n"},
        {"another VIF's patch port", "interface " IBP " ids=iface-id:" OTHER_ID,
         "Conflict: port " IBP " on bridge br-int belongs to another VIF (iface-id " OTHER_ID ")"},
        {"the tap's port elsewhere", "port " TAP " bridge=br-ex",
         "Conflict: port " TAP " is on bridge br-ex and has no iface-id: it is not this VIF's"},
    };
    struct vif_wiring wiring = fixture_wiring(OVS_DOCUMENT(ON_BR_INT, CREATE_PORT), VIF_GOAL_PLUG);

    (void)state;
    CHECK(&wiring, VIF_GOAL_PLUG, OWN_THERE, rows);
    wiring_done(&wiring);
}

static void to_a_bridge_of_its_own(void **state)
{
    static const struct plan_row rows[] = {
        {"from the network's bridge", "",
         ADD_PB ADD_PATCHES "move port " TAP " from bridge br-int to " PB "\n" DROP_IDS},
        {"unmarked there", "interface " TAP " ids=",
         ADD_PB ADD_PATCHES "move port " TAP " from bridge br-int to " PB "\n"},
        {"unmarked elsewhere", "interface " TAP " ids=;port " TAP " bridge=br-ex",
         "Conflict: port " TAP " is on bridge br-ex and has no iface-id: it is not this VIF's"},
        {"nothing", "port " TAP " gone;interface " TAP " gone;qos q-tap gone",
         ADD_PB ADD_PATCHES "add port " TAP " to bridge " PB ": qos=linux-noop\n"},
    };
    struct vif_wiring wiring = own_bridge();

    (void)state;
    CHECK(&wiring, VIF_GOAL_PLUG, DIRECT_THERE, rows);
    wiring_done(&wiring);
}

static void on_a_bridge_of_its_own(void **state)
{
    static const struct plan_row rows[] = {
        {"wired", "", ""},
        {"an id too many", "interface " TAP " ids=iface-id:" IFACE_ID,
         "set interface " TAP ": external_ids:iface-id removed\n"},
        {"ids of others", "interface " TAP " ids=x:y", ""},
        {"another VIF's", "interface " TAP " ids=iface-id:" OTHER_ID,
         "Conflict: port " TAP " on bridge " PB " belongs to another VIF (iface-id " OTHER_ID ")"},
        {"a patch port of another peer", "interface " PBP " options=peer:x",
         "set interface " PBP ": options:peer=" IBP "\n"},
        {"no bridge", "bridge " PB " gone", ADD_PB},
    };
    struct vif_wiring wiring = own_bridge();

    (void)state;
    CHECK(&wiring, VIF_GOAL_PLUG, OWN_THERE, rows);
    wiring_done(&wiring);
}

/* Unplug finds either layout, whatever the option says. */
static void unplugged(void **state)
{
    static const struct plan_row rows[] = {
        {"a bridge of its own", "", TAP_QOS IBP_GOES PB_GOES "delete tap " TAP "\n"},
        {"half of it",
         "bridge " PB " gone;port " TAP " gone;interface " TAP " gone;port " PBP
         " gone;interface " PBP " gone",
         TAP_QOS IBP_GOES "delete tap " TAP "\n"},
        {"both layouts", "port " TAP " bridge=br-int",
         "remove port " TAP " from bridge br-int\n" TAP_QOS IBP_GOES PB_GOES "delete tap " TAP
         "\n"},
    };
    struct vif_wiring wiring = fixture_wiring(OVS_DOCUMENT(ON_BR_INT, ""), VIF_GOAL_UNPLUG);

    (void)state;
    CHECK(&wiring, VIF_GOAL_UNPLUG, OWN_THERE, rows);
    wiring_done(&wiring);
}

#define VHU "vhudc065497-3c"
#define VHU_THERE(type, more)                                                                      \
    "bridge br-int type=netdev;port " VHU " bridge=br-int;interface " VHU " ofport=3 "             \
    "mtu_request=1500 type=" type " " IDS_THERE more
#define CLIENT   "dpdkvhostuser"
#define SERVER   "dpdkvhostuserclient"
#define THE_PATH "options=vhost-server-path:/vhu0"

static void vhostuser_modes(void **state)
{
    static const struct plan_row client[] = {
        {"wired", "interface " VHU " options=n_rxq:2", ""},
        {"was in mode server", "interface " VHU " type=" SERVER " " THE_PATH,
         "set interface " VHU ": type=\"" CLIENT "\" options:vhost-server-path removed\n"},
        {"unmarked, of the other mode", "interface " VHU " ids= type=" SERVER,
         "set interface " VHU ": type=\"" CLIENT "\"" ID_WORDS(IFACE_ID) "\n"},
        {"unmarked, of another type", "interface " VHU " ids= type=dpdk",
         "Conflict: port " VHU " on bridge br-int is of type \"dpdk\" and has no iface-id: it is "
         "not this VIF's"},
    };
    static const struct plan_row server[] = {
        {"was in mode client", "",
         "set interface " VHU ": type=\"" SERVER "\" options:vhost-server-path=/vhu0\n"},
        {"wired", "interface " VHU " type=" SERVER " " THE_PATH, ""},
    };
    static const struct plan_row gone[] = {
        {"unmarked, of one mode",
         "interface " VHU " ids=", "remove port " VHU " from bridge br-int\n"},
        {"unmarked, of the other", "interface " VHU " ids= type=" SERVER,
         "remove port " VHU " from bridge br-int\n"},
    };
    struct vif_wiring wiring = fixture_wiring(
        VIF_DOCUMENT("VIFVHostUser", "'mode':'client',", ON_BR_INT, ""), VIF_GOAL_PLUG);

    (void)state;
    CHECK(&wiring, VIF_GOAL_PLUG, VHU_THERE(CLIENT, ""), client);
    wiring_done(&wiring);
    wiring = fixture_wiring(
        VIF_DOCUMENT("VIFVHostUser", "'mode':'server','path':'/vhu0',", ON_BR_INT, ""),
        VIF_GOAL_PLUG);
    CHECK(&wiring, VIF_GOAL_PLUG, VHU_THERE(CLIENT, ""), server);
    wiring_done(&wiring);
    wiring = fixture_wiring(VIF_DOCUMENT("VIFVHostUser", "", ON_BR_INT, ""), VIF_GOAL_UNPLUG);
    CHECK(&wiring, VIF_GOAL_UNPLUG, VHU_THERE(CLIENT, ""), gone);
    wiring_done(&wiring);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(to_the_network_bridge),  cmocka_unit_test(to_a_bridge_of_its_own),
        cmocka_unit_test(on_a_bridge_of_its_own), cmocka_unit_test(unplugged),
        cmocka_unit_test(vhostuser_modes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
