/* SPDX-License-Identifier: Apache-2.0 */
/* The doctor's checks, case by case: made-up facts, and what a person reads about them. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "doctor/doctor.h"

/* --- facts --- */

#define ROOM 16

static void set(struct vif_map *map, const char *key, const char *value)
{
    assert_int_equal(strmap_set(map, key, value), 0);
}

static struct vswitch_interface *add_interface(struct doctor_facts *facts, const char *name,
                                               const char *type)
{
    struct vswitch_interface *interface = &facts->vs.interfaces[facts->vs.n_interfaces++];

    assert_in_range(facts->vs.n_interfaces, 1, ROOM);
    (void)snprintf(interface->name, sizeof interface->name, "%s", name);
    (void)snprintf(interface->type, sizeof interface->type, "%s", type);
    return interface;
}

static void add_broken(struct doctor_facts *facts, const char *name, const char *error)
{
    add_interface(facts, name, "")->error = strdup(error);
}

static void add_bridge(struct doctor_facts *facts, const char *name, const char *type)
{
    struct vswitch_bridge *bridge = &facts->vs.bridges[facts->vs.n_bridges++];

    assert_in_range(facts->vs.n_bridges, 1, ROOM);
    (void)snprintf(bridge->name, sizeof bridge->name, "%s", name);
    (void)snprintf(bridge->datapath_type, sizeof bridge->datapath_type, "%s", type);
    bridge->n_ports = 1;
}

static struct sriov_pf *add_pf(struct doctor_facts *facts)
{
    struct sriov_pf *pfs = realloc(facts->system.pfs, (facts->system.n_pfs + 1) * sizeof *pfs);
    struct sriov_pf *pf;

    assert_non_null(pfs);
    facts->system.pfs = pfs;
    pf = &pfs[facts->system.n_pfs++];
    *pf = (struct sriov_pf){.pci = "0000:03:00.0",
                            .n_vfs = 4,
                            .netdev = "pf0",
                            .has_switch_id = true,
                            .eswitch_mode = "switchdev",
                            .tc_known = true,
                            .tc_on = true};
    return pf;
}

static struct directory_facts *add_directory(struct doctor_facts *facts, mode_t mode)
{
    struct directory_facts *directory = &facts->directories[facts->n_directories++];

    assert_in_range(facts->n_directories, 1, ROOM);
    directory->path = strdup("/run/vhost");
    directory->n_ports = 2;
    directory->mode = mode;
    strcpy(directory->owner, "root");
    strcpy(directory->group, "kvm");
    return directory;
}

/* A host on which nothing is wrong. */
static struct doctor_facts healthy(void)
{
    struct doctor_facts facts = {
        .system = {.user = "root",
                   .net_admin = true,
                   .release = "6.1.0",
                   .strict_checks = true,
                   .bridge = FEATURE_PRESENT,
                   .veth = FEATURE_PRESENT,
                   .datapath = FEATURE_PRESENT,
                   .bridge_nf = 1,
                   .sees_all = true,
                   .vswitchd = {0, 101},
                   .ovn_controller = {-ESRCH, 0},
                   .ml2_agent = {-ESRCH, 0}},
        .database = {.address = "unix:/run/db.sock", .round_trip_ms = 0.25, .later_cfg = 7},
        .vs = {.schema_version = "8.3.1",
               .has_row = true,
               .cur_cfg = 7,
               .next_cfg = 7,
               .ovs_version = "3.1.0",
               .bridges = calloc(ROOM, sizeof(struct vswitch_bridge)),
               .interfaces = calloc(ROOM, sizeof(struct vswitch_interface))},
        .directories = calloc(ROOM, sizeof(struct directory_facts)),
    };

    assert_true(facts.vs.bridges && facts.vs.interfaces && facts.directories);
    set(&facts.vs.datapath_types, "netdev", "");
    set(&facts.vs.datapath_types, "system", "");
    set(&facts.vs.iface_types, "system", "");
    set(&facts.vs.iface_types, "internal", "");
    set(&facts.vs.iface_types, "dpdkvhostuserclient", "");
    add_bridge(&facts, "br-int", "");
    add_interface(&facts, "br-int", "internal");
    return facts;
}

/* --- what is told --- */

