/* SPDX-License-Identifier: Apache-2.0 */
/* Growing arrays by doubling, so that adding n elements costs n copies altogether. */
#include "base/array.h"

#include <stdint.h>
#include <stdlib.h>

/* The first room: 8 elements, or 128 bytes of small ones. */
#define FIRST_ELEMENTS 8
#define FIRST_BYTES    128

void *array_reserve(void *items, size_t n, size_t *room, size_t more, size_t size)
{
    size_t wanted = *room, bytes;
    void *grown;

    if (items && *room - n >= more)
        return items;
    if (wanted == 0)
        wanted = FIRST_BYTES / size > FIRST_ELEMENTS ? FIRST_BYTES / size : FIRST_ELEMENTS;
    while (wanted - n < more) {
        if (wanted > SIZE_MAX / 2)
            return NULL;
        wanted *= 2;
    }
    if (__builtin_mul_overflow(wanted, size, &bytes))
        return NULL;
    grown = realloc(items, bytes);
    if (grown)
        *room = wanted;
    return grown;
}
