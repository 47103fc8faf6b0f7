/* SPDX-License-Identifier: Apache-2.0 */
/* Observing: what of the wirings of a batch is there, read in one netlink batch and one or two
 * database transactions, whatever the number of VIFs. */
#ifndef WIRING_OBSERVE_H
#define WIRING_OBSERVE_H

#include "wiring/wiring.h"

struct observed {
    struct link_info *links; /* those that exist, sorted by name */
    size_t n_links;
    struct vswitch db;
};

void observed_done(struct observed *observed);

const struct link_info *observed_link(const struct observed *observed, const char *name);

/* Reads everything that wirings[0..n) name.  On success '*ret' belongs to the caller. */
int observe(struct netlink *nl, struct ovsdb_client *db, const struct wiring *const *wirings,
            size_t n, enum wiring_goal goal, int64_t until, struct observed *ret,
            struct vif_error *err);

#endif
