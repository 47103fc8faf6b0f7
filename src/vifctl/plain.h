/* SPDX-License-Identifier: Apache-2.0 */
/* Text of others, made fit for a terminal. */
#ifndef VIFCTL_PLAIN_H
#define VIFCTL_PLAIN_H

#include <stdbool.h>

#include "base/text.h"

/* Whether the user's locale is UTF-8.  Sets the program's LC_CTYPE. */
bool plain_utf8(void);

/* Adds 'value' with "\xNN" for what would do something to a terminal (control characters, the marks
 * that turn the direction of text), and for what the locale cannot show. */
void plain_add(struct text *text, const char *value, bool utf8);

/* Prints 'value' so on standard output, and blanks up to 'width' columns. */
void plain_print(const char *value, bool utf8, size_t width);

/* The columns 'value' takes then. */
size_t plain_columns(const char *value, bool utf8);

/* The columns text[0..n) takes, each character one. */
size_t plain_width(const char *text, size_t n);

#endif
