/* SPDX-License-Identifier: Apache-2.0 */
/* Memory that is freed all at once: the many small texts of a result. */
#ifndef BASE_POOL_H
#define BASE_POOL_H

#include <stdbool.h>
#include <stddef.h>

struct pool_block;

/* Zero-initialise; pool_done() frees all that was taken and leaves it empty. */
struct pool {
    struct pool_block *blocks;
    bool failed; /* an allocation failed */
};

void pool_done(struct pool *pool);

/* 'n' bytes, aligned for a pointer and zeroed, which do not move; NULL if out of memory. */
void *pool_take(struct pool *pool, size_t n);

/* A NUL-ended copy of text[0..n), and of 'text'; NULL if out of memory. */
char *pool_copy(struct pool *pool, const char *text, size_t n);
char *pool_text(struct pool *pool, const char *text);

#endif
