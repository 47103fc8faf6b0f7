/* SPDX-License-Identifier: Apache-2.0 */
/* Colours, for users at a terminal who want them. */
#ifndef VIFCTL_COLOUR_H
#define VIFCTL_COLOUR_H

#include <stdbool.h>

enum colour {
    COLOUR_PLAIN,
    COLOUR_GREEN,
    COLOUR_RED,
    COLOUR_YELLOW,
    COLOUR_ALARM, /* bold red */
};

/* Whether standard output takes colours: a terminal, TERM neither unset nor "dumb", and NO_COLOR
 * unset or empty (https://no-color.org). */
bool colour_wanted(void);

/* What switches a terminal to a colour, and COLOUR_PLAIN back to none, for those who make a text
 * first. */
const char *colour_sequence(enum colour colour);

/* Switches standard output to a colour, and back; neither prints anything where none is wanted. */
void colour_begin(enum colour colour);
void colour_end(enum colour colour);

/* Prints 'text' in this colour. */
void colour_print(enum colour colour, const char *text);

#endif
