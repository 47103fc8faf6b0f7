/* SPDX-License-Identifier: Apache-2.0 */
/* Drawing a VIF from what is there alone: from its port outwards to the bridge and inwards to the guest.
 * What os-vif's names say of pieces that are gone is drawn as missing. */
#include <stdio.h>
#include <string.h>

#include "graph/graph.h"

size_t pen_port_on_bridge(const struct pen *pen, const char *name)
{
    const struct vswitch_port *row = vswitch_find_port(&pen->scene->snapshot.db, name);
    size_t port = pen_port(pen, name);

    if (row && row->bridge[0])
        drawing_edge(pen->drawing, port, pen_bridge(pen, row->bridge), "member", true);
    return port;
}

static bool is_hybrid_name(const char *name)
{
    return strncmp(name, "qvo", 3) == 0;
}

/* A piece of the hybrid plug: prefix and what its 'qvo' has behind it. */
static void name_piece(const char *prefix, const char *qvo, char ret[LIMIT_IFNAME])
{
    (void)snprintf(ret, LIMIT_IFNAME, "%s%.12s", prefix, strlen(qvo) > 3 ? qvo + 3 : "");
}

/* The guest's end of the Linux bridge behind 'near'. */
static void draw_linux_bridge(const struct pen *pen, const char *far, const char *near)
{
    const struct snapshot *snapshot = &pen->scene->snapshot;
    const struct link_info *link = snapshot_link(snapshot, near);
    const struct link_info *master = link ? snapshot_link_at(snapshot, link->master) : NULL;
    bool on_bridge = master && strcmp(master->kind, "bridge") == 0;
    char bridge[LIMIT_IFNAME], tap[LIMIT_IFNAME];
    bool drawn, others = false;

    if (!on_bridge && !is_hybrid_name(far))
        return;
    name_piece("qbr", far, bridge);
    name_piece("tap", far, tap);
    if (on_bridge)
        memcpy(bridge, master->name, sizeof bridge);
    /* One that is drawn is shared, or its VIF was asked for twice. */
    drawn = drawing_find(pen->drawing, THING_LINK, bridge) != VIF_NO_INDEX;
    (void)pen_link(pen, bridge, "linux-bridge");
    pen_master(pen, near, bridge, false);
    if (drawn)
        others = drawing_find(pen->drawing, THING_LINK, tap) == VIF_NO_INDEX;
    else
        others = pen_members(pen, bridge);
    if (others || !is_hybrid_name(far))
        return;
    (void)pen_link(pen, tap, "tap");
    pen_master(pen, tap, bridge, true);
}

void pen_hybrid(const struct pen *pen, const char *far)
{
    const struct snapshot *snapshot = &pen->scene->snapshot;
    const struct link_info *link = snapshot_link(snapshot, far);
    const struct link_info *peer = link ? snapshot_link_at(snapshot, link->peer) : NULL;
    char near[LIMIT_IFNAME];

    if (!peer && !is_hybrid_name(far))
        return;
    name_piece("qvb", far, near);
    if (peer)
        memcpy(near, peer->name, sizeof near);
    (void)pen_link(pen, near, "veth");
    drawing_edge(pen->drawing, drawing_find(pen->drawing, THING_LINK, near),
                 drawing_find(pen->drawing, THING_LINK, far), "pair",
                 scene_is_pair(pen->scene, near, far));
    draw_linux_bridge(pen, far, near);
}

void pen_behind(const struct pen *pen, size_t port)
{
    const struct snapshot *snapshot = &pen->scene->snapshot;
    const char *name = port == VIF_NO_INDEX ? "" : pen->drawing->parts[port].name;
    const struct vswitch_interface *interface = vswitch_find_interface(&snapshot->db, name);
    bool link = snapshot_link(snapshot, name) != NULL;
    size_t backend = VIF_NO_INDEX;

    if (interface)
        backend = pen_backend(pen, name, interface->type, &interface->options, &interface->status);
    if (backend != VIF_NO_INDEX) {
        drawing_edge(pen->drawing, backend, port, "port", !pen->drawing->parts[backend].missing);
        return;
    }
    if (!link && (!name[0] || (interface && interface->type[0])))
        return;
    backend = pen_link(pen, name, is_hybrid_name(name) ? "veth" : "tap");
    drawing_edge(pen->drawing, backend, port, "port", link && interface);
    pen_hybrid(pen, name);
}

/* The tap's port on a bridge of its own, behind the patch port that carries the iface-id. */
static void draw_behind_patch(const struct pen *pen, const struct snapshot_vif *found, size_t outer)
{
    const char *name = strmap_get(&found->interface->options, "peer");
    const struct vswitch_port *peer = snapshot_patch_peer(&pen->scene->snapshot, found->interface);
    const struct vswitch_interface *other =
        name ? vswitch_find_interface(&pen->scene->snapshot.db, name) : NULL;
    const char *back = other ? strmap_get(&other->options, "peer") : NULL;
    size_t inner, bridge, port;

    if (!name)
        return;
    inner = pen_port(pen, name);
    drawing_edge(pen->drawing, inner, outer, "patch",
                 back && strcmp(back, found->interface->name) == 0);
    if (!peer || !peer->bridge[0])
        return;
    bridge = pen_bridge(pen, peer->bridge);
    drawing_edge(pen->drawing, bridge, inner, "member", true);
    if (!found->device[0])
        return;
    port = pen_port(pen, found->device);
    drawing_edge(pen->drawing, port, bridge, "member", true);
    pen_behind(pen, port);
}

