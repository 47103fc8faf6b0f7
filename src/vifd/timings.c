/* SPDX-License-Identifier: Apache-2.0 */
/* The steps of a request: the stages of the library, which it shares with all of its batch, between its
 * own wait before them and its answer.  The log and the metrics tell of them. */
#include "vifd/timings.h"

static const enum vif_stage stages_of[STEPS] = {
    [STEP_LOCK] = VIF_STAGE_LOCK,     [STEP_OBSERVE] = VIF_STAGE_OBSERVE,
    [STEP_LINKS] = VIF_STAGE_LINKS,   [STEP_COMMIT] = VIF_STAGE_COMMIT,
    [STEP_SWITCH] = VIF_STAGE_SWITCH, [STEP_SETTLE] = VIF_STAGE_SETTLE,
    [STEP_AGENT] = VIF_STAGE_AGENT,   [STEP_UNDO] = VIF_STAGE_UNDO,
};

const char *step_name(enum request_step step)
{
    if (step == STEP_QUEUE)
        return "queue";
    return step == STEP_TOTAL ? "total" : vif_stage_name(stages_of[step]);
}

void steps_of_stages(const int64_t *stages, struct steps *ret)
{
    for (int i = 0; i < STEPS; i++)
        ret->usec[i] = STEP_NOT_TAKEN;
    for (int i = STEP_QUEUE + 1; i < STEP_TOTAL; i++)
        if (stages[stages_of[i]])
            ret->usec[i] = stages[stages_of[i]];
}

void steps_of_request(const int64_t *stages, int64_t arrived, int64_t started, int64_t answered,
                      struct steps *ret)
{
    steps_of_stages(stages, ret);
    ret->usec[STEP_QUEUE] = (started ? started : answered) - arrived;
    ret->usec[STEP_TOTAL] = answered - arrived;
}
