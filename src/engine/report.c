/* SPDX-License-Identifier: Apache-2.0 */
/* Reporting how far a batch is and the result of each VIF, the latter as soon as it is final and
 * not when the last one is. */
#include <stdlib.h>
#include <string.h>

#include "base/deadline.h"
#include "engine/phases.h"

void outcome_done(struct outcome *outcome)
{
    free(outcome->steps);
    free(outcome->warnings);
    outcome->steps = outcome->warnings = NULL;
    diff_done(&outcome->differences);
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
    FOR_EACH_JOB_IN(job, batch, JOB_APPLIED)
        FOR_EACH_STEP(step, job)
            batch->links_total += STEP_IS_LINK(step->kind);
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

/* The state of a VIF that did not fail.  A dry run of a repair has no plan to show of a VIF that
 * is as described. */
static enum vif_state state_of(const struct job *job, const struct reconcile_options *options)
{
    bool only_compared = options->look || (options->dry_run && options->explain && !job->changed);

    if (only_compared && job->differences.counted)
        return VIF_STATE_DRIFTED;
    if (options->dry_run && !only_compared)
        return VIF_STATE_PLANNED;
    if (job->waiting)
        return VIF_STATE_WAITING;
    if (options->explain && !job->changed && !job->differences.counted)
        return VIF_STATE_WIRED;
    return options->goal == VIF_GOAL_PLUG ? VIF_STATE_PLUGGED : VIF_STATE_UNPLUGGED;
}

void report_job(struct batch *batch, struct job *job)
{
    const struct reconcile_hooks *hooks = batch->options->hooks;
    struct outcome *outcome = &batch->outcomes[job->index];
    struct vif_error plain = {0};

    if (job->reported)
        return;
    job->reported = true;
    if (job->state == JOB_FAILED && job->error.kind == VIF_ERROR_INTERRUPTED &&
        job->end == JOB_END_UNDONE && !job->left) {
        job->changed = false;
        (void)stop_error(&plain);
        if (strcmp(job->error.text, plain.text) == 0)
            (void)error_set(&job->error, VIF_ERROR_INTERRUPTED, "%s: it is as it was before",
                            plain.text);
    }
    if (job->wiring->warnings.n)
        outcome->warnings = text_take(&job->wiring->warnings);
    outcome->changed = job->changed;
    outcome->ofport = job->ofport;
    outcome->state = VIF_STATE_FAILED;
    if (job->state == JOB_FINISHED)
        outcome->state = state_of(job, batch->options);
    else
        outcome->error = job->error;
    outcome->differences = job->differences;
    job->differences = (struct differences){0};
    if (hooks && hooks->result)
        hooks->result(hooks->data, job->index);
}

void report_finished(struct batch *batch, struct job *job)
{
    job->state = JOB_FINISHED;
    report_job(batch, job);
}

/* Whether rollback_failed() and wait_diagnose() have nothing to do for a job that has failed. */
static bool is_dealt_with(const struct job *job)
{
    return !job->n_undo && job->end != JOB_END_LATE && !job->stuck && job->rows != ROWS_CHANGED;
}

void report_final(struct batch *batch)
{
    FOR_EACH_JOB(job, batch)
        if (job->state == JOB_FINISHED || (job->state == JOB_FAILED && is_dealt_with(job)))
            report_job(batch, job);
}
