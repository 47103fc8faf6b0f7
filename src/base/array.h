/* SPDX-License-Identifier: Apache-2.0 */
/* Growing arrays: a pointer, the number of elements and the room for more. */
#ifndef BASE_ARRAY_H
#define BASE_ARRAY_H

#include <stdbool.h>
#include <stddef.h>

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
