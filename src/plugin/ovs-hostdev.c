/* SPDX-License-Identifier: Apache-2.0 */
/* VIFHostDevice: a virtual function of an SR-IOV NIC whose eswitch is in switchdev mode.  Its
 * representor is plugged, a kernel link (datapath system) or a DPDK port (netdev). */
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "kernel/devlink.h"
#include "kernel/sriov.h"
#include "plugin/ovs.h"

/* The first kernel with switchdev offload of Open vSwitch flows. */
#define KERNEL_MAJOR 4
#define KERNEL_MINOR 8

static int check_kernel(const struct ovs_describer *d)
{
    struct utsname name;
    int major, minor;

    if (uname(&name) < 0 || parse_version(name.release, &major, &minor) < 0)
        return 0;
    if (major > KERNEL_MAJOR || (major == KERNEL_MAJOR && minor >= KERNEL_MINOR))
        return 0;
    return plugin_fail(d->call, VIF_ERROR_UNSUPPORTED, NULL,
                       "kernel %s has no representors: %d.%d or later is needed", name.release,
                       KERNEL_MAJOR, KERNEL_MINOR);
}

static int find_address(const struct ovs_describer *d, const char **ret_address)
{
    *ret_address = view_string(d->call->vif, "dev_address");
    return *ret_address ? 0 : plugin_missing(d->call, "dev_address");
}

/* A fault of the NIC is reported with the field that named it. */
static int at_address(const struct ovs_describer *d, const struct vif_error *why)
{
    return plugin_fail(d->call, why->kind, "dev_address", "%s", why->text);
}

/* hw-tc-offload of the PF: without it the kernel takes no flow into the NIC. */
static void check_offload(struct ovs_describer *d, const char *pf)
{
    struct vif_wiring_link *link;
    struct vif_error why = {0};
    bool on = false, fixed = false;

    if (d->options->hw_tc_offload == TC_OFFLOAD_IGNORE)
        return;
    if (ethtool_get_tc_offload(pf, &on, &fixed, &why) < 0) {
        wiring_warn(d->call->wiring, "%s: %s", d->id, why.text);
        return;
    }
    if (on)
        return;
    if (fixed || d->options->hw_tc_offload == TC_OFFLOAD_WARN) {
        wiring_warn(d->call->wiring, "%s: hw-tc-offload of %s is off%s", d->id, pf,
                    fixed ? " and cannot be switched on" : "");
        return;
    }
    link = ovs_add_link(d, VIF_LINK_DEVICE, pf);
    link->shared = true;
    link->on_unplug = VIF_ON_UNPLUG_KEEP;
    link->device.enable_tc_offload = true;
}

/* A port under the representor's present name, as os-vif makes it, goes when it gets another. */
static void replace_port(struct ovs_describer *d, const char *name)
{
    struct vif_wiring_port *port = ovs_add_port(d, name, d->bridge, false);

    port->replaced = true;
    d->call->wiring->replaces = true;
    uuid_v5(WIRING_QOS_NAMESPACE, port->name, port->qos_id);
}

static void add_representor(struct ovs_describer *d, const char *found, const char *wanted)
{
    bool renamed = wanted && strcmp(wanted, found) != 0;
    struct vif_wiring_link *link = ovs_add_link(d, VIF_LINK_DEVICE, wanted ? wanted : found);

    if (renamed)
        (void)snprintf(link->device.rename_from, sizeof link->device.rename_from, "%s", found);
    link->device.required = true;
    link->on_unplug = VIF_ON_UNPLUG_DOWN;
    link->device.up = true;
    link->mtu = ovs_mtu(d);
    d->call->api->set_name(d->call->wiring, link->name);
    (void)ovs_add_link_port(d, link->name, true);
    if (renamed)
        replace_port(d, found);
}

/* The policy checks the wiring by this device. */
static void add_vf(struct ovs_describer *d, const struct sriov_vf *vf, const char *representor)
{
    struct wiring_vf *fact = ovs_add_vf(d, vf->pci);

    (void)snprintf(fact->representor, sizeof fact->representor, "%s", representor);
    (void)snprintf(fact->uplink, sizeof fact->uplink, "%s", vf->pf_netdev);
}

static int plug_system(struct ovs_describer *d)
{
    char name[VIF_DEVICE_NAME_SIZE];
    struct vif_error why = {0};
    struct sriov_vf vf;
    const char *address = NULL;
    const char *wanted = view_string(d->call->vif, "port_profile/representor_name");
    int r = check_kernel(d);

    if (r == 0)
        r = find_address(d, &address);
    if (r < 0)
        return r;
    r = sriov_find_vf(address, &vf, &why);
    if (r == 0)
        r = sriov_find_representor(&vf, name, &why);
    if (r < 0)
        return at_address(d, &why);
    d->call->wiring->needs_tc_offload = true;
    add_vf(d, &vf, name);
    check_offload(d, vf.pf_netdev);
    if (!wanted)
        wanted = view_string(d->call->vif, "port_profile/datapath_offload/representor_name");
    add_representor(d, name, wanted);
    return 0;
}

/* A representor whose port is not there (a plug or unplug that was cut short) is the one the VF
 * has; whether it was renamed its alias says. */
static void add_renamed(struct ovs_describer *d)
{
    const char *address = view_string(d->call->vif, "dev_address");
    char name[VIF_DEVICE_NAME_SIZE];
    struct vif_wiring_link *link;
    struct sriov_vf vf;

    if (!address || sriov_find_vf(address, &vf, NULL) < 0 ||
        sriov_find_representor(&vf, name, NULL) < 0)
        return;
    link = ovs_add_link(d, VIF_LINK_DEVICE, name);
    link->only_by_alias = true;
    link->on_unplug = VIF_ON_UNPLUG_DOWN;
    add_vf(d, &vf, name);
}

/* The VF may be gone, or its representor renamed: the port is found by its iface-id. */
static int unplug_system(struct ovs_describer *d)
{
    ovs_add_link(d, VIF_LINK_DEVICE, "")->on_unplug = VIF_ON_UNPLUG_DOWN;
    add_renamed(d);
    (void)ovs_add_port(d, "", d->bridge, true);
    return 0;
}

static int describe_netdev(struct ovs_describer *d)
{
    char name[VIF_DEVICE_NAME_SIZE];
    struct vif_wiring_port *port;
    struct wiring_vf *fact;
    struct vif_error why = {0};
    struct sriov_vf vf;
    const char *address = NULL;
    int r;

    ovs_device_name(d, "vfr", name);
    d->call->api->set_name(d->call->wiring, name);
    port = ovs_add_port(d, name, d->bridge, true);
    (void)snprintf(port->type, sizeof port->type, "dpdk");
    if (d->unplug)
        return 0;
    r = find_address(d, &address);
    if (r < 0)
        return r;
    if (sriov_pf_of(address, &vf, &why) < 0)
        return at_address(d, &why);
    fact = ovs_add_vf(d, vf.pci);
    (void)snprintf(fact->devargs, sizeof fact->devargs, "%s,representor=[%d]", vf.pf_pci, vf.vf);
    port->mtu_request = ovs_mtu(d);
    ovs_map_set(d, &port->options, "dpdk-devargs", fact->devargs);
    ovs_complete_port(d, port);
    return 0;
}

int ovs_describe_host_device(struct ovs_describer *d)
{
    int r = ovs_refuse_create_tap(d);

    if (r < 0)
        return r;
    ovs_add_network_bridge(d, NULL);
    if (!ovs_is_system(d))
        return describe_netdev(d);
    return d->unplug ? unplug_system(d) : plug_system(d);
}
