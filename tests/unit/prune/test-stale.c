/* SPDX-License-Identifier: Apache-2.0 */
/* What looks stale and what does not: tables of hosts in words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/text.h"
#include "stale-host.h"

/* "kind name (id)" of each, a line. */
static char *find_words(const struct host *host)
{
    struct stale_list list = {.snapshot = &host->snapshot};
    struct text text = {0};
    char *words;

    assert_int_equal(stale_find(&list, NULL), 0);
    for (size_t i = 0; i < list.n; i++)
        text_add(&text, "%s %s%s%s\n", list.items[i].rule->word, list.items[i].name,
                 list.items[i].id[0] ? " of " : "", list.items[i].id);
    stale_list_done(&list);
    text_add(&text, "%s", "");
    words = text_take(&text);
    assert_non_null(words);
    return words;
}

struct row {
    const char *what;
    const char *there; /* with "|foreign UUID" or "|up UUID" behind: a row with that mark */
    const char *found;
};

static void check(const struct row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct host host = {0};
        char *words;
        bool same;

        set_host(&host, rows[i].there);
        words = find_words(&host);
        same = strcmp(words, rows[i].found) == 0;
        if (!same)
            print_error("%s: expected\n%s\ngot\n%s\n", rows[i].what, rows[i].found, words);
        free(words);
        host_done(&host);
        assert_true(same);
    }
}

static void ports(void **state)
{
    static const struct row rows[] = {
        {"nothing at all", "", ""},
        {"device gone", BR_INT_THERE PORT(TAP, ""), "port " TAP OF_IFACE},
        {"type system in words", PORT(TAP, "type=system"), "port " TAP OF_IFACE},
        {"OVN and a trunk wrote to it",
         PORT(TAP, "ids=ovn-installed:true ids=ovn-installed-ts:1 ids=trunk_id:x "
                   "ids=subport_ids:y ids=bridge_name:tbr-1"),
         "port " TAP OF_IFACE},
        {"a qvo", PORT(QVO, ""), "hybrid-port " QVO OF_IFACE},
        {"representors", PORT("eth3", "") PORT("enp3s0f0_1", "") PORT("pf0vf2", ""),
         "representor-port enp3s0f0_1" OF_IFACE "representor-port eth3" OF_IFACE
         "representor-port pf0vf2" OF_IFACE},
        {"nothing like a representor", PORT("ethernet", "") PORT("7", "") PORT("uplink2", ""),
         "port 7" OF_IFACE "port ethernet" OF_IFACE "port uplink2" OF_IFACE},
        {"the device is there", TAP_THERE PORT(TAP, ""), ""},
        {"not judged yet", PORT(TAP, "ofport=0"), ""},
        {"made", PORT(TAP, "ofport=3"), ""},
        {"internal", PORT(TAP, "type=internal"), ""},
        {"on no bridge", PORT(TAP, "") "port " TAP " bridge=", ""},
        {"a bond", PORT(TAP, "") "port " TAP " interface=", ""},
        {"another's interface", PORT(TAP, "") "port " TAP " interface=interface-other", ""},
        {"marks of its port", PORT(TAP, "") "|foreign port-" TAP, ""},
        {"ovs-cni's", PORT(TAP, "ids=contIface:eth0 ids=contNetns:/x"), ""},
        {"names no device can have", PORT("tap-with-a-name-too-long", "") PORT("a%d", ""), ""},
        {"no marks", BARE_PORT(TAP, "br-int", "ofport=-1"), ""},
        {"an iface-id alone", BARE_PORT(TAP, "br-int", "ofport=-1 ids=iface-id:" IFACE_ID), ""},
        {"no address", PORT(TAP, "ids=attached-mac:x"), ""},
        {"no instance", PORT(TAP, "ids=vm-uuid:x"), ""},
        {"an iface-id that is none", PORT(TAP, "ids=iface-id:lsp1"), ""},
        {"libvirt's",
         BARE_PORT("vnet3", "br-int",
                   "ofport=-1 ids=iface-id:" IFACE_ID " ids=attached-mac:" MAC
                   " ids=iface-status:active ids=vm-id:" VM_UUID),
         "libvirt-port vnet3" OF_IFACE},
        {"marks of both", PORT(TAP, "ids=vm-id:" VM_UUID), ""},
    };

    (void)state;
    check(rows, LENGTH(rows));
}

