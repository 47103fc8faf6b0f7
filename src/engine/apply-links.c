/* SPDX-License-Identifier: Apache-2.0 */
/* Carrying out the link steps of a batch, stage by stage, every stage in one netlink batch for all
 * VIFs; and undoing them.  Stands on the kernel layer; reconcile.c stands on it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "engine/job.h"
#include "engine/link-messages.h"
#include "kernel/sysctl.h"
#include "kernel/tap.h"

/* Descriptors held at once while taps are made: far below any limit on open files. */
#define TAPS_AT_ONCE 64

struct stage {
    struct batch *batch;
    struct item *items;
    size_t n;
};

bool job_has_db_steps(const struct job *job)
{
    for (size_t i = 0; i < job->plan.n; i++)
        if (!STEP_IS_LINK(job->plan.steps[i].kind) && job->plan.steps[i].kind != STEP_PORT_REOPEN)
            return true;
    return false;
}

static int collect_stage(struct batch *batch, enum step_kind kind, struct stage *stage)
{
    size_t n = 0;

    for (size_t i = 0; i < batch->n; i++)
        for (size_t s = 0; batch->jobs[i].state == JOB_APPLIED && s < batch->jobs[i].plan.n; s++)
            n += batch->jobs[i].plan.steps[s].kind == kind;
    *stage = (struct stage){.batch = batch};
    if (!n)
        return 0;
    stage->items = calloc(n, sizeof *stage->items);
    if (!stage->items)
        return -ENOMEM;
    for (size_t i = 0; i < batch->n; i++) {
        struct job *job = &batch->jobs[i];

        for (size_t s = 0; job->state == JOB_APPLIED && s < job->plan.n; s++)
            if (job->plan.steps[s].kind == kind)
                stage->items[stage->n++] = (struct item){.job = job, .step = &job->plan.steps[s]};
    }
    return 0;
}

/* Someone else made, changed or removed the link since it was looked at. */
static bool means_look_again(const struct item *item, int error)
{
    if (error == -EEXIST || error == -ENODEV)
        return true;
    if (item->step->kind == STEP_SYSCTL)
        return error == -ENOENT;
    /* What the kernel says of a master that is gone. */
    return error == -EINVAL && item->ifindex;
}

/* What an unplug does not get done stays there: each such link is named. */
static void say_not_undone(struct job *job, const struct step *step)
{
    char words[LIMIT_IFNAME + 32];

    if (step->kind == STEP_LINK_DELETE) {
        job_note(job, step->name, " is left behind");
        if (step->link->veth.peer[0] && strcmp(step->link->veth.peer, step->name) != 0)
            job_note(job, step->link->veth.peer, " is left behind");
    } else if (step->new_name[0]) {
        (void)snprintf(words, sizeof words, " has not got back its name %s", step->new_name);
        job_note(job, step->name, words);
    } else {
        job_note(job, step->name, " is left as it is");
    }
}

/* The first failure is the one that is told; one that calls for another look yields to one that does
 * not. */
static void item_failed(const struct batch *batch, struct item *item, int error,
                        const struct vif_error *err)
{
    struct job *job = item->job;
    bool again = means_look_again(item, error);

    if (job->state == JOB_APPLIED || (job->state == JOB_PENDING && !again)) {
        job->error = *err;
        job->state = again ? JOB_PENDING : JOB_FAILED;
    }
    if (job->state != JOB_FAILED || batch->goal != VIF_GOAL_UNPLUG)
        return;
    say_not_undone(job, item->step);
    for (size_t s = 0; s < job->plan.n; s++) /* stages that are not come to any more */
        if (STEP_IS_LINK(job->plan.steps[s].kind) && job->plan.steps[s].kind > item->step->kind)
            say_not_undone(job, &job->plan.steps[s]);
}

static const char *verb_of(const struct step *step)
{
    switch (step->kind) {
    case STEP_LINK_DELETE:
        return "delete";
    case STEP_BRIDGE_CREATE:
        return "create bridge";
    case STEP_VLAN_CREATE:
        return "create VLAN";
    case STEP_VETH_CREATE:
        return "create veth";
    case STEP_TAP_CREATE:
        return "create tap";
    default:
        return step->change.set_down ? "set down" : "set up";
    }
}

/* Judges what the kernel answered to the requests of one item. */
static void check_item(const struct batch *batch, struct item *item,
                       const struct netlink_result *results)
{
    const struct step *step = item->step;
    /* A change may have been made in part before the kernel refused the rest. */
    bool first_done = step->kind == STEP_LINK_SET || results[item->first].error == 0;

    for (size_t i = 0; i < item->n; i++) {
        const struct netlink_result *result = &results[item->first + i];
        struct vif_error err = {0};

        if (!result->error || (step->kind == STEP_LINK_DELETE && result->error == -ENODEV))
            continue;
        (void)link_result_error(result, &err, "%s %s", verb_of(step), step->name);
        item_failed(batch, item, result->error, &err);
        break;
    }
    if (first_done)
        undo_remember(batch, item->job, step, item->peer);
}

