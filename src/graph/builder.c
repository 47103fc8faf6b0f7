/* SPDX-License-Identifier: Apache-2.0 */
/* The nodes of a graph: a link, a port or a bridge with its state and attributes or, where it does
 * not exist, its place. */
#include "graph/graph.h"

#include <stdio.h>
#include <string.h>

#include "kernel/process.h"
#include "state/wiring.h"

size_t builder_guest(const struct builder *b, const char *instance)
{
    size_t node = GRAPH_NONE;

    if (instance && instance[0])
        (void)graph_add_node(b->graph, GRAPH_GUEST, "guest", instance, GRAPH_NONE, &node);
    return node;
}

static void set_missing(const struct builder *b, size_t node)
{
    b->graph->nodes[node].state = "missing";
    b->graph->nodes[node].missing = true;
}

/* Negative values are not known. */
static void set_counters(const struct builder *b, const int64_t values[8])
{
    static const char *const keys[] = {"rx_packets", "rx_bytes", "rx_errors", "rx_dropped",
                                       "tx_packets", "tx_bytes", "tx_errors", "tx_dropped"};

    for (size_t i = 0; i < 8; i++)
        if (values[i] >= 0)
            graph_set_number(b->graph, keys[i], values[i]);
}

/* The members of both kinds of counters, in the order of set_counters(). */
#define COUNTERS(c)                                                                                \
    ((const int64_t[8]){(int64_t)(c)->rx_packets, (int64_t)(c)->rx_bytes, (int64_t)(c)->rx_errors, \
                        (int64_t)(c)->rx_dropped, (int64_t)(c)->tx_packets,                        \
                        (int64_t)(c)->tx_bytes, (int64_t)(c)->tx_errors,                           \
                        (int64_t)(c)->tx_dropped})

/* ---- links ---- */

static const char *kind_of(const struct link_info *link)
{
    if (link->on_switch)
        return "representor";
    if (link->tap)
        return "tap";
    if (strcmp(link->kind, "bridge") == 0)
        return "linux-bridge";
    if (strcmp(link->kind, "veth") == 0)
        return "veth";
    return strcmp(link->kind, "vlan") == 0 ? "vlan" : "device";
}

static const char *state_of_link(const struct link_info *link)
{
    if (!(link->flags & IFF_UP))
        return "down";
    return link->flags & LINK_LOWER_UP ? "up" : "no-carrier";
}

static void set_link_attributes(const struct link_info *link, struct graph *graph)
{
    char address[MAC_TEXT_SIZE], owner[UUID_TEXT_SIZE];

    if (strcmp(kind_of(link), "device") == 0)
        graph_set(graph, "type", link->kind);
    graph_set_number(graph, "mtu", link->mtu);
    attribute_address(link->address, address);
    graph_set(graph, "address", address);
    if (link->flags & IFF_PROMISC)
        graph_set(graph, "promiscuous", "yes");
    if (link->multi_queue)
        graph_set(graph, "multi_queue", "yes");
    if (strcmp(link->kind, "vlan") == 0)
        graph_set_number(graph, "vlan", link->vlan_id);
    for (size_t i = 0; strcmp(link->kind, "bridge") == 0 && i < BRIDGE_ATTRIBUTES; i++)
        graph_set_number(graph, bridge_attributes[i].name, attribute_of_bridge(&link->bridge, i));
    if (alias_vif_id(link->alias, owner))
        graph_set(graph, "owner", owner);
    else
        graph_set(graph, "alias", link->alias);
}

size_t builder_link(const struct builder *b, const char *name, const char *kind)
{
    const struct link_info *link = snapshot_link(b->snapshot, name);
    size_t node;

    if (!graph_add_node(b->graph, GRAPH_LINK, link ? kind_of(link) : kind, name, b->vif, &node))
        return node;
    if (!link) {
        set_missing(b, node);
        return node;
    }
    b->graph->nodes[node].state = state_of_link(link);
    set_link_attributes(link, b->graph);
    if (link->counted)
        set_counters(b, COUNTERS(&link->counters));
    return node;
}

void builder_member(const struct builder *b, const char *member, const char *bridge, bool to_bridge)
{
    const struct link_info *link = snapshot_link(b->snapshot, member);
    const struct link_info *master = snapshot_link(b->snapshot, bridge);
    size_t from = graph_find(b->graph, GRAPH_LINK, to_bridge ? member : bridge);
    size_t to = graph_find(b->graph, GRAPH_LINK, to_bridge ? bridge : member);

    graph_add_edge(b->graph, from, to, "member", link && master && link->master == master->ifindex);
}

