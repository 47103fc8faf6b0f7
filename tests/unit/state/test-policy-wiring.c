/* SPDX-License-Identifier: Apache-2.0 */
/* The policy on wirings as a plugin from elsewhere could make them, and on what is found of a port. */
#include "policy-fixture.h"

/* Checks a wiring a test has made, with the default lists but for these devices. */
static void check(struct vif_wiring *wiring, const char *devices, const char *words)
{
    struct vif_error err = {0};
    struct policy policy;
    int r;

    set_lists(&policy, (const char *const[5]){[4] = devices});
    r = policy_check(&policy, wiring, &err);
    if (strcmp(r < 0 ? err.text : "", words ? words : "") != 0)
        fail_msg("expected '%s', got '%s'", words ? words : "", r < 0 ? err.text : "");
    wiring_done(wiring);
    policy_done(&policy);
}

/* A representor as plugin ovs has it: 'now' is its name, 'wanted' the one it gets. */
static struct vif_wiring representor(const char *now, const char *wanted)
{
    struct vif_wiring wiring = {0};
    struct wiring_vf *vf = wiring_add_vf(&wiring, "0000:03:00.5");
    struct vif_wiring_link *link;
    struct vif_wiring_port *port;

    (void)snprintf(vf->representor, sizeof vf->representor, "%s", now);
    (void)snprintf(vf->uplink, sizeof vf->uplink, "enp3s0f0np0");
    link = wiring_add_link(&wiring, VIF_LINK_DEVICE, "enp3s0f0np0");
    link->shared = true;
    link->on_unplug = VIF_ON_UNPLUG_KEEP;
    link->device.enable_tc_offload = true;
    link = wiring_add_link(&wiring, VIF_LINK_DEVICE, wanted);
    if (strcmp(now, wanted) != 0)
        (void)snprintf(link->device.rename_from, sizeof link->device.rename_from, "%s", now);
    port = wiring_add_port(&wiring, wanted, "br-int");
    (void)snprintf(port->link, sizeof port->link, "%s", wanted);
    return wiring;
}

static void representors(void **state)
{
    struct vif_wiring wiring = representor("enp3s0f0_3", "enp3s0f0_3");

    (void)state;
    check(&wiring, NULL, NULL);
    wiring = representor("enp3s0f0_3", "nic12345678-12");
    check(&wiring, "0000:03:00.*", NULL);
    wiring = representor("enp3s0f0_3", "enp3s0f0_3");
    check(&wiring, "0000:03:00.1 0000:04:*",
          "device 0000:03:00.5 is not allowed ([vifd] allowed_devices)");
    wiring = representor("enp3s0f0_3", "enp3s0f0_3");
    check(&wiring, "", "device 0000:03:00.5 is not allowed ([vifd] allowed_devices)");
    /* The name it is to get is the caller's wish. */
    wiring = representor("enp3s0f0_3", "eth0");
    check(&wiring, NULL, NOT_INTERFACE("eth0"));
    /* Of the uplink nothing but its offload. */
    wiring = representor("enp3s0f0_3", "enp3s0f0np0");
    check(&wiring, NULL, NOT_INTERFACE("enp3s0f0np0"));
    wiring = representor("enp3s0f0_3", "enp3s0f0_3");
    (void)snprintf(wiring.links[0].master, sizeof wiring.links[0].master, "qbr1");
    check(&wiring, NULL, NOT_INTERFACE("enp3s0f0np0"));
    wiring = representor("enp3s0f0_3", "enp3s0f0_3");
    wiring.links[0].device.enable_tc_offload = false;
    check(&wiring, NULL, NOT_INTERFACE("enp3s0f0np0"));
    wiring = representor("enp3s0f0_3", "enp3s0f0_3");
    wiring.links[0].on_unplug = VIF_ON_UNPLUG_DOWN;
    check(&wiring, NULL, NOT_INTERFACE("enp3s0f0np0"));
    /* A device that is nobody's representor. */
    wiring = (struct vif_wiring){0};
    (void)wiring_add_link(&wiring, VIF_LINK_DEVICE, "eth1");
    check(&wiring, NULL, NOT_INTERFACE("eth1"));
}

