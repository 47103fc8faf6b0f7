/* SPDX-License-Identifier: Apache-2.0 */
/* Jobs: going through those of a batch, failing and cancelling them. */
#include "engine/job.h"
#include "base/deadline.h"
#include "engine/phases.h"

#include <stdio.h>
#include <string.h>

struct job *job_next(const struct batch *batch, struct job *job, enum job_state state)
{
    for (job = job ? job + 1 : batch->jobs; job < batch->jobs + batch->n; job++)
        if (job->state == state)
            return job;
    return NULL;
}

const struct step *job_next_step(const struct job *job, const struct step *step)
{
    size_t next = step ? (size_t)(step - job->plan.steps) + 1 : 0;

    return next < job->plan.n ? &job->plan.steps[next] : NULL;
}

size_t jobs_count(const struct batch *batch, enum job_state state)
{
    size_t n = 0;

    FOR_EACH_JOB_IN(job, batch, state)
        n++;
    return n;
}

void jobs_change_state(struct batch *batch, enum job_state from, enum job_state to)
{
    FOR_EACH_JOB_IN(job, batch, from)
        job->state = to;
}

void job_fail(struct job *job, const struct vif_error *err)
{
    if (err)
        job->error = *err;
    job->state = JOB_FAILED;
}

void job_retry(struct job *job, const struct vif_error *err)
{
    job->error = *err;
    job->state = JOB_PENDING;
}

void job_fail_undone(struct batch *batch, struct job *job, const struct vif_error *err)
{
    job_fail(job, err);
    job->end = JOB_END_UNDONE;
    undo_links(batch, job);
}

void job_fail_unknown(struct job *job, const struct vif_error *err)
{
    job_fail(job, err);
    (void)error_prefix(&job->error, 0,
                       "the database's reply was lost, so the outcome is unknown; retry");
    job->rows = ROWS_UNKNOWN;
    undo_forget(job);
}

void job_note(struct job *job, const char *name, const char *words)
{
    size_t n = strlen(job->error.text);
    char note[VIF_ERROR_TEXT_MAX];

    (void)snprintf(note, sizeof note, "; %s%s", name, words);
    if (n < sizeof job->error.text - 1 && !strstr(job->error.text, note))
        (void)snprintf(job->error.text + n, sizeof job->error.text - n, "%s", note);
}

/* ---- cancelling ----
 *
 * A call that is cancelled leaves each VIF whole.  One whose transaction is not sent yet is undone;
 * one that is past the point from which it can be goes on to its end, but is not waited for. */

bool batch_cancelled(struct batch *batch)
{
    if (!batch->cancelled && stop_asked(batch->options->stop)) {
        log_debug(batch->engine->log, "interrupted");
        batch->cancelled = true;
        ovsdb_client_stop_by(batch->engine->db, STOP_NEVER);
    }
    return batch->cancelled;
}

/* Whether the rows of this call are, or may be, in the database, or something is gone that cannot
 * be made again. */
static bool is_past_return(const struct job *job)
{
    if (job->rows != ROWS_UNCHANGED)
        return true;
    for (size_t i = 0; i < job->n_undo; i++)
        if (undo_is_final(&job->undo[i]))
            return true;
    return false;
}

void cancel_unmask(struct batch *batch)
{
    bool masked = batch->cancelled;

    if (batch->options->stop == STOP_NEVER)
        return;
    FOR_EACH_JOB(job, batch)
        masked |= job->state <= JOB_APPLIED && is_past_return(job);
    ovsdb_client_stop_by(batch->engine->db, masked ? STOP_NEVER : batch->options->stop);
}

void cancel_mask(struct batch *batch)
{
    ovsdb_client_stop_by(batch->engine->db, STOP_NEVER);
}

bool cancel_point(struct batch *batch)
{
    struct vif_error err = {0};

    if (!batch_cancelled(batch))
        return false;
    (void)stop_error(&err);
    FOR_EACH_JOB(job, batch) {
        bool has_nothing_to_do =
            job->state == JOB_PLANNED && !job->plan.n && !batch->options->explain;

        if (job->state > JOB_APPLIED || has_nothing_to_do || is_past_return(job))
            continue;
        job_fail(job, &err);
        job->end = JOB_END_UNDONE;
    }
    FOR_EACH_JOB(job, batch) /* when none stands any more for whose sake a link would stay */
        if (job->end == JOB_END_UNDONE && job->n_undo)
            undo_links(batch, job);
    undo_flush(batch);
    return true;
}
