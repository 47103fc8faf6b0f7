/* SPDX-License-Identifier: Apache-2.0 */
/* A graph as trees for a terminal: for each VIF the nodes that a frame of its guest passes, each
 * below the one before. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "graph/graph.h"

/* No wiring is a tenth as deep, but a graph that comes from vifd could be anything. */
#define DEPTH_MAX 256

/* Room for what stands around name, kind and reason: "  " and "  up, no carrier: ". */
#define REASON_SPACE 20

#define RED    "\033[31m"
#define YELLOW "\033[33m"

struct tree {
    const struct graph *graph;
    bool utf8, colour;
    size_t width;
    size_t *start; /* of each node: where its edges begin in 'edges' */
    size_t *edges;
    size_t *seen; /* of each node: the number + 1 of the VIF it was last drawn for */
    size_t vif;
    struct text before; /* what each line begins with: the stems of the nodes above */
    struct text line, out;
};

/* ---- lines ---- */

/* What stands before the lines below a node, and before the node that an edge leads to. */
static const char *stem(const struct tree *tree, bool more)
{
    if (!more)
        return "   ";
    return tree->utf8 ? "│  " : "|  ";
}

static const char *branch(const struct tree *tree, const struct graph_edge *edge, bool more)
{
    static const char *const utf8[] = {"└─ ", "├─ ", "╘═ ", "╞═ ", "└┄ ", "├┄ "};
    static const char *const ascii[] = {"`- ", "|- ", "`= ", "|= ", "`. ", "|. "};
    size_t i = (edge->missing ? 4 : graph_edge_is_pair(edge) ? 2 : 0) + (more ? 1 : 0);

    return tree->utf8 ? utf8[i] : ascii[i];
}

static void add(struct tree *tree, const char *text)
{
    text_add_bytes(&tree->line, text, strlen(text));
}

static void end_line(struct tree *tree)
{
    struct text *line = &tree->line;

    while (line->n && line->data[line->n - 1] == ' ')
        line->n--;
    if (line->n)
        text_add_bytes(&tree->out, line->data, line->n);
    text_add_bytes(&tree->out, "\n", 1);
    line->n = 0;
}

/* Adds 'item' to the details of a node, after a comma or on a new line, and empties it. */
static void add_item(struct tree *tree, struct text *item, bool more)
{
    struct text *line = &tree->line;

    if (!item->n)
        return;
    if (line->n &&
        plain_width(line->data, line->n) + plain_width(item->data, item->n) + 3 > tree->width) {
        add(tree, ",");
        end_line(tree);
    }
    if (line->n) {
        add(tree, ", ");
    } else {
        text_add_bytes(line, tree->before.data, tree->before.n);
        add(tree, stem(tree, more));
    }
    text_add_bytes(line, item->data, item->n);
    item->n = 0;
}

static void add_pair(struct tree *tree, const char *key, const char *value)
{
    if (!value || !value[0])
        return;
    text_add(&tree->line, "  %s ", key);
    plain_add(&tree->line, value, tree->utf8);
}

/* ---- a node ---- */

static void add_state(struct tree *tree, const char *state, const char *reason)
{
    static const struct {
        const char *state, *words, *colour;
    } states[] = {
        {"missing", "missing", RED},
        {"failed", "failed", RED},
        {"unplugged", "unplugged", RED},
        {"down", "down", YELLOW},
        {"no-carrier", "up, no carrier", YELLOW},
        {"pending", "pending: ovs-vswitchd has not taken it up", YELLOW},
        {"waiting", "waiting for its network device", YELLOW},
        {"unconnected", "unconnected: it has no port", YELLOW},
        {"listening", "listening, not connected", YELLOW},
        {"disconnected", "no process listens", YELLOW},
    };
    const char *words = state, *colour = NULL;

    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++)
        if (strcmp(states[i].state, state) == 0) {
            words = states[i].words;
            colour = tree->colour ? states[i].colour : NULL;
        }
    text_add(&tree->line, "  %s%s%s", colour ? colour : "", words, reason ? ": " : "");
    if (reason)
        plain_add(&tree->line, reason, tree->utf8);
    add(tree, colour ? "\033[0m" : "");
}

/* Attributes in the node's own line, and then those that its state says. */
static const char *const elsewhere[] = {"ofport",        "tag",   "vlan_mode",  "trunks",
                                        "datapath_type", "error", "link_state", "exists",
                                        "listening",     "status"};
#define N_IN_LINE 5

/* Whether an attribute is shown elsewhere: in the node's line, by its state, as a counter. */
static bool is_shown(const struct graph_node *node, const struct record_member *attribute)
{
    for (size_t i = 0; i < sizeof elsewhere / sizeof elsewhere[0]; i++)
        if (strcmp(elsewhere[i], attribute->key) == 0)
            return true;
    return strncmp(attribute->key, "rx_", 3) == 0 || strncmp(attribute->key, "tx_", 3) == 0 ||
           strcmp(attribute->value, node->name) == 0;
}

