/* SPDX-License-Identifier: Apache-2.0 */
/* The doctor's checks of what takes packets past the kernel's software: flows in a NIC's eswitch,
 * DPDK, and guests on vhost-user sockets. */
#include <errno.h>
#include <string.h>

#include "doctor/doctor.h"

/* --- hw-offload --- */

static bool is_true(const char *value)
{
    return value && strcmp(value, "true") == 0;
}

/* Some drivers have no devlink, and it may be forbidden: then the switch id decides. */
static bool in_switchdev_mode(const struct sriov_pf *pf)
{
    if (pf->eswitch_mode[0])
        return strcmp(pf->eswitch_mode, "switchdev") == 0;
    return pf->has_switch_id;
}

static void check_offloading_pf(const struct system_facts *system, const struct sriov_pf *pf,
                                struct vif_findings *out)
{
    if (!in_switchdev_mode(pf)) {
        findings_warn(out, "hw-offload", "%s (%s, %d VFs): its eswitch is not in switchdev mode",
                      pf->pci, pf->netdev, pf->n_vfs);
        findings_advise(out,
                        "unbind the VFs from their drivers, then: devlink dev eswitch set pci/%s "
                        "mode switchdev",
                        pf->pci);
    } else if (pf->tc_known && !pf->tc_on && pf->tc_fixed) {
        findings_warn(out, "hw-offload",
                      "%s (%s, %d VFs): hw-tc-offload is off, and the driver cannot enable it",
                      pf->pci, pf->netdev, pf->n_vfs);
        findings_advise(out, "flows stay in software; see the driver's release notes");
    } else if (pf->tc_known && !pf->tc_on && system->hw_tc_offload == TC_OFFLOAD_ENABLE) {
        findings_info(out, "hw-offload",
                      "%s (%s, %d VFs): hw-tc-offload is off; the next plug enables it", pf->pci,
                      pf->netdev, pf->n_vfs);
    } else if (pf->tc_known && !pf->tc_on) {
        findings_warn(out, "hw-offload", "%s (%s, %d VFs): hw-tc-offload is off", pf->pci,
                      pf->netdev, pf->n_vfs);
        findings_advise(out,
                        "ethtool -K %s hw-tc-offload on, or hw_tc_offload = enable in the "
                        "configuration",
                        pf->netdev);
    } else {
        findings_ok(out, "hw-offload", "%s (%s, %d VFs): switchdev mode, hw-tc-offload %s", pf->pci,
                    pf->netdev, pf->n_vfs, pf->tc_known ? "on" : "unknown");
    }
}

static void check_pf(const struct doctor_facts *facts, const struct sriov_pf *pf,
                     struct vif_findings *out)
{
    bool offload = is_true(doctor_config(facts, "hw-offload"));

    if (!pf->netdev[0]) {
        findings_info(out, "hw-offload",
                      "%s (%d VFs) has no network device in this network namespace", pf->pci,
                      pf->n_vfs);
    } else if (offload) {
        check_offloading_pf(&facts->system, pf, out);
    } else if (in_switchdev_mode(pf)) {
        findings_warn(out, "hw-offload",
                      "%s (%s, %d VFs) is in switchdev mode, but Open vSwitch does not offload",
                      pf->pci, pf->netdev, pf->n_vfs);
        findings_advise(out, "ovs-vsctl set Open_vSwitch . other_config:hw-offload=true, then "
                             "restart ovs-vswitchd");
    } else {
        findings_info(out, "hw-offload",
                      "%s (%s, %d VFs): legacy mode, and Open vSwitch does not offload", pf->pci,
                      pf->netdev, pf->n_vfs);
    }
}

