/* SPDX-License-Identifier: Apache-2.0 */
/* Plugin "ovs": the VIF types that end in an Open vSwitch port, as os-vif's vif_plug_ovs wires them.
 * What each type needs is checked here, before anything is touched.  Pure. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "plugin/plugin.h"

/* os-vif's name space for the ids of its QoS rows: either program finds what the other made. */
#define QOS_NAMESPACE "68da264a-847f-42a8-8ab0-5e774aee3d95"

/* Bridges of Neutron trunks begin so; they come and go with their parent port. */
#define TRUNK_PREFIX "tbr-"

/* os-vif cuts device names made of a prefix and the VIF's id at 14 characters. */
#define DEVICE_NAME_LENGTH 14

struct describer {
    const struct ovs_options *options;
    const struct vif_request *request;
    const struct vif *vif;
    const struct port_profile *profile;
    const char *bridge; /* network.bridge */
    bool unplug;
    struct wiring *wiring;
    struct vif_error *err;
};

void ovs_options_init(struct ovs_options *options)
{
    *options = (struct ovs_options){
        .network_device_mtu = 1500,
        .default_qos_type = "linux-noop",
        .tap_owner = (uid_t)-1,
        .tap_group = (gid_t)-1,
    };
}

/* The path of a member of the VIF's member 'object', in the form the VIF was given in. */
static const char *inner(const struct describer *d)
{
    static const char data[] = "/versioned_object.data";
    size_t n = strlen(d->request->where), m = sizeof data - 1;

    return n >= m && strcmp(d->request->where + n - m, data) == 0 ? data : "";
}

static int missing(const struct describer *d, const char *field)
{
    return error_set(d->err, VIF_ERROR_INVALID, "%s/%s: missing", d->request->where, field);
}

static int missing_in(const struct describer *d, const char *object, const char *field)
{
    return error_set(d->err, VIF_ERROR_INVALID, "%s/%s%s/%s: missing", d->request->where, object,
                     inner(d), field);
}

static void device_name(const struct describer *d, const char *prefix, char ret[LIMIT_IFNAME])
{
    (void)snprintf(ret, LIMIT_IFNAME, "%s%.*s", prefix, DEVICE_NAME_LENGTH - (int)strlen(prefix),
                   d->vif->id);
}

static bool is_trunk(const struct describer *d)
{
    return strncmp(d->bridge, TRUNK_PREFIX, strlen(TRUNK_PREFIX)) == 0;
}

static uint32_t mtu_of(const struct describer *d)
{
    return d->vif->network->mtu ? (uint32_t)d->vif->network->mtu : d->options->network_device_mtu;
}

/* Whether the port's traffic goes through the kernel's datapath. */
static bool is_system(const struct describer *d)
{
    const char *type = d->profile->datapath_type;

    return !type || !type[0] || strcmp(type, "system") == 0;
}

static int check_profile(struct describer *d)
{
    d->profile = d->vif->port_profile;
    if (!d->profile)
        return missing(d, "port_profile");
    if (!port_profile_is_openvswitch(d->profile->type))
        return error_set(d->err, VIF_ERROR_NO_PROFILE,
                         "%s/port_profile: plugin ovs takes VIFPortProfileOpenVSwitch and its "
                         "subclasses, not %s",
                         d->request->where, port_profile_type_name(d->profile->type));
    if (d->unplug)
        return 0;
    if (!d->profile->interface_id)
        return missing_in(d, "port_profile", "interface_id");
    if (!is_system(d) && strcmp(d->profile->datapath_type, "netdev") != 0)
        return error_set(d->err, VIF_ERROR_INVALID,
                         "%s/port_profile%s/datapath_type: expected \"system\" or \"netdev\", "
                         "got \"%.32s\"",
                         d->request->where, inner(d), d->profile->datapath_type);
    return 0;
}

/* What every type needs. */
static int check_common(struct describer *d)
{
    int r = check_profile(d);

    if (r < 0)
        return r;
    if (!d->vif->network)
        return missing(d, "network");
    d->bridge = d->vif->network->bridge;
    if (!d->bridge)
        return missing_in(d, "network", "bridge");
    if (d->unplug)
        return 0;
    if (!d->vif->address)
        return missing(d, "address");
    if (!d->request->instance || !d->request->instance->uuid)
        return error_set(d->err, VIF_ERROR_INVALID,
                         "%s: instance_info with a uuid is needed beside the VIF",
                         d->request->where);
    return 0;
}

