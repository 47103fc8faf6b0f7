/* SPDX-License-Identifier: Apache-2.0 */
/* Draws a VIF as its wiring describes it: every piece of the wiring, present or missing, joined as
 * it should be, described by any plugin. */
#include <stdio.h>
#include <string.h>

#include "graph/graph.h"
#include "plan/plan.h"

/* A representor that is still to be renamed stands for the one of the new name. */
static const char *name_of_link(const struct snapshot *snapshot, const struct vif_wiring_link *link)
{
    return link->device.rename_from[0] && !snapshot_link(snapshot, link->name) &&
                   snapshot_link(snapshot, link->device.rename_from)
               ? link->device.rename_from
               : link->name;
}

static bool has_link(const struct vif_wiring *wiring, const char *name)
{
    for (size_t i = 0; i < wiring->n_links; i++)
        if (strcmp(wiring->links[i].name, name) == 0 ||
            strcmp(wiring->links[i].veth.peer, name) == 0)
            return true;
    return false;
}

static void draw_link(const struct builder *own, const struct vif_wiring_link *link)
{
    const struct builder b = {own->snapshot, own->graph, link->shared ? GRAPH_NONE : own->vif};
    const struct link_info *there = snapshot_link(b.snapshot, link->name);
    const struct link_info *parent = snapshot_link(b.snapshot, link->vlan.parent);
    bool representor = link->kind == VIF_LINK_DEVICE && !link->shared;
    size_t node = builder_link(&b, name_of_link(b.snapshot, link),
                               representor ? "representor" : link_kind(link->kind)->node);

    if (link->veth.peer[0])
        graph_add_edge(b.graph, node, builder_link(&b, link->veth.peer, "veth"), "pair",
                       builder_is_pair(&b, link->name, link->veth.peer));
    if (link->vlan.parent[0])
        graph_add_edge(b.graph, node, builder_link(&b, link->vlan.parent, "device"), "vlan",
                       there && parent && there->parent == parent->ifindex);
}

/* Once all links are drawn: what is a member of what.  A Linux bridge has the guest's tap, which
 * the wiring does not make, and perhaps more. */
static void draw_members(const struct builder *b, const struct graph_subject *subject)
{
    const struct vif_wiring *wiring = subject->wiring;
    const char *device = subject->device;

    for (size_t i = 0; i < wiring->n_links; i++) {
        const struct vif_wiring_link *link = &wiring->links[i];

        if (link->unplug_only)
            continue;
        if (link->master[0])
            builder_member(b, link->name, link->master, link->kind == VIF_LINK_TAP);
        if (link->kind != VIF_LINK_BRIDGE)
            continue;
        if (device && device[0] && !has_link(wiring, device)) {
            (void)builder_link(b, device, "tap");
            builder_member(b, device, link->name, /* to_bridge= */ true);
        }
        if (!link->shared)
            (void)builder_members(b, link->name);
    }
}

/* What is behind the port: as its row says, if there is one, else as it is described. */
static void draw_behind(const struct builder *b, const struct vif_wiring *wiring,
                        const struct vif_wiring_port *port, size_t node)
{
    const struct vswitch_interface *row = vswitch_find_interface(&b->snapshot->db, port->name);
    const char *link = port->link;
    size_t behind = row ? builder_backend(b, port->name, row->type, &row->options, &row->status)
                        : builder_backend(b, port->name, port->type, &port->options, NULL);

    if (behind != GRAPH_NONE) {
        graph_add_edge(b->graph, behind, node, "port", row && !b->graph->nodes[behind].missing);
        return;
    }
    for (size_t i = 0; i < wiring->n_links; i++)
        if (strcmp(wiring->links[i].name, port->link) == 0) {
            link = name_of_link(b->snapshot, &wiring->links[i]);
            break;
        }
    if (link[0])
        graph_add_edge(b->graph, builder_link(b, link, "tap"), node, "port",
                       row && snapshot_link(b->snapshot, link) && strcmp(link, port->name) == 0);
}