static void other_ports(void **state)
{
    static const struct row rows[] = {
        {"a guest's socket", PORT(VHU, "type=dpdkvhostuserclient ofport=2 " VHU_PATH),
         "vhost-user-port " VHU OF_IFACE},
        {"the guest is connected",
         PORT(VHU, "type=dpdkvhostuserclient ofport=2 " VHU_PATH) "|up interface-" VHU, ""},
        {"no path", PORT(VHU, "type=dpdkvhostuserclient ofport=-1"), ""},
        {"a path that is none",
         PORT(VHU, "type=dpdkvhostuserclient ofport=-1 options=vhost-server-path:x"), ""},
        {"ovs-vswitchd's socket", PORT(VHU, "type=dpdkvhostuser"), "vhost-user-port " VHU OF_IFACE},
        {"which it has made", PORT(VHU, "type=dpdkvhostuser ofport=2"), ""},
        {"of another name", PORT("vhu-mine", "type=dpdkvhostuser"), ""},
        {"a DPDK representor", PORT(VFR, "type=dpdk"), "dpdk-representor-port " VFR OF_IFACE},
        {"one that works", PORT(VFR, "type=dpdk ofport=4"), ""},
        {"a DPDK uplink", PORT("dpdk0", "type=dpdk"), ""},
        {"a patch to nowhere", PORT(IBP, "type=patch ofport=1 options=peer:" PBP),
         "patch-port " IBP OF_IFACE},
        {"a patch",
         PORT(IBP, "type=patch options=peer:" PBP)
             BARE_PORT(PBP, "br-x", "type=patch options=peer:" IBP),
         ""},
        {"a patch without a peer", PORT(IBP, "type=patch"), ""},
        {"Neutron's patches", PORT("int-br-ex", "type=patch options=peer:phy-br-ex"), ""},
        {"a tunnel", PORT(TAP, "type=vxlan"), ""},
    };

    (void)state;
    check(rows, LENGTH(rows));
}

static void own_bridges(void **state)
{
    static const struct row rows[] = {
        {"the tap is gone", OWN_BRIDGE PATCH_IN PATCH_OUT OWN_TAP, OWN_FOUND OF_IFACE},
        {"there is no port of a tap", OWN_BRIDGE PATCH_IN PATCH_OUT, OWN_FOUND OF_IFACE},
        {"no patch", OWN_BRIDGE OWN_TAP, OWN_FOUND "\n"},
        {"half a patch, within", OWN_BRIDGE PATCH_IN OWN_TAP, OWN_FOUND "\n"},
        {"half a patch, outside: that goes with it", OWN_BRIDGE PATCH_OUT, OWN_FOUND OF_IFACE},
        {"the tap is there", OWN_BRIDGE PATCH_IN PATCH_OUT OWN_TAP TAP_THERE, ""},
        {"the tap works", OWN_BRIDGE PATCH_IN PATCH_OUT BARE_PORT(TAP, PB, "ofport=1"), ""},
        {"one port more", OWN_BRIDGE OWN_TAP BARE_PORT("x", PB, "ofport=-1"), ""},
        {"something internal on it", OWN_BRIDGE BARE_PORT("x", PB, "type=internal ofport=-1"), ""},
        {"someone's ids on it", OWN_BRIDGE BARE_PORT(TAP, PB, "ofport=-1 ids=a:b"), ""},
        {"the patch is someone's", OWN_BRIDGE PATCH_OUT "interface " IBP " ids=owner:x", ""},
        {"the bridge is someone's", OWN_BRIDGE OWN_TAP "|foreign bridge-" PB, ""},
        {"a bridge of another name", "bridge pbx;" BARE_PORT("pbx", "pbx", "type=internal"), ""},
        {"another VIF's patch on it",
         OWN_BRIDGE BARE_PORT("pbp" OTHER_ID, PB, "type=patch options=peer:x"), ""},
    };

    (void)state;
    check(rows, LENGTH(rows));
}

static void qos(void **state)
{
    static const struct row rows[] = {
        {"no port refers to it", TAP_ID("q1"), "qos q1\n"},
        {"a port does", TAP_ID("q1") BARE_PORT("x", "br-int", "") "port x qos=q1", ""},
        {"of two the other", TAP_ID("q1") TAP_ID("q2") BARE_PORT("x", "br-int", "") "port x qos=q1",
         "qos q2\n"},
        {"an id of version 4", "qos q1 type=linux-noop id=" VIF_UUID, ""},
        {"no UUID", "qos q1 type=linux-noop id=x", ""},
        {"marks of someone", TAP_ID("q1") "|foreign q1", ""},
    };

    (void)state;
    check(rows, LENGTH(rows));
}

