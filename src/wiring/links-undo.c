/* SPDX-License-Identifier: Apache-2.0 */
/* Taking back what this call did to the links of one VIF, newest first.  What cannot be taken back is
 * said in the VIF's error, by name. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "kernel/ethtool.h"
#include "kernel/sysctl.h"
#include "wiring/run.h"

/* The link this call created, by its index: someone else may have put one of their own in its place.
 * 0 when it is gone, -EEXIST when it is not ours.  A bridge may not have got its alias yet. */
static int own_link(const struct batch *batch, const struct run *run, const char *name, bool shared)
{
    struct link_info info;
    char alias[LINK_ALIAS_MAX];
    int r = link_get_many(batch->engine->nl, &name, 1, &info, NULL);

    wiring_alias(run->wiring, alias);
    if (r < 0 || !info.ifindex)
        return r;
    if (shared)
        return info.alias[0] ? -EEXIST : info.ifindex;
    if (strcmp(info.alias, alias) != 0 && (info.alias[0] || strcmp(info.kind, "bridge") != 0))
        return -EEXIST;
    return info.ifindex;
}

static int move_addresses(const struct batch *batch, const char *from, const char *to,
                          const struct address_list *list, struct vif_error *err)
{
    const char *names[2] = {from, to};
    struct link_info info[2];
    int r = link_get_many(batch->engine->nl, names, 2, info, err);

    if (r < 0)
        return r;
    if (!info[0].ifindex || !info[1].ifindex)
        return error_set(err, VIF_ERROR_KERNEL, "%s is gone", info[0].ifindex ? to : from);
    r = address_move(batch->engine->nl, info[0].ifindex, info[1].ifindex, list, err);
    return r < 0 ? r : 0;
}

/* One request of one undo; returns 0 or a negative errno. */
static int undo_one(struct batch *batch, const struct run *run, struct undo *undo)
{
    struct netlink_batch requests = {0};
    struct netlink_result results[4] = {0};
    int r = 0;

    switch (undo->kind) {
    case UNDO_CREATE:
        r = own_link(batch, run, undo->name, undo->shared);
        if (r <= 0)
            return r == -EEXIST ? 0 : r;
        link_add_delete(&requests, undo->name, r);
        break;
    case UNDO_SET:
        if (undo->change.bridge)
            undo->change.bridge = &undo->bridge;
        undo->change.new_name = undo->old_name[0] ? undo->old_name : NULL;
        undo->change.alias = undo->set_alias ? undo->alias : NULL;
        link_add_set(&requests, undo->name, undo->ifindex, &undo->change);
        break;
    case UNDO_SYSCTL:
        r = sysctl_set(undo->name, undo->which, undo->value, NULL);
        return r < 0 ? r : 0;
    case UNDO_ADDRESSES:
        return move_addresses(batch, undo->master, undo->name, &undo->addresses, NULL);
    case UNDO_TC_OFFLOAD:
        r = ethtool_set_tc_offload(undo->name, false, NULL);
        return r < 0 ? r : 0;
    }
    r = netlink_batch_send(batch->engine->nl, &requests, true, results, NULL, NULL, NULL);
    for (size_t i = 0; r == 0 && i < requests.n; i++)
        r = results[i].error;
    netlink_batch_done(&requests);
    return r == -ENODEV ? 0 : r;
}

void run_say_left(struct run *run, const char *name, const char *words)
{
    size_t n = strlen(run->error.text);

    if (n < sizeof run->error.text - 1)
        (void)snprintf(run->error.text + n, sizeof run->error.text - n, "; %s%s", name, words);
}

/* Moves what is there now, which the undo keeps: what was observed may be old. */
static int special_addresses(struct batch *batch, struct run *run, const struct step *step)
{
    struct undo undo = {.kind = UNDO_ADDRESSES, .shared = step->link->shared};
    const char *name = step->name;
    struct link_info info;
    int r = link_get_many(batch->engine->nl, &name, 1, &info, &run->error);

    if (r == 0)
        r = address_read(batch->engine->nl, info.ifindex, AF_INET, &undo.addresses, &run->error);
    if (r < 0)
        return r;
    r = move_addresses(batch, name, step->link->master, &undo.addresses, &run->error);
    if (r < 0) {
        address_list_done(&undo.addresses);
        return r;
    }
    (void)snprintf(undo.name, sizeof undo.name, "%s", name);
    (void)snprintf(undo.master, sizeof undo.master, "%s", step->link->master);
    run->undo[run->n_undo++] = undo;
    return 0;
}

static int special_tc_offload(struct run *run, const struct step *step)
{
    struct undo undo = {.kind = UNDO_TC_OFFLOAD};
    int r = ethtool_set_tc_offload(step->name, true, &run->error);

    if (r == 0) {
        (void)snprintf(undo.name, sizeof undo.name, "%s", step->name);
        run->undo[run->n_undo++] = undo;
    }
    return r;
}

void links_special(struct batch *batch, struct run *run, const struct step *step)
{
    int r;

    if (step->kind == STEP_ADDRESS_MOVE)
        r = special_addresses(batch, run, step);
    else if (step->kind == STEP_TC_OFFLOAD)
        r = special_tc_offload(run, step);
    else
        r = engine_rules(batch->engine, step->rules, false, &run->error);
    if (r < 0)
        run->state = r == -ENODEV ? RUN_PENDING : RUN_FAILED;
    else
        run->changed = true;
}

void links_forget(struct run *run)
{
    for (size_t i = 0; i < run->n_undo; i++)
        address_list_done(&run->undo[i].addresses);
    free(run->undo);
    run->undo = NULL;
    run->n_undo = 0;
}

/* Whether the link is also of a VIF of this call that stands: both found the same to do. */
static bool serves_another(const struct batch *batch, const struct run *run, const char *name)
{
    for (size_t i = 0; i < batch->n; i++) {
        const struct run *other = &batch->runs[i];

        if (other == run || other->state < RUN_APPLIED || other->state > RUN_FINISHED)
            continue;
        for (size_t k = 0; k < other->wiring->n_links; k++)
            if (strcmp(other->wiring->links[k].name, name) == 0)
                return true;
    }
    return false;
}

void links_undo(struct batch *batch, struct run *run)
{
    while (run->n_undo) {
        struct undo *undo = &run->undo[--run->n_undo];
        bool stays = undo->shared && serves_another(batch, run, undo->name);

        if (!stays && undo_one(batch, run, undo) < 0)
            run_say_left(run, undo->name,
                         undo->kind == UNDO_CREATE ? " is left behind" : " is left changed");
        address_list_done(&undo->addresses);
    }
    if (run->lost[0] && run->state == RUN_FAILED && batch->goal == VIF_GOAL_PLUG) {
        run_say_left(run, run->lost, ", which was stale, is removed");
        run->lost[0] = '\0';
    }
}
