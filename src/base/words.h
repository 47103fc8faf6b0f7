/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of words as a configuration has them, separated by spaces or commas, and patterns of names. */
#ifndef BASE_WORDS_H
#define BASE_WORDS_H

#include <stdbool.h>
#include <stddef.h>

/* A list that was given, or what stands for it while none was: a text of the program's own, or NULL. */
struct words {
    char *given;
    const char *otherwise;
};

void words_done(struct words *words);

/* Adds the words of 'more' to those given; the first call makes it a list that is given, if only an
 * empty one.  -ENOMEM with nothing changed. */
int words_add(struct words *words, const char *more);

/* The list as one text; never NULL. */
const char *words_text(const struct words *words);

/* Takes the next word off '*at', a text to begin with: it and its length, or false at the end. */
bool words_next(const char **at, const char **ret_word, size_t *ret_n);

/* Whether 'name' is like the pattern[0..n): '*' stands for any characters, also for none, '?' for one;
 * every other character is itself. */
bool words_like(const char *pattern, size_t n, const char *name);

/* Whether one of the words is a pattern that 'name' is like. */
bool words_match(const struct words *words, const char *name);

#endif
