/* SPDX-License-Identifier: Apache-2.0 */
/* Examining the host. */
#include "doctor/doctor.h"

#include <stdlib.h>
#include <string.h>

#include "libvif/report.h"

/* A person waits for the page; a database that needs longer is worth a finding. */
#define TIMEOUT_MS 5000

static const char *const levels[] = {
    [VIF_FINDING_OK] = "ok",
    [VIF_FINDING_INFO] = "info",
    [VIF_FINDING_WARN] = "warn",
    [VIF_FINDING_FAIL] = "fail",
};
static const struct record_words level_words = {NULL, levels, sizeof levels / sizeof levels[0]};

const char *vif_finding_level_name(enum vif_finding_level level)
{
    return record_word(&level_words, (int)level);
}

static const struct record_field option_fields[] = {OP_TIMEOUT(struct vif_doctor_options)};
static const struct record_table option_table = {
    RECORD_TABLE(NULL, option_fields, struct vif_doctor_options)};

static const struct record_field finding_fields[] = {
    {RECORD_FIELD(struct vif_finding, check, WORD)},
    {RECORD_FIELD(struct vif_finding, level, ENUM), .words = &level_words},
    {RECORD_FIELD(struct vif_finding, text, LINE)},
    {RECORD_FIELD(struct vif_finding, advice, LINE)},
};
static const struct record_table finding_table = {
    RECORD_TABLE("Finding", finding_fields, struct vif_finding)};

static const struct record_field reply_fields[] = {
    OP_ENTRIES("findings", finding_table),
};
static const struct record_table reply_table = {RECORD_TABLE(NULL, reply_fields, struct reply)};

static int rate(const void *entry)
{
    const struct vif_finding *finding = entry;

    return finding->level == VIF_FINDING_FAIL ? RATE_MIXED : RATE_NEUTRAL;
}

static int run(struct vif_host *host, const struct op_call *call, struct vif_error *err)
{
    struct vif_findings findings = {.pool = &call->report->pool};
    struct doctor_facts facts = {0};
    const struct doctor_host about = {
        .nl = host->nl,
        .db = host->db,
        .config_file = host->config.file[0] ? host->config.file : NULL,
        .hw_tc_offload = host->config.plugins.ovs.hw_tc_offload,
    };
    struct vif_finding *entries;
    int r = doctor_read(&about, op_deadline(host, call), &facts, err);

    if (r < 0)
        return r;
    doctor_check(&facts, &findings);
    doctor_facts_done(&facts);
    if (findings.failed || !report_add_entries(call->report, findings.n, &entries))
        r = error_memory(err);
    else if (findings.n)
        memcpy(entries, findings.items, findings.n * sizeof *entries);
    free(findings.items);
    return r;
}

const struct op op_doctor = {
    .name = "Doctor",
    .verb = "doctor",
    .parameters = &option_table,
    .reply = &reply_table,
    .entry = &finding_table,
    .rate = rate,
    .options_size = sizeof(struct vif_doctor_options),
    .timeout = offsetof(struct vif_doctor_options, timeout_ms),
    .timeout_ms = TIMEOUT_MS,
    .run = run,
};

int vif_host_doctor(struct vif_host *host, const struct vif_doctor_options *options,
                    struct vif_report **ret_report, struct vif_error *err)
{
    return op_call(host, &op_doctor, NULL, options, ret_report, err);
}
