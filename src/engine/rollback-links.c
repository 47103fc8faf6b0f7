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

int undo_reserve(struct job *job)
{
    struct undo *undo = reallocarray(job->undo, job->n_undo + job->plan.n + 1, sizeof *undo);

    if (!undo)
        return -ENOMEM;
    job->undo = undo;
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

void undo_remember(const struct batch *batch, struct job *job, const struct step *step,
                   const char *peer)
{
    struct undo undo = {.shared = step->link && step->link->shared,
                        .kind_made = kind_made_by(step->kind)};

    job->changed = true;
    (void)snprintf(undo.name, sizeof undo.name, "%s", step->name);
    if (undo.kind_made) {
        undo.kind = UNDO_CREATE;
        if (step->kind == STEP_VETH_CREATE)
            (void)snprintf(undo.other, sizeof undo.other, "%s", step->link->veth.peer);
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
    job->undo[job->n_undo++] = undo;
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
    const unsigned flags = IFF_UP | IFF_PROMISC;

    return a->ifindex == b->ifindex && (a->flags & flags) == (b->flags & flags) &&
           a->mtu == b->mtu && a->master == b->master && strcmp(a->alias, b->alias) == 0 &&
           memcmp(&a->bridge, &b->bridge, sizeof a->bridge) == 0;
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

void job_note(struct job *job, const char *name, const char *words)
{
    size_t n = strlen(job->error.text);
    char left[VIF_ERROR_TEXT_MAX];

    (void)snprintf(left, sizeof left, "; %s%s", name, words);
    if (n < sizeof job->error.text - 1 && !strstr(job->error.text, left))
        (void)snprintf(job->error.text + n, sizeof job->error.text - n, "%s", left);
}

void undo_say_failed(struct job *job, const struct undo *undo)
{
    const char *words = undo->words;

    job->left = true;
    if (!words)
        words = undo->kind == UNDO_CREATE ? " is left behind" : " is left changed";
    job_note(job, undo->name, words);
    if (undo->other[0])
        job_note(job, undo->other, words);
    if (undo->kind == UNDO_ADDRESSES)
        job_note(job, undo->master, " is left with its addresses");
}

/* Moves what is there now, which the undo keeps: what was observed may be old. */
static int special_addresses(struct batch *batch, struct job *job, const struct step *step)
{
    struct undo undo = {.kind = UNDO_ADDRESSES, .shared = step->link->shared};
    const char *name = step->name;
    struct link_info info;
    int r = link_get_many(batch->engine->nl, &name, 1, &info, &job->error);

    if (r == 0)
        r = address_read(batch->engine->nl, info.ifindex, AF_INET, &undo.addresses, &job->error);
    if (r < 0)
        return r;
    r = move_addresses(batch, name, step->link->master, &undo.addresses, &job->error);
    if (r < 0) {
        address_list_done(&undo.addresses);
        return r;
    }
    (void)snprintf(undo.name, sizeof undo.name, "%s", name);
    (void)snprintf(undo.master, sizeof undo.master, "%s", step->link->master);
    job->undo[job->n_undo++] = undo;
    return 0;
}

static int special_tc_offload(struct job *job, const struct step *step)
{
    struct undo undo = {.kind = UNDO_TC_OFFLOAD};
    int r = ethtool_set_tc_offload(step->name, true, &job->error);

    if (r == 0) {
        (void)snprintf(undo.name, sizeof undo.name, "%s", step->name);
        job->undo[job->n_undo++] = undo;
    }
    return r;
}

/* What the rules were is not known: they are the last step of a bridge that has no port in the database,
 * so nothing that fails comes behind them but in a plugin from elsewhere. */
static void remember_rules(struct job *job, const struct step *step)
{
    struct undo *undo = &job->undo[job->n_undo++];

    *undo = (struct undo){.kind = UNDO_NOTHING, .words = " is left with its new rules"};
    (void)snprintf(undo->name, sizeof undo->name, "%s", step->name);
}

void apply_special(struct batch *batch, struct job *job, const struct step *step)
{
    int r;

    if (step->kind == STEP_ADDRESS_MOVE)
        r = special_addresses(batch, job, step);
    else if (step->kind == STEP_TC_OFFLOAD)
        r = special_tc_offload(job, step);
    else
        r = engine_rules(batch->engine, step->rules, false, &job->error);
    if (r < 0) {
        job->state = r == -ENODEV ? JOB_PENDING : JOB_FAILED;
        return;
    }
    job->changed = true;
    if (step->kind == STEP_RULES && r == 0)
        remember_rules(job, step);
}

void undo_forget(struct job *job)
{
    for (size_t i = 0; i < job->n_undo; i++)
        address_list_done(&job->undo[i].addresses);
    free(job->undo);
    job->undo = NULL;
    job->n_undo = 0;
}

/* Takes back the newest; false when all others have to stay as well: a bridge that still has the
 * addresses of the host must not go.  Links that were made go together with those of other jobs, unless
 * something older that is no link comes next. */
static bool undo_last(struct batch *batch, struct job *job, bool *pending)
{
    struct undo *undo = &job->undo[--job->n_undo];
    bool goes_on = true;

    if (undo->kind == UNDO_CREATE) {
        undo_delete(batch, job, undo);
        *pending = true;
        return true;
    }
    if (*pending)
        undo_flush(batch);
    *pending = false;
    if (!undo_is_needed(batch, job, undo) && undo_one(batch, undo) < 0 &&
        !is_as_before(batch, undo)) {
        undo_say_failed(job, undo);
        goes_on = undo->kind != UNDO_ADDRESSES;
    }
    address_list_done(&undo->addresses);
    return goes_on;
}

/* What cannot be taken back is kept until it is clear whether it has to be said. */
static size_t keep_lost(struct job *job)
{
    size_t kept = 0;

    for (size_t i = 0; i < job->n_undo; i++)
        if (job->undo[i].kind == UNDO_NOTHING) {
            struct undo lost = job->undo[i];

            memmove(&job->undo[kept + 1], &job->undo[kept], (i - kept) * sizeof lost);
            job->undo[kept++] = lost;
        }
    return kept;
}

void undo_say_left(struct job *job)
{
    for (size_t i = 0; i < job->n_undo; i++)
        undo_say_failed(job, &job->undo[i]);
    undo_forget(job);
}

void undo_links(struct batch *batch, struct job *job)
{
    size_t lost = job->state == JOB_FAILED ? 0 : keep_lost(job);
    bool pending = false;

    if (batch->goal == VIF_GOAL_UNPLUG) {
        undo_forget(job);
        return;
    }
    while (job->n_undo > lost)
        if (!undo_last(batch, job, &pending))
            undo_say_left(job);
}
