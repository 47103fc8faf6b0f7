/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of a drawing: a link, a port or a bridge with its state and what matters of it, or, where
 * it is not there, the place it should have. */
#include <stdio.h>
#include <string.h>

#include "graph/graph.h"
#include "kernel/path.h"

size_t pen_guest(const struct pen *pen, const char *instance)
{
    size_t part;

    if (!instance || !instance[0])
        return VIF_NO_INDEX;
    (void)drawing_part(pen->drawing, THING_GUEST, "guest", instance, VIF_NO_INDEX, &part);
    return part;
}

/* ---- links ---- */

static const char *kind_of(const struct link_info *link)
{
    static const struct {
        const char *of_kernel, *kind;
    } kinds[] = {{"veth", "veth"}, {"bridge", "linux-bridge"}, {"vlan", "vlan"}};

    if (link->on_switch)
        return "representor";
    if (link->tap)
        return "tap";
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (strcmp(link->kind, kinds[i].of_kernel) == 0)
            return kinds[i].kind;
    return "device";
}

static const char *state_of_link(const struct link_info *link)
{
    if (!(link->flags & IFF_UP))
        return "down";
    return link->flags & LINK_LOWER_UP ? "up" : "no-carrier";
}

static void set_bridge_attributes(const struct link_info *link, struct vif_drawing *drawing)
{
    drawing_set_number(drawing, "ageing_time", link->bridge.ageing_time);
    drawing_set_number(drawing, "forward_delay", link->bridge.forward_delay);
    drawing_set_number(drawing, "stp", link->bridge.stp_state);
    drawing_set_number(drawing, "mcast_snooping", link->bridge.mcast_snooping);
}

static void set_link_attributes(const struct link_info *link, struct vif_drawing *drawing)
{
    const uint8_t *a = link->address;
    char text[24], owner[UUID_TEXT_SIZE];

    if (strcmp(kind_of(link), "device") == 0)
        drawing_set(drawing, "type", link->kind);
    drawing_set_number(drawing, "mtu", link->mtu);
    (void)snprintf(text, sizeof text, "%02x:%02x:%02x:%02x:%02x:%02x", a[0], a[1], a[2], a[3], a[4],
                   a[5]);
    drawing_set(drawing, "address", text);
    if (link->flags & IFF_PROMISC)
        drawing_set(drawing, "promiscuous", "yes");
    if (link->multi_queue)
        drawing_set(drawing, "multi_queue", "yes");
    if (strcmp(link->kind, "vlan") == 0)
        drawing_set_number(drawing, "vlan", link->vlan_id);
    if (strcmp(link->kind, "bridge") == 0)
        set_bridge_attributes(link, drawing);
    if (alias_vif_id(link->alias, owner))
        drawing_set(drawing, "owner", owner);
    else
        drawing_set(drawing, "alias", link->alias);
}

static void set_link_counters(const struct link_counters *counters, struct vif_drawing *drawing)
{
    const struct {
        const char *key;
        uint64_t value;
    } keys[] = {
        {"rx_packets", counters->rx_packets}, {"rx_bytes", counters->rx_bytes},
        {"rx_errors", counters->rx_errors},   {"rx_dropped", counters->rx_dropped},
        {"tx_packets", counters->tx_packets}, {"tx_bytes", counters->tx_bytes},
        {"tx_errors", counters->tx_errors},   {"tx_dropped", counters->tx_dropped},
    };

    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        drawing_set_number(drawing, keys[i].key, (int64_t)keys[i].value);
}

static void miss(struct vif_drawing *drawing, size_t part)
{
    drawing->parts[part].state = "missing";
    drawing->parts[part].missing = 1;
}

size_t pen_link(const struct pen *pen, const char *name, const char *kind)
{
    const struct link_info *link = snapshot_link(&pen->scene->snapshot, name);
    const struct link_counters *counters =
        link ? link_find_counters(pen->scene->counters, pen->scene->n_counters, link->ifindex)
             : NULL;
    size_t part;

    if (!drawing_part(pen->drawing, THING_LINK, link ? kind_of(link) : kind, name, pen->vif, &part))
        return part;
    if (!link) {
        miss(pen->drawing, part);
        return part;
    }
    pen->drawing->parts[part].state = state_of_link(link);
    set_link_attributes(link, pen->drawing);
    if (counters)
        set_link_counters(counters, pen->drawing);
    return part;
}

