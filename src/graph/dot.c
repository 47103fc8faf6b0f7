/* SPDX-License-Identifier: Apache-2.0 */
/* A graph in the DOT language of Graphviz: guests at the left, the bridges of Open vSwitch as
 * boxes with their ports in them at the right.  Names come from the database, where anyone may
 * have written them, so they are all added by add_quoted(). */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "graph/graph.h"

/* An error in a node is broken into lines of about this many characters. */
#define ERROR_WIDTH 24

/* The colours of states. */
static const struct look {
    const char *states; /* each between two spaces */
    const char *fill, *line;
} looks[] = {
    {" up connected ", "#e6f4ea", "#188038"},
    {" down no-carrier pending waiting listening disconnected ", "#fef7e0", "#e37400"},
    {" missing failed ", "#fce8e6", "#d93025"},
    {"", "#f1f3f4", "#80868b"},
};
static const struct look guest_look = {"", "#e8f0fe", "#1a73e8"};

/* A DOT string without its quotes, broken at the first space after each 'width' characters (0: not
 * at all).  '\' begins an escape of DOT and '&' an entity of HTML; control characters and bytes
 * that are not UTF-8 become '?'. */
static void add_wrapped(struct text *text, const char *value, size_t width)
{
    size_t n = strlen(value), column = 0;

    for (size_t i = 0; i < n;) {
        unsigned char c = (unsigned char)value[i];
        size_t length = text_utf8_length(value + i, n - i);
        bool control = c < 0x20 || c == 0x7f || (c == 0xc2 && (unsigned char)value[i + 1] < 0xa0);
        bool wrap = width && column >= width && c == ' ';

        if (length == 0 || control)
            text_add_bytes(text, "?", 1);
        else if (wrap)
            text_add_bytes(text, "\\n", 2);
        else if (c == '"' || c == '\\')
            text_add(text, "\\%c", c);
        else if (c == '&')
            text_add(text, "&amp;");
        else
            text_add_bytes(text, value + i, length);
        column = wrap ? 0 : column + 1;
        i += length ? length : 1;
    }
}

static void add_quoted(struct text *text, const char *value)
{
    add_wrapped(text, value, 0);
}

static const struct look *look_of(const char *state)
{
    size_t i = 0, n = strlen(state);

    for (; looks[i].states[0]; i++) {
        const char *at = n ? strstr(looks[i].states, state) : NULL;

        if (at && at[-1] == ' ' && at[n] == ' ')
            break;
    }
    return &looks[i];
}

static bool is_kind(const struct graph *graph, size_t node, const char *kind)
{
    return strcmp(graph->nodes[node].kind, kind) == 0;
}

/* Name, kind, state and the attributes that people look for first. */
static void add_label(struct text *text, const struct graph *graph, const struct graph_node *node)
{
    static const char *const first[][2] = {
        {"ofport", "\\nofport "}, {"tag", ""}, {"datapath_type", "\\ndatapath "}};
    const char *error = strcmp(node->state, "failed") == 0 ? graph_get(graph, node, "error") : NULL;

    text_add(text, "label=\"");
    add_quoted(text, node->name);
    text_add(text, "\\n%s", graph_kind_words(node->kind));
    if (node->state[0] && strcmp(node->state, "up") != 0)
        text_add(text, ", %s", strcmp(node->state, "no-carrier") == 0 ? "no carrier" : node->state);
    for (size_t i = 0; i < sizeof first / sizeof first[0]; i++) {
        const char *value = graph_get(graph, node, first[i][0]);

        if (!value)
            continue;
        if (strcmp(first[i][0], "tag") == 0)
            text_add(text, graph_get(graph, node, "ofport") ? ", tag " : "\\ntag ");
        text_add(text, "%s", first[i][1]);
        add_quoted(text, value);
    }
    if (error)
        text_add(text, "\\n");
    add_wrapped(text, error ? error : "", ERROR_WIDTH);
    text_add(text, "\"");
}

