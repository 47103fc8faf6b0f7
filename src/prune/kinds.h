/* SPDX-License-Identifier: Apache-2.0 */
/* Leftovers: what os-vif, this program and libvirt left on a host and nothing belongs to any more.
 * Three steps: what has the form of a leftover (pure, from one snapshot); what else has to be known of
 * it (guests, ages); whether that makes it one (pure).  Whatever is in doubt stays. */
#ifndef PRUNE_KINDS_H
#define PRUNE_KINDS_H

#include "ovsdb/vswitch-marks.h"
#include "state/snapshot.h"

enum stale_kind {
    STALE_PORT,
    STALE_HYBRID_PORT,
    STALE_REPRESENTOR_PORT,
    STALE_DPDK_PORT,
    STALE_VHOST_USER_PORT,
    STALE_PATCH_PORT,
    STALE_PER_PORT_BRIDGE,
    STALE_LIBVIRT_PORT,
    STALE_QOS,
    STALE_HYBRID_BRIDGE,
    STALE_HYBRID_VETH,
    STALE_HYBRID_LINKS,
    STALE_TAP,
};

/* What has to be known of a leftover besides its form. */
#define STALE_NEEDS_GUEST 1U /* that its guest is not there, where it is known whose it is */
#define STALE_NEEDS_ALL   2U /* to see every process of the host, for nothing else tells */
#define STALE_NEEDS_AGE   4U /* its age; the other kinds may go without */
#define STALE_NEVER       8U /* it is shown to a person, and left */

struct stale_rule {
    const char *word; /* of the kind: "hybrid-links" */
    const char *why;  /* in a person's words */
    unsigned needs;
};
const struct stale_rule *stale_rule(enum stale_kind kind);

#define STALE_LINKS 3

/* One of them; everything points into the snapshot but its ids. */
struct stale {
    enum stale_kind kind;
    const char *name;              /* of the port, link or bridge; of a QoS row its UUID */
    char id[UUID_TEXT_SIZE];       /* iface-id, or what an alias says; "" */
    char instance[UUID_TEXT_SIZE]; /* "" */
    const char *bridge;            /* the Open vSwitch bridge it is on, "" */

    const struct vswitch_port *port; /* with the marks of the VIF, or NULL */
    const struct vswitch_interface *interface;
    const struct vswitch_bridge *own_bridge; /* per-port-bridge */
    const struct vswitch_port *tap_port;     /* per-port-bridge: that of the tap, or NULL */
    const struct vswitch_qos *qos;
    const struct link_info *links[STALE_LINKS]; /* from the front on; NULL behind */
    const char *absent_link;                    /* which has to stay away, "" */
    const char *absent_port;                    /* the same */
    const char *socket;                         /* the same of a file, "" */

    /* What stale_read_facts() read. */
    bool guest_known, guest_runs;
    bool socket_there;
    int64_t age_ms; /* it is at least that old; -1: not known */
    int64_t ovn_ms; /* since OVN made it real; -1: not known */
};

/* All that has the form of a leftover, sorted by kind and name.  On success '*ret' is the caller's to
 * free; -ENOMEM. */
int stale_find(const struct snapshot *snapshot, const struct vswitch_marks *marks,
               struct stale **ret, size_t *ret_n, struct vif_error *err);

/* Fills in what else there is to know, as far as it can be had; what cannot is told to the log.
 * -ENOMEM. */
int stale_read_facts(const struct engine *engine, struct stale *items, size_t n,
                     struct vif_error *err);

enum stale_decision {
    STALE_IN_USE, /* it belongs to a guest that is there */
    STALE_REMOVABLE,
    STALE_KEPT,  /* something that has to be known of it is not */
    STALE_YOUNG, /* it may be in the making */
};

/* Decides about one whose facts have been read, and adds the reason to 'words'. */
enum stale_decision stale_decide(const struct stale *leftover, int64_t grace_ms,
                                 struct text *words);

/* Adds what it consists of, by indexes of links and UUIDs of rows: two that have the same are the
 * same, unchanged. */
void stale_identity(const struct stale *leftover, struct text *text);

/* The wiring whose absence is to be brought about, with all that the decision rests on.  The caller ends it
 * in any case.  -ENOMEM. */
int stale_wiring(const struct snapshot *snapshot, const struct stale *leftover,
                 struct vif_wiring *ret, struct vif_error *err);

#endif
