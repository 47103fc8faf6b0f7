/* SPDX-License-Identifier: Apache-2.0 */
/* The database steps of a batch as ONE transaction.  A VIF whose part is refused is taken out and the
 * rest is sent again; where the server does not say whose part it was, the batch is halved. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "engine/job.h"
#include "ovsdb/vswitch-txn.h"

/* Tag and trunk of a port nobody may reach yet: VLAN 4095 is reserved, so nothing else is on it. */
#define DEAD_VLAN 4095

static void add_port(struct vswitch_txn *txn, size_t owner, const struct step *step)
{
    const struct vif_wiring_port *port = step->port;
    struct vswitch_new_port row = {
        .name = port->name,
        .type = port->type,
        .external_ids = &port->ids,
        .options = &port->options,
        .mtu_request = port->mtu_request,
        .tag = port->isolate || port->dead_tag ? DEAD_VLAN : 0,
        .vlan_mode = port->isolate ? "trunk" : NULL,
        .trunk = port->isolate ? DEAD_VLAN : 0,
        .qos_type = port->qos_type[0] ? port->qos_type : NULL,
        .qos_id = port->qos_id,
        .qos_uuid = step->qos_uuid,
    };

    vswitch_txn_port_add(txn, owner, port->bridge, &row);
}

static void set_interface(struct vswitch_txn *txn, size_t owner, const struct step *step)
{
    struct vswitch_interface_change change = {
        .type = step->set_type ? step->port->type : NULL,
        .set_ids = &step->set_ids,
        .set_options = &step->set_options,
        .drop_ids = &step->drop_ids,
        .drop_options = &step->drop_options,
        .set_mtu_request = step->set_mtu_request,
        .mtu_request = step->port->mtu_request,
        .set_ofport_request = step->clear_ofport_request,
    };

    vswitch_txn_interface_set(txn, owner, step->old_interface, &change);
}

static void add_step(struct vswitch_txn *txn, size_t owner, const struct step *step)
{
    switch (step->kind) {
    case STEP_OVS_BRIDGE_ADD:
        vswitch_txn_bridge_add(txn, owner, step->name,
                               step->bridge->datapath_type[0] ? step->bridge->datapath_type
                                                              : "system");
        break;
    case STEP_OVS_BRIDGE_DATAPATH:
        vswitch_txn_bridge_set_datapath(txn, owner, step->old_bridge, step->bridge->datapath_type);
        break;
    case STEP_OVS_BRIDGE_DELETE:
        vswitch_txn_bridge_delete(txn, owner, step->old_bridge);
        break;
    case STEP_PORT_ADD:
        add_port(txn, owner, step);
        break;
    case STEP_PORT_MOVE:
        vswitch_txn_port_move(txn, owner, step->old_port, step->old_interface, step->port->bridge);
        break;
    case STEP_PORT_DELETE:
        vswitch_txn_port_delete(txn, owner, step->old_port, step->old_interface,
                                strmap_get(&step->old_interface->external_ids, "iface-id"));
        break;
    case STEP_INTERFACE_SET:
        set_interface(txn, owner, step);
        break;
    case STEP_QOS_DELETE:
        vswitch_txn_qos_delete(txn, owner, step->name, step->old_port);
        break;
    case STEP_LINK_DELETE:
    case STEP_BRIDGE_CREATE:
    case STEP_SYSCTL:
    case STEP_VLAN_CREATE:
    case STEP_VETH_CREATE:
    case STEP_TAP_CREATE:
    case STEP_LINK_SET:
    case STEP_ADDRESS_MOVE:
    case STEP_TC_OFFLOAD:
    case STEP_RULES:
    case STEP_PORT_REOPEN:
        break;
    }
}

/* Bridges first: a port needs its bridge in the books, whoever of the batch makes it; and among those
 * who make it, one that wants a datapath type before those that take any. */
static int order_of(const struct step *step)
{
    if (step->kind != STEP_OVS_BRIDGE_ADD)
        return 2;
    return step->bridge->datapath_type[0] ? 0 : 1;
}

static struct vswitch_txn *build(struct batch *batch, const size_t *members, size_t n)
{
    struct vswitch_txn *txn = vswitch_txn_new(&batch->observed.db);

    for (int order = 0; txn && order <= 2; order++)
        for (size_t i = 0; i < n; i++) {
            const struct plan *plan = &batch->jobs[members[i]].plan;

            for (size_t s = 0; s < plan->n; s++)
                if (order_of(&plan->steps[s]) == order &&
                    !(batch->keep_qos && plan->steps[s].kind == STEP_QOS_DELETE))
                    add_step(txn, members[i], &plan->steps[s]);
        }
    for (size_t i = 0; txn && i < n; i++)
        if (batch->jobs[members[i]].wiring->n_expected)
            vswitch_txn_guard_cfg(txn);
    return txn;
}

