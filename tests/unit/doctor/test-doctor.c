/* SPDX-License-Identifier: Apache-2.0 */
/* The doctor's checks, case by case: made-up facts, and what a person reads about them. */
#include "doctor-host.h"

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

CHANGE(standalone, ovn(f); f->vs.bridges[0].fail_mode[0] = '\0')
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

EXAMPLES(system)
EXAMPLES(switch)
EXAMPLES(bridge)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(checks_system),
        cmocka_unit_test(checks_switch),
        cmocka_unit_test(checks_bridge),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
