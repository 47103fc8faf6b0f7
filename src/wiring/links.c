/* SPDX-License-Identifier: Apache-2.0 */
/* Carrying out the link steps of a batch, stage by stage, every stage in one netlink batch for all
 * VIFs; and undoing them.  Stands on the kernel layer; converge.c stands on it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "kernel/sysctl.h"
#include "kernel/tap.h"
#include "wiring/requests.h"
#include "wiring/run.h"

/* Descriptors held at once while taps are made: far below any limit on open files. */
#define TAPS_AT_ONCE 64

struct stage {
    struct batch *batch;
    struct item *items;
    size_t n;
};

bool run_has_db_steps(const struct run *run)
{
    for (size_t i = 0; i < run->plan.n; i++)
        if (!STEP_IS_LINK(run->plan.steps[i].kind) && run->plan.steps[i].kind != STEP_PORT_REOPEN)
            return true;
    return false;
}

static int collect_stage(struct batch *batch, enum step_kind kind, struct stage *stage)
{
    size_t n = 0;

    for (size_t i = 0; i < batch->n; i++)
        for (size_t s = 0; batch->runs[i].state == RUN_APPLIED && s < batch->runs[i].plan.n; s++)
            n += batch->runs[i].plan.steps[s].kind == kind;
    *stage = (struct stage){.batch = batch};
    if (!n)
        return 0;
    stage->items = calloc(n, sizeof *stage->items);
    if (!stage->items)
        return -ENOMEM;
    for (size_t i = 0; i < batch->n; i++) {
        struct run *run = &batch->runs[i];

        for (size_t s = 0; run->state == RUN_APPLIED && s < run->plan.n; s++)
            if (run->plan.steps[s].kind == kind)
                stage->items[stage->n++] = (struct item){.run = run, .step = &run->plan.steps[s]};
    }
    return 0;
}

/* Room for all is made before the first step is done, so that a done step can always be undone. */
static void begin_run(struct run *run)
{
    struct undo *undo = reallocarray(run->undo, run->n_undo + run->plan.n + 1, sizeof *undo);

    run->state = undo ? RUN_APPLIED : RUN_FAILED;
    if (undo)
        run->undo = undo;
    else
        (void)error_memory(&run->error);
}

static void inverse_of_set(const struct step *step, struct undo *undo)
{
    const struct link_info *before = step->before;

    undo->ifindex = before->ifindex;
    undo->change = (struct link_change){
        .set_down = step->change.set_up,
        .set_up = step->change.set_down && (before->flags & IFF_UP),
        .clear_promisc = step->change.set_promisc,
        .mtu = step->change.mtu ? before->mtu : 0,
        .set_master = step->change.set_master,
        .master = before->master,
    };
    if (step->new_name[0])
        (void)snprintf(undo->old_name, sizeof undo->old_name, "%s", before->name);
    if (step->set_alias)
        memcpy(undo->alias, before->alias, sizeof undo->alias);
    undo->set_alias = step->set_alias;
    if (step->change.bridge) {
        undo->bridge = before->bridge;
        undo->change.bridge = &undo->bridge; /* set again when the array has its final place */
    }
}

