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
static bool is_rolled_back(const struct batch *batch, const struct job *job)
{
    if (job->state != JOB_FAILED || job->answer_lost || !job->plan.n)
        return false;
    if (job->timed_out)
        return batch->undo_on_timeout && job->changed;
    return (job->db_changed || job->reopened) && !stands(job->error.kind);
}

/* Whether anything is changed for it here: its rows, or its links alone. */
static bool is_undone(const struct batch *batch, const struct job *job)
{
    if (is_rolled_back(batch, job))
        return true;
    return job->state == JOB_FAILED && !job->timed_out && job->n_undo && !stands(job->error.kind) &&
           !job->db_changed && !job->reopened;
}

static int attempt(struct rollback *rollback, struct vswitch_commit *ret, struct vif_error *err)
{
    int r;

    *ret = (struct vswitch_commit){.outcome = VSWITCH_FAILED};
    r = rollback_observe(rollback, err);
    if (r < 0)
        return r;
    rollback->txn = vswitch_txn_new(&rollback->now);
    if (!rollback->txn || rollback_build(rollback) < 0)
        return error_memory(err);
    if (vswitch_txn_empty(rollback->txn))
        return 0;
    return vswitch_txn_commit(rollback->txn, rollback->batch->engine->db, false, rollback->until,
                              ret, err);
}

/* Takes back the rows of the jobs from 'first' on, 'n' of them.  1 when all is taken back of a job of
 * its own but its QoS row, which someone else has come to refer to (ovn-controller takes any of type
 * linux-noop for its tunnels). */
static int rollback_rows(struct batch *batch, size_t first, size_t n, int64_t until,
                         struct vif_error *err)
{
    bool keep_qos = false;
    int r = 0;

    for (unsigned i = 0; i < ATTEMPTS; i++) {
        struct rollback rollback = {.batch = batch,
                                    .is_meant = is_rolled_back,
                                    .first = first,
                                    .n = n,
                                    .until = until,
                                    .keep_qos = keep_qos};
        struct vswitch_commit commit;

        r = attempt(&rollback, &commit, err);
        vswitch_txn_free(rollback.txn);
        vswitch_done(&rollback.now);
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

static bool is_moved(const struct job *job, const char *port)
{
    for (size_t s = 0; s < job->plan.n; s++)
        if (job->plan.steps[s].kind == STEP_PORT_MOVE && strcmp(job->plan.steps[s].name, port) == 0)
            return true;
    return false;
}

/* Names all that this call did for the VIF: it stays. */
static void say_left(struct job *job)
{
    for (size_t s = 0; s < job->plan.n; s++) {
        const struct step *step = &job->plan.steps[s];

        if (words_of(step->kind))
            job_note(job, step->name, words_of(step->kind));
    }
    for (size_t i = 0; job->copies && vswitch_copies_port(job->copies, i); i++)
        if (!is_moved(job, vswitch_copies_port(job->copies, i)))
            job_note(job, vswitch_copies_port(job->copies, i), " is removed");
    undo_say_left(job);
}

/* Rows that stay keep their links: the next plug or unplug then finds a whole thing. */
static void end_rollback(struct batch *batch, struct job *job, int r, const struct vif_error *err)
{
    if (r < 0) {
        job_note(job, "taking it back failed, too: ", err->text);
        job->left = true;
        say_left(job);
    } else if (job->timed_out) {
        job_note(job, "undone", "");
    }
    if (r >= 0 && job->copies && vswitch_copies_incomplete(job->copies))
        job_note(job, vswitch_copies_incomplete(job->copies),
                 " is made again without its controllers, mirrors and the like");
    if (r > 0)
        job_note(job, "its QoS row is left, another port refers to it", "");
    job->rolled_back = true;
    undo_links(batch, job);
    job->db_changed = job->reopened = job->timed_out = false;
}

/* One that was not real in time and is not undone. */
static void end_late(const struct batch *batch, struct job *job)
{
    if (batch->undo_on_timeout && job->answer_lost)
        job_note(job, "left as plugged, since what this call did of it is not all known", "");
    else
        job_note(job, "left as plugged", "");
    job->timed_out = false;
    undo_forget(job);
}

/* A failure behind the transaction for which there are no rows to be taken back. */
static void end_other(struct batch *batch, struct job *job)
{
    if (job->state == JOB_FAILED && job->timed_out) {
        end_late(batch, job);
        return;
    }
    if (job->state != JOB_FAILED || !job->n_undo || stands(job->error.kind))
        return;
    if (!job->db_changed && !job->reopened) {
        undo_links(batch, job);
        return;
    }
    job_note(job, "what was plugged of it is left", "");
    undo_say_left(job);
}

void rollback_failed(struct batch *batch)
{
    int64_t until = deadline_after(LIMIT_UNDO_MS);
    struct vif_error err = {0};
    size_t n = 0, n_undone = 0, n_undoing = 0;
    int r = 0;

    if (until < batch->until && !batch->cancelled)
        until = batch->until;
    cancel_mask(batch); /* what is taken back is taken back whole */
    for (size_t i = 0; i < batch->n; i++) {
        n += is_rolled_back(batch, &batch->jobs[i]);
        n_undoing += is_undone(batch, &batch->jobs[i]);
    }
    if (n_undoing)
        report_progress(batch, VIF_STAGE_UNDO, 0, n_undoing);
    if (n)
        r = rollback_rows(batch, 0, batch->n, until, &err);
    for (size_t i = 0; i < batch->n; i++) {
        struct job *job = &batch->jobs[i];
        bool undone = is_undone(batch, job);

        if (!is_rolled_back(batch, job)) {
            end_other(batch, job);
        } else if (n > 1 && r < 0) { /* one of them is in the way of the others */
            struct vif_error own = {0};
            int own_r = rollback_rows(batch, i, 1, until, &own);

            end_rollback(batch, job, own_r, &own);
        } else {
            end_rollback(batch, job, r, &err);
        }
        if (undone)
            report_progress(batch, VIF_STAGE_UNDO, ++n_undone, n_undoing);
    }
    undo_flush(batch);
    cancel_unmask(batch);
}
