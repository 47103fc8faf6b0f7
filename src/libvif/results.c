/* SPDX-License-Identifier: Apache-2.0 */
/* What plug, unplug, check and repair take and give. */
#include <stdlib.h>

#include "libvif/report.h"

static const char *const stages[] = {
    [VIF_STAGE_LOCK] = "lock",         [VIF_STAGE_OBSERVE] = "observe",
    [VIF_STAGE_LINKS] = "links",       [VIF_STAGE_COMMIT] = "commit",
    [VIF_STAGE_SWITCH] = "switch",     [VIF_STAGE_WAIT] = "wait",
    [VIF_STAGE_AGENT] = "agent",       [VIF_STAGE_UNDO] = "undo",
    [VIF_STAGE_FINISHED] = "finished",
};

const char *vif_stage_name(enum vif_stage stage)
{
    return (size_t)stage < sizeof stages / sizeof stages[0] ? stages[stage] : "unknown";
}

static const struct record_field difference_fields[] = {
    {RECORD_FIELD(struct vif_difference, sign, SIGN)},
    {RECORD_FIELD(struct vif_difference, part, TEXT)},
    {RECORD_FIELD(struct vif_difference, attribute, TEXT), .optional = true},
    {RECORD_FIELD(struct vif_difference, is, TEXT), .optional = true},
    {RECORD_FIELD(struct vif_difference, should, TEXT), .optional = true},
};
static const struct record_table difference_table = {
    RECORD_TABLE("Difference", difference_fields, struct vif_difference)};

static const struct record_field result_fields[] = {
    {RECORD_FIELD(struct vif_result, index, INDEX)},
    {RECORD_FIELD(struct vif_result, id, LINE)},
    {RECORD_FIELD(struct vif_result, name, LINE)},
    {RECORD_FIELD(struct vif_result, bridge, LINE)},
    {RECORD_FIELD(struct vif_result, state, ENUM), .words = &state_words},
    {RECORD_FIELD(struct vif_result, changed, BOOL)},
    {RECORD_FIELD(struct vif_result, ofport, INT), .optional = true, .min = INT64_MIN,
     .max = INT64_MAX},
    {RECORD_FIELD(struct vif_result, note, LINE), .optional = true},
    {RECORD_FIELD(struct vif_result, steps, LINES), .optional = true},
    {RECORD_FIELD(struct vif_result, warnings, LINES), .optional = true},
    {RECORD_FIELD(struct vif_result, differences, LIST), .optional = true,
     .table = &difference_table},
    {RECORD_FIELD(struct vif_result, error, ERROR), .optional = true},
};

static const char *result_fault(const void *record)
{
    const struct vif_result *result = record;

    return (result->state == VIF_STATE_FAILED) != (result->error != NULL)
               ? "state and error contradict each other"
               : NULL;
}

const struct record_table result_table = {RECORD_TABLE("Result", result_fields, struct vif_result),
                                          .fault = result_fault};

static const struct record_field progress_fields[] = {
    {RECORD_FIELD(struct progress_record, stage, WORD)},
    {RECORD_FIELD(struct progress_record, done, INDEX)},
    {RECORD_FIELD(struct progress_record, total, INDEX)},
};
static const struct record_table progress_table = {
    RECORD_TABLE("Progress", progress_fields, struct progress_record)};

static const struct record_field reply_fields[] = {
    OP_ENTRIES("results", result_table),
    {RECORD_FIELD(struct reply, transaction, RAW_LIST), .optional = true},
    {RECORD_FIELD(struct reply, progress, OBJECT), .optional = true, .table = &progress_table},
};
static const struct record_table reply_table = {RECORD_TABLE(NULL, reply_fields, struct reply)};

static const char *const on_timeouts[] = {
    [VIF_ON_TIMEOUT_KEEP] = "keep",
    [VIF_ON_TIMEOUT_UNDO] = "undo",
};
static const struct record_words on_timeout_words = {"OnTimeout", on_timeouts, 2};

#define OPTION(member, kind)                                                                       \
    .name = #member, .type = RECORD_##kind, .optional = true,                                      \
    .offset = offsetof(struct vif_call_options, member)

/* One row below the other, which the formatter would not leave so in a macro. */
/* clang-format off */
#define VIFS                                                                                       \
    {.name = "vifs", .type = RECORD_DOCUMENTS,                                                     \
     .offset = offsetof(struct call_parameters, documents.vifs)},                                  \
    {.name = "sources", .type = RECORD_TEXTS, .optional = true,                                    \
     .offset = offsetof(struct call_parameters, documents.sources)}