/* Remembers how to take 'step' back; the room was reserved. */
static void remember(struct run *run, const struct step *step)
{
    struct undo undo = {0};

    run->changed = true;
    (void)snprintf(undo.name, sizeof undo.name, "%s", step->name);
    undo.shared = step->link && step->link->shared;
    switch (step->kind) {
    case STEP_BRIDGE_CREATE:
    case STEP_VLAN_CREATE:
    case STEP_VETH_CREATE:
    case STEP_TAP_CREATE:
        undo.kind = UNDO_CREATE;
        break;
    case STEP_LINK_SET:
        if (!step->before)
            return; /* made by this call: goes with its creation */
        undo.kind = UNDO_SET;
        inverse_of_set(step, &undo);
        break;
    case STEP_SYSCTL:
        if (!step->before)
            return;
        undo.kind = UNDO_SYSCTL;
        undo.which = step->which;
        undo.value = step->old_value;
        break;
    case STEP_ADDRESS_MOVE:
    case STEP_TC_OFFLOAD:
    case STEP_RULES:
        return; /* remembered by those who do them, or nothing to take back */
    case STEP_LINK_DELETE:
        memcpy(run->lost, undo.name, sizeof run->lost);
        return;
    case STEP_OVS_BRIDGE_ADD:
    case STEP_OVS_BRIDGE_DATAPATH:
    case STEP_OVS_BRIDGE_DELETE:
    case STEP_PORT_ADD:
    case STEP_PORT_MOVE:
    case STEP_PORT_DELETE:
    case STEP_INTERFACE_SET:
    case STEP_QOS_DELETE:
    case STEP_PORT_REOPEN:
        return;
    }
    run->undo[run->n_undo++] = undo;
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

static void item_failed(struct item *item, int error)
{
    struct run *run = item->run;

    if (run->state == RUN_APPLIED)
        run->state = means_look_again(item, error) ? RUN_PENDING : RUN_FAILED;
    else if (run->state == RUN_PENDING && !means_look_again(item, error))
        run->state = RUN_FAILED;
}

static const char *verb_of(enum step_kind kind)
{
    switch (kind) {
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
        return "set up";
    }
}

/* Judges what the kernel answered to the requests of one item. */
static void judge_item(struct item *item, const struct netlink_result *results)
{
    /* A change may have been made in part before the kernel refused the rest. */
    bool first_done = item->step->kind == STEP_LINK_SET || results[item->first].error == 0;

    for (size_t i = 0; i < item->n; i++) {
        const struct netlink_result *result = &results[item->first + i];

        if (!result->error || (item->step->kind == STEP_LINK_DELETE && result->error == -ENODEV))
            continue;
        (void)link_result_error(result, &item->run->error, "%s %s", verb_of(item->step->kind),
                                item->step->name);
        item_failed(item, result->error);
        break;
    }
    if (first_done)
        remember(item->run, item->step);
}

/* Takes out what cannot be done any more. */
static void drop_failed(struct stage *stage)
{
    size_t kept = 0;

    for (size_t i = 0; i < stage->n; i++)
        if (stage->items[i].run->state == RUN_APPLIED)
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
        return step->link->parent;
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
            (void)error_set(&stage->items[owners[i]].run->error, VIF_ERROR_KERNEL, "%s is gone",
                            names[i]);
            item_failed(&stage->items[owners[i]], -ENODEV);
        }
    }
    drop_failed(stage);
    return r;
}

static void fail_all(struct item *items, size_t n, const struct vif_error *err)
{
    for (size_t i = 0; i < n; i++) {
        items[i].run->error = *err;
        items[i].run->state = RUN_FAILED;
    }
}

/* Sends the requests that 'add' makes for items[0..n) and judges the answers. */
static void send_items(struct batch *batch, struct item *items, size_t n,
                       void (*add)(struct netlink_batch *requests, struct item *item))
{
    struct netlink_batch requests = {0};
    auto_free struct netlink_result *results = NULL;
    struct vif_error err = {0};
    int r = 0;

    for (size_t i = 0; i < n; i++) {
        items[i].first = requests.n;
        add(&requests, &items[i]);
        items[i].n = requests.n - items[i].first;
    }
    results = calloc(requests.n + 1, sizeof *results);
    if (!results)
        r = error_memory(&err);
    if (r == 0)
        r = netlink_batch_send(batch->engine->nl, &requests, true, results, NULL, NULL, &err);
    /* Where the answers were cut off, each request that was not answered has its own result. */
    for (size_t i = 0; results && !requests.failed && i < n; i++)
        judge_item(&items[i], results);
    if (r < 0)
        fail_all(items, n, &err);
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
        judge_item(&items[i], results);
    if (r < 0)
        fail_all(items, n, &err);
}

