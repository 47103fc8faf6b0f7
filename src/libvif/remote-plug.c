/* SPDX-License-Identifier: Apache-2.0 */
/* Plugging, unplugging, checking and repairing through vifd.  VIFs that do not decode are told here and
 * do not travel; the results of the others come back in any order, in one reply or in several, and are
 * put where they belong in the report.  Once something is known of some VIFs the call does not fail any
 * more: the others then say for themselves that nothing is known of them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "libvif/remote-call.h"

struct difference_record {
    const char *sign, *part, *attribute, *is, *should;
};

#define DIFFERENCE(member, must)                                                                   \
    {                                                                                              \
        .name = #member, .type = RECORD_TEXT, .optional = !(must),                                 \
        .offset = offsetof(struct difference_record, member)                                       \
    }

static const struct record_field difference_fields[] = {
    DIFFERENCE(sign, true), DIFFERENCE(part, true),    DIFFERENCE(attribute, false),
    DIFFERENCE(is, false),  DIFFERENCE(should, false),
};
static const struct record_table difference_table =
    RECORD_TABLE(difference_fields, struct difference_record);

struct result_record {
    size_t index;
    const char *id, *name, *bridge, *state, *steps, *warnings;
    int changed;
    int64_t ofport;
    struct record_list differences;
    const struct remote_failure *error;
};

#define RESULT(member, of_type, may_be_absent)                                                     \
    .name = #member, .type = RECORD_##of_type, .optional = (may_be_absent),                        \
    .offset = offsetof(struct result_record, member)

static const struct record_field result_fields[] = {
    {RESULT(index, INDEX, false)},
    {RESULT(id, LINE, false)},
    {RESULT(name, LINE, false)},
    {RESULT(bridge, LINE, false)},
    {RESULT(state, WORD, false)},
    {RESULT(changed, BOOL, false)},
    {RESULT(ofport, INT, true), .min = INT64_MIN, .max = INT64_MAX},
    {RESULT(steps, LINES, true)},
    {RESULT(warnings, LINES, true)},
    {RESULT(differences, LIST, true), .table = &difference_table},
    {RESULT(error, OBJECT, true), .table = &remote_failure_table},
};
const struct record_table remote_result_table = RECORD_TABLE(result_fields, struct result_record);

struct progress_record {
    const char *stage;
    size_t done, total;
};

static const struct record_field progress_fields[] = {
    {.name = "stage", .type = RECORD_WORD, .offset = offsetof(struct progress_record, stage)},
    {.name = "done", .type = RECORD_INDEX, .offset = offsetof(struct progress_record, done)},
    {.name = "total", .type = RECORD_INDEX, .offset = offsetof(struct progress_record, total)},
};
static const struct record_table progress_table =
    RECORD_TABLE(progress_fields, struct progress_record);

struct reply_record {
    struct record_list results;
    const char *transaction;
    const struct progress_record *progress;
};

/* That all are told is seen at the end. */
static const struct record_field reply_fields[] = {
    {.name = "results",
     .type = RECORD_LIST,
     .optional = true,
     .offset = offsetof(struct reply_record, results),
     .table = &remote_result_table},
    {.name = "transaction",
     .type = RECORD_LIST_AS_TEXT,
     .optional = true,
     .offset = offsetof(struct reply_record, transaction)},
    {.name = "progress",
     .type = RECORD_OBJECT,
     .optional = true,
     .offset = offsetof(struct reply_record, progress),
     .table = &progress_table},
};
static const struct record_table reply_table = RECORD_TABLE(reply_fields, struct reply_record);

struct work {
    struct remote_call call;
    struct reply_record reply;
    const char *verb;
    const struct vif_call_options *options;
    struct vif_report *report;
    size_t *owners; /* entry of each VIF that was sent */
    bool *told;     /* of each of these */
    size_t n, n_told;
    struct vif_progress progress; /* as it was told last */
    bool has_progress;
};

static void work_done(struct work *work)
{
    text_done(&work->call.message);
    vif_report_free(work->report);
    free(work->owners);
    free(work->told);
}
#define auto_work __attribute__((cleanup(work_done)))

