/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of words as a configuration has them, separated by spaces or commas, and patterns of
 * names. */
#ifndef BASE_WORDS_H
#define BASE_WORDS_H

#include <stdbool.h>
#include <stddef.h>

/* A list as configured, or else its default: a static text, or NULL. */
struct words {
    char *given;
    const char *otherwise;
};

void words_done(struct words *words);

/* Adds the words of 'more'; the first call replaces the default, even if 'more' is empty.  -ENOMEM
 * with nothing changed. */
int words_add(struct words *words, const char *more);

/* The list as one text; never NULL. */
const char *words_text(const struct words *words);

/* Takes the next word from '*at', initially the text: the word and its length, or false at the
 * end. */
bool words_next(const char **at, const char **ret_word, size_t *ret_n);

/* Whether 'name' matches pattern[0..n): '*' matches any characters, including none, '?' a single
 * one. */
bool words_like(const char *pattern, size_t n, const char *name);

/* Whether 'name' matches one of the words as a pattern. */
bool words_match(const struct words *words, const char *name);

#endif
