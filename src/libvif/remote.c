/* SPDX-License-Identifier: Apache-2.0 */
/* Operations through vifd: parameters and replies are the same structs as here.  VIFs that do not
 * decode are not sent; what vifd says of the others is put where they belong.  Once the results of
 * some VIFs are known the call does not fail any more: the others then say for themselves that
 * nothing is known. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "client/client.h"
#include "libvif/report.h"

static void call_init(struct client_call *call, const struct op_call *from)
{
    const struct op *op = from->op;
    const char *parameters = from->parameters;

    *call = (struct client_call){
        .method = op->name,
        .parameters = op->parameters,
        .arguments = parameters,
        .reply = op->reply,
        .record = &from->report->reply,
        .pool = &from->report->pool,
        .entry = op->entry,
        .changes = op->changes && op->changes(parameters),
    };
    if (op->timeout)
        memcpy(&call->timeout_ms, parameters + op->timeout, sizeof call->timeout_ms);
    if (op->stop)
        memcpy(&call->stop, parameters + op->stop, sizeof call->stop);
}

int op_ask(struct vif_host *host, const struct op_call *call, struct vif_error *err)
{
    struct client_call own;

    call_init(&own, call);
    return client_call(host->client, &own, err);
}

/* ---- plug, unplug, check, repair ---- */

struct work {
    struct client_call call;
    struct call_parameters parameters; /* as they are sent */
    struct reply reply;
    const struct op *op;
    const struct vif_batch *batch;
    const struct vif_call_options *options;
    struct vif_report *report;
    struct vif_result *results;
    size_t *owners; /* entry of each VIF that was sent */
    bool *finished; /* of each of these: its result is known */
    size_t n, n_finished;
    struct vif_progress progress; /* as it was reported last */
    bool has_progress;
};

static void work_done(struct work *work)
{
    free(work->owners);
    free(work->finished);
}
#define auto_work __attribute__((cleanup(work_done)))

static void report_result(const struct work *work, size_t entry)
{
    if (work->options->result)
        work->options->result(work->options->data, &work->results[entry]);
}

static void report_progress(struct work *work, enum vif_stage stage, size_t done, size_t total)
{
    work->progress = (struct vif_progress){stage, done, total};
    work->has_progress = true;
    if (work->options->progress)
        work->options->progress(work->options->data, &work->progress);
}

static void report_again(void *data)
{
    const struct work *work = data;

    if (work->has_progress)
        work->options->progress(work->options->data, &work->progress);
}

/* A stage that only a newer vifd knows is not reported. */
static void take_progress(struct work *work, const struct progress_record *progress)
{
    for (int i = 0; i < VIF_STAGE_FINISHED; i++)
        if (strcmp(vif_stage_name((enum vif_stage)i), progress->stage) == 0)
            report_progress(work, (enum vif_stage)i, progress->done, progress->total);
}

static int take_results(struct work *work, const struct record_list *list, bool again,
                        struct vif_error *err)
{
    const struct vif_result *results = list ? list->items : NULL;

    for (size_t i = 0; list && i < list->n; i++) {
        size_t index = results[i].index, owner;

        if (index >= work->n)
            return client_unexpected(&work->call, "a result of a VIF that was not sent", err);
        if (work->finished[index] && !again)
            return client_unexpected(&work->call, "two results of one VIF", err);
        if (work->finished[index])
            continue;
        owner = work->owners[index];
        work->results[owner] = results[i];
        work->results[owner].index = owner;
        work->finished[index] = true;
        work->n_finished++;
        report_result(work, owner);
    }
    return 0;
}

static int take_reply(void *data, struct vif_error *err)
{
    struct work *work = data;

    if (work->reply.progress)
        take_progress(work, work->reply.progress);
    if (work->reply.transaction)
        work->report->reply.transaction = work->reply.transaction;
    return take_results(work, work->reply.entries, false, err);
}

/* VIFs without a result get this error. */
static int fail_rest(struct work *work, const struct vif_error *fault, struct vif_error *err)
{
    for (size_t i = 0; i < work->n; i++) {
        struct vif_result *result = &work->results[work->owners[i]];
        struct vif_error own = *fault;

        if (work->finished[i])
            continue;
        (void)error_prefix(&own, 0, "%s %s", work->op->verb, result->id);
        result->changed = work->call.begun && work->call.changes; /* as far as can be known */
        result->error = report_error(work->report, &own);
        if (!result->error)
            return error_memory(err);
        report_result(work, work->owners[i]);
    }
    return 0;
}

static int begin(struct work *work, struct vif_error *err)
{
    const struct vif_batch *batch = work->batch;
    struct pool *pool = &work->report->pool;

    work->owners = calloc(batch->n + 1, sizeof *work->owners);
    work->finished = calloc(batch->n + 1, sizeof *work->finished);
    if (!work->owners || !work->finished ||
        !report_add_entries(work->report, batch->n, &work->results))
        return error_memory(err);
    for (size_t i = 0; i < batch->n; i++) {
        const struct batch_entry *entry = &batch->entries[i];

        work->results[i] = (struct vif_result){
            .index = i,
            .id = pool_text(pool, entry->id),
            .name = "",
            .bridge = "",
            .state = VIF_STATE_FAILED,
            .note = "",
            .error = entry->request ? NULL : report_error(work->report, &entry->fault),
        };
        if (entry->request)
            work->owners[work->n++] = i;
    }
    return pool->failed ? error_memory(err) : 0;
}

