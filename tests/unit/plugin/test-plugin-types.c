/* SPDX-License-Identifier: Apache-2.0 */
/* Plugin ovs: the wirings of vhost-user ports, of DPDK representors and of ports with a bridge of
 * their own; and plugin noop.  Linked with --wrap=read. */
#include "sysfs-fixture.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "wiring-words.h"

#define VHU                "vhudc065497-3c"
#define VFR                "vfrdc065497-3c"
#define ISOLATED           .options.isolate = true
#define VHOST(how)         VIF_DOCUMENT("VIFVHostUser", how, ON_BR_INT, "")
#define SERVER(path)       "'mode':'server','path':'" path "',"
#define VHU_HEAD           NAMED(VHU) BR_INT_OF("netdev")
#define OF_TYPES(one, two) " owner=" IFACE_ID " type=dpdk" one " or-type=dpdk" two
#define CLIENT_PORT(more)                                                                          \
    PORT(VHU, "br-int",                                                                            \
         " create" OF_TYPES("vhostuser", "vhostuserclient") IDS                                    \
         " no-option:vhost-server-path=" more)
#define SERVER_PORT(path, more)                                                                    \
    PORT(VHU, "br-int",                                                                            \
         " create" OF_TYPES("vhostuserclient", "vhostuser") IDS                                    \
         " option:vhost-server-path=" path more)
#define VHU_GOES(bridge) PORT(VHU, bridge, " create" OF_TYPES("vhostuserclient", "vhostuser"))
#define UNPLUG           .goal = VIF_GOAL_UNPLUG

static void vhostuser(void **state)
{
    static const struct wiring_row rows[] = {
        ROW("client", VHOST("'mode':'client',"), VHU_HEAD CLIENT_PORT(" mtu_request=1500")),
        ROW("client: the path has no say", VHOST("'mode':'client','path':'x',"),
            VHU_HEAD CLIENT_PORT(" mtu_request=1500")),
        ROW("server", VHOST(SERVER("/vhu0")), VHU_HEAD SERVER_PORT("/vhu0", " mtu_request=1500")),
        ROW("vif_name has no say", VHOST("'vif_name':'x'," SERVER("/vhu0")),
            VHU_HEAD SERVER_PORT("/vhu0", " mtu_request=1500")),
        ROW("no directory yet", VHOST(SERVER("/no-such/vhu0")),
            VHU_HEAD SERVER_PORT("/no-such/vhu0",
                                 " mtu_request=1500") "warning: " VIF_UUID
                                                      ": directory /no-such does not exist yet\n"),
        ROW("isolated, never with a QoS", VHOST("'mode':'client',"),
            VHU_HEAD CLIENT_PORT(" mtu_request=1500 isolated"), ISOLATED),
        ROW("no MTU", VHOST("'mode':'client',"), VHU_HEAD CLIENT_PORT(""), .options.no_mtu = true),
        ROW("the profile's datapath",
            VIF_DOCUMENT("VIFVHostUser", "'mode':'client',", ON_BR_INT "'mtu':9000,",
                         ",'datapath_type':'system'"),
            NAMED(VHU) BR_INT_OF("system") CLIENT_PORT(" mtu_request=9000")),
        ROW("on a trunk bridge, never isolated",
            VIF_DOCUMENT("VIFVHostUser", "'mode':'client',", ON_TRUNK, ""),
            NAMED(VHU) "bridge tbr-1: create remove datapath_type=netdev\n" PORT(
                VHU, "tbr-1",
                " create" OF_TYPES("vhostuser", "vhostuserclient") TRUNK_IDS
                " no-option:vhost-server-path= mtu_request=1500"),
            ISOLATED),
        ROW("unplug, of either mode", VHOST(""), NAMED(VHU) BR_INT VHU_GOES("br-int"), UNPLUG),
        ROW("unplug, whatever the path", VHOST(SERVER("x")), NAMED(VHU) BR_INT VHU_GOES("br-int"),
            UNPLUG),
        ROW("unplug of a trunk", VIF_DOCUMENT("VIFVHostUser", "", ON_TRUNK, ""),
            NAMED(VHU) TRUNK VHU_GOES("tbr-1"), UNPLUG),
    };

    (void)state;
    fixture_check_wirings(rows, LENGTH(rows));
}

