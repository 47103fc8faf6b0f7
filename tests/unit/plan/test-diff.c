/* SPDX-License-Identifier: Apache-2.0 */
/* Drift in words: for every kind of step and every sign what is told of it.  Each row says what is
 * different from a VIF that is wired; a difference that counts is there exactly when the plan has a
 * step, or ovs-vswitchd complains. */
#include "diff-fixture.h"

#define SHOWN_TAP   "  | interface " TAP " | ofport | 5 | \n"
#define SHOWN_QVO   "  | interface " QVO " | ofport | 7 | \n"
#define TAP_IS(...) "~ | tap " TAP " | " __VA_ARGS__ "\n"

static void tap(void **state)
{
    static const struct diff_row rows[] = {
        {"wired", "", SHOWN_TAP},
        {"in the kernel's datapath", "link " TAP " master=3 slave=openvswitch", SHOWN_TAP},
        {"gone", "link " TAP " gone", "+ | tap " TAP " |  |  | \n" SHOWN_TAP},
        {"down, of another MTU", "link " TAP " up=0 mtu=9000",
         TAP_IS("mtu | 9000 | 1500") TAP_IS("state | down | up") SHOWN_TAP},
        {"in a bridge", "link " TAP " master=8 slave=bridge;neighbour br-x 8",
         TAP_IS("master | br-x | ") SHOWN_TAP},
        {"in something that has no name", "link " TAP " master=8 slave=bond",
         TAP_IS("master | unknown | ") SHOWN_TAP},
        {"in something of no known kind", "link " TAP " master=8", SHOWN_TAP},
        {"a veth instead", "link " TAP " kind=veth tap=0 mtu=1400 alias=",
         "~ | veth " TAP " | mtu | 1400 | 1500\n" SHOWN_TAP},
        {"another address, more queues", "link " TAP " multi_queue=1",
         "  | tap " TAP " | multi_queue | on | off\n" SHOWN_TAP},
        {"not what ovs-vswitchd has open", "bridge br-int type=netdev",
         "~ | port " TAP " | opened device | a former one | the present one\n" SHOWN_TAP},
        {"open in ovs-vswitchd", "bridge br-int type=netdev;link " TAP " promisc=1", SHOWN_TAP},
    };

    (void)state;
    /* The fixture's tap has the address zero, so one that is described would be shown each time. */
    struct vif_wiring wiring =
        fixture_wiring(OVS_DOCUMENT(ON_BR_INT, CREATE_PORT CREATE_TAP), VIF_GOAL_PLUG);

    wiring.links[0].tap.has_address = false;
    CHECK(wiring, DIRECT_THERE, rows);
}

static void tap_address(void **state)
{
    static const struct diff_row rows[] = {
        {"of its creation", "",
         "  | tap " TAP " | address | 00:00:00:00:00:00 | " MAC "\n" SHOWN_TAP},
    };

    (void)state;
    CHECK(fixture_wiring(OVS_DOCUMENT(ON_BR_INT, CREATE_PORT CREATE_TAP), VIF_GOAL_PLUG),
          DIRECT_THERE, rows);
}

/* A tap that is no part of a port of ours may be part of anything. */
static void tap_without_port(void **state)
{
    static const struct diff_row rows[] = {
        {"in a bridge", "link " TAP " master=8 slave=bridge", ""},
    };
    struct vif_wiring wiring = fixture_wiring(OVS_DOCUMENT(ON_BR_INT, CREATE_TAP), VIF_GOAL_PLUG);

    (void)state;
    wiring.links[0].tap.has_address = false;
    CHECK(wiring, TAP_THERE BR_INT_THERE, rows);
}

