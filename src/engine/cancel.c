/* SPDX-License-Identifier: Apache-2.0 */
/* A call that is told to end early leaves each VIF whole.  One whose transaction is not sent yet is taken
 * back; one that is past the point from which it can be, goes on to its end, but is not waited for.
 * The engine asks here wherever it stands between two such states; and as long as some VIF is in
 * neither, its database client is masked to the wish. */
#include <string.h>

#include "base/stop.h"
#include "engine/job.h"

bool batch_cancelled(struct batch *batch)
{
    if (!batch->cancelled && stop_asked(batch->stop)) {
        log_debug(batch->engine->log, "interrupted");
        batch->cancelled = true;
        ovsdb_client_stop_by(batch->engine->db, STOP_NEVER);
    }
    return batch->cancelled;
}

/* Whether the rows of this call are, or may be, in the database, or something is gone that cannot be made
 * again. */
static bool is_past_return(const struct job *job)
{
    if (job->unknown || job->db_changed || job->reopened)
        return true;
    for (size_t i = 0; i < job->n_undo; i++)
        if (job->undo[i].kind == UNDO_NOTHING)
            return true;
    return false;
}

static bool goes_on(const struct batch *batch, const struct job *job)
{
    bool has_nothing_to_do = job->state == JOB_PLANNED && !job->plan.n && !batch->explains;

    return has_nothing_to_do || is_past_return(job);
}

void cancel_unmask(struct batch *batch)
{
    bool masked = batch->cancelled;

    if (batch->stop == STOP_NEVER)
        return;
    for (size_t i = 0; !masked && i < batch->n; i++)
        masked = batch->jobs[i].state <= JOB_APPLIED && is_past_return(&batch->jobs[i]);
    ovsdb_client_stop_by(batch->engine->db, masked ? STOP_NEVER : batch->stop);
}

void cancel_mask(struct batch *batch)
{
    ovsdb_client_stop_by(batch->engine->db, STOP_NEVER);
}

bool cancel_point(struct batch *batch)
{
    if (!batch_cancelled(batch))
        return false;
    for (size_t i = 0; i < batch->n; i++) {
        struct job *job = &batch->jobs[i];

        if (job->state > JOB_APPLIED || goes_on(batch, job))
            continue;
        (void)stop_error(&job->error);
        job->state = JOB_FAILED;
        job->rolled_back = true;
    }
    for (size_t i = 0; i < batch->n;
         i++) /* none stands any more for whose sake a link would stay */
        if (batch->jobs[i].rolled_back && batch->jobs[i].n_undo)
            undo_links(batch, &batch->jobs[i]);
    undo_flush(batch);
    return true;
}

void cancel_say_unchanged(struct job *job)
{
    struct vif_error plain = {0};

    if (job->state != JOB_FAILED || job->error.kind != VIF_ERROR_INTERRUPTED || !job->rolled_back ||
        job->left)
        return;
    job->changed = false;
    (void)stop_error(&plain);
    if (strcmp(job->error.text, plain.text) == 0)
        (void)error_set(&job->error, VIF_ERROR_INTERRUPTED, "%s: it is as it was before",
                        plain.text);
}
