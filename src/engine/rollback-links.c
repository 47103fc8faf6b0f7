/* SPDX-License-Identifier: Apache-2.0 */
/* Taking back what this call did to the links of one VIF, newest first.  What cannot be taken back is
 * said in the VIF's error, by name. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "engine/job.h"
#include "kernel/ethtool.h"
#include "kernel/sysctl.h"

int links_reserve(struct run *run)
{
    struct undo *undo = reallocarray(run->undo, run->n_undo + run->plan.n + 1, sizeof *undo);

    if (!undo)
        return -ENOMEM;
    run->undo = undo;
    return 0;
}

static void inverse_of_set(const struct step *step, struct undo *undo)
{
    const struct link_info *before = step->before;

    undo->before = *before;
    undo->change = (struct link_change){
        .set_down = step->change.set_up,
        .set_up = step->change.set_down && (before->flags & IFF_UP),
        .clear_promisc = step->change.set_promisc,
        .mtu = step->change.mtu ? before->mtu : 0,
        .set_master = step->change.set_master,
        .master = before->master,
    };
    if (step->new_name[0]) {
        memcpy(undo->old_name, before->name, sizeof undo->old_name);
        memcpy(undo->other, step->new_name, sizeof undo->other);
    }
    if (step->set_alias)
        memcpy(undo->alias, before->alias, sizeof undo->alias);
    undo->set_alias = step->set_alias;
    if (step->change.bridge) {
        undo->bridge = before->bridge;
        undo->change.bridge = &undo->bridge; /* set again when the array has its final place */
    }
}

static const char *kind_made_by(enum step_kind kind)
{
    switch (kind) {
    case STEP_BRIDGE_CREATE:
        return "bridge";
    case STEP_VLAN_CREATE:
        return "vlan";
    case STEP_VETH_CREATE:
        return "veth";
    case STEP_TAP_CREATE:
        return "tun";
    default:
        return NULL;
    }
}