static int add_ovs_bridge(struct describer *d)
{
    struct wiring_bridge *bridge = wiring_add_bridge(d->wiring, d->bridge);
    const char *type = d->profile->datapath_type;

    if (!bridge)
        return error_memory(d->err);
    bridge->create = true;
    bridge->fate = is_trunk(d) ? WIRING_REMOVE : WIRING_KEEP;
    if (type && !d->unplug)
        (void)snprintf(bridge->datapath_type, sizeof bridge->datapath_type, "%s", type);
    return 0;
}

static int add_ids(struct describer *d, struct wiring_port *port)
{
    int r = strmap_set(&port->ids, "iface-id", d->profile->interface_id);

    if (r == 0)
        r = strmap_set(&port->ids, "iface-status", "active");
    if (r == 0)
        r = strmap_set(&port->ids, "attached-mac", d->vif->address);
    if (r == 0)
        r = strmap_set(&port->ids, "vm-uuid", d->request->instance->uuid);
    if (r == 0 && is_trunk(d))
        r = strmap_set(&port->ids, "bridge_name", d->bridge);
    return r < 0 ? error_memory(d->err) : 0;
}

/* The port of a kernel link, with all that hangs on it. */
static int add_link_port(struct describer *d, const char *name, bool create)
{
    struct wiring_port *port = wiring_add_port(d->wiring, name, d->bridge);

    if (!port)
        return error_memory(d->err);
    port->create = create;
    (void)snprintf(port->link, sizeof port->link, "%s", name);
    if (d->profile->interface_id)
        memcpy(port->owner, d->profile->interface_id, sizeof port->owner);
    if (uuid_v5(QOS_NAMESPACE, port->name, port->qos_id) < 0)
        return error_set(d->err, VIF_ERROR_SYSTEM, "no UUID for %s", port->name);
    if (!create || d->unplug)
        return 0;
    port->isolate = d->options->isolate_vif && !is_trunk(d);
    if (is_system(d))
        memcpy(port->qos_type, d->options->default_qos_type, sizeof port->qos_type);
    return add_ids(d, port);
}

/* Whether 'name' is that of an end of the VIF's veth pair. */
static bool is_veth_end(const struct describer *d, const char *name)
{
    char qvb[LIMIT_IFNAME], qvo[LIMIT_IFNAME];

    device_name(d, "qvb", qvb);
    device_name(d, "qvo", qvo);
    return strcmp(name, qvb) == 0 || strcmp(name, qvo) == 0;
}

/* qbr, qvb and qvo of the hybrid plug, and the port of qvo.  'legacy' pieces are those an earlier
 * plug as VIFBridge may have left: only unplug looks at them. */
static int add_hybrid(struct describer *d, const char *qbr, bool legacy)
{
    char qvb[LIMIT_IFNAME], qvo[LIMIT_IFNAME];
    struct wiring_link *bridge, *veth;

    device_name(d, "qvb", qvb);
    device_name(d, "qvo", qvo);
    bridge = wiring_add_link(d->wiring, WIRING_BRIDGE, qbr);
    if (!bridge)
        return error_memory(d->err);
    bridge->create = !legacy;
    bridge->unplug_only = legacy;
    bridge->silent = true; /* all of its attributes are 0: no ageing, delay, STP or snooping */
    veth = wiring_add_link(d->wiring, WIRING_VETH, qvb);
    if (!veth)
        return error_memory(d->err);
    veth->create = !legacy;
    veth->unplug_only = legacy;
    veth->promisc = true;
    veth->mtu = mtu_of(d);
    memcpy(veth->peer, qvo, sizeof veth->peer);
    (void)snprintf(veth->master, sizeof veth->master, "%s", qbr);
    return add_link_port(d, qvo, !legacy);
}

