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

static void check_hybrid(const struct doctor_facts *facts, struct vif_findings *findings)
{
    size_t n = count_hybrid_ports(&facts->vs);
    int filter = facts->system.bridge_nf;

    if (n == 0 || filter == 1) {
        findings_add(findings, "hybrid", n ? VIF_FINDING_OK : VIF_FINDING_INFO,
                     "%zu port%s; iptables %s the bridges of hybrid ports", n, PLURAL(n),
                     filter == 1 ? "sees" : "does not see");
        return;
    }
    findings_add(findings, "hybrid", VIF_FINDING_WARN,
                 "%zu port%s, but iptables does not see the bridges of hybrid ports%s: security "
                 "groups do nothing there",
                 n, PLURAL(n), filter < 0 ? " (no br_netfilter)" : "");
    findings_advise(findings, "%ssysctl net.bridge.bridge-nf-call-iptables=1",
                    filter < 0 ? "modprobe br_netfilter; " : "");
}

static void check_ovn(const struct doctor_facts *facts, struct vif_findings *findings)
{
    const struct process_facts *process = &facts->system.ovn_controller;
    const char *remote = doctor_id(facts, "ovn-remote"), *id = doctor_id(facts, "system-id");

    if (!remote) {
        findings_add(findings, "ovn", VIF_FINDING_INFO, "not set up: no external_ids:ovn-remote");
    } else if (process->error == -ESRCH) {
        bool sure = facts->system.sees_all;

        findings_add(findings, "ovn", sure ? VIF_FINDING_FAIL : VIF_FINDING_WARN,
                     "ovn-remote is %.100s, but no ovn-controller %s in this network namespace",
                     remote, sure ? "runs" : "is seen");
        findings_advise(findings, "start ovn-controller (Debian: systemctl start ovn-host)%s",
                        sure ? "" : ", unless it runs where this process cannot see it");
    } else if (!id || !id[0]) {
        findings_add(findings, "ovn", VIF_FINDING_WARN,
                     "ovn-remote is %.100s, but there is no system-id, the name of this chassis",
                     remote);
        findings_advise(findings, "ovs-vsctl set Open_vSwitch . external_ids:system-id=NAME");
    } else if (process->error < 0) {
        findings_add(findings, "ovn", VIF_FINDING_INFO,
                     "chassis %.64s at %.100s; this user may not see whether ovn-controller runs",
                     id, remote);
    } else {
        findings_add(findings, "ovn", VIF_FINDING_OK,
                     "ovn-controller runs (pid %d), chassis %.64s at %.100s", process->pid, id,
                     remote);
    }
}

static void check_ml2(const struct doctor_facts *facts, struct vif_findings *findings)
{
    const struct process_facts *process = &facts->system.ml2_agent;
    size_t n = facts->vs.n_agent_ports;

    if (process->error == 0) {
        findings_add(findings, "ml2", VIF_FINDING_OK,
                     "neutron-openvswitch-agent runs (pid %d), %zu port%s", process->pid, n,
                     PLURAL(n));
    } else if (n == 0) {
        findings_add(findings, "ml2", VIF_FINDING_INFO,
                     "no neutron-openvswitch-agent, and no port "
                     "of one");
    } else if (process->error == -ESRCH && !doctor_id(facts, "ovn-remote")) {
        findings_add(findings, "ml2", VIF_FINDING_WARN,
                     "ports (%zu) were set up by neutron-openvswitch-agent, which is not seen", n);
        findings_advise(findings, "start it, unless these ports are left over");
    } else {
        findings_add(findings, "ml2", VIF_FINDING_INFO,
                     "ports (%zu) were set up by neutron-openvswitch-agent", n);
    }
}

void doctor_check_network(const struct doctor_facts *facts, struct vif_findings *findings)
{
    check_hybrid(facts, findings);
    check_ovn(facts, findings);
    check_ml2(facts, findings);
}
