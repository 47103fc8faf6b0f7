/* SPDX-License-Identifier: Apache-2.0 */
/* Metrics.  A family has all its lines from the start, also those at 0, so that the first event
 * shows in a rate; names follow Prometheus' rules, in base units. */
#include "vifd/metrics.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"

/* The first N_VIF_METHODS have VIFs that come to a state. */
#define N_VIF_METHODS 4
static const char *const methods[METRICS_METHODS] = {
    "Plug",  "Unplug",   "Check",  "Repair",     "List",    "Show",
    "Prune", "HostInfo", "Doctor", "GetMetrics", "GetInfo", "GetInterfaceDescription",
    "other",
};
#define OTHER (METRICS_METHODS - 1)

struct bounds {
    uint64_t most[METRICS_BUCKETS]; /* 0: no more */
    uint64_t unit;
};

/* A plug takes from a millisecond to what ovs-vswitchd needs for thousands of ports; 120 s is the
 * default time-out. */
static const struct bounds seconds = {{1000, 2500, 5000, 10000, 25000, 50000, 100000, 250000,
                                       500000, 1000000, 2500000, 5000000, 10000000, 30000000,
                                       120000000},
                                      1000000};
static const struct bounds vifs = {{1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 10000}, 1};

/* ---------------------------------------------------------------- counting */

void metrics_init(struct metrics *ret)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_REALTIME, &now);
    *ret = (struct metrics){.started = (double)now.tv_sec + (double)now.tv_nsec / 1e9};
}

static size_t method_of(const char *name)
{
    for (size_t i = 0; i < OTHER; i++)
        if (strcmp(methods[i], name) == 0)
            return i;
    return OTHER;
}

static void observe(struct metrics_histogram *histogram, const struct bounds *bounds,
                    uint64_t value)
{
    size_t i = 0;

    while (bounds->most[i] && value > bounds->most[i])
        i++;
    histogram->buckets[i]++;
    histogram->sum += value;
    histogram->count++;
}

static void observe_timing(struct metrics *metrics, const struct timings *timings, int step)
{
    observe(&metrics->steps[step], &seconds,
            timings->usec[step] > 0 ? (uint64_t)timings->usec[step] : 0);
}

void metrics_request(struct metrics *metrics, const char *method, const struct outcomes *outcomes,
                     const struct timings *timings)
{
    size_t i = method_of(method);

    metrics->requests[i]++;
    observe_timing(metrics, timings, TIMING_QUEUE);
    observe_timing(metrics, timings, TIMING_TOTAL);
    for (size_t k = 0; k < METRICS_STATES; k++)
        metrics->vifs[i][k] += outcomes->by_state[k];
    for (size_t k = 0; k < METRICS_KINDS; k++)
        metrics->failures[k] += outcomes->by_kind[k];
    metrics->failures[outcomes->error.kind] += !outcomes->n_failed; /* NONE is not shown */
}

void metrics_batch(struct metrics *metrics, size_t n, const struct timings *timings,
                   uint64_t retries, uint64_t connects)
{
    metrics->retries += retries;
    metrics->connects += connects;
    if (!n)
        return;
    observe(&metrics->batches, &vifs, n);
    for (int i = TIMING_LOCK; i <= TIMING_UNDO; i++)
        if (timings->usec[i])
            observe_timing(metrics, timings, i);
}

/* ---------------------------------------------------------------- the text */

struct writer {
    struct text *out;
    enum metrics_format format;
};

/* Only counters have different names in the two formats. */
static void declare(const struct writer *to, const char *name, const char *type, const char *unit,
                    const char *help)
{
    bool total = to->format == METRICS_PROMETHEUS && strcmp(type, "counter") == 0;
    const char *suffix = total ? "_total" : "";

    text_add(to->out, "# TYPE %s%s %s\n", name, suffix, type);
    if (unit && to->format == METRICS_OPENMETRICS)
        text_add(to->out, "# UNIT %s %s\n", name, unit);
    text_add(to->out, "# HELP %s%s %s\n", name, suffix, help);
}

/* 'label' is "step=\"queue\"", or "" */
static void write_histogram(const struct writer *to, const char *name, const char *label,
                            const struct bounds *bounds, const struct metrics_histogram *histogram)
{
    const char *open = label[0] ? "{" : "", *close = label[0] ? "}" : "";
    const char *comma = label[0] ? "," : "";
    uint64_t unit = bounds->unit, count = 0;

    for (size_t i = 0; bounds->most[i]; i++) {
        count += histogram->buckets[i];
        text_add(to->out, "%s_bucket{%s%sle=\"%g%s\"} %" PRIu64 "\n", name, label, comma,
                 (double)bounds->most[i] / (double)unit, bounds->most[i] % unit ? "" : ".0", count);
    }
    text_add(to->out, "%s_bucket{%s%sle=\"+Inf\"} %" PRIu64 "\n", name, label, comma,
             histogram->count);
    text_add(to->out, "%s_count%s%s%s %" PRIu64 "\n", name, open, label, close, histogram->count);
    text_add(to->out, "%s_sum%s%s%s %" PRIu64, name, open, label, close, histogram->sum / unit);
    if (unit > 1)
        text_add(to->out, ".%06" PRIu64, histogram->sum % unit);
    text_add(to->out, "\n");
}

