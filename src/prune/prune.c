/* SPDX-License-Identifier: Apache-2.0 */
/* Pruning a host: looks for stale items and has the engine remove them.  What looks stale once may
 * be a VIF in the making, by os-vif or another program, so only items that two looks found the
 * same are removed; meanwhile the locks of their VIFs keep our own programs out. */
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/deadline.h"
#include "engine/reconcile.h"
#include "prune/stale.h"

#define GRACE_MS 600000

/* Between the two looks: longer than a plug takes between two of its steps, links or rows, on a
 * host that is busy but works; os-vif's steps take some ten milliseconds each. */
#define PAUSE_MS 3000

/* One look at the host. */
struct look {
    struct snapshot snapshot;
    struct stale_list list;
};

static void look_done(struct look *look)
{
    stale_list_done(&look->list);
    snapshot_done(&look->snapshot);
}
#define auto_look __attribute__((cleanup(look_done)))

static bool is_wanted(const char *match, const struct stale *item)
{
    return !match || fnmatch(match, item->name, 0) == 0 ||
           (item->id[0] && fnmatch(match, item->id, 0) == 0) ||
           (item->instance[0] && fnmatch(match, item->instance, 0) == 0);
}

static int decide(struct stale_list *list, int64_t grace_ms, struct vif_error *err)
{
    for (size_t i = 0; i < list->n; i++) {
        struct stale *item = &list->items[i];
        struct text reason = {0};

        text_add(&reason, "%s", "");
        item->decision = stale_decide(item, grace_ms, &reason);
        item->state = item->decision == STALE_REMOVABLE ? VIF_STALE_FOUND : VIF_STALE_KEPT;
        item->reason = text_take(&reason);
        if (!item->reason)
            return error_memory(err);
    }
    return 0;
}

static int look_at(const struct engine *engine, const struct vif_prune_options *options,
                   int64_t until, struct look *look, struct vif_error *err)
{
    int64_t grace = options->grace_ms == VIF_GRACE_DEFAULT ? GRACE_MS : options->grace_ms;
    struct stale_list *list = &look->list;
    int r = snapshot_read(engine, SNAPSHOT_MARKS, until, &look->snapshot, err);
    size_t n = 0;

    list->snapshot = &look->snapshot;
    if (r == 0)
        r = stale_find(list, err);
    for (size_t i = 0; i < list->n; i++)
        if (is_wanted(options->match, &list->items[i]))
            list->items[n++] = list->items[i];
    list->n = n;
    if (r == 0)
        r = stale_read_facts(engine, list->items, n, err);
    return r < 0 ? r : decide(list, grace, err);
}

/* Locks the VIFs of the items, if their ids are known. */
static int lock_vifs(struct stale_list *list, int *ret_fd, struct vif_error *err)
{
    auto_free const char **ids = calloc(list->n + 1, sizeof *ids);
    auto_free bool *locked = calloc(list->n + 1, sizeof *locked);
    size_t n = 0;
    int r;

    if (!ids || !locked)
        return error_memory(err);
    for (size_t i = 0; i < list->n; i++)
        if (list->items[i].id[0])
            ids[n++] = list->items[i].id;
    r = lock_try_ids(ids, n, locked, ret_fd, err);
    n = 0;
    for (size_t i = 0; r == 0 && i < list->n; i++)
        list->items[i].locked = list->items[i].id[0] ? locked[n++] : true;
    return r;
}

/* Keeps an item after all, and says why; -ENOMEM. */
static int keep(struct stale *item, const char *why, struct vif_error *err)
{
    char *longer = NULL;

    if (asprintf(&longer, "%s; not removed: %s", item->reason, why) < 0)
        return error_memory(err);
    free(item->reason);
    item->reason = longer;
    item->decision = STALE_KEPT;
    item->state = VIF_STALE_KEPT;
    return 0;
}

/* Keeps what the second look found and the first had not found the same. */
static int compare_looks(const struct stale_list *first, struct stale_list *second,
                         struct vif_error *err)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < second->n; i++) {
        struct stale *item = &second->items[i];
        const struct stale *before = NULL;

        if (item->decision != STALE_REMOVABLE)
            continue;
        for (size_t k = 0; k < first->n && !before; k++)
            if (stale_is_same(&first->items[k], item))
                before = &first->items[k];
        if (!before)
            r = keep(item, "it changed between two looks", err);
        else if (before->decision != STALE_REMOVABLE)
            r = keep(item, "it was not stale a moment ago", err);
        else if (!before->locked)
            r = keep(item, "another program is working on its VIF", err);
    }
    return r;
}

/* Makes the wirings of those to be removed, and keeps those that the policy refuses. */
static int make_wirings(struct look *look, const struct policy *policy, struct vif_error *err)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < look->list.n; i++) {
        struct stale *item = &look->list.items[i];
        struct vif_error why = {0};

        if (item->decision != STALE_REMOVABLE)
            continue;
        r = stale_wiring(&look->snapshot, item, &item->wiring, err);
        if (r == 0 && policy && policy_check(policy, &item->wiring, &why) < 0)
            r = keep(item, why.text, err);
    }
    return r;
}