void pen_master(const struct pen *pen, const char *member, const char *bridge, bool to_bridge)
{
    const struct snapshot *snapshot = &pen->scene->snapshot;
    const struct link_info *link = snapshot_link(snapshot, member);
    const struct link_info *master = snapshot_link(snapshot, bridge);
    size_t from = drawing_find(pen->drawing, THING_LINK, to_bridge ? member : bridge);
    size_t to = drawing_find(pen->drawing, THING_LINK, to_bridge ? bridge : member);

    drawing_edge(pen->drawing, from, to, "member",
                 link && master && link->master == master->ifindex);
}

/* Whether the link leads to a port: then it is a VIF's own way through the bridge. */
static bool leads_to_port(const struct snapshot *snapshot, const struct link_info *link)
{
    const struct link_info *peer = snapshot_link_at(snapshot, link->peer);

    return peer && vswitch_find_port(&snapshot->db, peer->name);
}

bool pen_members(const struct pen *pen, const char *name)
{
    const struct snapshot *snapshot = &pen->scene->snapshot;
    const struct link_info *bridge = snapshot_link(snapshot, name);
    const struct link_info *const *members;
    size_t n = bridge ? scene_members(pen->scene, bridge->ifindex, &members) : 0;
    bool drawn = false;

    for (size_t i = 0; i < n; i++) {
        if (leads_to_port(snapshot, members[i]) ||
            drawing_find(pen->drawing, THING_LINK, members[i]->name) != VIF_NO_INDEX)
            continue;
        (void)pen_link(pen, members[i]->name, "tap");
        pen_master(pen, members[i]->name, name, true);
        drawn = true;
    }
    return drawn;
}

/* ---- rows ---- */

static const char *state_of_port(const struct vswitch_interface *interface)
{
    if (interface->ofport < 0 || interface->error)
        return "failed";
    if (interface->ofport == 0)
        return "pending";
    return strcmp(interface->link_state, "down") == 0 ? "down" : "up";
}

static void set_port_attributes(const struct vswitch_port *port, struct vif_drawing *drawing)
{
    static const char *const details[] = {"vlan_mode", "trunks", "qos"};
    const char *tag = strmap_get(&port->details, "tag");
    int64_t number;

    if (tag && parse_int(tag, 0, INT32_MAX, &number) == 0)
        drawing_set_number(drawing, "tag", number);
    for (size_t i = 0; i < sizeof details / sizeof details[0]; i++)
        drawing_set(drawing, details[i], strmap_get(&port->details, details[i]));
}

static void set_port_counters(const struct vswitch_counters *counters, struct vif_drawing *drawing)
{
    const struct {
        const char *key;
        int64_t value;
    } keys[] = {
        {"rx_packets", counters->rx_packets}, {"rx_bytes", counters->rx_bytes},
        {"rx_errors", counters->rx_errors},   {"rx_dropped", counters->rx_dropped},
        {"tx_packets", counters->tx_packets}, {"tx_bytes", counters->tx_bytes},
        {"tx_errors", counters->tx_errors},   {"tx_dropped", counters->tx_dropped},
    };

    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (keys[i].value >= 0)
            drawing_set_number(drawing, keys[i].key, keys[i].value);
}

static void set_interface_attributes(const struct vswitch_interface *interface,
                                     struct vif_drawing *drawing)
{
    static const char *const ids[][2] = {
        {"iface-id", "iface_id"},           {"iface-status", "iface_status"},
        {"attached-mac", "attached_mac"},   {"vm-uuid", "vm_uuid"},
        {"ovn-installed", "ovn_installed"},
    };

    if (strcmp(interface->type, "patch") == 0)
        drawing_set(drawing, "peer", strmap_get(&interface->options, "peer"));
    else
        drawing_set(drawing, "type", interface->type);
    drawing_set(drawing, "link_state", interface->link_state);
    if (interface->mtu)
        drawing_set_number(drawing, "mtu", interface->mtu);
    if (interface->mtu_request)
        drawing_set_number(drawing, "mtu_request", interface->mtu_request);
    drawing_set(drawing, "error", interface->error);
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++)
        drawing_set(drawing, ids[i][1], strmap_get(&interface->external_ids, ids[i][0]));
    set_port_counters(&interface->counters, drawing);
}