bool builder_members(const struct builder *b, const char *name)
{
    const struct link_info *bridge = snapshot_link(b->snapshot, name);
    const struct link_info *const *members;
    size_t n = bridge ? snapshot_members_of(b->snapshot, bridge->ifindex, &members) : 0;
    bool added = false;

    for (size_t i = 0; i < n; i++) {
        const struct link_info *peer = snapshot_link_at(b->snapshot, members[i]->peer);

        if ((peer && vswitch_find_port(&b->snapshot->db, peer->name)) ||
            graph_find(b->graph, GRAPH_LINK, members[i]->name) != GRAPH_NONE)
            continue;
        (void)builder_link(b, members[i]->name, "tap");
        builder_member(b, members[i]->name, name, /* to_bridge= */ true);
        added = true;
    }
    return added;
}

bool builder_is_pair(const struct builder *b, const char *one, const char *other)
{
    const struct link_info *left = snapshot_link(b->snapshot, one);
    const struct link_info *right = snapshot_link(b->snapshot, other);

    return left && right && strcmp(left->kind, "veth") == 0 && left->peer == right->ifindex;
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

static void set_port_attributes(const struct vswitch_port *port, struct graph *graph)
{
    static const char *const details[] = {"vlan_mode", "trunks", "qos"};
    const char *tag = strmap_get(&port->details, "tag");
    int64_t number;

    if (tag && parse_int(tag, 0, INT32_MAX, &number) == 0)
        graph_set_number(graph, "tag", number);
    for (size_t i = 0; i < sizeof details / sizeof details[0]; i++)
        graph_set(graph, details[i], strmap_get(&port->details, details[i]));
}

static void set_interface_attributes(const struct vswitch_interface *interface, struct graph *graph)
{
    static const char *const ids[][2] = {
        {"iface-id", "iface_id"},           {"iface-status", "iface_status"},
        {"attached-mac", "attached_mac"},   {"vm-uuid", "vm_uuid"},
        {"ovn-installed", "ovn_installed"},
    };

    if (strcmp(interface->type, "patch") == 0)
        graph_set(graph, "peer", strmap_get(&interface->options, "peer"));
    else
        graph_set(graph, "type", interface->type);
    graph_set(graph, "link_state", interface->link_state);
    if (interface->mtu)
        graph_set_number(graph, "mtu", interface->mtu);
    if (interface->mtu_request)
        graph_set_number(graph, "mtu_request", interface->mtu_request);
    graph_set(graph, "error", interface->error);
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++)
        graph_set(graph, ids[i][1], strmap_get(&interface->external_ids, ids[i][0]));
}

size_t builder_port(const struct builder *b, const char *name)
{
    const struct vswitch *db = &b->snapshot->db;
    const struct vswitch_port *port = vswitch_find_port(db, name);
    const struct vswitch_interface *interface = vswitch_find_interface(db, name);
    bool patch = interface && strcmp(interface->type, "patch") == 0;
    size_t node;

    if (!graph_add_node(b->graph, GRAPH_PORT, patch ? "patch" : "port", name, b->vif, &node))
        return node;
    if (!port && !interface) {
        set_missing(b, node);
        return node;
    }
    if (interface && interface->ofport > 0)
        graph_set_number(b->graph, "ofport", interface->ofport);
    if (port)
        set_port_attributes(port, b->graph);
    if (!interface) /* a bond: its interfaces have other names */
        return node;
    b->graph->nodes[node].state = !interface->type[0] && !snapshot_link(b->snapshot, name)
                                      ? "waiting"
                                      : state_of_port(interface);
    set_interface_attributes(interface, b->graph);
    set_counters(b, COUNTERS(&interface->counters));
    return node;
}

