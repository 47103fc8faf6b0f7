/* SPDX-License-Identifier: Apache-2.0 */
/* What is asked of a whole host, through vifd: the list of VIFs, leftovers, findings of the doctor, and
 * the two texts.  A table for each answer; what is read goes into the structs a program is handed. */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "doctor/findings.h"
#include "libvif/list.h"
#include "libvif/remote-call.h"
#include "prune/prune.h"

/* A row of a table: the member of that name. */
#define ROW(record, member, of_type, may_be_absent)                                                \
    .name = #member, .type = RECORD_##of_type, .optional = (may_be_absent),                        \
    .offset = offsetof(struct record, member)

/* An answer that is a list, and perhaps the transaction of a dry run. */
struct list_reply {
    struct record_list items;
    const char *transaction;
};

/* An answer that is a text. */
struct text_reply {
    const char *text;
};

/* Makes the call with the pool of what is being made. */
static int ask(struct remote *remote, struct remote_call *call, const struct record_table *table,
               void *reply, struct pool *pool, struct vif_error *err)
{
    call->table = table;
    call->record = reply;
    call->pool = pool;
    return remote_call(remote, call, err);
}

/* A copy that outlives nothing: the handles free their arrays one by one. */
static void *copy_items(const struct record_list *list, size_t size)
{
    void *copy = calloc(list->n + 1, size);

    if (copy && list->n)
        memcpy(copy, list->items, list->n * size);
    return copy;
}

/* ---- list ---- */

static const struct record_field found_fields[] = {
    {ROW(vif_found, id, TEXT, false)},
    {ROW(vif_found, iface_id, TEXT, false)},
    {ROW(vif_found, type, LINE, false)},
    {ROW(vif_found, instance, TEXT, false)},
    {ROW(vif_found, bridge, TEXT, false)},
    {ROW(vif_found, port, TEXT, false)},
    {ROW(vif_found, device, TEXT, false)},
    {ROW(vif_found, address, TEXT, false)},
    {ROW(vif_found, state, WORD, false)},
    {ROW(vif_found, ofport, INT, true), .min = INT64_MIN, .max = INT64_MAX},
    {ROW(vif_found, error, TEXT, true)},
};
static const struct record_table found_table = RECORD_TABLE(found_fields, struct vif_found);
static const struct record_field list_fields[] = {
    {.name = "vifs",
     .type = RECORD_LIST,
     .offset = offsetof(struct list_reply, items),
     .table = &found_table},
};
static const struct record_table list_table = RECORD_TABLE(list_fields, struct list_reply);

DEFINE_AUTO(auto_list, struct vif_list *, vif_list_free);
#define auto_list __attribute__((cleanup(auto_list_fn)))

int remote_list(struct remote *remote, const struct vif_list_options *options,
                struct vif_list **ret_list, struct vif_error *err)
{
    auto_list struct vif_list *list = calloc(1, sizeof *list);
    struct remote_call call = {.timeout_ms = options->timeout_ms};
    struct list_reply reply;
    int r;

    if (!list)
        return error_memory(err);
    remote_begin(&call, "List");
    remote_add_text(&call, "instance", options->instance);
    remote_add_text(&call, "bridge", options->bridge);
    remote_add_text(&call, "state", options->state);
    remote_add_int(&call, "timeout_ms", options->timeout_ms);
    r = ask(remote, &call, &list_table, &reply, &list->pool, err);
    if (r < 0)
        return r;
    list->vifs = copy_items(&reply.items, sizeof *list->vifs);
    if (!list->vifs)
        return error_memory(err);
    list->n = reply.items.n;
    *ret_list = take_ptr(list);
    return 0;
}

/* ---- leftovers ---- */

struct leftover_record {
    const char *kind, *name, *id, *instance, *bridge, *reason, *state, *steps;
    int young;
    int64_t age; /* in seconds */
    const struct remote_failure *error;
};