void doctor_check_offload(const struct doctor_facts *facts, struct vif_findings *out)
{
    bool offload = is_true(doctor_config(facts, "hw-offload"));
    size_t n = facts->system.n_pfs;
    int major, minor;

    if (offload && parse_version(facts->vs.ovs_version, &major, &minor) == 0 &&
        (major < 2 || (major == 2 && minor < 8))) {
        findings_fail(out, "hw-offload",
                      "other_config:hw-offload=true, but Open vSwitch %s cannot offload",
                      facts->vs.ovs_version);
        findings_advise(out, "upgrade Open vSwitch to 2.8 or later");
    }
    if (n == 0)
        findings_info(out, "hw-offload", "%s no NIC with VFs", offload ? "on, but" : "off;");
    for (size_t i = 0; i < n && i < DOCTOR_LINES; i++)
        check_pf(facts, &facts->system.pfs[i], out);
    if (n > DOCTOR_LINES)
        findings_info(out, "hw-offload", "and %zu more NICs with VFs", n - DOCTOR_LINES);
}

/* --- DPDK --- */

static bool needs_dpdk(const struct vswitch_interface *interface)
{
    return strncmp(interface->type, "dpdk", 4) == 0;
}

static void check_dpdk(const struct doctor_facts *facts, struct vif_findings *out)
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
        findings_ok(out, "dpdk", "initialised, %zu port%s", n, PLURAL(n));
    } else if (first) {
        findings_fail(out, "dpdk", "not initialised, but %s (type %s)%s", first->name, first->type,
                      n > 1 ? " and others need it" : " needs it");
        findings_advise(out, "%s",
                        wanted ? "see the log of ovs-vswitchd: hugepages, vfio"
                               : "ovs-vsctl set Open_vSwitch . other_config:dpdk-init=true, then "
                                 "restart ovs-vswitchd");
    } else if (wanted) {
        findings_warn(out, "dpdk", "other_config:dpdk-init=%s, but it is not initialised", init);
        findings_advise(out, "restart ovs-vswitchd and see its log: hugepages, vfio");
    } else {
        findings_info(out, "dpdk", "not in use");
    }
}

/* --- vhost-user --- */

static void add_directory(const struct directory_facts *directory, struct vif_findings *out)
{
    const char *path = directory->path, *plural = PLURAL(directory->n_ports);
    mode_t mode = directory->mode;

    if (directory->error < 0) {
        findings_warn(out, "vhost-user", "%s: %s: no socket for %zu port%s", path,
                      strerrordesc_np(-directory->error), directory->n_ports, plural);
        findings_advise(out, "%s",
                        directory->error == -ENOENT
                            ? "create it, writable for the user QEMU runs as"
                            : "check as root");
        return;
    }
    if (!S_ISDIR(mode)) {
        findings_fail(out, "vhost-user", "%s is not a directory: no socket for %zu port%s", path,
                      directory->n_ports, plural);
        findings_advise(out, "plug these VIFs with a valid path");
        return;
    }
    if (mode & S_IWOTH && !(mode & S_ISVTX)) {
        findings_warn(out, "vhost-user", "%s (%zu port%s): any user can replace a guest's socket",
                      path, directory->n_ports, plural);
        findings_advise(out, "chmod o-w %s", path);
        return;
    }
    findings_ok(out, "vhost-user", "%s (%zu port%s): writable by %s%s%s%s", path,
                directory->n_ports, plural, mode & S_IWUSR ? directory->owner : "root",
                mode & S_IWGRP ? " and group " : "", mode & S_IWGRP ? directory->group : "",
                mode & S_IWOTH ? " and everyone" : "");
}

static void check_directories(const struct doctor_facts *facts, struct vif_findings *out)
{
    size_t n = facts->n_directories;

    if (n == 0)
        findings_info(out, "vhost-user", "no port with a guest's socket");
    for (size_t i = 0; i < n && i < DOCTOR_LINES; i++)
        add_directory(&facts->directories[i], out);
    if (n > DOCTOR_LINES)
        findings_info(out, "vhost-user", "and %zu more directories", n - DOCTOR_LINES);
}

void doctor_check_dpdk(const struct doctor_facts *facts, struct vif_findings *out)
{
    check_dpdk(facts, out);
    check_directories(facts, out);
}
