/* SPDX-License-Identifier: Apache-2.0 */
/* Leftovers: what os-vif, this program and libvirt left on a host and nothing belongs to any more.
 * Three steps: what has the form of a leftover (pure, from one inventory); what else has to be known of
 * it (guests, ages); whether that makes it one (pure).  Whatever is in doubt stays. */
#ifndef PRUNE_KINDS_H
#define PRUNE_KINDS_H

#include "ovsdb/vswitch-marks.h"
#include "state/inventory.h"

enum leftover_kind {
    LEFTOVER_PORT,
    LEFTOVER_HYBRID_PORT,
    LEFTOVER_REPRESENTOR_PORT,
    LEFTOVER_DPDK_PORT,
    LEFTOVER_VHOST_USER_PORT,
    LEFTOVER_PATCH_PORT,
    LEFTOVER_PER_PORT_BRIDGE,
    LEFTOVER_LIBVIRT_PORT,
    LEFTOVER_QOS,
    LEFTOVER_HYBRID_BRIDGE,
    LEFTOVER_HYBRID_VETH,
    LEFTOVER_HYBRID_LINKS,
    LEFTOVER_TAP,
};

/* What has to be known of a leftover besides its form. */
#define LEFTOVER_NEEDS_GUEST 1U /* that its guest is not there, where it is known whose it is */
#define LEFTOVER_NEEDS_ALL   2U /* to see every process of the host, for nothing else tells */
#define LEFTOVER_NEEDS_AGE   4U /* its age; the other kinds may go without */
#define LEFTOVER_NEVER       8U /* it is shown to a person, and left */

struct leftover_rule {
    const char *word; /* of the kind: "hybrid-links" */
    const char *why;  /* in a person's words */
    unsigned needs;
};
const struct leftover_rule *leftover_rule(enum leftover_kind kind);

#define LEFTOVER_LINKS 3

/* One of them; everything points into the inventory but its ids. */
struct leftover {
    enum leftover_kind kind;
    const char *name;              /* of the port, link or bridge; of a QoS row its UUID */
    char id[UUID_TEXT_SIZE];       /* iface-id, or what an alias says; "" */
    char instance[UUID_TEXT_SIZE]; /* "" */
    const char *bridge;            /* the Open vSwitch bridge it is on, "" */

    const struct vswitch_port *port; /* with the marks of the VIF, or NULL */
    const struct vswitch_interface *interface;
    const struct vswitch_bridge *own_bridge; /* per-port-bridge */
    const struct vswitch_port *tap_port;     /* per-port-bridge: that of the tap, or NULL */
    const struct vswitch_qos *qos;
    const struct link_info *links[LEFTOVER_LINKS]; /* from the front on; NULL behind */
    const char *absent_link;                       /* which has to stay away, "" */
    const char *absent_port;                       /* the same */
    const char *socket;                            /* the same of a file, "" */

    /* What leftovers_learn() found out. */
    bool guest_known, guest_runs;
    bool socket_there;
    int64_t age_ms; /* it is at least that old; -1: not known */
    int64_t ovn_ms; /* since OVN made it real; -1: not known */
};

/* All that has the form of a leftover, sorted by kind and name.  On success '*ret' is the caller's to
 * free; -ENOMEM. */
int leftovers_find(const struct inventory *inventory, const struct vswitch_marks *marks,
                   struct leftover **ret, size_t *ret_n, struct vif_error *err);

/* Fills in what else there is to know, as far as it can be had; what cannot is told to the log.
 * -ENOMEM. */
int leftovers_learn(const struct engine *engine, struct leftover *items, size_t n,
                    struct vif_error *err);

enum leftover_verdict {
    LEFTOVER_IS_NONE, /* it belongs to a guest that is there */
    LEFTOVER_FOUND,
    LEFTOVER_KEPT,  /* something that has to be known of it is not */
    LEFTOVER_YOUNG, /* it may be in the making */
};

/* Judges one, of which everything is learnt that can be, and adds the reason to 'words'. */
enum leftover_verdict leftover_judge(const struct leftover *leftover, int64_t grace_ms,
                                     struct text *words);

/* Adds what it consists of, by indexes of links and UUIDs of rows: two that have the same are the
 * same, unchanged. */
void leftover_identity(const struct leftover *leftover, struct text *text);

/* The wiring whose absence is to be brought about, with all that it was judged by.  The caller ends it
 * in any case.  -ENOMEM. */
int leftover_wiring(const struct inventory *inventory, const struct leftover *leftover,
                    struct vif_wiring *ret, struct vif_error *err);

#endif
