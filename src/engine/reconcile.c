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

static void change_state(struct batch *batch, enum run_state from, enum run_state to)
{
    for (size_t i = 0; i < batch->n; i++)
        if (batch->runs[i].state == from)
            batch->runs[i].state = to;
}

static void fail_pending(struct batch *batch, const struct vif_error *err)
{
    for (size_t i = 0; i < batch->n; i++) {
        struct run *run = &batch->runs[i];

        if (run->state != RUN_PENDING)
            continue;
        if (run->unknown) {
            run_fail_unknown(run, err);
            continue;
        }
        run->error = *err;
        run->state = RUN_FAILED;
        links_undo(batch, run);
    }
    links_undo_end(batch);
}

static int observe_pending(struct batch *batch, const struct converge_options *options,
                           struct vif_error *err)
{
    auto_free const struct vif_wiring **wirings = calloc(batch->n, sizeof *wirings);
    size_t n = 0;

    if (!wirings)
        return error_memory(err);
    for (size_t i = 0; i < batch->n; i++) {
        if (batch->runs[i].state != RUN_PENDING)
            continue;
        /* What a plug would only stumble over is looked for. */
        batch->runs[i].wiring->replaces |= options->explain;
        wirings[n++] = batch->runs[i].wiring;
    }
    observed_done(&batch->observed);
    if (options->explain)
        return observe_details(batch->engine, wirings, n, batch->until, &batch->observed, err);
    return observe(batch->engine, wirings, n, options->goal, batch->until, &batch->observed, err);
}

/* A port was found where the other way of wiring the VIF has it: then the rest of that is looked for,
 * which is spared every VIF that was wired one way all along.  1 then, and the VIF has to be looked at
 * again; 0; -ENOMEM. */
static int found_replaced(struct run *run, const struct observed *observed)
{
    struct vif_wiring *wiring = run->wiring;

    for (size_t i = 0; !wiring->replaces && i < wiring->n_ports; i++) {
        const struct vif_wiring_port *port = &wiring->ports[i];
        const struct vswitch_port *there =
            port->create ? vswitch_find_port(&observed->db, port->name) : NULL;

        if (there && port->other_bridge[0] && strcmp(there->bridge, port->other_bridge) == 0) {
            wiring->replaces = true;
            return 1;
        }
    }
    return wiring->replaces ? 0 : wiring_replace_old_name(wiring, observed, &run->error);
}

/* A DPDK port of an ovs-vswitchd without DPDK will not work, whatever the database says. */
static void warn_of_dpdk(struct run *run, const struct vswitch *db)
{
    const struct vif_wiring *wiring = run->wiring;

    if (run->warned || !db->dpdk_known || db->dpdk_initialized)
        return;
    for (size_t i = 0; i < wiring->n_ports; i++)
        if (wiring->ports[i].create && strncmp(wiring->ports[i].type, "dpdk", 4) == 0) {
            wiring_warn(run->wiring,
                        "%s: DPDK is not initialized in ovs-vswitchd (other_config:dpdk-init): "
                        "port %s does not work until it is",
                        wiring->vif_id, wiring->ports[i].name);
            run->warned = true;
        }
}

static void plan_pending(struct batch *batch, enum vif_goal goal)
{
    for (size_t i = 0; i < batch->n; i++) {
        struct run *run = &batch->runs[i];
        int r = 0;

        if (run->state != RUN_PENDING)
            continue;
        if (goal == VIF_GOAL_PLUG) {
            r = found_replaced(run, &batch->observed);
            warn_of_dpdk(run, &batch->observed.db);
        }
        if (r > 0)
            continue;
        /* What a plan that is dropped here had changed is not known to the next. */
        run->answer_lost |= run->db_changed || run->reopened;
        plan_done(&run->plan);
        if (r == 0)
            r = judge_found(batch, run);
        if (r == 0)
            r = plan_make(run->wiring, &batch->observed, goal, &run->plan, &run->error);
        run->unknown = false;
        if (r >= 0) {
            run->state = RUN_PLANNED;
        } else if (r != -EAGAIN) {
            run->state = RUN_FAILED;
            links_undo(batch, run);
        }
    }
    links_undo_end(batch);
}

