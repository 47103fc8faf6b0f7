/* SPDX-License-Identifier: Apache-2.0 */
/* The database steps of a batch as ONE transaction.  A VIF whose part is refused is taken out and
 * the rest is sent again; where the server does not say whose part it was, the batch is halved. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "engine/phases.h"
#include "engine/steps.h"

/* From this many refusals or surprises on, halves are tried instead of all but one. */
#define HALVE_FROM 3

/* Bridges first: a port needs its bridge in the books, made by any VIF of the batch; and
 * among those that make it, one that wants a datapath type before those that take any. */
static int order_of(const struct step *step)
{
    if (step->kind != STEP_OVS_BRIDGE_ADD)
        return 2;
    return step->bridge->datapath_type[0] ? 0 : 1;
}

static struct vswitch_txn *build(const struct batch *batch, struct job *const *members, size_t n)
{
    struct vswitch_txn *txn = vswitch_txn_new(&batch->observed.db);

    for (int order = 0; txn && order <= 2; order++)
        for (size_t i = 0; i < n; i++)
            FOR_EACH_STEP(step, members[i]) {
                const struct step_type *type = step_type(step->kind);

                if (type->commit && order_of(step) == order &&
                    !(batch->keep_qos && step->kind == STEP_QOS_DELETE))
                    type->commit(txn, members[i]->index, step);
            }
    for (size_t i = 0; txn && i < n; i++)
        if (members[i]->wiring->n_expected)
            vswitch_txn_guard_cfg(txn);
    return txn;
}

char *commit_json(struct batch *batch)
{
    auto_free struct job **members = calloc(batch->n + 1, sizeof *members);
    auto_vswitch_txn struct vswitch_txn *txn = NULL;
    size_t n = 0;

    if (!members)
        return NULL;
    FOR_EACH_JOB_IN(job, batch, JOB_PLANNED)
        members[n++] = job;
    txn = build(batch, members, n);
    return !txn || vswitch_txn_empty(txn) ? NULL : vswitch_txn_json(txn, false);
}

static void fail(struct batch *batch, struct job *const *members, size_t n,
                 const struct vif_error *err)
{
    for (size_t i = 0; i < n; i++)
        job_fail_undone(batch, members[i], err);
}

/* The transaction was carried out, or its reply was lost: then only reading the database shows. */
static void set_changed(struct job *const *members, size_t n, enum job_state state,
                        enum job_rows rows)
{
    for (size_t i = 0; i < n; i++) {
        struct job *job = members[i];

        job->state = state;
        job->changed = true;
        if (rows > job->rows)
            job->rows = rows;
    }
}

/* Others acted between our looking and our acting: all members look again.  Returns false when
 * that has happened too often in a row, and one of several may be the cause. */
static bool look_again(struct batch *batch, struct job *const *members, size_t n,
                       const struct vif_error *err)
{
    log_debug(batch->engine->log, "look again: %s", err->text);
    if (++batch->stale >= HALVE_FROM && n > 1)
        return false;
    for (size_t i = 0; i < n; i++)
        job_retry(members[i], err);
    return true;
}

/* A QoS row came to be referred to, or went away, the only references we rely on: all look again,
 * and QoS rows are left.  If the others are accepted alone, a port refers to one of those
 * rows. */
static void look_again_without_qos(struct batch *batch, struct job *const *members, size_t n,
                                   const struct vif_error *err)
{
    batch->keep_qos = true;
    batch->stale = 0;
    (void)look_again(batch, members, n, err);
    for (size_t i = 0; i < n; i++) {
        struct job *job = members[i];

        if (!job->wiring->n_qos)
            continue;
        (void)error_set(&job->error, VIF_ERROR_CONFLICT, "a port refers to it, or to one like it");
        job_fail(job, NULL);
    }
}

/* Sends the transaction of these members once.  Returns true when they are dealt with; false when
 * '*ret_refused' has to be left out, or, when that is NULL, it is not known which. */
