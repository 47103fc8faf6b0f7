/* SPDX-License-Identifier: Apache-2.0 */
/* A graph as JSON: three arrays; nodes ("parts") and edges name each other by their indices. */
#include "graph/graph.h"

static void add_member(struct text *text, const char *before, const char *key, const char *value)
{
    text_add(text, "%s\"%s\":", before, key);
    text_add_json(text, value);
}

static void add_vif(struct text *text, const struct graph_vif *vif)
{
    add_member(text, "{", "id", vif->id);
    add_member(text, ",", "type", vif->type);
    add_member(text, ",", "instance", vif->instance);
    add_member(text, ",", "address", vif->address);
    add_member(text, ",", "state", vif->state);
    if (vif->first != GRAPH_NONE)
        text_add(text, ",\"first\":%zu", vif->first);
    if (vif->error) {
        add_member(text, ",\"error\":{", "kind", vif_error_kind_name(vif->error->kind));
        add_member(text, ",", "text", vif->error->text);
        text_add(text, "}");
    }
    text_add(text, "}");
}

static void add_node(struct text *text, const struct graph *graph, const struct graph_node *node)
{
    add_member(text, "{", "kind", node->kind);
    add_member(text, ",", "name", node->name);
    if (node->vif != GRAPH_NONE)
        text_add(text, ",\"vif\":%zu", node->vif);
    add_member(text, ",", "state", node->state);
    text_add(text, ",\"missing\":%s,\"attributes\":{", node->missing ? "true" : "false");
    for (size_t i = 0; i < node->n_attributes; i++) {
        const struct graph_attribute *attribute = &graph->attributes[node->first_attribute + i];

        if (attribute->is_number)
            text_add(text, "%s\"%s\":%s", i ? "," : "", attribute->key, attribute->value);
        else
            add_member(text, i ? "," : "", attribute->key, attribute->value);
    }
    text_add(text, "}}");
}

char *graph_json(const struct graph *graph)
{
    struct text text = {0};

    text_add(&text, "{\"vifs\":[");
    for (size_t i = 0; i < graph->n_vifs; i++) {
        text_add(&text, "%s", i ? "," : "");
        add_vif(&text, &graph->vifs[i]);
    }
    text_add(&text, "],\"parts\":[");
    for (size_t i = 0; i < graph->n_nodes; i++) {
        text_add(&text, "%s", i ? "," : "");
        add_node(&text, graph, &graph->nodes[i]);
    }
    text_add(&text, "],\"edges\":[");
    for (size_t i = 0; i < graph->n_edges; i++) {
        const struct graph_edge *edge = &graph->edges[i];

        text_add(&text, "%s{\"from\":%zu,\"to\":%zu,\"kind\":\"%s\",\"missing\":%s}", i ? "," : "",
                 edge->from, edge->to, edge->kind, edge->missing ? "true" : "false");
    }
    text_add(&text, "]}");
    return text_take(&text);
}
