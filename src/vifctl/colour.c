/* SPDX-License-Identifier: Apache-2.0 */
/* Colours as every terminal of today knows them (ECMA-48); pipes, files and those who set
 * NO_COLOR get none. */
#include "vifctl/colour.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool colour_wanted(void)
{
    const char *no_color = getenv("NO_COLOR");
    const char *term = getenv("TERM");

    if (no_color && no_color[0])
        return false;
    return term && term[0] && strcmp(term, "dumb") != 0 && isatty(STDOUT_FILENO);
}

const char *colour_sequence(enum colour colour)
{
    static const char *const sequences[] = {
        [COLOUR_PLAIN] = "\033[0m",   [COLOUR_GREEN] = "\033[32m",   [COLOUR_RED] = "\033[31m",
        [COLOUR_YELLOW] = "\033[33m", [COLOUR_ALARM] = "\033[1;31m",
    };

    return sequences[colour];
}

void colour_begin(enum colour colour)
{
    if (colour != COLOUR_PLAIN && colour_wanted())
        (void)fputs(colour_sequence(colour), stdout);
}

void colour_end(enum colour colour)
{
    if (colour != COLOUR_PLAIN && colour_wanted())
        (void)fputs(colour_sequence(COLOUR_PLAIN), stdout);
}

void colour_print(enum colour colour, const char *text)
{
    colour_begin(colour);
    (void)fputs(text, stdout);
    colour_end(colour);
}
