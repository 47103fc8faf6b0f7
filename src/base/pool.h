/* SPDX-License-Identifier: Apache-2.0 */
/* Memory that is given back all at once: the many small texts of a result that lives as a whole. */
#ifndef BASE_POOL_H
#define BASE_POOL_H

#include <stdbool.h>
#include <stddef.h>

struct pool_block;

/* Zero-initialise; pool_done() frees all that was taken and leaves it empty. */
struct pool {
    struct pool_block *blocks;
    bool failed; /* memory was gone at least once */
};

void pool_done(struct pool *pool);

/* Room for 'n' bytes, aligned for a pointer and zeroed, that stays where it is; NULL when memory is
 * gone. */
void *pool_take(struct pool *pool, size_t n);

/* A copy of text[0..n) with a NUL behind it, and of 'text'; NULL when memory is gone. */
char *pool_copy(struct pool *pool, const char *text, size_t n);
char *pool_text(struct pool *pool, const char *text);

#endif
