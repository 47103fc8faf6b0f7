/* SPDX-License-Identifier: Apache-2.0 */
/* Differences of devices and bridges, and what a dry run prints. */
#include "diff-fixture.h"

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
        cmocka_unit_test(vhostuser),
        cmocka_unit_test(devices),
        cmocka_unit_test(network_bridge),
        cmocka_unit_test(dry_run),
        cmocka_unit_test(dry_unplug_of_device),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
