/* SPDX-License-Identifier: Apache-2.0 */
/* Rounds of observe, plan, apply and wait; a second one only when others acted meanwhile. */
#include "engine/reconcile.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/deadline.h"
#include "base/text.h"
#include "engine/job.h"
#include "engine/phases.h"
#include "state/policy.h"

/* Rounds in which others got in between, before we give up. */
#define ROUNDS_MAX 30

/* ---- observe and plan ---- */

/* Fails the jobs that are to be observed again: for 'err', or with NULL because there were too
 * many rounds, or no time is left. */
static void fail_pending(struct batch *batch, const struct vif_error *err)
{
    bool late = deadline_left(batch->options->until) == 0;

    FOR_EACH_JOB_IN(job, batch, JOB_PENDING) {
        struct vif_error own = err ? *err : job->error;

        if (job->rows == ROWS_UNKNOWN) {
            job_fail_unknown(job, &own);
            continue;
        }
        if (!err)
            (void)error_set(&own, late ? VIF_ERROR_TIMEOUT : VIF_ERROR_CONFLICT, "%s%s%s",
                            late ? "not done in time"
                                 : "other programs keep changing the same devices or rows",
                            job->error.text[0] ? ": " : "", job->error.text);
        job_fail_undone(batch, job, &own);
    }
    undo_flush(batch);
}

static int observe_pending(struct batch *batch, struct vif_error *err)
{
    const struct reconcile_options *options = batch->options;
    auto_free const struct vif_wiring **wirings = calloc(batch->n, sizeof *wirings);
    size_t n = 0;

    if (!wirings)
        return error_memory(err);
    FOR_EACH_JOB_IN(job, batch, JOB_PENDING) {
        /* What a plug would only find by chance is looked for. */
        job->wiring->replaces |= options->explain;
        wirings[n++] = job->wiring;
    }
    observed_done(&batch->observed);
    return observe(batch->engine, wirings, n, options->goal, options->explain || options->dry_run,
                   options->until, &batch->observed, err);
}

/* A port was found where the other way of wiring the VIF has it: then the rest of that is looked
 * for, which is spared every VIF that was wired one way all along. 1 then, and the VIF has to be
 * observed again; 0; -ENOMEM. */
static int find_replaced(struct job *job, const struct observed *observed)
{
    struct vif_wiring *wiring = job->wiring;

    for (size_t i = 0; !wiring->replaces && i < wiring->n_ports; i++) {
        const struct vif_wiring_port *port = &wiring->ports[i];
        const struct vswitch_port *there =
            port->create ? vswitch_find_port(&observed->db, port->name) : NULL;

        if (there && port->other_bridge[0] && strcmp(there->bridge, port->other_bridge) == 0) {
            wiring->replaces = true;
            return 1;
        }
    }
    return wiring->replaces ? 0 : wiring_replace_old_name(wiring, observed, &job->error);
}

/* A DPDK port of an ovs-vswitchd without DPDK will not work, even if the database is right. */
static void warn_of_dpdk(struct job *job, const struct vswitch *db)
{
    const struct vif_wiring *wiring = job->wiring;

    if (job->warned || !db->has_row || db->dpdk_initialized)
        return;
    for (size_t i = 0; i < wiring->n_ports; i++)
        if (wiring->ports[i].create && strncmp(wiring->ports[i].type, "dpdk", 4) == 0) {
            wiring_warn(job->wiring,
                        "%s: DPDK is not initialized in ovs-vswitchd (other_config:dpdk-init): "
                        "port %s does not work until it is",
                        wiring->vif_id, wiring->ports[i].name);
            job->warned = true;
        }
}