static void add_attribute(struct tree *tree, const struct record_member *attribute,
                          struct text *item)
{
    const struct graph_vif *vif = &tree->graph->vifs[tree->vif];
    const struct {
        const char *key, *own, *words;
    } of_vif[] = {
        {"owner", vif->id, "this VIF"},
        {"iface_id", vif->id, "this VIF"},
        {"attached_mac", vif->address, "this address"},
        {"vm_uuid", vif->instance, "this instance"},
    };
    const char *value = attribute->value;

    for (size_t i = 0; i < sizeof of_vif / sizeof of_vif[0]; i++)
        if (strcmp(of_vif[i].key, attribute->key) == 0 && strcmp(of_vif[i].own, value) == 0)
            value = of_vif[i].words;
    text_add(item, "%s", attribute->key);
    if (strcmp(value, "yes") == 0)
        return;
    text_add(item, " ");
    plain_add(item, value, tree->utf8);
}

/* "rx 10 packets 840 bytes 1 dropped": errors and drops only if there are any. */
static void add_counters(struct tree *tree, const struct graph_node *node, const char *way,
                         struct text *item)
{
    static const char *const counters[] = {"packets", "bytes", "errors", "dropped"};

    for (size_t i = 0; i < sizeof counters / sizeof counters[0]; i++) {
        char key[16];
        const char *value;

        (void)snprintf(key, sizeof key, "%s_%s", way, counters[i]);
        value = graph_get(tree->graph, node, key);
        if (value && (i < 2 || strcmp(value, "0") != 0))
            text_add(item, "%s %s %s", item->n ? "" : way, value, counters[i]);
    }
}

/* Ends the line that 'before' and a branch began with the node that 'edge' (NULL: none) leads to,
 * and adds its details below it. */
static void add_node(struct tree *tree, const struct graph_node *node,
                     const struct graph_edge *edge, bool more)
{
    const struct graph *graph = tree->graph;
    const char *kind = graph_kind_words(node->kind), *reason = NULL;
    size_t width = plain_width(tree->line.data, tree->line.n) + strlen(node->name) + strlen(kind) +
                   REASON_SPACE;
    struct text item = {0};

    if (strcmp(node->kind, "tap") == 0 && strcmp(node->state, "no-carrier") == 0)
        reason = "no process has it open";
    else if (strcmp(node->state, "waiting") != 0)
        reason = graph_get(graph, node, "error");
    if (reason && width + strlen(reason) > tree->width) { /* it gets a line of its own */
        plain_add(&item, reason, tree->utf8);
        reason = NULL;
    }
    plain_add(&tree->line, node->name, tree->utf8);
    text_add(&tree->line, "  %s", kind);
    if (node->state[0])
        add_state(tree, node->state, reason);
    for (size_t i = 0; i < N_IN_LINE; i++)
        add_pair(tree, elsewhere[i], graph_get(graph, node, elsewhere[i]));
    if (edge && edge->missing && !graph->nodes[edge->from].missing &&
        !graph->nodes[edge->to].missing)
        add(tree, "  (not joined)");
    end_line(tree);
    if (item.n) {
        add_item(tree, &item, more);
        end_line(tree);
    }
    for (size_t i = node->first_attribute; i < node->first_attribute + node->n_attributes; i++)
        if (!is_shown(node, &graph->attributes[i])) {
            add_attribute(tree, &graph->attributes[i], &item);
            add_item(tree, &item, more);
        }
    if (tree->line.n)
        end_line(tree);
    add_counters(tree, node, "rx", &item);
    add_item(tree, &item, more);
    add_counters(tree, node, "tx", &item);
    add_item(tree, &item, more);
    if (tree->line.n)
        end_line(tree);
    tree->out.failed |= item.failed;
    text_done(&item);
}

/* ---- the walk ---- */

/* The node at the other end of an edge, if the walk goes on there: to nodes of this VIF and, with
 * the frames, to those it shares with others; else GRAPH_NONE. */
static size_t next_node(const struct tree *tree, const struct graph_edge *edge, size_t node)
{
    size_t next = edge->from == node ? edge->to : edge->from;
    size_t owner = tree->graph->nodes[next].vif;

    if (strcmp(edge->kind, "guest") == 0 || tree->seen[next] == tree->vif + 1)
        return GRAPH_NONE;
    return owner == tree->vif || (edge->from == node && owner == GRAPH_NONE) ? next : GRAPH_NONE;
}

/* The next edge to follow: against the frames first (other members of a bridge), so that the way
 * to the switch comes last.  Not one to 'but' (an edge may be there twice). */
