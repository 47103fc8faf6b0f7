/* SPDX-License-Identifier: Apache-2.0 */
/* Taps through /dev/net/tun.  A tap is made, set up by netlink while its descriptor is held, and
 * made persistent last: a process killed in between leaves nothing. */
#ifndef KERNEL_TAP_H
#define KERNEL_TAP_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"

struct tap_options {
    bool multi_queue;
    uid_t owner; /* (uid_t)-1: only root */
    gid_t group; /* (gid_t)-1: none */
};

/* Makes a tap called exactly 'name' (no packet information header).  '*ret_fd' holds it: closing it
 * before tap_persist() removes the tap.  It has no carrier until a process opens it.  -EEXIST (kind
 * CONFLICT) when a link of that name is there: an existing tap is never attached to. */
int tap_create(const char *name, const struct tap_options *options, int *ret_fd,
               struct vif_error *err);

/* Makes the tap outlive its descriptor. */
int tap_persist(int fd, const char *name, struct vif_error *err);

#endif
