/* SPDX-License-Identifier: Apache-2.0 */
/* Settling: waiting until ovs-vswitchd has made real what the transaction said, and judging each port
 * by what it left in the database. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/deadline.h"
#include "engine/job.h"
#include "ovsdb/vswitch-txn.h"

/* Whether the kernel link behind the port is there: it was, or this call made it or gave it its name. */
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

/* Whether what was observed already shows every port of the job at work, so that there is nothing to
 * wait for. */
static bool is_ready(const struct batch *batch, const struct job *job)
{
    if (job->db_changed || job->reopened)
        return false;
    if (job->wiring->n_ports == 0 && job->wiring->n_bridges == 0)
        return true; /* whatever ovs-vswitchd is still at, it is none of this VIF's */
    if (batch->observed.db.cur_cfg < batch->observed.db.next_cfg)
        return false;
    for (size_t i = 0; i < job->wiring->n_ports; i++) {
        const struct vif_wiring_port *port = &job->wiring->ports[i];
        const struct vswitch_interface *interface;

        if (!port->create)
            continue;
        interface = vswitch_find_interface(&batch->observed.db, port->name);
        if (!interface || interface->ofport == 0 ||
            (interface->ofport < 0 && link_is_there(batch, job, port)))
            return false;
    }
    return true;
}

/* The ports and bridges whose state has to be read. */
struct questions {
    const char **names;
    struct vswitch_status *answers;
    size_t n;
};

static int compare_names(const void *a, const void *b)
{
    const char *const *left = a;
    const char *const *right = b;

    return strcmp(*left, *right);
}

static int name_of(const void *key, const void *item)
{
    const char *const *name = item;

    return strcmp(key, *name);
}

static const struct vswitch_status *answer_of(const struct questions *questions, const char *name)
{
    const char **found = questions->n ? bsearch(name, questions->names, questions->n,
                                                sizeof *questions->names, name_of)
                                      : NULL;

    return found ? &questions->answers[found - questions->names] : NULL;
}

static void questions_done(struct questions *questions)
{
    free(questions->names);
    free(questions->answers);
}

static int collect_questions(const struct batch *batch, struct questions *questions)
{
    size_t room = 1, kept = 0;

    for (size_t i = 0; i < batch->n; i++)
        room += batch->jobs[i].wiring->n_ports + batch->jobs[i].wiring->n_bridges;
    questions->names = calloc(room, sizeof *questions->names);
    questions->answers = calloc(room, sizeof *questions->answers);
    if (!questions->names || !questions->answers)
        return -ENOMEM;
    for (size_t i = 0; i < batch->n; i++) {
        const struct vif_wiring *wiring = batch->jobs[i].wiring;

        if (batch->jobs[i].state != JOB_COMMITTED)
            continue;
        for (size_t b = 0; b < wiring->n_bridges; b++)
            questions->names[questions->n++] = wiring->bridges[b].name;
        for (size_t p = 0; p < wiring->n_ports; p++)
            if (wiring->ports[p].create)
                questions->names[questions->n++] = wiring->ports[p].name;
    }
    if (questions->n)
        qsort(questions->names, questions->n, sizeof *questions->names, compare_names);
    for (size_t i = 0; i < questions->n; i++)
        if (!kept || strcmp(questions->names[kept - 1], questions->names[i]) != 0)
            questions->names[kept++] = questions->names[i];
    questions->n = kept;
    return 0;
}

/* A bridge whose own port has no number was not made by ovs-vswitchd, and nothing on it will be. */
static int check_bridge(const struct questions *questions, const struct batch *batch,
                        const struct vif_wiring_bridge *bridge, struct vif_error *err)
{
    const struct vswitch_status *status = answer_of(questions, bridge->name);
    const struct vswitch_bridge *there = vswitch_find_bridge(&batch->observed.db, bridge->name);
    const char *type = bridge->datapath_type;

    if (!bridge->create || !status || !status->exists || status->ofport > 0)
        return 0;
    if (!type[0] && there)
        type = there->datapath_type;
    return error_set(err, VIF_ERROR_SWITCH,
                     "ovs-vswitchd could not make bridge %s (datapath_type %s)%s%s; its log says "
                     "why",
                     bridge->name, type[0] ? type : "system", status->error[0] ? ": " : "",
                     status->error);
}

