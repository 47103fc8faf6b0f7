/* SPDX-License-Identifier: Apache-2.0 */
/* Colours on a terminal. */
#ifndef COLOUR_H
#define COLOUR_H

#include <stdbool.h>

enum colour {
    COLOUR_NONE,
    COLOUR_RED,
    COLOUR_GREEN,
    COLOUR_YELLOW,
};

/* Whether standard output is to be coloured: it is a terminal that can, and NO_COLOR
 * (https://no-color.org) is not set. */
bool colour_wanted(void);

/* Prints 'text' in this colour, or without one where none is wanted. */
void colour_print(enum colour colour, const char *text);

#endif
