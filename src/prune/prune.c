/* SPDX-License-Identifier: Apache-2.0 */
/* Pruning a host: looks for leftovers, and takes them away by way of the engine.  What a leftover looks
 * like to one look may be a VIF in the making, by os-vif or anyone else, so nothing goes that has not
 * been seen twice, the same; our own programs are kept out by the locks of their VIFs meanwhile. */
#include "prune/prune.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/deadline.h"
#include "base/stop.h"
#include "engine/lock.h"
#include "engine/reconcile.h"
#include "prune/kinds.h"

#define GRACE_MS 600000

/* Between the two looks: longer than anything a plug does between two of its steps, links or rows, on a
 * host that is busy but works; os-vif's own steps take some ten milliseconds each. */
#define PAUSE_MS 3000

/* What one look at the host found, and what became of each. */
struct look {
    struct snapshot snapshot;
    struct vswitch_marks marks;
    struct stale *items;
    struct seen *seen; /* of each */
    size_t n;
};

struct seen {
    enum stale_decision verdict;
    char *reason;
    char *identity;
    bool taken;           /* its VIF is locked, or has no id to be locked by */
    const char *why_kept; /* not to be removed after all, in words; NULL */
};

static void look_done(struct look *look)
{
    for (size_t i = 0; look->seen && i < look->n; i++) {
        free(look->seen[i].reason);
        free(look->seen[i].identity);
    }
    free(look->seen);
    free(look->items);
    vswitch_marks_done(&look->marks);
    snapshot_done(&look->snapshot);
}
#define auto_look __attribute__((cleanup(look_done)))

static bool is_wanted(const char *match, const struct stale *item)
{
    return !match || fnmatch(match, item->name, 0) == 0 ||
           (item->id[0] && fnmatch(match, item->id, 0) == 0) ||
           (item->instance[0] && fnmatch(match, item->instance, 0) == 0);
}

static void keep_wanted(struct look *look, const char *match)
{
    size_t kept = 0;

    for (size_t i = 0; i < look->n; i++)
        if (is_wanted(match, &look->items[i]))
            look->items[kept++] = look->items[i];
    look->n = kept;
}

static int decide(struct look *look, int64_t grace_ms, struct vif_error *err)
{
    look->seen = calloc(look->n + 1, sizeof *look->seen);
    if (!look->seen)
        return error_memory(err);
    for (size_t i = 0; i < look->n; i++) {
        struct seen *seen = &look->seen[i];
        struct text reason = {0}, identity = {0};

        seen->verdict = stale_decide(&look->items[i], grace_ms, &reason);
        stale_identity(&look->items[i], &identity);
        seen->reason = text_take(&reason);
        seen->identity = text_take(&identity);
        if (!seen->reason || !seen->identity)
            return error_memory(err);
    }
    return 0;
}

static int take_look(const struct engine *engine, const struct vif_prune_options *options,
                     int64_t until, struct look *look, struct vif_error *err)
{
    int64_t grace = options->grace_ms == VIF_GRACE_DEFAULT ? GRACE_MS : options->grace_ms;
    int r = snapshot_read(engine, /* details= */ false, until, &look->snapshot, err);

    if (r == 0)
        r = vswitch_marks_read(engine->db, until, &look->marks, err);
    if (r == 0)
        r = stale_find(&look->snapshot, &look->marks, &look->items, &look->n, err);
    if (r < 0)
        return r;
    keep_wanted(look, options->match);
    r = stale_read_facts(engine, look->items, look->n, err);
    return r < 0 ? r : decide(look, grace, err);
}

static bool has_found(const struct look *look)
{
    for (size_t i = 0; i < look->n; i++)
        if (look->seen[i].verdict == STALE_REMOVABLE)
            return true;
    return false;
}

/* Locks the VIFs of what was found, as far as it says whose it is. */
static int lock_found(struct look *look, int *ret_fd, struct vif_error *err)
{
    auto_free const char **ids = calloc(look->n + 1, sizeof *ids);
    auto_free bool *taken = calloc(look->n + 1, sizeof *taken);
    size_t n = 0;
    int r;

    if (!ids || !taken)
        return error_memory(err);
    for (size_t i = 0; i < look->n; i++)
        if (look->items[i].id[0])
            ids[n++] = look->items[i].id;
    r = lock_try_ids(ids, n, taken, ret_fd, err);
    n = 0;
    for (size_t i = 0; r == 0 && i < look->n; i++)
        look->seen[i].taken = look->items[i].id[0] ? taken[n++] : true;
    return r;
}

