/* SPDX-License-Identifier: Apache-2.0 */
/* Draws a VIF as it is on the host: from its port outwards to the bridge and inwards to the guest.
 * Pieces that os-vif's names imply but that do not exist are drawn as missing. */
#include <stdio.h>
#include <string.h>

#include "graph/graph.h"

static bool is_hybrid_name(const char *name)
{
    return strncmp(name, "qvo", 3) == 0;
}

/* A piece of the hybrid plug: 'prefix' and what its 'qvo' has behind it. */
static void name_piece(const char *prefix, const char *qvo, char ret[LIMIT_IFNAME])
{
    (void)snprintf(ret, LIMIT_IFNAME, "%s%.12s", prefix, strlen(qvo) > 3 ? qvo + 3 : "");
}

/* The Linux bridge behind the veth end 'near', and the guest's tap on it. */
static void draw_linux_bridge(const struct builder *b, const char *far, const char *near)
{
    const struct link_info *link = snapshot_link(b->snapshot, near);
    const struct link_info *master = link ? snapshot_link_at(b->snapshot, link->master) : NULL;
    bool on_bridge = master && strcmp(master->kind, "bridge") == 0;
    char bridge[LIMIT_IFNAME], tap[LIMIT_IFNAME];
    bool drawn, others;

    if (!on_bridge && !is_hybrid_name(far))
        return;
    name_piece("qbr", far, bridge);
    name_piece("tap", far, tap);
    if (on_bridge)
        memcpy(bridge, master->name, sizeof bridge);
    /* One that is drawn is shared, or its VIF was asked for twice. */
    drawn = graph_find(b->graph, GRAPH_LINK, bridge) != GRAPH_NONE;
    (void)builder_link(b, bridge, "linux-bridge");
    builder_member(b, near, bridge, /* to_bridge= */ false);
    others =
        drawn ? graph_find(b->graph, GRAPH_LINK, tap) == GRAPH_NONE : builder_members(b, bridge);
    if (others || !is_hybrid_name(far))
        return;
    (void)builder_link(b, tap, "tap");
    builder_member(b, tap, bridge, /* to_bridge= */ true);
}

/* The other end of the veth 'far', if it is one, and what is behind that. */
static void draw_hybrid(const struct builder *b, const char *far)
{
    const struct link_info *link = snapshot_link(b->snapshot, far);
    const struct link_info *peer = link ? snapshot_link_at(b->snapshot, link->peer) : NULL;
    char near[LIMIT_IFNAME];

    if (!peer && !is_hybrid_name(far))
        return;
    name_piece("qvb", far, near);
    if (peer)
        memcpy(near, peer->name, sizeof near);
    graph_add_edge(b->graph, builder_link(b, near, "veth"), graph_find(b->graph, GRAPH_LINK, far),
                   "pair", builder_is_pair(b, near, far));
    draw_linux_bridge(b, far, near);
}

/* The device or what else is behind a port. */
static void draw_behind(const struct builder *b, size_t port)
{
    const char *name = port == GRAPH_NONE ? "" : b->graph->nodes[port].name;
    const struct vswitch_interface *interface = vswitch_find_interface(&b->snapshot->db, name);
    bool link = snapshot_link(b->snapshot, name) != NULL;
    size_t behind = GRAPH_NONE;

    if (interface)
        behind = builder_backend(b, name, interface->type, &interface->options, &interface->status);
    if (behind != GRAPH_NONE) {
        graph_add_edge(b->graph, behind, port, "port", !b->graph->nodes[behind].missing);
        return;
    }
    if (!link && (!name[0] || (interface && interface->type[0])))
        return;
    behind = builder_link(b, name, is_hybrid_name(name) ? "veth" : "tap");
    graph_add_edge(b->graph, behind, port, "port", link && interface);
    draw_hybrid(b, name);
}

/* The tap's port on a bridge of its own, behind the patch port that carries the iface-id. */
static void draw_behind_patch(const struct builder *b, const struct snapshot_vif *vif, size_t outer)
{
    const char *name = strmap_get(&vif->interface->options, "peer");
    const struct vswitch_port *peer = snapshot_patch_peer(b->snapshot, vif->interface);
    size_t inner, bridge, port;

    if (!name)
        return;
    inner = builder_port(b, name);
    graph_add_edge(b->graph, inner, outer, "patch",
                   builder_is_patch(b, name, vif->interface->name));
    if (!peer || !peer->bridge[0])
        return;
    bridge = builder_bridge(b, peer->bridge);
    graph_add_edge(b->graph, bridge, inner, "member", true);
    if (!vif->device[0])
        return;
    port = builder_port(b, vif->device);
    graph_add_edge(b->graph, port, bridge, "member", true);
    draw_behind(b, port);
}