static const struct graph_edge *next_edge(const struct tree *tree, size_t node, size_t but)
{
    const struct graph_edge *forward = NULL;

    for (size_t i = tree->start[node]; i < tree->start[node + 1]; i++) {
        const struct graph_edge *edge = &tree->graph->edges[tree->edges[i]];
        size_t next = next_node(tree, edge, node);

        if (next == GRAPH_NONE || next == but)
            continue;
        if (edge->from != node)
            return edge;
        if (!forward)
            forward = edge;
    }
    return forward;
}

/* Adds the node and all behind it; each node once, so this ends. */
static void walk(struct tree *tree, size_t node, const struct graph_edge *edge, int depth)
{
    const struct graph_edge *next;

    tree->seen[node] = tree->vif + 1;
    add_node(tree, &tree->graph->nodes[node], edge, next_edge(tree, node, GRAPH_NONE) != NULL);
    while (depth < DEPTH_MAX && (next = next_edge(tree, node, GRAPH_NONE))) {
        size_t length = tree->before.n, end = next_node(tree, next, node);
        bool more = next_edge(tree, node, end) != NULL;
        const char *below = stem(tree, more);

        text_add_bytes(&tree->line, tree->before.data, tree->before.n);
        add(tree, branch(tree, next, more));
        text_add_bytes(&tree->before, below, strlen(below));
        if (tree->before.failed || tree->line.failed)
            return;
        walk(tree, end, next, depth + 1);
        tree->before.n = length;
    }
}

static void add_vif(struct tree *tree, const struct graph_vif *vif)
{
    static const struct graph_edge entry = {.kind = "guest"};

    add(tree, "VIF ");
    plain_add(&tree->line, vif->id, tree->utf8);
    text_add(&tree->line, "%s%s", vif->type[0] ? "  " : "", vif->type);
    if (vif->state != VIF_STATE_NONE)
        add_state(tree, vif_state_name(vif->state), NULL);
    end_line(tree);
    if (vif->instance[0] || vif->address[0]) {
        add(tree, stem(tree, vif->first != GRAPH_NONE));
        tree->line.n -= tree->line.n ? 2 : 0; /* the pairs begin with these two */
        add_pair(tree, "instance", vif->instance);
        add_pair(tree, "address", vif->address);
        end_line(tree);
    }
    if (vif->first == GRAPH_NONE) {
        add(tree, "   its plugin wires nothing");
        end_line(tree);
        return;
    }
    add(tree, branch(tree, &entry, false));
    text_add(&tree->before, "   ");
    walk(tree, vif->first, NULL, 0);
    tree->before.n = 0;
}

/* Sorts the edges by the nodes they touch, but for those that lead to nodes that VIFs share: there
 * may be ten thousand, and nothing follows them backwards. */
static void index_edges(struct tree *tree)
{
    const struct graph *graph = tree->graph;

    for (size_t i = 0; i < graph->n_edges; i++) {
        const struct graph_edge *edge = &graph->edges[i];

        tree->start[edge->from + 2]++;
        tree->start[edge->to + 2] += graph->nodes[edge->to].vif != GRAPH_NONE;
    }
    for (size_t i = 2; i < graph->n_nodes + 2; i++)
        tree->start[i] += tree->start[i - 1];
    for (size_t i = 0; i < graph->n_edges; i++) {
        const struct graph_edge *edge = &graph->edges[i];

        tree->edges[tree->start[edge->from + 1]++] = i;
        if (graph->nodes[edge->to].vif != GRAPH_NONE)
            tree->edges[tree->start[edge->to + 1]++] = i;
    }
}

char *graph_tree(const struct graph *graph, unsigned flags, size_t width)
{
    auto_free size_t *start = calloc(graph->n_nodes + 2, sizeof *start);
    auto_free size_t *edges = calloc(2 * graph->n_edges + 1, sizeof *edges);
    auto_free size_t *seen = calloc(graph->n_nodes + 1, sizeof *seen);
    struct tree tree = {
        .graph = graph,
        .utf8 = flags & VIF_TREE_UTF8,
        .colour = flags & VIF_TREE_COLOUR,
        .width = width,
        .start = start,
        .edges = edges,
        .seen = seen,
    };

    tree.out.failed = !start || !edges || !seen;
    text_add(&tree.out, "%s", "");
    if (!tree.out.failed)
        index_edges(&tree);
    for (; !tree.out.failed && tree.vif < graph->n_vifs; tree.vif++) {
        if (graph->vifs[tree.vif].error)
            continue;
        if (tree.out.n)
            end_line(&tree);
        add_vif(&tree, &graph->vifs[tree.vif]);
        tree.out.failed |= tree.line.failed || tree.before.failed;
    }
    text_done(&tree.before);
    text_done(&tree.line);
    return text_take(&tree.out);
}
