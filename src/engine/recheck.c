/* SPDX-License-Identifier: Apache-2.0 */
/* Differences, for a call that asks for them: the words come from plan/diff.c; here it is decided
 * when they hold. */
#include "base/deadline.h"
#include "engine/phases.h"

/* How long what ovs-vswitchd complains of has to last, and how often it is looked at: a port that
 * was just added, or whose device just appeared, is not taken up at once. */
#define DOUBT_LASTS_MS 1000
#define DOUBT_POLL_MS  20

void recheck_compare(struct batch *batch, bool complaints)
{
    FOR_EACH_JOB_IN(job, batch, JOB_PLANNED) {
        if (job->changed)
            continue;
        if (diff_complete(job->wiring, &batch->observed, complaints, &job->differences,
                          &job->error) < 0)
            job_fail(job, NULL);
    }
}

/* Whether all that is to be said of a VIF is what ovs-vswitchd has not done, or not yet: that it
 * complains, or that it seems not to have the port's device open, which may be because links are
 * read before rows. */
static bool is_doubtful(const struct batch *batch, const struct job *job, bool complaints)
{
    if (job->state != JOB_PLANNED)
        return false;
    FOR_EACH_STEP(step, job)
        if (step->kind != STEP_PORT_REOPEN)
            return false;
    return job->plan.n || (complaints && diff_complains(job->wiring, &batch->observed));
}

bool recheck_needed(struct batch *batch, int64_t *lasts)
{
    const struct reconcile_options *options = batch->options;
    bool behind = batch->observed.db.cur_cfg < batch->observed.db.next_cfg;
    bool complaints = options->wait != VIF_WAIT_NONE;
    struct vif_error err = {0};
    size_t n = 0;

    FOR_EACH_JOB(job, batch)
        n += is_doubtful(batch, job, complaints);
    if (!n || (behind && !(options->look && complaints)))
        return false;
    if (!behind) {
        if (*lasts < 0)
            *lasts = deadline_after(DOUBT_LASTS_MS);
        stop_sleep(options->stop, DOUBT_POLL_MS, options->until);
        return !batch_cancelled(batch) && deadline_left(*lasts) != 0 &&
               deadline_left(options->until) != 0;
    }
    if (wait_for_cfg(batch, batch->observed.db.next_cfg, VIF_STAGE_SWITCH, batch->n, &err) == 0)
        return deadline_left(options->until) != 0;
    FOR_EACH_JOB(job, batch)
        if (is_doubtful(batch, job, complaints))
            job_fail(job, &err);
    return false;
}
