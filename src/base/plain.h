/* SPDX-License-Identifier: Apache-2.0 */
/* Text of others, made fit for a terminal. */
#ifndef BASE_PLAIN_H
#define BASE_PLAIN_H

#include <stdbool.h>

#include "base/text.h"

/* Adds 'value' with "\xNN" for what would do something to a terminal (control characters, the marks
 * that turn the direction of text), and for what is not UTF-8 (ASCII if not 'utf8'). */
void plain_add(struct text *text, const char *value, bool utf8);

/* The columns text[0..n) takes, each character one. */
size_t plain_width(const char *text, size_t n);

#endif
