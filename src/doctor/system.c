/* SPDX-License-Identifier: Apache-2.0 */
/* The doctor's checks of this process and its kernel: may it plug, and can the kernel do what a VIF
 * needs? */
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
