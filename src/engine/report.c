/* SPDX-License-Identifier: Apache-2.0 */
/* Telling how far a batch is and what became of each VIF, the latter as soon as it is known for good and
 * not when the last one is.  Stands on the runs; converge.c and the files that wait stand on it. */
#include <stdlib.h>

#include "engine/job.h"

void outcome_done(struct outcome *outcome)
{
    free(outcome->steps);
    free(outcome->warnings);
    outcome->steps = outcome->warnings = NULL;
    diff_done(&outcome->differences);
}

size_t batch_count(const struct batch *batch, enum run_state state)
{
    size_t n = 0;

    for (size_t i = 0; i < batch->n; i++)
        n += batch->runs[i].state == state;
    return n;
}

void batch_progress(const struct batch *batch, enum vif_stage stage, size_t done, size_t total)
{
    const struct converge_hooks *hooks = batch->options->hooks;

    if (hooks && hooks->progress)
        hooks->progress(hooks->data, stage, done, total);
}

enum vif_stage batch_stage(const struct batch *batch, enum vif_stage stage)
{
    return batch_count(batch, RUN_PENDING) ? VIF_STAGE_SWITCH : stage;
}

void batch_links_begin(struct batch *batch)
{
    batch->links_done = batch->links_total = 0;
    for (size_t i = 0; i < batch->n; i++)
        for (size_t s = 0; batch->runs[i].state == RUN_APPLIED && s < batch->runs[i].plan.n; s++)
            batch->links_total += STEP_IS_LINK(batch->runs[i].plan.steps[s].kind);
    batch_links_done(batch, 0);
}

void batch_links_done(struct batch *batch, size_t n)
{
    batch->links_done += n;
    batch_links_on_the_way(batch, 0);
}

void batch_links_on_the_way(const struct batch *batch, size_t n)
{
    if (batch->links_total)
        batch_progress(batch, VIF_STAGE_LINKS, batch->links_done + n, batch->links_total);
}

/* The state of a VIF that did not fail.  A dry run that was to explain has no plan to tell of a VIF that is
 * as described. */
static enum outcome_state state_of(const struct run *run, const struct converge_options *options)
{
    bool said = options->look || (options->dry_run && options->explain && !run->changed);

    if (said && run->differences.counted)
        return OUTCOME_DRIFTED;
    if (options->dry_run && !said)
        return OUTCOME_PLANNED;
    return run->waiting ? OUTCOME_WAITING : OUTCOME_DONE;
}

void run_tell(struct batch *batch, struct run *run)
{
    const struct converge_hooks *hooks = batch->options->hooks;
    size_t i = (size_t)(run - batch->runs);
    struct outcome *outcome = &batch->outcomes[i];

    if (run->told)
        return;
    run->told = true;
    interrupt_tell(run);
    if (run->wiring->warnings.n)
        outcome->warnings = text_take(&run->wiring->warnings);
    outcome->changed = run->changed;
    outcome->ofport = run->ofport;
    outcome->state = run->state == RUN_FINISHED ? state_of(run, batch->options) : OUTCOME_FAILED;
    outcome->error = outcome->state == OUTCOME_FAILED ? run->error : (struct vif_error){0};
    outcome->differences = run->differences;
    run->differences = (struct differences){0};
    if (hooks && hooks->told)
        hooks->told(hooks->data, i);
}

/* Whether revert_failed() and settle_explain() have nothing to do for a run that has failed. */
static bool is_dealt_with(const struct run *run)
{
    if (run->n_undo || run->timed_out || run->stuck)
        return false;
    return run->answer_lost || (!run->db_changed && !run->reopened);
}

void batch_tell(struct batch *batch)
{
    for (size_t i = 0; i < batch->n; i++) {
        struct run *run = &batch->runs[i];

        if (run->state == RUN_FINISHED || (run->state == RUN_FAILED && is_dealt_with(run)))
            run_tell(batch, run);
    }
}
