/* SPDX-License-Identifier: Apache-2.0 */
/* A dump of all links of the network namespace, into an array of what a caller keeps of each. */
#ifndef KERNEL_LINK_DUMP_H
#define KERNEL_LINK_DUMP_H

#include "kernel/netlink.h"

/* Items of one size, growing; zero-initialise, but for 'size'. */
struct link_dump {
    void *items;
    size_t n, room, size;
};

/* Fills the zeroed 'item' from one answer (RTM_NEWLINK); false when there is nothing to keep. */
typedef bool link_dump_fn(const struct nlmsghdr *message, void *item);

/* Dumps the links, with or without their statistics, and again where links came or went meanwhile.
 * On success dump->items is the caller's to free; nothing is left after an error. */
int link_dump(struct netlink *nl, bool statistics, link_dump_fn *parse, struct link_dump *dump,
              struct vif_error *err);

#endif
