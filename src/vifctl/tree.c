/* SPDX-License-Identifier: Apache-2.0 */
/* A drawing as trees for a person: for each VIF the parts a frame of its guest goes through, each below
 * the one before. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "vifctl/colour.h"
#include "vifctl/tree.h"
#include "vifctl/vifctl.h"

#define WIDTH     100 /* where the terminal does not say */
#define WIDTH_MIN 40

/* No wiring is a tenth as deep, but a drawing that comes from vifd could be anything. */
#define DEPTH_MAX 256

static size_t other_end(const struct vif_edge *edge, size_t part)
{
    return edge->from == part ? edge->to : edge->from;
}

/* Whether the walk goes on along an edge: to parts of this VIF, and with the frames to what it shares
 * with others. */
static bool is_way(const struct tree *tree, const struct vif_edge *edge, size_t part)
{
    size_t next = other_end(edge, part);
    size_t owner = vif_drawing_part(tree->drawing, next)->vif;

    if (strcmp(edge->kind, "guest") == 0 || tree->seen[next] == tree->vif + 1)
        return false;
    return owner == tree->vif || (edge->from == part && owner == VIF_NO_INDEX);
}

/* The next edge to follow from 'part': against the frames first (other members of a bridge), so that
 * the way to the switch comes last. */
static const struct vif_edge *next_way(const struct tree *tree, size_t part)
{
    const struct vif_edge *forward = NULL;

    for (size_t i = tree->start[part]; i < tree->start[part + 1]; i++) {
        const struct vif_edge *edge = vif_drawing_edge(tree->drawing, tree->edges[i]);

        if (!is_way(tree, edge, part))
            continue;
        if (edge->from != part)
            return edge;
        if (!forward)
            forward = edge;
    }
    return forward;
}

/* Whether there is a way from 'part' to another part than 'but' (an edge may be there twice). */
static bool has_way(const struct tree *tree, size_t part, size_t but)
{
    for (size_t i = tree->start[part]; i < tree->start[part + 1]; i++) {
        const struct vif_edge *edge = vif_drawing_edge(tree->drawing, tree->edges[i]);

        if (other_end(edge, part) != but && is_way(tree, edge, part))
            return true;
    }
    return false;
}

/* Prints the part and all behind it; each part is printed once, so this ends. */
static void walk(struct tree *tree, size_t part, const struct vif_edge *edge, int depth)
{
    const struct vif_edge *next;

    tree->seen[part] = tree->vif + 1;
    tree_print_part(tree, part, edge, has_way(tree, part, VIF_NO_INDEX));
    while (depth < DEPTH_MAX && (next = next_way(tree, part))) {
        size_t length = tree->before.n, end = other_end(next, part);
        bool more = has_way(tree, part, end);
        const char *below = tree_stem(tree, more);

        text_add_bytes(&tree->line, tree->before.data, tree->before.n);
        tree_say(tree, tree_branch(tree, next, more));
        text_add_bytes(&tree->before, below, strlen(below));
        if (tree->before.failed || tree->line.failed)
            return;
        walk(tree, end, next, depth + 1);
        tree->before.n = length;
    }
}

static void print_vif(struct tree *tree)
{
    static const struct vif_edge entry = {.kind = "guest"};
    const struct vif_drawn *vif = vif_drawing_vif(tree->drawing, tree->vif);

    tree_say(tree, "VIF ");
    plain_add(&tree->line, vif->id, tree->utf8);
    text_add(&tree->line, "%s%s", vif->type[0] ? "  " : "", vif->type);
    if (vif->state[0])
        tree_say_state(tree, vif->state, NULL);
    tree_print_line(tree);
    if (vif->instance[0] || vif->address[0]) {
        tree_say(tree, tree_stem(tree, vif->first != VIF_NO_INDEX));
        tree->line.n -= tree->line.n ? 2 : 0; /* the pairs begin with these two */
        tree_say_pair(tree, "instance", vif->instance);
        tree_say_pair(tree, "address", vif->address);
        tree_print_line(tree);
    }
    if (vif->first == VIF_NO_INDEX) {
        puts("   its plugin wires nothing");
        return;
    }
    tree_say(tree, tree_branch(tree, &entry, false));
    text_add(&tree->before, "   ");
    walk(tree, vif->first, NULL, 0);
    tree->before.n = 0;
}

/* Whether the part is a VIF's alone. */
static bool is_own(const struct tree *tree, size_t part)
{
    return vif_drawing_part(tree->drawing, part)->vif != VIF_NO_INDEX;
}

/* Sorts the edges by the parts they touch.  Those that lead to what VIFs share, of which there may be
 * ten thousand, nobody follows backwards. */
static bool index_edges(struct tree *tree)
{
    size_t n_parts = vif_drawing_part_count(tree->drawing);
    size_t n_edges = vif_drawing_edge_count(tree->drawing);

    tree->start = calloc(n_parts + 2, sizeof *tree->start);
    tree->edges = calloc(2 * n_edges + 1, sizeof *tree->edges);
    tree->seen = calloc(n_parts + 1, sizeof *tree->seen);
    if (!tree->start || !tree->edges || !tree->seen)
        return false;
    for (size_t i = 0; i < n_edges; i++) {
        const struct vif_edge *edge = vif_drawing_edge(tree->drawing, i);

        tree->start[edge->from + 2]++;
        tree->start[edge->to + 2] += is_own(tree, edge->to);
    }
    for (size_t i = 2; i < n_parts + 2; i++)
        tree->start[i] += tree->start[i - 1];
    for (size_t i = 0; i < n_edges; i++) {
        const struct vif_edge *edge = vif_drawing_edge(tree->drawing, i);

        tree->edges[tree->start[edge->from + 1]++] = i;
        if (is_own(tree, edge->to))
            tree->edges[tree->start[edge->to + 1]++] = i;
    }
    return true;
}

static size_t terminal_width(void)
{
    struct winsize size = {0};

    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_col < WIDTH_MIN)
        return WIDTH;
    return size.ws_col;
}

bool print_trees(const struct vif_drawing *drawing)
{
    struct tree tree = {
        .drawing = drawing,
        .utf8 = plain_utf8(),
        .colour = colour_wanted(),
        .width = terminal_width(),
    };
    bool ok = index_edges(&tree), printed = false;

    for (; ok && tree.vif < vif_drawing_vif_count(drawing); tree.vif++) {
        const struct vif_drawn *vif = vif_drawing_vif(drawing, tree.vif);

        if (vif->error) {
            complain_of(vif->error);
            continue;
        }
        if (printed)
            puts("");
        print_vif(&tree);
        printed = true;
        ok = !tree.line.failed && !tree.before.failed;
    }
    free(tree.start);
    free(tree.edges);
    free(tree.seen);
    text_done(&tree.before);
    text_done(&tree.line);
    return ok;
}
