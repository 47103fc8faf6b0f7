/* SPDX-License-Identifier: Apache-2.0 */
/* Drawing a VIF as its wiring describes it: every part of the wiring, there or missing, joined as it
 * should be, whichever plugin described it. */
#include <stdio.h>
#include <string.h>

#include "graph/graph.h"

/* A representor that is still to be renamed stands for the one of the new name. */
static const char *name_of_link(const struct snapshot *snapshot, const struct vif_wiring_link *link)
{
    return link->device[0] && !snapshot_link(snapshot, link->name) &&
                   snapshot_link(snapshot, link->device)
               ? link->device
               : link->name;
}

static const char *name_behind(const struct pen *pen, const struct vif_wiring *wiring,
                               const char *name)
{
    for (size_t i = 0; i < wiring->n_links; i++)
        if (strcmp(wiring->links[i].name, name) == 0)
            return name_of_link(&pen->scene->snapshot, &wiring->links[i]);
    return name;
}

static bool has_link(const struct vif_wiring *wiring, const char *name)
{
    for (size_t i = 0; i < wiring->n_links; i++)
        if (strcmp(wiring->links[i].name, name) == 0 || strcmp(wiring->links[i].peer, name) == 0)
            return true;
    return false;
}

/* A Linux bridge has the guest's tap, which the wiring does not make, and perhaps more. */
static void draw_tap(const struct pen *pen, const struct subject *subject,
                     const struct vif_wiring_link *bridge)
{
    const char *device = subject->device;

    if (device && device[0] && !has_link(subject->wiring, device)) {
        (void)pen_link(pen, device, "tap");
        pen_master(pen, device, bridge->name, true);
    }
    if (!bridge->shared)
        (void)pen_members(pen, bridge->name);
}

static void draw_link(const struct pen *own, const struct vif_wiring_link *link)
{
    static const char *const kinds[] = {
        [VIF_LINK_TAP] = "tap",   [VIF_LINK_VETH] = "veth",     [VIF_LINK_BRIDGE] = "linux-bridge",
        [VIF_LINK_VLAN] = "vlan", [VIF_LINK_DEVICE] = "device",
    };
    const struct pen pen = {own->scene, own->drawing, link->shared ? VIF_NO_INDEX : own->vif};
    const struct snapshot *snapshot = &pen.scene->snapshot;
    const struct link_info *there = snapshot_link(snapshot, link->name);
    const struct link_info *parent = snapshot_link(snapshot, link->parent);
    bool representor = link->kind == VIF_LINK_DEVICE && !link->shared;
    size_t part = pen_link(&pen, name_of_link(snapshot, link),
                           representor ? "representor" : kinds[link->kind]);

    if (link->peer[0])
        drawing_edge(pen.drawing, part, pen_link(&pen, link->peer, "veth"), "pair",
                     scene_is_pair(pen.scene, link->name, link->peer));
    if (link->parent[0])
        drawing_edge(pen.drawing, part, pen_link(&pen, link->parent, "device"), "vlan",
                     there && parent && there->parent == parent->ifindex);
}

/* Once all links are drawn: what is a member of what. */
static void draw_members(const struct pen *pen, const struct subject *subject)
{
    const struct vif_wiring *wiring = subject->wiring;

    for (size_t i = 0; i < wiring->n_links; i++) {
        const struct vif_wiring_link *link = &wiring->links[i];

        if (link->unplug_only)
            continue;
        if (link->master[0])
            pen_master(pen, link->name, link->master, link->kind == VIF_LINK_TAP);
        if (link->kind == VIF_LINK_BRIDGE)
            draw_tap(pen, subject, link);
    }
}

/* Frames go through a bridge of the VIF's own towards that of the network, which is the first. */
static bool is_inner_patch(const struct vif_wiring *wiring, const struct vif_wiring_port *port)
{
    return strcmp(port->type, "patch") == 0 && wiring->n_bridges &&
           strcmp(port->bridge, wiring->bridges[0].name) != 0;
}

static void draw_on_bridge(const struct pen *pen, const struct vif_wiring *wiring,
                           const struct vif_wiring_port *port, size_t part)
{
    const struct vswitch_port *row = vswitch_find_port(&pen->scene->snapshot.db, port->name);
    size_t bridge = pen_bridge(pen, port->bridge);
    bool joined = row && strcmp(row->bridge, port->bridge) == 0;

    if (row && row->bridge[0] && !joined) /* it is somewhere else */
        drawing_edge(pen->drawing, part, pen_bridge(pen, row->bridge), "member", true);
    if (is_inner_patch(wiring, port))
        drawing_edge(pen->drawing, bridge, part, "member", joined);
    else
        drawing_edge(pen->drawing, part, bridge, "member", joined);
}

