/* SPDX-License-Identifier: Apache-2.0 */
/* Stale items: what os-vif, this program and libvirt left on a host and nothing needs any more.
 * Three steps: finding what looks stale (pure, from one snapshot); reading what else must be known
 * (guests, ages); deciding (pure).  Items in doubt stay. */
#ifndef PRUNE_STALE_H
#define PRUNE_STALE_H

#include "base/pool.h"
#include "state/policy.h"
#include "state/snapshot.h"

/* What must be known of an item besides its form. */
#define STALE_NEEDS_GUEST 1U  /* that its guest does not run, if its instance is known */
#define STALE_NEEDS_ALL   2U  /* every process of the host must be visible to say so */
#define STALE_NEEDS_AGE   4U  /* its age; other items may go without */
#define STALE_NEVER       8U  /* it is shown and kept */
#define STALE_HYBRID      16U /* links of the hybrid plug; needs nothing */

/* One kind as users know it; they are sorted as in this table. */
enum stale_rule_index {
    STALE_RULE_PORT,
    STALE_RULE_HYBRID_PORT,
    STALE_RULE_REPRESENTOR_PORT,
    STALE_RULE_DPDK_PORT,
    STALE_RULE_VHOST_USER_PORT,
    STALE_RULE_PATCH_PORT,
    STALE_RULE_OWN_BRIDGE,
    STALE_RULE_LIBVIRT_PORT,
    STALE_RULE_QOS,
    STALE_RULE_HYBRID_BRIDGE,
    STALE_RULE_HYBRID_VETH,
    STALE_RULE_HYBRID_LINKS,
    STALE_RULE_TAP,
    STALE_N_RULES,
};

struct stale_rule {
    const char *word; /* "hybrid-links" */
    unsigned needs;
    const char *why;
    /* A port of os-vif: what the type of its interface begins with, and its name as in
     * name_has_id(), NULL for any. */
    const char *type, *prefix;
    size_t length;
};
extern const struct stale_rule stale_rules[STALE_N_RULES];

enum stale_decision {
    STALE_REMOVABLE,
    STALE_IN_USE, /* its guest is there: it is not stale */
    STALE_KEPT,   /* something that must be known of it is not */
    STALE_YOUNG,  /* it may be in the making */
};

#define STALE_LINKS 3

/* One item.  Everything points into the snapshot but what is noted as its own. */
struct stale {
    const struct stale_rule *rule;
    const char *name;              /* of the port, link or bridge; of a QoS row its UUID */
    char id[UUID_TEXT_SIZE];       /* iface-id, or the id in an alias; "" */
    char instance[UUID_TEXT_SIZE]; /* "" */
    const char *bridge;            /* the Open vSwitch bridge it is on, "" */

    const struct vswitch_port *port; /* with the marks of the VIF, or NULL */
    const struct vswitch_interface *interface;
    const struct vswitch_bridge *own_bridge;
    const struct vswitch_port *tap_port; /* on its own bridge, or NULL */
    const struct vswitch_qos *qos;
    const struct link_info *links[STALE_LINKS]; /* from the front; NULL behind */
    const char *absent_link;                    /* must stay away, "" */
    const char *absent_port, *socket;           /* the same, of a port and a file */

    /* Filled in by stale_read_facts(). */
    bool guest_known, guest_runs;
    bool socket_exists;
    int64_t age_ms; /* it is at least that old; -1: not known */
    int64_t ovn_ms; /* since OVN installed it; -1: not known */

    /* Of prune.c. */
    enum stale_decision decision;
    char *reason, *steps;     /* its own, as is the wiring */
    struct vif_wiring wiring; /* of one to be removed */
    bool locked;              /* its VIF is, or has no id to be locked by */
    enum vif_stale_state state;
    struct vif_error error;
};

struct stale_list {
    const struct snapshot *snapshot; /* with marks */
    struct stale *items;
    size_t n, room;
    bool failed; /* memory runs out */
};

/* Adds an item, its texts empty; NULL when out of memory.  Pointers to earlier ones become
 * invalid. */
struct stale *stale_add(struct stale_list *list, enum stale_rule_index rule, const char *name);

/* Fills in what looks stale in the snapshot of the list, sorted by rule and name;
 * -ENOMEM. */
int stale_find(struct stale_list *list, struct vif_error *err);
void stale_list_done(struct stale_list *list);

/* The parts of it. */
void stale_find_rows(struct stale_list *list);
void stale_find_links(struct stale_list *list);

/* How many characters of a UUID the name of a device has behind its prefix. */
#define STALE_PART(prefix) (DEVICE_ID_LENGTH - (sizeof(prefix) - 1))

/* Fills in the facts as far as they can be read; the log says which could not.  -ENOMEM. */
int stale_read_facts(const struct engine *engine, struct stale *items, size_t n,
                     struct vif_error *err);

/* Decides about one item and adds the reason to 'words'. */
enum stale_decision stale_decide(const struct stale *item, int64_t grace_ms, struct text *words);

/* The UUIDs of its rows; their number. */
#define STALE_ROWS 5
size_t stale_rows(const struct stale *item, const char *ret_uuids[STALE_ROWS]);

/* Whether two items of two snapshots are the same rows and links. */
bool stale_is_same(const struct stale *item, const struct stale *other);

/* The wiring whose removal removes the item, with all that the decision rests on.  Ended by the
 * caller in any case.  -ENOMEM. */
int stale_wiring(const struct snapshot *snapshot, const struct stale *item, struct vif_wiring *ret,
                 struct vif_error *err);

/* ---- finding what is stale, and removing it ---- */

struct pruned {
    struct vif_stale *items;
    size_t n;
    struct pool *pool; /* of the items and their texts */
    char *transaction; /* of a dry run; the caller frees it */
};

/* Finds what belongs to nothing and, as 'options' say, removes it by way of the engine; fills
 * '*ret', of which the pool is given.  'policy' (NULL: everything) says what may be removed.
 * Errors as vif_host_prune(). */
int prune(const struct engine *engine, const struct vif_prune_options *options,
          const struct policy *policy, int64_t until, struct pruned *ret, struct vif_error *err);

#endif
