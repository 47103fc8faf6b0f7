/* SPDX-License-Identifier: Apache-2.0 */
/* VIFOpenVSwitch (a tap directly on the bridge, or on a bridge of its own joined by patch ports),
 * VIFBridge (hybrid plug: tap, Linux bridge, veth, Open vSwitch) and VIFVHostUser. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>

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
static void add_hybrid(struct ovs_describer *d, const char *qbr, bool legacy)
{
    char qvb[VIF_DEVICE_NAME_SIZE], qvo[VIF_DEVICE_NAME_SIZE];
    struct vif_wiring_link *bridge = ovs_add_link(d, VIF_LINK_BRIDGE, qbr), *veth;

    ovs_device_name(d, "qvb", qvb);
    ovs_device_name(d, "qvo", qvo);
    bridge->create = !legacy;
    bridge->unplug_only = legacy;
    /* All of its attributes are 0: no ageing, delay, STP or snooping. */
    bridge->bridge.keep_attributes = true;
    bridge->bridge.no_host_address = true;
    veth = ovs_add_link(d, VIF_LINK_VETH, qvb);
    veth->create = !legacy;
    veth->unplug_only = legacy;
    veth->veth.promisc = true;
    veth->mtu = ovs_mtu(d);
    memcpy(veth->veth.peer, qvo, sizeof veth->veth.peer);
    text_copy(veth->master, sizeof veth->master, qbr);
    (void)ovs_add_link_port(d, qvo, !legacy);
}

static void add_tap(struct ovs_describer *d, const char *name)
{
    struct vif_wiring_link *tap = ovs_add_link(d, VIF_LINK_TAP, name);
    const char *address = view_string(d->call->vif, "address");

    tap->create = view_bool(d->call->vif, "port_profile/create_tap", false);
    tap->mtu = ovs_mtu(d);
    tap->tap.multi_queue = view_bool(d->call->vif, "port_profile/multiqueue", false);
    tap->tap.owner = d->options->tap_owner;
    tap->tap.group = d->options->tap_group;
    tap->tap.has_address = address && parse_mac_bytes(address, tap->tap.address) == 0;
}

static struct vif_wiring_port *add_patch(struct ovs_describer *d, const char *name,
                                         const char *bridge, const char *peer)
{
    struct vif_wiring_port *port = ovs_add_port(d, name, bridge, true);

    text_copy(port->type, sizeof port->type, "patch");
    /* OVN binds the VIF here, by the id of the VIF itself. */
    text_copy(port->owner, sizeof port->owner, d->id);
    ovs_map_set(d, &port->options, "peer", peer);
    return port;
}

/* The bridge of the port's own, and the patch ports that join it to the network's. */
static void add_own_bridge(struct ovs_describer *d, const char *own_bridge)
{
    char inner[VIF_PORT_NAME_SIZE], outer[VIF_PORT_NAME_SIZE];
    struct vif_wiring_bridge *bridge = ovs_add_bridge(d, own_bridge);
    struct vif_wiring_port *port;

    bridge->create = true;
    bridge->on_unplug = VIF_ON_UNPLUG_REMOVE;
    if (d->datapath_type && !d->unplug)
        text_copy(bridge->datapath_type, sizeof bridge->datapath_type, d->datapath_type);
    patch_name(d, "pbp", inner);
    patch_name(d, "ibp", outer);
    (void)add_patch(d, inner, own_bridge, outer);
    port = add_patch(d, outer, d->bridge, inner);
    if (d->unplug)
        return;
    port->dead_tag = d->options->isolate_vif;
    ovs_add_ids(d, port, d->id);
}

/* The tap's port on the bridge of its own: without ids, which are on the patch port. */
static void add_own_port(struct ovs_describer *d, const char *name, const char *own_bridge)
{
    static const char *const ids[] = {"iface-id", "iface-status", "attached-mac", "vm-uuid"};
    struct vif_wiring_port *port = ovs_add_port(d, name, own_bridge, true);

    text_copy(port->link, sizeof port->link, name);
    text_copy(port->other_bridge, sizeof port->other_bridge, d->bridge);
    uuid_v5(WIRING_QOS_NAMESPACE, port->name, port->qos_id);
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++)
        ovs_map_set(d, &port->drop_ids, ids[i], "");
    port->isolate = d->options->isolate_vif;
    if (ovs_is_system(d))
        memcpy(port->qos_type, d->options->default_qos_type, sizeof port->qos_type);
}

/* What the other way of wiring the VIF (with a bridge of its own, or without) may have left: plug
 * takes it away, and so does unplug, which is how changing the option strands nothing. */
static void replace_own_bridge(struct ovs_describer *d, const char *own_bridge)
{
    struct vif_wiring *wiring = d->call->wiring;
    size_t bridges = wiring->n_bridges, ports = wiring->n_ports;

    add_own_bridge(d, own_bridge);
    for (size_t i = bridges; i < wiring->n_bridges; i++) {
        wiring->bridges[i].create = false;
        wiring->bridges[i].replaced = true;
        wiring->bridges[i].datapath_type[0] = '\0';
    }
    for (size_t i = ports; i < wiring->n_ports; i++) {
        wiring->ports[i].create = false;
        wiring->ports[i].replaced = true;
    }
}