#define TEN(x) x x x x x x x x x x

static void vhostuser_refused(void **state)
{
    static const struct refusal_row rows[] = {
        {VHOST(""), VIF_ERROR_INVALID, "/vif/mode: missing", NULL},
        {VHOST("'mode':'server',"), VIF_ERROR_INVALID, "/vif/path: missing", NULL},
        {VHOST(SERVER("")), VIF_ERROR_INVALID, "/vif/path: is empty", NULL},
        {VHOST(SERVER("vhu0")), VIF_ERROR_INVALID, "/vif/path: \"vhu0\" is not an absolute path",
         NULL},
        {VHOST(SERVER("/" TEN("1234567890") "1234567")), VIF_ERROR_INVALID,
         "/vif/path: has 108 bytes, a socket's can have at most 107", NULL},
        {VIF_DOCUMENT("VIFVHostUser", "'mode':'client',", ON_BR_INT, CREATE_TAP), VIF_ERROR_INVALID,
         "/vif/port_profile/create_tap: only VIFOpenVSwitch can have its tap made, not "
         "VIFVHostUser",
         NULL},
    };
    static const struct wiring_row longest =
        ROW("107 bytes", VHOST(SERVER("/" TEN("1234567890") "123456")),
            VHU_HEAD SERVER_PORT("/" TEN("1234567890") "123456", " mtu_request=1500"));

    (void)state;
    fixture_check_refusals(rows, LENGTH(rows));
    fixture_check_wirings(&longest, 1);
}

#define DEVICE(fields) VIF_DOCUMENT("VIFHostDevice", fields, ON_BR_INT, NETDEV)
#define VFR_PORT(devargs, more)                                                                    \
    PORT(VFR, "br-int",                                                                            \
         " create owner=" IFACE_ID " type=dpdk" IDS " option:dpdk-devargs=" devargs more)

static void dpdk_representor(void **state)
{
    static const struct wiring_row rows[] = {
        ROW("VF 3 of the second PF", DEVICE("'dev_address':'0000:03:01.5',"),
            NAMED(VFR) BR_INT_OF("netdev")
                VFR_PORT("0000:03:00.1,representor=[3]", " mtu_request=1500")),
        ROW("isolated", DEVICE("'dev_address':'0000:03:00.2',"),
            NAMED(VFR) BR_INT_OF("netdev")
                VFR_PORT("0000:03:00.0,representor=[0]", " mtu_request=1500 isolated"),
            ISOLATED),
        ROW("unplug", DEVICE(""),
            NAMED(VFR) BR_INT PORT(VFR, "br-int", " create owner=" IFACE_ID " type=dpdk"), UNPLUG),
        ROW("unplug of a VF that is gone", DEVICE("'dev_address':'0000:77:00.2',"),
            NAMED(VFR) BR_INT PORT(VFR, "br-int", " create owner=" IFACE_ID " type=dpdk"), UNPLUG),
    };
    static const struct refusal_row refusals[] = {
        {DEVICE(""), VIF_ERROR_INVALID, "/vif/dev_address: missing", NULL},
        {DEVICE("'dev_address':'0000:03:00.0',"), VIF_ERROR_INVALID,
         "/vif/dev_address: PCI device 0000:03:00.0 is a PF, not a VF", NULL},
        {DEVICE("'dev_address':'0000:77:00.2',"), VIF_ERROR_KERNEL,
         "/vif/dev_address: PCI device 0000:77:00.2: No such device", NULL},
    };

    (void)state;
    fixture_check_wirings(rows, LENGTH(rows));
    fixture_check_refusals(refusals, LENGTH(refusals));
}

