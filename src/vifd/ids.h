/* SPDX-License-Identifier: Apache-2.0 */
/* The VIFs being worked on: a set of ids, each with the number of times it was added. */
#ifndef VIFD_IDS_H
#define VIFD_IDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A UUID; of a VIF, or of its port where that has another. */
struct id {
    uint8_t bytes[16];
};

/* Zero-initialise; grows as needed. */
struct id_set {
    struct id_slot *slots; /* a power of two */
    size_t room, used;     /* 'used' includes slots that became empty */
    size_t n;              /* ids in the set */
};

/* Removes all. */
void id_set_done(struct id_set *set);
/* Makes room, so that adding 'more' ids cannot fail.  -ENOMEM. */
int id_set_reserve(struct id_set *set, size_t more);
/* There must be room. */
void id_set_add(struct id_set *set, const struct id *ids, size_t n);
/* Each must have been added. */
void id_set_remove(struct id_set *set, const struct id *ids, size_t n);
/* Whether any of them is in the set. */
bool id_set_has_any(const struct id_set *set, const struct id *ids, size_t n);

#endif
