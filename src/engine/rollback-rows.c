/* SPDX-License-Identifier: Apache-2.0 */
/* Taking back what a committed transaction did for VIFs that came to nothing behind it: ovs-vswitchd
 * could not make their ports, or could not be asked to, or they were not real in time and whoever asked
 * wants them undone then.  Looks at the database anew, since others may have acted meanwhile, and is
 * guarded like every transaction.  The steps are in revert-rows.c. */
#include "engine/rollback-rows.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/deadline.h"

/* Attempts at a transaction that finds the database changed each time. */
#define ATTEMPTS 5

/* A change that ovs-vswitchd has not come to yet stands: it will, sooner or later. */
static bool stands(enum vif_error_kind kind)
{
    return kind == VIF_ERROR_TIMEOUT || kind == VIF_ERROR_INTERRUPTED;
}

/* Rows that were changed by a transaction whose answer was lost cannot be told from others. */
static bool is_reverted(const struct batch *batch, const struct run *run)
{
    if (run->state != RUN_FAILED || run->answer_lost || !run->plan.n)
        return false;
    if (run->timed_out)
        return batch->undo_on_timeout && run->changed;
    return (run->db_changed || run->reopened) && !stands(run->error.kind);
}

/* Whether anything is changed for it here: its rows, or its links alone. */
static bool is_undone(const struct batch *batch, const struct run *run)
{
    if (is_reverted(batch, run))
        return true;
    return run->state == RUN_FAILED && !run->timed_out && run->n_undo && !stands(run->error.kind) &&
           !run->db_changed && !run->reopened;
}

static int attempt(struct reverter *reverter, struct vswitch_commit *ret, struct vif_error *err)
{
    int r;

    *ret = (struct vswitch_commit){.outcome = VSWITCH_FAILED};
    r = revert_observe(reverter, err);
    if (r < 0)
        return r;
    reverter->txn = vswitch_txn_new(&reverter->now);
    if (!reverter->txn || revert_build(reverter) < 0)
        return error_memory(err);
    if (vswitch_txn_empty(reverter->txn))
        return 0;
    return vswitch_txn_commit(reverter->txn, reverter->batch->engine->db, false, reverter->until,
                              ret, err);
}

/* Takes back the rows of the runs from 'first' on, 'n' of them.  1 when all is taken back of a run of
 * its own but its QoS row, which someone else has come to refer to (ovn-controller takes any of type
 * linux-noop for its tunnels). */
static int revert_rows(struct batch *batch, size_t first, size_t n, int64_t until,
                       struct vif_error *err)
{
    bool keep_qos = false;
    int r = 0;

    for (unsigned i = 0; i < ATTEMPTS; i++) {
        struct reverter reverter = {.batch = batch,
                                    .is_meant = is_reverted,
                                    .first = first,
                                    .n = n,
                                    .until = until,
                                    .keep_qos = keep_qos};
        struct vswitch_commit commit;

        r = attempt(&reverter, &commit, err);
        vswitch_txn_free(reverter.txn);
        vswitch_done(&reverter.now);
        if (commit.outcome == VSWITCH_REFUSED && commit.integrity && n == 1 && !keep_qos)
            keep_qos = true;
        else if (r == 0 || (commit.outcome != VSWITCH_STALE && commit.outcome != VSWITCH_LOST))
            break;
    }
    return r == 0 && keep_qos ? 1 : r;
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
        run->left = true;
        say_left(run);
    } else if (run->timed_out) {
        run_say_left(run, "undone", "");
    }
    if (r >= 0 && run->copies && vswitch_copies_incomplete(run->copies))
        run_say_left(run, vswitch_copies_incomplete(run->copies),
                     " is made again without its controllers, mirrors and the like");
    if (r > 0)
        run_say_left(run, "its QoS row is left, another port refers to it", "");
    run->taken_back = true;
    links_undo(batch, run);
    run->db_changed = run->reopened = run->timed_out = false;
}

/* One that was not real in time and is not undone. */
static void end_late(const struct batch *batch, struct run *run)
{
    if (batch->undo_on_timeout && run->answer_lost)
        run_say_left(run, "left as plugged, since what this call did of it is not all known", "");
    else
        run_say_left(run, "left as plugged", "");
    run->timed_out = false;
    links_forget(run);
}

/* A failure behind the transaction for which there are no rows to be taken back. */
static void end_other(struct batch *batch, struct run *run)
{
    if (run->state == RUN_FAILED && run->timed_out) {
        end_late(batch, run);
        return;
    }
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
    int64_t until = deadline_after(LIMIT_UNDO_MS);
    struct vif_error err = {0};
    size_t n = 0, n_undone = 0, n_undoing = 0;
    int r = 0;

    if (until < batch->until && !batch->interrupted)
        until = batch->until;
    interrupt_deafen(batch); /* what is taken back is taken back whole */
    for (size_t i = 0; i < batch->n; i++) {
        n += is_reverted(batch, &batch->runs[i]);
        n_undoing += is_undone(batch, &batch->runs[i]);
    }
    if (n_undoing)
        batch_progress(batch, VIF_STAGE_UNDO, 0, n_undoing);
    if (n)
        r = revert_rows(batch, 0, batch->n, until, &err);
    for (size_t i = 0; i < batch->n; i++) {
        struct run *run = &batch->runs[i];
        bool undone = is_undone(batch, run);

        if (!is_reverted(batch, run)) {
            end_other(batch, run);
        } else if (n > 1 && r < 0) { /* one of them is in the way of the others */
            struct vif_error own = {0};
            int own_r = revert_rows(batch, i, 1, until, &own);

            end_revert(batch, run, own_r, &own);
        } else {
            end_revert(batch, run, r, &err);
        }
        if (undone)
            batch_progress(batch, VIF_STAGE_UNDO, ++n_undone, n_undoing);
    }
    links_undo_end(batch);
    interrupt_listen(batch);
}
