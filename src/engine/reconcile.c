/* SPDX-License-Identifier: Apache-2.0 */
/* The engine: rounds of observe, plan, apply, settle, until every VIF of the batch is brought about or
 * has failed.  One round is the rule; another is needed only when someone else acted meanwhile. */
#include "engine/reconcile.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/deadline.h"
#include "base/stop.h"
#include "base/text.h"
#include "engine/job.h"

/* Rounds in which someone else got in between, before we give up. */
#define ROUNDS_MAX 30

static void change_state(struct batch *batch, enum job_state from, enum job_state to)
{
    for (size_t i = 0; i < batch->n; i++)
        if (batch->jobs[i].state == from)
            batch->jobs[i].state = to;
}

static void fail_pending(struct batch *batch, const struct vif_error *err)
{
    for (size_t i = 0; i < batch->n; i++) {
        struct job *job = &batch->jobs[i];

        if (job->state != JOB_PENDING)
            continue;
        if (job->unknown) {
            job_fail_unknown(job, err);
            continue;
        }
        job->error = *err;
        job->state = JOB_FAILED;
        undo_links(batch, job);
    }
    undo_flush(batch);
}

static int observe_pending(struct batch *batch, const struct reconcile_options *options,
                           struct vif_error *err)
{
    auto_free const struct vif_wiring **wirings = calloc(batch->n, sizeof *wirings);
    size_t n = 0;

    if (!wirings)
        return error_memory(err);
    for (size_t i = 0; i < batch->n; i++) {
        if (batch->jobs[i].state != JOB_PENDING)
            continue;
        /* What a plug would only stumble over is looked for. */
        batch->jobs[i].wiring->replaces |= options->explain;
        wirings[n++] = batch->jobs[i].wiring;
    }
    observed_done(&batch->observed);
    return observe(batch->engine, wirings, n, options->goal, options->explain || options->dry_run,
                   batch->until, &batch->observed, err);
}

/* A port was found where the other way of wiring the VIF has it: then the rest of that is looked for,
 * which is spared every VIF that was wired one way all along.  1 then, and the VIF has to be looked at
 * again; 0; -ENOMEM. */
static int found_replaced(struct job *job, const struct observed *observed)
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

/* A DPDK port of an ovs-vswitchd without DPDK will not work, whatever the database says. */
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

static void plan_pending(struct batch *batch, enum vif_goal goal)
{
    for (size_t i = 0; i < batch->n; i++) {
        struct job *job = &batch->jobs[i];
        /* What is different is what was so before the first change. */
        bool record = batch->options->explain || batch->options->dry_run;
        struct differences *wanted = record && !job->changed ? &job->differences : NULL;
        int r = 0;

        if (job->state != JOB_PENDING)
            continue;
        if (goal == VIF_GOAL_PLUG) {
            r = found_replaced(job, &batch->observed);
            warn_of_dpdk(job, &batch->observed.db);
        }
        if (r > 0)
            continue;
        /* What a plan that is dropped here had changed is not known to the next. */
        job->answer_lost |= job->db_changed || job->reopened;
        plan_done(&job->plan);
        if (r == 0)
            r = policy_allows_found(batch, job);
        if (wanted)
            diff_done(wanted);
        if (r == 0)
            r = plan_make(job->wiring, &batch->observed, goal, &job->plan, wanted, &job->error);
        job->unknown = false;
        if (r >= 0) {
            job->state = JOB_PLANNED;
        } else if (r != -EAGAIN) {
            job->state = JOB_FAILED;
            undo_links(batch, job);
        }
    }
    undo_flush(batch);
}

static void end_failed(struct batch *batch)
{
    wait_diagnose(batch);
    rollback_failed(batch);
    report_final(batch);
}

static void round_present(struct batch *batch)
{
    bool wait = batch->wait != VIF_WAIT_NONE;
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
    end_failed(batch); /* whom no agent can help */
    wait_agent(batch);
    end_failed(batch);
    change_state(batch, JOB_COMMITTED, JOB_FINISHED);
}

/* What is not there and was not there needs nothing. */
static void finish_absent(struct batch *batch)
{
    for (size_t i = 0; i < batch->n; i++) {
        struct job *job = &batch->jobs[i];

        if (job->state == JOB_COMMITTED && !job->plan.n && !job->db_changed)
            job->state = JOB_FINISHED;
    }
    report_final(batch);
}

