/* SPDX-License-Identifier: Apache-2.0 */
/* A drawing in the DOT language of Graphviz: guests at the left, the bridges of Open vSwitch as boxes
 * with their ports in them at the right.  Names come from the database, where anyone may have written
 * them, so no text goes out but through add_quoted(). */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "graph/text.h"

/* An error in a node is broken into lines of about so many characters. */
#define ERROR_WIDTH 24

/* Nodes of a look, and what state gives it. */
static const struct look {
    const char *words; /* kinds or states, each between two spaces */
    const char *fill, *line;
} looks[] = {
    {" up connected ", "#e6f4ea", "#188038"},
    {" down no-carrier pending waiting listening disconnected ", "#fef7e0", "#e37400"},
    {" missing failed ", "#fce8e6", "#d93025"},
    {"", "#f1f3f4", "#80868b"},
};

static const struct {
    const char *kind, *shape, *words;
} kinds[] = {
    {"guest", "box3d", "guest"},
    {"linux-bridge", "octagon", "Linux bridge"},
    {"bridge", "box", "Open vSwitch bridge"},
    {"patch", "box", "patch port"},
    {"port", "box", "port"},
    {"vhost-user", "cylinder", "vhost-user socket"},
    {"dpdk", "box", "DPDK device"},
};

/* A DOT string without its quotes, broken at the first space behind each 'width' characters (0: not at
 * all).  '\' would begin an escape of DOT's, '&' an entity of HTML, and whatever is not to be seen on a
 * screen, or is not UTF-8, becomes '?'. */
static void add_wrapped(struct text *text, const char *value, size_t width)
{
    size_t n = strlen(value), column = 0;

    for (size_t i = 0; i < n;) {
        unsigned char c = (unsigned char)value[i];
        size_t length = text_utf8_length(value + i, n - i);
        bool control = c < 0x20 || c == 0x7f || (c == 0xc2 && (unsigned char)value[i + 1] < 0xa0);

        if (length == 0 || control)
            text_add_bytes(text, "?", 1);
        else if (width && column >= width && c == ' ')
            text_add_bytes(text, "\\n", 2);
        else if (c == '"' || c == '\\')
            text_add(text, "\\%c", c);
        else if (c == '&')
            text_add(text, "&amp;");
        else
            text_add_bytes(text, value + i, length);
        column = width && column >= width && c == ' ' ? 0 : column + 1;
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

    for (; looks[i].words[0]; i++) {
        const char *at = n ? strstr(looks[i].words, state) : NULL;

        if (at && at[-1] == ' ' && at[n] == ' ')
            break;
    }
    return &looks[i];
}

static const char *attribute(const struct vif_part *part, const char *key)
{
    for (size_t i = 0; i < part->n_attributes; i++)
        if (strcmp(part->attributes[i].key, key) == 0)
            return part->attributes[i].value;
    return NULL;
}

/* Name, kind and state, and what one looks for first. */
static void add_label(struct text *text, const struct vif_part *part, const char *kind)
{
    const char *ofport = attribute(part, "ofport"), *tag = attribute(part, "tag");
    const char *datapath = attribute(part, "datapath_type");
    const char *error = strcmp(part->state, "failed") == 0 ? attribute(part, "error") : NULL;

    text_add(text, "label=\"");
    add_quoted(text, part->name);
    text_add(text, "\\n%s", kind);
    if (part->state[0] && strcmp(part->state, "up") != 0)
        text_add(text, ", %s", strcmp(part->state, "no-carrier") == 0 ? "no carrier" : part->state);
    if (ofport || tag)
        text_add(text, "\\n%s%s%s%s%s", ofport ? "ofport " : "", ofport ? ofport : "",
                 ofport && tag ? ", " : "", tag ? "tag " : "", tag ? tag : "");
    if (datapath)
        text_add(text, "\\ndatapath ");
    add_quoted(text, datapath ? datapath : "");
    if (error)
        text_add(text, "\\n");
    add_wrapped(text, error ? error : "", ERROR_WIDTH);
    text_add(text, "\"");
}

/* What a pointer that rests on the node shows: all of it. */
static void add_tooltip(struct text *text, const struct vif_part *part)
{
    text_add(text, ", tooltip=\"");
    add_quoted(text, part->name);
    for (size_t i = 0; i < part->n_attributes; i++) {
        text_add(text, "\\n%s: ", part->attributes[i].key);
        add_quoted(text, part->attributes[i].value);
    }
    text_add(text, "\"");
}

static void add_node(struct text *text, const struct vif_drawing *drawing, size_t i,
                     const char *indent)
{
    static const struct look of_guest = {"", "#e8f0fe", "#1a73e8"};
    const struct vif_part *part = &drawing->parts[i];
    bool guest = strcmp(part->kind, "guest") == 0;
    const struct look *look = guest ? &of_guest : look_of(part->state);
    const char *shape = "box", *words = part->kind;

    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++)
        if (strcmp(kinds[k].kind, part->kind) == 0) {
            shape = kinds[k].shape;
            words = kinds[k].words;
        }
    text_add(text, "%sn%zu [", indent, i);
    add_label(text, part, words);
    text_add(text, ", shape=%s, fillcolor=\"%s\", color=\"%s\"%s", shape, look->fill, look->line,
             part->missing ? ", style=\"filled,dashed\"" : "");
    add_tooltip(text, part);
    text_add(text, "];\n");
}