static void plan_pending(struct batch *batch)
{
    const struct reconcile_options *options = batch->options;
    const struct observed *observed = &batch->observed;

    FOR_EACH_JOB_IN(job, batch, JOB_PENDING) {
        /* Differences are those from before the first change. */
        bool record = (options->explain || options->dry_run) && !job->changed;
        int r = 0;

        if (options->goal == VIF_GOAL_PLUG) {
            r = find_replaced(job, observed);
            warn_of_dpdk(job, &observed->db);
        }
        if (r > 0)
            continue;
        /* What a plan that is dropped here had changed is not known to the next. */
        if (job->rows != ROWS_UNCHANGED)
            job->rows = ROWS_UNSURE;
        plan_done(&job->plan);
        if (r == 0 && options->policy)
            r = policy_check_found(options->policy, job->wiring, observed, &job->error);
        if (record)
            diff_done(&job->differences);
        if (r == 0)
            r = plan_make(job->wiring, observed, options->goal, &job->plan,
                          record ? &job->differences : NULL, &job->error);
        if (r >= 0)
            job->state = JOB_PLANNED;
        else if (r != -EAGAIN)
            job_fail_undone(batch, job, NULL);
    }
    undo_flush(batch);
}

/* ---- rounds ---- */

static void end_failed(struct batch *batch)
{
    wait_diagnose(batch);
    rollback_failed(batch);
    report_final(batch);
}

static void round_present(struct batch *batch)
{
    bool wait = batch->options->wait != VIF_WAIT_NONE;
    int64_t cfg = 0;

    apply_links(batch);
    (void)cancel_point(batch);
    cancel_unmask(batch);
    commit_apply(batch, wait, &cfg);
    reopen_ports(batch, wait, &cfg);
    report_final(batch);
    if (wait)
        wait_present(batch, cfg);
    else
        wait_skip(batch);
    end_failed(batch); /* no agent can help them */
    wait_agent(batch);
    end_failed(batch);
    jobs_change_state(batch, JOB_COMMITTED, JOB_FINISHED);
}

static void round_absent(struct batch *batch)
{
    bool wait = batch->options->wait != VIF_WAIT_NONE;
    struct vif_error err = {0};
    int64_t cfg = 0;
    int r = 0;

    jobs_change_state(batch, JOB_PLANNED, JOB_APPLIED);
    commit_apply(batch, wait, &cfg);
    FOR_EACH_JOB_IN(job, batch, JOB_COMMITTED)
        if (!job->plan.n && job->rows == ROWS_UNCHANGED) /* not there, so there is nothing to do */
            job->state = JOB_FINISHED;
    report_final(batch);
    if (wait)
        r = wait_absent(batch, cfg, &err);
    jobs_change_state(batch, JOB_COMMITTED, JOB_PLANNED);
    apply_links(batch);
    jobs_change_state(batch, JOB_APPLIED, JOB_FINISHED);
    if (r == 0 || err.kind == VIF_ERROR_INTERRUPTED) /* it is done, only not waited for */
        return;
    FOR_EACH_JOB_IN(job, batch, JOB_FINISHED)
        if (job->rows != ROWS_UNCHANGED) {
            job_fail(job, &err);
            job_note(job, "the change stands", "");
        }
}

/* A dry run ends where the first change would begin. */
static void round_dry(struct batch *batch, char **ret_transaction)
{
    if (ret_transaction)
        *ret_transaction = commit_json(batch);
    FOR_EACH_JOB_IN(job, batch, JOB_PLANNED) {
        struct outcome *outcome = &batch->outcomes[job->index];
        struct text lines = {0};

        diff_lines(&job->differences, &lines);
        text_add(&lines, "%s", "");
        if (!batch->options->explain)
            diff_done(&job->differences);
        outcome->steps = text_take(&lines);
        job->changed = job->plan.n > 0;
        job->state = JOB_FINISHED;
        if (!outcome->steps) {
            (void)error_memory(&job->error);
            job_fail(job, NULL);
        }
    }
}

