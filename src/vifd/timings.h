/* SPDX-License-Identifier: Apache-2.0 */
/* How long each part of a request took. */
#ifndef VIFD_TIMINGS_H
#define VIFD_TIMINGS_H

#include <stdint.h>

#include <vif/vif.h>

enum timing {
    TIMING_QUEUE, /* until its batch began; of the request alone */
    TIMING_LOCK,  /* from here to UNDO: the stages of the library */
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

#define TIMING_NONE (-1)

/* Microseconds, or TIMING_NONE. */
struct timings {
    int64_t usec[N_TIMINGS];
};

/* "queue", ..., "total"; the stages as the library calls them. */
const char *timing_name(enum timing timing);

/* "VIFD_QUEUE_USEC", ...: its field in the log. */
const char *timing_field(enum timing timing);

/* 'stages' says how long each stage lasted, by its number; 0: not reached.  QUEUE and TOTAL are
 * none. */
void timings_of_stages(const int64_t *stages, struct timings *ret);

/* Those of a request that arrived, was started (0: never) and was answered. */
void timings_of_request(const int64_t *stages, int64_t arrived, int64_t started, int64_t answered,
                        struct timings *ret);

#endif
