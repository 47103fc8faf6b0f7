/* SPDX-License-Identifier: Apache-2.0 */
/* Audit: each request, once it has been answered, is one event of the log and is counted by the
 * metrics. Text chosen by the caller is in fields of its own, not in the message. */
#include <stdio.h>

#include "base/parse.h"
#include "model/model.h"
#include "vifd/daemon.h"

/* VIFs that are named; a line has room for a hundred. */
#define VIFS_NAMED 50
#define FIELDS_MAX (11 + N_TIMINGS)

/* As often as Prometheus usually asks. */
#define PERIOD_MS 15000

/* ---- a request ---- */

/* "ID ID ID and 7 more" */
static void name_vifs(const struct request *request, char *to, size_t size)
{
    size_t at = 0, n = request->n_vifs < VIFS_NAMED ? request->n_vifs : VIFS_NAMED;

    to[0] = '\0';
    for (size_t i = 0; i < n; i++) {
        char ids[2][UUID_TEXT_SIZE];

        vif_document_ids(json_array_get(request_documents(request)->vifs.list, i), ids[0], ids[1]);
        at += (size_t)snprintf(to + at, size - at, "%s%s", i ? " " : "", ids[0][0] ? ids[0] : "?");
    }
    if (n < request->n_vifs)
        (void)snprintf(to + at, size - at, " and %zu more", request->n_vifs - n);
}

/* "ok", or how many failed of what: "Conflict=2 TimedOut=1" */
static void write_result(const struct outcomes *outcomes, char *to, size_t size)
{
    size_t at = 0;

    (void)snprintf(to, size, "%s",
                   outcomes->error.kind ? vif_error_kind_name(outcomes->error.kind) : "ok");
    for (int i = 1; i < METRICS_KINDS && at < size; i++)
        if (outcomes->by_kind[i])
            at +=
                (size_t)snprintf(to + at, size - at, "%s%s=%zu", at ? " " : "",
                                 vif_error_kind_name((enum vif_error_kind)i), outcomes->by_kind[i]);
}

static void log_request(struct daemon *daemon, const struct request *request)
{
    static const char *const timings[N_TIMINGS] = {
        "VIFD_QUEUE_USEC",  "VIFD_LOCK_USEC",   "VIFD_OBSERVE_USEC", "VIFD_LINKS_USEC",
        "VIFD_COMMIT_USEC", "VIFD_SWITCH_USEC", "VIFD_WAIT_USEC",    "VIFD_AGENT_USEC",
        "VIFD_UNDO_USEC",   "VIFD_TOTAL_USEC",
    };
    const struct outcomes *outcomes = &request->outcomes;
    const char *name = request->op ? request->op->name : "unknown method";
    char vifs[VIFS_NAMED * UUID_TEXT_SIZE + 32], result[256], words[128];
    struct log_field fields[FIELDS_MAX];
    size_t n = 0, failed = outcomes->n_failed;

    if (outcomes->error.kind && !failed)
        failed = request->n_vifs;
    name_vifs(request, vifs, sizeof vifs);
    write_result(outcomes, result, sizeof result);
    (void)snprintf(words, sizeof words, "%s", name);
    if (request->n_vifs)
        (void)snprintf(words, sizeof words, "%s: %zu of %zu VIFs failed, %zu changed", name, failed,
                       request->n_vifs, outcomes->n_changed);
    fields[n++] = (struct log_field){"VIFD_UID", NULL, request->caller.uid};
    fields[n++] = (struct log_field){"VIFD_PID", NULL, request->caller.pid};
    fields[n++] = (struct log_field){"VIFD_COMM", request->caller.comm, 0};
    fields[n++] = (struct log_field){"VIFD_METHOD", request->call.method, 0};
    if (request_is_dry_run(request))
        fields[n++] = (struct log_field){"VIFD_DRY_RUN", "true", 0};
    fields[n++] = (struct log_field){"VIFD_RESULT", result, 0};
    if (outcomes->error.kind)
        fields[n++] = (struct log_field){"VIFD_ERROR", outcomes->error.text, 0};
    for (int i = 0; i < N_TIMINGS; i++)
        if (request->timings.usec[i] || i == TIMING_QUEUE || i == TIMING_TOTAL)
            fields[n++] = (struct log_field){timings[i], NULL, request->timings.usec[i]};
    /* Last, because the longest: fields that do not fit in a line are left out. */
    if (request->n_vifs) {
        fields[n++] = (struct log_field){"VIFD_VIF_COUNT", NULL, (int64_t)request->n_vifs};
        fields[n++] = (struct log_field){"VIFD_VIFS", vifs, 0};
    }
    log_send(&daemon->log, &(struct log_event){
                               .level = outcomes->error.kind ? LOG_LEVEL_WARNING : LOG_LEVEL_INFO,
                               .message = words,
                               .fields = fields,
                               .n = n,
                           });
}

void audit_request(struct daemon *daemon, struct request *request)
{
    int64_t answered = now_usec(), started = request->started ? request->started : answered;

    request->timings.usec[TIMING_QUEUE] = started - request->arrived;
    request->timings.usec[TIMING_TOTAL] = answered - request->arrived;
    metrics_request(&daemon->metrics, request->op ? request->op->name : "", &request->outcomes,
                    &request->timings);
    log_request(daemon, request);
}

/* ---- the metrics, as a text and as the file that node_exporter reads ---- */

void audit_write_metrics(struct daemon *daemon, enum metrics_format format, struct text *out)
{
    struct metrics *metrics = &daemon->metrics;

    metrics->connections = daemon->server.n_peers;
    metrics->queued = daemon->changes.n + daemon->reads.n;
    metrics->waiting = daemon->n_jobs[true] - (daemon->lane_taken ? 1 : 0);
    metrics->lost_events = daemon->log.lost_ever;
    metrics_write(metrics, format, out);
}

void audit_write_metrics_file(struct daemon *daemon)
{
    struct text text = {0};
    struct vif_error err = {0};
    bool failed;

    if (!daemon->textfile[0])
        return;
    audit_write_metrics(daemon, METRICS_PROMETHEUS, &text);
    failed = metrics_put_file(&text, daemon->textfile, &err) < 0;
    text_done(&text);
    /* Logged once, not every fifteen seconds. */
    if (failed && !daemon->textfile_failed)
        daemon_log(daemon, "metrics: %s", err.text);
    daemon->textfile_failed = failed;
}

static void write_again(uv_timer_t *timer)
{
    audit_write_metrics_file(timer->data);
}

void audit_configure(struct daemon *daemon, const struct config *config)
{
    (void)snprintf(daemon->textfile, sizeof daemon->textfile, "%s",
                   config->daemon.metrics_textfile);
    daemon->textfile_failed = false;
    if (daemon->textfile[0])
        (void)uv_timer_start(&daemon->textfile_timer, write_again, 0, PERIOD_MS);
    else
        (void)uv_timer_stop(&daemon->textfile_timer);
}
