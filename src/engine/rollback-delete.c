/* SPDX-License-Identifier: Apache-2.0 */
/* Deleting the links that jobs made and that are to go again.  Each deletion waits for a grace period
 * of RCU, some 20 ms, so those of all VIFs that fail together are gathered and go as one: a batch of
 * 1000 taps is undone in a fraction of a second.  links-undo.c stands on it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "engine/job.h"

/* A link that is to go, and whose it was. */
struct deletion {
    struct job *job;
    struct undo undo;
};

/* Whether the link is also of a VIF of this call that stands: both found the same to do. */
static bool serves_another(const struct batch *batch, const struct job *job, const char *name)
{
    for (size_t i = 0; i < batch->n; i++) {
        const struct job *other = &batch->jobs[i];

        if (other == job || other->state < JOB_APPLIED || other->state > JOB_FINISHED)
            continue;
        for (size_t k = 0; k < other->wiring->n_links; k++)
            if (strcmp(other->wiring->links[k].name, name) == 0)
                return true;
    }
    return false;
}

bool undo_is_needed(const struct batch *batch, const struct job *job, const struct undo *undo)
{
    return undo->shared && serves_another(batch, job, undo->name);
}

/* Whether it is the link that this call created: someone else may have put one of their own in its
 * place.  A link may not have got its alias yet, but for a tap, which lasts only once it has. */
static bool is_own(const struct deletion *deletion, const struct link_info *info)
{
    char alias[LINK_ALIAS_MAX];

    wiring_alias(deletion->job->wiring, alias);
    if (!deletion->undo.shared && strcmp(info->alias, alias) == 0)
        return true;
    return !info->alias[0] && !info->tap && strcmp(info->kind, deletion->undo.kind_made) == 0;
}

/* Deletes those that are there and ours; what stays is said.  Links go by their index. */
static int delete_all(struct batch *batch, struct deletion *const *deletions, size_t n)
{
    auto_free const char **names = calloc(n + 1, sizeof *names);
    auto_free struct link_info *infos = calloc(n + 1, sizeof *infos);
    auto_free struct link_deletion *links = calloc(n + 1, sizeof *links);
    auto_free struct netlink_result *results = calloc(n + 1, sizeof *results);
    auto_free size_t *owners = calloc(n + 1, sizeof *owners);
    size_t found = 0;
    int r;

    if (!names || !infos || !links || !results || !owners)
        return -ENOMEM;
    for (size_t i = 0; i < n; i++)
        names[i] = deletions[i]->undo.name;
    r = link_get_many(batch->engine->nl, names, n, infos, NULL);
    for (size_t i = 0; r == 0 && i < n; i++) {
        if (!infos[i].ifindex || !is_own(deletions[i], &infos[i]))
            continue;
        links[found] = (struct link_deletion){infos[i].ifindex, infos[i].group};
        owners[found++] = i;
    }
    if (r == 0 && found)
        r = link_delete_many(batch->engine->nl, links, found, results, NULL);
    for (size_t i = 0; r == 0 && i < found; i++)
        if (results[i].error < 0 && results[i].error != -ENODEV)
            undo_say_failed(deletions[owners[i]]->job, &deletions[owners[i]]->undo);
    return r;
}

static void delete_or_say(struct batch *batch, struct deletion *const *deletions, size_t n)
{
    if (!n || delete_all(batch, deletions, n) == 0)
        return;
    for (size_t i = 0; i < n; i++)
        undo_say_failed(deletions[i]->job, &deletions[i]->undo);
}

void undo_delete(struct batch *batch, struct job *job, const struct undo *undo)
{
    struct deletion *deletions = batch->deletions;

    if (batch->n_deletions == batch->deletions_room) {
        size_t room = batch->deletions_room ? 2 * batch->deletions_room : 8;

        deletions = reallocarray(deletions, room, sizeof *deletions);
        if (!deletions) {
            struct deletion alone = {job, *undo}, *pointer = &alone;

            if (!undo_is_needed(batch, job, undo))
                delete_or_say(batch, &pointer, 1);
            return;
        }
        batch->deletions = deletions;
        batch->deletions_room = room;
    }
    deletions[batch->n_deletions++] = (struct deletion){job, *undo};
}

void undo_flush(struct batch *batch)
{
    auto_free struct deletion *deletions = take_ptr(batch->deletions);
    auto_free struct deletion **going = NULL;
    size_t n = batch->n_deletions, n_going = 0;

    batch->n_deletions = batch->deletions_room = 0;
    if (!n)
        return;
    going = calloc(n, sizeof *going);
    for (size_t i = 0; i < n; i++) {
        struct deletion *one = &deletions[i];

        if (undo_is_needed(batch, one->job, &one->undo))
            continue;
        if (going)
            going[n_going++] = one;
        else
            delete_or_say(batch, &one, 1);
    }
    delete_or_say(batch, going, n_going);
}
