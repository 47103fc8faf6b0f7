/* SPDX-License-Identifier: Apache-2.0 */
/* The plan towards presence: from every state a host may be in, the steps that are left to do, and
 * what is someone else's.  Each row says what is different from a VIF that is wired. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wiring-fixture.h"

#define CHECK(wiring, there, rows)                                                                 \
    fixture_check_plans(wiring, VIF_GOAL_PLUG, there, rows, sizeof(rows) / sizeof((rows)[0]))

#define CREATE_PORT ",'create_port':true"
#define CREATE_TAP  ",'create_tap':true"
#define NETDEV      ",'datapath_type':'netdev'"

#define IDS                                                                                        \
    " external_ids:attached-mac=" MAC " external_ids:iface-id=" IFACE_ID                           \
    " external_ids:iface-status=active external_ids:vm-uuid=" VM_UUID
#define ADD_BRIDGE   "add bridge br-int: datapath_type=system\n"
#define ADD_TAP_PORT "add port " TAP " to bridge br-int:" IDS " qos=linux-noop\n"
#define ADD_QVO_PORT "add port " QVO " to bridge br-int:" IDS " qos=linux-noop\n"
#define CREATE_QBR                                                                                 \
    "create bridge " QBR ": "                                                                      \
    "ageing 0, forward delay 0, stp 0, multicast snooping 0\n"
#define SYSCTLS                                                                                    \
    "set sysctl disable_ipv6 of " QBR " to 1\nset sysctl arp_ignore of " QBR " to 1\n"             \
    "set sysctl arp_announce of " QBR " to 2\n"
#define CREATE_VETH                                                                                \
    "create veth " QVB ", peer " QVO ": mtu 1500, " QVB " on " QBR ", promiscuous, up\n"
#define CREATE_THE_TAP "create tap " TAP ": address " MAC ", mtu 1500, up\n"
#define REOPEN(name)   "make ovs-vswitchd open " name " again\n"

static void direct(void **state)
{
    static const struct plan_row rows[] = {
        {"wired", "", ""},
        {"an agent's QoS in the place of ours", "port " TAP " qos=q-agent", ""},
        {"no QoS any more", "port " TAP " qos=;qos q-tap gone", ""},
        {"foreign ids", "interface " TAP " ids=ovn-installed:true ids=iface-id-ver:7", ""},
        {"no tap", "link " TAP " gone", CREATE_THE_TAP REOPEN(TAP)},
        {"no tap, not opened yet", "link " TAP " gone;interface " TAP " ofport=0", CREATE_THE_TAP},
        {"no tap, could not be opened", "link " TAP " gone;interface " TAP " ofport=-1",
         CREATE_THE_TAP},
        {"our tap is down", "link " TAP " up=0", "set " TAP ": up\n"},
        {"our tap in a bridge", "link " TAP " master=5 slave=bridge", "set " TAP ": no master\n"},
        {"our tap in a bond, of another MTU", "link " TAP " master=5 slave=bond mtu=9000",
         "set " TAP ": mtu 1500, no master\n"},
        {"someone's tap in a bridge",
         "link " TAP " master=5 slave=bridge alias=", "set " TAP ": no master\n"},
        {"our tap in the kernel's datapath", "link " TAP " master=5 slave=openvswitch", ""},
        {"our tap in what the kernel has no word for", "link " TAP " master=5", ""},
        {"our tap's MTU", "link " TAP " mtu=9000", "set " TAP ": mtu 1500\n"},
        {"our tap, down and of another MTU", "link " TAP " mtu=9000 up=0",
         "set " TAP ": mtu 1500, up\n"},
        {"someone's tap that is down", "link " TAP " alias= up=0", ""},
        {"someone's tap of another MTU", "link " TAP " alias=libvirt up=0 mtu=1400",
         "set " TAP ": mtu 1500\n"},
        {"a veth in the place of the tap", "link " TAP " kind=veth tap=0 alias= mtu=1400",
         "set " TAP ": mtu 1500\n"},
        {"a network card", "link " TAP " kind= tap=0 alias=",
         "Conflict: " TAP " is a physical device, neither a tap nor a veth: not touched"},
        {"a tun", "link " TAP " tap=0 alias=",
         "Conflict: " TAP " is a tun, neither a tap nor a veth: not touched"},
        {"another VIF's tap", "link " TAP " alias=other",
         "Conflict: " TAP " belongs to another VIF (vif " OTHER_ID ")"},
        {"an alternative name", "link " TAP " altname=1",
         "Conflict: " TAP " is an alternative name of another device"},
        {"no bridge row", "bridge br-int gone;port " TAP " gone;interface " TAP " gone",
         ADD_BRIDGE "add port " TAP " to bridge br-int:" IDS " qos=linux-noop (an existing row)\n"},
        {"port removed, its QoS left", "port " TAP " gone;interface " TAP " gone",
         "add port " TAP " to bridge br-int:" IDS " qos=linux-noop (an existing row)\n"},
        {"port removed with its QoS", "port " TAP " gone;interface " TAP " gone;qos q-tap gone",
         ADD_TAP_PORT},
        {"port removed, a QoS of another type left",
         "port " TAP " gone;interface " TAP " gone;qos q-tap type=linux-htb",
         ADD_TAP_PORT "remove QoS row q-tap (id " TAP_QOS_ID ")\n"},
        {"port removed, two QoS left: one serves again",
         "port " TAP " gone;interface " TAP " gone;qos q-2 type=linux-noop id=" TAP_QOS_ID
         ";qos q-other type=linux-noop id=" QVO_QOS_ID,
         "add port " TAP " to bridge br-int:" IDS " qos=linux-noop (an existing row)\n"
         "remove QoS row q-2 (id " TAP_QOS_ID ")\n"},
        {"nothing",
         "link " TAP " gone;bridge br-int gone;port " TAP " gone;interface " TAP
         " gone;qos q-tap gone",
         CREATE_THE_TAP ADD_BRIDGE ADD_TAP_PORT},
    };
    struct vif_wiring wiring =
        fixture_wiring(OVS_DOCUMENT(ON_BR_INT, CREATE_PORT CREATE_TAP), VIF_GOAL_PLUG);

    (void)state;
    CHECK(&wiring, DIRECT_THERE, rows);
    wiring_done(&wiring);
}

static void port_of_someone(void **state)
{
    static const struct plan_row rows[] = {
        {"another VIF's port", "interface " TAP " ids=iface-id:" OTHER_ID,
         "Conflict: port " TAP " on bridge br-int belongs to another VIF (iface-id " OTHER_ID ")"},
        {"another VIF's port elsewhere",
         "interface " TAP " ids=iface-id:" OTHER_ID ";port " TAP " bridge=br-ex",
         "Conflict: port " TAP " on bridge br-ex belongs to another VIF (iface-id " OTHER_ID ")"},
        {"our port on another bridge", "port " TAP " bridge=br-ex",
         "move port " TAP " from bridge br-ex to br-int\n"},
        {"our port elsewhere, with another address",
         "port " TAP " bridge=br-ex;interface " TAP " ids=attached-mac:x",
         "move port " TAP " from bridge br-ex to br-int\n"
         "set interface " TAP ": external_ids:attached-mac=" MAC "\n"},
        {"unmarked, on our bridge", "interface " TAP " ids=", "set interface " TAP ":" IDS "\n"},
        {"unmarked, with words of others", "interface " TAP " ids= ids=x:y",
         "set interface " TAP ":" IDS "\n"},
        {"unmarked, on another bridge", "interface " TAP " ids=;port " TAP " bridge=br-ex",
         "Conflict: port " TAP " is on bridge br-ex and has no iface-id: it is not this VIF's"},
        {"unmarked, of another type", "interface " TAP " ids= type=internal",
         "Conflict: port " TAP " on bridge br-int is of type \"internal\" and has no iface-id: it "
         "is not this VIF's"},
        {"ours, of another type", "interface " TAP " type=internal",
         "set interface " TAP ": type=\"\"\n"},
        {"a bond", "port " TAP " interface=",
         "Conflict: port " TAP " is a bond or has an interface of another name"},
        {"an interface of another name", "interface " TAP " gone",
         "Conflict: port " TAP " is a bond or has an interface of another name"},
        {"our interface in a port of another name", "port " TAP " gone",
         "Conflict: an interface " TAP " exists in a port of another name"},
        {"on no bridge: read while it changed", "port " TAP " bridge=", "look again"},
        {"status and address differ",
         "interface " TAP " ids=attached-mac:aa:bb:cc:dd:ee:ff ids=iface-status:inactive",
         "set interface " TAP ": external_ids:attached-mac=" MAC
         " external_ids:iface-status=active\n"},
        {"an OpenFlow port that only a reopen asks for", "interface " TAP " ofport_request=40001",
         "set interface " TAP ": ofport_request=[]\n"},
        {"an OpenFlow port someone asks for", "interface " TAP " ofport_request=39999", ""},
        {"another instance", "interface " TAP " ids=vm-uuid:" OTHER_ID,
         "set interface " TAP ": external_ids:vm-uuid=" VM_UUID "\n"},
    };
    struct vif_wiring wiring = fixture_wiring(OVS_DOCUMENT(ON_BR_INT, CREATE_PORT), VIF_GOAL_PLUG);

    (void)state;
    CHECK(&wiring, DIRECT_THERE, rows);
    wiring_done(&wiring);
}

/* The guest's tap does not exist yet, or is what someone else makes of it. */
static void port_without_our_tap(void **state)
{
    static const struct plan_row rows[] = {
        {"no tap is no fault", "link " TAP " gone", ""},
        {"ours from another plug, down", "link " TAP " up=0", ""},
        {"its MTU", "link " TAP " alias= mtu=1400", "set " TAP ": mtu 1500\n"},
        {"a bridge", "link " TAP " kind=bridge tap=0 alias=",
         "Conflict: " TAP " is a bridge, neither a tap nor a veth: not touched"},
    };
    struct vif_wiring wiring = fixture_wiring(OVS_DOCUMENT(ON_BR_INT, CREATE_PORT), VIF_GOAL_PLUG);

    (void)state;
    CHECK(&wiring, DIRECT_THERE, rows);
    wiring_done(&wiring);
}