/* A port that is found by its owner has no name at first. */
static void names_found_later(void **state)
{
    struct vif_wiring wiring = {0};

    (void)state;
    (void)wiring_add_link(&wiring, VIF_LINK_DEVICE, "");
    (void)wiring_add_port(&wiring, "", "br-int");
    check(&wiring, NULL, NULL);
    (void)wiring_add_port(&wiring, "eth1", "br-int");
    check(&wiring, NULL, NOT_PORT("eth1"));
}

static struct vif_wiring with_option(const char *type, const char *key, const char *value)
{
    struct vif_wiring wiring = {0};
    struct vif_wiring_port *port = wiring_add_port(&wiring, "tap1", "br-int");

    (void)snprintf(port->type, sizeof port->type, "%s", type);
    if (key)
        assert_int_equal(strmap_set(&port->options, key, value), 0);
    return wiring;
}

/* What a plugin from elsewhere might do with a port. */
static void ports(void **state)
{
    static const struct {
        const char *type, *key, *value, *words;
    } rows[] = {
        {"", NULL, NULL, NULL},
        {"internal", NULL, NULL, NULL},
        {"vxlan", "remote_ip", "192.0.2.1", "port tap1: type vxlan is not allowed"},
        {"gre", NULL, NULL, "port tap1: type gre is not allowed"},
        {"patch", "peer", "tap2", NULL},
        {"patch", "peer", "int-br-ex", NOT_PORT("int-br-ex")},
        {"patch", "peer", "pbp" VIF_UUID, NULL},
        {"patch", "peer", "pbpx" VIF_UUID, NOT_PORT("pbpx" VIF_UUID)},
        {"dpdk", "dpdk-devargs", "0000:03:00.0",
         "DPDK device 0000:03:00.0 is not a VF that was found ([vifd] allowed_devices)"},
        {"dpdk", "dpdk-devargs", "0000:03:00.0,representor=[5]",
         "DPDK device 0000:03:00.0,representor=[5] is not a VF that was found ([vifd] "
         "allowed_devices)"},
        {"dpdkvhostuserclient", "vhost-server-path", "/run/openvswitch/x", NULL},
        {"dpdkvhostuserclient", "vhost-server-path", "x", NOT_SOCKET("x")},
        {"dpdkvhostuserclient", "vhost-server-path", "", NOT_SOCKET("")},
        {"", "path", "/etc/shadow", NOT_SOCKET("/etc/shadow")},
        {"", "anything", "../../etc/shadow", NOT_SOCKET("../../etc/shadow")},
        {"", "n_rxq", "2", NULL},
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct vif_wiring wiring = with_option(rows[i].type, rows[i].key, rows[i].value);

        check(&wiring, NULL, rows[i].words);
    }
}

static void other_parts(void **state)
{
    struct vif_wiring wiring = with_option("", NULL, NULL);

    (void)state;
    (void)snprintf(wiring.ports[0].name, sizeof wiring.ports[0].name, "tap/../../x");
    check(&wiring, NULL, NOT_PORT("tap/../../x"));
    wiring = with_option("", NULL, NULL);
    (void)snprintf(wiring.ports[0].link, sizeof wiring.ports[0].link, "eth0");
    check(&wiring, NULL, NOT_INTERFACE("eth0"));
    wiring = with_option("", NULL, NULL);
    (void)snprintf(wiring.ports[0].other_bridge, sizeof wiring.ports[0].other_bridge, "br-ex");
    check(&wiring, NULL, NOT_BRIDGE("br-ex"));
    wiring = (struct vif_wiring){0};
    (void)snprintf(wiring_add_link(&wiring, VIF_LINK_VETH, "tap1")->veth.peer, 16, "eth0");
    check(&wiring, NULL, NOT_INTERFACE("eth0"));
    (void)snprintf(wiring_add_link(&wiring, VIF_LINK_TAP, "tap1")->master, 16, "br0");
    check(&wiring, NULL, NOT_LINUX("br0"));
    (void)wiring_add_rules(&wiring, "br0");
    check(&wiring, NULL, NOT_LINUX("br0"));
    (void)wiring_add_link(&wiring, VIF_LINK_VLAN, "vlan0");
    check(&wiring, NULL, NOT_INTERFACE("vlan0"));
    (void)snprintf(wiring_add_link(&wiring, VIF_LINK_VLAN, "eth0.7")->vlan.parent, 16, "tap1");
    check(&wiring, NULL, NOT_INTERFACE("eth0.7"));
}

