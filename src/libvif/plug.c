/* SPDX-License-Identifier: Apache-2.0 */
/* Plug, unplug, check and repair: every VIF of a batch is described by its plugin, and all wirings
 * go through the engine at once. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/deadline.h"
#include "engine/lock.h"
#include "libvif/report.h"
#include "model/view.h"

/* What each of the four wants of the engine. */
static const struct purpose {
    const struct op *op;
    enum vif_goal goal;
    bool explain, look;
} purposes[] = {
    {&op_plug, VIF_GOAL_PLUG, false, false},
    {&op_unplug, VIF_GOAL_UNPLUG, false, false},
    {&op_check, VIF_GOAL_PLUG, .explain = true, .look = true},
    {&op_repair, VIF_GOAL_PLUG, .explain = true, .look = false},
};

/* A wiring for each VIF that can be described, and where in the report it belongs. */
struct call {
    const struct log *log;
    const struct purpose *purpose;
    const struct vif_call_options *options;
    const struct vif_batch *batch;
    struct vif_report *report;
    struct vif_result *results;
    struct vif_wiring *wirings;    /* one for each entry; those that failed are empty */
    struct vif_wiring **described; /* those that did not */
    size_t *owners;                /* entry of each */
    size_t n;
    struct reconcile_hooks hooks;
    struct vif_progress progress; /* as it was reported last */
    int lock;                     /* of all VIFs; -1: none */
    bool unlocks; /* each as soon as its result is final: others may wait for much longer */
};

static void call_done(struct call *call)
{
    for (size_t i = 0; call->wirings && i < call->batch->n; i++)
        wiring_done(&call->wirings[i]);
    free(call->wirings);
    free(call->described);
    free(call->owners);
    if (call->lock >= 0)
        (void)close(call->lock);
}
#define auto_call __attribute__((cleanup(call_done)))

static bool call_init(struct call *call)
{
    struct vif_report *report = call->report;
    size_t n = call->batch->n;

    call->wirings = calloc(n + 1, sizeof *call->wirings);
    call->described = calloc(n + 1, sizeof *call->described);
    call->owners = calloc(n + 1, sizeof *call->owners);
    report->outcomes = calloc(n + 1, sizeof *report->outcomes);
    return call->wirings && call->described && call->owners && report->outcomes &&
           report_add_entries(report, n, &call->results);
}

/* The ids that programs know a VIF by: its own and, where its port has another in the database,
 * that one too; their number. */
static size_t ids_of(const struct batch_entry *entry, const char *ret[2])
{
    struct vif_object vif;
    const char *second;

    view_vif(entry->request, &vif);
    second = view_string(&vif, "port_profile/interface_id");
    ret[0] = entry->id;
    ret[1] = second;
    return second && strcmp(second, entry->id) != 0 ? 2 : 1;
}

/* Keeps other programs from working on the VIFs of the batch. */
static int lock_vifs(struct call *call, const struct reconcile_options *how,
                     const struct tick *tick, struct vif_error *err)
{
    const struct vif_batch *batch = call->batch;
    auto_free const char **ids = calloc(2 * batch->n + 1, sizeof *ids);
    size_t n = 0;

    if (!ids)
        return error_memory(err);
    for (size_t i = 0; i < batch->n; i++)
        if (batch->entries[i].request)
            n += ids_of(&batch->entries[i], ids + n);
    return lock_ids(ids, n, how->look || how->dry_run, how->stop, how->until, call->log, tick,
                    &call->lock, err);
}

static void report_result(const struct call *call, size_t i)
{
    if (call->options->result)
        call->options->result(call->options->data, &call->results[i]);
}

static int describe_all(const struct vif_host *host, struct call *call, struct vif_error *err)
{
    struct pool *pool = &call->report->pool;

    for (size_t i = 0; i < call->batch->n; i++) {
        const struct batch_entry *from = &call->batch->entries[i];
        struct vif_wiring *wiring = &call->wirings[i];
        struct vif_error fault = from->fault;
        bool ok = from->request &&
                  host_describe(host, from->request, call->purpose->goal, wiring, &fault) == 0;

        call->results[i] = (struct vif_result){
            .index = i,
            .id = pool_text(pool, from->id),
            .name = pool_text(pool, ok ? wiring->name : ""),
            .bridge = pool_text(pool, ok && wiring->n_bridges ? wiring->bridges[0].name : ""),
            .state = VIF_STATE_FAILED,
            .note = "",
            .error = ok ? NULL : report_error(call->report, &fault),
        };
        if (!ok)
            continue;
        call->owners[call->n] = i;
        call->described[call->n++] = wiring;
    }
    return pool->failed ? error_memory(err) : 0;
}