static void bridge_alone(void **state)
{
    static const struct plan_row rows[] = {
        {"there", "", ""},
        {"a port of our name is not looked at", "interface " TAP " ids=iface-id:" OTHER_ID, ""},
        {"missing", "bridge br-int gone", ADD_BRIDGE},
    };
    struct vif_wiring wiring = fixture_wiring(OVS_DOCUMENT(ON_BR_INT, ""), VIF_GOAL_PLUG);

    (void)state;
    CHECK(&wiring, DIRECT_THERE, rows);
    wiring_done(&wiring);
}

static void hybrid_links(void **state)
{
    static const struct plan_row rows[] = {
        {"wired", "", ""},
        {"pieces of someone else's making", "link " QBR " alias=;link " QVB " alias=x", ""},
        {"qbr down", "link " QBR " up=0", "set " QBR ": up\n"},
        {"qbr ages", "link " QBR " ageing=30000",
         "set " QBR ": ageing 0, forward delay 0, stp 0, multicast snooping 0\n"},
        {"qbr delays", "link " QBR " delay=1500",
         "set " QBR ": ageing 0, forward delay 0, stp 0, multicast snooping 0\n"},
        {"qbr speaks STP", "link " QBR " stp=1",
         "set " QBR ": ageing 0, forward delay 0, stp 0, multicast snooping 0\n"},
        {"qbr snoops and is down", "link " QBR " snooping=1 up=0",
         "set " QBR ": ageing 0, forward delay 0, stp 0, multicast snooping 0, up\n"},
        {"qbr speaks IPv6", "link " QBR " disable_ipv6=0",
         "set sysctl disable_ipv6 of " QBR " to 1\n"},
        {"no IPv6 here", "link " QBR " disable_ipv6=0 ipv6=0", ""},
        {"qbr answers ARP", "link " QBR " arp_ignore=0 arp_announce=0",
         "set sysctl arp_ignore of " QBR " to 1\nset sysctl arp_announce of " QBR " to 2\n"},
        {"qbr is no bridge", "link " QBR " kind=dummy",
         "Conflict: " QBR " is a dummy, not a bridge: not touched"},
        {"qbr of another VIF", "link " QBR " alias=other",
         "Conflict: " QBR " belongs to another VIF (vif " OTHER_ID ")"},
        {"qvo of another VIF", "link " QVO " alias=other",
         "Conflict: " QVO " belongs to another VIF (vif " OTHER_ID ")"},
        {"qvb is an alternative name", "link " QVB " altname=1",
         "Conflict: " QVB " is an alternative name of another device"},
        {"qvb of another MTU", "link " QVB " mtu=1400", "set " QVB ": mtu 1500\n"},
        {"qvo in a bridge", "link " QVO " master=5 slave=bridge", "set " QVO ": no master\n"},
        {"qvo in the kernel's datapath", "link " QVO " master=5 slave=openvswitch", ""},
        {"qvb's master is its bridge", "link " QVB " slave=bridge", ""},
        {"qvo of another MTU", "link " QVO " mtu=1400", "set " QVO ": mtu 1500\n"},
        {"both down", "link " QVB " up=0;link " QVO " up=0", "set " QVB ": up\nset " QVO ": up\n"},
        {"not promiscuous", "link " QVB " promisc=0;link " QVO " promisc=0",
         "set " QVB ": promiscuous\nset " QVO ": promiscuous\n"},
        {"no master", "link " QVB " master=0", "set " QVB ": master " QBR "\n"},
        {"another master, and more", "link " QVB " master=77 mtu=68 up=0 promisc=0",
         "set " QVB ": mtu 1500, master " QBR ", promiscuous, up\n"},
        {"qvo's master is the switch's affair", "link " QVO " master=99", ""},
        {"no qbr", "link " QBR " gone",
         CREATE_QBR SYSCTLS "set " QBR ": up\nset " QVB ": master " QBR "\n"},
        {"no veth", "link " QVB " gone;link " QVO " gone", CREATE_VETH REOPEN(QVO)},
        {"no qvo", "link " QVO " gone", "delete veth " QVB "\n" CREATE_VETH REOPEN(QVO)},
        {"no qvb", "link " QVB " gone", "delete veth " QVO "\n" CREATE_VETH REOPEN(QVO)},
        {"qvb with another peer", "link " QVB " peer=50",
         "delete veth " QVB "\ndelete veth " QVO "\n" CREATE_VETH REOPEN(QVO)},
        {"qvb is a tap", "link " QVB " kind=tun tap=1",
         "Conflict: " QVB " is a tap, not a veth: not touched"},
        {"qvo is a network card",
         "link " QVO " kind=", "Conflict: " QVO " is a physical device, not a veth: not touched"},
        {"no link at all",
         "link " QBR " gone;link " QVB " gone;link " QVO " gone;interface " QVO " ofport=-1",
         CREATE_QBR SYSCTLS "set " QBR ": up\n" CREATE_VETH},
    };
    struct vif_wiring wiring = fixture_wiring(BRIDGE_DOCUMENT(ON_BR_INT, ""), VIF_GOAL_PLUG);

    (void)state;
    CHECK(&wiring, HYBRID_THERE, rows);
    wiring_done(&wiring);
}