static int ask(struct client *client, struct work *work, const struct op_call *op_call,
               struct vif_error *err)
{
    const struct vif_call_options *options = work->options;
    struct batch_documents documents = {.n = 0};
    const struct record_list *failed = NULL;
    struct client_call *call = &work->call;
    int r = batch_documents(work->batch, &documents, err);

    work->parameters = (struct call_parameters){
        *options, {{NULL, documents.list.data}, (const char *const *)documents.sources}};
    call_init(call, op_call);
    call->arguments = &work->parameters;
    call->record = &work->reply;
    call->take = take_reply;
    call->data = work;
    call->failed = &failed;
    call->more = options->progress || options->result;
    call->tick = (struct tick){options->progress ? report_again : NULL, work};
    if (r == 0)
        r = client_call(client, call, err);
    call->failed = NULL;
    batch_documents_done(&documents);
    if (r == 0)
        r = take_results(work, failed, true, err);
    if (r == 0 && work->n_finished < work->n)
        r = failed ? fail_rest(work, &call->fault, err)
                   : client_unexpected(call, "nothing about some of the VIFs", err);
    return r;
}

int op_ask_batch(struct vif_host *host, const struct op_call *call, struct vif_error *err)
{
    const struct call_parameters *parameters = call->parameters;
    auto_work struct work work = {.op = call->op,
                                  .batch = call->batch,
                                  .options = &parameters->options,
                                  .report = call->report};
    struct vif_error fault = {0};
    int r = begin(&work, err);

    if (r < 0)
        return r;
    for (size_t i = 0; i < work.batch->n; i++)
        if (!work.batch->entries[i].request)
            report_result(&work, i);
    if (work.n)
        r = ask(host->client, &work, call, &fault);
    if (r < 0 && r != -ENOMEM && (work.n_finished || (r == -EINTR && work.call.unanswered)))
        r = fail_rest(&work, &fault, &fault);
    if (r < 0) {
        if (err)
            *err = fault;
        return r;
    }
    report_progress(&work, VIF_STAGE_FINISHED, work.batch->n, work.batch->n);
    return 0;
}

/* ---- show ---- */

/* Puts VIFs that were not sent among those that vifd drew; 'places' becomes where each of vifd's
 * is. */
static int merge_vifs(const struct vif_batch *batch, struct vif_report *report, size_t *places,
                      struct vif_error *err)
{
    const struct record_list *drawn = report->reply.entries;
    const struct graph_vif *from = drawn->items;
    size_t n_unsent = 0, taken = 0, n = 0;
    struct graph_vif *vifs;

    for (size_t i = 0; batch && i < batch->n; i++)
        n_unsent += !batch->entries[i].request;
    if (!report_add_entries(report, drawn->n + n_unsent, &vifs))
        return error_memory(err);
    for (size_t i = 0; batch && i < batch->n; i++) {
        const struct batch_entry *entry = &batch->entries[i];

        if (entry->request && taken < drawn->n) {
            places[taken] = n;
            vifs[n++] = from[taken++];
            continue;
        }
        vifs[n++] = (struct graph_vif){
            .id = pool_text(&report->pool, entry->id),
            .type = "",
            .instance = "",
            .address = "",
            .first = GRAPH_NONE,
            .error = report_error(report, &entry->fault),
        };
    }
    while (taken < drawn->n) {
        places[taken] = n;
        vifs[n++] = from[taken++];
    }
    return report->pool.failed ? error_memory(err) : 0;
}

/* The parts, which name VIFs by their place. */
static int move_parts(struct vif_report *report, const size_t *places, struct vif_error *err)
{
    const struct record_list *old = report->reply.parts;
    struct show_part *parts = pool_take(&report->pool, old->n * sizeof *parts);
    struct record_list *list = pool_take(&report->pool, sizeof *list);

    if (!parts || !list)
        return error_memory(err);
    memcpy(parts, old->items, old->n * sizeof *parts);
    for (size_t i = 0; i < old->n; i++)
        if (parts[i].node.vif != GRAPH_NONE)
            parts[i].node.vif = places[parts[i].node.vif];
    *list = (struct record_list){parts, old->n};
    report->reply.parts = list;
    return 0;
}

static const struct record_list no_items = {.n = 0};

int op_ask_show(struct vif_host *host, const struct op_call *call, struct vif_error *err)
{
    const struct show_parameters *given = call->parameters;
    const char *const *ids = given->options.ids;
    struct show_parameters parameters = *given;
    struct batch_documents documents = {.n = 0};
    struct vif_report *report = call->report;
    bool whole = !call->batch && !ids;
    auto_free size_t *places = NULL;
    struct client_call own;
    size_t n;
    int r = call->batch ? batch_documents(call->batch, &documents, err) : 0;

    parameters.documents =
        (struct op_documents){{NULL, documents.list.data}, (const char *const *)documents.sources};
    n = documents.n;
    for (size_t i = 0; ids && ids[i]; i++)
        n++;
    call_init(&own, call);
    own.arguments = &parameters;
    report->reply = (struct reply){.entries = &no_items, .parts = &no_items, .edges = &no_items};
    if (r == 0 && (n || whole))
        r = client_call(host->client, &own, err);
    batch_documents_done(&documents);
    if (r == 0 && !whole && report->reply.entries->n != n)
        r = client_unexpected(&own, "another number of VIFs than was sent", err);
    if (r < 0)
        return r;
    places = calloc(report->reply.entries->n + 1, sizeof *places);
    r = places ? merge_vifs(call->batch, report, places, err) : error_memory(err);
    if (r == 0)
        r = move_parts(report, places, err);
    return r < 0 ? r : show_fill_graph(report, err);
}