/* What is behind the port: as its row says, where there is one, else as it is described. */
static void draw_behind(const struct pen *pen, const struct vif_wiring *wiring,
                        const struct vif_wiring_port *port, size_t part)
{
    const struct snapshot *snapshot = &pen->scene->snapshot;
    const struct vswitch_interface *row = vswitch_find_interface(&snapshot->db, port->name);
    const char *link = name_behind(pen, wiring, port->link);
    size_t behind = row ? pen_backend(pen, port->name, row->type, &row->options, &row->status)
                        : pen_backend(pen, port->name, port->type, &port->options, NULL);

    if (behind != VIF_NO_INDEX) {
        drawing_edge(pen->drawing, behind, part, "port",
                     row && !pen->drawing->parts[behind].missing);
        return;
    }
    if (link[0])
        drawing_edge(pen->drawing, pen_link(pen, link, "tap"), part, "port",
                     row && snapshot_link(snapshot, link) && strcmp(link, port->name) == 0);
}

static void draw_patch(const struct pen *pen, const struct vif_wiring_port *port, size_t part)
{
    const struct vswitch *db = &pen->scene->snapshot.db;
    const char *peer = strmap_get(&port->options, "peer");
    const struct vswitch_interface *a = vswitch_find_interface(db, port->name);
    const struct vswitch_interface *b = peer ? vswitch_find_interface(db, peer) : NULL;
    const char *forth = a ? strmap_get(&a->options, "peer") : NULL;
    const char *back = b ? strmap_get(&b->options, "peer") : NULL;

    if (peer)
        drawing_edge(pen->drawing, pen_port(pen, peer), part, "patch",
                     forth && back && strcmp(forth, peer) == 0 && strcmp(back, port->name) == 0);
}

/* The port that carries the iface-id; else the last one. */
static const struct vif_wiring_port *main_port(const struct vif_wiring *wiring)
{
    const struct vif_wiring_port *last = NULL;

    for (size_t i = 0; i < wiring->n_ports; i++) {
        if (wiring->ports[i].replaced || !wiring->ports[i].name[0])
            continue;
        last = &wiring->ports[i];
        if (strmap_get(&last->ids, "iface-id"))
            break;
    }
    return last;
}

static void draw_ports(const struct pen *pen, const struct vif_wiring *wiring)
{
    for (size_t i = 0; i < wiring->n_ports; i++) {
        const struct vif_wiring_port *port = &wiring->ports[i];
        size_t part;

        if (port->replaced || !port->name[0])
            continue;
        part = pen_port(pen, port->name);
        draw_on_bridge(pen, wiring, port, part);
        if (!is_inner_patch(wiring, port))
            draw_patch(pen, port, part);
        draw_behind(pen, wiring, port, part);
    }
}

static const char *state_of(const struct pen *pen, const struct vif_wiring_port *port,
                            size_t first_part)
{
    const struct snapshot_vif *found = port ? scene_found_at(pen->scene, port->name) : NULL;
    size_t n = pen->drawing->n_parts - first_part, missing = 0, there = 0;

    if (found)
        return snapshot_vif_state_name(found->state);
    for (size_t i = first_part; i < pen->drawing->n_parts; i++) {
        missing += pen->drawing->parts[i].missing != 0;
        there += pen->drawing->parts[i].vif == pen->vif && !pen->drawing->parts[i].missing;
    }
    if (!port) /* it ends at a Linux bridge, which may have been drawn already */
        return missing ? "unplugged" : n ? snapshot_vif_state_name(SNAPSHOT_VIF_PLUGGED) : "";
    return there ? snapshot_vif_state_name(SNAPSHOT_VIF_UNCONNECTED) : "unplugged";
}

void draw_wiring(const struct scene *scene, struct vif_drawing *drawing,
                 const struct subject *subject)
{
    struct pen pen = {scene, drawing, drawing_add_vif(drawing)};
    const struct vif_wiring *wiring = subject->wiring;
    const struct vif_wiring_port *port = main_port(wiring);
    size_t first_edge = drawing->n_edges, first_part = drawing->n_parts, last;
    struct vif_drawn *vif;

    if (pen.vif == VIF_NO_INDEX)
        return;
    for (size_t i = 0; i < wiring->n_links; i++)
        if (!wiring->links[i].unplug_only && !wiring->links[i].enable_tc_offload)
            draw_link(&pen, &wiring->links[i]);
    draw_members(&pen, subject);
    draw_ports(&pen, wiring);
    vif = &drawing->vifs[pen.vif];
    vif->id = drawing_text(drawing, wiring->vif_id);
    vif->type = drawing_text(drawing, subject->type);
    vif->instance = drawing_text(drawing, subject->instance);
    vif->address = drawing_text(drawing, subject->address);
    vif->state = state_of(&pen, port, first_part);
    last = port ? drawing_find(drawing, THING_PORT, port->name)
                : drawing_find(drawing, THING_LINK, wiring->n_links ? wiring->links[0].name : "");
    vif->first = last == VIF_NO_INDEX ? last : drawing_entry(drawing, first_edge, last);
    drawing_edge(drawing, pen_guest(&pen, vif->instance), vif->first, "guest", true);
}
