/* SPDX-License-Identifier: Apache-2.0 */
/* The doctor's checks of what takes packets past the kernel's software: flows in a NIC's eswitch, DPDK,
 * and guests on vhost-user sockets. */
#include <errno.h>
#include <string.h>

#include "doctor/doctor.h"

/* --- hw-offload --- */

static bool is_true(const char *value)
{
    return value && strcmp(value, "true") == 0;
}

/* Some drivers have no devlink, and who may not ask hears nothing: then the switch id tells. */
static bool in_switchdev_mode(const struct sriov_pf *pf)
{
    if (pf->eswitch_mode[0])
        return strcmp(pf->eswitch_mode, "switchdev") == 0;
    return pf->has_switch_id;
}

static void check_offloading_pf(const struct system_facts *system, const struct sriov_pf *pf,
                                struct vif_findings *findings)
{
    if (!in_switchdev_mode(pf)) {
        findings_add(findings, "hw-offload", VIF_FINDING_WARN,
                     "%s (%s, %d VFs): its eswitch is not in switchdev mode", pf->pci, pf->netdev,
                     pf->n_vfs);
        findings_advise(findings,
                        "unbind the VFs from their drivers, then: devlink dev eswitch set pci/%s "
                        "mode switchdev",
                        pf->pci);
    } else if (pf->tc_known && !pf->tc_on && pf->tc_fixed) {
        findings_add(findings, "hw-offload", VIF_FINDING_WARN,
                     "%s (%s, %d VFs): hw-tc-offload is off, and the driver cannot switch it on",
                     pf->pci, pf->netdev, pf->n_vfs);
        findings_advise(findings, "flows stay in software; see the driver's release notes");
    } else if (pf->tc_known && !pf->tc_on && system->hw_tc_offload == TC_OFFLOAD_ENABLE) {
        findings_add(findings, "hw-offload", VIF_FINDING_INFO,
                     "%s (%s, %d VFs): hw-tc-offload is off; the next plug switches it on", pf->pci,
                     pf->netdev, pf->n_vfs);
    } else if (pf->tc_known && !pf->tc_on) {
        findings_add(findings, "hw-offload", VIF_FINDING_WARN,
                     "%s (%s, %d VFs): hw-tc-offload is off", pf->pci, pf->netdev, pf->n_vfs);
        findings_advise(findings,
                        "ethtool -K %s hw-tc-offload on, or hw_tc_offload = enable in the "
                        "configuration",
                        pf->netdev);
    } else {
        findings_add(findings, "hw-offload", VIF_FINDING_OK,
                     "%s (%s, %d VFs): switchdev mode, hw-tc-offload %s", pf->pci, pf->netdev,
                     pf->n_vfs, pf->tc_known ? "on" : "not known");
    }
}

static void check_pf(const struct doctor_facts *facts, const struct sriov_pf *pf,
                     struct vif_findings *findings)
{
    bool offload = is_true(doctor_config(facts, "hw-offload"));

    if (!pf->netdev[0]) {
        findings_add(findings, "hw-offload", VIF_FINDING_INFO,
                     "%s (%d VFs) has no network device in this network namespace", pf->pci,
                     pf->n_vfs);
    } else if (offload) {
        check_offloading_pf(&facts->system, pf, findings);
    } else if (in_switchdev_mode(pf)) {
        findings_add(findings, "hw-offload", VIF_FINDING_WARN,
                     "%s (%s, %d VFs) is in switchdev mode, but Open vSwitch does not offload",
                     pf->pci, pf->netdev, pf->n_vfs);
        findings_advise(findings, "ovs-vsctl set Open_vSwitch . other_config:hw-offload=true, then "
                                  "restart ovs-vswitchd");
    } else {
        findings_add(findings, "hw-offload", VIF_FINDING_INFO,
                     "%s (%s, %d VFs): legacy mode, and Open vSwitch does not offload", pf->pci,
                     pf->netdev, pf->n_vfs);
    }
}

void doctor_check_offload(const struct doctor_facts *facts, struct vif_findings *findings)
{
    bool offload = is_true(doctor_config(facts, "hw-offload"));
    size_t n = facts->system.n_pfs;
    int major, minor;

    if (offload && parse_version(facts->vs.ovs_version, &major, &minor) == 0 &&
        (major < 2 || (major == 2 && minor < 8))) {
        findings_add(findings, "hw-offload", VIF_FINDING_FAIL,
                     "other_config:hw-offload=true, but Open vSwitch %s cannot offload",
                     facts->vs.ovs_version);
        findings_advise(findings, "upgrade Open vSwitch to 2.8 or later");
    }
    if (n == 0)
        findings_add(findings, "hw-offload", VIF_FINDING_INFO, "%s no NIC with VFs",
                     offload ? "on, but" : "off;");
    for (size_t i = 0; i < n && i < DOCTOR_LINES; i++)
        check_pf(facts, &facts->system.pfs[i], findings);
    if (n > DOCTOR_LINES)
        findings_add(findings, "hw-offload", VIF_FINDING_INFO, "and %zu more NICs with VFs",
                     n - DOCTOR_LINES);
}

