/* SPDX-License-Identifier: Apache-2.0 */
/* Memory that is freed all at once, for the many small texts of a result; and growing arrays. */
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

/* ---- growing arrays: a pointer, the number of elements and the room for more ---- */

/* Makes room for 'more' elements after the 'n' of the array 'items'; doubles '*room'.  Returns the
 * array, which may have moved, or NULL with nothing changed if out of memory. */
void *array_reserve(void *items, size_t n, size_t *room, size_t more, size_t size);

/* The same for a known type: true, or false if out of memory.  Updates 'items' and 'room'. */
#define array_grow(items, n, room, more)                                                           \
    ({                                                                                             \
        void *grown_ = array_reserve((items), (n), &(room), (more), sizeof *(items));              \
                                                                                                   \
        if (grown_)                                                                                \
            (items) = grown_;                                                                      \
        grown_ != NULL;                                                                            \
    })

#endif
