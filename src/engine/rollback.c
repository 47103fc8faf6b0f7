/* SPDX-License-Identifier: Apache-2.0 */
/* Undoing what a committed transaction did for VIFs that came to nothing after it.  Reads the
 * database again, since others may have acted meanwhile, and is guarded like every transaction. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/deadline.h"
#include "engine/phases.h"
#include "engine/steps.h"

/* Attempts at a transaction that finds the database changed each time. */
#define ATTEMPTS 5

/* A change that ovs-vswitchd has not come to yet stands: it will, sooner or later. */
static bool stands(const struct job *job)
{
    return job->error.kind == VIF_ERROR_TIMEOUT || job->error.kind == VIF_ERROR_INTERRUPTED;
}

/* Whether its rows are undone. */
static bool is_rolled_back(const struct batch *batch, const struct job *job)
{
    if (job->state != JOB_FAILED || job->rows > ROWS_CHANGED || !job->plan.n)
        return false;
    if (job->end == JOB_END_LATE)
        return batch->options->undo_on_timeout && job->changed;
    return job->rows == ROWS_CHANGED && !stands(job);
}

/* Whether anything is undone here: its rows, or its links alone. */
static bool is_undone(const struct batch *batch, const struct job *job)
{
    return is_rolled_back(batch, job) ||
           (job->state == JOB_FAILED && job->end != JOB_END_LATE && job->n_undo && !stands(job) &&
            job->rows == ROWS_UNCHANGED);
}

static bool concerns(const struct rollback *rollback, const struct job *job)
{
    return (!rollback->only || rollback->only == job) && is_rolled_back(rollback->batch, job);
}

/* ---- what is there now ---- */

/* Adds all that the steps of the job have to do with. */
static void want_job(const struct job *job, struct vswitch_query *wanted)
{
    FOR_EACH_STEP(step, job) {
        if (STEP_IS_LINK(step->kind))
            continue;
        if (step->bridge)
            names_add(&wanted->bridges, step->name);
        if (step->old_port)
            names_add(&wanted->bridges, step->old_port->bridge);
        if (!step->port)
            continue;
        names_add(&wanted->bridges, step->port->bridge);
        names_add(&wanted->ports, step->port->name);
        names_add(&wanted->qos_ids, step->port->qos_id);
    }
    for (size_t i = 0; job->copies && vswitch_copies_bridge(job->copies, i); i++)
        names_add(&wanted->bridges, vswitch_copies_bridge(job->copies, i));
    for (size_t i = 0; job->copies && vswitch_copies_port(job->copies, i); i++)
        names_add(&wanted->ports, vswitch_copies_port(job->copies, i));
}

static int read_now(struct rollback *rollback, struct vif_error *err)
{
    struct ovsdb_client *db = rollback->batch->engine->db;
    struct vswitch_query wanted = {0};
    int r;

    FOR_EACH_JOB(job, rollback->batch)
        if (concerns(rollback, job))
            want_job(job, &wanted);
    if (names_unique(&wanted.bridges) < 0 || names_unique(&wanted.ports) < 0 ||
        names_unique(&wanted.qos_ids) < 0)
        r = error_memory(err);
    else
        r = vswitch_read(db, &wanted, rollback->until, &rollback->now, err);
    if (r == 0)
        r = vswitch_locate(db, &rollback->now, &wanted.bridges, rollback->until, err);
    names_done(&wanted.bridges);
    names_done(&wanted.ports);
    names_done(&wanted.qos_ids);
    return r;
}

/* ---- the transaction ---- */

/* First what was deleted, then the steps of all jobs, newest first; bridges last, when it is known
 * which ports leave them. */
static int build(struct rollback *rollback)
{
    struct batch *batch = rollback->batch;

    FOR_EACH_JOB(job, batch) {
        const char *lost = NULL;

        if (concerns(rollback, job) && job->copies)
            lost = vswitch_txn_restore(rollback->txn, job->index, job->copies);
        if (lost)
            job_note(job, lost, " could not be put back: its bridge is gone");
    }
    for (int bridges = 0; bridges < 2; bridges++)
        FOR_EACH_JOB(job, batch)
            for (size_t s = concerns(rollback, job) ? job->plan.n : 0; s > 0; s--) {
                const struct step *step = &job->plan.steps[s - 1];
                const struct step_type *type = step_type(step->kind);

                if (type->revert && (step->kind == STEP_OVS_BRIDGE_ADD) == bridges &&
                    type->revert(rollback, job, step) < 0)
                    return -ENOMEM;
            }
    return 0;
}