char *commit_json(struct batch *batch)
{
    auto_free size_t *members = calloc(batch->n + 1, sizeof *members);
    auto_vswitch_txn struct vswitch_txn *txn = NULL;
    size_t n = 0;

    if (!members)
        return NULL;
    for (size_t i = 0; i < batch->n; i++)
        if (batch->jobs[i].state == JOB_PLANNED)
            members[n++] = i;
    txn = build(batch, members, n);
    if (!txn || vswitch_txn_empty(txn))
        return NULL;
    return vswitch_txn_json(txn, false);
}

static void fail(struct batch *batch, const size_t *members, size_t n, const struct vif_error *err)
{
    for (size_t i = 0; i < n; i++) {
        struct job *job = &batch->jobs[members[i]];

        job->error = *err;
        job->state = JOB_FAILED;
        job->rolled_back = true;
        undo_links(batch, job);
    }
}

void job_fail_unknown(struct job *job, const struct vif_error *err)
{
    job->error = *err;
    (void)error_prefix(
        &job->error, 0,
        "whether the database carried out the transaction is not known, do it again");
    job->state = JOB_FAILED;
    undo_forget(job);
}

static void set_state(struct batch *batch, const size_t *members, size_t n, enum job_state state,
                      bool changed)
{
    for (size_t i = 0; i < n; i++) {
        struct job *job = &batch->jobs[members[i]];

        job->state = state;
        job->changed |= changed;
        job->db_changed |= changed;
    }
}

/* From this many refusals or surprises on, halves are tried instead of all but one. */
#define HALVE_FROM 3

/* Someone else acted between our looking and our acting: all members look again.  Returns false when
 * that has happened too often in a row, and one of several may be the cause. */
static bool look_again(struct batch *batch, const size_t *members, size_t n,
                       const struct vif_error *err)
{
    log_debug(batch->engine->log, "look again: %s", err->text);
    if (++batch->stale >= HALVE_FROM && n > 1)
        return false;
    for (size_t i = 0; i < n; i++)
        batch->jobs[members[i]].error = *err;
    set_state(batch, members, n, JOB_PENDING, false);
    return true;
}

/* The transaction may have been carried out; only looking tells. */
static void answer_lost(struct batch *batch, const size_t *members, size_t n)
{
    set_state(batch, members, n, JOB_PENDING, true);
    for (size_t i = 0; i < n; i++)
        batch->jobs[members[i]].unknown = batch->jobs[members[i]].answer_lost = true;
}

/* What is known of rows that go by themselves is that a port refers to one of them. */
static void keep_loose_qos(struct batch *batch, const size_t *members, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct job *job = &batch->jobs[members[i]];

        if (!job->wiring->n_qos)
            continue;
        (void)error_set(&job->error, VIF_ERROR_CONFLICT, "a port refers to it, or to one like it");
        job->state = JOB_FAILED;
    }
}

/* Sends the transaction of these members once.  Returns true when they are dealt with; false when
 * '*ret_refused' is not to be had, or, when that is VSWITCH_NO_OWNER, it cannot be told which. */
static bool try_members(struct batch *batch, const size_t *members, size_t n, bool wait,
                        int64_t *ret_cfg, size_t *ret_refused, struct vif_error *err)
{
    auto_vswitch_txn struct vswitch_txn *txn = build(batch, members, n);
    struct vswitch_commit commit = {.outcome = VSWITCH_FAILED, .owner = VSWITCH_NO_OWNER};

    *ret_refused = VSWITCH_NO_OWNER;
    if (txn) /* what became of it is in 'commit' */
        (void)vswitch_txn_commit(txn, batch->engine->db, wait, batch->until, &commit, err);
    else
        (void)error_memory(err);
    switch (commit.outcome) {
    case VSWITCH_DONE:
        batch->stale = 0;
        set_state(batch, members, n, JOB_COMMITTED, true);
        if (wait)
            *ret_cfg = commit.next_cfg;
        return true;
    case VSWITCH_STALE:
        return look_again(batch, members, n, err);
    case VSWITCH_LOST:
        answer_lost(batch, members, n);
        return true;
    case VSWITCH_UNKNOWN:
        for (size_t i = 0; i < n; i++)
            job_fail_unknown(&batch->jobs[members[i]], err);
        return true;
    case VSWITCH_FAILED:
        fail(batch, members, n, err);
        return true;
    case VSWITCH_REFUSED:
        break;
    }
    if (commit.integrity && !batch->keep_qos) {
        /* A QoS row came to be referred to, or went away: the only references we rely on. */
        batch->keep_qos = true;
        batch->stale = 0;
        (void)look_again(batch, members, n, err);
        keep_loose_qos(batch, members, n);
        return true;
    }
    if (n == 1 || commit.whole) {
        fail(batch, members, n, err);
        return true;
    }
    *ret_refused = commit.owner;
    return false;
}

