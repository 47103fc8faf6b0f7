/* SPDX-License-Identifier: Apache-2.0 */
/* A call that is told to end early leaves each VIF whole.  One whose transaction is not sent yet is taken
 * back; one that is past the point from which it can be, goes on to its end, but is not waited for.
 * The engine asks here wherever it stands between two such states; and as long as some VIF is in
 * neither, its database client is deaf to the wish. */
#include <string.h>

#include "base/stop.h"
#include "engine/job.h"

bool batch_interrupted(struct batch *batch)
{
    if (!batch->interrupted && stop_asked(batch->stop)) {
        log_debug(batch->engine->log, "interrupted");
        batch->interrupted = true;
        ovsdb_client_stop_by(batch->engine->db, STOP_NEVER);
    }
    return batch->interrupted;
}

/* Whether the rows of this call are, or may be, in the database, or something is gone that cannot be made
 * again. */
static bool is_past_return(const struct run *run)
{
    if (run->unknown || run->db_changed || run->reopened)
        return true;
    for (size_t i = 0; i < run->n_undo; i++)
        if (run->undo[i].kind == UNDO_NOTHING)
            return true;
    return false;
}

static bool goes_on(const struct batch *batch, const struct run *run)
{
    bool has_nothing_to_do = run->state == RUN_PLANNED && !run->plan.n && !batch->explains;

    return has_nothing_to_do || is_past_return(run);
}

void interrupt_listen(struct batch *batch)
{
    bool deaf = batch->interrupted;

    if (batch->stop == STOP_NEVER)
        return;
    for (size_t i = 0; !deaf && i < batch->n; i++)
        deaf = batch->runs[i].state <= RUN_APPLIED && is_past_return(&batch->runs[i]);
    ovsdb_client_stop_by(batch->engine->db, deaf ? STOP_NEVER : batch->stop);
}

void interrupt_deafen(struct batch *batch)
{
    ovsdb_client_stop_by(batch->engine->db, STOP_NEVER);
}

bool interrupt_point(struct batch *batch)
{
    if (!batch_interrupted(batch))
        return false;
    for (size_t i = 0; i < batch->n; i++) {
        struct run *run = &batch->runs[i];

        if (run->state > RUN_APPLIED || goes_on(batch, run))
            continue;
        (void)stop_error(&run->error);
        run->state = RUN_FAILED;
        run->taken_back = true;
    }
    for (size_t i = 0; i < batch->n;
         i++) /* none stands any more for whose sake a link would stay */
        if (batch->runs[i].taken_back && batch->runs[i].n_undo)
            links_undo(batch, &batch->runs[i]);
    links_undo_end(batch);
    return true;
}

void interrupt_tell(struct run *run)
{
    struct vif_error plain = {0};

    if (run->state != RUN_FAILED || run->error.kind != VIF_ERROR_INTERRUPTED || !run->taken_back ||
        run->left)
        return;
    run->changed = false;
    (void)stop_error(&plain);
    if (strcmp(run->error.text, plain.text) == 0)
        (void)error_set(&run->error, VIF_ERROR_INTERRUPTED, "%s: it is as it was before",
                        plain.text);
}
