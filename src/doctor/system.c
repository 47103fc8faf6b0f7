/* SPDX-License-Identifier: Apache-2.0 */
/* The doctor's checks around Open vSwitch: may this process plug, can the kernel do what a VIF
 * needs, and does OVN or the ML2 agent give a plugged VIF its network? */
#include <errno.h>
#include <string.h>

#include "doctor/doctor.h"

static void check_process(const struct system_facts *system, struct vif_findings *out)
{
    if (system->config_file)
        findings_ok(out, "config", "%s", system->config_file);
    else
        findings_ok(out, "config", "defaults: %s does not exist", VIF_CONFIG_FILE);
    if (system->net_admin) {
        findings_ok(out, "user", "%s, with CAP_NET_ADMIN", system->user);
    } else {
        findings_fail(out, "user", "%s, without CAP_NET_ADMIN: links cannot be created or changed",
                      system->user);
        findings_advise(out, "run as root, or give the program that plugs CAP_NET_ADMIN");
    }
    if (system->lock == 0) {
        findings_ok(out, "lock", "%s is writable", VIF_LOCK_FILE);
    } else {
        findings_warn(out, "lock", "%s: %s: concurrent calls may work on the same VIF",
                      VIF_LOCK_FILE, strerrordesc_np(-system->lock));
        findings_advise(out, "make %s writable for this user", VIF_LOCK_FILE);
    }
}

static const char *state_word(enum feature_state state)
{
    switch (state) {
    case FEATURE_PRESENT:
        return "present";
    case FEATURE_LOADABLE:
        return "a module, not loaded yet";
    case FEATURE_MISSING:
        return "missing";
    case FEATURE_UNKNOWN:
        break;
    }
    return "not present now";
}

static void check_links(const struct system_facts *system, struct vif_findings *out)
{
    enum feature_state bridge = system->bridge, veth = system->veth;
    enum vif_finding_level level = VIF_FINDING_OK;

    if (bridge == FEATURE_MISSING || veth == FEATURE_MISSING)
        level = VIF_FINDING_FAIL;
    else if (bridge == FEATURE_UNKNOWN || veth == FEATURE_UNKNOWN)
        level = VIF_FINDING_WARN;
    else if (bridge == FEATURE_LOADABLE || veth == FEATURE_LOADABLE)
        level = VIF_FINDING_INFO;
    if (level == VIF_FINDING_OK) {
        findings_ok(out, "links", "the kernel supports bridges and veth pairs");
        return;
    }
    findings_add(out, "links", level, "bridges: %s; veth pairs: %s", state_word(bridge),
                 state_word(veth));
    if (level == VIF_FINDING_INFO)
        findings_advise(out, "no action needed: the module loads on demand");
    else
        findings_advise(out, "hybrid VIFs (VIFBridge) need a kernel with the modules bridge and "
                             "veth");
}

static void check_kernel(const struct system_facts *system, struct vif_findings *out)
{
    if (system->strict_checks) {
        findings_ok(out, "kernel", "Linux %s", system->release);
    } else {
        findings_warn(out, "kernel", "Linux %s: rtnetlink does not check requests strictly",
                      system->release);
        findings_advise(out, "Linux 4.20 or later reports errors more precisely");
    }
    if (system->tun == 0) {
        findings_ok(out, "tun", "/dev/net/tun can be opened");
    } else {
        findings_fail(out, "tun", "/dev/net/tun: %s: taps cannot be created",
                      strerrordesc_np(-system->tun));
        findings_advise(out, system->tun == -EACCES || system->tun == -EPERM
                                 ? "allow this user to open /dev/net/tun"
                                 : "modprobe tun; in a container, pass the device in");
    }
    check_links(system, out);
    if (system->nft == 0)
        findings_ok(out, "nftables", "rules can be created");
    else
        findings_info(out, "nftables", "%s (only the linux_bridge plugin needs rules)",
                      system->nft_error.text);
}

