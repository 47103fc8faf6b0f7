/* SPDX-License-Identifier: Apache-2.0 */
/* What the doctor finds of offload, DPDK, hybrid ports and agents. */
#include "doctor-host.h"

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

EXAMPLES(offload)
EXAMPLES(network)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(checks_offload),
        cmocka_unit_test(checks_network),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