/* In the kernel's datapath unplug knows of no name: the port with our iface-id is looked for. */
static void representor_unplugged(void **state)
{
    static const struct wiring_row row = ROW(
        "no sysfs", VIF_DOCUMENT("VIFHostDevice", "'dev_address':'0000:77:00.2',", ON_BR_INT, ""),
        " of VIF " VIF_UUID "\ndevice : down\n" BR_INT "port  on br-int: create owner=" IFACE_ID
        "\n",
        UNPLUG);

    (void)state;
    fixture_check_wirings(&row, 1);
}

#define OWN_BRIDGE     "bridge " PB ": create remove\n"
#define PBP_PORT       PATCH_TO(PBP, PB, " create", IBP, "", "")
#define IBP_PORT(dead) PATCH_TO(IBP, "br-int", " create", PBP, IDS_OF(VIF_UUID), dead)
#define OWN_PORT(more)                                                                             \
    PORT(TAP, PB, " create" OWNED(TAP) " or-on=br-int" NO_IDS more " qos_id=" TAP_QOS_ID)
#define OWN             .options.per_port_bridge = true
#define OWN_DIRECT(tap) NAMED(TAP) tap BR_INT OWN_BRIDGE

static void bridge_of_its_own(void **state)
{
    static const struct wiring_row rows[] = {
        ROW("create_port has no say", OVS_DOCUMENT(ON_BR_INT, ""),
            OWN_DIRECT(TAP_LINK("", " mtu=1500")) PBP_PORT IBP_PORT("") OWN_PORT(NOOP), OWN),
        ROW("with a tap", OVS_DOCUMENT(ON_BR_INT, CREATE_PORT CREATE_TAP),
            OWN_DIRECT(TAP_LINK(" create", " mtu=1500")) PBP_PORT IBP_PORT("") OWN_PORT(NOOP), OWN),
        ROW("isolated", OVS_DOCUMENT(ON_BR_INT, ""),
            OWN_DIRECT(TAP_LINK("", " mtu=1500")) PBP_PORT IBP_PORT(" dead-tag")
                OWN_PORT(" isolated" NOOP),
            OWN, ISOLATED),
        ROW("both bridges of one datapath", OVS_DOCUMENT(ON_BR_INT, NETDEV),
            NAMED(TAP) TAP_LINK("", " mtu=1500")
                BR_INT_OF("netdev") "bridge " PB
                                    ": create remove datapath_type=netdev\n" PBP_PORT IBP_PORT("")
                                        OWN_PORT(""),
            OWN),
        ROW("the hybrid plug has nothing to do with it", BRIDGE_DOCUMENT(ON_BR_INT, ""),
            NAMED(QBR) HYBRID_LINKS(" create", " mtu=1500") BR_INT QVO_PORT("br-int", IDS NOOP),
            OWN),
    };

    (void)state;
    fixture_check_wirings(rows, LENGTH(rows));
}

#define NOOP_VIF(type, more)                                                                       \
    "{'vif':{'type':'" type "','id':'" VIF_UUID "','plugin':'noop'" more "}}"

static void noop(void **state)
{
    static const struct wiring_row rows[] = {
        ROW("vhost-user", NOOP_VIF("VIFVHostUser", ",'vif_name':'x'"), NAMED("x")),
        ROW("no port profile", NOOP_VIF("VIFHostDevice", ""), NAMED("")),
        ROW("unplug", NOOP_VIF("VIFHostDevice", ""), NAMED(""), UNPLUG),
    };

    (void)state;
    fixture_check_wirings(rows, LENGTH(rows));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vhostuser),         cmocka_unit_test(vhostuser_refused),
        ON_TREE(dpdk_representor),           ON_NOTHING(representor_unplugged),
        cmocka_unit_test(bridge_of_its_own), cmocka_unit_test(noop),
    };

    if (enter_namespaces() < 0)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