/* The name of the port that a piece of the hybrid plug without one leads to; that of the link
 * itself for any other link. */
static void name_port(const struct snapshot *snapshot, const struct link_info *link,
                      char ret[LIMIT_IFNAME])
{
    bool bridge = strcmp(link->kind, "bridge") == 0, veth = strcmp(link->kind, "veth") == 0;
    const struct link_info *const *members;
    const struct link_info *peer = NULL;
    size_t n = bridge ? snapshot_members_of(snapshot, link->ifindex, &members) : 0;

    for (size_t i = 0; i < n && !peer; i++)
        peer = snapshot_link_at(snapshot, members[i]->peer);
    if (!n && strncmp(link->name, "qvb", 3) == 0)
        peer = snapshot_link_at(snapshot, link->peer);
    if (peer && (bridge || veth))
        (void)snprintf(ret, LIMIT_IFNAME, "%s", peer->name);
    else if ((bridge || veth) && !is_hybrid_name(link->name))
        name_piece("qvo", link->name, ret);
    else
        (void)snprintf(ret, LIMIT_IFNAME, "%s", link->name);
}

void graph_draw_vif(struct graph *graph, const struct snapshot *snapshot,
                    const struct snapshot_vif *vif)
{
    const struct builder b = {snapshot, graph, graph_add_vif(graph)};
    const struct vswitch_interface *interface = vif->interface;
    size_t first_edge = graph->n_edges, port;
    char name[LIMIT_IFNAME] = "";

    if (b.vif == GRAPH_NONE)
        return;
    if (!interface)
        name_port(snapshot, vif->link, name);
    port = builder_port_on_bridge(&b, interface ? interface->name : name);
    if (interface && strcmp(interface->type, "patch") == 0)
        draw_behind_patch(&b, vif, port);
    else
        draw_behind(&b, port);
    builder_finish(
        &b,
        &(struct graph_vif){
            .id = vif->id,
            .type = vif->type,
            .state = vif->state,
            .instance = interface ? strmap_get(&interface->external_ids, "vm-uuid") : NULL,
            .address = interface ? strmap_get(&interface->external_ids, "attached-mac") : NULL,
        },
        first_edge, port);
}

/* ---- beside VIFs ---- */

/* Whether frames leave the bridge by this port, as seen from the guests: by all ports that are not
 * theirs, but for the port of a bridge to which a bridge with guests is joined. */
static bool is_way_out(const struct builder *b, const struct vswitch_port *port,
                       const struct vswitch_interface *interface, size_t n_near)
{
    const struct vswitch_port *peer =
        interface ? snapshot_patch_peer(b->snapshot, interface) : NULL;

    return !peer || graph_find(b->graph, GRAPH_BRIDGE, peer->bridge) >= n_near ||
           graph_find(b->graph, GRAPH_BRIDGE, port->bridge) < n_near;
}

static void draw_other_port(const struct builder *b, const struct vswitch_port *port, size_t n_near)
{
    const struct vswitch_interface *interface =
        vswitch_find_interface(&b->snapshot->db, port->name);
    const char *peer_name = interface ? strmap_get(&interface->options, "peer") : NULL;
    size_t node = builder_port(b, port->name), bridge = builder_bridge(b, port->bridge), peer;
    bool out = is_way_out(b, port, interface, n_near);

    graph_add_edge(b->graph, out ? bridge : node, out ? node : bridge, "member", true);
    if (snapshot_link(b->snapshot, port->name))
        graph_add_edge(b->graph, node, builder_link(b, port->name, "device"), "port", true);
    if (!peer_name || strcmp(interface->type, "patch") != 0)
        return;
    /* One edge for the two of them, drawn when the second one is. */
    peer = graph_find(b->graph, GRAPH_PORT, peer_name);
    graph_add_edge(b->graph, out ? node : peer, out ? peer : node, "patch", true);
}