static void hybrid_rows(void **state)
{
    static const struct plan_row rows[] = {
        {"port removed", "port " QVO " gone;interface " QVO " gone;qos q-qvo gone", ADD_QVO_PORT},
        {"ids removed", "interface " QVO " ids=", "set interface " QVO ":" IDS "\n"},
        {"on another bridge", "port " QVO " bridge=br-ex",
         "move port " QVO " from bridge br-ex to br-int\n"},
        {"another VIF's", "interface " QVO " ids=iface-id:" OTHER_ID,
         "Conflict: port " QVO " on bridge br-int belongs to another VIF (iface-id " OTHER_ID ")"},
        {"all at once",
         "link " QBR " gone;link " QVB " gone;link " QVO " gone;bridge br-int gone;port " QVO
         " gone;interface " QVO " gone;qos q-qvo gone",
         CREATE_QBR SYSCTLS "set " QBR ": up\n" CREATE_VETH ADD_BRIDGE ADD_QVO_PORT},
    };
    struct vif_wiring wiring = fixture_wiring(BRIDGE_DOCUMENT(ON_BR_INT, ""), VIF_GOAL_PLUG);

    (void)state;
    CHECK(&wiring, HYBRID_THERE, rows);
    wiring_done(&wiring);
}

/* "No bridge is flipped", and what unset and "" mean. */
static void datapath_type(void **state)
{
    static const struct plan_row unset[] = {
        {"netdev stays", "bridge br-int type=netdev;link " TAP " promisc=1", ""},
        {"a third one stays", "bridge br-int type=weird", ""},
        {"missing: system", "bridge br-int gone", ADD_BRIDGE},
    };
    static const struct plan_row netdev[] = {
        {"same", "bridge br-int type=netdev", ""},
        {"only its own port", "bridge br-int type=system counted=1 ports=1",
         "set bridge br-int: datapath_type=netdev\n"},
        {"no port at all", "bridge br-int type= counted=1 ports=0",
         "set bridge br-int: datapath_type=netdev\n"},
        {"one port more", "bridge br-int type= counted=1 ports=2",
         "Conflict: bridge br-int has datapath_type system and carries ports: it is not changed to "
         "netdev"},
        {"not counted", "bridge br-int type=system ports=0",
         "Conflict: bridge br-int has datapath_type system and carries ports: it is not changed to "
         "netdev"},
        {"missing", "bridge br-int gone", "add bridge br-int: datapath_type=netdev\n"},
    };
    static const struct plan_row system[] = {
        {"same", "", ""},
        {"empty is system", "bridge br-int type=", ""},
        {"netdev", "bridge br-int type=netdev counted=1 ports=5",
         "Conflict: bridge br-int has datapath_type netdev and carries ports: it is not changed to "
         "system"},
    };
    struct vif_wiring wiring = fixture_wiring(OVS_DOCUMENT(ON_BR_INT, ""), VIF_GOAL_PLUG);

    (void)state;
    CHECK(&wiring, DIRECT_THERE, unset);
    wiring_done(&wiring);
    wiring = fixture_wiring(OVS_DOCUMENT(ON_BR_INT, NETDEV), VIF_GOAL_PLUG);
    CHECK(&wiring, BR_INT_THERE, netdev);
    wiring_done(&wiring);
    wiring = fixture_wiring(OVS_DOCUMENT(ON_BR_INT, ",'datapath_type':'system'"), VIF_GOAL_PLUG);
    CHECK(&wiring, BR_INT_THERE, system);
    wiring_done(&wiring);
}

