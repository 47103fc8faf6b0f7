/* SPDX-License-Identifier: Apache-2.0 */
/* Audit: each request, once it has been answered, is one event of the log and is counted by the
 * metrics. Text chosen by the caller is in fields of its own, not in the message. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "model/model.h"
#include "vifd/daemon.h"

/* VIFs that are named; a line has room for a hundred. */
#define VIFS_NAMED 50
#define FIELDS_MAX (11 + N_TIMINGS)

void daemon_log(struct daemon *daemon, const char *format, ...)
{
    char words[VIF_ERROR_TEXT_MAX * 2];
    va_list ap;

    va_start(ap, format);
    (void)vsnprintf(words, sizeof words, format, ap);
    va_end(ap);
    log_say(&daemon->log, LOG_LEVEL_WARNING, "%s", words);
}

/* ---- the metrics ---- */

static void count_request(struct metrics *metrics, const struct request *request,
                          const struct timings *timings)
{
    const struct outcomes *outcomes = &request->outcomes;
    const char *name = request->op ? request->op->name : "";

    metrics_request(metrics, name, timings);
    for (int i = 0; i < METRICS_STATES; i++)
        metrics_vifs(metrics, name, (enum vif_state)i, outcomes->by_state[i]);
    for (int i = 0; i < METRICS_KINDS; i++)
        metrics_failures(metrics, (enum vif_error_kind)i, outcomes->by_kind[i]);
    if (!outcomes->n_failed)
        metrics_failures(metrics, outcomes->error.kind, 1);
}

/* ---- the event ---- */

struct event {
    struct log_field fields[FIELDS_MAX];
    size_t n;
};

static void add_text(struct event *event, const char *key, const char *text)
{
    event->fields[event->n++] = (struct log_field){key, text, 0};
}

static void add_number(struct event *event, const char *key, int64_t number)
{
    event->fields[event->n++] = (struct log_field){key, NULL, number};
}

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

static void log_request(struct daemon *daemon, const struct request *request,
                        const struct timings *timings)
{
    const struct outcomes *outcomes = &request->outcomes;
    char vifs[VIFS_NAMED * UUID_TEXT_SIZE + 32], result[256], words[128];
    struct event event = {.n = 0};

    name_vifs(request, vifs, sizeof vifs);
    write_result(outcomes, result, sizeof result);
    if (request->n_vifs)
        (void)snprintf(words, sizeof words, "%s: %zu of %zu VIFs failed, %zu changed",
                       request->op ? request->op->name : "unknown method",
                       outcomes->error.kind && !outcomes->n_failed ? request->n_vifs
                                                                   : outcomes->n_failed,
                       request->n_vifs, outcomes->n_changed);
    else
        (void)snprintf(words, sizeof words, "%s",
                       request->op ? request->op->name : "unknown method");
    add_number(&event, "VIFD_UID", request->caller.uid);
    add_number(&event, "VIFD_PID", request->caller.pid);
    add_text(&event, "VIFD_COMM", request->caller.comm);
    add_text(&event, "VIFD_METHOD", request->call.method);
    if (request_is_dry_run(request))
        add_text(&event, "VIFD_DRY_RUN", "true");
    add_text(&event, "VIFD_RESULT", result);
    if (outcomes->error.kind)
        add_text(&event, "VIFD_ERROR", outcomes->error.text);
    for (int i = 0; i < N_TIMINGS; i++)
        if (timings->usec[i] != TIMING_NONE)
            add_number(&event, timing_field((enum timing)i), timings->usec[i]);
    /* Last, because the longest: fields that do not fit in a line are left out. */
    if (request->n_vifs) {
        add_number(&event, "VIFD_VIF_COUNT", (int64_t)request->n_vifs);
        add_text(&event, "VIFD_VIFS", vifs);
    }
    log_send(&daemon->log, &(struct log_event){
                               .level = outcomes->error.kind ? LOG_LEVEL_WARNING : LOG_LEVEL_INFO,
                               .message = words,
                               .fields = event.fields,
                               .n = event.n,
                           });
}

void audit_request(struct daemon *daemon, const struct request *request)
{
    const struct times *times = &request->times;
    struct timings timings;

    timings_of_request(times->stages, times->arrived, times->started, times->answered, &timings);
    count_request(&daemon->metrics, request, &timings);
    log_request(daemon, request, &timings);
}

void audit_batch(struct daemon *daemon, size_t n_requests, size_t n_vifs)
{
    log_say(&daemon->log, LOG_LEVEL_DEBUG, "batch: %zu requests, %zu VIFs", n_requests, n_vifs);
}

void audit_job(const struct job *job, size_t n_vifs)
{
    struct metrics *metrics = &job->daemon->metrics;
    struct timings timings;

    timings_of_stages(job->stages, &timings);
    if (n_vifs)
        metrics_batch(metrics, n_vifs, &timings, job->counts.retries, job->counts.connects);
    else
        metrics_read(metrics, job->counts.retries, job->counts.connects);
}