static const struct record_field leftover_fields[] = {
    {ROW(leftover_record, kind, WORD, false)},
    {ROW(leftover_record, name, LINE, false)},
    {ROW(leftover_record, id, LINE, false)},
    {ROW(leftover_record, instance, LINE, false)},
    {ROW(leftover_record, bridge, LINE, false)},
    {ROW(leftover_record, reason, LINE, false)},
    {ROW(leftover_record, state, WORD, false)},
    {ROW(leftover_record, young, BOOL, true)},
    {ROW(leftover_record, age, INT, true), .max = INT64_MAX / 1000, .none = -1},
    {ROW(leftover_record, steps, LINES, true)},
    {ROW(leftover_record, error, OBJECT, true), .table = &remote_failure_table},
};
static const struct record_table leftover_table =
    RECORD_TABLE(leftover_fields, struct leftover_record);
static const struct record_field leftovers_fields[] = {
    {.name = "leftovers",
     .type = RECORD_LIST,
     .offset = offsetof(struct list_reply, items),
     .table = &leftover_table},
    {ROW(list_reply, transaction, LIST_AS_TEXT, true)},
};
static const struct record_table leftovers_table =
    RECORD_TABLE(leftovers_fields, struct list_reply);

DEFINE_AUTO(auto_leftovers, struct vif_leftovers *, vif_leftovers_free);
#define auto_leftovers __attribute__((cleanup(auto_leftovers_fn)))

static int take_leftovers(const struct remote_call *call, const struct list_reply *reply,
                          struct vif_leftovers *leftovers, struct vif_error *err)
{
    const struct leftover_record *from = reply->items.items;

    leftovers->entries = calloc(reply->items.n + 1, sizeof *leftovers->entries);
    leftovers->transaction = reply->transaction ? strdup(reply->transaction) : NULL;
    if (!leftovers->entries || (reply->transaction && !leftovers->transaction))
        return error_memory(err);
    for (size_t i = 0; i < reply->items.n; i++) {
        struct vif_leftover *to = &leftovers->entries[i].leftover;

        if ((strcmp(from[i].state, "failed") == 0) != (from[i].error != NULL))
            return remote_bad_answer(call, "a state that does not go with the error", err);
        *to = (struct vif_leftover){
            .kind = from[i].kind,
            .name = from[i].name,
            .id = from[i].id,
            .instance = from[i].instance,
            .bridge = from[i].bridge,
            .reason = from[i].reason,
            .state = from[i].state,
            .young = from[i].young,
            .age_ms = from[i].age < 0 ? -1 : from[i].age * 1000,
            .steps = from[i].steps,
        };
        if (from[i].error)
            remote_error(from[i].error, &to->error);
    }
    leftovers->n = reply->items.n;
    return 0;
}

int remote_prune(struct remote *remote, const struct vif_prune_options *options,
                 struct vif_leftovers **ret_leftovers, struct vif_error *err)
{
    auto_leftovers struct vif_leftovers *leftovers = calloc(1, sizeof *leftovers);
    struct remote_call call = {
        .timeout_ms = options->timeout_ms,
        .changes = options->remove && !options->dry_run,
        .stop = options->stop_fd,
    };
    struct list_reply reply;
    int r;

    if (!leftovers)
        return error_memory(err);
    remote_begin(&call, "Prune");
    remote_add_text(&call, "match", options->match);
    remote_add_flag(&call, "remove", options->remove);
    remote_add_flag(&call, "dry_run", options->dry_run);
    remote_add_int(&call, "grace_ms", options->grace_ms);
    remote_add_int(&call, "timeout_ms", options->timeout_ms);
    remote_add_wait(&call, options->wait);
    r = ask(remote, &call, &leftovers_table, &reply, &leftovers->pool, err);
    if (r == 0)
        r = take_leftovers(&call, &reply, leftovers, err);
    if (r < 0)
        return r;
    *ret_leftovers = take_ptr(leftovers);
    return 0;
}

/* ---- findings ---- */

struct finding_record {
    const char *check, *level, *text, *advice;
};

static const struct record_field finding_fields[] = {
    {ROW(finding_record, check, WORD, false)},
    {ROW(finding_record, level, WORD, false)},
    {ROW(finding_record, text, LINE, false)},
    {ROW(finding_record, advice, LINE, false)},
};
static const struct record_table finding_table =
    RECORD_TABLE(finding_fields, struct finding_record);
