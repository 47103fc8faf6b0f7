/* SPDX-License-Identifier: Apache-2.0 */
/* The timings of a request: the stages of the library, which it shares with its whole batch,
 * between its own wait before them and its answer.  The log and the metrics report them. */
#include "vifd/timings.h"

static const struct {
    const char *field;
    enum vif_stage stage;
} rows[N_TIMINGS] = {
    [TIMING_QUEUE] = {.field = "VIFD_QUEUE_USEC"},
    [TIMING_LOCK] = {"VIFD_LOCK_USEC", VIF_STAGE_LOCK},
    [TIMING_OBSERVE] = {"VIFD_OBSERVE_USEC", VIF_STAGE_OBSERVE},
    [TIMING_LINKS] = {"VIFD_LINKS_USEC", VIF_STAGE_LINKS},
    [TIMING_COMMIT] = {"VIFD_COMMIT_USEC", VIF_STAGE_COMMIT},
    [TIMING_SWITCH] = {"VIFD_SWITCH_USEC", VIF_STAGE_SWITCH},
    [TIMING_WAIT] = {"VIFD_WAIT_USEC", VIF_STAGE_WAIT},
    [TIMING_AGENT] = {"VIFD_AGENT_USEC", VIF_STAGE_AGENT},
    [TIMING_UNDO] = {"VIFD_UNDO_USEC", VIF_STAGE_UNDO},
    [TIMING_TOTAL] = {.field = "VIFD_TOTAL_USEC"},
};

const char *timing_name(enum timing timing)
{
    if (timing == TIMING_QUEUE)
        return "queue";
    return timing == TIMING_TOTAL ? "total" : vif_stage_name(rows[timing].stage);
}

const char *timing_field(enum timing timing)
{
    return rows[timing].field;
}

void timings_of_stages(const int64_t *stages, struct timings *ret)
{
    for (int i = 0; i < N_TIMINGS; i++) {
        int64_t usec = i == TIMING_QUEUE || i == TIMING_TOTAL ? 0 : stages[rows[i].stage];

        ret->usec[i] = usec ? usec : TIMING_NONE;
    }
}

void timings_of_request(const int64_t *stages, int64_t arrived, int64_t started, int64_t answered,
                        struct timings *ret)
{
    timings_of_stages(stages, ret);
    ret->usec[TIMING_QUEUE] = (started ? started : answered) - arrived;
    ret->usec[TIMING_TOTAL] = answered - arrived;
}
