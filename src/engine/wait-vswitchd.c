/* SPDX-License-Identifier: Apache-2.0 */
/* Waiting until ovs-vswitchd has done what the transaction says, and checking each port by what it
 * left in the database. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/deadline.h"
#include "engine/phases.h"

/* Whether the kernel link behind the port is there: it was, or this call made it or gave it its
 * name. */
static bool link_is_there(const struct batch *batch, const struct job *job,
                          const struct vif_wiring_port *port)
{
    if (!port->link[0] || observed_link(&batch->observed, port->link))
        return true;
    for (size_t i = 0; i < job->wiring->n_links; i++) {
        const struct vif_wiring_link *link = &job->wiring->links[i];

        if ((link->create || link->device.required) && !link->unplug_only &&
            (strcmp(link->name, port->link) == 0 || strcmp(link->veth.peer, port->link) == 0))
            return true;
    }
    return false;
}

/* Whether what was observed already shows every port of the job at work, so that there is nothing
 * to wait for. */
static bool is_ready(const struct batch *batch, const struct job *job)
{
    const struct vswitch *db = &batch->observed.db;

    if (job->rows != ROWS_UNCHANGED)
        return false;
    if (job->wiring->n_ports == 0 && job->wiring->n_bridges == 0)
        return true; /* what ovs-vswitchd is still at has nothing to do with this VIF */
    if (db->cur_cfg < db->next_cfg)
        return false;
    for (size_t i = 0; i < job->wiring->n_ports; i++) {
        const struct vif_wiring_port *port = &job->wiring->ports[i];
        const struct vswitch_interface *interface =
            port->create ? vswitch_find_interface(db, port->name) : NULL;

        if (port->create && (!interface || interface->ofport == 0 ||
                             (interface->ofport < 0 && link_is_there(batch, job, port))))
            return false;
    }
    return true;
}

/* All that is known of jobs for which there is nothing to wait. */
static void use_observed(const struct batch *batch, struct job *job)
{
    for (size_t i = 0; i < job->wiring->n_ports; i++) {
        const struct vif_wiring_port *port = &job->wiring->ports[i];
        const struct vswitch_interface *interface =
            port->create ? vswitch_find_interface(&batch->observed.db, port->name) : NULL;

        if (interface && interface->ofport > 0)
            job->ofport = interface->ofport;
        if (port->create && !link_is_there(batch, job, port))
            job->waiting = true;
    }
}

void wait_skip(struct batch *batch)
{
    FOR_EACH_JOB_IN(job, batch, JOB_COMMITTED)
        use_observed(batch, job);
}

/* ---- what ovs-vswitchd left in the database ---- */

/* Reads the state of the ports and bridges of the COMMITTED jobs. */
static int read_results(const struct batch *batch, int64_t until, struct vswitch *ret,
                        struct vif_error *err)
{
    auto_names struct names names = {0};
    int r;

    FOR_EACH_JOB_IN(job, batch, JOB_COMMITTED) {
        for (size_t i = 0; i < job->wiring->n_bridges; i++)
            names_add(&names, job->wiring->bridges[i].name);
        for (size_t i = 0; i < job->wiring->n_ports; i++)
            if (job->wiring->ports[i].create)
                names_add(&names, job->wiring->ports[i].name);
    }
    r = names_unique(&names) < 0 ? error_memory(err) : 0;
    if (r == 0 && names.n)
        r = vswitch_read_results(batch->engine->db, &names, until, ret, err);
    return r;
}

/* A bridge whose own port has no number was not made by ovs-vswitchd, and nothing on it will be. */
static int check_bridge(const struct batch *batch, const struct vswitch *now,
                        const struct vif_wiring_bridge *bridge, struct vif_error *err)
{
    const struct vswitch_interface *own = vswitch_find_interface(now, bridge->name);
    const struct vswitch_bridge *there = vswitch_find_bridge(&batch->observed.db, bridge->name);
    const char *type = bridge->datapath_type;

    if (!bridge->create || !own || own->ofport > 0)
        return 0;
    if (!type[0] && there)
        type = there->datapath_type;
    return error_set(err, VIF_ERROR_SWITCH,
                     "ovs-vswitchd could not make bridge %s (datapath_type %s)%s%s; its log says "
                     "why",
                     bridge->name, attribute_type(type), own->error ? ": " : "",
                     own->error ? own->error : "");
}

static int check_port(const struct batch *batch, const struct vswitch *now, struct job *job,
                      const struct vif_wiring_port *port)
{
    const struct vswitch_interface *interface = vswitch_find_interface(now, port->name);
    const struct vswitch *db = &batch->observed.db;
    bool no_dpdk = strncmp(port->type, "dpdk", 4) == 0 && db->has_row && !db->dpdk_initialized;

    if (!interface)
        return error_set(&job->error, VIF_ERROR_SWITCH,
                         "port %s is gone from the database: another program removed it",
                         port->name);
    if (interface->ofport > 0) {
        job->ofport = interface->ofport;
        return 0;
    }
    /* That it has no device is what ovs-vswitchd said; a port it has said nothing of, it does not
     * know: then it could not make the bridge. */
    if (interface->ofport < 0 && !link_is_there(batch, job, port)) {
        job->waiting = true;
        return 0;
    }
    if (interface->ofport == 0 && !interface->error)
        return error_set(&job->error, VIF_ERROR_SWITCH,
                         "ovs-vswitchd has not taken up port %s: it could not make bridge %s, and "
                         "its log says why",
                         port->name, port->bridge);
    return error_set(&job->error, VIF_ERROR_SWITCH, "ovs-vswitchd could not make port %s: %s%s",
                     port->name, interface->error ? interface->error : "its log may say why",
                     no_dpdk ? " (DPDK is not initialized: other_config:dpdk-init)" : "");
}