static void end_failed(struct batch *batch)
{
    settle_explain(batch);
    revert_failed(batch);
    batch_tell(batch);
}

static void round_present(struct batch *batch)
{
    bool wait = batch->wait != VIF_WAIT_NONE;
    int64_t cfg = 0;

    links_apply(batch);
    (void)interrupt_point(batch);
    interrupt_listen(batch);
    commit_apply(batch, wait, &cfg);
    settle_reopen(batch, wait, &cfg);
    batch_tell(batch);
    if (wait)
        settle_present(batch, cfg);
    else
        settle_skip(batch);
    end_failed(batch); /* whom no agent can help */
    settle_agent(batch);
    end_failed(batch);
    change_state(batch, RUN_DONE, RUN_FINISHED);
}

/* What is not there and was not there needs nothing. */
static void finish_absent(struct batch *batch)
{
    for (size_t i = 0; i < batch->n; i++) {
        struct run *run = &batch->runs[i];

        if (run->state == RUN_DONE && !run->plan.n && !run->db_changed)
            run->state = RUN_FINISHED;
    }
    batch_tell(batch);
}

static void round_absent(struct batch *batch)
{
    bool wait = batch->wait != VIF_WAIT_NONE;
    struct vif_error err = {0};
    int64_t cfg = 0;
    int r = 0;

    change_state(batch, RUN_PLANNED, RUN_APPLIED);
    commit_apply(batch, wait, &cfg);
    finish_absent(batch);
    if (wait)
        r = settle_absent(batch, cfg, &err);
    change_state(batch, RUN_DONE, RUN_PLANNED);
    links_apply(batch);
    change_state(batch, RUN_APPLIED, RUN_FINISHED);
    if (err.kind == VIF_ERROR_INTERRUPTED) /* it is done, only not waited for */
        r = 0;
    for (size_t i = 0; r < 0 && i < batch->n; i++)
        if (batch->runs[i].state == RUN_FINISHED && batch->runs[i].db_changed) {
            batch->runs[i].error = err;
            batch->runs[i].state = RUN_FAILED;
            run_say_left(&batch->runs[i], "the change stands", "");
        }
}

/* What was read does not fit together: all of it again. */
static bool again(struct batch *batch)
{
    if (!batch_count(batch, RUN_PENDING))
        return false;
    change_state(batch, RUN_PLANNED, RUN_PENDING);
    return true;
}

/* For a call that changes nothing: what is known of the ports as they are. */
static void take_as_is(struct batch *batch)
{
    change_state(batch, RUN_PLANNED, RUN_DONE);
    settle_skip(batch);
    change_state(batch, RUN_DONE, RUN_PLANNED);
}

/* A look ends where the plan is made. */
static void round_look(struct batch *batch)
{
    if (again(batch))
        return;
    take_as_is(batch);
    change_state(batch, RUN_PLANNED, RUN_FINISHED);
}

/* A dry run ends where the first change would begin. */
static void round_dry(struct batch *batch, struct outcome *outcomes, char **ret_transaction)
{
    if (again(batch))
        return;
    if (ret_transaction)
        *ret_transaction = commit_json(batch);
    for (size_t i = 0; i < batch->n; i++) {
        struct run *run = &batch->runs[i];
        struct text words = {0};

        if (run->state != RUN_PLANNED)
            continue;
        for (size_t s = 0; s < run->plan.n; s++) {
            step_words(&run->plan.steps[s], &words);
            text_add(&words, "\n");
        }
        outcomes[i].steps = text_take(&words);
        run->changed = run->plan.n > 0;
        run->state = outcomes[i].steps ? RUN_FINISHED : RUN_FAILED;
        if (!outcomes[i].steps)
            (void)error_memory(&run->error);
    }
}

/* What a plan points to goes with the next observation. */
static void drop_plans(struct batch *batch)
{
    for (size_t i = 0; i < batch->n; i++)
        plan_done(&batch->runs[i].plan);
}