static void hybrids(void **state)
{
    static const struct row rows[] = {
        {"all of it", QBR_THERE VETH_THERE, "hybrid-links " QBR OF_VIF},
        {"os-vif's", OS_VIF_QBR OS_VIF_VETH, "hybrid-links " QBR "\n"},
        {"not yet on the bridge", OS_VIF_QBR OS_VIF_VETH "link " QVB " master=0",
         "hybrid-links " QBR "\n"},
        {"the bridge alone", OS_VIF_QBR, "hybrid-bridge " QBR "\n"},
        {"the pair alone", OS_VIF_VETH "link " QVB " master=0", "hybrid-veth " QVB "\n"},
        {"plugged", HYBRID_THERE, ""},
        {"a port of it, whoever's", OS_VIF_QBR OS_VIF_VETH BARE_PORT(QVO, "br-x", ""), ""},
        {"an interface in a bond", OS_VIF_QBR OS_VIF_VETH "interface " QVO " ofport=1", ""},
        {"qvb is the port", OS_VIF_QBR OS_VIF_VETH BARE_PORT(QVB, "br-x", ""), ""},
        {"a guest's tap on the bridge", OS_VIF_QBR OS_VIF_VETH GUEST_TAP, ""},
        {"on the bridge alone", OS_VIF_QBR GUEST_TAP, ""},
        {"a tap on another bridge", OS_VIF_QBR GUEST_TAP "link tap9 master=77",
         "hybrid-bridge " QBR "\n"},
        {"the bridge in a bond", OS_VIF_QBR "link " QBR " master=5", ""},
        {"a VLAN on the bridge", OS_VIF_QBR "link v kind=vlan parent=10 index=30", ""},
        {"a VLAN on qvo", OS_VIF_QBR OS_VIF_VETH "link v kind=vlan parent=12 index=30", ""},
        {"qvo is a port of the kernel's datapath", OS_VIF_VETH "link " QVO " master=3", ""},
        {"qvb on another bridge", OS_VIF_QBR OS_VIF_VETH "link " QVB " master=5", ""},
        {"qvo in a container", OS_VIF_QBR "link " QVB " index=11 kind=veth peer=0 master=10", ""},
        {"qvo renamed", "link " QVB " index=11 kind=veth peer=12;link x index=12 kind=veth peer=11",
         ""},
        {"qvo of another pair", OS_VIF_QBR OS_VIF_VETH "link " QVO " peer=40", ""},
        {"another kind", "link " QBR " index=10 kind=dummy", ""},
        {"another's alias", OS_VIF_QBR "link " QBR " alias=lab", ""},
        {"another VIF's alias", OS_VIF_QBR "link " QBR " alias=other", ""},
        {"another's alias on the pair", OS_VIF_QBR OS_VIF_VETH "link " QVO " alias=lab", ""},
        {"a name of its own", "link qbr-mine index=10 kind=bridge", ""},
        {"known by its alias", "link mine index=10 kind=bridge alias=ours",
         "hybrid-bridge mine" OF_VIF},
        {"with a member", "link mine index=10 kind=bridge alias=ours;" GUEST_TAP, ""},
        {"whose VIF has another link",
         "link mine index=10 kind=bridge alias=ours;link x index=11 kind=veth alias=ours", ""},
        {"whose VIF has a port",
         "link mine index=10 kind=bridge alias=ours;" BARE_PORT("x", "br-int",
                                                                "ids=iface-id:" VIF_UUID),
         ""},
        {"which is no bridge", "link mine index=10 kind=dummy alias=ours", ""},
        {"without an alias", "link docker0 index=10 kind=bridge", ""},
    };

    (void)state;
    check(rows, LENGTH(rows));
}

static void taps(void **state)
{
    static const struct row rows[] = {
        {"nobody has it", TAP_THERE, "tap " TAP OF_VIF},
        {"someone has it open", TAP_THERE "link " TAP " open=1", ""},
        {"not ours", TAP_THERE "link " TAP " alias=", ""},
        {"another's", TAP_THERE "link " TAP " alias=lab", ""},
        {"a port", TAP_THERE BARE_PORT(TAP, "br-int", ""), ""},
        {"a port elsewhere", TAP_THERE BARE_PORT("x", "br-int", "ids=iface-id:" VIF_UUID), ""},
        {"on a bridge", TAP_THERE "link " TAP " master=4", ""},
        {"with a VLAN on it", TAP_THERE "link v kind=vlan parent=9 index=30", ""},
        {"a tun", TAP_THERE "link " TAP " tap=0", ""},
    };

    (void)state;
    check(rows, LENGTH(rows));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ports), cmocka_unit_test(other_ports), cmocka_unit_test(own_bridges),
        cmocka_unit_test(qos),   cmocka_unit_test(hybrids),     cmocka_unit_test(taps),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