static bool try_members(struct batch *batch, struct job *const *members, size_t n, bool wait,
                        int64_t *ret_cfg, struct job **ret_refused, struct vif_error *err)
{
    auto_vswitch_txn struct vswitch_txn *txn = build(batch, members, n);
    struct vswitch_commit commit = {.outcome = VSWITCH_FAILED, .owner = VSWITCH_NO_OWNER};

    *ret_refused = NULL;
    if (txn) /* its result is in 'commit' */
        (void)vswitch_txn_commit(txn, batch->engine->db, wait, batch->options->until, &commit, err);
    else
        (void)error_memory(err);
    switch (commit.outcome) {
    case VSWITCH_DONE:
        batch->stale = 0;
        set_changed(members, n, JOB_COMMITTED, ROWS_CHANGED);
        if (wait)
            *ret_cfg = commit.next_cfg;
        return true;
    case VSWITCH_STALE:
        return look_again(batch, members, n, err);
    case VSWITCH_LOST:
        set_changed(members, n, JOB_PENDING, ROWS_UNKNOWN);
        return true;
    case VSWITCH_UNKNOWN:
        for (size_t i = 0; i < n; i++)
            job_fail_unknown(members[i], err);
        return true;
    case VSWITCH_FAILED:
        fail(batch, members, n, err);
        return true;
    case VSWITCH_REFUSED:
        break;
    }
    if (commit.integrity && !batch->keep_qos) {
        look_again_without_qos(batch, members, n, err);
        return true;
    }
    if (n == 1 || commit.whole) {
        fail(batch, members, n, err);
        return true;
    }
    if (commit.owner != VSWITCH_NO_OWNER)
        *ret_refused = &batch->jobs[commit.owner];
    return false;
}

static size_t keep_applied(struct job **members, size_t n)
{
    size_t kept = 0;

    for (size_t i = 0; i < n; i++)
        if (members[i]->state == JOB_APPLIED)
            members[kept++] = members[i];
    return kept;
}

static void send_members(struct batch *batch, struct job **members, size_t n, bool wait,
                         int64_t *ret_cfg)
{
    unsigned refusals = 0;

    while (n) {
        struct vif_error err = {0};
        struct job *refused = NULL;

        if (cancel_point(batch))
            n = keep_applied(members, n);
        if (!n || try_members(batch, members, n, wait, ret_cfg, &refused, &err))
            return;
        if (!refused || ++refusals > HALVE_FROM) {
            send_members(batch, members, n / 2, wait, ret_cfg);
            members += n / 2;
            n -= n / 2;
            continue;
        }
        fail(batch, &refused, 1, &err);
        n = keep_applied(members, n);
    }
}

/* A plug that deletes rows (of another way of wiring the VIF) keeps copies of them: that
 * ovs-vswitchd cannot make what takes their place is found out after the transaction. */
static int keep_copies(const struct batch *batch, struct job *job, struct vif_error *err)
{
    auto_free const struct vswitch_bridge **bridges = NULL;
    auto_free const struct vswitch_port **ports = NULL;
    auto_free const char **qos = NULL;
    struct vswitch_deletions deleted;
    size_t n = 0;

    vswitch_copies_free(job->copies);
    job->copies = NULL;
    FOR_EACH_STEP(step, job)
        n += step_type(step->kind)->commit && !step_type(step->kind)->revert;
    if (!n)
        return 0;
    bridges = calloc(n, sizeof *bridges);
    ports = calloc(n, sizeof *ports);
    qos = calloc(n, sizeof *qos);
    if (!bridges || !ports || !qos)
        return error_memory(err);
    deleted = (struct vswitch_deletions){.bridges = bridges, .ports = ports, .qos = qos};
    FOR_EACH_STEP(step, job) {
        if (step->kind == STEP_OVS_BRIDGE_DELETE)
            bridges[deleted.n_bridges++] = step->old_bridge;
        else if (step->kind == STEP_PORT_DELETE)
            ports[deleted.n_ports++] = step->old_port;
        else if (step->kind == STEP_QOS_DELETE)
            qos[deleted.n_qos++] = step->name;
    }
    return vswitch_copies_read(batch->engine->db, &deleted, batch->options->until, &job->copies,
                               err);
}

static bool has_rows(const struct job *job)
{
    FOR_EACH_STEP(step, job)
        if (step_type(step->kind)->commit)
            return true;
    return false;
}

void commit_apply(struct batch *batch, bool wait, int64_t *ret_cfg)
{
    auto_free struct job **members = calloc(batch->n + 1, sizeof *members);
    struct vif_error err = {0};
    size_t n = 0;

    *ret_cfg = 0;
    FOR_EACH_JOB_IN(job, batch, JOB_APPLIED) {
        if (!members)
            (void)error_memory(&err);
        if (!members ||
            (batch->options->goal == VIF_GOAL_PLUG && keep_copies(batch, job, &err) < 0))
            job_fail_undone(batch, job, &err);
        else if (has_rows(job))
            members[n++] = job;
        else
            job->state = JOB_COMMITTED;
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
    r = vswitch_txn_commit(txn, batch->engine->db, true, batch->options->until, &commit, err);
    if (r == 0)
        *ret_cfg = commit.next_cfg;
    return r;
}