static void draw_port(const struct builder *b, const struct vif_wiring *wiring,
                      const struct vif_wiring_port *port)
{
    const struct vswitch_port *row = vswitch_find_port(&b->snapshot->db, port->name);
    const char *peer = strmap_get(&port->options, "peer");
    size_t node = builder_port(b, port->name), bridge = builder_bridge(b, port->bridge);
    bool joined = row && strcmp(row->bridge, port->bridge) == 0;
    /* Frames go through a bridge of the VIF's own towards that of the network, which is the
     * first. */
    bool inner = strcmp(port->type, "patch") == 0 && wiring->n_bridges &&
                 strcmp(port->bridge, wiring->bridges[0].name) != 0;

    if (row && row->bridge[0] && !joined) /* it is on another bridge */
        graph_add_edge(b->graph, node, builder_bridge(b, row->bridge), "member", true);
    graph_add_edge(b->graph, inner ? bridge : node, inner ? node : bridge, "member", joined);
    if (peer && !inner)
        graph_add_edge(b->graph, builder_port(b, peer), node, "patch",
                       builder_is_patch(b, port->name, peer) &&
                           builder_is_patch(b, peer, port->name));
    draw_behind(b, wiring, port, node);
}

static bool is_drawn(const struct vif_wiring_port *port)
{
    return !port->replaced && port->name[0];
}

/* The port that carries the iface-id; else the last one. */
static const struct vif_wiring_port *main_port(const struct vif_wiring *wiring)
{
    const struct vif_wiring_port *last = NULL;

    for (size_t i = 0; i < wiring->n_ports; i++) {
        if (!is_drawn(&wiring->ports[i]))
            continue;
        last = &wiring->ports[i];
        if (strmap_get(&last->ids, "iface-id"))
            break;
    }
    return last;
}

static enum vif_state state_of(const struct builder *b, const struct vif_wiring_port *port,
                               size_t first_node)
{
    const struct snapshot_vif *vif = port ? snapshot_vif_of_port(b->snapshot, port->name) : NULL;
    const struct graph *graph = b->graph;
    size_t missing = 0, present = 0;

    if (vif)
        return vif->state;
    for (size_t i = first_node; i < graph->n_nodes; i++) {
        missing += graph->nodes[i].missing;
        present += graph->nodes[i].vif == b->vif && !graph->nodes[i].missing;
    }
    if (port)
        return present ? VIF_STATE_UNCONNECTED : VIF_STATE_UNPLUGGED;
    /* It ends at a Linux bridge, which may have been drawn already. */
    if (first_node == graph->n_nodes)
        return VIF_STATE_NONE;
    return missing ? VIF_STATE_UNPLUGGED : VIF_STATE_PLUGGED;
}

void graph_draw_wiring(struct graph *graph, const struct snapshot *snapshot,
                       const struct graph_subject *subject)
{
    const struct builder b = {snapshot, graph, graph_add_vif(graph)};
    const struct vif_wiring *wiring = subject->wiring;
    const struct vif_wiring_port *port = main_port(wiring);
    size_t first_edge = graph->n_edges, first_node = graph->n_nodes;

    if (b.vif == GRAPH_NONE)
        return;
    for (size_t i = 0; i < wiring->n_links; i++)
        if (!wiring->links[i].unplug_only && !wiring->links[i].device.enable_tc_offload)
            draw_link(&b, &wiring->links[i]);
    draw_members(&b, subject);
    for (size_t i = 0; i < wiring->n_ports; i++)
        if (is_drawn(&wiring->ports[i]))
            draw_port(&b, wiring, &wiring->ports[i]);
    builder_finish(
        &b,
        &(struct graph_vif){
            .id = wiring->vif_id,
            .type = subject->type,
            .instance = subject->instance,
            .address = subject->address,
            .state = state_of(&b, port, first_node),
        },
        first_edge,
        port ? graph_find(graph, GRAPH_PORT, port->name)
             : graph_find(graph, GRAPH_LINK, wiring->n_links ? wiring->links[0].name : ""));
}
