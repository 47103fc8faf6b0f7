/* SPDX-License-Identifier: Apache-2.0 */
/* What the time of a request went into. */
#ifndef VIFD_TIMINGS_H
#define VIFD_TIMINGS_H

#include <stdint.h>

#include <vif/vif.h>

enum request_step {
    STEP_QUEUE, /* until its batch began; of the request alone */
    STEP_LOCK,  /* from here to UNDO: the stages of the library */
    STEP_OBSERVE,
    STEP_LINKS,
    STEP_COMMIT,
    STEP_SWITCH,
    STEP_SETTLE,
    STEP_AGENT,
    STEP_UNDO,
    STEP_TOTAL, /* from the arrival to the answer; of the request alone */
    STEPS,
};

#define STEP_NOT_TAKEN (-1)

/* Microseconds, or STEP_NOT_TAKEN. */
struct steps {
    int64_t usec[STEPS];
};

/* "queue", ..., "total"; the stages as the library calls them. */
const char *step_name(enum request_step step);

/* 'stages' says how long each stage lasted, by its number; 0: it was not come to.  QUEUE and TOTAL are not
 * taken. */
void steps_of_stages(const int64_t *stages, struct steps *ret);

/* Those of a request that arrived, was taken up (0: never) and was answered. */
void steps_of_request(const int64_t *stages, int64_t arrived, int64_t started, int64_t answered,
                      struct steps *ret);

#endif