static const struct vif_finding *find(const struct vif_findings *findings, const char *check,
                                      size_t nth)
{
    for (size_t i = 0; i < findings->n; i++) {
        const struct vif_finding *finding = &findings->items[i];

        if (strcmp(finding->check, check) == 0 && nth-- == 0)
            return finding;
    }
    return NULL;
}

struct example {
    const char *name;
    void (*change)(struct doctor_facts *facts); /* of the healthy host */
    const char *check;
    enum vif_finding_level level;
    const char *text;   /* occurs in it */
    const char *advice; /* likewise; "": there is none */
};

static void check_example(const struct example *example)
{
    struct doctor_facts facts = healthy();
    struct pool pool = {0};
    struct vif_findings list = {.pool = &pool}, *findings = &list;
    const struct vif_finding *finding;

    if (example->change)
        example->change(&facts);
    doctor_check(&facts, findings);
    finding = find(findings, example->check, 0);
    if (!finding)
        fail_msg("%s: there is no finding %s", example->name, example->check);
    if (finding->level != example->level || !strstr(finding->text, example->text) ||
        !strstr(finding->advice, example->advice) || !example->advice[0] != !finding->advice[0])
        fail_msg("%s: %s %s: %s -> %s", example->name, finding->check,
                 vif_finding_level_name(finding->level), finding->text, finding->advice);
    for (size_t i = 0; i < findings->n; i++) {
        finding = &findings->items[i];
        assert_true(finding->text[0] && !strchr(finding->text, '\n'));
        if (finding->level == VIF_FINDING_OK)
            assert_string_equal(finding->advice, "");
        if (finding->level >= VIF_FINDING_WARN && !finding->advice[0])
            fail_msg("%s: %s is without advice", example->name, finding->text);
    }
    free(list.items);
    pool_done(&pool);
    doctor_facts_done(&facts);
}

#define OK_   VIF_FINDING_OK
#define INFO_ VIF_FINDING_INFO
#define WARN_ VIF_FINDING_WARN
#define FAIL_ VIF_FINDING_FAIL

/* CHANGE(name, statement with 'f') makes the function of an example. */
#define CHANGE(name, ...)                                                                          \
    static void name(struct doctor_facts *f)                                                       \
    {                                                                                              \
        __VA_ARGS__;                                                                               \
    }

/* --- this process and its kernel --- */

CHANGE(configured, f->system.config_file = "/etc/nova/nova.conf")
CHANGE(no_capability, f->system.net_admin = false; strcpy(f->system.user, "uid 65534"))
CHANGE(no_lock, f->system.lock = -EACCES)
CHANGE(old_kernel, f->system.strict_checks = false)
CHANGE(no_tun, f->system.tun = -ENODEV)
CHANGE(tun_forbidden, f->system.tun = -EACCES)
CHANGE(veth_module, f->system.veth = FEATURE_LOADABLE)
CHANGE(no_veth, f->system.veth = FEATURE_MISSING; f->system.bridge = FEATURE_LOADABLE)
CHANGE(bridge_unknown, f->system.bridge = FEATURE_UNKNOWN)
CHANGE(no_nft, f->system.nft = -EIO; strcpy(f->system.nft_error.text, "load libnftables"))

static const struct example system_examples[] = {
    {"default configuration", NULL, "config", OK_, "defaults", ""},
    {"configuration", configured, "config", OK_, "/etc/nova/nova.conf", ""},
    {"root", NULL, "user", OK_, "root", ""},
    {"no capability", no_capability, "user", FAIL_, "uid 65534, without CAP_NET_ADMIN", "root"},
    {"lock", NULL, "lock", OK_, "/run/vifd.lock", ""},
    {"no lock", no_lock, "lock", WARN_, "Permission denied", "/run/vifd.lock"},
    {"kernel", NULL, "kernel", OK_, "Linux 6.1.0", ""},
    {"old kernel", old_kernel, "kernel", WARN_, "strict", "4.20"},
    {"tun", NULL, "tun", OK_, "/dev/net/tun", ""},
    {"no tun", no_tun, "tun", FAIL_, "No such device", "modprobe tun"},
    {"tun forbidden", tun_forbidden, "tun", FAIL_, "Permission denied", "allow this user"},
    {"links", NULL, "links", OK_, "bridges and veth pairs", ""},
    {"veth module", veth_module, "links", INFO_, "veth pairs: a module", "no action"},
    {"no veth", no_veth, "links", FAIL_, "veth pairs: missing", "VIFBridge"},
    {"bridge unknown", bridge_unknown, "links", WARN_, "bridges: not present now", "VIFBridge"},
    {"nftables", NULL, "nftables", OK_, "rules", ""},
    {"no nftables", no_nft, "nftables", INFO_, "load libnftables", ""},
};

