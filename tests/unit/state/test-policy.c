/* SPDX-License-Identifier: Apache-2.0 */
/* What VIFs of callers may touch: documents as they would try it. */
#include "policy-fixture.h"

#define ON(bridge)        "'bridge':'" bridge "',"
#define NAMED_TAP(name)   "'vif_name':'" name "',"
#define ON_LINUX(bridge)  "'vif_name':'" TAP "','bridge_name':'" bridge "',"
#define DIRECT(name, net) VIF_DOCUMENT("VIFOpenVSwitch", NAMED_TAP(name), net, CREATE_PORT)
#define HYBRID(name, net) VIF_DOCUMENT("VIFBridge", ON_LINUX(name), net, "")
#define SERVER(path)                                                                               \
    VIF_DOCUMENT("VIFVHostUser", "'mode':'server','path':'" path "',", ON_BR_INT, "")
#define FLAT(bridge, interface)                                                                    \
    "{'vif':{'type':'VIFBridge','id':'" VIF_UUID "','plugin':'linux_bridge','bridge_name':"        \
    "'" bridge "','network':{'bridge':'x','should_provide_bridge':true,"                           \
    "'bridge_interface':'" interface "'}}}"
#define VLAN(bridge, interface)                                                                    \
    "{'vif':{'type':'VIFBridge','id':'" VIF_UUID "','plugin':'linux_bridge','bridge_name':"        \
    "'" bridge "','network':{'bridge':'x','should_provide_bridge':true,"                           \
    "'should_provide_vlan':true,'vlan':7,'bridge_interface':'" interface "'}}}"

struct attempt {
    const char *what, *document;
    const char *plug, *unplug; /* what is said; NULL: it is allowed */
    const char *lists[5];      /* in the order of struct policy; NULL: the default */
    const char *flat, *vlan;   /* of the configuration */
    bool per_port_bridge;
};

#define TRY(what_, document_, ...)                                                                 \
    {                                                                                              \
        .what = what_, .document = document_, __VA_ARGS__                                          \
    }
#define ALLOWED     .plug = NULL
#define PLUG(words) .plug = words /* unplug has nothing to do with it */
#define BOTH(words) .plug = words, .unplug = words

static void judge(const struct attempt *attempt, enum vif_goal goal, const char *words)
{
    struct plugin_options options = fixture_options();
    struct vif_wiring wiring = {0};
    struct vif_error err = {0};
    struct policy policy;
    int r;

    set_lists(&policy, attempt->lists);
    options.ovs.per_port_bridge = attempt->per_port_bridge;
    if (attempt->flat) {
        (void)snprintf(options.linux_bridge.flat_interface, 16, "%s", attempt->flat);
        (void)snprintf(policy.flat_interface, 16, "%s", attempt->flat);
    }
    if (attempt->vlan) {
        (void)snprintf(options.linux_bridge.vlan_interface, 16, "%s", attempt->vlan);
        (void)snprintf(policy.vlan_interface, 16, "%s", attempt->vlan);
    }
    r = fixture_describe(&options, attempt->document, goal, &wiring, &err);
    if (r < 0)
        fail_msg("%s: %s", attempt->what, err.text);
    r = policy_check(&policy, &wiring, &err);
    if (strcmp(r < 0 ? err.text : "", words ? words : "") != 0)
        fail_msg("%s, %s: expected '%s', got '%s'", attempt->what,
                 goal == VIF_GOAL_PLUG ? "plug" : "unplug", words ? words : "",
                 r < 0 ? err.text : "");
    if (r < 0) {
        assert_int_equal(r, -EPERM);
        assert_int_equal(err.kind, VIF_ERROR_PERMISSION);
    }
    wiring_done(&wiring);
    policy_done(&policy);
    plugin_options_done(&options);
}