/* In the userspace datapath a port that looks well but is not promiscuous is not open. */
static void deaf_ports(void **state)
{
    static const struct plan_row rows[] = {
        {"open", "link " TAP " promisc=1", ""},
        {"not open", "", REOPEN(TAP)},
        {"not opened yet", "interface " TAP " ofport=0", ""},
        {"could not be opened", "interface " TAP " ofport=-1", ""},
        {"no tap to open", "link " TAP " gone", ""},
        {"in the kernel's datapath", "bridge br-int type=system", ""},
    };
    struct vif_wiring wiring = fixture_wiring(OVS_DOCUMENT(ON_BR_INT, CREATE_PORT), VIF_GOAL_PLUG);

    (void)state;
    CHECK(&wiring, DIRECT_THERE "bridge br-int type=netdev", rows);
    wiring_done(&wiring);
}

/* What a port without a kernel link is described with. */
static void port_without_a_link(void **state)
{
    static const struct plan_row rows[] = {
        {"as described", "", ""},
        {"another type", "interface vhu0 type=dpdkvhostuser",
         "set interface vhu0: type=\"dpdkvhostuserclient\"\n"},
        {"another path", "interface vhu0 options= options=n_rxq:2 options=vhost-server-path:/x",
         "set interface vhu0: options:vhost-server-path=/run/vhu0\n"},
        {"another MTU", "interface vhu0 mtu_request=1500",
         "set interface vhu0: mtu_request=9000\n"},
        {"missing", "port vhu0 gone;interface vhu0 gone",
         "add port vhu0 to bridge br-int: type=dpdkvhostuserclient external_ids:iface-id=" IFACE_ID
         " options:vhost-server-path=/run/vhu0 mtu_request=9000 tag=4095 vlan_mode=trunk "
         "trunks=4095\n"},
    };
    struct vif_wiring wiring = {0};
    struct vif_wiring_port *port = wiring_add_port(&wiring, "vhu0", "br-int");

    (void)state;
    assert_non_null(port);
    port->create = port->isolate = true;
    port->mtu_request = 9000;
    strcpy(port->owner, IFACE_ID);
    strcpy(port->type, "dpdkvhostuserclient");
    assert_int_equal(strmap_set(&port->ids, "iface-id", IFACE_ID), 0);
    assert_int_equal(strmap_set(&port->options, "vhost-server-path", "/run/vhu0"), 0);
    CHECK(&wiring,
          "bridge br-int type=netdev;port vhu0 bridge=br-int;interface vhu0 ofport=3 "
          "type=dpdkvhostuserclient mtu_request=9000 ids=iface-id:" IFACE_ID
          " options=vhost-server-path:/run/vhu0 options=n_rxq:2",
          rows);
    wiring_done(&wiring);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(direct),
        cmocka_unit_test(port_of_someone),
        cmocka_unit_test(port_without_our_tap),
        cmocka_unit_test(bridge_alone),
        cmocka_unit_test(hybrid_links),
        cmocka_unit_test(hybrid_rows),
        cmocka_unit_test(datapath_type),
        cmocka_unit_test(deaf_ports),
        cmocka_unit_test(port_without_a_link),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