static void rows_of_a_port(void **state)
{
    static const struct diff_row rows[] = {
        {"a guest's tap that is not there yet", "link " TAP " gone;interface " TAP " ofport=-1",
         ""},
        {"no port, a row of QoS left of two",
         "port " TAP " gone;interface " TAP " gone;qos q-2 type=linux-htb id=" TAP_QOS_ID,
         "+ | port " TAP " |  |  | on bridge br-int\n"
         "- | QoS row q-2 |  | type linux-htb | \n"},
        {"no bridge", "bridge br-int gone;port " TAP " gone;interface " TAP " gone",
         "+ | bridge br-int |  |  | \n+ | port " TAP " |  |  | on bridge br-int\n"},
        {"on another bridge", "port " TAP " bridge=br-ex",
         "~ | port " TAP " | bridge | br-ex | br-int\n" SHOWN_TAP},
        {"ids",
         "interface " TAP " ids= ids=iface-id:" IFACE_ID " ids=attached-mac:x ids=vm-uuid:" VM_UUID,
         "~ | interface " TAP " | external_ids:attached-mac | x | " MAC "\n"
         "~ | interface " TAP " | external_ids:iface-status |  | active\n" SHOWN_TAP},
        {"another type", "interface " TAP " type=internal",
         "~ | interface " TAP " | type | internal | system\n" SHOWN_TAP},
        {"a request of a reopening that was cut off", "interface " TAP " ofport_request=40001",
         "~ | interface " TAP " | ofport_request | 40001 | \n" SHOWN_TAP},
        {"what agents own",
         "port " TAP
         " details=tag:101 details=qos:linux-htb details=other_config:net:7;interface " TAP
         " ids=ovn-installed:true options=x:y mtu_request=1400 ofport_request=9",
         "  | port " TAP " | other_config | net:7 | \n"
         "  | port " TAP " | qos | linux-htb | linux-noop\n"
         "  | port " TAP " | tag | 101 | \n" SHOWN_TAP "  | interface " TAP
         " | ofport_request | 9 | \n"
         "  | interface " TAP " | mtu_request | 1400 | \n"
         "  | interface " TAP " | external_ids:ovn-installed | true | \n"
         "  | interface " TAP " | options:x | y | \n"},
        {"what was given at creation", "port " TAP " details=qos:linux-noop",
         "  | port " TAP " | qos | linux-noop | \n" SHOWN_TAP},
    };

    (void)state;
    CHECK(fixture_wiring(OVS_DOCUMENT(ON_BR_INT, CREATE_PORT), VIF_GOAL_PLUG), DIRECT_THERE, rows);
}

static void complaints(void **state)
{
    static const struct diff_row rows[] = {
        {"could not be made", "interface " TAP " ofport=-1 error=no-such-device",
         "! | port " TAP " | error | no such device | \n"},
        {"nothing said", "interface " TAP " ofport=-1",
         "! | port " TAP " | error | ovs-vswitchd has not made it; its log may say why | \n"},
        {"not taken up", "interface " TAP " ofport=0",
         "! | port " TAP " | error | ovs-vswitchd has not taken it up | \n"},
        {"not taken up yet", "interface " TAP " ofport=0;cfg 4 5", ""},
        {"its device is missing", "interface " TAP " ofport=-1;link " TAP " gone",
         "+ | tap " TAP " |  |  | \n"},
        {"the bridge was made", "interface br-int ofport=65534", SHOWN_TAP},
        {"the bridge was not", "interface br-int ofport=-1 error=why;interface " TAP " ofport=0",
         "! | bridge br-int | error | ovs-vswitchd has not made it (datapath_type system): why; "
         "its "
         "log says why | \n"},
        {"a reopening cures it", "interface " TAP " ofport=-1 error=x;link " TAP " mtu=1400",
         TAP_IS("mtu | 1400 | 1500") "! | port " TAP " | error | x | \n"},
    };
    struct vif_wiring wiring =
        fixture_wiring(OVS_DOCUMENT(ON_BR_INT, CREATE_PORT CREATE_TAP), VIF_GOAL_PLUG);

    (void)state;
    wiring.links[0].tap.has_address = false;
    CHECK(wiring, DIRECT_THERE, rows);
}

