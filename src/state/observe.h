/* SPDX-License-Identifier: Apache-2.0 */
/* Observing: what of the wirings of a batch is there, read in one netlink batch and one or two
 * database transactions for any number of VIFs. */
#ifndef STATE_OBSERVE_H
#define STATE_OBSERVE_H

#include "base/error.h"
#include "kernel/address.h"
#include "kernel/nft.h"
#include "state/wiring.h"

/* What the engine works on; all borrowed. */
struct engine {
    struct netlink *nl;
    struct ovsdb_client *db;
    struct nft **nft; /* opened when rules are first needed */
    const struct log *log;
    uint64_t *retries; /* counts rounds of calls beyond the first; may be NULL */
};

/* The addresses and routes of a link that are to move to its master. */
struct observed_addresses {
    char name[LIMIT_IFNAME];
    struct address_list list;
};

/* Whether the rules of a Linux bridge are as wanted. */
struct observed_rules {
    const struct vif_wiring_rules *wanted; /* the wiring's */
    bool there;
};

/* The name of a link that others are enslaved to or paired with, which no wiring names. */
struct observed_neighbour {
    int ifindex;
    char name[LIMIT_IFNAME];
};

struct observed {
    struct link_info *links; /* those that exist, sorted by name */
    size_t n_links;
    struct observed_addresses *addresses;
    size_t n_addresses;
    struct observed_rules *rules;
    size_t n_rules;
    struct observed_neighbour *neighbours; /* sorted by ifindex; only with details */
    size_t n_neighbours;
    struct vswitch db; /* empty when nothing of it is wanted */
};

void observed_done(struct observed *observed);

const struct link_info *observed_link(const struct observed *observed, const char *name);

/* Reads everything that wirings[0..n) name.  With 'details' also what users want to see besides:
 * the details of ports, what ovs-vswitchd says about bridges, and the names of neighbours.  On
 * success '*ret' belongs to the caller. */
int observe(const struct engine *engine, const struct vif_wiring *const *wirings, size_t n,
            enum vif_goal goal, bool details, int64_t until, struct observed *ret,
            struct vif_error *err);

/* The name of the link with this ifindex, as far as it was read; "" when it was not. */
const char *observed_name(const struct observed *observed, int ifindex);

/* Gives the nameless port of the wiring the name of the port that has its owner as iface-id, and
 * the nameless link the same; a port that is not there leaves both without.  Sends nothing when
 * there is no nameless port. */
int wiring_resolve(const struct engine *engine, struct vif_wiring *wiring, int64_t until,
                   struct vif_error *err);

/* A link that was renamed for this VIF, as its alias says, and has no port by its name: the port of
 * its old name, if there is one, is made one that is replaced.  1 then; 0 when there is no such
 * link; -ENOMEM. */
int wiring_replace_old_name(struct vif_wiring *wiring, const struct observed *observed,
                            struct vif_error *err);

/* The rules as the kernel layer takes them: 'check' asks whether they are there (1), else they are
 * made so (0; 1 when they were there). */
int engine_rules(const struct engine *engine, const struct vif_wiring_rules *rules, bool check,
                 struct vif_error *err);

#endif
