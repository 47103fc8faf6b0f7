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
    struct batch_call of;
    struct client_call call;
    struct call_parameters parameters; /* as they are sent */
    struct reply reply;
    bool *finished; /* of each VIF that was sent: its result is known */
    size_t n_finished;
};

static void work_done(struct work *work)
{
    batch_call_done(&work->of);
    free(work->finished);
}
#define auto_work __attribute__((cleanup(work_done)))

/* A stage that only a newer vifd knows is not reported. */
static void take_progress(struct work *work, const struct progress_record *progress)
{
    for (int i = 0; i < VIF_STAGE_FINISHED; i++)
        if (strcmp(vif_stage_name((enum vif_stage)i), progress->stage) == 0)
            batch_call_progress(&work->of, (enum vif_stage)i, progress->done, progress->total);
}

static int take_results(struct work *work, const struct record_list *list, bool again,
                        struct vif_error *err)
{
    const struct vif_result *results = list ? list->items : NULL;

    for (size_t i = 0; list && i < list->n; i++) {
        size_t index = results[i].index, owner;

        if (index >= work->of.n)
            return client_unexpected(&work->call, "a result of a VIF that was not sent", err);
        if (work->finished[index] && !again)
            return client_unexpected(&work->call, "two results of one VIF", err);
        if (work->finished[index])
            continue;
        owner = work->of.owners[index];
        work->of.results[owner] = results[i];
        work->of.results[owner].index = owner;
        work->finished[index] = true;
        work->n_finished++;
        batch_call_result(&work->of, owner);
    }
    return 0;
}

static int take_reply(void *data, struct vif_error *err)
{
    struct work *work = data;

    if (work->reply.progress)
        take_progress(work, work->reply.progress);
    if (work->reply.transaction)
        work->of.report->reply.transaction = work->reply.transaction;
    return take_results(work, work->reply.entries, false, err);
}

/* VIFs without a result get this error. */
static int fail_rest(struct work *work, const struct vif_error *fault, struct vif_error *err)
{
    for (size_t i = 0; i < work->of.n; i++) {
        struct vif_result *result = &work->of.results[work->of.owners[i]];
        struct vif_error own = *fault;

        if (work->finished[i])
            continue;
        (void)error_prefix(&own, 0, "%s %s", work->of.op->verb, result->id);
        result->changed = work->call.begun && work->call.changes; /* as far as can be known */
        result->error = report_error(work->of.report, &own);
        if (!result->error)
            return error_memory(err);
        batch_call_result(&work->of, work->of.owners[i]);
    }
    return 0;
}

static int ask(struct client *client, struct work *work, const struct op_call *op_call,
               struct vif_error *err)
{
    const struct vif_call_options *options = work->of.options;
    struct batch_documents documents = {.n = 0};
    const struct record_list *failed = NULL;
    struct client_call *call = &work->call;
    int r = batch_documents(work->of.batch, &documents, err);

    work->parameters = (struct call_parameters){
        *options, {{NULL, documents.list.data}, (const char *const *)documents.sources}};
    call_init(call, op_call);
    call->arguments = &work->parameters;
    call->record = &work->reply;
    call->take = take_reply;
    call->data = work;
    call->failed = &failed;
    call->more = options->progress || options->result;
    call->tick = (struct tick){options->progress ? batch_call_again : NULL, work};
    if (r == 0)
        r = client_call(client, call, err);
    call->failed = NULL;
    batch_documents_done(&documents);
    if (r == 0)
        r = take_results(work, failed, true, err);
    if (r == 0 && work->n_finished < work->of.n)
        r = failed ? fail_rest(work, &call->fault, err)
                   : client_unexpected(call, "nothing about some of the VIFs", err);
    return r;
}

int op_ask_batch(struct vif_host *host, const struct op_call *call, struct vif_error *err)
{
    auto_work struct work work = {.n_finished = 0};
    struct vif_error fault = {0};
    int r = batch_call_begin(&work.of, call, err);

    work.finished = calloc(call->batch->n + 1, sizeof *work.finished);
    if (r < 0 || !work.finished)
        return r < 0 ? r : error_memory(err);
    batch_call_faults(&work.of);
    if (work.of.n)
        r = ask(host->client, &work, call, &fault);
    if (r < 0 && r != -ENOMEM && (work.n_finished || (r == -EINTR && work.call.unanswered)))
        r = fail_rest(&work, &fault, &fault);
    if (r < 0) {
        if (err)
            *err = fault;
        return r;
    }
    batch_call_progress(&work.of, VIF_STAGE_FINISHED, call->batch->n, call->batch->n);
    return 0;
}

/* ---- show ---- */

static const struct record_list no_items = {.n = 0};

int op_ask_show(struct vif_host *host, const struct op_call *call, struct vif_error *err)
{
    const struct show_parameters *given = call->parameters;
    const char *const *ids = given->options.ids;
    struct show_parameters parameters = *given;
    struct batch_documents documents = {.n = 0};
    struct vif_report *report = call->report;
    bool whole = !call->batch && !ids;
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
    return r < 0 ? r : show_fill_graph(report, call->batch, err);
}
