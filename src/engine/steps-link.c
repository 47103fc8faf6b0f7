/* SPDX-License-Identifier: Apache-2.0 */
/* Steps on links that are netlink messages, and taps; how they are undone. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "engine/phases.h"
#include "engine/steps.h"
#include "kernel/link.h"

/* ---- links that are in the way, or go on unplug ---- */

/* The other ends of stale veths go with them; their names are known only while they are there. */
static void name_peers(struct item *items, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        int peer = items[i].step->before->peer;

        if (peer && !if_indextoname((unsigned)peer, items[i].peer))
            items[i].peer[0] = '\0';
    }
}

static void delete_all(struct batch *batch, struct item *items, size_t n)
{
    auto_free struct link_deletion *links = calloc(n, sizeof *links);
    auto_free struct netlink_result *results = calloc(n, sizeof *results);
    struct vif_error err = {0};
    int r = links && results ? 0 : error_memory(&err);

    if (batch->options->goal == VIF_GOAL_PLUG)
        name_peers(items, n);
    for (size_t i = 0; r == 0 && i < n; i++) {
        links[i] =
            (struct link_deletion){items[i].step->before->ifindex, items[i].step->before->group};
        items[i].first = i;
        items[i].n = 1;
    }
    if (r == 0)
        r = link_delete_many(batch->engine->nl, links, n, results, &err);
    for (size_t i = 0; r == 0 && i < n; i++) {
        if (results[i].error == -ENODEV)
            results[i].error = 0;
        apply_result(batch, &items[i], results);
    }
    if (r < 0)
        apply_failed_all(batch, items, n, &err);
    report_links_done(batch, n);
}

static bool remember_delete(const struct item *item, struct undo *ret)
{
    text_copy(ret->other, sizeof ret->other, item->peer);
    return true;
}

const struct step_type step_link_delete = {
    .verb = "delete",
    .left = ", which was stale, is removed",
    .apply_all = delete_all,
    .remember = remember_delete,
};

/* ---- links that are made ---- */

static void message_create(struct netlink_batch *messages, struct item *item)
{
    const struct vif_wiring_link *link = item->step->link;

    link_kind(link->kind)->message(messages, item->job->wiring, link, item->ifindex);
}

static const char *needed_by(const struct step *step)
{
    size_t needs = link_kind(step->link->kind)->needs;

    return needs ? (const char *)step->link + needs : "";
}

const struct step_type step_link_create = {
    .left = " is left behind",
    .creates = true,
    .message = message_create,
    .master = needed_by,
};

/* ---- links that are changed ---- */

static void message_set(struct netlink_batch *messages, struct item *item)
{
    const struct step *step = item->step;
    struct link_change change = step->change;

    change.master = item->ifindex;
    change.new_name = step->new_name[0] ? step->new_name : NULL;
    change.alias = step->set_alias ? step->alias : NULL;
    link_add_set(messages, step->name, step->before ? step->before->ifindex : 0, &change);
}

static const char *set_master(const struct step *step)
{
    return step->master;
}

/* A link that this call made goes with what was set of it. */
static bool remember_set(const struct item *item, struct undo *ret)
{
    const struct step *step = item->step;

    if (!step->before)
        return false;
    ret->before = *step->before;
    ret->change = step->change;
    ret->set_alias = step->set_alias;
    text_copy(ret->other, sizeof ret->other, step->new_name);
    return true;
}

static bool is_same_link(const struct link_info *a, const struct link_info *b)
{
    const unsigned flags = IFF_UP | IFF_PROMISC;

    return a->ifindex == b->ifindex && (a->flags & flags) == (b->flags & flags) &&
           a->mtu == b->mtu && a->master == b->master && strcmp(a->alias, b->alias) == 0 &&
           memcmp(&a->bridge, &b->bridge, sizeof a->bridge) == 0;
}

