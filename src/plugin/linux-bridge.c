/* SPDX-License-Identifier: Apache-2.0 */
/* Plugin "linux_bridge": VIFBridge on a Linux bridge that belongs to a network and is shared by its
 * VIFs, with the network's interface or VLAN as a port.  Acts only where the network asks the host
 * to provide its bridge; unplug leaves it, since other VIFs may be on it. */
#include <stdio.h>
#include <string.h>

#include "plugin/plugin.h"

/* The kernel's own default, in 1/100 s; STP, forward delay and multicast snooping are off. */
#define DEFAULT_AGEING 30000

struct describer {
    const struct vif_describe *call;
    const struct linux_bridge_options *options;
    const char *bridge;    /* the VIF's bridge_name */
    const char *interface; /* to be its port, or NULL */
    uint32_t mtu;
    bool failed; /* out of memory: reported at the end, and until then links are 'no_link' */
    struct vif_wiring_link no_link;
};

/* A link that the network's VIFs share. */
static struct vif_wiring_link *add_shared(struct describer *d, enum vif_link_kind kind,
                                          const char *name, uint32_t mtu)
{
    struct vif_wiring_link *link = wiring_add_link(d->call->wiring, kind, name);

    d->failed |= !link;
    link = link ? link : &d->no_link;
    link->create = kind != VIF_LINK_DEVICE;
    link->shared = true;
    link->on_unplug = VIF_ON_UNPLUG_KEEP;
    link->mtu = mtu;
    link->moves_addresses = kind != VIF_LINK_BRIDGE;
    if (kind != VIF_LINK_BRIDGE)
        (void)snprintf(link->master, sizeof link->master, "%s", d->bridge);
    return link;
}

static void add_bridge(struct describer *d)
{
    struct vif_wiring_link *bridge =
        add_shared(d, VIF_LINK_BRIDGE, d->bridge, d->interface ? d->mtu : 0);

    bridge->bridge.attributes.ageing_time = DEFAULT_AGEING;
    bridge->bridge.no_host_address = true;
    bridge->bridge.keep_ipv6 = d->options->use_ipv6;
}

static int add_vlan(struct describer *d, int64_t vlan)
{
    struct vif_wiring_link *link;
    char name[VIF_DEVICE_NAME_SIZE];

    if (d->options->vlan_interface[0])
        d->interface = d->options->vlan_interface;
    if (!d->interface)
        return plugin_missing(d->call, "network/bridge_interface");
    (void)snprintf(name, sizeof name, "vlan%d", (int)vlan);
    link = add_shared(d, VIF_LINK_VLAN, name, d->mtu);
    link->vlan.id = (uint16_t)vlan;
    (void)snprintf(link->vlan.parent, sizeof link->vlan.parent, "%s", d->interface);
    return 0;
}

/* With traffic filtering elsewhere there are no rules of ours. */
static void add_rules(struct describer *d, bool vlan)
{
    struct vif_wiring_rules *rules;
    int r = 0;

    if (!vlan && view_bool(d->call->vif, "has_traffic_filtering", false))
        return;
    rules = wiring_add_rules(d->call->wiring, d->bridge);
    d->failed |= !rules;
    if (!rules)
        return;
    (void)snprintf(rules->drop_action, sizeof rules->drop_action, "%s",
                   d->options->iptables_drop_action);
    if (vlan) /* no interface: nothing is forwarded */
        return;
    if (!d->options->n_forward_interfaces)
        r = wiring_rules_interface(rules, "all");
    for (size_t i = 0; r == 0 && i < d->options->n_forward_interfaces; i++)
        r = wiring_rules_interface(rules, d->options->forward_interfaces[i]);
    d->failed |= r < 0;
}

static int describe(const struct vif_describe *call)
{
    struct describer d = {
        .call = call,
        .options = &plugin_options_of(call)->linux_bridge,
        .bridge = view_string(call->vif, "bridge_name"),
        .interface = view_string(call->vif, "network/bridge_interface"),
    };
    bool vlan = view_bool(call->vif, "network/should_provide_vlan", false);
    int64_t mtu = view_int(call->vif, "network/mtu", 0);
    int r = 0;

    if (strcmp(view_class(call->vif, ""), "VIFBridge") != 0)
        return plugin_fail(call, VIF_ERROR_UNSUPPORTED, NULL,
                           "plugin linux_bridge cannot plug a %s", view_class(call->vif, ""));
    if (!view_class(call->vif, "network"))
        return plugin_missing(call, "network");
    if (!d.bridge)
        return plugin_missing(call, "bridge_name");
    call->api->set_name(call->wiring, d.bridge);
    if (call->goal == VIF_GOAL_UNPLUG || view_bool(call->vif, "network/multi_host", false) ||
        !view_bool(call->vif, "network/should_provide_bridge", false))
        return 0;
    d.mtu = mtu ? (uint32_t)mtu : d.options->network_device_mtu;
    if (!vlan && d.options->flat_interface[0])
        d.interface = d.options->flat_interface;
    if (d.interface && strcmp(d.interface, d.bridge) == 0)
        return plugin_fail(call, VIF_ERROR_INVALID, "bridge_name",
                           "\"%s\" cannot be both the bridge and its port", d.bridge);
    if (vlan && view_int(call->vif, "network/vlan", 0) == 0)
        return plugin_missing(call, "network/vlan");
    add_bridge(&d);
    if (vlan)
        r = add_vlan(&d, view_int(call->vif, "network/vlan", 0));
    else if (d.interface)
        add_shared(&d, VIF_LINK_DEVICE, d.interface, d.mtu)->device.up = true;
    add_rules(&d, vlan);
    return d.failed ? error_memory(call->err) : r;
}

static const struct vif_plugin_type types[] = {
    {"VIFBridge", "1.0", "1.0", NULL},
    {NULL, NULL, NULL, NULL},
};

const struct vif_plugin plugin_linux_bridge = {
    .interface = VIF_PLUGIN_INTERFACE,
    .name = "linux_bridge",
    .types = types,
    .describe = describe,
};