/* A change at the last moment is not a failure: the item was left alone, as it should be. */
static int store_outcome(struct stale *item, struct outcome *outcome, struct vif_error *err)
{
    item->steps = take_ptr(outcome->steps);
    if (outcome->state != VIF_STATE_FAILED) {
        item->state = outcome->state == VIF_STATE_PLANNED ? VIF_STALE_PLANNED : VIF_STALE_REMOVED;
        return 0;
    }
    if (outcome->error.kind == VIF_ERROR_CONFLICT)
        return keep(item, outcome->error.text, err);
    item->state = VIF_STALE_FAILED;
    item->error = outcome->error;
    (void)error_prefix(&item->error, 0, "remove %s %s", item->rule->word, item->name);
    return 0;
}

static int remove_all(const struct engine *engine, struct look *look,
                      const struct vif_prune_options *options, const struct policy *policy,
                      int64_t until, char **ret_transaction, struct vif_error *err)
{
    struct reconcile_options how = {
        .goal = VIF_GOAL_UNPLUG,
        .wait = options->wait,
        .dry_run = options->dry_run != 0,
        .until = until,
        .stop = options->stop_fd,
        .policy = policy,
    };
    struct stale_list *list = &look->list;
    auto_free struct vif_wiring **wirings = calloc(list->n + 1, sizeof *wirings);
    auto_free struct outcome *outcomes = calloc(list->n + 1, sizeof *outcomes);
    int r = wirings && outcomes ? make_wirings(look, policy, err) : error_memory(err);
    size_t n = 0, at = 0;

    for (size_t i = 0; r == 0 && i < list->n; i++)
        if (list->items[i].decision == STALE_REMOVABLE)
            wirings[n++] = &list->items[i].wiring;
    if (r == 0 && n)
        r = reconcile(engine, wirings, n, &how, outcomes, ret_transaction, err);
    for (size_t i = 0; r == 0 && i < list->n; i++)
        if (list->items[i].decision == STALE_REMOVABLE)
            r = store_outcome(&list->items[i], &outcomes[at++], err);
    for (size_t i = 0; i < n; i++)
        outcome_done(&outcomes[i]);
    return r;
}

/* Waits a while, looks again, and keeps what has changed meanwhile. */
static int look_again(const struct engine *engine, const struct vif_prune_options *options,
                      int64_t until, struct look *first, struct look *ret, int *ret_lock,
                      struct vif_error *err)
{
    int r = lock_vifs(&first->list, ret_lock, err);

    if (r < 0)
        return r;
    stop_sleep(options->stop_fd, PAUSE_MS, until);
    r = stop_asked(options->stop_fd) ? stop_error(err) : 0;
    if (r == 0)
        r = look_at(engine, options, until, ret, err);
    return r < 0 ? r : compare_looks(&first->list, &ret->list, err);
}

/* Items that are in use are left out. */
static int fill_list(const struct stale_list *from, struct pruned *ret, struct vif_error *err)
{
    struct pool *pool = ret->pool;

    ret->items = pool_take(pool, from->n * sizeof *ret->items);
    for (size_t i = 0; ret->items && i < from->n; i++) {
        const struct stale *item = &from->items[i];
        bool failed = item->state == VIF_STALE_FAILED;
        struct vif_error *error = failed ? pool_take(pool, sizeof *error) : NULL;

        if (item->decision == STALE_IN_USE)
            continue;
        if (error)
            *error = item->error;
        ret->items[ret->n++] = (struct vif_stale){
            .kind = item->rule->word,
            .name = pool_text(pool, item->name),
            .id = pool_text(pool, item->id),
            .instance = pool_text(pool, item->instance),
            .bridge = pool_text(pool, item->bridge),
            .reason = pool_text(pool, item->reason),
            .state = item->state,
            .young = item->decision == STALE_YOUNG,
            .age = item->age_ms < 0 ? -1 : item->age_ms / 1000,
            .steps = item->steps ? pool_text(pool, item->steps) : NULL,
            .error = error,
        };
    }
    return pool->failed ? error_memory(err) : 0;
}

int prune(const struct engine *engine, const struct vif_prune_options *options,
          const struct policy *policy, int64_t until, struct pruned *ret, struct vif_error *err)
{
    auto_look struct look first = {0}, second = {0};
    struct look *look = &first;
    auto_close int lock = -1;
    bool found = false;
    int r = look_at(engine, options, until, &first, err);

    for (size_t i = 0; r == 0 && i < first.list.n; i++)
        found |= first.list.items[i].decision == STALE_REMOVABLE;
    if (r == 0 && options->remove && !options->dry_run && found) {
        r = look_again(engine, options, until, &first, &second, &lock, err);
        look = &second;
    }
    if (r == 0 && (options->remove || options->dry_run))
        r = remove_all(engine, look, options, policy, until, &ret->transaction, err);
    return r < 0 ? r : fill_list(&look->list, ret, err);
}
