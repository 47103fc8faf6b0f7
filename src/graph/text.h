/* SPDX-License-Identifier: Apache-2.0 */
/* A drawing as text for other programs.  Each returns what the caller frees, NULL when memory is
 * gone. */
#ifndef GRAPH_TEXT_H
#define GRAPH_TEXT_H

#include "graph/graph.h"

char *drawing_json(const struct vif_drawing *drawing);
char *drawing_dot(const struct vif_drawing *drawing);

#endif
