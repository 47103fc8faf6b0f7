/* SPDX-License-Identifier: Apache-2.0 */
/* A hash table with open addressing.  Callers choose the ids, so the hash has a key they do not
 * know.  A slot that became empty stays taken until the table is rebuilt. */
#include "vifd/request.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

struct id_slot {
    struct id id;
    uint32_t count;
    bool used;
};

/* Only the order of slots depends on it. */
static uint64_t key(void)
{
    static uint64_t value; /* the loop's */

    if (!value) {
        if (getrandom(&value, sizeof value, GRND_NONBLOCK) < 0)
            value = (uint64_t)(uintptr_t)&value;
        value |= 1;
    }
    return value;
}

static size_t hash(const struct id *id)
{
    uint64_t halves[2], value;

    memcpy(halves, id->bytes, sizeof halves);
    value = (halves[0] ^ key()) * 0x9e3779b97f4a7c15U;
    value = ((value ^ (value >> 29)) + halves[1]) * (key() | 1);
    return (size_t)(value ^ (value >> 32));
}

/* The slot of 'id', or the empty one where it belongs; there always is one. */
static struct id_slot *find(const struct id_set *set, const struct id *id)
{
    size_t at = hash(id) & (set->room - 1);

    while (set->slots[at].used && memcmp(&set->slots[at].id, id, sizeof *id) != 0)
        at = (at + 1) & (set->room - 1);
    return &set->slots[at];
}

void id_set_done(struct id_set *set)
{
    free(set->slots);
    *set = (struct id_set){0};
}

int id_set_reserve(struct id_set *set, size_t more)
{
    struct id_set bigger = {.room = 64};

    if (set->room && set->used + more <= set->room / 2)
        return 0;
    while (bigger.room / 2 < set->n + more)
        bigger.room *= 2;
    bigger.slots = calloc(bigger.room, sizeof *bigger.slots);
    if (!bigger.slots)
        return -ENOMEM;
    for (size_t i = 0; i < set->room; i++)
        if (set->slots[i].count) {
            *find(&bigger, &set->slots[i].id) = set->slots[i];
            bigger.used = ++bigger.n;
        }
    free(set->slots);
    *set = bigger;
    return 0;
}

void id_set_add(struct id_set *set, const struct id *ids, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct id_slot *slot = find(set, &ids[i]);

        if (!slot->used) {
            slot->id = ids[i];
            slot->used = true;
            set->used++;
        }
        set->n += !slot->count++;
    }
}

void id_set_remove(struct id_set *set, const struct id *ids, size_t n)
{
    for (size_t i = 0; i < n; i++)
        set->n -= !--find(set, &ids[i])->count;
    if (!set->n)
        id_set_done(set);
}

bool id_set_has_any(const struct id_set *set, const struct id *ids, size_t n)
{
    for (size_t i = 0; set->n && i < n; i++)
        if (find(set, &ids[i])->count)
            return true;
    return false;
}
