/* SPDX-License-Identifier: Apache-2.0 */
/* A small map from string to string, kept sorted by key: external_ids, options. */
#ifndef BASE_STRMAP_H
#define BASE_STRMAP_H

#include <stddef.h>

struct strmap_entry {
    char *key;
    char *value;
};

/* Zero-initialise; strmap_done() frees what it holds and leaves it empty. */
struct strmap {
    struct strmap_entry *entries;
    size_t n;
};

void strmap_done(struct strmap *map);

/* Sets 'key' to a copy of 'value', replacing what was there.  -ENOMEM with nothing changed. */
int strmap_set(struct strmap *map, const char *key, const char *value);

/* The value of 'key', borrowed, or NULL. */
const char *strmap_get(const struct strmap *map, const char *key);

/* Replaces 'to' by a copy of 'from'.  -ENOMEM with 'to' unchanged. */
int strmap_copy(struct strmap *to, const struct strmap *from);

#endif