size_t builder_bridge(const struct builder *b, const char *name)
{
    const struct vswitch_bridge *bridge = vswitch_find_bridge(&b->snapshot->db, name);
    const struct vswitch_interface *local = vswitch_find_interface(&b->snapshot->db, name);
    const struct vswitch_port *const *ports;
    size_t node;

    if (!name[0])
        return GRAPH_NONE;
    if (!graph_add_node(b->graph, GRAPH_BRIDGE, "bridge", name, GRAPH_NONE, &node))
        return node;
    if (!bridge) {
        set_missing(b, node);
        return node;
    }
    /* The bridge's own port can be up, down or missing without harm to the others. */
    b->graph->nodes[node].state = "up";
    if (local && strcmp(state_of_port(local), "down") != 0)
        b->graph->nodes[node].state = state_of_port(local);
    graph_set(b->graph, "datapath_type", attribute_type(bridge->datapath_type));
    graph_set(b->graph, "fail_mode", bridge->fail_mode);
    graph_set_number(b->graph, "ports", (int64_t)snapshot_ports_of(b->snapshot, name, &ports));
    if (local)
        graph_set(b->graph, "error", local->error);
    return node;
}

size_t builder_port_on_bridge(const struct builder *b, const char *name)
{
    const struct vswitch_port *row = vswitch_find_port(&b->snapshot->db, name);
    size_t port = builder_port(b, name);

    if (row && row->bridge[0])
        graph_add_edge(b->graph, port, builder_bridge(b, row->bridge), "member", true);
    return port;
}

bool builder_is_patch(const struct builder *b, const char *one, const char *other)
{
    const struct vswitch_interface *row = vswitch_find_interface(&b->snapshot->db, one);
    const char *peer = row ? strmap_get(&row->options, "peer") : NULL;

    return peer && strcmp(peer, other) == 0;
}

/* ---- behind a port that has no link ---- */

static size_t add_socket(const struct builder *b, const char *path, const struct vif_map *status)
{
    const char *connection = status ? strmap_get(status, "status") : NULL;
    bool listening = unix_sockets_listening(&b->snapshot->sockets, path);
    int exists = path[0] == '/' ? unix_socket_exists(path) : -1; /* -1: not known */
    const char *state = listening ? "listening" : exists > 0 ? "disconnected" : "";
    size_t node;

    if (!graph_add_node(b->graph, GRAPH_BACKEND, "vhost-user", path, b->vif, &node))
        return node;
    if (connection && strcmp(connection, "connected") == 0)
        state = "connected";
    b->graph->nodes[node].state = state;
    if (exists == 0)
        set_missing(b, node);
    if (exists >= 0)
        graph_set(b->graph, "exists", exists ? "yes" : "no");
    if (exists > 0)
        graph_set(b->graph, "listening", listening ? "yes" : "no");
    graph_set(b->graph, "status", connection);
    graph_set(b->graph, "mode", status ? strmap_get(status, "mode") : NULL);
    return node;
}

size_t builder_backend(const struct builder *b, const char *port, const char *type,
                       const struct vif_map *options, const struct vif_map *status)
{
    const char *name = NULL;
    size_t node;

    if (strcmp(type, "dpdkvhostuserclient") == 0)
        name = strmap_get(options, "vhost-server-path");
    else if (strcmp(type, "dpdkvhostuser") == 0)
        name = status ? strmap_get(status, "socket") : NULL;
    else if (strcmp(type, "dpdk") == 0)
        name = strmap_get(options, "dpdk-devargs");
    if (strncmp(type, "dpdkvhostuser", strlen("dpdkvhostuser")) == 0)
        /* Without a path it is ovs-vswitchd's own socket, which has the port's name. */
        return add_socket(b, name && name[0] ? name : port, status);
    if (strcmp(type, "dpdk") != 0)
        return GRAPH_NONE;
    if (graph_add_node(b->graph, GRAPH_BACKEND,
                       name && strstr(name, "representor=") ? "representor" : "dpdk",
                       name && name[0] ? name : port, b->vif, &node))
        graph_set(b->graph, "dpdk_devargs", name);
    return node;
}

void builder_finish(const struct builder *b, const struct graph_vif *vif, size_t first_edge,
                    size_t last)
{
    struct graph *graph = b->graph;
    struct graph_vif *ret = &graph->vifs[b->vif];

    *ret = (struct graph_vif){
        .id = graph_text(graph, vif->id),
        .type = graph_text(graph, vif->type),
        .instance = graph_text(graph, vif->instance),
        .address = graph_text(graph, vif->address),
        .state = vif->state,
        .first = last == GRAPH_NONE ? GRAPH_NONE : graph_entry(graph, first_edge, last),
    };
    graph_add_edge(graph, builder_guest(b, vif->instance), ret->first, "guest", true);
}
