/* SPDX-License-Identifier: Apache-2.0 */
/* The plan: the ordered steps from what is there to a wiring, or to its absence.  A pure function
 * of (wiring, observed, goal): no system call, no clock, no memory of earlier runs.  An empty plan
 * means that nothing has to be done. */
#ifndef PLAN_PLAN_H
#define PLAN_PLAN_H

#include "kernel/sysfs.h"
#include "ovsdb/vswitch-txn.h"
#include "plan/diff.h"
#include "state/observe.h"

struct planner;

enum step_kind {
    /* Links, in the stages in which they are carried out. */
    STEP_LINK_DELETE,   /* a stale link in the way, or on unplug */
    STEP_BRIDGE_CREATE, /* down, with its attributes */
    STEP_SYSCTL,
    STEP_LINK_CREATE, /* of any other kind but a tap */
    STEP_TAP_CREATE,
    STEP_LINK_SET,
    STEP_ADDRESS_MOVE, /* to the link's master */
    STEP_TC_OFFLOAD,   /* switched on */
    STEP_RULES,
    /* The database, all in one transaction. */
    STEP_OVS_BRIDGE_ADD,
    STEP_OVS_BRIDGE_DATAPATH,
    STEP_OVS_BRIDGE_DELETE,
    STEP_PORT_ADD,
    STEP_PORT_MOVE,
    STEP_PORT_DELETE,
    STEP_INTERFACE_SET,
    STEP_QOS_DELETE,
    /* Behind the transaction: ovs-vswitchd has to open the port's link again. */
    STEP_PORT_REOPEN,
};

/* What STEP_PORT_REOPEN asks for: OpenFlow port numbers that are not in use, far from those
 * ovs-vswitchd counts up from 1, and below the reserved ones (0xff00).  One that a killed process
 * left is known by its range. */
#define PLAN_REOPEN_OFPORT 40000
#define PLAN_REOPEN_RANGE  20000

bool plan_is_reopen_request(int64_t ofport_request);

#define STEP_IS_LINK(kind) ((kind) <= STEP_RULES)

/* Everything a step points to lives in the wiring or in what was observed. */
struct step {
    enum step_kind kind;
    const char *name;                   /* the link's, bridge's or port's; the QoS row's UUID */
    const struct vif_wiring_link *link; /* creations, deletions and STEP_LINK_SET */
    const struct vif_wiring_bridge *bridge;
    const struct vif_wiring_port *port;
    const struct link_info *before; /* the link as it was, NULL when there was none */
    const struct vswitch_bridge *old_bridge;
    const struct vswitch_port *old_port;
    const struct vswitch_interface *old_interface;
    struct link_change change; /* STEP_LINK_SET */
    const char *master;        /* STEP_LINK_SET with change.set_master: its name, or "" */
    enum sysctl which;         /* STEP_SYSCTL */
    int value, old_value;
    const struct vif_wiring_rules *rules; /* STEP_RULES */
    const struct address_list *addresses; /* STEP_ADDRESS_MOVE */
    char new_name[LIMIT_IFNAME];          /* STEP_LINK_SET: "" leaves the name */
    char alias[LINK_ALIAS_MAX];           /* STEP_LINK_SET, with 'set_alias' */
    bool set_alias;
    const char *qos_id;                         /* STEP_QOS_DELETE */
    const char *qos_uuid;                       /* STEP_PORT_ADD: an existing row to use, or NULL */
    struct vswitch_interface_change row_change; /* STEP_INTERFACE_SET */
};

/* A kind of link: all that plans, steps and graphs know of it.  A new one is a file or part of one,
 * a row in links.c and the message in kernel/link.h. */
struct link_kind {
    const char *word;      /* in differences and errors: "Linux bridge" */
    const char *node;      /* in a graph: "linux-bridge" */
    const char *kernel;    /* its kind in the kernel; NULL for one of several */
    enum step_kind create; /* STEP_LINK_SET for a kind that is never created */
    size_t needs;          /* where in the link the name of another link it needs is; 0: none */
    /* Adds the message that creates it; 'other' is the ifindex of the link it needs. */
    void (*message)(struct netlink_batch *messages, const struct vif_wiring *wiring,
                    const struct vif_wiring_link *link, int other);
    int (*present)(struct planner *planner, const struct vif_wiring_link *link,
                   const struct link_info *info);
    int (*absent)(struct planner *planner, const struct vif_wiring_link *link,
                  const struct link_info *info);
    /* Adds differences of a link that is there and that no plan has steps for; may be NULL. */
    void (*show)(const struct vif_wiring_link *link, const struct link_info *info,
                 struct differences *differences);
};

const struct link_kind *link_kind(enum vif_link_kind kind);

struct plan {
    struct step *steps;
    size_t n, room;
};

void plan_done(struct plan *plan);

/* Makes the plan, and records in 'differences' (NULL: not wanted) what its steps are against.
 * -EEXIST (kind CONFLICT) when something belongs to another VIF or cannot be changed: nothing must
 * be done then; -EAGAIN when what was observed does not fit together; -ENOMEM. On success '*ret'
 * and '*differences' belong to the caller. */
int plan_make(const struct vif_wiring *wiring, const struct observed *observed, enum vif_goal goal,
              struct plan *ret, struct differences *differences, struct vif_error *err);

#endif
