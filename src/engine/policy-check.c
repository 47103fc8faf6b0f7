/* SPDX-License-Identifier: Apache-2.0 */
/* The policy on the way through the engine: what a name that was looked up, or the place where a port was
 * found, adds to what was judged when the VIF was described.  reconcile.c stands on it. */
#include "engine/job.h"
#include "state/policy.h"

void policy_check_names(struct batch *batch)
{
    for (size_t i = 0; batch->policy && i < batch->n; i++) {
        struct job *job = &batch->jobs[i];

        if (job->state == JOB_PENDING && policy_check(batch->policy, job->wiring, &job->error) < 0)
            job->state = JOB_FAILED;
    }
}

int policy_allows_found(const struct batch *batch, struct job *job)
{
    if (!batch->policy)
        return 0;
    return policy_check_found(batch->policy, job->wiring, &batch->observed, &job->error);
}