/* --- the database and ovs-vswitchd --- */

static void lose_database(struct doctor_facts *f, enum vif_error_kind kind, const char *words)
{
    f->database.error = -1;
    f->database.why.kind = kind;
    strcpy(f->database.why.text, words);
}

CHANGE(no_server, lose_database(f, VIF_ERROR_OVSDB_UNREACHABLE, "unix:/x: No such file"))
CHANGE(forbidden, lose_database(f, VIF_ERROR_PERMISSION, "unix:/x: Permission denied"))
CHANGE(silent, lose_database(f, VIF_ERROR_TIMEOUT, "unix:/x: timed out"))
CHANGE(refused, lose_database(f, VIF_ERROR_OVSDB, "unknown database"))
CHANGE(old_schema, strcpy(f->vs.missing, "Open_vSwitch.dpdk_initialized"))
CHANGE(no_row, f->vs.has_row = false)
CHANGE(old_switch, strcpy(f->vs.ovs_version, "2.7.4"))
CHANGE(no_version, f->vs.ovs_version[0] = '\0')
CHANGE(stale, f->vs.next_cfg = 9; f->vs.cur_cfg = 7)
CHANGE(stale_and_dead, stale(f); f->system.vswitchd.error = -ESRCH)
CHANGE(catches_up, stale(f); f->database.later_cfg = 9)
CHANGE(dead, f->system.vswitchd.error = -ESRCH)
CHANGE(unseen, dead(f); f->system.sees_all = false)
CHANGE(hidden, f->system.vswitchd.error = -EACCES)
CHANGE(never_ran, strmap_done(&f->vs.datapath_types))
CHANGE(no_datapath, f->system.datapath = FEATURE_MISSING)
CHANGE(netdev_only, no_datapath(f); strcpy(f->vs.bridges[0].datapath_type, "netdev"))
CHANGE(no_bridge, f->vs.n_bridges = 0)
CHANGE(no_bridge_nor_datapath, no_datapath(f); f->vs.n_bridges = 0)
CHANGE(odd_datapath, add_bridge(f, "br-x", "odd"))
CHANGE(odd_interface, add_interface(f, "odd0", "odd"); add_interface(f, "odd1", "odd"))
CHANGE(no_dpdk_type, add_interface(f, "p0", "dpdk"); f->vs.dpdk_initialized = true)

static const struct example switch_examples[] = {
    {"database", NULL, "ovsdb", OK_, "unix:/run/db.sock answers in 0.25 ms, schema 8.3.1", ""},
    {"no server", no_server, "ovsdb", FAIL_, "unix:/x: No such file", "ovsdb_connection"},
    {"forbidden", forbidden, "ovsdb", FAIL_, "Permission denied", "root"},
    {"silent", silent, "ovsdb", FAIL_, "timed out", "--timeout"},
    {"refused", refused, "ovsdb", FAIL_, "unknown database", "address"},
    {"old schema", old_schema, "ovsdb", FAIL_, "no column Open_vSwitch.dpdk_init", "upgrade"},
    {"no row", no_row, "ovsdb", FAIL_, "no Open_vSwitch row", "ovs-vsctl init"},
    {"version", NULL, "openvswitch", OK_, "3.1.0", ""},
    {"old switch", old_switch, "openvswitch", WARN_, "2.7.4", "2.8"},
    {"no version", no_version, "openvswitch", INFO_, "no version", ""},
    {"vswitchd", NULL, "vswitchd", OK_, "pid 101), at configuration 7", ""},
    {"stale", stale, "vswitchd", FAIL_, "configuration 7 of 9", "pid 101"},
    {"stale and dead", stale_and_dead, "vswitchd", FAIL_, "7 of 9", "openvswitch-switch"},
    {"catches up", catches_up, "vswitchd", OK_, "configuration 9", ""},
    {"dead", dead, "vswitchd", FAIL_, "no ovs-vswitchd runs", "openvswitch-switch"},
    {"unseen", unseen, "vswitchd", WARN_, "no ovs-vswitchd is visible", "unless it runs"},
    {"hidden", hidden, "vswitchd", INFO_, "7 of 7; this user cannot see", ""},
    {"never ran", never_ran, "vswitchd", FAIL_, "never run", "openvswitch-switch"},
    {"types", NULL, "datapath-types", OK_, "netdev, system", ""},
    {"no datapath", no_datapath, "datapath-types", FAIL_, "bridge br-int", "modprobe openvswitch"},
    {"netdev", netdev_only, "datapath-types", INFO_, "the kernel has no datapath", ""},
    {"no bridge", no_bridge, "datapath-types", OK_, "system", ""},
    {"no bridge nor datapath", no_bridge_nor_datapath, "datapath-types", WARN_, "br-int would",
     "netdev"},
    {"odd datapath", odd_datapath, "datapath-types", FAIL_, "br-x has type odd", "datapath_type"},
    {"interfaces", NULL, "interface-types", OK_, "every interface type", ""},
    {"odd interface", odd_interface, "interface-types", FAIL_, "type odd of odd0 and others",
     "type"},
    {"no DPDK type", no_dpdk_type, "interface-types", FAIL_, "type dpdk of p0",
     "openvswitch-switch-dpdk"},
};