static const struct seen *find_seen(const struct look *look, const char *identity)
{
    for (size_t i = 0; i < look->n; i++)
        if (strcmp(look->seen[i].identity, identity) == 0)
            return &look->seen[i];
    return NULL;
}

/* Of what the second look found, only that goes which the first had found as well. */
static void compare_looks(const struct look *first, struct look *second)
{
    for (size_t i = 0; i < second->n; i++) {
        struct seen *seen = &second->seen[i];
        const struct seen *before = find_seen(first, seen->identity);

        if (seen->verdict != STALE_REMOVABLE)
            continue;
        if (!before)
            seen->why_kept = "it has changed while it was looked at";
        else if (before->verdict != STALE_REMOVABLE)
            seen->why_kept = "it was none yet a moment ago";
        else if (!before->taken)
            seen->why_kept = "another program is at work on its VIF";
    }
}

static bool is_to_go(const struct seen *seen)
{
    return seen->verdict == STALE_REMOVABLE && !seen->why_kept;
}

/* Adds "; not removed: <why>" to the reason; false when memory is gone. */
static bool say_kept(char **reason, const char *why)
{
    char *longer = NULL;

    if (asprintf(&longer, "%s; not removed: %s", *reason, why) < 0)
        return false;
    free(*reason);
    *reason = longer;
    return true;
}

static bool fill_entry(const struct stale *item, struct seen *seen, struct leftovers_entry *entry)
{
    bool found = seen->verdict == STALE_REMOVABLE && !seen->why_kept;

    if (seen->why_kept && !say_kept(&seen->reason, seen->why_kept))
        return false;
    (void)snprintf(entry->name, sizeof entry->name, "%s", item->name);
    (void)snprintf(entry->bridge, sizeof entry->bridge, "%s", item->bridge);
    memcpy(entry->id, item->id, sizeof entry->id);
    memcpy(entry->instance, item->instance, sizeof entry->instance);
    entry->reason = take_ptr(seen->reason);
    entry->leftover = (struct vif_leftover){
        .kind = stale_rule(item->kind)->word,
        .name = entry->name,
        .id = entry->id,
        .instance = entry->instance,
        .bridge = entry->bridge,
        .reason = entry->reason,
        .state = found ? "found" : "kept",
        .young = seen->verdict == STALE_YOUNG,
        .age_ms = item->age_ms,
    };
    return true;
}

/* The entries stand in the order of the look, those that are no leftovers left out. */
static int fill_list(struct look *look, struct vif_leftovers *list, struct vif_error *err)
{
    list->entries = calloc(look->n + 1, sizeof *list->entries);
    if (!list->entries)
        return error_memory(err);
    for (size_t i = 0; i < look->n; i++) {
        if (look->seen[i].verdict == STALE_IN_USE)
            continue;
        if (!fill_entry(&look->items[i], &look->seen[i], &list->entries[list->n]))
            return error_memory(err);
        list->n++;
    }
    return 0;
}

/* Those that are to go, on their way through the engine; each array has room for all. */
struct removal {
    struct vif_wiring *wirings;
    struct vif_wiring **pointers;
    struct outcome *outcomes;
    struct leftovers_entry **entries;
    size_t n;
};

static void removal_done(struct removal *removal)
{
    for (size_t i = 0; i < removal->n; i++) {
        wiring_done(&removal->wirings[i]);
        outcome_done(&removal->outcomes[i]);
    }
    free(removal->wirings);
    free(removal->pointers);
    free(removal->outcomes);
    free(removal->entries);
}
#define auto_removal __attribute__((cleanup(removal_done)))

/* What the policy does not allow stays. */
static int keep_forbidden(const struct policy *policy, struct leftovers_entry *entry,
                          struct removal *removal, struct vif_error *err)
{
    struct vif_wiring *wiring = &removal->wirings[removal->n - 1];
    struct vif_error why = {0};

    if (!policy || policy_check(policy, wiring, &why) == 0)
        return 0;
    wiring_done(wiring);
    removal->n--;
    if (!say_kept(&entry->reason, why.text))
        return error_memory(err);
    entry->leftover.reason = entry->reason;
    entry->leftover.state = "kept";
    return 0;
}

static int build_removal(const struct look *look, const struct policy *policy,
                         struct vif_leftovers *list, struct removal *removal, struct vif_error *err)
{
    size_t entry = 0;

