/* SPDX-License-Identifier: Apache-2.0 */
/* Drift in words: for every kind of step and every sign what is told of it.  Each row says what is
 * different from a VIF that is wired; a difference that counts is there exactly when the plan has a
 * step, or ovs-vswitchd complains. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "plan/diff.h"
#include "wiring-words.h"

#define SHOWN_TAP   "  | interface " TAP " | ofport | 5 | \n"
#define SHOWN_QVO   "  | interface " QVO " | ofport | 7 | \n"
#define TAP_IS(...) "~ | tap " TAP " | " __VA_ARGS__ "\n"

struct diff_row {
    const char *what;
    const char *difference;
    const char *words; /* a line for each: "SIGN | part | attribute | is | should" */
};

static char *words_of(const struct differences *differences)
{
    struct text text = {0};
    char *words;

    text_add(&text, "%s", "");
    for (size_t i = 0; i < differences->n; i++) {
        const struct vif_difference *d = &differences->items[i];

        text_add(&text, "%c | %s | %s | %s | %s\n", d->sign, d->part, d->attribute, d->is,
                 d->should);
    }
    words = text_take(&text);
    assert_non_null(words);
    return words;
}

static void check_row(const struct vif_wiring *wiring, const char *there,
                      const struct diff_row *row)
{
    struct observed observed = {0};
    struct plan plan = {0};
    struct differences differences = {0};
    struct vif_error err = {0};
    auto_free char *words = NULL;
    bool complains;

    fixture_observe(&observed, there);
    fixture_observe(&observed, row->difference);
    if (plan_make(wiring, &observed, VIF_GOAL_PLUG, &plan, &differences, &err) < 0)
        fail_msg("%s: %s", row->what, err.text);
    assert_int_equal(diff_complete(wiring, &observed, true, &differences, &err), 0);
    words = words_of(&differences);
    if (strcmp(words, row->words) != 0)
        fail_msg("%s: expected\n%s\ngot\n%s", row->what, row->words, words);
    complains = diff_complains(wiring, &observed) && observed.db.cur_cfg >= observed.db.next_cfg;
    if ((differences.counted > 0) != (plan.n > 0 || complains))
        fail_msg("%s: %zu differences count, but the plan has %zu steps", row->what,
                 differences.counted, plan.n);
    diff_done(&differences);
    plan_done(&plan);
    observed_done(&observed);
}

static void check_rows(struct vif_wiring wiring, const char *there, const struct diff_row *rows,
                       size_t n)
{
    wiring.replaces = true;
    for (size_t i = 0; i < n; i++)
        check_row(&wiring, there, &rows[i]);
    wiring_done(&wiring);
}

#define CHECK(wiring, there, rows) check_rows(wiring, there, rows, LENGTH(rows))

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

#define VHU "vhudc065497-3c"