/* --- bridges and interfaces --- */

CHANGE(ovn, set(&f->vs.external_ids, "ovn-remote", "ssl:10.0.0.1:6642");
       set(&f->vs.external_ids, "system-id", "host1"); f->system.ovn_controller.error = 0;
       f->system.ovn_controller.pid = 102; strcpy(f->vs.bridges[0].fail_mode, "secure"))
CHANGE(standalone, ovn(f); f->vs.bridges[0].fail_mode[0] = '\0')
CHANGE(other_bridge, ovn(f); set(&f->vs.external_ids, "ovn-bridge", "br-ovn"))
CHANGE(chassis, other_bridge(f); set(&f->vs.external_ids, "ovn-bridge-host1", "br-two");
       set(&f->vs.external_ids, "ovn-remote-host1", "tcp:192.0.2.7:6642"))
CHANGE(broken, add_broken(f, "tap1", "could not\nopen"); add_broken(f, "tap2", "x"))
CHANGE(many_broken, broken(f); broken(f); broken(f))

static void many_bridges(struct doctor_facts *f)
{
    for (int i = 0; i < 10; i++)
        add_bridge(f, "br-x", "netdev");
}

static const struct example bridge_examples[] = {
    {"bridge", NULL, "bridge", OK_, "br-int: datapath system, fail mode standalone, 1 port", ""},
    {"no bridge", no_bridge, "bridge", INFO_, "br-int does not exist; the first plug", ""},
    {"secure", ovn, "bridge", OK_, "fail mode secure", ""},
    {"standalone", standalone, "bridge", WARN_, "fail mode standalone", "set-fail-mode br-int"},
    {"other bridge", other_bridge, "bridge", INFO_, "br-ovn does not exist", ""},
    {"bridge of the chassis", chassis, "bridge", INFO_, "br-two does not exist", ""},
    {"others", other_bridge, "bridges", INFO_, "br-int (system)", ""},
    {"many", many_bridges, "bridges", INFO_, "br-x (netdev) and 2 more", ""},
    {"interfaces", NULL, "interfaces", OK_, "1, none with an error", ""},
    {"broken", broken, "interfaces", WARN_,
     "ovs-vswitchd cannot create 2 of 3: tap1: could "
     "not open; tap2: x",
     "guest"},
    {"many broken", many_broken, "interfaces", WARN_, "6 of 7", "guest"},
    {"many broken", many_broken, "interfaces", WARN_, "could not open; and 3 more", "guest"},
};

/* --- past the kernel's software --- */