static void add_edge(struct text *text, const struct vif_edge *edge)
{
    bool twin = strcmp(edge->kind, "pair") == 0 || strcmp(edge->kind, "patch") == 0;

    text_add(text, "    n%zu -> n%zu [tooltip=\"%s\"", edge->from, edge->to, edge->kind);
    if (edge->missing)
        text_add(text, ", style=dashed, color=\"#d93025\"");
    else if (twin)
        text_add(text, ", color=\"#5f6368:white:#5f6368\"");
    text_add(text, "];\n");
}

/* Which parts stand in the box of which bridge: lists, for there may be ten thousand of either. */
struct boxes {
    size_t *first; /* of each part that is a bridge: part + 1 */
    size_t *next;  /* of each part in a box: part + 1 */
    bool *boxed;
};

static void boxes_done(struct boxes *boxes)
{
    free(boxes->first);
    free(boxes->next);
    free(boxes->boxed);
}

static bool is_of_kind(const struct vif_drawing *drawing, size_t part, const char *kind)
{
    return strcmp(drawing->parts[part].kind, kind) == 0;
}

static bool fill_boxes(const struct vif_drawing *drawing, struct boxes *boxes)
{
    boxes->first = calloc(drawing->n_parts + 1, sizeof *boxes->first);
    boxes->next = calloc(drawing->n_parts + 1, sizeof *boxes->next);
    boxes->boxed = calloc(drawing->n_parts + 1, sizeof *boxes->boxed);
    if (!boxes->first || !boxes->next || !boxes->boxed)
        return false;
    for (size_t i = 0; i < drawing->n_edges; i++) {
        const struct vif_edge *edge = &drawing->edges[i];
        size_t bridge = is_of_kind(drawing, edge->to, "bridge") ? edge->to : edge->from;
        size_t port = edge->from + edge->to - bridge;

        if (edge->missing || boxes->boxed[port] || !is_of_kind(drawing, bridge, "bridge") ||
            strcmp(edge->kind, "member") != 0)
            continue;
        boxes->boxed[port] = true;
        boxes->next[port] = boxes->first[bridge];
        boxes->first[bridge] = port + 1;
    }
    return true;
}

static void add_box(struct text *text, const struct vif_drawing *drawing, const struct boxes *boxes,
                    size_t bridge)
{
    const struct look *look = look_of(drawing->parts[bridge].state);

    text_add(text, "    subgraph cluster_%zu {\n        label=\"", bridge);
    add_quoted(text, drawing->parts[bridge].name);
    text_add(text, "\"; color=\"%s\"; style=\"rounded,filled\"; fillcolor=\"#fafafa\";\n",
             look->line);
    add_node(text, drawing, bridge, "        ");
    for (size_t at = boxes->first[bridge]; at; at = boxes->next[at - 1])
        add_node(text, drawing, at - 1, "        ");
    text_add(text, "    }\n");
}

static void add_guests(struct text *text, const struct vif_drawing *drawing)
{
    text_add(text, "    { rank=source;\n");
    for (size_t i = 0; i < drawing->n_parts; i++)
        if (is_of_kind(drawing, i, "guest"))
            add_node(text, drawing, i, "        ");
    text_add(text, "    }\n");
}

char *drawing_dot(const struct vif_drawing *drawing)
{
    struct boxes boxes = {NULL, NULL, NULL};
    struct text text = {0};
    bool ok = fill_boxes(drawing, &boxes);

    text_add(&text, "strict digraph vifs {\n"
                    "    graph [rankdir=LR, nodesep=0.25, ranksep=0.5, fontname=\"Helvetica\"];\n"
                    "    node [fontname=\"Helvetica\", fontsize=10, style=\"filled\"];\n"
                    "    edge [dir=none, color=\"#5f6368\"];\n");
    if (ok)
        add_guests(&text, drawing);
    for (size_t i = 0; ok && i < drawing->n_parts; i++) {
        if (is_of_kind(drawing, i, "bridge"))
            add_box(&text, drawing, &boxes, i);
        else if (!boxes.boxed[i] && !is_of_kind(drawing, i, "guest"))
            add_node(&text, drawing, i, "    ");
    }
    for (size_t i = 0; ok && i < drawing->n_edges; i++)
        add_edge(&text, &drawing->edges[i]);
    text_add(&text, "}\n");
    text.failed |= !ok;
    boxes_done(&boxes);
    return text_take(&text);
}
