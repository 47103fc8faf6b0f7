/* SPDX-License-Identifier: Apache-2.0 */
/* What the two halves of the search for leftovers (rows, links) share. */
#ifndef PRUNE_FIND_H
#define PRUNE_FIND_H

#include "prune/kinds.h"

struct finder {
    const struct snapshot *snapshot;
    const struct vswitch_marks *marks;
    struct stale *items;
    size_t n, room;
    bool failed; /* memory is gone */
};

/* A zeroed one at the end, its texts empty; NULL when memory is gone.  Pointers to earlier ones are no
 * longer valid. */
struct stale *finder_add(struct finder *finder, enum stale_kind kind, const char *name);

void find_ports(struct finder *finder);
void find_own_bridges(struct finder *finder);
void find_qos(struct finder *finder);
void find_hybrids(struct finder *finder);
void find_taps(struct finder *finder);

/* Whether 'name' is 'prefix' and the first 'length' characters of a UUID in lower case; these in
 * '*ret_part' (may be NULL). */
bool name_has_id(const char *name, const char *prefix, size_t length, const char **ret_part);

/* The length of that part in names of devices, which os-vif cuts at 14 characters. */
#define PART_OF(prefix) (14 - (sizeof(prefix) - 1))

#endif
