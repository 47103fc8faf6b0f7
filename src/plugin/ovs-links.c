/* SPDX-License-Identifier: Apache-2.0 */
/* VIFOpenVSwitch (a tap directly on the bridge, or on a bridge of its own joined by patch ports)
 * and VIFBridge (hybrid plug: tap, Linux bridge, veth, Open vSwitch). */
#include <errno.h>
#include <string.h>

#include "base/strmap.h"
#include "base/text.h"
#include "plugin/ovs.h"

/* os-vif cuts the names of patch ports at 64 characters. */
static void patch_name(const struct ovs_describer *d, const char *prefix,
                       char ret[VIF_PORT_NAME_SIZE])
{
    text_copy(ret, VIF_PORT_NAME_SIZE, prefix);
    text_copy(ret + strlen(ret), VIF_PORT_NAME_SIZE - strlen(ret), d->id);
}

/* Whether 'name' is that of an end of the VIF's veth pair. */
static bool is_veth_end(const struct ovs_describer *d, const char *name)
{
    char qvb[VIF_DEVICE_NAME_SIZE], qvo[VIF_DEVICE_NAME_SIZE];

    ovs_device_name(d, "qvb", qvb);
    ovs_device_name(d, "qvo", qvo);
    return strcmp(name, qvb) == 0 || strcmp(name, qvo) == 0;
}

/* qbr, qvb and qvo of the hybrid plug, and the port of qvo.  'legacy' pieces are those an earlier
 * plug as VIFBridge may have left: only unplug looks at them. */
static int add_hybrid(struct ovs_describer *d, const char *qbr, bool legacy)
{
    char qvb[VIF_DEVICE_NAME_SIZE], qvo[VIF_DEVICE_NAME_SIZE];
    struct vif_wiring_link *bridge, *veth;

    ovs_device_name(d, "qvb", qvb);
    ovs_device_name(d, "qvo", qvo);
    bridge = wiring_add_link(d->call->wiring, VIF_LINK_BRIDGE, qbr);
    if (!bridge)
        return error_memory(d->call->err);
    bridge->create = !legacy;
    bridge->unplug_only = legacy;
    bridge->bridge.keep_attributes =
        true; /* all of its attributes are 0: no ageing, delay, STP or snooping */
    bridge->bridge.no_host_address = true;
    veth = wiring_add_link(d->call->wiring, VIF_LINK_VETH, qvb);
    if (!veth)
        return error_memory(d->call->err);
    veth->create = !legacy;
    veth->unplug_only = legacy;
    veth->veth.promisc = true;
    veth->mtu = ovs_mtu(d);
    memcpy(veth->veth.peer, qvo, sizeof veth->veth.peer);
    text_copy(veth->master, sizeof veth->master, qbr);
    return ovs_add_link_port(d, qvo, !legacy);
}

static int add_tap(struct ovs_describer *d, const char *name)
{
    struct vif_wiring_link *tap = wiring_add_link(d->call->wiring, VIF_LINK_TAP, name);
    const char *address = view_string(d->call->vif, "address");

    if (!tap)
        return error_memory(d->call->err);
    tap->create = view_bool(d->call->vif, "port_profile/create_tap", false);
    tap->mtu = ovs_mtu(d);
    tap->tap.multi_queue = view_bool(d->call->vif, "port_profile/multiqueue", false);
    tap->tap.owner = d->options->tap_owner;
    tap->tap.group = d->options->tap_group;
    tap->tap.has_address = address && parse_mac_bytes(address, tap->tap.address) == 0;
    return 0;
}

static int add_patch(struct ovs_describer *d, const char *name, const char *bridge,
                     const char *peer, struct vif_wiring_port **ret_port)
{
    struct vif_wiring_port *port = ovs_add_port(d, name, bridge, true);

    if (!port)
        return -ENOMEM;
    text_copy(port->type, sizeof port->type, "patch");
    /* OVN binds the VIF here, by the id of the VIF itself. */
    text_copy(port->owner, sizeof port->owner, d->id);
    *ret_port = port;
    return strmap_set(&port->options, "peer", peer) < 0 ? error_memory(d->call->err) : 0;
}

/* The bridge of the port's own, and the patch ports that join it to the network's. */
static int add_own_bridge(struct ovs_describer *d, const char *own_bridge)
{
    char inner[VIF_PORT_NAME_SIZE], outer[VIF_PORT_NAME_SIZE];
    struct vif_wiring_bridge *bridge = wiring_add_bridge(d->call->wiring, own_bridge);
    struct vif_wiring_port *port;
    int r;

    if (!bridge)
        return error_memory(d->call->err);
    bridge->create = true;
    bridge->on_unplug = VIF_ON_UNPLUG_REMOVE;
    if (d->datapath_type && !d->unplug)
        text_copy(bridge->datapath_type, sizeof bridge->datapath_type, d->datapath_type);
    patch_name(d, "pbp", inner);
    patch_name(d, "ibp", outer);
    r = add_patch(d, inner, own_bridge, outer, &port);
    if (r == 0)
        r = add_patch(d, outer, d->bridge, inner, &port);
    if (r < 0 || d->unplug)
        return r;
    port->dead_tag = d->options->isolate_vif;
    return ovs_add_ids(d, port, d->id);
}