static int attempt(struct rollback *rollback, struct vswitch_commit *ret, struct vif_error *err)
{
    int r;

    *ret = (struct vswitch_commit){.outcome = VSWITCH_FAILED};
    r = read_now(rollback, err);
    if (r < 0)
        return r;
    rollback->txn = vswitch_txn_new(&rollback->now);
    if (!rollback->txn || build(rollback) < 0)
        return error_memory(err);
    if (vswitch_txn_empty(rollback->txn))
        return 0;
    return vswitch_txn_commit(rollback->txn, rollback->batch->engine->db, false, rollback->until,
                              ret, err);
}

/* Undoes the rows of one job, or of all. 1 when all is undone of a job alone but its QoS row,
 * which others have come to refer to (ovn-controller takes any of type linux-noop for its
 * tunnels). */
static int rollback_rows(struct batch *batch, struct job *only, int64_t until,
                         struct vif_error *err)
{
    bool keep_qos = false;
    int r = 0;

    for (unsigned i = 0; i < ATTEMPTS; i++) {
        struct rollback rollback = {
            .batch = batch, .only = only, .until = until, .keep_qos = keep_qos};
        struct vswitch_commit commit;

        r = attempt(&rollback, &commit, err);
        vswitch_txn_free(rollback.txn);
        vswitch_done(&rollback.now);
        if (commit.outcome == VSWITCH_REFUSED && commit.integrity && (only || batch->n == 1) &&
            !keep_qos)
            keep_qos = true;
        else if (r == 0 || (commit.outcome != VSWITCH_STALE && commit.outcome != VSWITCH_LOST))
            break;
    }
    return r == 0 && keep_qos ? 1 : r;
}

/* ---- what is left ---- */

static bool is_moved(const struct job *job, const char *port)
{
    FOR_EACH_STEP(step, job)
        if (step->kind == STEP_PORT_MOVE && strcmp(step->name, port) == 0)
            return true;
    return false;
}

/* Names all that this call did for the VIF: it stays. */
static void name_left(struct job *job)
{
    job->left = true;
    FOR_EACH_STEP(step, job)
        if (!STEP_IS_LINK(step->kind) && step_type(step->kind)->left)
            job_note(job, step->name, step_type(step->kind)->left);
    for (size_t i = 0; job->copies && vswitch_copies_port(job->copies, i); i++)
        if (!is_moved(job, vswitch_copies_port(job->copies, i)))
            job_note(job, vswitch_copies_port(job->copies, i), step_port_delete.left);
    undo_name_left(job);
}

/* Rows that stay keep their links: the next plug or unplug then finds a whole thing. */
static void end_rollback(struct batch *batch, struct job *job, int r, const struct vif_error *err)
{
    const char *incomplete = job->copies ? vswitch_copies_incomplete(job->copies) : NULL;

    if (r < 0) {
        job_note(job, "undoing it failed, too: ", err->text);
        name_left(job);
    } else if (job->end == JOB_END_LATE) {
        job_note(job, "undone", "");
    }
    if (r >= 0 && incomplete)
        job_note(job, incomplete, " was made again without its controllers, mirrors and the like");
    if (r > 0)
        job_note(job, "its QoS row is left, since another port refers to it", "");
    undo_links(batch, job);
    job->end = JOB_END_UNDONE;
    job->rows = ROWS_UNCHANGED;
}

/* A failed job whose rows are not undone. */
static void end_other(struct batch *batch, struct job *job)
{
    if (job->end == JOB_END_LATE) {
        job_note(job,
                 batch->options->undo_on_timeout && job->rows > ROWS_CHANGED
                     ? "left as plugged, since it is not known what this call changed"
                     : "left as plugged",
                 "");
        job->end = JOB_END_OPEN;
        undo_forget(job);
    } else if (job->n_undo && !stands(job)) {
        if (job->rows == ROWS_UNCHANGED) {
            undo_links(batch, job);
            return;
        }
        job_note(job, "what was plugged is left", "");
        undo_name_left(job);
    }
}

void rollback_failed(struct batch *batch)
{
    int64_t until = deadline_after(LIMIT_UNDO_MS);
    struct vif_error err = {0};
    size_t n = 0, n_undone = 0, n_undoing = 0;
    int r = 0;

    if (until < batch->options->until && !batch->cancelled)
        until = batch->options->until;
    cancel_mask(batch); /* what is undone is undone whole */
    FOR_EACH_JOB(job, batch) {
        n += is_rolled_back(batch, job);
        n_undoing += is_undone(batch, job);
    }
    if (n_undoing)
        report_progress(batch, VIF_STAGE_UNDO, 0, n_undoing);
    if (n)
        r = rollback_rows(batch, NULL, until, &err);
    FOR_EACH_JOB_IN(job, batch, JOB_FAILED) {
        bool undone = is_undone(batch, job);

        if (!is_rolled_back(batch, job)) {
            end_other(batch, job);
        } else if (n > 1 && r < 0) { /* one of them is in the way of the others */
            struct vif_error own = {0};
            int own_r = rollback_rows(batch, job, until, &own);

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