CHANGE(offload, set(&f->vs.other_config, "hw-offload", "true"))
CHANGE(offload_old, offload(f); old_switch(f))
CHANGE(pf, offload(f); add_pf(f))
CHANGE(pf_legacy, offload(f); strcpy(add_pf(f)->eswitch_mode, "legacy"))
CHANGE(pf_silent, offload(f); add_pf(f)->eswitch_mode[0] = '\0')
CHANGE(pf_silent_legacy, pf_silent(f); f->system.pfs[0].has_switch_id = false)
CHANGE(pf_tc_off, offload(f); add_pf(f)->tc_on = false)
CHANGE(pf_tc_fixed, pf_tc_off(f); f->system.pfs[0].tc_fixed = true)
CHANGE(pf_tc_enable, pf_tc_off(f); f->system.hw_tc_offload = TC_OFFLOAD_ENABLE)
CHANGE(pf_tc_unknown, offload(f); add_pf(f)->tc_known = false)
CHANGE(pf_elsewhere, offload(f); add_pf(f)->netdev[0] = '\0')
CHANGE(pf_unused, (void)add_pf(f))
CHANGE(pf_legacy_unused, strcpy(add_pf(f)->eswitch_mode, "legacy"))
CHANGE(dpdk, f->vs.dpdk_initialized = true; add_interface(f, "vhu1", "dpdkvhostuserclient"))
CHANGE(dpdk_port, add_interface(f, "vhu1", "dpdkvhostuserclient"))
CHANGE(dpdk_ports, dpdk_port(f); add_interface(f, "vhu2", "dpdkvhostuserclient"))
CHANGE(dpdk_failed, dpdk_port(f); set(&f->vs.other_config, "dpdk-init", "true"))
CHANGE(dpdk_wanted, set(&f->vs.other_config, "dpdk-init", "try"))
CHANGE(dpdk_unwanted, set(&f->vs.other_config, "dpdk-init", "false"))
CHANGE(directory, (void)add_directory(f, S_IFDIR | 0775))
CHANGE(private_directory, (void)add_directory(f, S_IFDIR | 0755); f->directories[0].n_ports = 1)
CHANGE(no_directory, add_directory(f, 0)->error = -ENOENT)
CHANGE(hidden_directory, add_directory(f, 0)->error = -EACCES)
CHANGE(no_such_thing, (void)add_directory(f, S_IFREG | 0644))
CHANGE(open_directory, (void)add_directory(f, S_IFDIR | 0777))
CHANGE(sticky_directory, (void)add_directory(f, S_IFDIR | 01777))

static const struct example offload_examples[] = {
    {"nothing", NULL, "hw-offload", INFO_, "off; no NIC with VFs", ""},
    {"on", offload, "hw-offload", INFO_, "on, but no NIC with VFs", ""},
    {"old switch", offload_old, "hw-offload", FAIL_, "2.7.4 cannot offload", "2.8"},
    {"PF", pf, "hw-offload", OK_, "0000:03:00.0 (pf0, 4 VFs): switchdev mode, hw-tc-offload on",
     ""},
    {"legacy", pf_legacy, "hw-offload", WARN_, "not in switchdev",
     "pci/0000:03:00.0 mode switchdev"},
    {"silent", pf_silent, "hw-offload", OK_, "switchdev", ""},
    {"silent and legacy", pf_silent_legacy, "hw-offload", WARN_, "not in switchdev", "devlink"},
    {"tc off", pf_tc_off, "hw-offload", WARN_, "hw-tc-offload is off", "ethtool -K pf0"},
    {"tc fixed", pf_tc_fixed, "hw-offload", WARN_, "cannot enable it", "driver"},
    {"tc enable", pf_tc_enable, "hw-offload", INFO_, "the next plug enables it", ""},
    {"tc unknown", pf_tc_unknown, "hw-offload", OK_, "hw-tc-offload unknown", ""},
    {"elsewhere", pf_elsewhere, "hw-offload", INFO_, "no network device in this", ""},
    {"unused", pf_unused, "hw-offload", WARN_, "does not offload", "hw-offload=true"},
    {"legacy, unused", pf_legacy_unused, "hw-offload", INFO_, "legacy mode", ""},
    {"no DPDK", NULL, "dpdk", INFO_, "not in use", ""},
    {"DPDK", dpdk, "dpdk", OK_, "initialised, 1 port", ""},
    {"DPDK port", dpdk_port, "dpdk", FAIL_, "vhu1 (type dpdkvhostuserclient) needs it",
     "dpdk-init=true"},
    {"DPDK ports", dpdk_ports, "dpdk", FAIL_, "and others need it", "dpdk-init=true"},
    {"DPDK failed", dpdk_failed, "dpdk", FAIL_, "not initialised", "hugepages"},
    {"DPDK wanted", dpdk_wanted, "dpdk", WARN_, "dpdk-init=try", "hugepages"},
    {"DPDK unwanted", dpdk_unwanted, "dpdk", INFO_, "not in use", ""},
    {"no socket", NULL, "vhost-user", INFO_, "no port", ""},
    {"directory", directory, "vhost-user", OK_,
     "/run/vhost (2 ports): writable by root and group kvm", ""},
    {"private", private_directory, "vhost-user", OK_, "/run/vhost (1 port): writable by root", ""},
    {"no directory", no_directory, "vhost-user", WARN_, "No such file", "create it"},
    {"hidden", hidden_directory, "vhost-user", WARN_, "Permission denied", "root"},
    {"no such thing", no_such_thing, "vhost-user", FAIL_, "is not a directory", "path"},
    {"open", open_directory, "vhost-user", WARN_, "any user can replace", "chmod o-w /run/vhost"},
    {"sticky", sticky_directory, "vhost-user", OK_, "and everyone", ""},
};