void links_remember(const struct batch *batch, struct run *run, const struct step *step,
                    const char *peer)
{
    struct undo undo = {.shared = step->link && step->link->shared,
                        .kind_made = kind_made_by(step->kind)};

    run->changed = true;
    (void)snprintf(undo.name, sizeof undo.name, "%s", step->name);
    if (undo.kind_made) {
        undo.kind = UNDO_CREATE;
        if (step->kind == STEP_VETH_CREATE)
            (void)snprintf(undo.other, sizeof undo.other, "%s", step->link->peer);
    } else if (step->kind == STEP_LINK_SET && step->before) { /* else it goes with its creation */
        undo.kind = UNDO_SET;
        inverse_of_set(step, &undo);
    } else if (step->kind == STEP_SYSCTL && step->before) {
        undo.kind = UNDO_SYSCTL;
        undo.which = step->which;
        undo.value = step->old_value;
    } else if (step->kind == STEP_LINK_DELETE && batch->goal == VIF_GOAL_PLUG) {
        undo.kind = UNDO_NOTHING;
        undo.words = ", which was stale, is removed";
        (void)snprintf(undo.other, sizeof undo.other, "%s", peer);
    } else {
        return;
    }
    run->undo[run->n_undo++] = undo;
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

static void add_requests(struct netlink_batch *requests, struct undo *undo)
{
    static const struct link_change down = {.set_down = true};

    if (undo->change.bridge)
        undo->change.bridge = &undo->bridge;
    undo->change.new_name = undo->old_name[0] ? undo->old_name : NULL;
    undo->change.alias = undo->set_alias ? undo->alias : NULL;
    if (undo->change.new_name) /* not every kernel renames a link that is up */
        link_add_set(requests, undo->name, undo->before.ifindex, &down);
    link_add_set(requests, undo->name, undo->before.ifindex, &undo->change);
}

/* Does one undo but for the deletion of a link; returns 0 or a negative errno. */
static int undo_one(struct batch *batch, struct undo *undo)
{
    struct netlink_batch requests = {0};
    struct netlink_result results[4] = {0};
    int r = 0;

    switch (undo->kind) {
    case UNDO_SET:
        add_requests(&requests, undo);
        break;
    case UNDO_SYSCTL:
        r = sysctl_set(undo->name, undo->which, undo->value, NULL);
        return r < 0 ? r : 0;
    case UNDO_ADDRESSES:
        return move_addresses(batch, undo->master, undo->name, &undo->addresses, NULL);
    case UNDO_TC_OFFLOAD:
        r = ethtool_set_tc_offload(undo->name, false, NULL);
        return r < 0 ? r : 0;
    case UNDO_CREATE:
    case UNDO_NOTHING:
        return -EPERM;
    }
    r = netlink_batch_send(batch->engine->nl, &requests, true, results, NULL, NULL, NULL);
    for (size_t i = 0; r == 0 && i < requests.n; i++)
        r = results[i].error;
    netlink_batch_done(&requests);
    return r == -ENODEV ? 0 : r;
}

static bool is_same_link(const struct link_info *a, const struct link_info *b)
{
    const struct vif_bridge_attributes *x = &a->bridge, *y = &b->bridge;
    const unsigned flags = IFF_UP | IFF_PROMISC;

    return a->ifindex == b->ifindex && (a->flags & flags) == (b->flags & flags) &&
           a->mtu == b->mtu && a->master == b->master && strcmp(a->alias, b->alias) == 0 &&
           x->ageing_time == y->ageing_time && x->forward_delay == y->forward_delay &&
           x->stp_state == y->stp_state && x->mcast_snooping == y->mcast_snooping;
}

/* Whether nothing is to be said of an undo that failed: the step had failed as well, before it changed
 * anything. */
static bool is_as_before(const struct batch *batch, const struct undo *undo)
{
    const char *name = undo->name;
    struct link_info now;

    return undo->kind == UNDO_SET && link_get_many(batch->engine->nl, &name, 1, &now, NULL) == 0 &&
           is_same_link(&undo->before, &now);
}

void run_say_left(struct run *run, const char *name, const char *words)
{
    size_t n = strlen(run->error.text);
    char left[VIF_ERROR_TEXT_MAX];

    (void)snprintf(left, sizeof left, "; %s%s", name, words);
    if (n < sizeof run->error.text - 1 && !strstr(run->error.text, left))
        (void)snprintf(run->error.text + n, sizeof run->error.text - n, "%s", left);
}

void links_say_undo(struct run *run, const struct undo *undo)
{
    const char *words = undo->words;

    run->left = true;
    if (!words)
        words = undo->kind == UNDO_CREATE ? " is left behind" : " is left changed";
    run_say_left(run, undo->name, words);
    if (undo->other[0])
        run_say_left(run, undo->other, words);
    if (undo->kind == UNDO_ADDRESSES)
        run_say_left(run, undo->master, " is left with its addresses");
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

/* What the rules were is not known: they are the last step of a bridge that has no port in the database,
 * so nothing that fails comes behind them but in a plugin from elsewhere. */
static void remember_rules(struct run *run, const struct step *step)
{
    struct undo *undo = &run->undo[run->n_undo++];

    *undo = (struct undo){.kind = UNDO_NOTHING, .words = " is left with its new rules"};
    (void)snprintf(undo->name, sizeof undo->name, "%s", step->name);
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
    if (r < 0) {
        run->state = r == -ENODEV ? RUN_PENDING : RUN_FAILED;
        return;
    }
    run->changed = true;
    if (step->kind == STEP_RULES && r == 0)
        remember_rules(run, step);
}

void links_forget(struct run *run)
{
    for (size_t i = 0; i < run->n_undo; i++)
        address_list_done(&run->undo[i].addresses);
    free(run->undo);
    run->undo = NULL;
    run->n_undo = 0;
}

/* Takes back the newest; false when all others have to stay as well: a bridge that still has the
 * addresses of the host must not go.  Links that were made go together with those of other runs, unless
 * something older that is no link comes next. */
static bool undo_last(struct batch *batch, struct run *run, bool *doomed)
{
    struct undo *undo = &run->undo[--run->n_undo];
    bool goes_on = true;

    if (undo->kind == UNDO_CREATE) {
        links_doom(batch, run, undo);
        *doomed = true;
        return true;
    }
    if (*doomed)
        links_undo_end(batch);
    *doomed = false;
    if (!links_serve_another(batch, run, undo) && undo_one(batch, undo) < 0 &&
        !is_as_before(batch, undo)) {
        links_say_undo(run, undo);
        goes_on = undo->kind != UNDO_ADDRESSES;
    }
    address_list_done(&undo->addresses);
    return goes_on;
}

/* What cannot be taken back is kept until it is clear whether it has to be said. */
static size_t keep_lost(struct run *run)
{
    size_t kept = 0;

    for (size_t i = 0; i < run->n_undo; i++)
        if (run->undo[i].kind == UNDO_NOTHING) {
            struct undo lost = run->undo[i];

            memmove(&run->undo[kept + 1], &run->undo[kept], (i - kept) * sizeof lost);
            run->undo[kept++] = lost;
        }
    return kept;
}

void links_say_left(struct run *run)
{
    for (size_t i = 0; i < run->n_undo; i++)
        links_say_undo(run, &run->undo[i]);
    links_forget(run);
}

void links_undo(struct batch *batch, struct run *run)
{
    size_t lost = run->state == RUN_FAILED ? 0 : keep_lost(run);
    bool doomed = false;

    if (batch->goal == VIF_GOAL_UNPLUG) {
        links_forget(run);
        return;
    }
    while (run->n_undo > lost)
        if (!undo_last(batch, run, &doomed))
            links_say_left(run);
}
