/* SPDX-License-Identifier: Apache-2.0 */
/* ovs-vswitchd keeps the descriptor of a link that was deleted, and ignores a new one of that name.
 * Asking for another OpenFlow port number makes it open the link that is there now. */
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "engine/phases.h"
#include "ovsdb/vswitch-txn.h"

#define FOR_EACH_REOPENED(step, job, batch)                                                        \
    FOR_EACH_JOB_IN(job, batch, JOB_COMMITTED)                                                     \
        FOR_EACH_STEP(step, job)                                                                   \
            if (step->kind == STEP_PORT_REOPEN && job->state == JOB_COMMITTED)

/* Asks for another OpenFlow port number of all ports to be reopened, or withdraws that. */
static int request_ofports(struct batch *batch, bool ask, bool wait, int64_t *ret_cfg,
                           enum vswitch_outcome *ret_outcome, struct vif_error *err)
{
    auto_vswitch_txn struct vswitch_txn *txn = vswitch_txn_new(&batch->observed.db);
    struct vswitch_commit commit;
    int r;

    if (!txn)
        return error_memory(err);
    FOR_EACH_REOPENED(step, job, batch) {
        const struct vswitch_interface *interface = step->old_interface;
        struct vswitch_interface_change change = {.any_owner = true, .set_ofport_request = true};

        if (ask)
            change.ofport_request =
                PLAN_REOPEN_OFPORT +
                (interface->ofport + 1 + (int64_t)job->index) % PLAN_REOPEN_RANGE;
        else if (!plan_is_reopen_request(interface->ofport_request))
            change.ofport_request = interface->ofport_request;
        vswitch_txn_interface_set(txn, job->index, interface, &change);
    }
    r = vswitch_txn_commit(txn, batch->engine->db, wait, batch->options->until, &commit, err);
    *ret_outcome = commit.outcome;
    if (r == 0 && wait)
        *ret_cfg = commit.next_cfg;
    return r;
}

/* Whether the wiring wants the link up, made by any program. */
static bool is_to_be_up(const struct vif_wiring *wiring, const char *name)
{
    for (size_t i = 0; i < wiring->n_links; i++) {
        const struct vif_wiring_link *link = &wiring->links[i];

        if (!link->unplug_only && (link->create || link->device.up) &&
            (strcmp(link->name, name) == 0 || strcmp(link->veth.peer, name) == 0))
            return true;
    }
    return false;
}

/* ovs-vswitchd gives a device its old flags back when it lets go of it, by name: that of one that
 * was deleted hits the new one.  So what was opened again is set up again; a link that is gone by
 * now is not an error. */
static int set_links_up(struct batch *batch, struct vif_error *err)
{
    static const struct link_change up = {.set_up = true};
    auto_netlink_batch struct netlink_batch messages = {0};
    auto_free struct netlink_result *results = NULL;
    int r = 0;

    FOR_EACH_REOPENED(step, job, batch)
        if (is_to_be_up(job->wiring, step->port->link))
            link_add_set(&messages, step->port->link, 0, &up);
    results = calloc(messages.n + 1, sizeof *results);
    if (!results)
        r = error_memory(err);
    else if (messages.n)
        r = netlink_batch_send(batch->engine->nl, &messages, true, results, NULL, NULL, err);
    for (size_t i = 0; r == 0 && i < messages.n; i++)
        if (results[i].error < 0 && results[i].error != -ENODEV)
            r = link_result_error(&results[i], err, "set its device up");
    return r;
}

/* It could not be made to: others changed the row, or the job fails. */
static void give_up(struct job *job, int fault, enum vswitch_outcome outcome,
                    const struct vif_error *why)
{
    if (outcome == VSWITCH_STALE || outcome == VSWITCH_LOST) {
        job_retry(job, why);
        return;
    }
    job_fail(job, why);
    if ((fault == -ETIMEDOUT && outcome == VSWITCH_DONE) || fault == -EINTR)
        job->end = JOB_END_LATE;
}

/* Asks ovs-vswitchd to reopen the links of 'n' steps; with 'wait', withdraws that afterwards. */
static int reopen(struct batch *batch, bool wait, size_t n, int64_t *cfg,
                  enum vswitch_outcome *ret_outcome, struct vif_error *err)
{
    int r = request_ofports(batch, true, wait, cfg, ret_outcome, err);

    if (r < 0 || !wait)
        return r;
    r = wait_for_cfg(batch, *cfg, VIF_STAGE_SWITCH, n, err);
    if (r == 0)
        r = set_links_up(batch, err);
    return r < 0 ? r : request_ofports(batch, false, true, cfg, ret_outcome, err);
}

void reopen_ports(struct batch *batch, bool wait, int64_t *cfg)
{
    enum vswitch_outcome outcome = VSWITCH_DONE;
    struct vif_error err = {0};
    size_t n = 0;
    int r;

    FOR_EACH_REOPENED(step, job, batch)
        n++;
    if (!n)
        return;
    wait = wait && !batch_cancelled(batch);
    report_progress(batch, VIF_STAGE_SWITCH, 0, n);
    r = reopen(batch, wait, n, cfg, &outcome, &err);
    FOR_EACH_REOPENED(step, job, batch) {
        struct vif_error own = err;

        job->changed = true;
        if (job->rows == ROWS_UNCHANGED)
            job->rows = ROWS_CHANGED;
        if (r == 0)
            continue;
        (void)error_prefix(&own, 0, "make ovs-vswitchd open %s again", step->name);
        give_up(job, r, outcome, &own);
    }
}