/* Takes out what cannot be done any more. */
static void drop_failed(struct stage *stage)
{
    size_t kept = 0;

    for (size_t i = 0; i < stage->n; i++)
        if (stage->items[i].job->state == JOB_APPLIED)
            stage->items[kept++] = stage->items[i];
    stage->n = kept;
}

/* The other link a step has to do with. */
static const char *master_of(const struct step *step)
{
    switch (step->kind) {
    case STEP_LINK_SET:
        return step->master;
    case STEP_VLAN_CREATE:
        return step->link->vlan.parent;
    default:
        return step->link->master;
    }
}

/* Masters that did not exist when they were looked for were made by an earlier stage. */
static int find_masters(struct stage *stage, struct vif_error *err)
{
    auto_free const char **names = calloc(stage->n + 1, sizeof *names);
    auto_free struct link_info *infos = calloc(stage->n + 1, sizeof *infos);
    auto_free size_t *owners = calloc(stage->n + 1, sizeof *owners);
    size_t n = 0;
    int r;

    if (!names || !infos || !owners)
        return error_memory(err);
    for (size_t i = 0; i < stage->n; i++) {
        const struct step *step = stage->items[i].step;
        const char *master = master_of(step);
        const struct link_info *known;

        if (!master || !master[0])
            continue;
        known = observed_link(&stage->batch->observed, master);
        if (known) {
            stage->items[i].ifindex = known->ifindex;
            continue;
        }
        names[n] = master;
        owners[n++] = i;
    }
    if (!n)
        return 0;
    r = link_get_many(stage->batch->engine->nl, names, n, infos, err);
    for (size_t i = 0; r == 0 && i < n; i++) {
        stage->items[owners[i]].ifindex = infos[i].ifindex;
        if (!infos[i].ifindex) { /* gone again: index 0 would mean "no master" */
            struct vif_error gone = {0};

            (void)error_set(&gone, VIF_ERROR_KERNEL, "%s is gone", names[i]);
            item_failed(stage->batch, &stage->items[owners[i]], -ENODEV, &gone);
        }
    }
    drop_failed(stage);
    return r;
}

static void fail_all(const struct batch *batch, struct item *items, size_t n,
                     const struct vif_error *err)
{
    for (size_t i = 0; i < n; i++)
        item_failed(batch, &items[i], -EIO, err);
}

/* What is being sent, for whoever wants to know how much of it has gone. */
struct sending {
    const struct batch *batch;
    size_t n_items, n_requests;
};

static void on_answers(void *data, size_t n)
{
    const struct sending *sending = data;

    report_links_sent(sending->batch, sending->n_items * n / sending->n_requests);
}

/* Sends the requests that 'add' makes for items[0..n) and judges the answers. */
static void send_items(struct batch *batch, struct item *items, size_t n,
                       void (*add)(struct netlink_batch *requests, struct item *item))
{
    struct sending sending = {.batch = batch, .n_items = n};
    struct netlink_batch requests = {.on_answers = on_answers, .data = &sending};
    auto_free struct netlink_result *results = NULL;
    struct vif_error err = {0};
    int r = 0;

    for (size_t i = 0; i < n; i++) {
        items[i].first = requests.n;
        add(&requests, &items[i]);
        items[i].n = requests.n - items[i].first;
    }
    sending.n_requests = requests.n;
    results = calloc(requests.n + 1, sizeof *results);
    if (!results)
        r = error_memory(&err);
    if (r == 0)
        r = netlink_batch_send(batch->engine->nl, &requests, true, results, NULL, NULL, &err);
    /* Where the answers were cut off, each request that was not answered has its own result. */
    for (size_t i = 0; results && !requests.failed && i < n; i++)
        check_item(batch, &items[i], results);
    if (r < 0)
        fail_all(batch, items, n, &err);
    netlink_batch_done(&requests);
}

/* All links that go, at once. */
static void delete_links(struct batch *batch, struct item *items, size_t n)
{
    auto_free struct link_deletion *links = calloc(n, sizeof *links);
    auto_free struct netlink_result *results = calloc(n, sizeof *results);
    struct vif_error err = {0};
    int r = 0;

    if (!links || !results)
        r = error_memory(&err);
    for (size_t i = 0; r == 0 && i < n; i++) {
        const struct link_info *before = items[i].step->before;

        links[i] = (struct link_deletion){before->ifindex, before->group};
        items[i].first = i;
        items[i].n = 1;
    }
    if (r == 0)
        r = link_delete_many(batch->engine->nl, links, n, results, &err);
    for (size_t i = 0; r == 0 && i < n; i++)
        check_item(batch, &items[i], results);
    if (r < 0)
        fail_all(batch, items, n, &err);
}