static int undo_set(const struct engine *engine, struct undo *undo)
{
    static const struct link_change down = {.set_down = true};
    const struct link_info *before = &undo->before;
    const struct link_change change = {
        .set_down = undo->change.set_up,
        .set_up = undo->change.set_down && (before->flags & IFF_UP),
        .clear_promisc = undo->change.set_promisc,
        .mtu = undo->change.mtu ? before->mtu : 0,
        .set_master = undo->change.set_master,
        .master = before->master,
        .alias = undo->set_alias ? before->alias : NULL,
        .new_name = undo->other[0] ? before->name : NULL,
        .bridge = undo->change.bridge ? &before->bridge : NULL,
    };
    auto_netlink_batch struct netlink_batch messages = {0};
    struct netlink_result results[4] = {0};
    const char *name = undo->name;
    struct link_info now;
    int r;

    if (change.new_name) /* not every kernel renames a link that is up */
        link_add_set(&messages, name, before->ifindex, &down);
    link_add_set(&messages, name, before->ifindex, &change);
    r = netlink_batch_send(engine->nl, &messages, true, results, NULL, NULL, NULL);
    for (size_t i = 0; r == 0 && i < messages.n; i++)
        r = results[i].error;
    if (r == 0 || r == -ENODEV)
        return 0;
    /* The step may have failed as well, before it changed anything. */
    if (link_get_many(engine->nl, &name, 1, &now, NULL) == 0 && is_same_link(before, &now))
        return 0;
    return r;
}

const struct step_type step_link_set = {
    .verb = "set up",
    .left = " is left changed",
    .message = message_set,
    .master = set_master,
    .remember = remember_set,
    .undo = undo_set,
};

/* ---- taps: made, set up while their descriptors are held, and made persistent last ---- */

/* Descriptors held at once: far below any limit on open files. */
#define TAPS_AT_ONCE 64

static void message_settings(struct netlink_batch *messages, struct item *item)
{
    const struct vif_wiring_link *link = item->step->link;
    char alias[LINK_ALIAS_MAX];
    struct link_change change = {
        .set_up = true,
        .mtu = link->mtu,
        .set_address = link->tap.has_address,
        .alias = alias,
    };

    memcpy(change.address, link->tap.address, sizeof change.address);
    wiring_alias(item->job->wiring, alias);
    link_add_set(messages, link->name, 0, &change);
}

static void make_taps(struct batch *batch, struct item *items, size_t n)
{
    int fds[TAPS_AT_ONCE];
    size_t made = 0;

    for (size_t i = 0; i < n; i++) {
        const struct vif_wiring_link *link = items[i].step->link;
        struct tap_options options = {link->tap.multi_queue, link->tap.owner, link->tap.group};
        struct vif_error err = {0};
        int r;

        if (items[i].job->state != JOB_APPLIED)
            continue;
        r = tap_create(link->name, &options, &fds[made], &err);
        if (r < 0)
            apply_failed(batch, &items[i], r, &err);
        else
            items[made++] = items[i]; /* the failed ones are done with */
    }
    if (made)
        apply_messages(batch, items, made, message_settings);
    for (size_t i = 0; i < made; i++) {
        struct job *job = items[i].job;

        if (job->state == JOB_APPLIED && tap_persist(fds[i], items[i].step->name, &job->error) < 0)
            job_fail(job, NULL);
        cleanup_close(&fds[i]);
    }
}

/* Between two turns all taps are whole. */
static void make_in_turns(struct batch *batch, struct item *items, size_t n)
{
    for (size_t done = 0, turn; done < n; done += turn) {
        turn = n - done < TAPS_AT_ONCE ? n - done : TAPS_AT_ONCE;
        if (done)
            (void)cancel_point(batch);
        make_taps(batch, items + done, turn);
        report_links_done(batch, turn);
    }
}

const struct step_type step_tap_create = {
    .left = " is left behind",
    .creates = true,
    .apply_all = make_in_turns,
};
