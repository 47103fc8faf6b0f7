/* SPDX-License-Identifier: Apache-2.0 */
/* A drawing as text for other programs.  Each returns what the caller frees, NULL when memory is
 * gone. */
#ifndef WIRING_DRAWING_TEXT_H
#define WIRING_DRAWING_TEXT_H

#include "wiring/drawing.h"

char *drawing_json(const struct vif_drawing *drawing);
char *drawing_dot(const struct vif_drawing *drawing);

#endif
