/* SPDX-License-Identifier: Apache-2.0 */
/* Telling what is different, for a call that was asked to: the words come from diff.c; here it is
 * decided when they hold.  reconcile.c stands on it. */
#include "base/deadline.h"
#include "base/stop.h"
#include "engine/job.h"

/* How long what ovs-vswitchd says or does has to last, and how often it is looked at: a port that was
 * just added, or whose device just appeared, is not taken up at once. */
#define DOUBT_LASTS_MS 1000
#define DOUBT_POLL_MS  20

void recheck_compare(struct batch *batch, bool complaints)
{
    for (size_t i = 0; i < batch->n; i++) {
        struct job *job = &batch->jobs[i];

        if (job->state != JOB_PLANNED || job->changed)
            continue;
        if (diff_complete(job->wiring, &batch->observed, complaints, &job->differences,
                          &job->error) < 0)
            job->state = JOB_FAILED;
    }
}

/* Whether all that is to be said of a VIF is what ovs-vswitchd has not done, or not yet: that it
 * complains, or that it seems not to have the port's device open, which may be for links are read
 * before rows. */
static bool is_doubtful(const struct batch *batch, const struct job *job, bool complaints)
{
    if (job->state != JOB_PLANNED)
        return false;
    for (size_t i = 0; i < job->plan.n; i++)
        if (job->plan.steps[i].kind != STEP_PORT_REOPEN)
            return false;
    return job->plan.n || (complaints && diff_complains(job->wiring, &batch->observed));
}

bool recheck_needed(struct batch *batch, const struct reconcile_options *options, int64_t *lasts)
{
    bool behind = batch->observed.db.cur_cfg < batch->observed.db.next_cfg;
    bool complaints = options->wait != VIF_WAIT_NONE;
    struct vif_error err = {0};
    size_t n = 0;

    for (size_t i = 0; i < batch->n; i++)
        n += is_doubtful(batch, &batch->jobs[i], complaints);
    if (!n || (behind && !(options->look && complaints)))
        return false;
    if (!behind) {
        if (*lasts < 0)
            *lasts = deadline_after(DOUBT_LASTS_MS);
        stop_sleep(batch->stop, DOUBT_POLL_MS, batch->until);
        return !batch_cancelled(batch) && deadline_left(*lasts) != 0 &&
               deadline_left(batch->until) != 0;
    }
    if (wait_catch_up(batch, &err) == 0)
        return deadline_left(batch->until) != 0;
    for (size_t i = 0; i < batch->n; i++)
        if (is_doubtful(batch, &batch->jobs[i], complaints)) {
            batch->jobs[i].error = err;
            batch->jobs[i].state = JOB_FAILED;
        }
    return false;
}