/* The tooltip has all attributes. */
static void add_node(struct text *text, const struct graph *graph, size_t i)
{
    static const struct {
        const char *kind, *shape;
    } shapes[] = {{"guest", "box3d"}, {"linux-bridge", "octagon"}, {"vhost-user", "cylinder"}};
    const struct graph_node *node = &graph->nodes[i];
    const struct look *look = is_kind(graph, i, "guest") ? &guest_look : look_of(node->state);
    const char *shape = "box";

    for (size_t k = 0; k < sizeof shapes / sizeof shapes[0]; k++)
        if (is_kind(graph, i, shapes[k].kind))
            shape = shapes[k].shape;
    text_add(text, "n%zu [", i);
    add_label(text, graph, node);
    text_add(text, ", shape=%s, fillcolor=\"%s\", color=\"%s\"%s, tooltip=\"", shape, look->fill,
             look->line, node->missing ? ", style=\"filled,dashed\"" : "");
    add_quoted(text, node->name);
    for (size_t k = 0; k < node->n_attributes; k++) {
        const struct record_member *attribute = &graph->attributes[node->first_attribute + k];

        text_add(text, "\\n%s: ", attribute->key);
        add_quoted(text, attribute->value);
    }
    text_add(text, "\"];");
}

static void add_edge(struct text *text, const struct graph_edge *edge)
{
    text_add(text, "    n%zu -> n%zu [tooltip=\"%s\"", edge->from, edge->to, edge->kind);
    if (edge->missing)
        text_add(text, ", style=dashed, color=\"#d93025\"");
    else if (graph_edge_is_pair(edge))
        text_add(text, ", color=\"#5f6368:white:#5f6368\"");
    text_add(text, "];\n");
}

/* The bridge in whose box each node is, itself for a bridge; GRAPH_NONE for none.  NULL when
 * memory runs out. */
static size_t *find_boxes(const struct graph *graph)
{
    size_t *boxes = calloc(graph->n_nodes + 1, sizeof *boxes);

    if (!boxes)
        return NULL;
    for (size_t i = 0; i < graph->n_nodes; i++)
        boxes[i] = is_kind(graph, i, "bridge") ? i : GRAPH_NONE;
    for (size_t i = 0; i < graph->n_edges; i++) {
        const struct graph_edge *edge = &graph->edges[i];
        size_t bridge = is_kind(graph, edge->to, "bridge") ? edge->to : edge->from;
        size_t port = edge->from + edge->to - bridge;

        if (!edge->missing && boxes[port] == GRAPH_NONE && is_kind(graph, bridge, "bridge") &&
            strcmp(edge->kind, "member") == 0)
            boxes[port] = bridge;
    }
    return boxes;
}

char *graph_dot(const struct graph *graph)
{
    auto_free size_t *boxes = find_boxes(graph);
    struct text text = {0};

    text_add(&text, "strict digraph vifs {\n"
                    "    graph [rankdir=LR, nodesep=0.25, ranksep=0.5, fontname=\"Helvetica\"];\n"
                    "    node [fontname=\"Helvetica\", fontsize=10, style=\"filled\"];\n"
                    "    edge [dir=none, color=\"#5f6368\"];\n");
    for (size_t i = 0; boxes && i < graph->n_nodes; i++) {
        bool grouped = boxes[i] != GRAPH_NONE || is_kind(graph, i, "guest");

        text_add(&text, "    ");
        /* Subgraphs of one name are one subgraph, and so are those of one rank. */
        if (boxes[i] != GRAPH_NONE)
            text_add(&text, "subgraph cluster_%zu { ", boxes[i]);
        else if (grouped)
            text_add(&text, "{ rank=source; ");
        if (boxes[i] == i) {
            text_add(&text, "label=\"");
            add_quoted(&text, graph->nodes[i].name);
            text_add(&text, "\"; color=\"%s\"; style=\"rounded,filled\"; fillcolor=\"#fafafa\"; ",
                     look_of(graph->nodes[i].state)->line);
        }
        add_node(&text, graph, i);
        text_add(&text, grouped ? " }\n" : "\n");
    }
    for (size_t i = 0; boxes && i < graph->n_edges; i++)
        add_edge(&text, &graph->edges[i]);
    text_add(&text, "}\n");
    text.failed |= !boxes;
    return text_take(&text);
}
