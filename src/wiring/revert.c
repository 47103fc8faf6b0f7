/* SPDX-License-Identifier: Apache-2.0 */
/* Taking back what a committed transaction did for VIFs that came to nothing behind it: ovs-vswitchd
 * could not make their ports, or could not be asked to.  Looks at the database anew, since others may
 * have acted meanwhile, and is guarded like every transaction.  The steps are in revert-rows.c. */
#include "wiring/revert.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Attempts at a transaction that finds the database changed each time. */
#define ATTEMPTS 5

/* A change that ovs-vswitchd has not come to yet stands: it will, sooner or later. */
static bool stands(enum vif_error_kind kind)
{
    return kind == VIF_ERROR_TIMEOUT;
}

/* Rows that were changed by a transaction whose answer was lost cannot be told from others. */
static bool is_reverted(const struct run *run)
{
    return run->state == RUN_FAILED && (run->db_changed || run->reopened) && !run->answer_lost &&
           run->plan.n && !stands(run->error.kind);
}

static int attempt(struct reverter *reverter, enum vswitch_outcome *ret_outcome,
                   struct vif_error *err)
{
    struct vswitch_commit commit = {.outcome = VSWITCH_FAILED};
    int r = revert_observe(reverter, err);

    *ret_outcome = commit.outcome;
    if (r < 0)
        return r;
    reverter->txn = vswitch_txn_new(&reverter->now);
    if (!reverter->txn || revert_build(reverter) < 0)
        return error_memory(err);
    if (vswitch_txn_empty(reverter->txn))
        return 0;
    r = vswitch_txn_commit(reverter->txn, reverter->batch->engine->db, false,
                           reverter->batch->until, &commit, err);
    *ret_outcome = commit.outcome;
    return r;
}

/* Takes back the rows of the runs from 'first' on, 'n' of them. */
static int revert_rows(struct batch *batch, size_t first, size_t n, struct vif_error *err)
{
    int r = 0;

    for (unsigned i = 0; i < ATTEMPTS; i++) {
        struct reverter reverter = {
            .batch = batch, .is_meant = is_reverted, .first = first, .n = n};
        enum vswitch_outcome outcome;

        r = attempt(&reverter, &outcome, err);
        vswitch_txn_free(reverter.txn);
        vswitch_done(&reverter.now);
        if (r == 0 || (outcome != VSWITCH_STALE && outcome != VSWITCH_LOST))
            break;
    }
    return r;
}

static const char *words_of(enum step_kind kind)
{
    switch (kind) {
    case STEP_OVS_BRIDGE_ADD:
    case STEP_PORT_ADD:
        return " is left behind";
    case STEP_OVS_BRIDGE_DATAPATH:
    case STEP_PORT_MOVE:
    case STEP_INTERFACE_SET:
    case STEP_PORT_REOPEN:
        return " is left changed";
    case STEP_OVS_BRIDGE_DELETE:
    case STEP_PORT_DELETE:
        return " is removed";
    default:
        return NULL;
    }
}

static bool is_moved(const struct run *run, const char *port)
{
    for (size_t s = 0; s < run->plan.n; s++)
        if (run->plan.steps[s].kind == STEP_PORT_MOVE && strcmp(run->plan.steps[s].name, port) == 0)
            return true;
    return false;
}

/* Names all that this call did for the VIF: it stays. */
static void say_left(struct run *run)
{
    for (size_t s = 0; s < run->plan.n; s++) {
        const struct step *step = &run->plan.steps[s];

        if (words_of(step->kind))
            run_say_left(run, step->name, words_of(step->kind));
    }
    for (size_t i = 0; run->copies && vswitch_copies_port(run->copies, i); i++)
        if (!is_moved(run, vswitch_copies_port(run->copies, i)))
            run_say_left(run, vswitch_copies_port(run->copies, i), " is removed");
    links_say_left(run);
}

/* Rows that stay keep their links: the next plug or unplug then finds a whole thing. */
static void end_revert(struct batch *batch, struct run *run, int r, const struct vif_error *err)
{
    if (r < 0) {
        run_say_left(run, "taking it back failed, too: ", err->text);
        say_left(run);
    } else if (run->copies && vswitch_copies_incomplete(run->copies)) {
        run_say_left(run, vswitch_copies_incomplete(run->copies),
                     " is made again without its controllers, mirrors and the like");
    }
    links_undo(batch, run);
    run->db_changed = run->reopened = false;
}

/* A failure behind the transaction for which there are no rows to be taken back. */
static void end_other(struct batch *batch, struct run *run)
{
    if (run->state != RUN_FAILED || !run->n_undo || stands(run->error.kind))
        return;
    if (!run->db_changed && !run->reopened) {
        links_undo(batch, run);
        return;
    }
    run_say_left(run, "what was plugged of it is left", "");
    links_say_left(run);
}

void revert_failed(struct batch *batch)
{
    struct vif_error err = {0};
    size_t n = 0;
    int r = 0;

    for (size_t i = 0; i < batch->n; i++)
        n += is_reverted(&batch->runs[i]);
    if (n)
        r = revert_rows(batch, 0, batch->n, &err);
    for (size_t i = 0; i < batch->n; i++) {
        struct run *run = &batch->runs[i];

        if (!is_reverted(run)) {
            end_other(batch, run);
        } else if (n > 1 && r < 0) { /* one of them is in the way of the others */
            struct vif_error own = {0};
            int own_r = revert_rows(batch, i, 1, &own);

            end_revert(batch, run, own_r, &own);
        } else {
            end_revert(batch, run, r, &err);
        }
    }
}
