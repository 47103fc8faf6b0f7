/* SPDX-License-Identifier: Apache-2.0 */
/* Plugin "ovs": the VIF types that end in an Open vSwitch port, as os-vif's vif_plug_ovs wires
 * them. What each type needs is checked here, before anything is touched. */
#include "plugin/ovs.h"

#include <errno.h>
#include <string.h>

#include "base/strmap.h"
#include "base/text.h"

/* Bridges of Neutron trunks begin so; they come and go with their parent port. */
#define TRUNK_PREFIX "tbr-"

/* VIFPortProfileOpenVSwitch and its subclasses. */
static const char *const profiles[] = {"VIFPortProfileOpenVSwitch", "VIFPortProfileFPOpenVSwitch",
                                       "VIFPortProfileOVSRepresentor"};
#define N_PROFILES (sizeof profiles / sizeof profiles[0])

/* os-vif cuts device names made of a prefix and the VIF's id at 14 characters. */
#define DEVICE_NAME_LENGTH 14

void ovs_device_name(const struct ovs_describer *d, const char *prefix,
                     char ret[VIF_DEVICE_NAME_SIZE])
{
    text_copy(ret, DEVICE_NAME_LENGTH + 1, prefix);
    text_copy(ret + strlen(ret), DEVICE_NAME_LENGTH + 1 - strlen(ret), d->id);
}

static bool is_trunk(const struct ovs_describer *d)
{
    return strncmp(d->bridge, TRUNK_PREFIX, strlen(TRUNK_PREFIX)) == 0;
}

bool ovs_is_system(const struct ovs_describer *d)
{
    return !d->datapath_type || !d->datapath_type[0] || strcmp(d->datapath_type, "system") == 0;
}

uint32_t ovs_mtu(const struct ovs_describer *d)
{
    int64_t mtu = view_int(d->call->vif, "network/mtu", 0);

    return mtu ? (uint32_t)mtu : d->options->network_device_mtu;
}

static int check_profile(struct ovs_describer *d)
{
    const struct vif_object *vif = d->call->vif;
    const char *class = view_class(vif, "port_profile");
    size_t i = 0;

    if (!class)
        return plugin_missing(d->call, "port_profile");
    while (i < N_PROFILES && strcmp(profiles[i], class) != 0)
        i++;
    if (i == N_PROFILES)
        return plugin_fail(d->call, VIF_ERROR_NO_PROFILE, "port_profile",
                           "plugin ovs takes VIFPortProfileOpenVSwitch and its subclasses, not %s",
                           class);
    d->interface_id = view_string(vif, "port_profile/interface_id");
    d->datapath_type = view_string(vif, "port_profile/datapath_type");
    if (d->unplug)
        return 0;
    if (!d->interface_id)
        return plugin_missing(d->call, "port_profile/interface_id");
    if (!ovs_is_system(d) && strcmp(d->datapath_type, "netdev") != 0)
        return plugin_fail(d->call, VIF_ERROR_INVALID, "port_profile/datapath_type",
                           "expected \"system\" or \"netdev\", got \"%.32s\"", d->datapath_type);
    return 0;
}

/* What every type needs. */
static int check_common(struct ovs_describer *d)
{
    const struct vif_object *vif = d->call->vif;
    int r = check_profile(d);

    if (r < 0)
        return r;
    if (!view_class(vif, "network"))
        return plugin_missing(d->call, "network");
    d->bridge = view_string(vif, "network/bridge");
    if (!d->bridge)
        return plugin_missing(d->call, "network/bridge");
    if (d->unplug)
        return 0;
    if (!view_string(vif, "address"))
        return plugin_missing(d->call, "address");
    if (!d->call->instance || !view_string(d->call->instance, "uuid"))
        return plugin_fail(d->call, VIF_ERROR_INVALID, NULL,
                           "instance_info with a uuid is needed beside the VIF");
    return 0;
}

struct vif_wiring_link *ovs_add_link(struct ovs_describer *d, enum vif_link_kind kind,
                                     const char *name)
{
    struct vif_wiring_link *link = wiring_add_link(d->call->wiring, kind, name);

    d->failed |= !link;
    return link ? link : &d->no_link;
}

struct vif_wiring_bridge *ovs_add_bridge(struct ovs_describer *d, const char *name)
{
    struct vif_wiring_bridge *bridge = wiring_add_bridge(d->call->wiring, name);

    d->failed |= !bridge;
    return bridge ? bridge : &d->no_bridge;
}

struct wiring_vf *ovs_add_vf(struct ovs_describer *d, const char *pci)
{
    struct wiring_vf *vf = wiring_add_vf(d->call->wiring, pci);

    d->failed |= !vf;
    return vf ? vf : &d->no_vf;
}

struct vif_wiring_port *ovs_add_port(struct ovs_describer *d, const char *name, const char *bridge,
                                     bool create)
{
    struct vif_wiring_port *port = wiring_add_port(d->call->wiring, name, bridge);

    d->failed |= !port;
    port = port ? port : &d->no_port;
    port->create = create;
    if (d->interface_id)
        text_copy(port->owner, sizeof port->owner, d->interface_id);
    return port;
}

