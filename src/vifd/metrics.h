/* SPDX-License-Identifier: Apache-2.0 */
/* Counters and histograms of the daemon, and their text.  Only the loop's thread uses them. */
#ifndef VIFD_METRICS_H
#define VIFD_METRICS_H

#include <stddef.h>
#include <stdint.h>

#include <vif/vif.h>

#include "base/text.h"

/* All labels have values of the program's own: no caller can add lines to the text. */
#define METRICS_METHODS       13
#define METRICS_STATES        (VIF_STATE_DRIFTED + 1)
#define METRICS_KINDS         (0 VIF_ERROR_KINDS(METRICS_ONE_KIND))
#define METRICS_ONE_KIND(...) +1
#define METRICS_BUCKETS       16

/* The parts of a request. */
enum timing {
    TIMING_QUEUE, /* until its batch began; of the request alone */
    TIMING_LOCK,  /* from here to UNDO: the stages of the library, in its order */
    TIMING_OBSERVE,
    TIMING_LINKS,
    TIMING_COMMIT,
    TIMING_SWITCH,
    TIMING_WAIT,
    TIMING_AGENT,
    TIMING_UNDO,
    TIMING_TOTAL, /* from the arrival to the answer; of the request alone */
    N_TIMINGS,
};
#define TIMING_OF_STAGE(stage) (TIMING_LOCK + (int)(stage) - (int)VIF_STAGE_LOCK)

/* How long each took, in microseconds; 0: a stage that was not reached. */
struct timings {
    int64_t usec[N_TIMINGS];
};

/* The results of the VIFs of a request. */
struct outcomes {
    size_t n_reported, n_failed, n_changed;
    size_t first_failed;    /* its index */
    struct vif_error error; /* of that one, or of the whole call */
    size_t by_state[METRICS_STATES];
    size_t by_kind[METRICS_KINDS];
};

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
    uint64_t connections, queued, waiting, lost_events;
};

/* Zero, and started now. */
void metrics_init(struct metrics *ret);

/* Counts an answered request and its VIFs; 'method' without its interface, unknown ones as "other".
 * Takes QUEUE and TOTAL of 'timings'. */
void metrics_request(struct metrics *metrics, const char *method, const struct outcomes *outcomes,
                     const struct timings *timings);
/* Counts a finished batch of 'n' VIFs (0: a read): its timings but QUEUE and TOTAL, the rounds
 * beyond the first, and the connections made to the database. */
void metrics_batch(struct metrics *metrics, size_t n, const struct timings *timings,
                   uint64_t retries, uint64_t connects);

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
