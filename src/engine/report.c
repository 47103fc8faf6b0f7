/* SPDX-License-Identifier: Apache-2.0 */
/* Reporting how far a batch is, and the result of each VIF as soon as it is final. */
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

/* ---- differences: plan/diff.c finds them, here it is decided when they hold ---- */

/* How long what ovs-vswitchd complains of has to last, and how often it is looked at: a port that
 * was just added, or whose device just appeared, is not taken up at once. */
#define DOUBT_LASTS_MS 1000
#define DOUBT_POLL_MS  20

void recheck_compare(struct batch *batch, bool complaints)
{
    FOR_EACH_JOB_IN(job, batch, JOB_PLANNED) {
        if (job->changed)
            continue;
        if (diff_complete(job->wiring, &batch->observed, complaints, &job->differences,
                          &job->error) < 0)
            job_fail(job, NULL);
    }
}

/* Whether all that is to be said of a VIF is what ovs-vswitchd has not done, or not yet: that it
 * complains, or that it seems not to have the port's device open, which may be because links are
 * read before rows. */
static bool is_doubtful(const struct batch *batch, const struct job *job, bool complaints)
{
    if (job->state != JOB_PLANNED)
        return false;
    FOR_EACH_STEP(step, job)
        if (step->kind != STEP_PORT_REOPEN)
            return false;
    return job->plan.n || (complaints && diff_complains(job->wiring, &batch->observed));
}

bool recheck_needed(struct batch *batch, int64_t *lasts)
{
    const struct reconcile_options *options = batch->options;
    bool behind = batch->observed.db.cur_cfg < batch->observed.db.next_cfg;
    bool complaints = options->wait != VIF_WAIT_NONE;
    struct vif_error err = {0};
    size_t n = 0;

    FOR_EACH_JOB(job, batch)
        n += is_doubtful(batch, job, complaints);
    if (!n || (behind && !(options->look && complaints)))
        return false;
    if (!behind) {
        if (*lasts < 0)
            *lasts = deadline_after(DOUBT_LASTS_MS);
        stop_sleep(options->stop, DOUBT_POLL_MS, options->until);
        return !batch_cancelled(batch) && deadline_left(*lasts) != 0 &&
               deadline_left(options->until) != 0;
    }
    if (wait_for_cfg(batch, batch->observed.db.next_cfg, VIF_STAGE_SWITCH, batch->n, &err) == 0)
        return deadline_left(options->until) != 0;
    FOR_EACH_JOB(job, batch)
        if (is_doubtful(batch, job, complaints))
            job_fail(job, &err);
    return false;
}