/* --- DPDK --- */

static bool needs_dpdk(const struct vswitch_interface *interface)
{
    return strncmp(interface->type, "dpdk", 4) == 0;
}

static void check_dpdk(const struct doctor_facts *facts, struct vif_findings *findings)
{
    const struct vswitch_interface *first = NULL;
    const struct vswitch *vs = &facts->vs;
    const char *init = doctor_config(facts, "dpdk-init");
    bool wanted = init && strcmp(init, "false") != 0;
    size_t n = 0;

    for (size_t i = 0; i < vs->n_interfaces; i++)
        if (needs_dpdk(&vs->interfaces[i])) {
            first = first ? first : &vs->interfaces[i];
            n++;
        }
    if (vs->dpdk_initialized) {
        findings_add(findings, "dpdk", VIF_FINDING_OK, "initialised, %zu port%s", n, PLURAL(n));
    } else if (first) {
        findings_add(findings, "dpdk", VIF_FINDING_FAIL, "not initialised, but %s (type %s)%s",
                     first->name, first->type, n > 1 ? " and others need it" : " needs it");
        findings_advise(findings, "%s",
                        wanted ? "see the log of ovs-vswitchd: hugepages, vfio"
                               : "ovs-vsctl set Open_vSwitch . other_config:dpdk-init=true, then "
                                 "restart ovs-vswitchd");
    } else if (wanted) {
        findings_add(findings, "dpdk", VIF_FINDING_WARN,
                     "other_config:dpdk-init=%s, but it is not initialised", init);
        findings_advise(findings, "restart ovs-vswitchd and see its log: hugepages, vfio");
    } else {
        findings_add(findings, "dpdk", VIF_FINDING_INFO, "not in use");
    }
}

/* --- vhost-user --- */

static void add_directory(const struct directory_facts *directory, struct vif_findings *findings)
{
    const char *path = directory->path, *plural = PLURAL(directory->n_ports);
    mode_t mode = directory->mode;

    if (directory->error < 0) {
        findings_add(findings, "vhost-user", VIF_FINDING_WARN, "%s: %s: no socket for %zu port%s",
                     path, strerrordesc_np(-directory->error), directory->n_ports, plural);
        findings_advise(findings, "%s",
                        directory->error == -ENOENT ? "make it, writable for the user QEMU runs as"
                                                    : "look as root");
        return;
    }
    if (!S_ISDIR(mode)) {
        findings_add(findings, "vhost-user", VIF_FINDING_FAIL,
                     "%s is no directory: no socket for %zu port%s", path, directory->n_ports,
                     plural);
        findings_advise(findings, "plug these VIFs with a path that can be");
        return;
    }
    if (mode & S_IWOTH && !(mode & S_ISVTX)) {
        findings_add(findings, "vhost-user", VIF_FINDING_WARN,
                     "%s (%zu port%s): anyone may replace a guest's socket", path,
                     directory->n_ports, plural);
        findings_advise(findings, "chmod o-w %s", path);
        return;
    }
    findings_add(findings, "vhost-user", VIF_FINDING_OK, "%s (%zu port%s): %s%s%s%s may write",
                 path, directory->n_ports, plural, mode & S_IWUSR ? directory->owner : "root",
                 mode & S_IWGRP ? " and group " : "", mode & S_IWGRP ? directory->group : "",
                 mode & S_IWOTH ? " and anyone" : "");
}

static void check_directories(const struct doctor_facts *facts, struct vif_findings *findings)
{
    size_t n = facts->n_directories;

    if (n == 0)
        findings_add(findings, "vhost-user", VIF_FINDING_INFO, "no port with a guest's socket");
    for (size_t i = 0; i < n && i < DOCTOR_LINES; i++)
        add_directory(&facts->directories[i], findings);
    if (n > DOCTOR_LINES)
        findings_add(findings, "vhost-user", VIF_FINDING_INFO, "and %zu more directories",
                     n - DOCTOR_LINES);
}

void doctor_check_dpdk(const struct doctor_facts *facts, struct vif_findings *findings)
{
    check_dpdk(facts, findings);
    check_directories(facts, findings);
}
