/* SPDX-License-Identifier: Apache-2.0 */
/* A leftover as a wiring, so that the engine removes it as it removes every other: planned, guarded, in
 * one transaction with the rest.  It carries everything the decision rests on; what has changed since is
 * left alone. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "prune/kinds.h"

static void set_text(char *to, size_t size, const char *text)
{
    (void)snprintf(to, size, "%.*s", (int)size - 1, text);
}

/* A port with its QoS rows, and that it is still that port. */
static int add_port(struct vif_wiring *wiring, const struct vswitch_port *row,
                    const struct vswitch_interface *interface)
{
    const char *iface_id = strmap_get(&interface->external_ids, "iface-id");
    struct vif_wiring_port *port = wiring_add_port(wiring, row->name, row->bridge);

    if (!port)
        return -ENOMEM;
    set_text(port->owner, sizeof port->owner, iface_id ? iface_id : "");
    set_text(port->type, sizeof port->type, interface->type);
    if (uuid_v5(WIRING_QOS_NAMESPACE, row->name, port->qos_id) < 0)
        return -EINVAL;
    return wiring_expect_row(wiring, WIRING_PORT, row->name, row->uuid, 0);
}

static int add_own_bridge(const struct snapshot *snapshot, const struct stale *leftover,
                          struct vif_wiring *wiring)
{
    const char *name = leftover->own_bridge->name;
    struct vif_wiring_bridge *bridge = wiring_add_bridge(wiring, name);
    const struct vswitch_port *const *ports;
    size_t n = snapshot_ports_of(snapshot, name, &ports);
    int r = 0;

    if (!bridge)
        return -ENOMEM;
    bridge->on_unplug = VIF_ON_UNPLUG_REMOVE;
    for (size_t i = 0; r == 0 && i < n; i++)
        r = wiring_expect_row(wiring, WIRING_PORT, ports[i]->name, ports[i]->uuid, 0);
    if (r == 0)
        r = wiring_expect_row(wiring, WIRING_OVS_BRIDGE, name, leftover->own_bridge->uuid, n);
    if (r == 0 && leftover->tap_port)
        r = add_port(wiring, leftover->tap_port,
                     vswitch_find_interface(&snapshot->db, leftover->tap_port->name));
    return r;
}

static int add_link(struct vif_wiring *wiring, const struct link_info *info,
                    const struct link_info *peer)
{
    enum vif_link_kind kind = VIF_LINK_TAP;
    struct vif_wiring_link *link;

    if (strcmp(info->kind, "bridge") == 0)
        kind = VIF_LINK_BRIDGE;
    else if (strcmp(info->kind, "veth") == 0)
        kind = VIF_LINK_VETH;
    link = wiring_add_link(wiring, kind, info->name);
    if (!link)
        return -ENOMEM;
    if (peer)
        set_text(link->peer, sizeof link->peer, peer->name);
    return 0;
}

static int add_links(const struct stale *leftover, struct vif_wiring *wiring)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < STALE_LINKS && leftover->links[i]; i++) {
        const struct link_info *info = leftover->links[i];
        bool veth = strcmp(info->kind, "veth") == 0;

        r = add_link(wiring, info, veth ? leftover->links[i + 1] : NULL);
        if (veth) /* both ends at once; they are the last two */
            break;
    }
    for (size_t i = 0; r == 0 && i < STALE_LINKS && leftover->links[i]; i++) {
        const struct link_info *info = leftover->links[i];

        r = wiring_expect_link(wiring, info->name, info->ifindex);
        if (r == 0) /* no port must have come to it */
            r = wiring_expect_row(wiring, WIRING_PORT, info->name, "", 0);
    }
    return r;
}

/* Names other links of a hybrid plug would have: those that were not there must not be now. */
static int expect_hybrid(const struct stale *leftover, struct vif_wiring *wiring)
{
    static const char *const prefixes[] = {"qbr", "qvb", "qvo"};
    int r = 0;

    if (leftover->kind < STALE_HYBRID_BRIDGE || leftover->kind > STALE_HYBRID_LINKS ||
        (strncmp(leftover->name, "qbr", 3) != 0 && strncmp(leftover->name, "qvb", 3) != 0))
        return 0;
    for (size_t i = 0; r == 0 && i < 3; i++) {
        char name[LIMIT_IFNAME];
        bool there = false;

        (void)snprintf(name, sizeof name, "%s%.11s", prefixes[i], leftover->name + 3);
        for (size_t k = 0; k < STALE_LINKS && leftover->links[k]; k++)
            there = there || strcmp(leftover->links[k]->name, name) == 0;
        if (there)
            continue;
        r = wiring_expect_link(wiring, name, 0);
        if (r == 0)
            r = wiring_expect_row(wiring, WIRING_PORT, name, "", 0);
    }
    return r;
}

static int build(const struct snapshot *snapshot, const struct stale *leftover,
                 struct vif_wiring *wiring)
{
    int r = 0;

    set_text(wiring->vif_id, sizeof wiring->vif_id, leftover->id);
    set_text(wiring->name, sizeof wiring->name, leftover->name);
    if (leftover->own_bridge)
        r = add_own_bridge(snapshot, leftover, wiring);
    if (r == 0 && leftover->port)
        r = add_port(wiring, leftover->port, leftover->interface);
    if (r == 0 && leftover->qos)
        r = wiring_add_qos(wiring, leftover->qos->uuid, leftover->qos->id);
    if (r == 0)
        r = add_links(leftover, wiring);
    if (r == 0)
        r = expect_hybrid(leftover, wiring);
    if (r == 0 && leftover->absent_link[0])
        r = wiring_expect_link(wiring, leftover->absent_link, 0);
    if (r == 0 && leftover->absent_port[0])
        r = wiring_expect_row(wiring, WIRING_PORT, leftover->absent_port, "", 0);
    return r;
}

int stale_wiring(const struct snapshot *snapshot, const struct stale *leftover,
                 struct vif_wiring *ret, struct vif_error *err)
{
    int r = build(snapshot, leftover, ret);

    if (r == -ENOMEM)
        return error_memory(err);
    if (r < 0)
        return error_set(err, VIF_ERROR_SYSTEM, "no UUID for %s", leftover->name);
    return 0;
}