/* Once memory has run out nothing is added: 'map' may be that of a spare, which is not freed. */
void ovs_map_set(struct ovs_describer *d, struct vif_map *map, const char *key, const char *value)
{
    d->failed = d->failed || strmap_set(map, key, value) < 0;
}

void ovs_add_network_bridge(struct ovs_describer *d, const char *default_type)
{
    struct vif_wiring_bridge *bridge = ovs_add_bridge(d, d->bridge);
    const char *type = d->datapath_type ? d->datapath_type : default_type;

    bridge->create = true;
    bridge->on_unplug = is_trunk(d) ? VIF_ON_UNPLUG_REMOVE : VIF_ON_UNPLUG_KEEP;
    if (type && !d->unplug)
        text_copy(bridge->datapath_type, sizeof bridge->datapath_type, type);
}

void ovs_add_ids(struct ovs_describer *d, struct vif_wiring_port *port, const char *iface_id)
{
    ovs_map_set(d, &port->ids, "iface-id", iface_id);
    ovs_map_set(d, &port->ids, "iface-status", "active");
    ovs_map_set(d, &port->ids, "attached-mac", view_string(d->call->vif, "address"));
    ovs_map_set(d, &port->ids, "vm-uuid", view_string(d->call->instance, "uuid"));
    /* os-vif does not put it on a patch port. */
    if (is_trunk(d) && strcmp(port->type, "patch") != 0)
        ovs_map_set(d, &port->ids, "bridge_name", d->bridge);
}

void ovs_complete_port(struct ovs_describer *d, struct vif_wiring_port *port)
{
    port->isolate = d->options->isolate_vif && !is_trunk(d);
    if (port->link[0] && ovs_is_system(d))
        memcpy(port->qos_type, d->options->default_qos_type, sizeof port->qos_type);
    ovs_add_ids(d, port, d->interface_id);
}

struct vif_wiring_port *ovs_add_link_port(struct ovs_describer *d, const char *name, bool create)
{
    struct vif_wiring_port *port = ovs_add_port(d, name, d->bridge, create);

    text_copy(port->link, sizeof port->link, name);
    uuid_v5(WIRING_QOS_NAMESPACE, port->name, port->qos_id);
    if (create && !d->unplug)
        ovs_complete_port(d, port);
    return port;
}

int ovs_refuse_create_tap(const struct ovs_describer *d)
{
    if (!d->unplug && view_bool(d->call->vif, "port_profile/create_tap", false))
        return plugin_fail(d->call, VIF_ERROR_INVALID, "port_profile/create_tap",
                           "only VIFOpenVSwitch can have its tap made, not %s",
                           view_class(d->call->vif, ""));
    return 0;
}

static int describe(const struct vif_describe *call)
{
    static const struct {
        const char *class;
        int (*describe)(struct ovs_describer *d);
    } sorts[] = {
        {"VIFOpenVSwitch", ovs_describe_openvswitch},
        {"VIFBridge", ovs_describe_bridge},
        {"VIFVHostUser", ovs_describe_vhostuser},
        {"VIFHostDevice", ovs_describe_host_device},
    };
    const char *class = view_class(call->vif, "");
    struct ovs_describer d = {
        .call = call,
        .options = &plugin_options_of(call)->ovs,
        .id = view_string(call->vif, "id"),
        .unplug = call->goal == VIF_GOAL_UNPLUG,
    };

    for (size_t i = 0; i < sizeof sorts / sizeof sorts[0]; i++)
        if (strcmp(class, sorts[i].class) == 0) {
            int r = check_common(&d);

            if (r == 0)
                r = sorts[i].describe(&d);
            return d.failed ? error_memory(call->err) : r;
        }
    return plugin_fail(call, VIF_ERROR_UNSUPPORTED, NULL, "plugin ovs cannot plug a %s", class);
}

static const struct vif_plugin_profile openvswitch[] = {
    {"VIFPortProfileOpenVSwitch", "1.0", "1.0"},
    {NULL, NULL, NULL},
};

static const struct vif_plugin_profile openvswitch_or_representor[] = {
    {"VIFPortProfileOpenVSwitch", "1.0", "1.0"},
    {"VIFPortProfileOVSRepresentor", "1.0", "1.0"},
    {NULL, NULL, NULL},
};

/* The versions that os-vif's plugin states, although both understand newer minor versions: Neutron
 * compares them. */
static const struct vif_plugin_type types[] = {
    {"VIFBridge", "1.0", "1.0", openvswitch},
    {"VIFOpenVSwitch", "1.0", "1.0", openvswitch},
    {"VIFVHostUser", "1.0", "1.0", openvswitch_or_representor},
    {"VIFHostDevice", "1.0", "1.0", openvswitch_or_representor},
    {NULL, NULL, NULL, NULL},
};

const struct vif_plugin plugin_ovs = {
    .interface = VIF_PLUGIN_INTERFACE,
    .name = "ovs",
    .types = types,
    .describe = describe,
};