static void run_round(struct batch *batch, const struct converge_options *options,
                      struct outcome *outcomes, char **ret_transaction)
{
    struct vif_error err = {0};
    int64_t lasts = -1;

    batch_progress(batch, VIF_STAGE_OBSERVE, 0, batch_count(batch, RUN_PENDING));
    for (;;) {
        interrupt_listen(batch);
        if (observe_pending(batch, options, &err) < 0) {
            if (err.kind != VIF_ERROR_INTERRUPTED || !interrupt_point(batch))
                fail_pending(batch, &err);
            return;
        }
        plan_pending(batch, options->goal);
        if (!options->explain || !explain_doubts(batch, options, &lasts))
            break;
        change_state(batch, RUN_PLANNED, RUN_PENDING);
    }
    (void)interrupt_point(batch);
    interrupt_listen(batch);
    if (options->explain)
        explain_runs(batch, options->wait != VIF_WAIT_NONE);
    batch_tell(batch);
    if (options->explain && options->dry_run)
        take_as_is(batch);
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
    stop_sleep(batch->interrupted ? STOP_NEVER : batch->stop,
               1 + ts.tv_nsec / 1000 % (5 * (int64_t)round + 1), batch->until);
}

static void give_up(struct batch *batch)
{
    for (size_t i = 0; i < batch->n; i++) {
        struct run *run = &batch->runs[i];
        struct vif_error why = run->error;

        if (run->state != RUN_PENDING)
            continue;
        if (run->unknown) {
            run_fail_unknown(run, &why);
            continue;
        }
        if (deadline_left(batch->until) == 0)
            (void)error_set(&run->error, VIF_ERROR_TIMEOUT, "not done in time%s%s",
                            why.text[0] ? ": " : "", why.text);
        else
            (void)error_set(&run->error, VIF_ERROR_CONFLICT,
                            "someone else keeps changing the same devices or rows%s%s",
                            why.text[0] ? ": " : "", why.text);
        run->state = RUN_FAILED;
        links_undo(batch, run);
    }
    links_undo_end(batch);
}

/* What a round has ended for is told. */
static void tell_ended(struct batch *batch)
{
    for (size_t i = 0; i < batch->n; i++)
        if (batch->runs[i].state != RUN_PENDING)
            run_tell(batch, &batch->runs[i]);
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

static void runs_done(struct run *runs, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        plan_done(&runs[i].plan);
        diff_done(&runs[i].differences);
        vswitch_copies_free(runs[i].copies);
        links_forget(&runs[i]);
    }
}

int converge(const struct engine *engine, struct vif_wiring *const *wirings, size_t n,
             const struct converge_options *options, struct outcome *outcomes,
             char **ret_transaction, struct vif_error *err)
{
    auto_free struct run *runs = calloc(n + 1, sizeof *runs);
    struct batch batch = {
        .engine = engine,
        .runs = runs,
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
    if (!runs)
        return error_memory(err);
    for (size_t i = 0; i < n; i++)
        runs[i].wiring = wirings[i];
    interrupt_listen(&batch);
    r = resolve_names(engine, wirings, n, options->until, &unreachable);
    for (size_t i = 0; r < 0 && i < n; i++) {
        runs[i].error = unreachable;
        runs[i].taken_back = true;
        runs[i].state = RUN_FAILED;
    }
    judge_names(&batch);
    r = claims_refuse_doubles(&batch, err);
    if (r == 0)
        tell_ended(&batch);
    for (unsigned round = 0; r == 0 && batch_count(&batch, RUN_PENDING); round++) {
        if (round > 0) {
            if (engine->retries)
                ++*engine->retries;
            pause_between_rounds(round, &batch);
        }
        if (interrupt_point(&batch) && !batch_count(&batch, RUN_PENDING)) {
            tell_ended(&batch);
            break;
        }
        if (round == ROUNDS_MAX || (round > 0 && deadline_left(batch.until) == 0))
            give_up(&batch);
        else
            run_round(&batch, options, outcomes, ret_transaction);
        tell_ended(&batch);
    }
    runs_done(runs, n);
    interrupt_deafen(&batch);
    observed_done(&batch.observed);
    return r;
}
