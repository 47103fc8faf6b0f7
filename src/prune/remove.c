/* SPDX-License-Identifier: Apache-2.0 */
/* A stale item as a wiring, so that the engine removes it like any other: planned, guarded, in one
 * transaction with the rest.  It carries everything the decision rests on; what has changed since
 * is left alone. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "prune/stale.h"

/* A port with its QoS rows, and that it is still that port. */
static int add_port(struct vif_wiring *wiring, const struct vswitch_port *row,
                    const struct vswitch_interface *interface)
{
    const char *iface_id = strmap_get(&interface->external_ids, "iface-id");
    struct vif_wiring_port *port = wiring_add_port(wiring, row->name, row->bridge);

    if (!port)
        return -ENOMEM;
    text_copy(port->owner, sizeof port->owner, iface_id ? iface_id : "");
    text_copy(port->type, sizeof port->type, interface->type);
    uuid_v5(WIRING_QOS_NAMESPACE, row->name, port->qos_id);
    return wiring_expect(wiring, WIRING_PORT, row->name, 0, row->uuid, 0);
}

static int add_own_bridge(const struct snapshot *snapshot, const struct stale *item,
                          struct vif_wiring *wiring)
{
    const char *name = item->own_bridge->name;
    struct vif_wiring_bridge *bridge = wiring_add_bridge(wiring, name);
    const struct vswitch_port *const *ports;
    size_t n = snapshot_ports_of(snapshot, name, &ports);
    int r = 0;

    if (!bridge)
        return -ENOMEM;
    bridge->on_unplug = VIF_ON_UNPLUG_REMOVE;
    for (size_t i = 0; r == 0 && i < n; i++)
        r = wiring_expect(wiring, WIRING_PORT, ports[i]->name, 0, ports[i]->uuid, 0);
    if (r == 0)
        r = wiring_expect(wiring, WIRING_OVS_BRIDGE, name, 0, item->own_bridge->uuid, n);
    if (r == 0 && item->tap_port)
        r = add_port(wiring, item->tap_port,
                     vswitch_find_interface(&snapshot->db, item->tap_port->name));
    return r;
}

static int add_link(const struct link_info *info, const struct link_info *next,
                    struct vif_wiring *wiring)
{
    bool veth = strcmp(info->kind, "veth") == 0, bridge = strcmp(info->kind, "bridge") == 0;
    struct vif_wiring_link *link = wiring_add_link(wiring,
                                                   veth     ? VIF_LINK_VETH
                                                   : bridge ? VIF_LINK_BRIDGE
                                                            : VIF_LINK_TAP,
                                                   info->name);

    if (!link)
        return -ENOMEM;
    if (veth)
        text_copy(link->veth.peer, sizeof link->veth.peer, next->name);
    return 0;
}

/* A link that must have this index, 0: must not exist; and there must be no port of its name. */
static int expect_link(struct vif_wiring *wiring, const char *name, int ifindex)
{
    int r = wiring_expect(wiring, WIRING_LINK, name, ifindex, "", 0);

    return r < 0 ? r : wiring_expect(wiring, WIRING_PORT, name, 0, "", 0);
}

static int add_links(const struct stale *item, struct vif_wiring *wiring)
{
    static const char *const prefixes[] = {"qbr", "qvb", "qvo"};
    bool by_name = strncmp(item->name, "qbr", 3) == 0 || strncmp(item->name, "qvb", 3) == 0;
    bool peer = false;
    int r = 0;

    for (size_t i = 0; r == 0 && i < STALE_LINKS && item->links[i]; i++) {
        const struct link_info *info = item->links[i];

        if (!peer) /* the other end of a veth, which comes behind it, goes with it */
            r = add_link(info, i + 1 < STALE_LINKS ? item->links[i + 1] : NULL, wiring);
        peer = strcmp(info->kind, "veth") == 0;
        if (r == 0)
            r = expect_link(wiring, info->name, info->ifindex);
    }
    /* Links of a hybrid plug that did not exist must not exist now. */
    for (size_t i = 0; r == 0 && (item->rule->needs & STALE_HYBRID) && by_name && i < 3; i++) {
        char name[LIMIT_IFNAME];
        bool exists = false;

        (void)snprintf(name, sizeof name, "%s%.11s", prefixes[i], item->name + 3);
        for (size_t k = 0; k < STALE_LINKS && item->links[k]; k++)
            exists |= strcmp(item->links[k]->name, name) == 0;
        if (!exists)
            r = expect_link(wiring, name, 0);
    }
    return r;
}

static int build(const struct snapshot *snapshot, const struct stale *item,
                 struct vif_wiring *wiring)
{
    int r = 0;

    text_copy(wiring->vif_id, sizeof wiring->vif_id, item->id);
    text_copy(wiring->name, sizeof wiring->name, item->name);
    if (item->own_bridge)
        r = add_own_bridge(snapshot, item, wiring);
    if (r == 0 && item->port)
        r = add_port(wiring, item->port, item->interface);
    if (r == 0 && item->qos)
        r = wiring_add_qos(wiring, item->qos->uuid, item->qos->id);
    if (r == 0)
        r = add_links(item, wiring);
    if (r == 0 && item->absent_link[0])
        r = wiring_expect(wiring, WIRING_LINK, item->absent_link, 0, "", 0);
    if (r == 0 && item->absent_port[0])
        r = wiring_expect(wiring, WIRING_PORT, item->absent_port, 0, "", 0);
    return r;
}

int stale_wiring(const struct snapshot *snapshot, const struct stale *item, struct vif_wiring *ret,
                 struct vif_error *err)
{
    int r = build(snapshot, item, ret);

    if (r == -ENOMEM)
        return error_memory(err);
    return r < 0 ? error_set(err, VIF_ERROR_SYSTEM, "no UUID for %s", item->name) : 0;
}