static void round_absent(struct batch *batch)
{
    bool wait = batch->wait != VIF_WAIT_NONE;
    struct vif_error err = {0};
    int64_t cfg = 0;
    int r = 0;

    change_state(batch, JOB_PLANNED, JOB_APPLIED);
    commit_apply(batch, wait, &cfg);
    finish_absent(batch);
    if (wait)
        r = wait_absent(batch, cfg, &err);
    change_state(batch, JOB_COMMITTED, JOB_PLANNED);
    apply_links(batch);
    change_state(batch, JOB_APPLIED, JOB_FINISHED);
    if (err.kind == VIF_ERROR_INTERRUPTED) /* it is done, only not waited for */
        r = 0;
    for (size_t i = 0; r < 0 && i < batch->n; i++)
        if (batch->jobs[i].state == JOB_FINISHED && batch->jobs[i].db_changed) {
            batch->jobs[i].error = err;
            batch->jobs[i].state = JOB_FAILED;
            job_note(&batch->jobs[i], "the change stands", "");
        }
}

/* What was read does not fit together: all of it again. */
static bool again(struct batch *batch)
{
    if (!jobs_count(batch, JOB_PENDING))
        return false;
    change_state(batch, JOB_PLANNED, JOB_PENDING);
    return true;
}

/* For a call that changes nothing: what is known of the ports as they are. */
static void use_as_is(struct batch *batch)
{
    change_state(batch, JOB_PLANNED, JOB_COMMITTED);
    wait_skip(batch);
    change_state(batch, JOB_COMMITTED, JOB_PLANNED);
}

/* A look ends where the plan is made. */
static void round_look(struct batch *batch)
{
    if (again(batch))
        return;
    use_as_is(batch);
    change_state(batch, JOB_PLANNED, JOB_FINISHED);
}

/* A dry run ends where the first change would begin. */
static void round_dry(struct batch *batch, struct outcome *outcomes, char **ret_transaction)
{
    if (again(batch))
        return;
    if (ret_transaction)
        *ret_transaction = commit_json(batch);
    for (size_t i = 0; i < batch->n; i++) {
        struct job *job = &batch->jobs[i];
        struct text lines = {0};

        if (job->state != JOB_PLANNED)
            continue;
        diff_lines(&job->differences, &lines);
        text_add(&lines, "%s", "");
        if (!batch->options->explain)
            diff_done(&job->differences);
        outcomes[i].steps = text_take(&lines);
        job->changed = job->plan.n > 0;
        job->state = outcomes[i].steps ? JOB_FINISHED : JOB_FAILED;
        if (!outcomes[i].steps)
            (void)error_memory(&job->error);
    }
}

/* What a plan points to goes with the next observation. */
static void drop_plans(struct batch *batch)
{
    for (size_t i = 0; i < batch->n; i++)
        plan_done(&batch->jobs[i].plan);
}

static void one_round(struct batch *batch, const struct reconcile_options *options,
                      struct outcome *outcomes, char **ret_transaction)
{
    struct vif_error err = {0};
    int64_t lasts = -1;

    report_progress(batch, VIF_STAGE_OBSERVE, 0, jobs_count(batch, JOB_PENDING));
    for (;;) {
        cancel_unmask(batch);
        if (observe_pending(batch, options, &err) < 0) {
            if (err.kind != VIF_ERROR_INTERRUPTED || !cancel_point(batch))
                fail_pending(batch, &err);
            return;
        }
        plan_pending(batch, options->goal);
        if (!options->explain || !recheck_needed(batch, options, &lasts))
            break;
        change_state(batch, JOB_PLANNED, JOB_PENDING);
    }
    (void)cancel_point(batch);
    cancel_unmask(batch);
    if (options->explain)
        recheck_compare(batch, options->wait != VIF_WAIT_NONE);
    report_final(batch);
    if (options->explain && options->dry_run)
        use_as_is(batch);
    if (options->look)
        round_look(batch);
    else if (options->dry_run)
        round_dry(batch, outcomes, ret_transaction);
    else if (options->goal == VIF_GOAL_PLUG)
        round_present(batch);
    else
        round_absent(batch);
    drop_plans(batch);
}

