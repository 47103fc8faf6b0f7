/* SPDX-License-Identifier: Apache-2.0 */
/* Applying the steps on links of a batch, stage by stage, every stage in one netlink batch for all
 * VIFs. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "engine/phases.h"
#include "engine/steps.h"

/* What an unplug does not get done stays: each such link is named. */
static void name_not_done(struct job *job, const struct step *step)
{
    char words[LIMIT_IFNAME + 32];

    if (step->kind == STEP_LINK_DELETE) {
        job_note(job, step->name, " is left behind");
        if (step->link->veth.peer[0] && strcmp(step->link->veth.peer, step->name) != 0)
            job_note(job, step->link->veth.peer, " is left behind");
    } else if (step->new_name[0]) {
        (void)snprintf(words, sizeof words, " did not get its name %s back", step->new_name);
        job_note(job, step->name, words);
    } else {
        job_note(job, step->name, " is left as it is");
    }
}

/* The first failure is reported; one that calls for another look yields to one that does not. */
void apply_failed(const struct batch *batch, struct item *item, int error,
                  const struct vif_error *err)
{
    struct job *job = item->job;
    /* Others changed the link since it was observed; -EINVAL is what is said of a master that is
     * gone. */
    bool outdated = error == -EEXIST || error == -ENODEV || (error == -EINVAL && item->ifindex);

    if (outdated && job->state == JOB_APPLIED)
        job_retry(job, err);
    else if (!outdated && job->state <= JOB_APPLIED)
        job_fail(job, err);
    if (job->state != JOB_FAILED || batch->options->goal != VIF_GOAL_UNPLUG)
        return;
    name_not_done(job, item->step);
    FOR_EACH_STEP(step, job) /* the stages that are not reached any more */
        if (STEP_IS_LINK(step->kind) && step->kind > item->step->kind)
            name_not_done(job, step);
}

void apply_failed_all(const struct batch *batch, struct item *items, size_t n,
                      const struct vif_error *err)
{
    for (size_t i = 0; i < n; i++)
        apply_failed(batch, &items[i], -EIO, err);
}

/* The undo that the next step to be done of this job will have; undo_reserve() has made room. */
static struct undo *new_undo(const struct item *item)
{
    struct undo *undo = &item->job->undo[item->job->n_undo];

    *undo = (struct undo){.kind = item->step->kind,
                          .shared = item->step->link && item->step->link->shared};
    text_copy(undo->name, sizeof undo->name, item->step->name);
    if (item->step->link && step_type(undo->kind)->creates) {
        const char *kernel = link_kind(item->step->link->kind)->kernel;

        undo->made = kernel ? kernel : "tun";
        text_copy(undo->other, sizeof undo->other, item->step->link->veth.peer);
    }
    return undo;
}

void apply_result(const struct batch *batch, struct item *item,
                  const struct netlink_result *results)
{
    const struct step *step = item->step;
    const struct step_type *type = step_type(step->kind);
    /* A change may have been made in part before the kernel refused the rest. */
    bool first_done = step->kind == STEP_LINK_SET || results[item->first].error == 0;
    struct undo *undo;

    for (size_t i = item->first; i < item->first + item->n; i++) {
        struct vif_error err = {0};

        if (!results[i].error)
            continue;
        if (type->creates)
            (void)link_result_error(&results[i], &err, "create %s %s",
                                    link_kind(step->link->kind)->word, step->name);
        else
            (void)link_result_error(&results[i], &err, "%s %s",
                                    step->change.set_down ? "set down" : type->verb, step->name);
        apply_failed(batch, item, results[i].error, &err);
        break;
    }
    if (!first_done)
        return;
    item->job->changed = true;
    undo = new_undo(item);
    item->job->n_undo += !type->remember || type->remember(item, undo);
}

/* Takes out the items of jobs that have failed. */
static size_t drop_failed(struct item *items, size_t n)
{
    size_t kept = 0;

    for (size_t i = 0; i < n; i++)
        if (items[i].job->state == JOB_APPLIED)
            items[kept++] = items[i];
    return kept;
}

/* Masters that did not exist when the host was observed were made by an earlier stage.  The number
 * of items that are left. */
static size_t find_masters(struct batch *batch, struct item *items, size_t n,
                           const char *(*master_of)(const struct step *step))
{
    auto_free const char **names = calloc(n, sizeof *names);
    auto_free struct link_info *infos = calloc(n, sizeof *infos);
    auto_free struct item **owners = calloc(n, sizeof *owners);
    struct vif_error err = {0};
    size_t missing = 0;
    int r = names && infos && owners ? 0 : error_memory(&err);

    for (size_t i = 0; r == 0 && i < n; i++) {
        const char *master = master_of(items[i].step);
        const struct link_info *known =
            master && master[0] ? observed_link(&batch->observed, master) : NULL;

        if (known) {
            items[i].ifindex = known->ifindex;
        } else if (master && master[0]) {
            names[missing] = master;
            owners[missing++] = &items[i];
        }
    }
    if (r == 0 && missing)
        r = link_get_many(batch->engine->nl, names, missing, infos, &err);
    if (r < 0)
        apply_failed_all(batch, items, n, &err);
    for (size_t i = 0; r == 0 && i < missing; i++) {
        owners[i]->ifindex = infos[i].ifindex;
        if (!infos[i].ifindex) { /* gone again: index 0 would mean "no master" */
            (void)error_set(&err, VIF_ERROR_KERNEL, "%s is gone", names[i]);
            apply_failed(batch, owners[i], -ENODEV, &err);
        }
    }
    return drop_failed(items, n);
}