void graph_draw_switch(struct graph *graph, const struct snapshot *snapshot)
{
    const struct vswitch *db = &snapshot->db;
    const struct builder b = {snapshot, graph, GRAPH_NONE};
    size_t n_near = graph->n_nodes;

    for (size_t i = 0; i < db->n_bridges; i++)
        (void)builder_bridge(&b, db->bridges[i].name);
    for (size_t i = 0; i < db->n_ports; i++)
        if (strcmp(db->ports[i].name, db->ports[i].bridge) != 0 &&
            graph_find(graph, GRAPH_PORT, db->ports[i].name) == GRAPH_NONE)
            draw_other_port(&b, &db->ports[i], n_near);
}

/* ---- the VIF that a person means by an id or name ---- */

/* Names of which the VIF has one. */
struct clues {
    const char *id;     /* the ID itself */
    const char *device; /* the device of the VIF that the link of that name leads to, or NULL */
    const char *port;   /* the other end of the patch port of that name, or NULL */
    char alias_id[UUID_TEXT_SIZE]; /* the id in the alias of that link; "" */
};

/* The veth end behind which this Linux bridge is, seen from the switch; NULL for another link. */
static const char *port_of_bridge(const struct snapshot *snapshot, const struct link_info *bridge)
{
    bool is_bridge = bridge && strcmp(bridge->kind, "bridge") == 0;
    const struct link_info *const *members;
    size_t n = is_bridge ? snapshot_members_of(snapshot, bridge->ifindex, &members) : 0;

    for (size_t i = 0; i < n; i++) {
        const struct link_info *peer = snapshot_link_at(snapshot, members[i]->peer);

        if (peer && vswitch_find_port(&snapshot->db, peer->name))
            return peer->name;
    }
    return NULL;
}

static struct clues clues_of(const struct snapshot *snapshot, const char *id)
{
    const struct link_info *link = snapshot_link(snapshot, id), *peer;
    const struct vswitch_interface *interface = vswitch_find_interface(&snapshot->db, id);
    const struct vswitch_port *other = interface ? snapshot_patch_peer(snapshot, interface) : NULL;
    struct clues clues = {.id = id, .port = other ? other->name : NULL};

    if (!link)
        return clues;
    (void)alias_vif_id(link->alias, clues.alias_id);
    peer = snapshot_link_at(snapshot, link->peer);
    clues.device = port_of_bridge(snapshot, link);
    if (!clues.device)
        clues.device = port_of_bridge(snapshot, snapshot_link_at(snapshot, link->master));
    if (!clues.device && peer)
        clues.device = peer->name;
    return clues;
}

/* How well the VIF matches: 2 by an id or name of its own, 1 by one of its pieces, 0 not at all. */
static int match(const struct snapshot_vif *vif, const struct clues *clues)
{
    const char *port = vif->interface ? vif->interface->name : "";

    if (strcasecmp(vif->id, clues->id) == 0 || strcasecmp(vif->iface_id, clues->id) == 0 ||
        strcmp(port, clues->id) == 0 || strcmp(vif->device, clues->id) == 0)
        return 2;
    return (clues->alias_id[0] && strcmp(vif->id, clues->alias_id) == 0) ||
           (clues->port && strcmp(port, clues->port) == 0) ||
           (clues->device && strcmp(vif->device, clues->device) == 0);
}

const struct snapshot_vif *graph_find_vif(const struct snapshot *snapshot, const char *id,
                                          struct vif_error *err)
{
    const struct clues clues = clues_of(snapshot, id);
    const struct snapshot_vif *best = NULL, *other = NULL;
    int best_match = 0;

    for (size_t i = 0; id[0] && i < snapshot->n_vifs; i++) {
        const struct snapshot_vif *vif = &snapshot->vifs[i];
        int own = match(vif, &clues);

        if (own > best_match) {
            best = vif;
            other = NULL;
            best_match = own;
        } else if (own && own == best_match) {
            other = vif;
        }
    }
    if (!best)
        (void)error_set(err, VIF_ERROR_NOT_FOUND,
                        "show %.64s: no VIF, port or network device of a VIF has this id or name",
                        id);
    else if (other)
        (void)error_set(err, VIF_ERROR_CONFLICT,
                        "show %.64s: ambiguous, matches ports %.64s and %.64s; name one", id,
                        snapshot_vif_name(best), snapshot_vif_name(other));
    return other ? NULL : best;
}