/* Taps: made, set up while their descriptors are held, and made persistent last. */
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
        if (r < 0) {
            item_failed(batch, &items[i], r, &err);
            continue;
        }
        items[made++] = items[i]; /* the failed ones are done with */
    }
    if (made)
        send_items(batch, items, made, message_tap_settings);
    for (size_t i = 0; i < made; i++) {
        struct job *job = items[i].job;

        if (job->state == JOB_APPLIED && tap_persist(fds[i], items[i].step->name, &job->error) < 0)
            job->state = JOB_FAILED;
        cleanup_close(&fds[i]);
    }
}

/* Between two turns all taps are whole. */
static void make_taps_in_turn(struct stage *stage)
{
    for (size_t i = 0, n; i < stage->n; i += n) {
        n = stage->n - i < TAPS_AT_ONCE ? stage->n - i : TAPS_AT_ONCE;
        if (i)
            (void)cancel_point(stage->batch);
        make_taps(stage->batch, stage->items + i, n);
        report_links_done(stage->batch, n);
    }
}

static void write_sysctls(const struct batch *batch, struct item *items, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct step *step = items[i].step;
        struct job *job = items[i].job;
        struct vif_error err = {0};
        int r;

        if (job->state != JOB_APPLIED)
            continue;
        r = sysctl_set(step->name, step->which, step->value, &err);
        if (r < 0)
            item_failed(batch, &items[i], r, &err);
        else
            undo_remember(batch, job, step, "");
    }
}

/* The other ends of stale veths go with them: their names are known only while they are there. */
static void name_peers(const struct batch *batch, struct item *items, size_t n)
{
    for (size_t i = 0; batch->goal == VIF_GOAL_PLUG && i < n; i++) {
        int peer = items[i].step->before->peer;

        if (peer && !if_indextoname((unsigned)peer, items[i].peer))
            items[i].peer[0] = '\0';
    }
}

static void do_stage(struct stage *stage, enum step_kind kind)
{
    struct vif_error err = {0};

    if ((kind == STEP_VETH_CREATE || kind == STEP_VLAN_CREATE || kind == STEP_LINK_SET) &&
        find_masters(stage, &err) < 0) {
        fail_all(stage->batch, stage->items, stage->n, &err);
        return;
    }
    switch (kind) {
    case STEP_LINK_DELETE:
        name_peers(stage->batch, stage->items, stage->n);
        delete_links(stage->batch, stage->items, stage->n);
        break;
    case STEP_BRIDGE_CREATE:
        send_items(stage->batch, stage->items, stage->n, message_bridge);
        break;
    case STEP_SYSCTL:
        write_sysctls(stage->batch, stage->items, stage->n);
        break;
    case STEP_VLAN_CREATE:
        send_items(stage->batch, stage->items, stage->n, message_vlan);
        break;
    case STEP_VETH_CREATE:
        send_items(stage->batch, stage->items, stage->n, message_veth);
        break;
    case STEP_TAP_CREATE:
        make_taps_in_turn(stage);
        break;
    case STEP_ADDRESS_MOVE:
    case STEP_TC_OFFLOAD:
    case STEP_RULES:
        for (size_t i = 0; i < stage->n; i++)
            if (stage->items[i].job->state == JOB_APPLIED)
                apply_special(stage->batch, stage->items[i].job, stage->items[i].step);
        break;
    default:
        send_items(stage->batch, stage->items, stage->n, message_set);
        break;
    }
}

static void apply_items(struct stage *stage, enum step_kind kind)
{
    size_t n = stage->n;

    do_stage(stage, kind);
    if (kind != STEP_TAP_CREATE) /* they are counted as they come */
        report_links_done(stage->batch, n);
}

/* Room for all undos is made before the first step is done, so that a done step can be undone. */
static void begin_job(struct job *job)
{
    job->state = undo_reserve(job) < 0 ? JOB_FAILED : JOB_APPLIED;
    if (job->state == JOB_FAILED)
        (void)error_memory(&job->error);
}

static void undo_stopped(struct batch *batch)
{
    for (size_t i = 0; i < batch->n; i++)
        if (batch->jobs[i].state == JOB_PENDING || batch->jobs[i].state == JOB_FAILED)
            undo_links(batch, &batch->jobs[i]);
}

static void apply_stage(struct batch *batch, enum step_kind kind)
{
    struct stage stage;
    int r = collect_stage(batch, kind, &stage);

    for (size_t i = 0; r < 0 && i < batch->n; i++)
        if (batch->jobs[i].state == JOB_APPLIED) {
            (void)error_memory(&batch->jobs[i].error);
            batch->jobs[i].state = JOB_FAILED;
        }
    if (stage.n && batch->goal == VIF_GOAL_PLUG && cancel_point(batch))
        drop_failed(&stage);
    if (stage.n)
        apply_items(&stage, kind);
    free(stage.items);
    undo_stopped(batch);
}

void apply_links(struct batch *batch)
{
    for (size_t i = 0; i < batch->n; i++)
        if (batch->jobs[i].state == JOB_PLANNED)
            begin_job(&batch->jobs[i]);
    report_links_begin(batch);
    for (int kind = STEP_LINK_DELETE; STEP_IS_LINK(kind); kind++)
        apply_stage(batch, (enum step_kind)kind);
    undo_flush(batch);
}