/* The tap's port on the bridge of its own: without ids, which are on the patch port. */
static int add_own_port(struct ovs_describer *d, const char *name, const char *own_bridge)
{
    static const char *const ids[] = {"iface-id", "iface-status", "attached-mac", "vm-uuid"};
    struct vif_wiring_port *port = ovs_add_port(d, name, own_bridge, true);
    int r;

    if (!port)
        return -ENOMEM;
    text_copy(port->link, sizeof port->link, name);
    text_copy(port->other_bridge, sizeof port->other_bridge, d->bridge);
    r = ovs_set_qos_id(d, port);
    if (r < 0 || d->unplug)
        return r;
    for (size_t i = 0; r == 0 && i < sizeof ids / sizeof ids[0]; i++)
        r = strmap_set(&port->drop_ids, ids[i], "");
    if (r < 0)
        return error_memory(d->call->err);
    port->isolate = d->options->isolate_vif;
    if (ovs_is_system(d))
        memcpy(port->qos_type, d->options->default_qos_type, sizeof port->qos_type);
    return 0;
}

/* What the other way of wiring the VIF (with a bridge of its own, or without) may have left: plug
 * takes it away, and so does unplug, which is how changing the option strands nothing. */
static int replace_own_bridge(struct ovs_describer *d, const char *own_bridge)
{
    struct vif_wiring *wiring = d->call->wiring;
    size_t bridges = wiring->n_bridges, ports = wiring->n_ports;
    int r = add_own_bridge(d, own_bridge);

    for (size_t i = bridges; i < wiring->n_bridges; i++) {
        wiring->bridges[i].create = false;
        wiring->bridges[i].replaced = true;
        wiring->bridges[i].datapath_type[0] = '\0';
    }
    for (size_t i = ports; i < wiring->n_ports; i++) {
        wiring->ports[i].create = false;
        wiring->ports[i].replaced = true;
    }
    return r;
}

static int add_port(struct ovs_describer *d, const char *name)
{
    bool create = view_bool(d->call->vif, "port_profile/create_port", false);
    char own_bridge[VIF_DEVICE_NAME_SIZE];
    int r;

    ovs_device_name(d, "pb", own_bridge);
    if (d->options->per_port_bridge && !d->unplug) {
        r = add_own_bridge(d, own_bridge);
        return r < 0 ? r : add_own_port(d, name, own_bridge);
    }
    r = ovs_add_link_port(d, name, create);
    if (r < 0)
        return r;
    text_copy(d->call->wiring->ports[d->call->wiring->n_ports - 1].other_bridge,
              VIF_DEVICE_NAME_SIZE, own_bridge);
    return create || d->unplug ? replace_own_bridge(d, own_bridge) : 0;
}

int ovs_describe_openvswitch(struct ovs_describer *d)
{
    const char *name = view_string(d->call->vif, "vif_name");
    bool create = view_bool(d->call->vif, "port_profile/create_port", false) ||
                  view_bool(d->call->vif, "port_profile/create_tap", false) ||
                  d->options->per_port_bridge;
    char qbr[VIF_DEVICE_NAME_SIZE];
    int r;

    if (!name)
        return plugin_missing(d->call, "vif_name");
    if (strcmp(name, d->bridge) == 0)
        return plugin_fail(d->call, VIF_ERROR_INVALID, "vif_name",
                           "\"%s\" is the bridge's own port", name);
    d->call->api->set_name(d->call->wiring, name);
    r = ovs_add_bridge(d, NULL);
    if (r == 0 && (d->unplug || create))
        r = add_tap(d, name);
    if (r == 0)
        r = add_port(d, name);
    if (r < 0 || !d->unplug)
        return r;
    ovs_device_name(d, "qbr", qbr);
    /* A device with the name of a hybrid piece is in the wiring already. */
    if (is_veth_end(d, name) || is_veth_end(d, d->bridge) || strcmp(name, qbr) == 0)
        return 0;
    return add_hybrid(d, qbr, true);
}

int ovs_describe_bridge(struct ovs_describer *d)
{
    const char *name = view_string(d->call->vif, "bridge_name");
    int r;

    if (!name)
        return plugin_missing(d->call, "bridge_name");
    r = ovs_refuse_create_tap(d);
    if (r < 0)
        return r;
    if (strcmp(name, d->bridge) == 0)
        return plugin_fail(d->call, VIF_ERROR_INVALID, "bridge_name",
                           "\"%s\" is the Open vSwitch bridge", name);
    if (is_veth_end(d, name))
        return plugin_fail(d->call, VIF_ERROR_INVALID, "bridge_name",
                           "\"%s\" is the name of another device of this VIF", name);
    if (is_veth_end(d, d->bridge))
        return plugin_fail(d->call, VIF_ERROR_INVALID, "network/bridge",
                           "\"%s\" is the name of another device of this VIF", d->bridge);
    d->call->api->set_name(d->call->wiring, name);
    r = ovs_add_bridge(d, NULL);
    return r < 0 ? r : add_hybrid(d, name, false);
}