static void sockets(void **state)
{
    struct vif_error err = {0};
    char path[5000];
    struct policy policy;

    (void)state;
    policy_init(&policy);
    assert_int_equal(policy_check_socket(&policy, "/var/lib/vhost_sockets/vhu1", &err), 0);
    assert_int_equal(policy_check_socket(&policy, "/run/openvswitch/a\nb", &err), -EPERM);
    assert_string_equal(err.text, NOT_SOCKET("/run/openvswitch/a b"));
    memset(path, '/', sizeof path);
    path[sizeof path - 1] = '\0';
    assert_int_equal(policy_check_socket(&policy, path, &err), -EPERM);
    memset(path + 1, 'a', sizeof path - 2);
    assert_int_equal(policy_check_socket(&policy, path, &err), -EPERM);
}

static void paths(void **state)
{
    static const struct {
        const char *path, *normal; /* NULL: none */
    } rows[] = {
        {"/", "/"},
        {"//", "/"},
        {"/a", "/a"},
        {"//a///b//", "/a/b"},
        {"/./a/./b/.", "/a/b"},
        {"/a/...", "/a/..."},
        {"/.a", "/.a"},
        {"/a/..b", "/a/..b"},
        {"", NULL},
        {"a", NULL},
        {"./a", NULL},
        {"..", NULL},
        {"/..", NULL},
        {"/a/../b", NULL},
        {"/a/..", NULL},
        {"/a\tb", NULL},
        {"/123456789", NULL},
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        char normal[10] = "";
        bool good = policy_normalise(rows[i].path, normal, sizeof normal);

        if (good != (rows[i].normal != NULL) || (good && strcmp(normal, rows[i].normal) != 0))
            fail_msg("'%s' became '%s'", rows[i].path, normal);
    }
}

/* Where its port is found counts, not where the VIF says it is. */
static void found(void **state)
{
    struct vif_wiring wiring = fixture_wiring(OVS_DOCUMENT(ON_BR_INT, CREATE_PORT), VIF_GOAL_PLUG);
    struct observed observed = {0};
    struct vif_error err = {0};
    struct policy policy;

    (void)state;
    policy_init(&policy);
    assert_int_equal(policy_check_found(&policy, &wiring, &observed, &err), 0);
    fixture_observe(&observed, DIRECT_THERE);
    assert_int_equal(policy_check_found(&policy, &wiring, &observed, &err), 0);
    fixture_observe(&observed, "bridge br-ex type=system;port " TAP " bridge=br-ex");
    assert_int_equal(policy_check_found(&policy, &wiring, &observed, &err), -EPERM);
    assert_int_equal(err.kind, VIF_ERROR_PERMISSION);
    assert_string_equal(err.text, "port " TAP " is on bridge br-ex, which is not allowed ([vifd] "
                                  "allowed_bridges)");
    observed_done(&observed);
    wiring_done(&wiring);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(representors), cmocka_unit_test(names_found_later),
        cmocka_unit_test(ports),        cmocka_unit_test(other_parts),
        cmocka_unit_test(sockets),      cmocka_unit_test(paths),
        cmocka_unit_test(found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
