/* SPDX-License-Identifier: Apache-2.0 */
/* Plug, unplug, check and repair: every VIF of a batch is described by its plugin, and all wirings
 * go through the engine at once. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/deadline.h"
#include "engine/reconcile.h"
#include "libvif/report.h"

/* A wiring for each VIF that can be described. */
struct call {
    struct batch_call of; /* first: what is reported of it gets a pointer to either */
    enum vif_goal goal;
    struct vif_wiring *wirings;    /* one for each VIF; those that failed are empty */
    struct vif_wiring **described; /* those that did not */
    struct reconcile_hooks hooks;
    int lock;     /* of all VIFs; -1: none */
    bool unlocks; /* each as soon as its result is final: others may wait for much longer */
};

static void call_done(struct call *call)
{
    for (size_t i = 0; call->wirings && i < call->of.batch->n; i++)
        wiring_done(&call->wirings[i]);
    free(call->wirings);
    free(call->described);
    if (call->lock >= 0)
        (void)close(call->lock);
    batch_call_done(&call->of);
}
#define auto_call __attribute__((cleanup(call_done)))

/* The ids that programs know a VIF by: its own and, where its port has another in the database,
 * that one too; their number. */
static size_t ids_of(const struct batch_entry *entry, const char *ret[2])
{
    const char *second = view_string(&entry->request->vif, "port_profile/interface_id");

    ret[0] = entry->id;
    ret[1] = second;
    return second && strcmp(second, entry->id) != 0 ? 2 : 1;
}

/* Keeps other programs from working on the VIFs of the batch. */
static int lock_vifs(struct call *call, const struct reconcile_options *how,
                     const struct tick *tick, struct vif_error *err)
{
    const struct vif_batch *batch = call->of.batch;
    auto_free const char **ids = calloc(2 * batch->n + 1, sizeof *ids);
    size_t n = 0;

    if (!ids)
        return error_memory(err);
    for (size_t i = 0; i < batch->n; i++)
        if (batch->entries[i].request)
            n += ids_of(&batch->entries[i], ids + n);
    return lock_ids(ids, n, how->look || how->dry_run, how->stop, how->until, call->of.log, tick,
                    &call->lock, err);
}

static int describe_all(const struct vif_host *host, struct call *call, struct vif_error *err)
{
    struct batch_call *of = &call->of;
    struct pool *pool = &of->report->pool;
    size_t n = of->n;

    call->wirings = calloc(of->batch->n + 1, sizeof *call->wirings);
    call->described = calloc(n + 1, sizeof(struct vif_wiring *));
    of->report->outcomes = calloc(n + 1, sizeof *of->report->outcomes);
    if (!call->wirings || !call->described || !of->report->outcomes)
        return error_memory(err);
    of->n = 0;
    for (size_t k = 0; k < n; k++) {
        size_t owner = of->owners[k];
        struct vif_result *result = &of->results[owner];
        struct vif_wiring *wiring = &call->wirings[k];
        struct vif_error fault = {0};

        if (host_describe(host, of->batch->entries[owner].request, call->goal, wiring, &fault) <
            0) {
            result->error = report_error(of->report, &fault);
            continue;
        }
        result->name = pool_text(pool, wiring->name);
        if (wiring->n_bridges)
            result->bridge = pool_text(pool, wiring->bridges[0].name);
        of->owners[of->n] = owner;
        call->described[of->n++] = wiring;
    }
    return pool->failed ? error_memory(err) : 0;
}

/* Names the VIF in front of an error; faults of the input say themselves where they are. */
static void name_error(const struct vif_result *result, const char *verb, struct vif_error *error)
{
    if (vif_error_kind_status(error->kind) == 2 || !result->id[0])
        return;
    (void)error_prefix(error, 0, "%s %s%s%s%s", verb, result->id, result->name[0] ? " (" : "",
                       result->name, result->name[0] ? ")" : "");
}

