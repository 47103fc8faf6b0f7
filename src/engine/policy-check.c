/* SPDX-License-Identifier: Apache-2.0 */
/* The policy on the way through the engine: what a name that was looked up, or the place where a port was
 * found, adds to what was judged when the VIF was described.  converge.c stands on it. */
#include "engine/job.h"
#include "state/policy.h"

void judge_names(struct batch *batch)
{
    for (size_t i = 0; batch->policy && i < batch->n; i++) {
        struct run *run = &batch->runs[i];

        if (run->state == RUN_PENDING && policy_check(batch->policy, run->wiring, &run->error) < 0)
            run->state = RUN_FAILED;
    }
}

int judge_found(const struct batch *batch, struct run *run)
{
    if (!batch->policy)
        return 0;
    return policy_check_found(batch->policy, run->wiring, &batch->observed, &run->error);
}