    removal->wirings = calloc(look->n + 1, sizeof *removal->wirings);
    removal->pointers = calloc(look->n + 1, sizeof *removal->pointers);
    removal->outcomes = calloc(look->n + 1, sizeof *removal->outcomes);
    removal->entries = calloc(look->n + 1, sizeof *removal->entries);
    if (!removal->wirings || !removal->pointers || !removal->outcomes || !removal->entries)
        return error_memory(err);
    for (size_t i = 0; i < look->n; i++) {
        struct leftovers_entry *own = &list->entries[entry];
        int r;

        entry += look->seen[i].verdict != STALE_IN_USE;
        if (!is_to_go(&look->seen[i]))
            continue;
        removal->entries[removal->n] = own;
        removal->pointers[removal->n] = &removal->wirings[removal->n];
        r = stale_wiring(&look->snapshot, &look->items[i], &removal->wirings[removal->n++], err);
        if (r == 0)
            r = keep_forbidden(policy, own, removal, err);
        if (r < 0)
            return r;
    }
    return 0;
}

/* That something changed at the last moment is no failure: it was left alone, as it should be. */
static int tell_failure(struct leftovers_entry *entry, const struct vif_error *error,
                        struct vif_error *err)
{
    struct vif_leftover *leftover = &entry->leftover;

    if (error->kind == VIF_ERROR_CONFLICT) {
        leftover->state = "kept";
        if (!say_kept(&entry->reason, error->text))
            return error_memory(err);
        leftover->reason = entry->reason;
        return 0;
    }
    leftover->state = "failed";
    leftover->error = *error;
    (void)error_prefix(&leftover->error, 0, "remove %s %s", leftover->kind, leftover->name);
    return 0;
}

static int tell_outcomes(struct removal *removal, struct vif_error *err)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < removal->n; i++) {
        struct leftovers_entry *entry = removal->entries[i];
        struct outcome *outcome = &removal->outcomes[i];

        entry->leftover.steps = entry->steps = take_ptr(outcome->steps);
        if (outcome->state == OUTCOME_FAILED)
            r = tell_failure(entry, &outcome->error, err);
        else
            entry->leftover.state = outcome->state == OUTCOME_PLANNED ? "planned" : "removed";
    }
    return r;
}

static int remove_all(const struct engine *engine, const struct look *look,
                      const struct vif_prune_options *options, const struct policy *policy,
                      int64_t until, struct vif_leftovers *list, struct vif_error *err)
{
    struct reconcile_options how = {
        .goal = VIF_GOAL_UNPLUG,
        .wait = options->wait == VIF_WAIT_VSWITCHD ? VIF_WAIT_VSWITCHD : VIF_WAIT_NONE,
        .dry_run = options->dry_run != 0,
        .until = until,
        .stop = options->stop_fd,
        .policy = policy,
    };
    auto_removal struct removal removal = {0};
    int r = build_removal(look, policy, list, &removal, err);

    if (r == 0 && removal.n)
        r = reconcile(engine, removal.pointers, removal.n, &how, removal.outcomes,
                      &list->transaction, err);
    return r < 0 ? r : tell_outcomes(&removal, err);
}

/* Looks again after a while, and removes what is still the same. */
static int look_again(const struct engine *engine, const struct vif_prune_options *options,
                      const struct policy *policy, int64_t until, struct look *first,
                      struct vif_leftovers *list, struct vif_error *err)
{
    auto_look struct look second = {0};
    auto_close int lock = -1;
    int r = lock_found(first, &lock, err);

    if (r < 0)
        return r;
    stop_sleep(options->stop_fd, PAUSE_MS, until);
    r = stop_asked(options->stop_fd) ? stop_error(err) : 0;
    if (r == 0)
        r = take_look(engine, options, until, &second, err);
    if (r < 0)
        return r;
    compare_looks(first, &second);
    r = fill_list(&second, list, err);
    return r < 0 ? r : remove_all(engine, &second, options, policy, until, list, err);
}

int prune(const struct engine *engine, const struct vif_prune_options *options,
          const struct policy *policy, int64_t until, struct vif_leftovers *list,
          struct vif_error *err)
{
    auto_look struct look look = {0};
    int r = take_look(engine, options, until, &look, err);

    if (r < 0)
        return r;
    if (options->remove && !options->dry_run && has_found(&look))
        return look_again(engine, options, policy, until, &look, list, err);
    r = fill_list(&look, list, err);
    if (r < 0 || !options->dry_run)
        return r;
    return remove_all(engine, &look, options, policy, until, list, err);
}