static void check_job(const struct batch *batch, const struct vswitch *now, struct job *job)
{
    const struct vif_wiring *wiring = job->wiring;
    int r = 0;

    for (size_t i = 0; r == 0 && i < wiring->n_bridges; i++)
        r = check_bridge(batch, now, &wiring->bridges[i], &job->error);
    for (size_t i = 0; r == 0 && i < wiring->n_ports; i++)
        if (wiring->ports[i].create)
            r = check_port(batch, now, job, &wiring->ports[i]);
    if (r == 0)
        return;
    job_fail(job, NULL);
    for (size_t i = 0; !job->stuck && i < wiring->n_ports; i++)
        if (wiring->ports[i].create)
            job->stuck = &wiring->ports[i];
}

/* Whether every port of the job was added by it and is made, so that its result is known
 * although it was not waited for. */
static bool is_made(const struct vswitch *now, const struct job *job)
{
    size_t wanted = 0, made = 0;

    for (size_t i = 0; i < job->wiring->n_ports; i++)
        wanted += job->wiring->ports[i].create;
    FOR_EACH_STEP(step, job) {
        const struct vswitch_interface *interface =
            step->kind == STEP_PORT_ADD ? vswitch_find_interface(now, step->name) : NULL;

        if (step->kind == STEP_PORT_REOPEN)
            return false;
        made += interface && interface->ofport != 0;
    }
    return wanted && made == wanted;
}

/* ---- waiting ---- */

static int cancelled(struct vif_error *err)
{
    return error_set(err, VIF_ERROR_INTERRUPTED, "interrupted while waiting for ovs-vswitchd");
}

int wait_for_cfg(struct batch *batch, int64_t cfg, enum vif_stage stage, size_t n,
                 struct vif_error *err)
{
    const struct vswitch *db = &batch->observed.db;
    int64_t reached = 0;
    int r = 0;

    if (batch_cancelled(batch))
        return cancelled(err);
    if (!cfg && db->cur_cfg < db->next_cfg)
        cfg = db->next_cfg;
    else if (!cfg)
        r = commit_raise_cfg(batch, &cfg, err);
    if (r < 0)
        return r;
    report_progress(batch, stage, 0, n);
    r = ovsdb_client_wait_cfg(batch->engine->db, cfg, batch->options->until, &reached, err);
    if (r == -ETIMEDOUT)
        return error_set(err, VIF_ERROR_TIMEOUT,
                         "ovs-vswitchd has not taken up the change in time (cur_cfg %lld, next_cfg "
                         "%lld): it is not running, or busy",
                         (long long)reached, (long long)cfg);
    return r == -EINTR && batch_cancelled(batch) ? cancelled(err) : r;
}

/* A job that ovs-vswitchd is done with has nothing more to wait for, unless an agent is awaited. */
static void finish_unless_agent(struct batch *batch, struct job *job)
{
    if (job->state == JOB_COMMITTED && batch->options->wait == VIF_WAIT_VSWITCHD)
        report_finished(batch, job);
}

void wait_present(struct batch *batch, int64_t cfg)
{
    size_t n = 0, n_ready = 0;
    enum vif_stage stage = report_stage(batch, VIF_STAGE_WAIT);
    struct vswitch now = {0};
    struct vif_error err = {0};
    int r;

    FOR_EACH_JOB_IN(job, batch, JOB_COMMITTED) {
        if (!is_ready(batch, job)) {
            n++;
            continue;
        }
        use_observed(batch, job);
        finish_unless_agent(batch, job);
    }
    if (!n)
        return;
    r = wait_for_cfg(batch, cfg, stage, n, &err);
    if (r == 0)
        r = read_results(batch, batch->options->until, &now, &err);
    if (r == -EINTR && batch_cancelled(batch)) {
        r = cancelled(&err);
        (void)read_results(batch, deadline_after(LIMIT_LOOK_MS), &now, NULL);
    }
    FOR_EACH_JOB_IN(job, batch, JOB_COMMITTED) {
        if (is_ready(batch, job))
            continue;
        if (r < 0 && (r != -EINTR || !is_made(&now, job))) {
            job_fail(job, &err);
            if (r == -ETIMEDOUT || r == -EINTR)
                job->end = JOB_END_LATE;
            continue;
        }
        check_job(batch, &now, job);
        n_ready += job->state == JOB_COMMITTED;
        finish_unless_agent(batch, job);
    }
    report_progress(batch, stage, n_ready, n);
    vswitch_done(&now);
}

int wait_absent(struct batch *batch, int64_t cfg, struct vif_error *err)
{
    size_t n = 0;

    FOR_EACH_JOB_IN(job, batch, JOB_COMMITTED)
        n += job->rows != ROWS_UNCHANGED;
    return n ? wait_for_cfg(batch, cfg, VIF_STAGE_SWITCH, n, err) : 0;
}