#define WAIT       {OPTION(wait, ENUM), .words = &op_waits}
#define ON_TIMEOUT {OPTION(on_timeout, ENUM), .words = &on_timeout_words}
#define DRY_RUN    {OPTION(dry_run, BOOL)}
/* clang-format on */

static const struct record_field plug_fields[] = {
    VIFS, WAIT, ON_TIMEOUT, OP_TIMEOUT(struct vif_call_options), DRY_RUN,
};
static const struct record_field unplug_fields[] = {
    VIFS,
    WAIT,
    OP_TIMEOUT(struct vif_call_options),
    DRY_RUN,
};
static const struct record_field check_fields[] = {
    VIFS,
    WAIT,
    OP_TIMEOUT(struct vif_call_options),
};
static const struct record_table plug_table = {
    RECORD_TABLE(NULL, plug_fields, struct call_parameters)};
static const struct record_table unplug_table = {
    RECORD_TABLE(NULL, unplug_fields, struct call_parameters)};
static const struct record_table check_table = {
    RECORD_TABLE(NULL, check_fields, struct call_parameters)};

static int rate(const void *entry)
{
    const struct vif_result *result = entry;

    return result->state == VIF_STATE_DRIFTED ? RATE_DRIFTED : 0;
}

static bool changes(const void *parameters)
{
    const struct call_parameters *own = parameters;

    return !own->options.dry_run;
}

/* ---- the operations ---- */

#define CALL(op_name, word, table, can_change)                                                     \
    .name = (op_name), .verb = (word), .parameters = &(table), .reply = &reply_table,              \
    .entry = &result_table, .error = offsetof(struct vif_result, error), .rate = rate,             \
    .options_size = sizeof(struct vif_call_options),                                               \
    .timeout = offsetof(struct vif_call_options, timeout_ms),                                      \
    .stop = offsetof(struct vif_call_options, stop_fd),                                            \
    .dry_run = offsetof(struct vif_call_options, dry_run),                                         \
    .documents = offsetof(struct call_parameters, documents), .needs_batch = true,                 \
    .changes = (can_change), .run = op_run_batch, .ask = op_ask_batch

const struct op op_plug = {CALL("Plug", "plug", plug_table, changes)};
const struct op op_unplug = {CALL("Unplug", "unplug", unplug_table, changes)};
const struct op op_check = {CALL("Check", "check", check_table, NULL)};
const struct op op_repair = {CALL("Repair", "repair", plug_table, changes)};

/* ---- a call of them ---- */

int batch_call_begin(struct batch_call *call, const struct op_call *from, struct vif_error *err)
{
    const struct call_parameters *parameters = from->parameters;
    size_t n = from->batch->n;

    call->op = from->op;
    call->batch = from->batch;
    call->options = &parameters->options;
    call->report = from->report;
    call->owners = calloc(n + 1, sizeof *call->owners);
    if (!call->owners || !report_add_entries(call->report, n, &call->results))
        return error_memory(err);
    for (size_t i = 0; i < n; i++) {
        const struct batch_entry *entry = &call->batch->entries[i];

        call->results[i] = (struct vif_result){
            .index = i,
            .id = pool_text(&call->report->pool, entry->id),
            .name = "",
            .bridge = "",
            .state = VIF_STATE_FAILED,
            .note = "",
            .error = entry->request ? NULL : report_error(call->report, &entry->fault),
        };
        if (entry->request)
            call->owners[call->n++] = i;
    }
    return call->report->pool.failed ? error_memory(err) : 0;
}

void batch_call_done(struct batch_call *call)
{
    free(call->owners);
}

void batch_call_result(const struct batch_call *call, size_t entry)
{
    if (call->options->result)
        call->options->result(call->options->data, &call->results[entry]);
}

void batch_call_faults(const struct batch_call *call)
{
    for (size_t i = 0; i < call->batch->n; i++)
        if (call->results[i].error)
            batch_call_result(call, i);
}

void batch_call_progress(void *data, enum vif_stage stage, size_t done, size_t total)
{
    struct batch_call *call = data;

    if (stage != call->progress.stage || !done)
        log_debug(call->log, "stage %s: %zu/%zu", vif_stage_name(stage), done, total);
    call->progress = (struct vif_progress){stage, done, total};
    call->has_progress = true;
    if (call->options->progress)
        call->options->progress(call->options->data, &call->progress);
}

void batch_call_again(void *data)
{
    const struct batch_call *call = data;

    if (call->has_progress)
        call->options->progress(call->options->data, &call->progress);
}
