/* SPDX-License-Identifier: Apache-2.0 */
/* What the engine does with each kind of step.  A kind has one row in apply-links.c and one struct
 * step_type, which is beside its functions in the file of its kind of link or row. */
#ifndef ENGINE_STEPS_H
#define ENGINE_STEPS_H

#include "engine/job.h"
#include "ovsdb/vswitch-txn.h"

/* One step on a link of one job, in the present stage. */
struct item {
    struct job *job;
    const struct step *step;
    size_t first, n;         /* where the results of its messages are */
    int ifindex;             /* of its master */
    char peer[LIMIT_IFNAME]; /* the other end of a veth to be deleted, "" for none */
};

/* One transaction that undoes those of others.  The 'revert' of a kind of step adds to 'txn' and
 * returns 0 or -ENOMEM; what cannot be undone, because others acted meanwhile, it names in the
 * error of the job. */
struct rollback {
    struct batch *batch;
    struct job *only; /* NULL: all jobs that are to be rolled back */
    int64_t until;
    bool keep_qos; /* rows that others refer to by now */
    struct vswitch now;
    struct vswitch_txn *txn;
};

struct step_type {
    const char *verb; /* in errors: "set up"; of a step that creates a link "create" and its kind */
    bool creates;     /* a link; it is undone by deleting it */
    /* What an error says of a step that was not undone, after the name; NULL: nothing.  The second
     * is for 'other' of the undo; NULL: the same. */
    const char *left, *left_other;

    /* Steps on links; one of the first three.  'message' adds the netlink messages of the item to
     * those of all; 'apply' does one item, with 'ret_undo' to be filled in (1: there is nothing to
     * undo); 'apply_all' does the whole stage, and counts it. */
    void (*message)(struct netlink_batch *messages, struct item *item);
    int (*apply)(const struct engine *engine, const struct item *item, struct undo *ret_undo,
                 struct vif_error *err);
    void (*apply_all)(struct batch *batch, struct item *items, size_t n);

    /* The name of the other link it needs, if any, for the index in 'item'. */
    const char *(*master)(const struct step *step);

    /* Fills in the undo of a step that was done; false: there is nothing to undo.  NULL: nothing to
     * fill in. */
    bool (*remember)(const struct item *item, struct undo *ret);

    /* How another step is undone.  NULL: not at all. */
    int (*undo)(const struct engine *engine, struct undo *undo);

    /* Steps on rows.  Those without 'revert' delete rows, which copies bring back. */
    void (*commit)(struct vswitch_txn *txn, size_t owner, const struct step *step);
    int (*revert)(struct rollback *rollback, struct job *job, const struct step *step);
};

const struct step_type *step_type(enum step_kind kind);

/* ---- apply-links.c, for the 'apply_all' of a kind ---- */

/* Sends the messages that 'message' makes for items[0..n), and handles the results. */
void apply_messages(struct batch *batch, struct item *items, size_t n,
                    void (*message)(struct netlink_batch *messages, struct item *item));

/* Handles the results of an item that was sent otherwise: remembers how to undo it, or fails its
 * job. */
void apply_result(const struct batch *batch, struct item *item,
                  const struct netlink_result *results);

/* Fails the job of the item, or has it observed again where 'error' says that others changed the
 * link. */
void apply_failed(const struct batch *batch, struct item *item, int error,
                  const struct vif_error *err);
void apply_failed_all(const struct batch *batch, struct item *items, size_t n,
                      const struct vif_error *err);

/* ---- the kinds ---- */

extern const struct step_type step_link_delete, step_link_create, step_sysctl, step_tap_create,
    step_link_set, step_address_move, step_tc_offload, step_rules;
extern const struct step_type step_ovs_bridge_add, step_ovs_bridge_datapath, step_ovs_bridge_delete,
    step_port_add, step_port_move, step_port_delete, step_interface_set, step_qos_delete,
    step_port_reopen;

#endif
