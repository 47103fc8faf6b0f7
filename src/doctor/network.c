/* SPDX-License-Identifier: Apache-2.0 */
/* The doctor's checks of what gives a plugged VIF its network: OVN or the ML2 agent, and the packet
 * filter behind a hybrid plug. */
#include <errno.h>
#include <string.h>

#include "doctor/doctor.h"

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
