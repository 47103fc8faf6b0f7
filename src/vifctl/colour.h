/* SPDX-License-Identifier: Apache-2.0 */
/* Colours on a terminal. */
#ifndef VIFCTL_COLOUR_H
#define VIFCTL_COLOUR_H

#include <stdbool.h>

#define COLOUR_RED    "\033[31m"
#define COLOUR_YELLOW "\033[33m"
#define COLOUR_END    "\033[0m"

/* Whether standard output is a terminal that is to have colours (no-color.org). */
bool colour_wanted(void);

#endif
