/* SPDX-License-Identifier: Apache-2.0 */
/* The IP addresses and routes of one link, and moving them to another: a link that becomes a
 * port of a bridge hears no IP any more, so what it had has to be on the bridge. */
#ifndef KERNEL_ADDRESS_H
#define KERNEL_ADDRESS_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include "kernel/netlink.h"

/* One address as the kernel shows it.  IPv4 fills the first four bytes of 'local' and 'peer'. */
struct address {
    uint8_t family; /* AF_INET or AF_INET6 */
    uint8_t prefix; /* length */
    uint8_t scope;  /* RT_SCOPE_* */
    uint8_t protocol;
    uint32_t flags; /* IFA_F_* */
    uint8_t local[16];
    uint8_t peer[16]; /* 'local' where there is none */
    bool has_broadcast;
    uint8_t broadcast[4];
    char label[IF_NAMESIZE]; /* ":1" for "eth0:1" on eth0, "" for a label that is the link's name */
    uint32_t valid, preferred; /* seconds left, UINT32_MAX: forever */
    uint32_t metric;           /* of its prefix route, 0: the kernel's choice */
};

/* One unicast route over the link. */
struct address_route {
    uint8_t family, prefix, scope;
    uint8_t destination[16];
    uint32_t table, metric;
    bool has_gateway;
    struct nlmsghdr *message; /* all of it, as the kernel showed it; owned */
};

struct address_list {
    struct address *addresses; /* in the order in which they were added, primary ones first */
    size_t n_addresses;
    struct address_route *routes; /* each behind those it stands on */
    size_t n_routes;
};

void address_list_done(struct address_list *list);

/* Reads what of 'family' (AF_INET, AF_INET6, or AF_UNSPEC for both) would have to move with the
 * link 'ifindex': its addresses of global or site scope and its unicast routes of all tables,
 * without those the kernel makes itself.  The caller ends '*ret' with address_list_done().
 *
 * 0; -ENODEV when there is no such link; -EOPNOTSUPP for a route that cannot move: one over
 * several links, or by a nexthop object.  'ret' is untouched on failure. */
int address_read(struct netlink *nl, int ifindex, int family, struct address_list *ret,
                 struct vif_error *err);

/* Moves what 'list' names from one link to another, which is up and has IPv6 enabled when the
 * list has any: everything is added there before anything goes here.  Addresses that both links
 * have already, after a move that was cut short, only go from the first.  An IPv4 label is renamed
 * with its link; IPv6 addresses skip duplicate detection.
 *
 * 0; 1 when there is nothing to do; else a negative errno with both links as they were (or the
 * words say that putting back failed as well). */
int address_move(struct netlink *nl, int from_ifindex, int to_ifindex,
                 const struct address_list *list, struct vif_error *err);

/* "192.0.2.5/24" and "default via 192.0.2.1", for plans and messages. */
#define ADDRESS_TEXT_SIZE 112
void address_format(const struct address *address, char ret_text[ADDRESS_TEXT_SIZE]);
void route_format(const struct address_route *route, char ret_text[ADDRESS_TEXT_SIZE]);

#endif