/* --- who gives the network --- */

CHANGE(hybrid, add_interface(f, "qvo11111111-11", ""))
CHANGE(hybrid_unfiltered, hybrid(f); f->system.bridge_nf = 0)
CHANGE(hybrid_missing, hybrid(f); f->system.bridge_nf = -ENOENT)
CHANGE(missing, f->system.bridge_nf = -ENOENT)
CHANGE(ovn_dead, ovn(f); f->system.ovn_controller.error = -ESRCH)
CHANGE(ovn_unseen, ovn_dead(f); f->system.sees_all = false)
CHANGE(ovn_hidden, ovn(f); f->system.ovn_controller.error = -EACCES)
CHANGE(ovn_nameless, ovn(f); set(&f->vs.external_ids, "system-id", ""))
CHANGE(ml2, f->system.ml2_agent = ((struct host_process){0, 103}); f->vs.n_agent_ports = 3;
       strcpy(f->vs.bridges[0].fail_mode, "secure"))
CHANGE(ml2_dead, f->vs.n_agent_ports = 3)
CHANGE(ml2_moved, ovn(f); ml2_dead(f))

static const struct example network_examples[] = {
    {"no hybrid", NULL, "hybrid", INFO_, "0 ports; iptables sees", ""},
    {"hybrid", hybrid, "hybrid", OK_, "1 port; iptables sees", ""},
    {"unfiltered", hybrid_unfiltered, "hybrid", WARN_, "security groups", "sysctl net.bridge"},
    {"no br_netfilter", hybrid_missing, "hybrid", WARN_, "(no br_netfilter)", "modprobe"},
    {"none needed", missing, "hybrid", INFO_, "0 ports; iptables does not see", ""},
    {"no OVN", NULL, "ovn", INFO_, "not set up", ""},
    {"OVN", ovn, "ovn", OK_, "(pid 102), chassis host1 at ssl:10.0.0.1:6642", ""},
    {"OVN dead", ovn_dead, "ovn", FAIL_, "no ovn-controller runs", "ovn-host"},
    {"OVN unseen", ovn_unseen, "ovn", WARN_, "no ovn-controller is visible", "unless it runs"},
    {"OVN hidden", ovn_hidden, "ovn", INFO_, "this user cannot see", ""},
    {"OVN of the chassis", chassis, "ovn", OK_, "chassis host1 at tcp:192.0.2.7:6642", ""},
    {"no system-id", ovn_nameless, "ovn", WARN_, "but system-id", "external_ids:system-id"},
    {"no agent", NULL, "ml2", INFO_, "no neutron-openvswitch-agent", ""},
    {"agent", ml2, "ml2", OK_, "runs (pid 103), 3 ports", ""},
    {"agent dead", ml2_dead, "ml2", WARN_, "set up 3 ports", "start it"},
    {"OVN instead", ml2_moved, "ml2", INFO_, "set up 3 ports", ""},
};

#define EXAMPLES(name)                                                                             \
    static void checks_##name(void **state)                                                        \
    {                                                                                              \
        (void)state;                                                                               \
        for (size_t i = 0; i < sizeof name##_examples / sizeof name##_examples[0]; i++)            \
            check_example(&name##_examples[i]);                                                    \
    }
EXAMPLES(system)
EXAMPLES(switch)
EXAMPLES(bridge)
EXAMPLES(offload)
EXAMPLES(network)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(checks_system),  cmocka_unit_test(checks_switch),
        cmocka_unit_test(checks_bridge),  cmocka_unit_test(checks_offload),
        cmocka_unit_test(checks_network),
    };

    return cmocka_run_group_tests_name("doctor", tests, NULL, NULL);
}
