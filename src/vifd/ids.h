/* SPDX-License-Identifier: Apache-2.0 */
/* The VIFs that someone works on: a set of ids, each with the number of times it is in. */
#ifndef VIFD_IDS_H
#define VIFD_IDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A UUID; of a VIF, or of its port where that has another. */
struct id {
    uint8_t bytes[16];
};

/* Of its text in lower case; false when it is none. */
bool id_read(const char *text, struct id *ret);

/* Zero-initialise; grows as needed. */
struct id_set {
    struct id_slot *slots; /* a power of two */
    size_t room, used;     /* 'used' counts those that are empty again, too */
    size_t n;              /* ids that are in */
};

void id_set_done(struct id_set *set);
/* Takes all out. */
void id_set_clear(struct id_set *set);
/* Makes room, so that adding 'more' ids cannot fail.  -ENOMEM. */
int id_set_reserve(struct id_set *set, size_t more);
/* There is room. */
void id_set_add(struct id_set *set, const struct id *ids, size_t n);
/* Each was added. */
void id_set_remove(struct id_set *set, const struct id *ids, size_t n);
/* Whether any of them is in. */
bool id_set_has_any(const struct id_set *set, const struct id *ids, size_t n);

#endif