static void tell_result(const struct work *work, size_t entry)
{
    if (work->options->result)
        work->options->result(work->options->data, entry, &work->report->entries[entry].result);
}

static void tell_progress(struct work *work, enum vif_stage stage, size_t done, size_t total)
{
    work->progress = (struct vif_progress){stage, done, total};
    work->has_progress = true;
    if (work->options->progress)
        work->options->progress(work->options->data, &work->progress);
}

static void tell_again(void *data)
{
    const struct work *work = data;

    if (work->has_progress)
        work->options->progress(work->options->data, &work->progress);
}

/* A stage that only a newer vifd knows is not told. */
static void take_progress(struct work *work, const struct progress_record *record)
{
    for (int i = 0; i < VIF_STAGE_FINISHED; i++)
        if (strcmp(vif_stage_name((enum vif_stage)i), record->stage) == 0)
            tell_progress(work, (enum vif_stage)i, record->done, record->total);
}

static bool read_state(const char *word, enum vif_state *ret)
{
    for (int i = 0; i <= VIF_STATE_DRIFTED; i++)
        if (strcmp(vif_state_name((enum vif_state)i), word) == 0) {
            *ret = (enum vif_state)i;
            return true;
        }
    return false;
}

static int take_differences(struct work *work, const struct record_list *records,
                            struct vif_result *result, struct vif_error *err)
{
    const struct difference_record *from = records->items;
    struct vif_difference *differences;

    if (!records->n)
        return 0;
    differences = pool_take(&work->report->pool, records->n * sizeof *differences);
    if (!differences)
        return error_memory(err);
    for (size_t i = 0; i < records->n; i++) {
        if (strlen(from[i].sign) != 1)
            return remote_bad_answer(&work->call, "a difference without a sign", err);
        differences[i] = (struct vif_difference){from[i].sign[0], from[i].part, from[i].attribute,
                                                 from[i].is, from[i].should};
    }
    result->differences = differences;
    result->n_differences = records->n;
    return 0;
}

static int take_result(struct work *work, const struct result_record *record, bool again,
                       struct vif_error *err)
{
    struct vif_result result = {
        .id = record->id,
        .name = record->name,
        .bridge = record->bridge,
        .changed = record->changed,
        .ofport = record->ofport,
        .steps = record->steps,
        .warnings = record->warnings,
    };
    int r;

    if (record->index >= work->n)
        return remote_bad_answer(&work->call, "a result of a VIF that was not asked for", err);
    if (work->told[record->index])
        return again ? 0 : remote_bad_answer(&work->call, "two results of one VIF", err);
    if (!read_state(record->state, &result.state))
        return remote_bad_answer(&work->call, "a state that is not known", err);
    if ((result.state == VIF_STATE_FAILED) != (record->error != NULL))
        return remote_bad_answer(&work->call, "a state that does not go with the error", err);
    if (record->error)
        remote_error(record->error, &result.error);
    r = take_differences(work, &record->differences, &result, err);
    if (r < 0)
        return r;
    work->report->entries[work->owners[record->index]].result = result;
    work->told[record->index] = true;
    work->n_told++;
    tell_result(work, work->owners[record->index]);
    return 0;
}

static int take_results(struct work *work, const struct record_list *records, bool again,
                        struct vif_error *err)
{
    const struct result_record *items = records->items;
    int r = 0;

    for (size_t i = 0; r == 0 && i < records->n; i++)
        r = take_result(work, &items[i], again, err);
    return r;
}

static int take_reply(void *data, struct vif_error *err)
{
    struct work *work = data;
    const struct reply_record *reply = &work->reply;

    if (reply->progress)
        take_progress(work, reply->progress);
    if (reply->transaction) {
        free(work->report->transaction);
        work->report->transaction = strdup(reply->transaction);
        if (!work->report->transaction)
            return error_memory(err);
    }
    return take_results(work, &reply->results, false, err);
}

