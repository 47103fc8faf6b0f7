/* SPDX-License-Identifier: Apache-2.0 */
/* Telling how far a batch is and what became of each VIF, the latter as soon as it is known for good and
 * not when the last one is.  Stands on the jobs; reconcile.c and the files that wait stand on it. */
#include <stdlib.h>

#include "engine/job.h"

void outcome_done(struct outcome *outcome)
{
    free(outcome->steps);
    free(outcome->warnings);
    outcome->steps = outcome->warnings = NULL;
    diff_done(&outcome->differences);
}

size_t jobs_count(const struct batch *batch, enum job_state state)
{
    size_t n = 0;

    for (size_t i = 0; i < batch->n; i++)
        n += batch->jobs[i].state == state;
    return n;
}

void report_progress(const struct batch *batch, enum vif_stage stage, size_t done, size_t total)
{
    const struct reconcile_hooks *hooks = batch->options->hooks;

    if (hooks && hooks->progress)
        hooks->progress(hooks->data, stage, done, total);
}

enum vif_stage report_stage(const struct batch *batch, enum vif_stage stage)
{
    return jobs_count(batch, JOB_PENDING) ? VIF_STAGE_SWITCH : stage;
}

void report_links_begin(struct batch *batch)
{
    batch->links_done = batch->links_total = 0;
    for (size_t i = 0; i < batch->n; i++)
        for (size_t s = 0; batch->jobs[i].state == JOB_APPLIED && s < batch->jobs[i].plan.n; s++)
            batch->links_total += STEP_IS_LINK(batch->jobs[i].plan.steps[s].kind);
    report_links_done(batch, 0);
}

void report_links_done(struct batch *batch, size_t n)
{
    batch->links_done += n;
    report_links_sent(batch, 0);
}

void report_links_sent(const struct batch *batch, size_t n)
{
    if (batch->links_total)
        report_progress(batch, VIF_STAGE_LINKS, batch->links_done + n, batch->links_total);
}

/* The state of a VIF that did not fail.  A dry run that was to explain has no plan to tell of a VIF that is
 * as described. */
static enum outcome_state state_of(const struct job *job, const struct reconcile_options *options)
{
    bool said = options->look || (options->dry_run && options->explain && !job->changed);

    if (said && job->differences.counted)
        return OUTCOME_DRIFTED;
    if (options->dry_run && !said)
        return OUTCOME_PLANNED;
    return job->waiting ? OUTCOME_WAITING : OUTCOME_DONE;
}

void report_job(struct batch *batch, struct job *job)
{
    const struct reconcile_hooks *hooks = batch->options->hooks;
    size_t i = (size_t)(job - batch->jobs);
    struct outcome *outcome = &batch->outcomes[i];

    if (job->reported)
        return;
    job->reported = true;
    cancel_say_unchanged(job);
    if (job->wiring->warnings.n)
        outcome->warnings = text_take(&job->wiring->warnings);
    outcome->changed = job->changed;
    outcome->ofport = job->ofport;
    outcome->state = job->state == JOB_FINISHED ? state_of(job, batch->options) : OUTCOME_FAILED;
    outcome->error = outcome->state == OUTCOME_FAILED ? job->error : (struct vif_error){0};
    outcome->differences = job->differences;
    job->differences = (struct differences){0};
    if (hooks && hooks->result)
        hooks->result(hooks->data, i);
}

/* Whether rollback_failed() and wait_diagnose() have nothing to do for a job that has failed. */
static bool is_dealt_with(const struct job *job)
{
    if (job->n_undo || job->timed_out || job->stuck)
        return false;
    return job->answer_lost || (!job->db_changed && !job->reopened);
}

void report_final(struct batch *batch)
{
    for (size_t i = 0; i < batch->n; i++) {
        struct job *job = &batch->jobs[i];

        if (job->state == JOB_FINISHED || (job->state == JOB_FAILED && is_dealt_with(job)))
            report_job(batch, job);
    }
}