/* Taps: made, set up while their descriptors are held, and made persistent last. */
static void make_taps(struct batch *batch, struct item *items, size_t n)
{
    int fds[TAPS_AT_ONCE];
    size_t made = 0;

    for (size_t i = 0; i < n; i++) {
        const struct vif_wiring_link *link = items[i].step->link;
        struct tap_options options = {link->multi_queue, link->owner, link->group};
        int r = tap_create(link->name, &options, &fds[made], &items[i].run->error);

        if (r < 0) {
            item_failed(&items[i], r);
            continue;
        }
        items[made++] = items[i]; /* the failed ones are done with */
    }
    if (made)
        send_items(batch, items, made, request_tap_settings);
    for (size_t i = 0; i < made; i++) {
        struct run *run = items[i].run;

        if (run->state == RUN_APPLIED && tap_persist(fds[i], items[i].step->name, &run->error) < 0)
            run->state = RUN_FAILED;
        cleanup_close(&fds[i]);
    }
}

static void write_sysctls(struct item *items, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct step *step = items[i].step;
        struct run *run = items[i].run;
        int r;

        if (run->state != RUN_APPLIED)
            continue;
        r = sysctl_set(step->name, step->which, step->value, &run->error);
        if (r < 0)
            item_failed(&items[i], r);
        else
            remember(run, step);
    }
}

static void run_stage(struct stage *stage, enum step_kind kind)
{
    struct vif_error err = {0};

    if ((kind == STEP_VETH_CREATE || kind == STEP_VLAN_CREATE || kind == STEP_LINK_SET) &&
        find_masters(stage, &err) < 0) {
        fail_all(stage->items, stage->n, &err);
        return;
    }
    switch (kind) {
    case STEP_LINK_DELETE:
        delete_links(stage->batch, stage->items, stage->n);
        break;
    case STEP_BRIDGE_CREATE:
        send_items(stage->batch, stage->items, stage->n, request_bridge);
        break;
    case STEP_SYSCTL:
        write_sysctls(stage->items, stage->n);
        break;
    case STEP_VLAN_CREATE:
        send_items(stage->batch, stage->items, stage->n, request_vlan);
        break;
    case STEP_VETH_CREATE:
        send_items(stage->batch, stage->items, stage->n, request_veth);
        break;
    case STEP_TAP_CREATE:
        for (size_t i = 0; i < stage->n; i += TAPS_AT_ONCE)
            make_taps(stage->batch, stage->items + i,
                      stage->n - i < TAPS_AT_ONCE ? stage->n - i : TAPS_AT_ONCE);
        break;
    case STEP_ADDRESS_MOVE:
    case STEP_TC_OFFLOAD:
    case STEP_RULES:
        for (size_t i = 0; i < stage->n; i++)
            if (stage->items[i].run->state == RUN_APPLIED)
                links_special(stage->batch, stage->items[i].run, stage->items[i].step);
        break;
    default:
        send_items(stage->batch, stage->items, stage->n, request_set);
        break;
    }
}

void links_apply(struct batch *batch)
{
    for (size_t i = 0; i < batch->n; i++)
        if (batch->runs[i].state == RUN_PLANNED)
            begin_run(&batch->runs[i]);
    for (int kind = STEP_LINK_DELETE; STEP_IS_LINK(kind); kind++) {
        struct stage stage;
        int r = collect_stage(batch, (enum step_kind)kind, &stage);

        for (size_t i = 0; r < 0 && i < batch->n; i++)
            if (batch->runs[i].state == RUN_APPLIED) {
                (void)error_memory(&batch->runs[i].error);
                batch->runs[i].state = RUN_FAILED;
            }
        if (stage.n)
            run_stage(&stage, (enum step_kind)kind);
        free(stage.items);
        for (size_t i = 0; i < batch->n; i++)
            if (batch->runs[i].state == RUN_PENDING || batch->runs[i].state == RUN_FAILED)
                links_undo(batch, &batch->runs[i]);
    }
}
