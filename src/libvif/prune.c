/* SPDX-License-Identifier: Apache-2.0 */
/* Finding and removing what is stale. */
#include "prune/stale.h"

#include "base/deadline.h"
#include "libvif/report.h"

static const char *const states[] = {
    [VIF_STALE_FOUND] = "found",     [VIF_STALE_KEPT] = "kept",     [VIF_STALE_PLANNED] = "planned",
    [VIF_STALE_REMOVED] = "removed", [VIF_STALE_FAILED] = "failed",
};
static const struct record_words stale_words = {NULL, states, sizeof states / sizeof states[0]};

const char *vif_stale_state_name(enum vif_stale_state state)
{
    return record_word(&stale_words, (int)state);
}

#define OPTION(member, kind) RECORD_FIELD(struct vif_prune_options, member, kind), .optional = true
#define STALE(member, kind)  RECORD_FIELD(struct vif_stale, member, kind)

static const struct record_field option_fields[] = {
    {OPTION(match, STRING)},
    {OPTION(remove, BOOL)},
    {OPTION(dry_run, BOOL)},
    {OPTION(grace_ms, INT), .min = -1, .max = OP_MAX_MS},
    OP_TIMEOUT(struct vif_prune_options),
    {OPTION(wait, ENUM), .words = &op_waits},
};
static const struct record_table option_table = {
    RECORD_TABLE(NULL, option_fields, struct vif_prune_options)};

static const struct record_field stale_fields[] = {
    {STALE(kind, WORD)},
    {STALE(name, LINE)},
    {STALE(id, LINE)},
    {STALE(instance, LINE)},
    {STALE(bridge, LINE)},
    {STALE(reason, LINE)},
    {STALE(state, ENUM), .words = &stale_words},
    {STALE(young, BOOL), .optional = true},
    {STALE(age, INT), .optional = true, .max = INT64_MAX / 1000, .none = -1},
    {STALE(steps, LINES), .optional = true},
    {STALE(error, ERROR), .optional = true},
};

static const char *stale_fault(const void *record)
{
    const struct vif_stale *stale = record;

    return (stale->state == VIF_STALE_FAILED) != (stale->error != NULL)
               ? "state and error contradict each other"
               : NULL;
}

static const struct record_table stale_table = {
    RECORD_TABLE("Stale", stale_fields, struct vif_stale), .fault = stale_fault};

static const struct record_field reply_fields[] = {
    OP_ENTRIES("stale", stale_table),
    {RECORD_FIELD(struct reply, transaction, RAW_LIST), .optional = true},
};
static const struct record_table reply_table = {RECORD_TABLE(NULL, reply_fields, struct reply)};

static int rate(const void *entry)
{
    const struct vif_stale *stale = entry;

    return stale->state == VIF_STALE_REMOVED ? 0 : RATE_NEUTRAL;
}

static bool changes(const void *parameters)
{
    const struct vif_prune_options *options = parameters;

    return options->remove && !options->dry_run;
}

static int run(struct vif_host *host, const struct op_call *call, struct vif_error *err)
{
    const struct vif_prune_options *options = call->parameters;
    struct engine engine = {host->nl, host->db, &host->nft, &host->log, &host->retries};
    struct vif_report *report = call->report;
    struct pruned list = {.pool = &report->pool};
    struct record_list *entries = pool_take(&report->pool, sizeof *entries);
    int r;

    if (!entries)
        return error_memory(err);
    ovsdb_client_stop_by(host->db, options->stop_fd);
    r = prune(&engine, options, host_policy(host), op_deadline(host, call), &list, err);
    ovsdb_client_stop_by(host->db, STOP_NEVER);
    *entries = (struct record_list){list.items, list.n};
    report->reply.entries = entries;
    report->reply.transaction = report->transaction = list.transaction;
    return r;
}

const struct op op_prune = {
    .name = "Prune",
    .verb = "prune",
    .parameters = &option_table,
    .reply = &reply_table,
    .entry = &stale_table,
    .error = offsetof(struct vif_stale, error),
    .rate = rate,
    .options_size = sizeof(struct vif_prune_options),
    .timeout = offsetof(struct vif_prune_options, timeout_ms),
    .stop = offsetof(struct vif_prune_options, stop_fd),
    .dry_run = offsetof(struct vif_prune_options, dry_run),
    .changes = changes,
    .run = run,
};

int vif_host_prune(struct vif_host *host, const struct vif_prune_options *options,
                   struct vif_report **ret_report, struct vif_error *err)
{
    return op_call(host, &op_prune, NULL, options, ret_report, err);
}
