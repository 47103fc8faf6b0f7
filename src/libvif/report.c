/* SPDX-License-Identifier: Apache-2.0 */
/* Reports: what became of each VIF of a call, for programs and as JSON text. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "libvif/host.h"

/* The one exit status that is no error's. */
#define STATUS_DRIFTED 1

const char *vif_state_name(enum vif_state state)
{
    switch (state) {
    case VIF_STATE_FAILED:
        return "failed";
    case VIF_STATE_PLUGGED:
        return "plugged";
    case VIF_STATE_WAITING:
        return "waiting";
    case VIF_STATE_UNPLUGGED:
        return "unplugged";
    case VIF_STATE_PLANNED:
        return "planned";
    case VIF_STATE_WIRED:
        return "wired";
    case VIF_STATE_DRIFTED:
        return "drifted";
    }
    return "unknown";
}

const char *vif_stage_name(enum vif_stage stage)
{
    switch (stage) {
    case VIF_STAGE_LOCK:
        return "lock";
    case VIF_STAGE_OBSERVE:
        return "observe";
    case VIF_STAGE_LINKS:
        return "links";
    case VIF_STAGE_COMMIT:
        return "commit";
    case VIF_STAGE_SWITCH:
        return "switch";
    case VIF_STAGE_SETTLE:
        return "settle";
    case VIF_STAGE_AGENT:
        return "agent";
    case VIF_STAGE_UNDO:
        return "undo";
    case VIF_STAGE_FINISHED:
        return "finished";
    }
    return "unknown";
}

size_t vif_report_count(const struct vif_report *report)
{
    return report->n;
}

const struct vif_result *vif_report_result(const struct vif_report *report, size_t i)
{
    return i < report->n ? &report->entries[i].result : NULL;
}

const char *vif_report_transaction(const struct vif_report *report)
{
    return report->transaction;
}

int vif_report_status(const struct vif_report *report)
{
    int status = 0;
    bool mixed = false, success = false, drifted = false;

    for (size_t i = 0; i < report->n; i++) {
        const struct vif_result *result = &report->entries[i].result;
        int own = vif_error_kind_status(result->error.kind);

        drifted |= result->state == VIF_STATE_DRIFTED;
        if (result->state != VIF_STATE_FAILED)
            success = true;
        else if (!status)
            status = own;
        else if (status != own)
            mixed = true;
    }
    if (!status)
        return drifted ? STATUS_DRIFTED : 0;
    return mixed || success ? 3 : status;
}

void report_add_lines(const char *key, const char *steps, struct text *text)
{
    const char *comma = "";

    text_add(text, ",\"%s\":[", key);
    while (*steps) {
        size_t n = strcspn(steps, "\n");

        text_add(text, "%s", comma);
        text_add_json_bytes(text, steps, n);
        comma = ",";
        steps += n + (steps[n] == '\n');
    }
    text_add(text, "]");
}

static void add_member(struct text *text, const char *key, const char *value)
{
    text_add(text, "\"%s\":", key);
    text_add_json(text, value);
}

/* Members without a text are left out. */
static void add_difference(const struct vif_difference *difference, struct text *text)
{
    const char sign[2] = {difference->sign, '\0'};
    const struct {
        const char *key, *value;
    } rows[] = {
        {"attribute", difference->attribute},
        {"is", difference->is},
        {"should", difference->should},
    };

    text_add(text, "{");
    add_member(text, "sign", sign);
    text_add(text, ",");
    add_member(text, "part", difference->part);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (!rows[i].value[0])
            continue;
        text_add(text, ",");
        add_member(text, rows[i].key, rows[i].value);
    }
    text_add(text, "}");
}

static void add_differences(const struct vif_result *result, struct text *text)
{
    if (!result->n_differences && result->state != VIF_STATE_WIRED)
        return;
    text_add(text, ",\"differences\":[");
    for (size_t i = 0; i < result->n_differences; i++) {
        text_add(text, "%s", i ? "," : "");
        add_difference(&result->differences[i], text);
    }
    text_add(text, "]");
}

/* The members of a result, and the end of its object. */
static void add_result(const struct vif_result *result, struct text *text)
{
    add_member(text, "id", result->id);
    text_add(text, ",");
    add_member(text, "name", result->name);
    text_add(text, ",");
    add_member(text, "bridge", result->bridge);
    text_add(text, ",");
    add_member(text, "state", vif_state_name(result->state));
    text_add(text, ",\"changed\":%s", result->changed ? "true" : "false");
    if (result->ofport)
        text_add(text, ",\"ofport\":%lld", (long long)result->ofport);
    if (result->state == VIF_STATE_WAITING)
        text_add(text, ",\"note\":\"waiting for its network device\"");
    if (result->steps)
        report_add_lines("steps", result->steps, text);
    if (result->warnings)
        report_add_lines("warnings", result->warnings, text);
    add_differences(result, text);
    if (result->state == VIF_STATE_FAILED) {
        text_add(text, ",\"error\":{");
        add_member(text, "kind", vif_error_kind_name(result->error.kind));
        text_add(text, ",");
        add_member(text, "text", result->error.text);
        text_add(text, "}");
    }
    text_add(text, "}");
}

char *vif_result_json(const struct vif_result *result, size_t index)
{
    struct text text = {0};

    text_add(&text, "{\"index\":%zu,", index);
    add_result(result, &text);
    return text_take(&text);
}

const char *vif_report_json(struct vif_report *report)
{
    struct text text = {0};

    if (report->json)
        return report->json;
    text_add(&text, "{\"results\":[");
    for (size_t i = 0; i < report->n; i++) {
        text_add(&text, "%s", i ? ",{" : "{");
        add_result(&report->entries[i].result, &text);
    }
    text_add(&text, "]");
    if (report->transaction) {
        text_add(&text, ",\"transaction\":");
        text_add_bytes(&text, report->transaction, strlen(report->transaction));
    }
    text_add(&text, "}");
    report->json = text_take(&text);
    return report->json;
}

void vif_report_free(struct vif_report *report)
{
    if (!report)
        return;
    for (size_t i = 0; i < report->n; i++) {
        free(report->entries[i].steps);
        free(report->entries[i].warnings);
        diff_done(&report->entries[i].differences);
    }
    free(report->entries);
    free(report->transaction);
    free(report->json);
    pool_done(&report->pool);
    free(report);
}
