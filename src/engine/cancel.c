/* SPDX-License-Identifier: Apache-2.0 */
/* A call that is cancelled leaves each VIF whole.  One whose transaction is not sent yet is
 * undone; one that is past the point from which it can be goes on to its end, but is not waited
 * for.  The engine asks here wherever it stands between two such states; and as long as some VIF
 * is in neither, its database client ignores the caller's descriptor. */
#include "base/deadline.h"
#include "engine/phases.h"
#include "engine/undo.h"

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
