/* SPDX-License-Identifier: Apache-2.0 */
/* Colours are for people: what is read by a program, or by people who said that they want none, has
 * no escape sequences in it. */
#include "vifctl/colour.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool colour_wanted(void)
{
    const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

    return !(no_color && no_color[0]) && term && strcmp(term, "dumb") != 0 && isatty(STDOUT_FILENO);
}

void colour_print(enum colour colour, const char *text)
{
    static const char *const sequences[] = {
        [COLOUR_NONE] = "",
        [COLOUR_RED] = "\033[1;31m",
        [COLOUR_GREEN] = "\033[32m",
        [COLOUR_YELLOW] = "\033[33m",
    };

    if (colour == COLOUR_NONE || !colour_wanted())
        (void)fputs(text, stdout);
    else
        printf("%s%s\033[0m", sequences[colour], text);
}
