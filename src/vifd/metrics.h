/* SPDX-License-Identifier: Apache-2.0 */
/* Counters and histograms of the daemon, and their text.  Of the loop's thread alone. */
#ifndef VIFD_METRICS_H
#define VIFD_METRICS_H

#include <stddef.h>
#include <stdint.h>

#include <vif/vif.h>

#include "base/text.h"
#include "vifd/timings.h"

/* All labels have values of the program's own: whatever callers send, the text has as many lines. */
#define METRICS_METHODS                                         13
#define METRICS_STATES                                          (VIF_STATE_DRIFTED + 1)
#define METRICS_KINDS                                           (0 VIF_ERROR_KINDS(METRICS_ONE_KIND)) /* of errors */
#define METRICS_ONE_KIND(kind, name, number, status, exception) +1
#define METRICS_BUCKETS                                         16

struct metrics_histogram {
    uint64_t buckets[METRICS_BUCKETS]; /* each of its own; the last takes all that is more */
    uint64_t sum, count;
};

/* What the owner sets itself is 'connections' and what follows. */
struct metrics {
    double started; /* seconds of the epoch */
    uint64_t requests[METRICS_METHODS];
    uint64_t failures[METRICS_KINDS];
    uint64_t vifs[METRICS_METHODS][METRICS_STATES];
    struct metrics_histogram steps[N_TIMINGS]; /* microseconds */
    struct metrics_histogram batches;          /* VIFs */
    uint64_t retries, connects;
    uint64_t connections, queued, settling, lost_events;
};

/* Zero, and started now. */
void metrics_init(struct metrics *ret);

/* A request that is answered; 'method' without its interface, anything ("other").  Of 'steps' QUEUE and
 * TOTAL. */
void metrics_request(struct metrics *metrics, const char *method, const struct timings *timings);
/* What became of 'n' VIFs of such a request. */
void metrics_vifs(struct metrics *metrics, const char *method, enum vif_state state, uint64_t n);
/* Errors of 'n' VIFs, or of a request that has no VIFs to have them; kind NONE is none. */
void metrics_failures(struct metrics *metrics, enum vif_error_kind kind, uint64_t n);
/* A batch of 'n' VIFs that is done: its steps, but QUEUE and TOTAL; the rounds it took beyond the first;
 * the connections to the database that were made for it. */
void metrics_batch(struct metrics *metrics, size_t n, const struct timings *timings,
                   uint64_t retries, uint64_t connects);

/* The same of what is no batch. */
void metrics_read(struct metrics *metrics, uint64_t retries, uint64_t connects);

/* OpenMetrics 1.0 and the older text format of Prometheus differ in how a counter is declared; each
 * refuses, or takes for untyped, what the other has. */
enum metrics_format {
    METRICS_OPENMETRICS,
    METRICS_PROMETHEUS,
};

void metrics_write(const struct metrics *metrics, enum metrics_format format, struct text *out);

/* Puts such a text (METRICS_PROMETHEUS) in place of the file 'path', which node_exporter reads as one of
 * its textfiles, by way of PATH.tmp: it is the old one or the new one, never a half.  Kind SYSTEM or
 * PERMISSION; -ENOMEM, also for a text that could not be made. */
int metrics_put_file(const struct text *text, const char *path, struct vif_error *err);

#endif