static void hybrid(void **state)
{
    static const struct diff_row rows[] = {
        {"wired", "", SHOWN_QVO},
        {"no Linux bridge, so nothing that it is part of",
         "link " QBR " gone;link " QVB " master=0",
         "+ | Linux bridge " QBR " |  |  | \n~ | veth " QVB " | master |  | " QBR "\n" SHOWN_QVO},
        {"the Linux bridge's settings", "link " QBR " ageing=1 delay=2 stp=1 snooping=1 up=0",
         "~ | Linux bridge " QBR " | ageing_time | 1 | 0\n"
         "~ | Linux bridge " QBR " | forward_delay | 2 | 0\n"
         "~ | Linux bridge " QBR " | stp_state | 1 | 0\n"
         "~ | Linux bridge " QBR " | mcast_snooping | 1 | 0\n"
         "~ | Linux bridge " QBR " | state | down | up\n" SHOWN_QVO},
        {"its sysctls", "link " QBR " disable_ipv6=0 arp_ignore=0 arp_announce=0",
         "~ | Linux bridge " QBR " | disable_ipv6 | 0 | 1\n"
         "~ | Linux bridge " QBR " | arp_ignore | 0 | 1\n"
         "~ | Linux bridge " QBR " | arp_announce | 0 | 2\n" SHOWN_QVO},
        {"no pair", "link " QVB " gone;link " QVO " gone",
         "+ | veth " QVB "/" QVO " |  |  | \n" SHOWN_QVO},
        {"an end with another peer", "link " QVB " peer=77;link " QVO " gone;neighbour stranger 77",
         "- | veth " QVB " |  | peer stranger | \n+ | veth " QVB "/" QVO " |  |  | \n" SHOWN_QVO},
        {"both ends have others", "link " QVB " peer=77;link " QVO " peer=0;neighbour stranger 77",
         "- | veth " QVB " |  | peer stranger | \n- | veth " QVO " |  | peer elsewhere | \n"
         "+ | veth " QVB "/" QVO " |  |  | \n" SHOWN_QVO},
        {"attributes of both ends",
         "link " QVB " up=0 mtu=1400 master=0;link " QVO " promisc=0 master=5 slave=bridge;"
         "neighbour br-x 5",
         "~ | veth " QVB " | mtu | 1400 | 1500\n~ | veth " QVB " | master |  | " QBR "\n"
         "~ | veth " QVB " | state | down | up\n~ | veth " QVO " | master | br-x | \n"
         "~ | veth " QVO " | promiscuous | off | on\n" SHOWN_QVO},
        {"in another bridge", "link " QVB " master=5;neighbour br-x 5",
         "~ | veth " QVB " | master | br-x | " QBR "\n" SHOWN_QVO},
    };

    (void)state;
    CHECK(fixture_wiring(BRIDGE_DOCUMENT(ON_BR_INT, ""), VIF_GOAL_PLUG), HYBRID_THERE, rows);
}

static void replaced(void **state)
{
    static const struct diff_row rows[] = {
        {"nothing left of the other way", "", SHOWN_TAP},
        {"its bridge and patch port are left",
         "bridge " PB " type=;port " IBP " bridge=br-int;interface " IBP
         " type=patch ids=iface-id:" VIF_UUID,
         "- | bridge " PB " |  |  | \n- | port " IBP " |  | bridge br-int | \n" SHOWN_TAP},
    };

    (void)state;
    CHECK(fixture_wiring(OVS_DOCUMENT(ON_BR_INT, CREATE_PORT), VIF_GOAL_PLUG), DIRECT_THERE, rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tap),
        cmocka_unit_test(tap_address),
        cmocka_unit_test(tap_without_port),
        cmocka_unit_test(rows_of_a_port),
        cmocka_unit_test(complaints),
        cmocka_unit_test(hybrid),
        cmocka_unit_test(replaced),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