static int describe_openvswitch(struct describer *d)
{
    const struct vif *vif = d->vif;
    char qbr[LIMIT_IFNAME];
    struct wiring_link *tap;
    int r;

    if (!vif->vif_name)
        return missing(d, "vif_name");
    if (strcmp(vif->vif_name, d->bridge) == 0)
        return error_set(d->err, VIF_ERROR_INVALID, "%s/vif_name: \"%s\" is the bridge's own port",
                         d->request->where, vif->vif_name);
    if (d->options->per_port_bridge)
        return error_set(d->err, VIF_ERROR_UNSUPPORTED,
                         "per_port_bridge is set, which this version cannot do yet");
    memcpy(d->wiring->name, vif->vif_name, strlen(vif->vif_name) + 1);
    r = add_ovs_bridge(d);
    if (r < 0)
        return r;
    if (d->unplug || d->profile->create_port || d->profile->create_tap) {
        tap = wiring_add_link(d->wiring, WIRING_TAP, vif->vif_name);
        if (!tap)
            return error_memory(d->err);
        tap->create = d->profile->create_tap;
        tap->mtu = mtu_of(d);
        tap->multi_queue = d->profile->multiqueue;
        tap->owner = d->options->tap_owner;
        tap->group = d->options->tap_group;
        tap->has_address = vif->address && parse_mac_bytes(vif->address, tap->address) == 0;
    }
    r = add_link_port(d, vif->vif_name, d->profile->create_port);
    if (r < 0 || !d->unplug)
        return r;
    device_name(d, "qbr", qbr);
    /* What has the name of a hybrid piece is described once already. */
    if (is_veth_end(d, vif->vif_name) || is_veth_end(d, d->bridge) ||
        strcmp(vif->vif_name, qbr) == 0)
        return 0;
    return add_hybrid(d, qbr, true);
}

static int describe_bridge(struct describer *d)
{
    int r;

    if (!d->vif->bridge_name)
        return missing(d, "bridge_name");
    if (d->profile->create_tap && !d->unplug)
        return error_set(d->err, VIF_ERROR_INVALID,
                         "%s/port_profile%s/create_tap: only VIFOpenVSwitch can have its tap "
                         "made, not VIFBridge",
                         d->request->where, inner(d));
    if (strcmp(d->vif->bridge_name, d->bridge) == 0)
        return error_set(d->err, VIF_ERROR_INVALID,
                         "%s/bridge_name: \"%s\" is the Open vSwitch bridge", d->request->where,
                         d->bridge);
    if (is_veth_end(d, d->vif->bridge_name))
        return error_set(d->err, VIF_ERROR_INVALID,
                         "%s/bridge_name: \"%s\" is the name of another device of this VIF",
                         d->request->where, d->vif->bridge_name);
    if (is_veth_end(d, d->bridge))
        return error_set(d->err, VIF_ERROR_INVALID,
                         "%s/network%s/bridge: \"%s\" is the name of another device of this VIF",
                         d->request->where, inner(d), d->bridge);
    r = add_ovs_bridge(d);
    if (r == 0)
        r = add_hybrid(d, d->vif->bridge_name, false);
    if (r == 0)
        memcpy(d->wiring->name, d->wiring->links[0].name, LIMIT_IFNAME);
    return r;
}

static int describe(const struct plugin_options *options, const struct vif_request *request,
                    enum wiring_goal goal, struct wiring *ret, struct vif_error *err)
{
    struct describer d = {
        .options = &options->ovs,
        .request = request,
        .vif = request->vif,
        .unplug = goal == WIRING_ABSENT,
        .wiring = ret,
        .err = err,
    };
    int r;

    memcpy(ret->vif_id, request->vif->id, sizeof ret->vif_id);
    switch (request->vif->type) {
    case VIF_TYPE_OPENVSWITCH:
        r = check_common(&d);
        return r < 0 ? r : describe_openvswitch(&d);
    case VIF_TYPE_BRIDGE:
        r = check_common(&d);
        return r < 0 ? r : describe_bridge(&d);
    case VIF_TYPE_VHOSTUSER:
    case VIF_TYPE_HOST_DEVICE:
    case VIF_TYPE_GENERIC:
    case VIF_TYPE_DIRECT:
    case VIF_TYPE_NESTED_DPDK:
        break;
    }
    return error_set(err, VIF_ERROR_UNSUPPORTED, "%s: plugin ovs cannot plug a %s", request->where,
                     vif_type_name(request->vif->type));
}

const struct plugin plugin_ovs = {
    .name = "ovs",
    .describe = describe,
};