/* Others act at the same time as we do, so each waits for a different while. */
static void pause_between_rounds(unsigned round, const struct batch *batch)
{
    struct timespec ts;

    (void)clock_gettime(CLOCK_MONOTONIC, &ts);
    stop_sleep(batch->cancelled ? STOP_NEVER : batch->stop,
               1 + ts.tv_nsec / 1000 % (5 * (int64_t)round + 1), batch->until);
}

static void give_up(struct batch *batch)
{
    for (size_t i = 0; i < batch->n; i++) {
        struct job *job = &batch->jobs[i];
        struct vif_error why = job->error;

        if (job->state != JOB_PENDING)
            continue;
        if (job->unknown) {
            job_fail_unknown(job, &why);
            continue;
        }
        if (deadline_left(batch->until) == 0)
            (void)error_set(&job->error, VIF_ERROR_TIMEOUT, "not done in time%s%s",
                            why.text[0] ? ": " : "", why.text);
        else
            (void)error_set(&job->error, VIF_ERROR_CONFLICT,
                            "someone else keeps changing the same devices or rows%s%s",
                            why.text[0] ? ": " : "", why.text);
        job->state = JOB_FAILED;
        undo_links(batch, job);
    }
    undo_flush(batch);
}

/* What a round has ended for is told. */
static void report_ended(struct batch *batch)
{
    for (size_t i = 0; i < batch->n; i++)
        if (batch->jobs[i].state != JOB_PENDING)
            report_job(batch, &batch->jobs[i]);
}

/* Ports that are only known by their owner. */
static int resolve_names(const struct engine *engine, struct vif_wiring *const *wirings, size_t n,
                         int64_t until, struct vif_error *err)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < n; i++)
        r = wiring_resolve(engine, wirings[i], until, err);
    return r;
}

static void jobs_done(struct job *jobs, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        plan_done(&jobs[i].plan);
        diff_done(&jobs[i].differences);
        vswitch_copies_free(jobs[i].copies);
        undo_forget(&jobs[i]);
    }
}

int reconcile(const struct engine *engine, struct vif_wiring *const *wirings, size_t n,
              const struct reconcile_options *options, struct outcome *outcomes,
              char **ret_transaction, struct vif_error *err)
{
    auto_free struct job *jobs = calloc(n + 1, sizeof *jobs);
    struct batch batch = {
        .engine = engine,
        .jobs = jobs,
        .n = n,
        .goal = options->goal,
        .wait = options->wait,
        .undo_on_timeout = options->undo_on_timeout,
        .explains = options->explain,
        .stop = options->stop,
        .until = options->until,
        .options = options,
        .outcomes = outcomes,
        .policy = options->policy,
    };
    struct vif_error unreachable = {0};
    int r;

    if (ret_transaction)
        *ret_transaction = NULL;
    if (!jobs)
        return error_memory(err);
    for (size_t i = 0; i < n; i++)
        jobs[i].wiring = wirings[i];
    cancel_unmask(&batch);
    r = resolve_names(engine, wirings, n, options->until, &unreachable);
    for (size_t i = 0; r < 0 && i < n; i++) {
        jobs[i].error = unreachable;
        jobs[i].rolled_back = true;
        jobs[i].state = JOB_FAILED;
    }
    policy_check_names(&batch);
    r = duplicates_refuse(&batch, err);
    if (r == 0)
        report_ended(&batch);
    for (unsigned round = 0; r == 0 && jobs_count(&batch, JOB_PENDING); round++) {
        if (round > 0) {
            if (engine->retries)
                ++*engine->retries;
            pause_between_rounds(round, &batch);
        }
        if (cancel_point(&batch) && !jobs_count(&batch, JOB_PENDING)) {
            report_ended(&batch);
            break;
        }
        if (round == ROUNDS_MAX || (round > 0 && deadline_left(batch.until) == 0))
            give_up(&batch);
        else
            one_round(&batch, options, outcomes, ret_transaction);
        report_ended(&batch);
    }
    jobs_done(jobs, n);
    cancel_mask(&batch);
    observed_done(&batch.observed);
    return r;
}