static void report_progress(void *data, enum vif_stage stage, size_t done, size_t total)
{
    struct call *call = data;

    if (stage != call->progress.stage || !done)
        log_debug(call->log, "stage %s: %zu/%zu", vif_stage_name(stage), done, total);
    call->progress = (struct vif_progress){stage, done, total};
    if (call->options->progress)
        call->options->progress(call->options->data, &call->progress);
}

static void report_again(void *data)
{
    const struct call *call = data;

    call->options->progress(call->options->data, &call->progress);
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
    size_t owner = call->owners[i];
    struct vif_result *result = &call->results[owner];
    struct outcome *outcome = &call->report->outcomes[i];
    struct record_list *list = NULL;

    result->state = outcome->state;
    result->changed = outcome->changed;
    result->ofport = outcome->ofport;
    result->steps = outcome->steps;
    result->warnings = outcome->warnings;
    if (result->state == VIF_STATE_WAITING)
        result->note = "waiting for its network device";
    if (outcome->differences.n || result->state == VIF_STATE_WIRED)
        list = pool_take(&call->report->pool, sizeof *list);
    if (list)
        *list = (struct record_list){outcome->differences.items, outcome->differences.n};
    result->differences = (const struct vif_differences *)list;
    if (!result->name[0] && call->described[i]->name[0]) { /* found out on the way */
        const char *name = pool_text(&call->report->pool, call->described[i]->name);

        result->name = name ? name : "";
    }
    if (result->state == VIF_STATE_FAILED) {
        name_error(result, call->purpose->op->verb, &outcome->error);
        result->error = &outcome->error;
    } else if (call->unlocks && call->lock >= 0) {
        const char *ids[2];

        lock_release(call->lock, ids, ids_of(&call->batch->entries[owner], ids));
    }
    report_result(call, owner);
}

/* Locks the VIFs and has the engine do the rest. */
static int reconcile_described(struct vif_host *host, struct reconcile_options *how,
                               struct call *call, struct vif_error *err)
{
    struct engine engine = {host->nl, host->db, &host->nft, &host->log, &host->retries};
    const struct tick tick = {call->options->progress ? report_again : NULL, call}, none = {0};
    int r = 0;

    call->unlocks = how->wait == VIF_WAIT_OVN || how->wait == VIF_WAIT_ML2;
    call->hooks = (struct reconcile_hooks){report_progress, take_outcome, call};
    how->hooks = &call->hooks;
    if (!how->dry_run || how->explain) {
        report_progress(call, VIF_STAGE_LOCK, 0, call->n);
        r = lock_vifs(call, how, &tick, err);
    }
    if (r < 0)
        return r;
    call->report->n_outcomes = call->n;
    ovsdb_client_set_tick(host->db, &tick);
    r = reconcile(&engine, call->described, call->n, how, call->report->outcomes,
                  &call->report->transaction, err);
    ovsdb_client_set_tick(host->db, &none);
    call->report->reply.transaction = call->report->transaction;
    return r < 0 || !call->report->pool.failed ? r : error_memory(err);
}

static const struct purpose *purpose_of(const struct op *op)
{
    const struct purpose *purpose = purposes;

    while (purpose->op != op)
        purpose++;
    return purpose;
}

int op_run_batch(struct vif_host *host, const struct op_call *op_call, struct vif_error *err)
{
    const struct call_parameters *parameters = op_call->parameters;
    auto_call struct call call = {
        .log = &host->log,
        .purpose = purpose_of(op_call->op),
        .options = &parameters->options,
        .batch = op_call->batch,
        .report = op_call->report,
        .lock = -1,
    };
    struct reconcile_options how = {
        .goal = call.purpose->goal,
        .wait = call.options->wait,
        .undo_on_timeout = call.options->on_timeout == VIF_ON_TIMEOUT_UNDO,
        .dry_run = call.options->dry_run && !call.purpose->look,
        .explain = call.purpose->explain,
        .look = call.purpose->look,
        .until = op_deadline(host, op_call),
        .stop = call.options->stop_fd,
        .policy = host_policy(host),
    };
    int r = call_init(&call) ? describe_all(host, &call, err) : error_memory(err);

    if (r < 0)
        return r;
    for (size_t i = 0; i < call.batch->n; i++)
        if (call.results[i].error)
            report_result(&call, i);
    if (call.n)
        r = reconcile_described(host, &how, &call, err);
    if (r < 0)
        return r;
    report_progress(&call, VIF_STAGE_FINISHED, call.batch->n, call.batch->n);
    host_log_counts(host, call.n);
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