static void write_requests(const struct writer *to, const struct metrics *metrics)
{
    declare(to, "vifd_requests", "counter", NULL, "Requests answered.");
    for (size_t i = 0; i < METRICS_METHODS; i++)
        text_add(to->out, "vifd_requests_total{method=\"%s\"} %" PRIu64 "\n", methods[i],
                 metrics->requests[i]);
    declare(to, "vifd_failures", "counter", NULL,
            "Errors of VIFs, and of requests without VIFs, by their kind.");
    for (size_t i = 1; i < METRICS_KINDS; i++)
        text_add(to->out, "vifd_failures_total{kind=\"%s\"} %" PRIu64 "\n",
                 vif_error_kind_name((enum vif_error_kind)i), metrics->failures[i]);
    declare(to, "vifd_vifs", "counter", NULL, "VIFs of requests, by their state afterwards.");
    for (size_t i = 0; i < N_VIF_METHODS; i++)
        for (int k = VIF_STATE_FAILED; k < METRICS_STATES; k++)
            text_add(to->out, "vifd_vifs_total{method=\"%s\",state=\"%s\"} %" PRIu64 "\n",
                     methods[i], vif_state_name((enum vif_state)k), metrics->vifs[i][k]);
}

static const char *step_name(int timing)
{
    if (timing == TIMING_QUEUE)
        return "queue";
    return timing == TIMING_TOTAL ? "total" : vif_stage_name(timing - TIMING_LOCK + VIF_STAGE_LOCK);
}

static void write_times(const struct writer *to, const struct metrics *metrics)
{
    declare(to, "vifd_step_seconds", "histogram", "seconds",
            "Time of each step of a batch; queue and total are those of each request.");
    for (int i = 0; i < N_TIMINGS; i++) {
        char label[32];

        (void)snprintf(label, sizeof label, "step=\"%s\"", step_name(i));
        write_histogram(to, "vifd_step_seconds", label, &seconds, &metrics->steps[i]);
    }
    declare(to, "vifd_batch_vifs", "histogram", "vifs", "VIFs of a batch.");
    write_histogram(to, "vifd_batch_vifs", "", &vifs, &metrics->batches);
}

/* Memory of this process in bytes; 0: unknown. */
static uint64_t resident_memory(void)
{
    auto_close int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    char text[128] = "";
    uint64_t pages = 0;

    if (fd < 0 || read(fd, text, sizeof text - 1) <= 0 ||
        sscanf(text, "%*u %" SCNu64, &pages) != 1) /* NOLINT(cert-err34-c): the kernel's */
        return 0;
    return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

/* Families of one number. */
static const struct {
    const char *name, *type, *help;
    size_t offset;
} singles[] = {
    {"vifd_retries", "counter",
     "Rounds of batches beyond the first, because another program had changed the same things.",
     offsetof(struct metrics, retries)},
    {"vifd_database_connects", "counter", "Connections made to the database.",
     offsetof(struct metrics, connects)},
    {"vifd_log_events_lost", "counter", "Events of the log that were not read in time.",
     offsetof(struct metrics, lost_events)},
    {"vifd_connections", "gauge", "Connections of clients.", offsetof(struct metrics, connections)},
    {"vifd_queue_requests", "gauge", "Requests that wait for their batch.",
     offsetof(struct metrics, queued)},
    {"vifd_waiting_batches", "gauge", "Batches that only wait for their VIFs to become ready.",
     offsetof(struct metrics, waiting)},
};

static void write_process(const struct writer *to, const struct metrics *metrics)
{
    for (size_t i = 0; i < sizeof singles / sizeof singles[0]; i++) {
        uint64_t value = *(const uint64_t *)((const char *)metrics + singles[i].offset);

        declare(to, singles[i].name, singles[i].type, NULL, singles[i].help);
        text_add(to->out, "%s%s %" PRIu64 "\n", singles[i].name,
                 strcmp(singles[i].type, "counter") == 0 ? "_total" : "", value);
    }
    /* Not process_resident_memory_bytes: node_exporter has that of its own. */
    declare(to, "vifd_resident_memory_bytes", "gauge", "bytes", "Memory of the daemon.");
    text_add(to->out, "vifd_resident_memory_bytes %" PRIu64 "\n", resident_memory());
    declare(to, "vifd_start_time_seconds", "gauge", "seconds", "When the daemon was started.");
    text_add(to->out, "vifd_start_time_seconds %.3f\n", metrics->started);
    declare(to, "vifd_build_info", "gauge", NULL, "The version of the program; always 1.");
    text_add(to->out, "vifd_build_info{version=\"%s\"} 1\n", vif_version());
}

void metrics_write(const struct metrics *metrics, enum metrics_format format, struct text *out)
{
    const struct writer to = {out, format};

    write_requests(&to, metrics);
    write_times(&to, metrics);
    write_process(&to, metrics);
    if (format == METRICS_OPENMETRICS)
        text_add(out, "# EOF\n");
}

/* ---------------------------------------------------------------- the file */

/* It is read by another user, and the daemon's umask leaves nothing to others. */
static int write_new(const char *path, const struct text *text)
{
    auto_close int fd =
        open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0644);
    size_t at = 0;

    if (fd < 0 || fchmod(fd, 0644) < 0)
        return -errno;
    while (at < text->n) {
        ssize_t n = write(fd, text->data + at, text->n - at);

        if (n < 0 && errno != EINTR)
            return -errno;
        at += n > 0 ? (size_t)n : 0;
    }
    return 0;
}

int metrics_put_file(const struct text *text, const char *path, struct vif_error *err)
{
    auto_free char *temporary = NULL;
    int r;

    if (text->failed || asprintf(&temporary, "%s.tmp", path) < 0)
        return error_memory(err);
    r = write_new(temporary, text);
    if (r == 0 && rename(temporary, path) < 0)
        r = -errno;
    if (r < 0) {
        (void)unlink(temporary);
        return error_sys(err, VIF_ERROR_SYSTEM, -r, "write %s", path);
    }
    return 0;
}