static void vhostuser(void **state)
{
    static const struct diff_row rows[] = {
        {"wired", "", "  | interface " VHU " | ofport | 3 | \n"},
        {"was in the other mode",
         "interface " VHU " type=dpdkvhostuserclient mtu_request=0 "
         "options=vhost-server-path:/x",
         "~ | interface " VHU " | type | dpdkvhostuserclient | dpdkvhostuser\n"
         "~ | interface " VHU " | options:vhost-server-path | /x | \n"
         "~ | interface " VHU " | mtu_request |  | 1500\n"
         "  | interface " VHU " | ofport | 3 | \n"},
        {"the bridge is of another datapath", "bridge br-int type= counted=1 ports=1",
         "~ | bridge br-int | datapath_type | system | netdev\n"
         "  | interface " VHU " | ofport | 3 | \n"},
        {"no bridge", "bridge br-int gone;port " VHU " gone;interface " VHU " gone",
         "+ | bridge br-int |  |  | of datapath_type netdev\n"
         "+ | port " VHU " |  |  | on bridge br-int\n"},
    };

    (void)state;
    CHECK(fixture_wiring(VIF_DOCUMENT("VIFVHostUser", "'mode':'client',", ON_BR_INT, ""),
                         VIF_GOAL_PLUG),
          "bridge br-int type=netdev;port " VHU " bridge=br-int;interface " VHU
          " ofport=3 mtu_request=1500 type=dpdkvhostuser " IDS_THERE,
          rows);
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

/* The parts that plugin ovs describes only of devices that are there. */
static void add_representor(struct vif_wiring *wiring)
{
    struct vif_wiring_link *link = wiring_add_link(wiring, VIF_LINK_DEVICE, "tap-nova");
    struct vif_wiring_port *port;

    assert_non_null(link);
    strcpy(link->device.rename_from, "rep3");
    link->device.required = link->device.up = 1;
    link->mtu = 1500;
    link = wiring_add_link(wiring, VIF_LINK_DEVICE, "pf0");
    assert_non_null(link);
    link->device.enable_tc_offload = link->shared = 1;
    port = wiring_add_port(wiring, "tap-nova", "br-int");
    assert_non_null(port);
    strcpy(port->link, "tap-nova");
    port->create = 1;
    strcpy(wiring->vif_id, VIF_UUID);
}

static void devices(void **state)
{
    static const struct diff_row rows[] = {
        {"renamed, down and elsewhere",
         "link rep3 mtu=1400 up=0 master=8 slave=bridge;neighbour br-x 8",
         "~ | device rep3 | name | rep3 | tap-nova\n~ | device rep3 | mtu | 1400 | 1500\n"
         "~ | device rep3 | master | br-x | \n~ | device rep3 | state | down | up\n"
         "~ | device pf0 | hw-tc-offload | off | on\n"
         "+ | port tap-nova |  |  | on bridge br-int\n"},
        {"renamed alone", "",
         "~ | device rep3 | name | rep3 | tap-nova\n~ | device pf0 | hw-tc-offload | off | on\n"
         "+ | port tap-nova |  |  | on bridge br-int\n"},
    };
    struct vif_wiring wiring = {0};

    (void)state;
    add_representor(&wiring);
    CHECK(wiring, "link rep3 index=4 up=1;link pf0 index=5 up=1;bridge br-int type=", rows);
}

static void network_bridge(void **state)
{
    struct vif_wiring wiring = {0};
    struct vif_wiring_link *link = wiring_add_link(&wiring, VIF_LINK_VLAN, "vlan7");
    struct observed observed = {0};
    struct observed_addresses *moved = calloc(1, sizeof *moved);
    struct address *address = calloc(1, sizeof *address);
    struct plan plan = {0};
    struct differences differences = {0};
    struct vif_error err = {0};
    auto_free char *words = NULL;

    (void)state;
    assert_non_null(link);
    assert_non_null(moved);
    assert_non_null(address);
    link->create = link->shared = link->moves_addresses = 1;
    link->vlan.id = 7;
    strcpy(link->vlan.parent, "eth1");
    strcpy(link->master, "brq1");
    fixture_observe(&observed, "link eth1 index=2;link brq1 index=3");
    strcpy(address->text, "192.0.2.5/24");
    strcpy(moved->name, "vlan7");
    moved->list.items = address;
    moved->list.n = 1;
    observed.addresses = moved;
    observed.n_addresses = 1;
    observed.rules = calloc(1, sizeof *observed.rules);
    assert_non_null(observed.rules);
    observed.rules->wanted = wiring_add_rules(&wiring, "brq1");
    observed.n_rules = 1;
    assert_int_equal(plan_make(&wiring, &observed, VIF_GOAL_PLUG, &plan, &differences, &err), 0);
    assert_int_equal(diff_complete(&wiring, &observed, true, &differences, &err), 0);
    words = words_of(&differences);
    assert_string_equal(words, "+ | VLAN vlan7 |  |  | of eth1\n"
                               "~ | VLAN vlan7 | address | 192.0.2.5/24 | on brq1\n"
                               "+ | forwarding rules of brq1 |  |  | \n");
    diff_done(&differences);
    plan_done(&plan);
    observed_done(&observed);
    wiring_done(&wiring);
}

/* What a dry run prints: what the plan has steps for, a line each. */
static void check_lines(struct vif_wiring wiring, enum vif_goal goal, const char *there,
                        const char *expected)
{
    struct differences differences = {0};
    struct observed observed = {0};
    struct vif_error err = {0};
    struct plan plan = {0};
    struct text lines = {0};

    fixture_observe(&observed, there);
    assert_int_equal(plan_make(&wiring, &observed, goal, &plan, &differences, &err), 0);
    diff_lines(&differences, &lines);
    assert_string_equal(lines.data, expected);
    text_done(&lines);
    diff_done(&differences);
    plan_done(&plan);
    observed_done(&observed);
    wiring_done(&wiring);
}

static void dry_run(void **state)
{
    (void)state;
    check_lines(fixture_wiring(OVS_DOCUMENT(ON_BR_INT, CREATE_PORT CREATE_TAP), VIF_GOAL_PLUG),
                VIF_GOAL_PLUG,
                DIRECT_THERE "link " TAP " mtu=9000;interface " TAP " ids= ids=iface-id:" IFACE_ID
                             " ids=iface-status:a\nb"
                             " ids=attached-mac:" MAC " ids=vm-uuid:" VM_UUID,
                "~ tap " TAP ": mtu 9000, should be 1500\n"
                "~ interface " TAP ": external_ids:iface-status a?b, should be active\n");
    check_lines(
        fixture_wiring(BRIDGE_DOCUMENT(ON_BR_INT, ""), VIF_GOAL_PLUG), VIF_GOAL_PLUG, BR_INT_THERE,
        "+ Linux bridge " QBR "\n+ veth " QVB "/" QVO "\n+ port " QVO " on bridge br-int\n");
    check_lines(fixture_wiring(OVS_DOCUMENT(ON_BR_INT, CREATE_PORT), VIF_GOAL_UNPLUG),
                VIF_GOAL_UNPLUG, DIRECT_THERE VETH_THERE "neighbour " QVO " 12",
                "- port " TAP ", bridge br-int\n- QoS row q-tap, type linux-noop\n- tap " TAP
                "\n- veth " QVB ", peer " QVO "\n");
}

/* Unplug leaves a representor down, with the name it had. */
static void dry_unplug_of_device(void **state)
{
    struct vif_wiring wiring = {0};

    (void)state;
    add_representor(&wiring);
    wiring.links[0].device.rename_from[0] = '\0';
    wiring.links[0].on_unplug = VIF_ON_UNPLUG_DOWN;
    wiring.links[1].on_unplug = VIF_ON_UNPLUG_KEEP;
    check_lines(wiring, VIF_GOAL_UNPLUG, "link tap-nova index=4 up=1 alias=was-rep3",
                "~ device tap-nova: state up, should be down\n"
                "~ device tap-nova: name tap-nova, should be rep3\n");
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
        cmocka_unit_test(vhostuser),
        cmocka_unit_test(replaced),
        cmocka_unit_test(devices),
        cmocka_unit_test(network_bridge),
        cmocka_unit_test(dry_run),
        cmocka_unit_test(dry_unplug_of_device),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
