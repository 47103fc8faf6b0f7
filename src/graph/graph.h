/* SPDX-License-Identifier: Apache-2.0 */
/* The graph of VIFs: nodes (guests, links, ports, bridges) and the edges between them.  Nodes are
 * known by sort and name, so that VIFs that share a bridge share its node. */
#ifndef GRAPH_GRAPH_H
#define GRAPH_GRAPH_H

#include <vif/vif.h>

#include "base/pool.h"
#include "base/text.h"
#include "state/snapshot.h"
#include "json/record.h"

#define GRAPH_NONE SIZE_MAX /* no index */

/* Names are unique within a sort. */
enum graph_sort {
    GRAPH_GUEST,
    GRAPH_LINK,
    GRAPH_PORT,
    GRAPH_BRIDGE,
    GRAPH_BACKEND, /* behind a port without a link: a socket, a DPDK device */
};

/* 'kind' and 'state' are documented at vif_host_show(). */
struct graph_node {
    enum graph_sort sort;
    const char *kind, *name, *state;
    size_t vif;  /* GRAPH_NONE: of several VIFs, or of none */
    int missing; /* it should exist and does not */
    size_t first_attribute, n_attributes;
};

/* Two nodes that are joined, in the direction of the guest's frames. */
struct graph_edge {
    size_t from, to;
    const char *kind;
    int missing; /* they should be joined and are not */
};

struct graph_vif {
    const char *id, *type, *instance, *address;
    enum vif_state state;
    size_t first;                  /* the node its guest's frames come in at, or GRAPH_NONE */
    const struct vif_error *error; /* why it could not be drawn, or NULL */
};

/* Zero-initialise.  A failed allocation is remembered in 'failed'. */
struct graph {
    struct graph_vif *vifs;
    size_t n_vifs, vif_room;
    struct graph_node *nodes;
    size_t n_nodes, node_room;
    struct graph_edge *edges;
    size_t n_edges, edge_room;
    struct record_member *attributes;
    size_t n_attributes, attribute_room;
    struct pool texts;
    size_t *slots; /* a hash table of node + 1, by sort and name */
    size_t n_slots;
    bool failed;
};

void graph_done(struct graph *graph);

/* A copy that lives as long as the graph; never NULL. */
const char *graph_text(struct graph *graph, const char *text);

/* Adds a VIF of which nothing is known; its index or GRAPH_NONE. */
size_t graph_add_vif(struct graph *graph);
/* Adds a VIF that could not be drawn. */
void graph_add_error(struct graph *graph, const char *id, const struct vif_error *error);

/* The node of this sort and name in '*ret', for 'vif'.  True if it is new: the caller fills it in.
 * GRAPH_NONE when out of memory. */
bool graph_add_node(struct graph *graph, enum graph_sort sort, const char *kind, const char *name,
                    size_t vif, size_t *ret);
/* Its index, or GRAPH_NONE. */
size_t graph_find(const struct graph *graph, enum graph_sort sort, const char *name);

/* Add an attribute to the node added last.  NULL and "" are left out; 'key' is a constant. */
void graph_set(struct graph *graph, const char *key, const char *value);
void graph_set_number(struct graph *graph, const char *key, int64_t number);
/* The same without a copy of 'value'. */
void graph_set_borrowed(struct graph *graph, const char *key, const char *value, bool is_number);
/* Its value, or NULL. */
const char *graph_get(const struct graph *graph, const struct graph_node *node, const char *key);

/* 'kind' is a constant.  Does nothing if either end is GRAPH_NONE. */
void graph_add_edge(struct graph *graph, size_t from, size_t to, const char *kind, bool joined);

/* Follows the edges from 'first_edge' on backwards from 'last' to where frames come in. */
size_t graph_entry(const struct graph *graph, size_t first_edge, size_t last);

/* ---- the graph as text ---- */

/* "linux-bridge" as "Linux bridge". */
const char *graph_kind_words(const char *kind);
/* Whether its two nodes are the ends of one thing: a veth pair, a patch. */
bool graph_edge_is_pair(const struct graph_edge *edge);

/* Each returns a text that the caller frees; NULL when out of memory. */
char *graph_dot(const struct graph *graph);
/* 'flags' of enum vif_tree_flags; 'width' in columns. */
char *graph_tree(const struct graph *graph, unsigned flags, size_t width);

/* ---- building it ---- */

/* Draws a VIF as it is on the host, and as it is described. */
void graph_draw_vif(struct graph *graph, const struct snapshot *snapshot,
                    const struct snapshot_vif *vif);
struct graph_subject {
    const struct vif_wiring *wiring;
    const char *type, *instance, *address, *device; /* NULL: not known */
};
void graph_draw_wiring(struct graph *graph, const struct snapshot *snapshot,
                       const struct graph_subject *subject);
/* Draws every bridge and port that does not belong to a VIF. */
void graph_draw_switch(struct graph *graph, const struct snapshot *snapshot);

/* The VIF that 'id' names: its id, its iface-id, or a port or link of it.  NULL with the error
 * NOT_FOUND or CONFLICT. */
const struct snapshot_vif *graph_find_vif(const struct snapshot *snapshot, const char *id,
                                          struct vif_error *err);

/* ---- what the drawing files share: the nodes of one VIF, or of none ---- */

struct builder {
    const struct snapshot *snapshot;
    struct graph *graph;
    size_t vif; /* GRAPH_NONE: nodes of no VIF */
};

/* Each returns the index of a node and adds it if it is not in the graph yet, present or missing.
 * 'kind' is that of a link that is missing.  GRAPH_NONE for an empty instance or bridge name. */
size_t builder_guest(const struct builder *b, const char *instance);
size_t builder_link(const struct builder *b, const char *name, const char *kind);
size_t builder_port(const struct builder *b, const char *name);
size_t builder_bridge(const struct builder *b, const char *name);
/* A port and the bridge it is on. */
size_t builder_port_on_bridge(const struct builder *b, const char *name);
/* The node behind a port of this type with these options; GRAPH_NONE for other types. */
size_t builder_backend(const struct builder *b, const char *port, const char *type,
                       const struct vif_map *options, const struct vif_map *status);

/* Adds the edge from a member to its Linux bridge, or from the bridge to the member. */
void builder_member(const struct builder *b, const char *member, const char *bridge,
                    bool to_bridge);
/* Adds the members of a Linux bridge that are not in the graph yet and lead to no port: guests'
 * taps in the first place; whether there is one. */
bool builder_members(const struct builder *b, const char *bridge);

/* Whether two links are the ends of one veth pair; whether two ports are patched to each other. */
bool builder_is_pair(const struct builder *b, const char *one, const char *other);
bool builder_is_patch(const struct builder *b, const char *one, const char *other);

/* Fills in a VIF whose nodes and edges, from 'first_edge' on, are drawn; 'last' is the last node
 * that its guest's frames reach. */
void builder_finish(const struct builder *b, const struct graph_vif *vif, size_t first_edge,
                    size_t last);

#endif