static void add_port(struct ovs_describer *d, const char *name)
{
    bool create = view_bool(d->call->vif, "port_profile/create_port", false);
    char own_bridge[VIF_DEVICE_NAME_SIZE];
    struct vif_wiring_port *port;

    ovs_device_name(d, "pb", own_bridge);
    if (d->options->per_port_bridge && !d->unplug) {
        add_own_bridge(d, own_bridge);
        add_own_port(d, name, own_bridge);
        return;
    }
    port = ovs_add_link_port(d, name, create);
    text_copy(port->other_bridge, sizeof port->other_bridge, own_bridge);
    if (create || d->unplug)
        replace_own_bridge(d, own_bridge);
}

int ovs_describe_openvswitch(struct ovs_describer *d)
{
    const char *name = view_string(d->call->vif, "vif_name");
    bool create = view_bool(d->call->vif, "port_profile/create_port", false) ||
                  view_bool(d->call->vif, "port_profile/create_tap", false) ||
                  d->options->per_port_bridge;
    char qbr[VIF_DEVICE_NAME_SIZE];

    if (!name)
        return plugin_missing(d->call, "vif_name");
    if (strcmp(name, d->bridge) == 0)
        return plugin_fail(d->call, VIF_ERROR_INVALID, "vif_name",
                           "\"%s\" is the bridge's own port", name);
    d->call->api->set_name(d->call->wiring, name);
    ovs_add_network_bridge(d, NULL);
    if (d->unplug || create)
        add_tap(d, name);
    add_port(d, name);
    ovs_device_name(d, "qbr", qbr);
    /* A device with the name of a hybrid piece is in the wiring already. */
    if (d->unplug && !is_veth_end(d, name) && !is_veth_end(d, d->bridge) && strcmp(name, qbr) != 0)
        add_hybrid(d, qbr, true);
    return 0;
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
    ovs_add_network_bridge(d, NULL);
    add_hybrid(d, name, false);
    return 0;
}

/* ---- VIFVHostUser: a port of OVS-DPDK.  In mode client the guest connects to a socket of
 * ovs-vswitchd's; in mode server ovs-vswitchd connects to the guest's ---- */

#define TYPE_CLIENT "dpdkvhostuser"
#define TYPE_SERVER "dpdkvhostuserclient"
#define SERVER_PATH "vhost-server-path"

static int check_path(const struct ovs_describer *d, const char *path)
{
    const size_t most = sizeof(((struct sockaddr_un *)0)->sun_path) - 1;
    const char *slash;
    struct stat st;
    char directory[sizeof(((struct sockaddr_un *)0)->sun_path)];

    if (!path)
        return plugin_missing(d->call, "path");
    if (path[0] != '/')
        return plugin_fail(d->call, VIF_ERROR_INVALID, "path",
                           path[0] ? "\"%.100s\" is not an absolute path" : "is empty%.0s", path);
    if (strlen(path) > most)
        return plugin_fail(d->call, VIF_ERROR_INVALID, "path",
                           "has %zu bytes, a socket's can have at most %zu", strlen(path), most);
    slash = strrchr(path, '/');
    (void)snprintf(directory, sizeof directory, "%.*s", slash == path ? 1 : (int)(slash - path),
                   path);
    if (stat(directory, &st) < 0 || !S_ISDIR(st.st_mode))
        wiring_warn(d->call->wiring, "%s: directory %s does not exist yet", d->id, directory);
    return 0;
}

static int add_mode(struct ovs_describer *d, struct vif_wiring_port *port)
{
    const char *mode = view_string(d->call->vif, "mode");
    const char *path = view_string(d->call->vif, "path");
    int r;

    if (!mode)
        return plugin_missing(d->call, "mode");
    if (strcmp(mode, "client") == 0) {
        (void)snprintf(port->type, sizeof port->type, TYPE_CLIENT);
        (void)snprintf(port->other_type, sizeof port->other_type, TYPE_SERVER);
        ovs_map_set(d, &port->drop_options, SERVER_PATH, "");
        return 0;
    }
    r = check_path(d, path);
    if (r == 0)
        ovs_map_set(d, &port->options, SERVER_PATH, path);
    return r;
}

int ovs_describe_vhostuser(struct ovs_describer *d)
{
    char name[VIF_DEVICE_NAME_SIZE];
    struct vif_wiring_port *port;
    int r = ovs_refuse_create_tap(d);

    if (r < 0)
        return r;
    ovs_device_name(d, "vhu", name);
    d->call->api->set_name(d->call->wiring, name);
    ovs_add_network_bridge(d, "netdev");
    port = ovs_add_port(d, name, d->bridge, true);
    /* Either program may have made it in either mode. */
    (void)snprintf(port->type, sizeof port->type, TYPE_SERVER);
    (void)snprintf(port->other_type, sizeof port->other_type, TYPE_CLIENT);
    if (d->unplug)
        return 0;
    r = add_mode(d, port);
    if (r < 0)
        return r;
    port->mtu_request = ovs_mtu(d);
    ovs_complete_port(d, port);
    return 0;
}