size_t pen_port(const struct pen *pen, const char *name)
{
    const struct vswitch *db = &pen->scene->snapshot.db;
    const struct vswitch_port *port = vswitch_find_port(db, name);
    const struct vswitch_interface *interface = vswitch_find_interface(db, name);
    bool patch = interface && strcmp(interface->type, "patch") == 0;
    size_t part;

    if (!drawing_part(pen->drawing, THING_PORT, patch ? "patch" : "port", name, pen->vif, &part))
        return part;
    if (!port && !interface) {
        miss(pen->drawing, part);
        return part;
    }
    if (interface && interface->ofport > 0)
        drawing_set_number(pen->drawing, "ofport", interface->ofport);
    if (port)
        set_port_attributes(port, pen->drawing);
    if (!interface) /* a bond: its interfaces have other names */
        return part;
    pen->drawing->parts[part].state = state_of_port(interface);
    if (!interface->type[0] && !snapshot_link(&pen->scene->snapshot, name))
        pen->drawing->parts[part].state = "waiting";
    set_interface_attributes(interface, pen->drawing);
    return part;
}

size_t pen_bridge(const struct pen *pen, const char *name)
{
    const struct snapshot *snapshot = &pen->scene->snapshot;
    const struct vswitch_bridge *bridge = vswitch_find_bridge(&snapshot->db, name);
    const struct vswitch_interface *local = vswitch_find_interface(&snapshot->db, name);
    const struct vswitch_port *const *ports;
    size_t part;

    if (!name[0])
        return VIF_NO_INDEX;
    if (!drawing_part(pen->drawing, THING_BRIDGE, "bridge", name, VIF_NO_INDEX, &part))
        return part;
    if (!bridge) {
        miss(pen->drawing, part);
        return part;
    }
    /* The port it has of its own can be up, down or missing without harm to the others. */
    pen->drawing->parts[part].state = "up";
    if (local && strcmp(state_of_port(local), "down") != 0)
        pen->drawing->parts[part].state = state_of_port(local);
    drawing_set(pen->drawing, "datapath_type",
                bridge->datapath_type[0] ? bridge->datapath_type : "system");
    drawing_set(pen->drawing, "fail_mode", bridge->fail_mode);
    drawing_set_number(pen->drawing, "ports", (int64_t)snapshot_ports_of(snapshot, name, &ports));
    if (local)
        drawing_set(pen->drawing, "error", local->error);
    return part;
}

/* ---- what is behind a port that has no link ---- */

static size_t draw_socket(const struct pen *pen, const char *path, const struct vif_map *status)
{
    const char *connection = status ? strmap_get(status, "status") : NULL;
    bool listening = unix_sockets_listening(&pen->scene->sockets, path);
    int there = path[0] == '/' ? path_is_socket(path) : -1;
    struct vif_drawing *drawing = pen->drawing;
    const char *state = listening ? "listening" : there > 0 ? "disconnected" : "";
    size_t part;

    if (!drawing_part(drawing, THING_BACKEND, "vhost-user", path, pen->vif, &part))
        return part;
    if (connection && strcmp(connection, "connected") == 0)
        state = "connected";
    drawing->parts[part].state = state;
    if (there == 0)
        miss(drawing, part);
    if (there >= 0)
        drawing_set(drawing, "exists", there ? "yes" : "no");
    if (there > 0)
        drawing_set(drawing, "listening", listening ? "yes" : "no");
    drawing_set(drawing, "status", connection);
    drawing_set(drawing, "mode", status ? strmap_get(status, "mode") : NULL);
    return part;
}

size_t pen_backend(const struct pen *pen, const char *port, const char *type,
                   const struct vif_map *options, const struct vif_map *status)
{
    const char *name = NULL;
    size_t part;

    if (strcmp(type, "dpdkvhostuserclient") == 0)
        name = strmap_get(options, "vhost-server-path");
    else if (strcmp(type, "dpdkvhostuser") == 0)
        name = status ? strmap_get(status, "socket") : NULL;
    if (strncmp(type, "dpdkvhostuser", strlen("dpdkvhostuser")) == 0)
        /* Without a path it is ovs-vswitchd's own, which has the port's name. */
        return draw_socket(pen, name && name[0] ? name : port, status);
    if (strcmp(type, "dpdk") != 0)
        return VIF_NO_INDEX;
    name = strmap_get(options, "dpdk-devargs");
    if (drawing_part(pen->drawing, THING_BACKEND,
                     name && strstr(name, "representor=") ? "representor" : "dpdk",
                     name && name[0] ? name : port, pen->vif, &part))
        drawing_set(pen->drawing, "dpdk_devargs", name);
    return part;
}