static bool needs_dpdk(const struct batch *batch, const struct vif_wiring_port *port)
{
    return strncmp(port->type, "dpdk", 4) == 0 && batch->observed.db.has_row &&
           !batch->observed.db.dpdk_initialized;
}

static int check_port(const struct questions *questions, const struct batch *batch, struct job *job,
                      const struct vif_wiring_port *port)
{
    const struct vswitch_status *status = answer_of(questions, port->name);

    if (!status || !status->exists)
        return error_set(&job->error, VIF_ERROR_SWITCH,
                         "port %s is gone from the database: someone else removed it", port->name);
    if (status->ofport > 0) {
        job->ofport = status->ofport;
        return 0;
    }
    /* That it has no device is what ovs-vswitchd said; a port it has said nothing of, it does not know:
     * then it could not make the bridge. */
    if (status->ofport < 0 && !link_is_there(batch, job, port)) {
        job->waiting = true;
        return 0;
    }
    if (status->ofport == 0 && !status->error[0])
        return error_set(&job->error, VIF_ERROR_SWITCH,
                         "ovs-vswitchd has not taken up port %s: it could not make bridge %s, and "
                         "its log says why",
                         port->name, port->bridge);
    return error_set(&job->error, VIF_ERROR_SWITCH, "ovs-vswitchd could not make port %s: %s%s",
                     port->name, status->error[0] ? status->error : "its log may say why",
                     needs_dpdk(batch, port) ? " (DPDK is not initialized: other_config:dpdk-init)"
                                             : "");
}

