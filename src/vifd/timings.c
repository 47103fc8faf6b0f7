/* SPDX-License-Identifier: Apache-2.0 */
/* The steps of a request: the stages of the library, which it shares with all of its batch, between its
 * own wait before them and its answer.  The log and the metrics tell of them. */
#include "vifd/timings.h"

static const enum vif_stage stages_of[N_TIMINGS] = {
    [TIMING_LOCK] = VIF_STAGE_LOCK,     [TIMING_OBSERVE] = VIF_STAGE_OBSERVE,
    [TIMING_LINKS] = VIF_STAGE_LINKS,   [TIMING_COMMIT] = VIF_STAGE_COMMIT,
    [TIMING_SWITCH] = VIF_STAGE_SWITCH, [TIMING_SETTLE] = VIF_STAGE_SETTLE,
    [TIMING_AGENT] = VIF_STAGE_AGENT,   [TIMING_UNDO] = VIF_STAGE_UNDO,
};

const char *timing_name(enum timing step)
{
    if (step == TIMING_QUEUE)
        return "queue";
    return step == TIMING_TOTAL ? "total" : vif_stage_name(stages_of[step]);
}

void timings_of_stages(const int64_t *stages, struct timings *ret)
{
    for (int i = 0; i < N_TIMINGS; i++)
        ret->usec[i] = TIMING_NONE;
    for (int i = TIMING_QUEUE + 1; i < TIMING_TOTAL; i++)
        if (stages[stages_of[i]])
            ret->usec[i] = stages[stages_of[i]];
}

void timings_of_request(const int64_t *stages, int64_t arrived, int64_t started, int64_t answered,
                        struct timings *ret)
{
    timings_of_stages(stages, ret);
    ret->usec[TIMING_QUEUE] = (started ? started : answered) - arrived;
    ret->usec[TIMING_TOTAL] = answered - arrived;
}
