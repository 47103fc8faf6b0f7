/* SPDX-License-Identifier: Apache-2.0 */
/* A growing text, and lists of names and words.  A failed allocation is remembered and reported at
 * the end. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

struct text {
    char *data; /* NUL-ended once something was added */
    size_t n;   /* bytes without the NUL */
    size_t room;
    bool failed;
};

void text_done(struct text *text);
void text_add(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_add_bytes(struct text *text, const char *bytes, size_t n);

/* Copies a text into the array 'to' of 'size' bytes (> 0), cut to fit with its NUL: snprintf() with
 * "%s" takes twenty times as long. */
void text_copy(char *to, size_t size, const char *from);

/* Replaces each control character by a space; those of UTF-8 with two bytes (C1) by two. */
void text_flatten(char *text);

/* For qsort() and bsearch(): by the text at which an element points, or which it begins with. */
int text_compare_pointers(const void *a, const void *b);
int text_compare(const void *a, const void *b);

/* The length of the UTF-8 character at the start of text[0..n) (n > 0), 0 if it is not valid
 * (RFC 3629). */
size_t text_utf8_length(const char *text, size_t n);

/* Adds 'value', or n bytes, as a JSON string with its quotes.  Invalid UTF-8 becomes '?', control
 * characters "\u". */
void text_add_json(struct text *text, const char *value);
void text_add_json_bytes(struct text *text, const char *bytes, size_t n);

/* Adds 'value' with "\xNN" for what would do something to a terminal (control characters, the marks
 * that turn the direction of text), and for what is not UTF-8 (ASCII if not 'utf8'). */
void plain_add(struct text *text, const char *value, bool utf8);

/* The columns text[0..n) takes, each character one. */
size_t plain_width(const char *text, size_t n);

/* Returns the text, which the caller frees; NULL if an allocation failed. */
char *text_take(struct text *text);

/* A list of borrowed names, to be sorted and asked for together. */
struct names {
    const char **items;
    size_t n, room;
    bool failed; /* out of memory */
};

void names_done(struct names *names);
#define auto_names __attribute__((cleanup(names_done)))

/* Adds a name unless it is NULL or "". */
void names_add(struct names *names, const char *name);

/* Sorts them, each once.  -ENOMEM when one could not be added. */
int names_unique(struct names *names);

/* ---- lists of words, separated by spaces or commas, and patterns of names ---- */

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