static const struct record_field findings_fields[] = {
    {.name = "findings",
     .type = RECORD_LIST,
     .offset = offsetof(struct list_reply, items),
     .table = &finding_table},
};
static const struct record_table findings_table = RECORD_TABLE(findings_fields, struct list_reply);

DEFINE_AUTO(auto_findings, struct vif_findings *, vif_findings_free);
#define auto_findings __attribute__((cleanup(auto_findings_fn)))

static bool read_level(const char *word, enum vif_finding_level *ret)
{
    for (int i = 0; i <= VIF_FINDING_FAIL; i++)
        if (strcmp(vif_finding_level_name((enum vif_finding_level)i), word) == 0) {
            *ret = (enum vif_finding_level)i;
            return true;
        }
    return false;
}

static int take_findings(const struct remote_call *call, const struct list_reply *reply,
                         struct vif_findings *findings, struct vif_error *err)
{
    const struct finding_record *from = reply->items.items;

    findings->entries = calloc(reply->items.n + 1, sizeof *findings->entries);
    if (!findings->entries)
        return error_memory(err);
    for (size_t i = 0; i < reply->items.n; i++) {
        struct vif_finding *to = &findings->entries[i].finding;

        *to = (struct vif_finding){
            .check = from[i].check, .text = from[i].text, .advice = from[i].advice};
        if (!read_level(from[i].level, &to->level))
            return remote_bad_answer(call, "a level that is not known", err);
    }
    findings->n = reply->items.n;
    return 0;
}

int remote_doctor(struct remote *remote, const struct vif_doctor_options *options,
                  struct vif_findings **ret_findings, struct vif_error *err)
{
    auto_findings struct vif_findings *findings = calloc(1, sizeof *findings);
    struct remote_call call = {.timeout_ms = options->timeout_ms};
    struct list_reply reply;
    int r;

    if (!findings)
        return error_memory(err);
    remote_begin(&call, "Doctor");
    remote_add_int(&call, "timeout_ms", options->timeout_ms);
    r = ask(remote, &call, &findings_table, &reply, &findings->pool, err);
    if (r == 0)
        r = take_findings(&call, &reply, findings, err);
    if (r < 0)
        return r;
    *ret_findings = take_ptr(findings);
    return 0;
}

/* ---- texts ---- */

static const struct record_field host_info_fields[] = {
    {.name = "host_info",
     .type = RECORD_OBJECT_AS_PAGE,
     .offset = offsetof(struct text_reply, text)},
};
static const struct record_table host_info_table =
    RECORD_TABLE(host_info_fields, struct text_reply);
static const struct record_field metrics_fields[] = {
    {.name = "metrics", .type = RECORD_TEXT, .offset = offsetof(struct text_reply, text)},
};
static const struct record_table metrics_table = RECORD_TABLE(metrics_fields, struct text_reply);

static int ask_for_text(struct remote *remote, struct remote_call *call,
                        const struct record_table *table, char **ret_text, struct vif_error *err)
{
    struct pool pool = {0};
    struct text_reply reply;
    char *text = NULL;
    int r = ask(remote, call, table, &reply, &pool, err);

    if (r == 0) {
        text = strdup(reply.text);
        r = text ? 0 : error_memory(err);
    }
    pool_done(&pool);
    if (r == 0)
        *ret_text = text;
    return r;
}

int remote_host_info(struct remote *remote, const struct vif_info_options *options, char **ret_text,
                     struct vif_error *err)
{
    struct remote_call call = {0};

    remote_begin(&call, "HostInfo");
    remote_add_texts(&call, "vif_types", options->vif_types);
    remote_add_texts(&call, "versions", options->versions);
    return ask_for_text(remote, &call, &host_info_table, ret_text, err);
}

int remote_metrics(struct remote *remote, char **ret_text, struct vif_error *err)
{
    struct remote_call call = {0};

    remote_begin(&call, "GetMetrics");
    return ask_for_text(remote, &call, &metrics_table, ret_text, err);
}
