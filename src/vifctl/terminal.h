/* SPDX-License-Identifier: Apache-2.0 */
/* Output for a terminal: its width, colours for users who want them, and text of others made
 * safe. */
#ifndef VIFCTL_TERMINAL_H
#define VIFCTL_TERMINAL_H

#include <stdbool.h>

#include "base/text.h"

/* The columns of the terminal on 'fd'; 0: not known. */
size_t terminal_width(int fd);

enum colour {
    COLOUR_PLAIN,
    COLOUR_GREEN,
    COLOUR_RED,
    COLOUR_YELLOW,
    COLOUR_ALARM, /* bold red */
};

/* Whether 'fd' is a terminal, and TERM neither unset nor "dumb". */
bool terminal_is_smart(int fd);

/* Whether standard output is one, and NO_COLOR unset or empty (https://no-color.org). */
bool colour_wanted(void);

/* Prints 'text' in this colour, where colours are wanted. */
void colour_print(enum colour colour, const char *text);

/* Whether the user's locale is UTF-8.  Sets the program's LC_CTYPE. */
bool plain_utf8(void);

/* Prints 'value' so on standard output, and blanks up to 'width' columns. */
void plain_print(const char *value, bool utf8, size_t width);

/* The columns 'value' takes then. */
size_t plain_columns(const char *value, bool utf8);

/* Prints 'text', which begins at 'column', as words in lines of 'width' columns that go on at
 * 'indent', and ends the line. */
void plain_wrap(const char *text, size_t column, size_t indent, size_t width);

#endif
