/* SPDX-License-Identifier: Apache-2.0 */
/* Reports: the results of a call, for programs and as JSON text. */
#include "libvif/report.h"

#include <stdlib.h>
#include <string.h>

static const char *const states[] = {
    [VIF_STATE_NONE] = "",
    [VIF_STATE_FAILED] = "failed",
    [VIF_STATE_PLUGGED] = "plugged",
    [VIF_STATE_WAITING] = "waiting",
    [VIF_STATE_UNPLUGGED] = "unplugged",
    [VIF_STATE_PLANNED] = "planned",
    [VIF_STATE_WIRED] = "wired",
    [VIF_STATE_DRIFTED] = "drifted",
    [VIF_STATE_PENDING] = "pending",
    [VIF_STATE_UNCONNECTED] = "unconnected",
};
const struct record_words state_words = {NULL, states, sizeof states / sizeof states[0]};

const char *vif_state_name(enum vif_state state)
{
    return record_word(&state_words, (int)state);
}

struct vif_report *report_new(const struct op *op)
{
    struct vif_report *report = calloc(1, sizeof *report);

    if (report)
        report->op = op;
    return report;
}

bool report_add_entries(struct vif_report *report, size_t n, void *ret_entries)
{
    struct record_list *list = pool_take(&report->pool, sizeof *list);
    void *entries = pool_take(&report->pool, n * report->op->entry->size);

    if (!list || !entries)
        return false;
    *list = (struct record_list){entries, n};
    report->reply.entries = list;
    *(void **)ret_entries = entries;
    return true;
}

const struct vif_error *report_error(struct vif_report *report, const struct vif_error *error)
{
    struct vif_error *copy = pool_take(&report->pool, sizeof *copy);

    if (copy)
        *copy = *error;
    return copy;
}

void vif_report_free(struct vif_report *report)
{
    if (!report)
        return;
    for (size_t i = 0; i < report->n_outcomes; i++)
        outcome_done(&report->outcomes[i]);
    free(report->outcomes);
    free(report->transaction);
    graph_done(&report->graph);
    free(report->json);
    free(report->dot);
    free(report->tree);
    pool_done(&report->pool);
    free(report);
}

static size_t count(const struct record_list *list)
{
    return list ? list->n : 0;
}

static const void *item(const struct record_list *list, size_t i, size_t size)
{
    return i < count(list) ? (const char *)list->items + i * size : NULL;
}

size_t vif_report_count(const struct vif_report *report)
{
    return report ? count(report->reply.entries) : 0;
}

/* The entry at 'i', where the report's are of this kind. */
static const void *entry(const struct vif_report *report, const struct op *op, size_t i)
{
    if (!report || report->op->entry != op->entry)
        return NULL;
    return item(report->reply.entries, i, op->entry->size);
}

const struct vif_result *vif_report_result(const struct vif_report *report, size_t i)
{
    return entry(report, &op_plug, i);
}

const struct vif_status *vif_report_vif(const struct vif_report *report, size_t i)
{
    return entry(report, &op_list, i);
}

const struct vif_stale *vif_report_stale(const struct vif_report *report, size_t i)
{
    return entry(report, &op_prune, i);
}

const struct vif_finding *vif_report_finding(const struct vif_report *report, size_t i)
{
    return entry(report, &op_doctor, i);
}

size_t vif_result_difference_count(const struct vif_result *result)
{
    return result ? count((const struct record_list *)result->differences) : 0;
}

const struct vif_difference *vif_result_difference(const struct vif_result *result, size_t i)
{
    return result ? item((const struct record_list *)result->differences, i,
                         sizeof(struct vif_difference))
                  : NULL;
}

const char *vif_report_transaction(const struct vif_report *report)
{
    return report ? report->reply.transaction : NULL;
}

static const struct vif_error *error_of(const struct op *op, const void *entry)
{
    const struct vif_error *error = NULL;

    if (op->error)
        memcpy(&error, (const char *)entry + op->error, sizeof error);
    return error;
}

const struct vif_error *vif_report_error(const struct vif_report *report, size_t i)
{
    for (size_t k = 0; k < vif_report_count(report); k++) {
        const void *entry = item(report->reply.entries, k, report->op->entry->size);
        const struct vif_error *error = error_of(report->op, entry);

        if (error && i-- == 0)
            return error;
    }
    return NULL;
}

int vif_report_status(const struct vif_report *report)
{
    int failed = 0;
    bool mixed = false, success = false, drifted = false;

    for (size_t i = 0; i < vif_report_count(report); i++) {
        const struct op *op = report->op;
        const void *entry = item(report->reply.entries, i, op->entry->size);
        const struct vif_error *error = error_of(op, entry);
        int own = error ? vif_error_kind_status(error->kind) : op->rate ? op->rate(entry) : 0;

        drifted |= own == RATE_DRIFTED;
        if (own == 0 || own == RATE_DRIFTED)
            success = true;
        else if (own != RATE_NEUTRAL && !failed)
            failed = own;
        else
            mixed |= own != RATE_NEUTRAL && own != failed;
    }
    if (!failed)
        return drifted ? RATE_DRIFTED : 0;
    return mixed || success ? RATE_MIXED : failed;
}

static char *write_text(const struct record_table *table, const void *record)
{
    struct text text = {0};

    record_write(table, record, &text);
    return text_take(&text);
}

char *vif_result_json(const struct vif_result *result)
{
    return result ? write_text(&result_table, result) : NULL;
}

const char *vif_report_json(struct vif_report *report)
{
    if (report && !report->json)
        report->json = write_text(report->op->reply, &report->reply);
    return report ? report->json : NULL;
}

const char *vif_report_dot(struct vif_report *report)
{
    if (!report || report->op != &op_show)
        return NULL;
    if (!report->dot)
        report->dot = graph_dot(&report->graph);
    return report->dot;
}

const char *vif_report_tree(struct vif_report *report, unsigned flags, size_t width)
{
    if (!report || report->op != &op_show)
        return NULL;
    free(report->tree);
    report->tree = graph_tree(&report->graph, flags, width ? width : 100);
    return report->tree;
}

void vif_string_free(char *text)
{
    free(text);
}
