/* SPDX-License-Identifier: Apache-2.0 */
/* Text of others, made fit for a terminal. */
#ifndef VIFCTL_PLAIN_H
#define VIFCTL_PLAIN_H

#include <stdbool.h>

#include "base/plain.h"

/* Whether the user's locale is UTF-8.  Sets the program's LC_CTYPE. */
bool plain_utf8(void);

/* Prints 'value' so on standard output, and blanks up to 'width' columns. */
void plain_print(const char *value, bool utf8, size_t width);

/* The columns 'value' takes then. */
size_t plain_columns(const char *value, bool utf8);

/* Prints 'text', which begins at 'column', as words in lines of 'width' columns that go on at 'indent',
 * and ends the line. */
void plain_wrap(const char *text, size_t column, size_t indent, size_t width);

#endif
