/* SPDX-License-Identifier: Apache-2.0 */
/* What is told of requests and of the daemon itself: to the log, and to the metrics.  A request is one
 * event, made when it has been answered; what in it is the caller's choice stands in fields of its own,
 * and is not part of the words. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "model/vif-document.h"
#include "vifd/daemon.h"

/* VIFs that are named; a line has room for a hundred. */
#define VIFS_NAMED 50
#define FIELDS_MAX (11 + STEPS)

void daemon_log(struct daemon *daemon, const char *format, ...)
{
    char words[VIF_ERROR_TEXT_MAX * 2];
    va_list ap;

    va_start(ap, format);
    (void)vsnprintf(words, sizeof words, format, ap);
    va_end(ap);
    log_say(&daemon->log, LOG_LEVEL_WARNING, "%s", words);
}

/* "io.vifd.Plug" as "Plug" */
static const char *short_name(const char *method)
{
    const char *dot = strrchr(method, '.');

    return dot ? dot + 1 : method;
}

/* ---- the metrics ---- */

static void count_request(struct metrics *metrics, const struct request *request,
                          const struct steps *steps)
{
    const struct outcomes *outcomes = &request->outcomes;
    const char *name = request->method ? short_name(request->method->name) : "";

    metrics_request(metrics, name, steps);
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

        vif_document_ids(json_array_get(request->params.vifs, i), ids[0], ids[1]);
        at += (size_t)snprintf(to + at, size - at, "%s%s", i ? " " : "", ids[0][0] ? ids[0] : "?");
    }
    if (n < request->n_vifs)
        (void)snprintf(to + at, size - at, " and %zu more", request->n_vifs - n);
}

/* "ok", or how many failed of what: "Conflict=2 TimedOut=1" */
static void say_result(const struct outcomes *outcomes, char *to, size_t size)
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

static void add_steps(struct event *event, const struct steps *steps)
{
    static const char *const keys[STEPS] = {
        [STEP_QUEUE] = "VIFD_QUEUE_USEC",     [STEP_LOCK] = "VIFD_LOCK_USEC",
        [STEP_OBSERVE] = "VIFD_OBSERVE_USEC", [STEP_LINKS] = "VIFD_LINKS_USEC",
        [STEP_COMMIT] = "VIFD_COMMIT_USEC",   [STEP_SWITCH] = "VIFD_SWITCH_USEC",
        [STEP_SETTLE] = "VIFD_SETTLE_USEC",   [STEP_AGENT] = "VIFD_AGENT_USEC",
        [STEP_UNDO] = "VIFD_UNDO_USEC",       [STEP_TOTAL] = "VIFD_TOTAL_USEC",
    };

    for (int i = 0; i < STEPS; i++)
        if (steps->usec[i] != STEP_NOT_TAKEN)
            add_number(event, keys[i], steps->usec[i]);
}

static void log_request(struct daemon *daemon, const struct request *request,
                        const struct steps *steps)
{
    const struct outcomes *outcomes = &request->outcomes;
    char vifs[VIFS_NAMED * UUID_TEXT_SIZE + 32], result[256], words[128];
    struct event event = {.n = 0};

    name_vifs(request, vifs, sizeof vifs);
    say_result(outcomes, result, sizeof result);
    if (request->n_vifs)
        (void)snprintf(words, sizeof words, "%s: %zu of %zu VIFs failed, %zu changed",
                       request->method ? short_name(request->method->name) : "unknown method",
                       outcomes->error.kind && !outcomes->n_failed ? request->n_vifs
                                                                   : outcomes->n_failed,
                       request->n_vifs, outcomes->n_changed);
    else
        (void)snprintf(words, sizeof words, "%s",
                       request->method ? short_name(request->method->name) : "unknown method");
    add_number(&event, "VIFD_UID", request->caller.uid);
    add_number(&event, "VIFD_PID", request->caller.pid);
    add_text(&event, "VIFD_COMM", request->caller.comm);
    add_text(&event, "VIFD_METHOD", request->call.method);
    if (request->params.dry_run)
        add_text(&event, "VIFD_DRY_RUN", "true");
    add_text(&event, "VIFD_RESULT", result);
    if (outcomes->error.kind)
        add_text(&event, "VIFD_ERROR", outcomes->error.text);
    add_steps(&event, steps);
    /* Last, because the longest: what does not fit in a line is left out. */
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

void record_request(struct daemon *daemon, const struct request *request)
{
    const struct times *times = &request->times;
    struct steps steps;

    steps_of_request(times->stages, times->arrived, times->started, times->answered, &steps);
    count_request(&daemon->metrics, request, &steps);
    log_request(daemon, request, &steps);
}

void record_batch(struct daemon *daemon, size_t n_requests, size_t n_vifs)
{
    log_say(&daemon->log, LOG_LEVEL_DEBUG, "batch: %zu requests, %zu VIFs", n_requests, n_vifs);
}

void record_work(const struct work *work, size_t n_vifs)
{
    struct metrics *metrics = &work->daemon->metrics;
    struct steps steps;

    steps_of_stages(work->stages, &steps);
    if (n_vifs)
        metrics_batch(metrics, n_vifs, &steps, work->counts.retries, work->counts.connects);
    else
        metrics_look(metrics, work->counts.retries, work->counts.connects);
}