/* VIFs of which nothing was told. */
static void fail_rest(struct work *work, const struct vif_error *fault)
{
    for (size_t i = 0; i < work->n; i++) {
        struct vif_result *result = &work->report->entries[work->owners[i]].result;

        if (work->told[i])
            continue;
        result->error = *fault;
        result->changed = work->call.begun && work->call.changes; /* as far as can be known */
        (void)error_prefix(&result->error, 0, "%s %s", work->verb, result->id);
        tell_result(work, work->owners[i]);
    }
}

static int begin(struct work *work, const struct vif_batch *batch, struct vif_error *err)
{
    work->report = calloc(1, sizeof *work->report);
    work->owners = calloc(batch->n + 1, sizeof *work->owners);
    work->told = calloc(batch->n + 1, sizeof *work->told);
    if (work->report)
        work->report->entries = calloc(batch->n + 1, sizeof *work->report->entries);
    if (!work->owners || !work->told || !work->report || !work->report->entries)
        return error_memory(err);
    work->report->n = batch->n;
    for (size_t i = 0; i < batch->n; i++) {
        struct report_entry *entry = &work->report->entries[i];

        memcpy(entry->id, batch->entries[i].id, sizeof entry->id);
        entry->result = (struct vif_result){.id = entry->id,
                                            .name = entry->name,
                                            .bridge = entry->bridge,
                                            .state = VIF_STATE_FAILED,
                                            .error = batch->entries[i].fault};
        if (batch->entries[i].request)
            work->owners[work->n++] = i;
    }
    return 0;
}

static int ask(struct remote *remote, struct work *work, const struct vif_batch *batch,
               struct vif_error *err)
{
    const struct vif_call_options *options = work->options;
    struct remote_call *call = &work->call;
    struct record_list failed = {0};
    bool plugs = strcmp(work->verb, "plug") == 0 || strcmp(work->verb, "repair") == 0;
    bool looks = strcmp(work->verb, "check") == 0;
    char method[16];
    size_t n;
    int r;

    (void)snprintf(method, sizeof method, "%c%s", work->verb[0] - 'a' + 'A', work->verb + 1);
    remote_begin(call, method);
    r = remote_add_vifs(call, batch, &n, err);
    if (r < 0)
        return r;
    remote_add_wait(call, options->wait);
    if (plugs && options->on_timeout == VIF_ON_TIMEOUT_UNDO)
        remote_add_text(call, "on_timeout", "undo");
    remote_add_int(call, "timeout_ms", options->timeout_ms);
    remote_add_flag(call, "dry_run", options->dry_run && !looks);
    call->table = &reply_table;
    call->record = &work->reply;
    call->pool = &work->report->pool;
    call->take = take_reply;
    call->data = work;
    call->failed = &failed;
    call->more = options->progress || options->result;
    call->changes = !looks && !options->dry_run;
    call->timeout_ms = options->timeout_ms;
    call->stop = options->stop_fd;
    call->tick = (struct tick){options->progress ? tell_again : NULL, work};
    r = remote_call(remote, call, err);
    if (r == 0)
        r = take_results(work, &failed, true, err);
    if (r == 0 && work->n_told < work->n && failed.n)
        fail_rest(work, &call->fault);
    else if (r == 0 && work->n_told < work->n)
        r = remote_bad_answer(call, "nothing of some of the VIFs", err);
    return r;
}

int remote_carry_out(struct remote *remote, const char *verb, const struct vif_batch *batch,
                     const struct vif_call_options *options, struct vif_report **ret_report,
                     struct vif_error *err)
{
    auto_work struct work work = {.verb = verb, .options = options};
    struct vif_error fault = {0};
    int r = begin(&work, batch, err);

    if (r < 0)
        return r;
    for (size_t i = 0; i < batch->n; i++)
        if (!batch->entries[i].request)
            tell_result(&work, i);
    if (work.n)
        r = ask(remote, &work, batch, &fault);
    if (r < 0 && r != -ENOMEM && (work.n_told || (r == -EINTR && work.call.unanswered))) {
        fail_rest(&work, &fault);
        r = 0;
    }
    if (r < 0) {
        if (err)
            *err = fault;
        return r;
    }
    tell_progress(&work, VIF_STAGE_FINISHED, batch->n, batch->n);
    *ret_report = take_ptr(work.report);
    return 0;
}