void doctor_check_system(const struct doctor_facts *facts, struct vif_findings *out)
{
    check_process(&facts->system, out);
    check_kernel(&facts->system, out);
}

/* --- hybrid ports, OVN, the ML2 agent --- */

static size_t count_hybrid_ports(const struct vswitch *vs)
{
    size_t n = 0;

    for (size_t i = 0; i < vs->n_interfaces; i++)
        n += strncmp(vs->interfaces[i].name, "qvo", 3) == 0;
    return n;
}

static void check_hybrid(const struct doctor_facts *facts, struct vif_findings *out)
{
    size_t n = count_hybrid_ports(&facts->vs);
    int filter = facts->system.bridge_nf;

    if (n == 0 || filter == 1) {
        findings_add(out, "hybrid", n ? VIF_FINDING_OK : VIF_FINDING_INFO,
                     "%zu port%s; iptables %s the bridges of hybrid ports", n, PLURAL(n),
                     filter == 1 ? "sees" : "does not see");
        return;
    }
    findings_warn(out, "hybrid",
                  "%zu port%s, but iptables does not see the bridges of hybrid ports%s: security "
                  "groups do nothing there",
                  n, PLURAL(n), filter < 0 ? " (no br_netfilter)" : "");
    findings_advise(out, "%ssysctl net.bridge.bridge-nf-call-iptables=1",
                    filter < 0 ? "modprobe br_netfilter; " : "");
}

static void check_ovn(const struct doctor_facts *facts, struct vif_findings *out)
{
    const struct host_process *process = &facts->system.ovn_controller;
    const char *remote = doctor_id(facts, "ovn-remote"), *id = doctor_id(facts, "system-id");

    if (!remote) {
        findings_info(out, "ovn", "not set up: no external_ids:ovn-remote");
    } else if (process->error == -ESRCH) {
        bool sure = facts->system.sees_all;

        findings_add(out, "ovn", sure ? VIF_FINDING_FAIL : VIF_FINDING_WARN,
                     "ovn-remote is %.100s, but no ovn-controller %s in this network namespace",
                     remote, sure ? "runs" : "is visible");
        findings_advise(out, "start ovn-controller (Debian: systemctl start ovn-host)%s",
                        sure ? "" : ", unless it runs where this process cannot see it");
    } else if (!id || !id[0]) {
        findings_warn(out, "ovn",
                      "ovn-remote is %.100s, but system-id, the name of this chassis, is not set",
                      remote);
        findings_advise(out, "ovs-vsctl set Open_vSwitch . external_ids:system-id=NAME");
    } else if (process->error < 0) {
        findings_info(out, "ovn",
                      "chassis %.64s at %.100s; this user cannot see whether ovn-controller runs",
                      id, remote);
    } else {
        findings_ok(out, "ovn", "ovn-controller runs (pid %d), chassis %.64s at %.100s",
                    process->pid, id, remote);
    }
}

static void check_ml2(const struct doctor_facts *facts, struct vif_findings *out)
{
    const struct host_process *process = &facts->system.ml2_agent;
    size_t n = facts->vs.n_agent_ports;

    if (process->error == 0) {
        findings_ok(out, "ml2", "neutron-openvswitch-agent runs (pid %d), %zu port%s", process->pid,
                    n, PLURAL(n));
    } else if (n == 0) {
        findings_info(out, "ml2", "no neutron-openvswitch-agent, and none of its ports");
    } else if (process->error == -ESRCH && !doctor_id(facts, "ovn-remote")) {
        findings_warn(out, "ml2", "neutron-openvswitch-agent set up %zu port%s but is not visible",
                      n, PLURAL(n));
        findings_advise(out, "start it, unless these ports are stale");
    } else {
        findings_info(out, "ml2", "neutron-openvswitch-agent set up %zu port%s", n, PLURAL(n));
    }
}

void doctor_check_network(const struct doctor_facts *facts, struct vif_findings *out)
{
    check_hybrid(facts, out);
    check_ovn(facts, out);
    check_ml2(facts, out);
}
