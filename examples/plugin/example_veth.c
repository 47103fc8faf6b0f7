/* SPDX-License-Identifier: Apache-2.0 */
/* An example of an external plugin: the network interface of a container.
 *
 * The VIF (a VIFGeneric with a VIFPortProfileOpenVSwitch) becomes a veth pair.  The end called
 * 'vif_name' is a port of network.bridge; the container runtime moves the other one, which has the
 * VIF's MTU, into the container.  Unplug removes port and pair, in any namespace. */
#include <stdio.h>
#include <string.h>

#include <vif/plugin.h>

/* The container's end: the prefix from [plugin example_veth] replaces the first three characters
 * of the name of the host's end (tap1a2b3c4d-5e becomes ctr1a2b3c4d-5e). */
static int name_peer(const struct vif_describe *call, const char *name, char peer[])
{
    const char *prefix = call->api->option(call, "peer_prefix");

    if (!prefix)
        prefix = "ctr";
    if (strlen(name) < 4 || strlen(prefix) + strlen(name + 3) >= VIF_DEVICE_NAME_SIZE)
        return call->api->fail(call, VIF_ERROR_INVALID, "vif_name",
                               "\"%s\" gives no name for the other end with prefix \"%s\"", name,
                               prefix);
    strcpy(peer, prefix);
    strcat(peer, name + 3);
    return 0;
}

static int no_memory(const struct vif_describe *call)
{
    return call->api->fail(call, VIF_ERROR_NO_MEMORY, NULL, "out of memory");
}

static int add_pair(const struct vif_describe *call, const char *name)
{
    struct vif_wiring_link *pair;
    char peer[VIF_DEVICE_NAME_SIZE];
    int r = name_peer(call, name, peer);

    if (r < 0)
        return r;
    pair = call->api->add_link(call->wiring, VIF_LINK_VETH, name);
    if (!pair)
        return no_memory(call);
    pair->create = 1;
    pair->veth.peer_leaves = 1;
    pair->on_unplug = VIF_ON_UNPLUG_REMOVE;
    pair->mtu = (uint32_t)call->api->integer(call->vif, "network/mtu", 0);
    memcpy(pair->veth.peer, peer, sizeof pair->veth.peer);
    return 0;
}

static int add_port(const struct vif_describe *call, const char *name, const char *bridge,
                    const char *owner)
{
    const char *address = call->api->string(call->vif, "address");
    struct vif_wiring_port *port = call->api->add_port(call->wiring, name, bridge);

    if (!port)
        return no_memory(call);
    port->create = 1;
    (void)snprintf(port->owner, sizeof port->owner, "%s", owner);
    (void)snprintf(port->link, sizeof port->link, "%s", name);
    if (call->api->map_set(&port->ids, "iface-id", owner) < 0 ||
        call->api->map_set(&port->ids, "iface-status", "active") < 0 ||
        (address && call->api->map_set(&port->ids, "attached-mac", address) < 0))
        return no_memory(call);
    return 0;
}

static int describe(const struct vif_describe *call)
{
    const struct vif_plugin_api *api = call->api;
    const char *name = api->string(call->vif, "vif_name");
    const char *bridge = api->string(call->vif, "network/bridge");
    const char *owner = api->string(call->vif, "port_profile/interface_id");
    struct vif_wiring_bridge *row;
    int r;

    if (strcmp(api->object_class(call->vif, ""), "VIFGeneric") != 0)
        return api->fail(call, VIF_ERROR_UNSUPPORTED, NULL, "plugin example_veth plugs VIFGeneric");
    if (!name)
        return api->fail(call, VIF_ERROR_INVALID, "vif_name", "missing");
    if (!bridge)
        return api->fail(call, VIF_ERROR_INVALID, "network/bridge", "missing");
    if (!owner)
        return api->fail(call, VIF_ERROR_INVALID, "port_profile/interface_id", "missing");
    api->set_name(call->wiring, name);
    row = api->add_bridge(call->wiring, bridge);
    if (!row)
        return no_memory(call);
    row->create = 1;
    row->on_unplug = VIF_ON_UNPLUG_KEEP;
    r = add_pair(call, name);
    return r < 0 ? r : add_port(call, name, bridge, owner);
}

static const struct vif_plugin_profile profiles[] = {
    {"VIFPortProfileOpenVSwitch", "1.0", "1.0"},
    {NULL, NULL, NULL},
};

static const struct vif_plugin_type types[] = {
    {"VIFGeneric", "1.0", "1.0", profiles},
    {NULL, NULL, NULL, NULL},
};

extern const struct vif_plugin vif_plugin;
const struct vif_plugin vif_plugin = {
    VIF_PLUGIN_INTERFACE,
    "example_veth",
    types,
    describe,
};
