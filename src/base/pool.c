/* SPDX-License-Identifier: Apache-2.0 */
/* Pools: texts are stored one after the other in large blocks, so that a hundred thousand of them
 * need few allocations and frees.  Used by drawings and replies of the daemon. */
#include "base/pool.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* The first block is small, for most results are; each further one is twice as large. */
#define BLOCK_FIRST ((size_t)1024)
#define BLOCK_MAX   ((size_t)65536)

struct pool_block {
    struct pool_block *next;
    size_t n, room;
    char bytes[] __attribute__((aligned(sizeof(void *))));
};

void pool_done(struct pool *pool)
{
    while (pool->blocks) {
        struct pool_block *block = pool->blocks;

        pool->blocks = block->next;
        free(block);
    }
    *pool = (struct pool){0};
}

static struct pool_block *add_block(struct pool *pool, size_t n)
{
    size_t room = pool->blocks ? 2 * pool->blocks->room : BLOCK_FIRST;
    struct pool_block *block;

    room = room > BLOCK_MAX ? BLOCK_MAX : room;
    room = room < n ? n : room;
    block = room > SIZE_MAX / 2 ? NULL : malloc(sizeof *block + room);
    if (!block) {
        pool->failed = true;
        return NULL;
    }
    *block = (struct pool_block){pool->blocks, 0, room};
    pool->blocks = block;
    return block;
}

/* Room for 'n' bytes that begin anywhere. */
static char *take(struct pool *pool, size_t n)
{
    struct pool_block *block = pool->blocks;
    char *place;

    if (!block || block->room - block->n < n)
        block = add_block(pool, n);
    if (!block)
        return NULL;
    place = block->bytes + block->n;
    block->n += n;
    return place;
}

void *pool_take(struct pool *pool, size_t n)
{
    struct pool_block *block = pool->blocks;
    size_t size = sizeof(void *), gap = block ? (size - block->n % size) % size : 0;
    void *place;

    if (block && block->room - block->n >= gap)
        block->n += gap;
    else if (block)
        block->n = block->room; /* the rest of it is not aligned */
    place = take(pool, n ? n : 1);
    return place ? memset(place, 0, n) : NULL;
}

char *pool_copy(struct pool *pool, const char *text, size_t n)
{
    char *copy = take(pool, n + 1);

    if (!copy)
        return NULL;
    memcpy(copy, text, n);
    copy[n] = '\0';
    return copy;
}

char *pool_text(struct pool *pool, const char *text)
{
    return pool_copy(pool, text, strlen(text));
}

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