/* The messages being sent, to report how many have gone. */
struct sending {
    const struct batch *batch;
    size_t n_items, n_messages;
};

static void on_answers(void *data, size_t n)
{
    const struct sending *sending = data;

    report_links_sent(sending->batch, sending->n_items * n / sending->n_messages);
}

void apply_messages(struct batch *batch, struct item *items, size_t n,
                    void (*message)(struct netlink_batch *messages, struct item *item))
{
    struct sending sending = {.batch = batch, .n_items = n};
    auto_netlink_batch struct netlink_batch messages = {.on_answers = on_answers, .data = &sending};
    auto_free struct netlink_result *results = NULL;
    struct vif_error err = {0};
    int r = 0;

    for (size_t i = 0; i < n; i++) {
        items[i].first = messages.n;
        message(&messages, &items[i]);
        items[i].n = messages.n - items[i].first;
    }
    sending.n_messages = messages.n;
    results = calloc(messages.n + 1, sizeof *results);
    if (!results)
        r = error_memory(&err);
    if (r == 0)
        r = netlink_batch_send(batch->engine->nl, &messages, true, results, NULL, NULL, &err);
    /* Where the answers were cut off, each message that was not answered has its own result. */
    for (size_t i = 0; results && !messages.failed && i < n; i++)
        apply_result(batch, &items[i], results);
    if (r < 0)
        apply_failed_all(batch, items, n, &err);
}

static void apply_one(const struct batch *batch, struct item *item, const struct step_type *type)
{
    struct vif_error err = {0};
    int r = type->apply(batch->engine, item, new_undo(item), &err);

    if (r < 0) {
        apply_failed(batch, item, r, &err);
        return;
    }
    item->job->changed = true;
    item->job->n_undo += r == 0;
}

static void apply_items(struct batch *batch, struct item *items, size_t n,
                        const struct step_type *type)
{
    size_t all = n;

    if (type->apply_all) {
        type->apply_all(batch, items, n);
        return;
    }
    if (type->master)
        n = find_masters(batch, items, n, type->master);
    if (type->message && n)
        apply_messages(batch, items, n, type->message);
    for (size_t i = 0; type->apply && i < n; i++)
        if (items[i].job->state == JOB_APPLIED)
            apply_one(batch, &items[i], type);
    report_links_done(batch, all);
}

/* All steps of one kind. */
static void apply_stage(struct batch *batch, enum step_kind kind)
{
    auto_free struct item *items = NULL;
    struct vif_error err = {0};
    size_t n = 0, room = 0;

    FOR_EACH_JOB_IN(job, batch, JOB_APPLIED)
        FOR_EACH_STEP(step, job)
            room += step->kind == kind;
    if (!room)
        return;
    items = calloc(room, sizeof *items);
    FOR_EACH_JOB_IN(job, batch, JOB_APPLIED) {
        if (!items) {
            (void)error_memory(&err);
            job_fail(job, &err);
            continue;
        }
        FOR_EACH_STEP(step, job)
            if (step->kind == kind)
                items[n++] = (struct item){.job = job, .step = step};
    }
    if (n && batch->options->goal == VIF_GOAL_PLUG && cancel_point(batch))
        n = drop_failed(items, n);
    if (n)
        apply_items(batch, items, n, step_type(kind));
    FOR_EACH_JOB(job, batch)
        if (job->state == JOB_PENDING || job->state == JOB_FAILED)
            undo_links(batch, job);
}

void apply_links(struct batch *batch)
{
    struct vif_error err = {0};

    FOR_EACH_JOB_IN(job, batch, JOB_PLANNED) {
        job->state = JOB_APPLIED;
        if (undo_reserve(job) == 0)
            continue;
        (void)error_memory(&err);
        job_fail_undone(batch, job, &err);
    }
    report_links_begin(batch);
    for (int kind = STEP_LINK_DELETE; STEP_IS_LINK(kind); kind++)
        apply_stage(batch, (enum step_kind)kind);
    undo_flush(batch);
}

static const struct step_type *const types[] = {
    [STEP_LINK_DELETE] = &step_link_delete,
    [STEP_BRIDGE_CREATE] = &step_link_create,
    [STEP_SYSCTL] = &step_sysctl,
    [STEP_LINK_CREATE] = &step_link_create,
    [STEP_TAP_CREATE] = &step_tap_create,
    [STEP_LINK_SET] = &step_link_set,
    [STEP_ADDRESS_MOVE] = &step_address_move,
    [STEP_TC_OFFLOAD] = &step_tc_offload,
    [STEP_RULES] = &step_rules,
    [STEP_OVS_BRIDGE_ADD] = &step_ovs_bridge_add,
    [STEP_OVS_BRIDGE_DATAPATH] = &step_ovs_bridge_datapath,
    [STEP_OVS_BRIDGE_DELETE] = &step_ovs_bridge_delete,
    [STEP_PORT_ADD] = &step_port_add,
    [STEP_PORT_MOVE] = &step_port_move,
    [STEP_PORT_DELETE] = &step_port_delete,
    [STEP_INTERFACE_SET] = &step_interface_set,
    [STEP_QOS_DELETE] = &step_qos_delete,
    [STEP_PORT_REOPEN] = &step_port_reopen,
};

const struct step_type *step_type(enum step_kind kind)
{
    return types[kind];
}