static size_t keep_applied(const struct batch *batch, size_t *members, size_t n)
{
    size_t kept = 0;

    for (size_t i = 0; i < n; i++)
        if (batch->jobs[members[i]].state == JOB_APPLIED)
            members[kept++] = members[i];
    return kept;
}

static void send_members(struct batch *batch, size_t *members, size_t n, bool wait,
                         int64_t *ret_cfg)
{
    unsigned refusals = 0;

    while (n) {
        struct vif_error err = {0};
        size_t refused, kept = 0;

        if (cancel_point(batch))
            n = keep_applied(batch, members, n);
        if (!n)
            return;
        if (try_members(batch, members, n, wait, ret_cfg, &refused, &err))
            return;
        if (refused == VSWITCH_NO_OWNER || ++refusals > HALVE_FROM) {
            send_members(batch, members, n / 2, wait, ret_cfg);
            members += n / 2;
            n -= n / 2;
            continue;
        }
        fail(batch, &refused, 1, &err);
        for (size_t i = 0; i < n; i++)
            if (members[i] != refused)
                members[kept++] = members[i];
        n = kept;
    }
}

static bool deletes_rows(const struct step *step)
{
    return step->kind == STEP_OVS_BRIDGE_DELETE || step->kind == STEP_PORT_DELETE ||
           step->kind == STEP_QOS_DELETE;
}

/* Sorts the steps that delete rows into 'deleted', whose arrays have room for all. */
static void collect_doomed(const struct plan *plan, struct vswitch_doomed *deleted)
{
    for (size_t s = 0; s < plan->n; s++) {
        const struct step *step = &plan->steps[s];

        if (step->kind == STEP_OVS_BRIDGE_DELETE)
            deleted->bridges[deleted->n_bridges++] = step->old_bridge;
        else if (step->kind == STEP_PORT_DELETE)
            deleted->ports[deleted->n_ports++] = step->old_port;
        else if (step->kind == STEP_QOS_DELETE)
            deleted->qos[deleted->n_qos++] = step->name;
    }
}

/* A plug that deletes rows (of another way of wiring the VIF) keeps copies of them: that ovs-vswitchd
 * cannot make what takes their place is found out behind the transaction. */
static int keep_copies(struct batch *batch, struct job *job, struct vif_error *err)
{
    auto_free const struct vswitch_bridge **bridges = NULL;
    auto_free const struct vswitch_port **ports = NULL;
    auto_free const char **qos = NULL;
    struct vswitch_doomed deleted = {0};
    size_t n = 0;

    vswitch_copies_free(job->copies);
    job->copies = NULL;
    for (size_t s = 0; s < job->plan.n; s++)
        n += deletes_rows(&job->plan.steps[s]);
    if (!n)
        return 0;
    deleted.bridges = bridges = calloc(n, sizeof *bridges);
    deleted.ports = ports = calloc(n, sizeof *ports);
    deleted.qos = qos = calloc(n, sizeof *qos);
    if (!bridges || !ports || !qos)
        return error_memory(err);
    collect_doomed(&job->plan, &deleted);
    return vswitch_copies_read(batch->engine->db, &deleted, batch->until, &job->copies, err);
}

void commit_apply(struct batch *batch, bool wait, int64_t *ret_cfg)
{
    auto_free size_t *members = calloc(batch->n + 1, sizeof *members);
    struct vif_error err = {0};
    size_t n = 0;

    *ret_cfg = 0;
    for (size_t i = 0; i < batch->n; i++) {
        if (batch->jobs[i].state != JOB_APPLIED)
            continue;
        if (!members) {
            (void)error_memory(&err);
            fail(batch, &i, 1, &err);
        } else if (batch->goal == VIF_GOAL_PLUG && keep_copies(batch, &batch->jobs[i], &err) < 0) {
            fail(batch, &i, 1, &err);
        } else if (job_has_db_steps(&batch->jobs[i])) {
            members[n++] = i;
        } else {
            batch->jobs[i].state = JOB_COMMITTED;
        }
    }
    if (n) {
        report_progress(batch, VIF_STAGE_COMMIT, 0, n);
        send_members(batch, members, n, wait, ret_cfg);
    }
    undo_flush(batch);
}

int commit_raise_cfg(struct batch *batch, int64_t *ret_cfg, struct vif_error *err)
{
    auto_vswitch_txn struct vswitch_txn *txn = vswitch_txn_new(&batch->observed.db);
    struct vswitch_commit commit;
    int r;

    if (!txn)
        return error_memory(err);
    r = vswitch_txn_commit(txn, batch->engine->db, true, batch->until, &commit, err);
    if (r == 0)
        *ret_cfg = commit.next_cfg;
    return r;
}