static void check_job(const struct questions *questions, const struct batch *batch, struct job *job)
{
    const struct vif_wiring *wiring = job->wiring;
    int r = 0;

    for (size_t i = 0; r == 0 && i < wiring->n_bridges; i++)
        r = check_bridge(questions, batch, &wiring->bridges[i], &job->error);
    for (size_t i = 0; r == 0 && i < wiring->n_ports; i++)
        if (wiring->ports[i].create)
            r = check_port(questions, batch, job, &wiring->ports[i]);
    if (r == 0)
        return;
    job->state = JOB_FAILED;
    for (size_t i = 0; !job->stuck && i < wiring->n_ports; i++)
        if (wiring->ports[i].create)
            job->stuck = &wiring->ports[i];
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

static int not_waited_for(struct vif_error *err)
{
    return error_set(err, VIF_ERROR_INTERRUPTED, "interrupted while waiting for ovs-vswitchd");
}

/* Waits for 'cfg'; when it is 0, for what ovs-vswitchd was last asked for, if it has not got there
 * yet, else for a number of our own.  'n' jobs are waited for at 'stage', which begins when nothing is
 * written any more. */
static int wait_for(struct batch *batch, int64_t cfg, enum vif_stage stage, size_t n,
                    struct vif_error *err)
{
    const struct vswitch *db = &batch->observed.db;
    int64_t reached = 0;
    int r = 0;

    if (batch_cancelled(batch))
        return not_waited_for(err);
    if (!cfg && db->cur_cfg < db->next_cfg)
        cfg = db->next_cfg;
    else if (!cfg)
        r = commit_raise_cfg(batch, &cfg, err);
    if (r < 0)
        return r;
    report_progress(batch, stage, 0, n);
    r = ovsdb_client_wait_cfg(batch->engine->db, cfg, batch->until, &reached, err);
    if (r == -ETIMEDOUT)
        return error_set(err, VIF_ERROR_TIMEOUT,
                         "ovs-vswitchd has not taken up the change in time (cur_cfg %lld, next_cfg "
                         "%lld): it is not running, or busy",
                         (long long)reached, (long long)cfg);
    return r == -EINTR && batch_cancelled(batch) ? not_waited_for(err) : r;
}

/* Whether every port of the job was added by it and is made, so that it is known what became of it although
 * it was not waited for. */
static bool is_made(const struct questions *questions, const struct job *job)
{
    size_t wanted = 0, made = 0;

    for (size_t i = 0; i < job->wiring->n_ports; i++)
        wanted += job->wiring->ports[i].create;
    for (size_t s = 0; s < job->plan.n; s++) {
        const struct step *step = &job->plan.steps[s];
        const struct vswitch_status *status =
            step->kind == STEP_PORT_ADD ? answer_of(questions, step->name) : NULL;

        made += status && status->exists && status->ofport != 0;
    }
    return wanted && made == wanted && !job->reopened;
}

static int read_answers(const struct batch *batch, int64_t until, struct questions *questions,
                        struct vif_error *err)
{
    if (collect_questions(batch, questions) < 0)
        return error_memory(err);
    if (!questions->n)
        return 0;
    return vswitch_read_status(batch->engine->db, questions->names, questions->n, until,
                               questions->answers, err);
}

/* No agent has to do anything for a job that is done with ovs-vswitchd. */
static void finish_without_agent(struct batch *batch, struct job *job)
{
    if (job->state != JOB_COMMITTED || batch->wait != VIF_WAIT_VSWITCHD)
        return;
    job->state = JOB_FINISHED;
    report_job(batch, job);
}

/* What is settled already has nothing to wait for; the number of jobs that have. */
static size_t finish_ready(struct batch *batch)
{
    size_t n = 0;

    for (size_t i = 0; i < batch->n; i++) {
        struct job *job = &batch->jobs[i];

        if (job->state != JOB_COMMITTED)
            continue;
        if (!is_ready(batch, job)) {
            n++;
            continue;
        }
        use_observed(batch, job);
        finish_without_agent(batch, job);
    }
    return n;
}

void wait_present(struct batch *batch, int64_t cfg)
{
    size_t n = finish_ready(batch), n_ready = 0;
    enum vif_stage stage = report_stage(batch, VIF_STAGE_SETTLE);
    struct questions questions = {0};
    struct vif_error err = {0};
    int r = 0;

    if (n) {
        r = wait_for(batch, cfg, stage, n, &err);
        if (r == 0)
            r = read_answers(batch, batch->until, &questions, &err);
        if (r == -EINTR && batch_cancelled(batch)) {
            r = not_waited_for(&err);
            questions_done(&questions);
            questions = (struct questions){0};
            (void)read_answers(batch, deadline_after(LIMIT_LOOK_MS), &questions, NULL);
        }
    }
    for (size_t i = 0; i < batch->n; i++) {
        struct job *job = &batch->jobs[i];

        if (job->state != JOB_COMMITTED || is_ready(batch, job))
            continue;
        if (r < 0 && (r != -EINTR || !is_made(&questions, job))) {
            job->error = err;
            job->state = JOB_FAILED;
            job->timed_out = r == -ETIMEDOUT || r == -EINTR;
        } else {
            check_job(&questions, batch, job);
            n_ready += job->state == JOB_COMMITTED;
            finish_without_agent(batch, job);
        }
    }
    if (n)
        report_progress(batch, stage, n_ready, n);
    questions_done(&questions);
}

void wait_skip(struct batch *batch)
{
    for (size_t i = 0; i < batch->n; i++)
        if (batch->jobs[i].state == JOB_COMMITTED)
            use_observed(batch, &batch->jobs[i]);
}

int wait_catch_up(struct batch *batch, struct vif_error *err)
{
    return wait_for(batch, batch->observed.db.next_cfg, VIF_STAGE_SWITCH, batch->n, err);
}

int wait_absent(struct batch *batch, int64_t cfg, struct vif_error *err)
{
    size_t n = 0;

    for (size_t i = 0; i < batch->n; i++)
        n += batch->jobs[i].state == JOB_COMMITTED && batch->jobs[i].db_changed;
    return n ? wait_for(batch, cfg, VIF_STAGE_SWITCH, n, err) : 0;
}

static bool is_reopening(const struct job *job, const struct step *step)
{
    return step->kind == STEP_PORT_REOPEN && job->state == JOB_COMMITTED;
}

/* One round over all ports to be reopened: asks for another OpenFlow port number, or takes that back.
 * Asking makes ovs-vswitchd take the port away and add it again, with the link that is there now. */
static int request_ofports(struct batch *batch, bool ask, bool wait, int64_t *ret_cfg,
                           enum vswitch_outcome *ret_outcome, struct vif_error *err)
{
    auto_vswitch_txn struct vswitch_txn *txn = vswitch_txn_new(&batch->observed.db);
    struct vswitch_commit commit;
    int r;

    if (!txn)
        return error_memory(err);
    for (size_t i = 0; i < batch->n; i++)
        for (size_t s = 0; s < batch->jobs[i].plan.n; s++) {
            const struct step *step = &batch->jobs[i].plan.steps[s];
            struct vswitch_interface_change change = {.whoever = true, .set_ofport_request = true};

            if (!is_reopening(&batch->jobs[i], step))
                continue;
            if (ask)
                change.ofport_request =
                    PLAN_REOPEN_OFPORT +
                    (step->old_interface->ofport + 1 + (int64_t)i) % PLAN_REOPEN_RANGE;
            else if (!plan_is_reopen_request(step->old_interface->ofport_request))
                change.ofport_request = step->old_interface->ofport_request;
            vswitch_txn_interface_set(txn, i, step->old_interface, &change);
        }
    r = vswitch_txn_commit(txn, batch->engine->db, wait, batch->until, &commit, err);
    *ret_outcome = commit.outcome;
    if (r == 0 && wait)
        *ret_cfg = commit.next_cfg;
    return r;
}

static void end_reopening(struct batch *batch, int r, enum vswitch_outcome outcome,
                          const struct vif_error *err)
{
    for (size_t i = 0; i < batch->n; i++)
        for (size_t s = 0; s < batch->jobs[i].plan.n; s++) {
            struct job *job = &batch->jobs[i];

            if (!is_reopening(job, &job->plan.steps[s]))
                continue;
            job->changed = job->reopened = true;
            if (r == 0)
                continue;
            job->error = *err;
            (void)error_prefix(&job->error, 0, "make ovs-vswitchd open %s again",
                               job->plan.steps[s].name);
            job->timed_out = (r == -ETIMEDOUT && outcome == VSWITCH_DONE) || r == -EINTR;
            job->state =
                outcome == VSWITCH_STALE || outcome == VSWITCH_LOST ? JOB_PENDING : JOB_FAILED;
        }
}

void reopen_ports(struct batch *batch, bool wait, int64_t *cfg)
{
    enum vswitch_outcome outcome = VSWITCH_DONE;
    struct vif_error err = {0};
    size_t n = 0;
    int r;

    for (size_t i = 0; i < batch->n; i++)
        for (size_t s = 0; s < batch->jobs[i].plan.n; s++)
            n += is_reopening(&batch->jobs[i], &batch->jobs[i].plan.steps[s]);
    if (!n)
        return;
    wait = wait && !batch_cancelled(batch);
    report_progress(batch, VIF_STAGE_SWITCH, 0, n);
    r = request_ofports(batch, true, wait, cfg, &outcome, &err);
    if (r == 0 && wait)
        r = wait_for(batch, *cfg, VIF_STAGE_SWITCH, n, &err);
    if (r == 0 && wait)
        r = links_up(batch, &err);
    if (r == 0 && wait)
        r = request_ofports(batch, false, true, cfg, &outcome, &err);
    end_reopening(batch, r, outcome, &err);
}
