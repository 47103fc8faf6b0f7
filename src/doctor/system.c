/* SPDX-License-Identifier: Apache-2.0 */
/* The doctor's checks of this process and its kernel: may it plug, and can the kernel do what a VIF
 * needs? */
#include <errno.h>
#include <string.h>

#include "doctor/doctor.h"

static void check_config(const struct system_facts *system, struct vif_findings *findings)
{
    if (system->config_file)
        findings_add(findings, "config", VIF_FINDING_OK, "%s", system->config_file);
    else
        findings_add(findings, "config", VIF_FINDING_OK, "defaults: there is no %s",
                     VIF_CONFIG_FILE);
}

static void check_user(const struct system_facts *system, struct vif_findings *findings)
{
    if (system->net_admin) {
        findings_add(findings, "user", VIF_FINDING_OK, "%s, with CAP_NET_ADMIN", system->user);
        return;
    }
    findings_add(findings, "user", VIF_FINDING_FAIL,
                 "%s, without CAP_NET_ADMIN: no link can be made or changed", system->user);
    findings_advise(findings, "run as root, or give the program that plugs CAP_NET_ADMIN");
}

static void check_lock(const struct system_facts *system, struct vif_findings *findings)
{
    if (system->lock == 0) {
        findings_add(findings, "lock", VIF_FINDING_OK, "%s can be written", VIF_LOCK_FILE);
        return;
    }
    findings_add(findings, "lock", VIF_FINDING_WARN,
                 "%s: %s: two calls may work on the same VIF at once", VIF_LOCK_FILE,
                 strerrordesc_np(-system->lock));
    findings_advise(findings, "give this user the right to write %s", VIF_LOCK_FILE);
}

static void check_kernel(const struct system_facts *system, struct vif_findings *findings)
{
    if (system->strict_checks) {
        findings_add(findings, "kernel", VIF_FINDING_OK, "Linux %s", system->release);
        return;
    }
    findings_add(findings, "kernel", VIF_FINDING_WARN,
                 "Linux %s: rtnetlink does not check requests strictly", system->release);
    findings_advise(findings, "Linux 4.20 or later says more exactly what it refuses");
}

static void check_tun(const struct system_facts *system, struct vif_findings *findings)
{
    if (system->tun == 0) {
        findings_add(findings, "tun", VIF_FINDING_OK, "/dev/net/tun can be opened");
        return;
    }
    findings_add(findings, "tun", VIF_FINDING_FAIL, "/dev/net/tun: %s: no tap can be made",
                 strerrordesc_np(-system->tun));
    if (system->tun == -EACCES || system->tun == -EPERM)
        findings_advise(findings, "give this user the right to open /dev/net/tun");
    else
        findings_advise(findings, "modprobe tun; in a container, hand the device in");
}

static const char *state_word(enum feature_state state)
{
    switch (state) {
    case FEATURE_PRESENT:
        return "there";
    case FEATURE_LOADABLE:
        return "a module, not loaded yet";
    case FEATURE_MISSING:
        return "missing";
    case FEATURE_UNKNOWN:
        break;
    }
    return "not there now";
}

static void check_links(const struct system_facts *system, struct vif_findings *findings)
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
        findings_add(findings, "links", level, "this kernel makes bridges and veth pairs");
        return;
    }
    findings_add(findings, "links", level, "bridges: %s; veth pairs: %s", state_word(bridge),
                 state_word(veth));
    if (level == VIF_FINDING_INFO)
        findings_advise(findings, "nothing: the kernel loads a module when it is first needed");
    else
        findings_advise(findings, "hybrid VIFs (VIFBridge) need a kernel with the modules bridge "
                                  "and veth");
}

static void check_nftables(const struct system_facts *system, struct vif_findings *findings)
{
    if (system->nft == 0) {
        findings_add(findings, "nftables", VIF_FINDING_OK, "rules can be made");
        return;
    }
    findings_add(findings, "nftables", VIF_FINDING_INFO,
                 "%s (only plugin linux_bridge makes rules)", system->nft_error.text);
}

void doctor_check_system(const struct doctor_facts *facts, struct vif_findings *findings)
{
    const struct system_facts *system = &facts->system;

    check_config(system, findings);
    check_user(system, findings);
    check_lock(system, findings);
    check_kernel(system, findings);
    check_tun(system, findings);
    check_links(system, findings);
    check_nftables(system, findings);
}