static const struct attempt attempts[] = {
    TRY("as nova has it", DIRECT(TAP, ON_BR_INT), ALLOWED),
    TRY("on a trunk", DIRECT(TAP, ON_TRUNK), ALLOWED),
    TRY("hybrid", HYBRID(QBR, ON_BR_INT), ALLOWED),
    TRY("of Neutron's bridges", HYBRID("brq12345678-12", ON_BR_INT), ALLOWED),
    TRY("with a bridge of its own", DIRECT(TAP, ON_BR_INT), ALLOWED, .per_port_bridge = true),
    TRY("the bridge outside", DIRECT(TAP, ON("br-ex")), BOTH(NOT_BRIDGE("br-ex"))),
    TRY("hybrid, outside", HYBRID(QBR, ON("br-ex")), BOTH(NOT_BRIDGE("br-ex"))),
    TRY("a bridge that begins so", DIRECT(TAP, ON("br-int2")), BOTH(NOT_BRIDGE("br-int2"))),
    TRY("another case", DIRECT(TAP, ON("BR-INT")), BOTH(NOT_BRIDGE("BR-INT"))),
    TRY("trunk, almost", DIRECT(TAP, ON("tbr1")), BOTH(NOT_BRIDGE("tbr1"))),
    TRY("a bridge of one port's, almost", DIRECT(TAP, ON("pbr0")), BOTH(NOT_BRIDGE("pbr0"))),
    TRY("a bridge called by a pattern", DIRECT(TAP, ON("*")), BOTH(NOT_BRIDGE("*"))),
    TRY("own bridge, outside", DIRECT(TAP, ON("br-ex")), BOTH(NOT_BRIDGE("br-ex")),
        .per_port_bridge = true),
    TRY("the host's NIC", DIRECT("eth0", ON_BR_INT), BOTH(NOT_INTERFACE("eth0"))),
    TRY("the host's bond", DIRECT("bond0", ON_BR_INT), BOTH(NOT_INTERFACE("bond0"))),
    TRY("loopback", DIRECT("lo", ON_BR_INT), BOTH(NOT_INTERFACE("lo"))),
    TRY("another bridge as a port", DIRECT("br-ex", ON_BR_INT), BOTH(NOT_INTERFACE("br-ex"))),
    TRY("a tunnel's device", DIRECT("genev_sys_6081", ON_BR_INT),
        BOTH(NOT_INTERFACE("genev_sys_6081"))),
    TRY("the name in another case", DIRECT("TAP1", ON_BR_INT), BOTH(NOT_INTERFACE("TAP1"))),
    TRY("an empty id in it", DIRECT("vfr", ON_BR_INT), BOTH(NOT_INTERFACE("vfr"))),
    TRY("no id in it", DIRECT("vfrtelephones1", ON_BR_INT), BOTH(NOT_INTERFACE("vfrtelephones1"))),
    TRY("libvirt's bridge", HYBRID("virbr0", ON_BR_INT), BOTH(NOT_LINUX("virbr0"))),
    TRY("docker's bridge", HYBRID("docker0", ON_BR_INT), BOTH(NOT_LINUX("docker0"))),
    TRY("the host's bridge", HYBRID("br0", ON_BR_INT), BOTH(NOT_LINUX("br0"))),
    TRY("a NIC for a bridge", HYBRID("eth0", ON_BR_INT), BOTH(NOT_LINUX("eth0"))),
    TRY("two faults: the first", HYBRID("br0", ON("br-ex")), BOTH(NOT_BRIDGE("br-ex"))),
    TRY("a socket", SERVER("/var/run/openvswitch/vhu1"), ALLOWED),
    TRY("a socket by another way", SERVER("/run/openvswitch//./vhu1"), ALLOWED),
    TRY("someone's socket", SERVER("/run/docker.sock"), PLUG(NOT_SOCKET("/run/docker.sock"))),
    TRY("up", SERVER("/run/openvswitch/../docker.sock"),
        PLUG(NOT_SOCKET("/run/openvswitch/../docker.sock"))),
    TRY("up at the end", SERVER("/run/openvswitch/.."), PLUG(NOT_SOCKET("/run/openvswitch/.."))),
    TRY("up from nowhere", SERVER("/../run/openvswitch/a"),
        PLUG(NOT_SOCKET("/../run/openvswitch/a"))),
    TRY("the directory", SERVER("/run/openvswitch/"), PLUG(NOT_SOCKET("/run/openvswitch/"))),
    TRY("the directory itself", SERVER("/run/openvswitch/."),
        PLUG(NOT_SOCKET("/run/openvswitch/."))),
    TRY("below", SERVER("/run/openvswitch/a/b"), PLUG(NOT_SOCKET("/run/openvswitch/a/b"))),
    TRY("a directory that begins so", SERVER("/run/openvswitch2/a"),
        PLUG(NOT_SOCKET("/run/openvswitch2/a"))),
    TRY("the root", SERVER("/"), PLUG(NOT_SOCKET("/"))),
    TRY("the host's NIC onto a bridge", FLAT("brq1", "eth0"), PLUG(NOT_INTERFACE("eth0"))),
    TRY("a flat network of the host's", FLAT("brq1", "eth9"), ALLOWED, .flat = "eth1"),
    TRY("a flat network's bridge", FLAT("br0", "eth1"), PLUG(NOT_LINUX("br0")), .flat = "eth1"),
    TRY("VLANs of the host's NIC", VLAN("brq1", "eth0"), PLUG(NOT_INTERFACE("eth0"))),
    TRY("VLANs, of the flat one", VLAN("brq1", "eth1"), PLUG(NOT_INTERFACE("eth1")),
        .flat = "eth1"),
    TRY("VLANs, configured", VLAN("brq1", "eth0"), ALLOWED, .vlan = "eth1"),
    TRY("a flat one that is for VLANs", FLAT("brq1", "eth1"), PLUG(NOT_INTERFACE("eth1")),
        .vlan = "eth1"),
    TRY("a NIC that is listed", FLAT("brq1", "eth1"), ALLOWED, .lists = {[2] = "tap* eth1"}),
    TRY("other lists", DIRECT("net5", ON("br-5")), ALLOWED, .lists = {"br-?", NULL, "net*"}),
    TRY("a default that is replaced", DIRECT(TAP, ON_BR_INT), BOTH(NOT_BRIDGE("br-int")),
        .lists = {"br-a br-b"}),
    TRY("nothing at all", DIRECT(TAP, ON_BR_INT), BOTH(NOT_INTERFACE(TAP)), .lists = {[2] = ""}),
    TRY("pieces made of the id, whatever the list", HYBRID(QBR, ON_BR_INT), ALLOWED,
        .lists = {NULL, "", ""}),
    TRY("a bridge of its own, too", DIRECT(TAP, ON_BR_INT), ALLOWED,
        .lists = {"br-int", "", "tap*"}, .per_port_bridge = true),
    TRY("other directories", SERVER("/a/b"), ALLOWED, .lists = {[3] = "/x /a"}),
    TRY("and no longer these", SERVER("/run/openvswitch/vhu1"),
        PLUG(NOT_SOCKET("/run/openvswitch/vhu1")), .lists = {[3] = "/a"}),
};

static void documents(void **state)
{
    (void)state;
    assert_true(LENGTH(attempts) >= 40);
    for (size_t i = 0; i < LENGTH(attempts); i++) {
        judge(&attempts[i], VIF_GOAL_PLUG, attempts[i].plug);
        judge(&attempts[i], VIF_GOAL_UNPLUG, attempts[i].unplug);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(documents),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
