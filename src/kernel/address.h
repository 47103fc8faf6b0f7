/* SPDX-License-Identifier: Apache-2.0 */
/* The IPv4 addresses and routes of one link, and moving them to another: a link that becomes a
 * port of a bridge hears no IP any more, so what it had has to be on the bridge. */
#ifndef KERNEL_ADDRESS_H
#define KERNEL_ADDRESS_H

#include <net/if.h>

#include "kernel/netlink.h"

/* An address, or a unicast route over the link. */
struct address {
    bool is_route;
    int rank;                 /* of routes: each stands on those of lower rank */
    char text[48];            /* "192.0.2.5/24", "default via 192.0.2.1" */
    uint8_t prefix;           /* of an address: the length, */
    uint8_t network[4];       /* ... the other end, or the address itself, */
    bool no_prefix_route;     /* ... and whether the kernel makes no route to its network */
    struct nlmsghdr *message; /* all of it, as the kernel showed it; owned */
};

struct address_list {
    char link[IF_NAMESIZE]; /* where it was read */
    struct address *items;  /* addresses in the order in which they were added, then routes */
    size_t n;
};

void address_list_done(struct address_list *list);

/* Reads what would have to move with the link 'ifindex': its addresses of global or site scope and
 * its unicast routes of all tables, without those the kernel makes itself.  The caller ends '*ret'
 * with address_list_done().
 *
 * 0; -ENODEV when there is no such link; -EOPNOTSUPP for a route that cannot move: one over
 * several links, or by a nexthop object.  'ret' is untouched on failure. */
int address_read(struct netlink *nl, int ifindex, struct address_list *ret, struct vif_error *err);

/* Moves what 'list' names from one link to another, which is up: everything is added there before
 * anything goes here.  What both links have already, after a move that was cut short, only goes
 * from the first.  A label is renamed with its link.
 *
 * 0; 1 when there is nothing to do; else a negative errno with both links as they were (or the
 * words say that putting back failed as well). */
int address_move(struct netlink *nl, int from_ifindex, int to_ifindex,
                 const struct address_list *list, struct vif_error *err);

#endif