static size_t draw_connected(const struct pen *pen, const struct snapshot_vif *found)
{
    size_t port = pen_port_on_bridge(pen, found->interface->name);

    if (strcmp(found->interface->type, "patch") == 0)
        draw_behind_patch(pen, found, port);
    else
        pen_behind(pen, port);
    return port;
}

/* The name of the veth end that a loose piece of the hybrid plug leads to; false for another link. */
static bool find_far_end(const struct scene *scene, const struct link_info *link,
                         char ret[LIMIT_IFNAME])
{
    const struct link_info *const *members;
    const struct link_info *peer = NULL;
    size_t n = 0;

    if (strcmp(link->kind, "bridge") == 0)
        n = scene_members(scene, link->ifindex, &members);
    else if (strcmp(link->kind, "veth") != 0)
        return false;
    for (size_t i = 0; i < n && !peer; i++)
        peer = snapshot_link_at(&scene->snapshot, members[i]->peer);
    if (!n && strncmp(link->name, "qvb", 3) == 0)
        peer = snapshot_link_at(&scene->snapshot, link->peer);
    name_piece("qvo", link->name, ret);
    if (peer || is_hybrid_name(link->name))
        (void)snprintf(ret, LIMIT_IFNAME, "%s", peer ? peer->name : link->name);
    return true;
}

/* A VIF of which there are links, and no port that carries its iface-id. */
static size_t draw_loose(const struct pen *pen, const struct link_info *link)
{
    char far[LIMIT_IFNAME];
    size_t port;

    if (!find_far_end(pen->scene, link, far))
        memcpy(far, link->name, sizeof far);
    port = pen_port_on_bridge(pen, far);
    pen_behind(pen, port);
    return port;
}

void draw_found(const struct scene *scene, struct vif_drawing *drawing,
                const struct snapshot_vif *found)
{
    struct pen pen = {scene, drawing, drawing_add_vif(drawing)};
    const struct vif_map *ids = found->interface ? &found->interface->external_ids : NULL;
    size_t first_edge = drawing->n_edges, last = VIF_NO_INDEX;
    struct vif_drawn *vif;

    if (pen.vif == VIF_NO_INDEX)
        return;
    last = found->interface ? draw_connected(&pen, found) : draw_loose(&pen, found->link);
    vif = &drawing->vifs[pen.vif];
    vif->id = drawing_text(drawing, found->id);
    vif->type = found->type;
    vif->state = snapshot_vif_state_name(found->state);
    vif->instance = drawing_text(drawing, ids ? strmap_get(ids, "vm-uuid") : NULL);
    vif->address = drawing_text(drawing, ids ? strmap_get(ids, "attached-mac") : NULL);
    vif->first = drawing_entry(drawing, first_edge, last);
    drawing_edge(drawing, pen_guest(&pen, vif->instance), vif->first, "guest", true);
}

/* ---- what there is beside VIFs ---- */

/* Whether frames leave the bridge by this port, as seen from the guests: by all ports that are not
 * theirs, but that of a bridge to which a bridge with guests is joined. */
static bool is_way_out(const struct pen *pen, const struct vswitch_port *port,
                       const struct vswitch_interface *interface, size_t n_near)
{
    const struct vswitch_port *peer =
        interface ? snapshot_patch_peer(&pen->scene->snapshot, interface) : NULL;

    return !peer || !(drawing_find(pen->drawing, THING_BRIDGE, peer->bridge) < n_near) ||
           drawing_find(pen->drawing, THING_BRIDGE, port->bridge) < n_near;
}

static void draw_other_port(const struct pen *pen, const struct vswitch_port *port, size_t n_near)
{
    const struct vswitch *db = &pen->scene->snapshot.db;
    const struct vswitch_interface *interface = vswitch_find_interface(db, port->name);
    const char *peer_name = interface ? strmap_get(&interface->options, "peer") : NULL;
    size_t part = pen_port(pen, port->name), bridge = pen_bridge(pen, port->bridge), link, peer;
    bool out = is_way_out(pen, port, interface, n_near);

    drawing_edge(pen->drawing, out ? bridge : part, out ? part : bridge, "member", true);
    if (snapshot_link(&pen->scene->snapshot, port->name)) {
        link = pen_link(pen, port->name, "device");
        drawing_edge(pen->drawing, part, link, "port", true);
    }
    if (!peer_name || strcmp(interface->type, "patch") != 0)
        return;
    /* One edge for the two of them, drawn when the second one is. */
    peer = drawing_find(pen->drawing, THING_PORT, peer_name);
    drawing_edge(pen->drawing, out ? part : peer, out ? peer : part, "patch", true);
}

void draw_switch(const struct scene *scene, struct vif_drawing *drawing)
{
    const struct vswitch *db = &scene->snapshot.db;
    const struct pen pen = {scene, drawing, VIF_NO_INDEX};
    size_t n_near = drawing->n_parts;

    for (size_t i = 0; i < db->n_bridges; i++)
        (void)pen_bridge(&pen, db->bridges[i].name);
    for (size_t i = 0; i < db->n_ports; i++)
        if (strcmp(db->ports[i].name, db->ports[i].bridge) != 0 &&
            drawing_find(drawing, THING_PORT, db->ports[i].name) == VIF_NO_INDEX)
            draw_other_port(&pen, &db->ports[i], n_near);
}
