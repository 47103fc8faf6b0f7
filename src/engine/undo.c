/* SPDX-License-Identifier: Apache-2.0 */
/* Undoing what this call did to links, newest first.  Each deletion of a link waits for a grace
 * period of RCU, some 20 ms, so those of all VIFs that fail together are sent as one. */
#include "engine/job.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "engine/steps.h"

int undo_reserve(struct job *job)
{
    struct undo *undo = reallocarray(job->undo, job->n_undo + job->plan.n + 1, sizeof *undo);

    if (!undo)
        return -ENOMEM;
    job->undo = undo;
    return 0;
}

void undo_forget(struct job *job)
{
    for (size_t i = 0; i < job->n_undo; i++)
        address_list_done(&job->undo[i].addresses);
    free(job->undo);
    job->undo = NULL;
    job->n_undo = 0;
}

bool undo_is_final(const struct undo *undo)
{
    return !undo->made && !step_type(undo->kind)->undo;
}

static void name_left(struct job *job, const struct undo *undo)
{
    const struct step_type *type = step_type(undo->kind);

    job->left = true;
    job_note(job, undo->name, type->left);
    if (undo->other[0])
        job_note(job, undo->other, type->left_other ? type->left_other : type->left);
}

void undo_name_left(struct job *job)
{
    for (size_t i = 0; i < job->n_undo; i++)
        name_left(job, &job->undo[i]);
    undo_forget(job);
}

/* Whether a shared link is needed by another VIF of this call, too: both found the same to do. */
static bool is_needed(const struct batch *batch, const struct job *job, const struct undo *undo)
{
    if (!undo->shared)
        return false;
    FOR_EACH_JOB(other, batch) {
        if (other == job || other->state < JOB_APPLIED || other->state > JOB_FINISHED)
            continue;
        for (size_t i = 0; i < other->wiring->n_links; i++)
            if (strcmp(other->wiring->links[i].name, undo->name) == 0)
                return true;
    }
    return false;
}

/* A link to be deleted. */
struct deletion {
    struct job *job;
    const struct undo *undo;
};

/* Whether it is the link that this call made: another program may have put its own in its place.
 * A link may not have got its alias yet, but for a tap, which lasts only once it has. */
static bool is_own(const struct deletion *deletion, const struct link_info *info)
{
    char alias[LINK_ALIAS_MAX];

    wiring_alias(deletion->job->wiring, alias);
    if (!deletion->undo->shared && strcmp(info->alias, alias) == 0)
        return true;
    return !info->alias[0] && !info->tap && strcmp(info->kind, deletion->undo->made) == 0;
}

/* Deletes those that are there and ours, by their index, and names those that stay. */
static int delete_all(const struct engine *engine, struct deletion *deletions, size_t n)
{
    auto_free const char **names = calloc(n, sizeof *names);
    auto_free struct link_info *infos = calloc(n, sizeof *infos);
    auto_free struct link_deletion *links = calloc(n, sizeof *links);
    auto_free struct netlink_result *results = calloc(n, sizeof *results);
    size_t found = 0;
    int r;

    if (!names || !infos || !links || !results)
        return -ENOMEM;
    for (size_t i = 0; i < n; i++)
        names[i] = deletions[i].undo->name;
    r = link_get_many(engine->nl, names, n, infos, NULL);
    for (size_t i = 0; r == 0 && i < n; i++) {
        if (!infos[i].ifindex || !is_own(&deletions[i], &infos[i]))
            continue;
        links[found] = (struct link_deletion){infos[i].ifindex, infos[i].group};
        deletions[found++] = deletions[i];
    }
    if (r == 0 && found)
        r = link_delete_many(engine->nl, links, found, results, NULL);
    for (size_t i = 0; r == 0 && i < found; i++)
        if (results[i].error < 0 && results[i].error != -ENODEV)
            name_left(deletions[i].job, deletions[i].undo);
    return r;
}

/* The links to be deleted follow the undos of their job. */
void undo_flush(struct batch *batch)
{
    auto_free struct deletion *deletions = NULL;
    size_t n = 0, all = 0;

    FOR_EACH_JOB(job, batch)
        all += job->n_deleting;
    if (!all)
        return;
    deletions = calloc(all, sizeof *deletions);
    FOR_EACH_JOB(job, batch)
        for (; job->n_deleting; job->n_deleting--) {
            const struct undo *undo = &job->undo[job->n_undo + job->n_deleting - 1];

            if (is_needed(batch, job, undo))
                continue;
            if (deletions)
                deletions[n++] = (struct deletion){job, undo};
            else
                name_left(job, undo);
        }
    if (!n || delete_all(batch->engine, deletions, n) == 0)
        return;
    for (size_t i = 0; i < n; i++)
        name_left(deletions[i].job, deletions[i].undo);
}

/* Undoes the newest; false when all others have to stay as well: a bridge that still has the
 * addresses of the host must not go.  A link that was made waits for undo_flush(), unless
 * something older that is not a link follows. */
static bool undo_last(struct batch *batch, struct job *job)
{
    struct undo *undo = &job->undo[job->n_undo - 1];
    const struct step_type *type = step_type(undo->kind);
    bool goes_on = true;

    if (undo->made) {
        job->n_undo--;
        job->n_deleting++;
        return true;
    }
    if (job->n_deleting)
        undo_flush(batch);
    job->n_undo--;
    if (!is_needed(batch, job, undo) && (!type->undo || type->undo(batch->engine, undo) < 0)) {
        name_left(job, undo);
        goes_on = undo->kind != STEP_ADDRESS_MOVE;
    }
    address_list_done(&undo->addresses);
    return goes_on;
}

/* Undos that are impossible are kept, in front, until it is clear whether to name them. */
static size_t keep_final(struct job *job)
{
    size_t kept = 0;

    for (size_t i = 0; i < job->n_undo; i++)
        if (undo_is_final(&job->undo[i])) {
            struct undo final = job->undo[i];

            memmove(&job->undo[kept + 1], &job->undo[kept], (i - kept) * sizeof final);
            job->undo[kept++] = final;
        }
    return kept;
}

void undo_links(struct batch *batch, struct job *job)
{
    size_t kept = job->state == JOB_FAILED ? 0 : keep_final(job);

    if (batch->options->goal == VIF_GOAL_UNPLUG) {
        undo_forget(job);
        return;
    }
    while (job->n_undo > kept)
        if (!undo_last(batch, job))
            undo_name_left(job);
}