static void one_round(struct batch *batch, char **ret_transaction)
{
    const struct reconcile_options *options = batch->options;
    struct vif_error err = {0};
    int64_t lasts = -1;

    report_progress(batch, VIF_STAGE_OBSERVE, 0, jobs_count(batch, JOB_PENDING));
    for (;;) {
        cancel_unmask(batch);
        if (observe_pending(batch, &err) < 0) {
            if (err.kind != VIF_ERROR_INTERRUPTED || !cancel_point(batch))
                fail_pending(batch, &err);
            return;
        }
        plan_pending(batch);
        if (!options->explain || !recheck_needed(batch, &lasts))
            break;
        jobs_change_state(batch, JOB_PLANNED, JOB_PENDING);
    }
    (void)cancel_point(batch);
    cancel_unmask(batch);
    if (options->explain)
        recheck_compare(batch, options->wait != VIF_WAIT_NONE);
    report_final(batch);
    if (options->look || (options->explain && options->dry_run)) { /* the ports as they are */
        jobs_change_state(batch, JOB_PLANNED, JOB_COMMITTED);
        wait_skip(batch);
        jobs_change_state(batch, JOB_COMMITTED, JOB_PLANNED);
    }
    if ((options->look || options->dry_run) && jobs_count(batch, JOB_PENDING))
        jobs_change_state(batch, JOB_PLANNED, JOB_PENDING); /* it does not fit together: again */
    else if (options->look)
        jobs_change_state(batch, JOB_PLANNED, JOB_FINISHED);
    else if (options->dry_run)
        round_dry(batch, ret_transaction);
    else if (options->goal == VIF_GOAL_PLUG)
        round_present(batch);
    else
        round_absent(batch);
    FOR_EACH_JOB(job, batch) /* what a plan points to goes with the next observation */
        plan_done(&job->plan);
}

/* Others act at the same time as we do, so each waits for a different while. */
static void pause_between_rounds(unsigned round, const struct batch *batch)
{
    struct timespec ts;

    (void)clock_gettime(CLOCK_MONOTONIC, &ts);
    stop_sleep(batch->cancelled ? STOP_NEVER : batch->options->stop,
               1 + ts.tv_nsec / 1000 % (5 * (int64_t)round + 1), batch->options->until);
}

/* ---- the call ---- */

/* Finds the names of ports that are only known by their owner, and fails what the policy does not
 * allow. */
static void prepare(struct batch *batch)
{
    const struct policy *policy = batch->options->policy;
    struct vif_error err = {0};
    int r = 0;

    FOR_EACH_JOB(job, batch)
        if (r == 0)
            r = wiring_resolve(batch->engine, job->wiring, batch->options->until, &err);
    FOR_EACH_JOB(job, batch)
        if (r < 0)
            job_fail_undone(batch, job, &err);
        else if (policy && policy_check(policy, job->wiring, &job->error) < 0)
            job_fail(job, NULL);
}

static void report_ended(struct batch *batch)
{
    FOR_EACH_JOB(job, batch)
        if (job->state != JOB_PENDING)
            report_job(batch, job);
}

int reconcile(const struct engine *engine, struct vif_wiring *const *wirings, size_t n,
              const struct reconcile_options *options, struct outcome *outcomes,
              char **ret_transaction, struct vif_error *err)
{
    auto_free struct job *jobs = calloc(n + 1, sizeof *jobs);
    struct batch batch = {
        .engine = engine, .options = options, .jobs = jobs, .n = n, .outcomes = outcomes};
    int r;

    if (ret_transaction)
        *ret_transaction = NULL;
    if (!jobs)
        return error_memory(err);
    for (size_t i = 0; i < n; i++)
        jobs[i] = (struct job){.index = i, .wiring = wirings[i]};
    cancel_unmask(&batch);
    prepare(&batch);
    r = duplicates_refuse(&batch, err);
    if (r == 0)
        report_ended(&batch);
    for (unsigned round = 0; r == 0 && jobs_count(&batch, JOB_PENDING); round++) {
        if (round > 0) {
            if (engine->retries)
                ++*engine->retries;
            pause_between_rounds(round, &batch);
        }
        if (cancel_point(&batch) && !jobs_count(&batch, JOB_PENDING))
            ; /* none goes on */
        else if (round == ROUNDS_MAX || (round > 0 && deadline_left(options->until) == 0))
            fail_pending(&batch, NULL);
        else
            one_round(&batch, ret_transaction);
        report_ended(&batch);
    }
    FOR_EACH_JOB(job, &batch) {
        plan_done(&job->plan);
        diff_done(&job->differences);
        vswitch_copies_free(job->copies);
        undo_forget(job);
    }
    cancel_mask(&batch);
    observed_done(&batch.observed);
    return r;
}
