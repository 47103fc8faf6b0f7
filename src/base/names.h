/* SPDX-License-Identifier: Apache-2.0 */
/* A list of borrowed names, to be sorted and asked for together. */
#ifndef BASE_NAMES_H
#define BASE_NAMES_H

#include <stddef.h>

struct names {
    const char **items; /* the caller provides the room */
    size_t n;
};

/* Adds a name unless it is NULL or ""; there is room. */
void names_add(struct names *names, const char *name);

/* Sorts them, each once. */
void names_unique(struct names *names);

#endif
