/* SPDX-License-Identifier: Apache-2.0 */
/* A drawing as trees: what its two files share. */
#ifndef VIFCTL_TREE_H
#define VIFCTL_TREE_H

#include <vif/vif.h>

#include "vifctl/plain.h"

struct tree {
    const struct vif_drawing *drawing;
    bool utf8, colour;
    size_t width;
    size_t *start; /* of each part: where its edges begin in 'edges' */
    size_t *edges; /* those of the first part, those of the second ... */
    size_t *seen;  /* of each part: the number + 1 of the VIF it was last drawn for */
    size_t vif;
    struct text before; /* what stands before each line: the stems of the parts above */
    struct text line;
};

/* What stands before the lines below a part that has more parts below it, or has not; and before the
 * part that an edge leads to. */
const char *tree_stem(const struct tree *tree, bool more);
const char *tree_branch(const struct tree *tree, const struct vif_edge *edge, bool more);

/* Adds to the line; ends it. */
void tree_say(struct tree *tree, const char *text);
void tree_say_pair(struct tree *tree, const char *key, const char *value);
void tree_say_state(struct tree *tree, const char *state, const char *detail);
void tree_print_line(struct tree *tree);

/* Ends the line that 'before' and a branch began with the part 'index', which 'edge' (NULL: none) leads
 * to, and prints its details below it. */
void tree_print_part(struct tree *tree, size_t index, const struct vif_edge *edge, bool more);

#endif
