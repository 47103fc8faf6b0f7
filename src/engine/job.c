/* SPDX-License-Identifier: Apache-2.0 */
/* Jobs: going through those of a batch, and failing them. */
#include "engine/job.h"

#include <stdio.h>
#include <string.h>

#include "engine/undo.h"

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
