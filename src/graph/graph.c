/* SPDX-License-Identifier: Apache-2.0 */
/* The container.  A whole host has some hundred thousand attributes, so texts are in a pool and the
 * attributes of all nodes in one array: a node is filled in before the next one is added. */
#include "graph/graph.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/pool.h"

#define FIRST_SLOTS ((size_t)64)

void graph_done(struct graph *graph)
{
    pool_done(&graph->texts);
    free(graph->vifs);
    free(graph->nodes);
    free(graph->edges);
    free(graph->attributes);
    free(graph->slots);
    *graph = (struct graph){0};
}

const char *graph_text(struct graph *graph, const char *text)
{
    const char *copy = "";

    if (text && text[0]) {
        copy = pool_text(&graph->texts, text);
        graph->failed |= !copy;
    }
    return copy ? copy : "";
}

size_t graph_add_vif(struct graph *graph)
{
    if (!array_grow(graph->vifs, graph->n_vifs, graph->vif_room, 1)) {
        graph->failed = true;
        return GRAPH_NONE;
    }
    graph->vifs[graph->n_vifs] =
        (struct graph_vif){"", "", "", "", VIF_STATE_NONE, GRAPH_NONE, NULL};
    return graph->n_vifs++;
}

void graph_add_error(struct graph *graph, const char *id, const struct vif_error *error)
{
    struct vif_error *copy = pool_take(&graph->texts, sizeof *copy);
    size_t vif = graph_add_vif(graph);

    if (!copy || vif == GRAPH_NONE) {
        graph->failed = true;
        return;
    }
    *copy = *error;
    graph->vifs[vif].id = graph_text(graph, id);
    graph->vifs[vif].error = copy;
}

/* The slot of the node (FNV-1a), or the empty one where it belongs. */
static size_t find_slot(const struct graph *graph, enum graph_sort sort, const char *name)
{
    uint64_t hash = 0xcbf29ce484222325 ^ (uint64_t)sort;
    size_t at;

    for (const char *c = name; *c; c++)
        hash = (hash ^ (unsigned char)*c) * 0x100000001b3;
    at = (size_t)(hash ^ hash >> 32) % graph->n_slots;
    while (graph->slots[at]) {
        const struct graph_node *node = &graph->nodes[graph->slots[at] - 1];

        if (node->sort == sort && strcmp(node->name, name) == 0)
            break;
        at = (at + 1) % graph->n_slots;
    }
    return at;
}

size_t graph_find(const struct graph *graph, enum graph_sort sort, const char *name)
{
    size_t slot = graph->n_slots ? graph->slots[find_slot(graph, sort, name)] : 0;

    return slot ? slot - 1 : GRAPH_NONE;
}

/* Keeps half of the slots empty; false when out of memory. */
static bool make_slots(struct graph *graph)
{
    size_t n = graph->n_slots ? 2 * graph->n_slots : FIRST_SLOTS;
    size_t *slots;

    if (2 * (graph->n_nodes + 1) <= graph->n_slots)
        return true;
    slots = calloc(n, sizeof *slots);
    if (!slots)
        return false;
    free(graph->slots);
    graph->slots = slots;
    graph->n_slots = n;
    for (size_t i = 0; i < graph->n_nodes; i++)
        slots[find_slot(graph, graph->nodes[i].sort, graph->nodes[i].name)] = i + 1;
    return true;
}

bool graph_add_node(struct graph *graph, enum graph_sort sort, const char *kind, const char *name,
                    size_t vif, size_t *ret)
{
    size_t slot;

    *ret = GRAPH_NONE;
    if (!make_slots(graph) || !array_grow(graph->nodes, graph->n_nodes, graph->node_room, 1)) {
        graph->failed = true;
        return false;
    }
    slot = find_slot(graph, sort, name);
    if (graph->slots[slot]) {
        *ret = graph->slots[slot] - 1;
        if (graph->nodes[*ret].vif != vif)
            graph->nodes[*ret].vif = GRAPH_NONE;
        return false;
    }
    graph->nodes[graph->n_nodes] = (struct graph_node){
        .sort = sort,
        .kind = kind,
        .name = graph_text(graph, name),
        .state = "",
        .vif = vif,
        .first_attribute = graph->n_attributes,
    };
    *ret = graph->n_nodes++;
    graph->slots[slot] = graph->n_nodes;
    return true;
}

void graph_set_borrowed(struct graph *graph, const char *key, const char *value, bool is_number)
{
    if (!graph->n_nodes)
        return;
    if (!array_grow(graph->attributes, graph->n_attributes, graph->attribute_room, 1)) {
        graph->failed = true;
        return;
    }
    graph->attributes[graph->n_attributes++] = (struct record_member){key, value, is_number};
    graph->nodes[graph->n_nodes - 1].n_attributes++;
}

void graph_set(struct graph *graph, const char *key, const char *value)
{
    if (value && value[0])
        graph_set_borrowed(graph, key, graph_text(graph, value), /* is_number= */ false);
}

void graph_set_number(struct graph *graph, const char *key, int64_t number)
{
    char text[24];

    (void)snprintf(text, sizeof text, "%lld", (long long)number);
    graph_set_borrowed(graph, key, graph_text(graph, text), /* is_number= */ true);
}

const char *graph_get(const struct graph *graph, const struct graph_node *node, const char *key)
{
    for (size_t i = node->first_attribute; i < node->first_attribute + node->n_attributes; i++)
        if (strcmp(graph->attributes[i].key, key) == 0)
            return graph->attributes[i].value;
    return NULL;
}

void graph_add_edge(struct graph *graph, size_t from, size_t to, const char *kind, bool joined)
{
    if (from == GRAPH_NONE || to == GRAPH_NONE)
        return;
    if (!array_grow(graph->edges, graph->n_edges, graph->edge_room, 1)) {
        graph->failed = true;
        return;
    }
    graph->edges[graph->n_edges++] = (struct graph_edge){from, to, kind, !joined};
}

size_t graph_entry(const struct graph *graph, size_t first_edge, size_t last)
{
    size_t node = last;

    /* Each step takes one edge, so that a ring of them ends, too. */
    for (size_t steps = first_edge; steps < graph->n_edges; steps++) {
        size_t edge = first_edge;

        while (edge < graph->n_edges && graph->edges[edge].to != node)
            edge++;
        if (edge == graph->n_edges)
            break;
        node = graph->edges[edge].from;
    }
    return node;
}

const char *graph_kind_words(const char *kind)
{
    static const char *const words[][2] = {
        {"linux-bridge", "Linux bridge"}, {"bridge", "Open vSwitch bridge"},
        {"patch", "patch port"},          {"vhost-user", "vhost-user socket"},
        {"dpdk", "DPDK device"},
    };

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcmp(words[i][0], kind) == 0)
            return words[i][1];
    return kind;
}

bool graph_edge_is_pair(const struct graph_edge *edge)
{
    return strcmp(edge->kind, "pair") == 0 || strcmp(edge->kind, "patch") == 0;
}