/* The result points into the outcome, which the report keeps. */
static void take_outcome(void *data, size_t i)
{
    struct call *call = data;
    struct vif_report *report = call->of.report;
    size_t owner = call->of.owners[i];
    struct vif_result *result = &call->of.results[owner];
    struct outcome *outcome = &report->outcomes[i];
    struct record_list *list = NULL;

    result->state = outcome->state;
    result->changed = outcome->changed;
    result->ofport = outcome->ofport;
    result->steps = outcome->steps;
    result->warnings = outcome->warnings;
    if (result->state == VIF_STATE_WAITING)
        result->note = "waiting for its network device";
    if (outcome->differences.n || result->state == VIF_STATE_WIRED)
        list = pool_take(&report->pool, sizeof *list);
    if (list)
        *list = (struct record_list){outcome->differences.items, outcome->differences.n};
    result->differences = (const struct vif_differences *)list;
    if (!result->name[0] && call->described[i]->name[0]) { /* found out on the way */
        const char *name = pool_text(&report->pool, call->described[i]->name);

        result->name = name ? name : "";
    }
    if (result->state == VIF_STATE_FAILED) {
        name_error(result, call->of.op->verb, &outcome->error);
        result->error = &outcome->error;
    } else if (call->unlocks && call->lock >= 0) {
        const char *ids[2];

        lock_release(call->lock, ids, ids_of(&call->of.batch->entries[owner], ids));
    }
    batch_call_result(&call->of, owner);
}

/* Locks the VIFs and has the engine do the rest. */
static int reconcile_described(struct vif_host *host, struct reconcile_options *how,
                               struct call *call, struct vif_error *err)
{
    struct engine engine = {host->nl, host->db, &host->nft, &host->log, &host->retries};
    const struct tick tick = {call->of.options->progress ? batch_call_again : NULL, call};
    const struct tick none = {0};
    struct vif_report *report = call->of.report;
    int r = 0;

    call->unlocks = how->wait == VIF_WAIT_OVN || how->wait == VIF_WAIT_ML2;
    call->hooks = (struct reconcile_hooks){batch_call_progress, take_outcome, call};
    how->hooks = &call->hooks;
    if (!how->dry_run || how->explain) {
        batch_call_progress(call, VIF_STAGE_LOCK, 0, call->of.n);
        r = lock_vifs(call, how, &tick, err);
    }
    if (r < 0)
        return r;
    report->n_outcomes = call->of.n;
    ovsdb_client_set_tick(host->db, &tick);
    r = reconcile(&engine, call->described, call->of.n, how, report->outcomes, &report->transaction,
                  err);
    ovsdb_client_set_tick(host->db, &none);
    report->reply.transaction = report->transaction;
    return r < 0 || !report->pool.failed ? r : error_memory(err);
}

int op_run_batch(struct vif_host *host, const struct op_call *op_call, struct vif_error *err)
{
    const struct call_parameters *parameters = op_call->parameters;
    const struct vif_call_options *options = &parameters->options;
    auto_call struct call call = {
        .of.log = &host->log,
        .goal = op_call->op == &op_unplug ? VIF_GOAL_UNPLUG : VIF_GOAL_PLUG,
        .lock = -1,
    };
    bool look = op_call->op == &op_check;
    struct reconcile_options how = {
        .goal = call.goal,
        .wait = options->wait,
        .undo_on_timeout = options->on_timeout == VIF_ON_TIMEOUT_UNDO,
        .dry_run = options->dry_run && !look,
        .explain = look || op_call->op == &op_repair,
        .look = look,
        .until = op_deadline(host, op_call),
        .stop = options->stop_fd,
        .policy = host_policy(host),
    };
    int r = batch_call_begin(&call.of, op_call, err);

    if (r == 0)
        r = describe_all(host, &call, err);
    if (r < 0)
        return r;
    batch_call_faults(&call.of);
    if (call.of.n)
        r = reconcile_described(host, &how, &call, err);
    if (r < 0)
        return r;
    batch_call_progress(&call, VIF_STAGE_FINISHED, call.of.batch->n, call.of.batch->n);
    host_log_counts(host, call.of.n);
    return 0;
}

int vif_host_plug(struct vif_host *host, const struct vif_batch *batch,
                  const struct vif_call_options *options, struct vif_report **ret_report,
                  struct vif_error *err)
{
    return op_call(host, &op_plug, batch, options, ret_report, err);
}

int vif_host_unplug(struct vif_host *host, const struct vif_batch *batch,
                    const struct vif_call_options *options, struct vif_report **ret_report,
                    struct vif_error *err)
{
    return op_call(host, &op_unplug, batch, options, ret_report, err);
}

int vif_host_check(struct vif_host *host, const struct vif_batch *batch,
                   const struct vif_call_options *options, struct vif_report **ret_report,
                   struct vif_error *err)
{
    return op_call(host, &op_check, batch, options, ret_report, err);
}

int vif_host_repair(struct vif_host *host, const struct vif_batch *batch,
                    const struct vif_call_options *options, struct vif_report **ret_report,
                    struct vif_error *err)
{
    return op_call(host, &op_repair, batch, options, ret_report, err);
}
