/* SPDX-License-Identifier: Apache-2.0 */
/* The graph builder: draws the nodes of one VIF, or of none. */
#ifndef GRAPH_BUILDER_H
#define GRAPH_BUILDER_H

#include "graph/graph.h"

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
