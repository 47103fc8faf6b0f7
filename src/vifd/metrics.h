/* SPDX-License-Identifier: Apache-2.0 */
/* Counters and histograms of the daemon, and their text.  Only the loop's thread uses them. */
#ifndef VIFD_METRICS_H
#define VIFD_METRICS_H

#include <stddef.h>
#include <stdint.h>

#include <vif/vif.h>

#include "base/text.h"
#include "vifd/timings.h"

/* All labels have values of the program's own: no caller can add lines to the text. */
#define METRICS_METHODS                                         13
#define METRICS_STATES                                          (VIF_STATE_DRIFTED + 1)
#define METRICS_KINDS                                           (0 VIF_ERROR_KINDS(METRICS_ONE_KIND))
#define METRICS_ONE_KIND(kind, name, number, status, exception) +1
#define METRICS_BUCKETS                                         16

struct metrics_histogram {
    uint64_t buckets[METRICS_BUCKETS]; /* each of its own; the last takes all that is more */
    uint64_t sum, count;
};

/* Its owner sets 'connections' and what follows. */
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

/* Counts an answered request; 'method' without its interface, unknown ones as "other".  Takes
 * QUEUE and TOTAL of 'timings'. */
void metrics_request(struct metrics *metrics, const char *method, const struct timings *timings);
/* Counts 'n' VIFs of such a request, by their state. */
void metrics_vifs(struct metrics *metrics, const char *method, enum vif_state state, uint64_t n);
/* Counts errors of 'n' VIFs, or of a request without VIFs; kind NONE counts nothing. */
void metrics_failures(struct metrics *metrics, enum vif_error_kind kind, uint64_t n);
/* Counts a finished batch of 'n' VIFs: its timings but QUEUE and TOTAL, the rounds beyond the
 * first, and the connections made to the database. */
void metrics_batch(struct metrics *metrics, size_t n, const struct timings *timings,
                   uint64_t retries, uint64_t connects);

/* The same for a call that is not a batch. */
void metrics_read(struct metrics *metrics, uint64_t retries, uint64_t connects);

/* OpenMetrics 1.0 and the older text format of Prometheus declare counters differently; neither
 * accepts the other's form. */
enum metrics_format {
    METRICS_OPENMETRICS,
    METRICS_PROMETHEUS,
};

void metrics_write(const struct metrics *metrics, enum metrics_format format, struct text *out);

/* Replaces the file 'path', a textfile of node_exporter, by such a text (METRICS_PROMETHEUS),
 * atomically by way of PATH.tmp.  Kind SYSTEM or PERMISSION; -ENOMEM, also if 'text' failed. */
int metrics_put_file(const struct text *text, const char *path, struct vif_error *err);

#endif
