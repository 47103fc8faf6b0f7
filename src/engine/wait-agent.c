/* SPDX-License-Identifier: Apache-2.0 */
/* Settling, second part: waiting for whoever wires ports behind ovs-vswitchd (OVN, or the ML2 agent),
 * all ports of the batch in one monitor; and saying of those that did not come to work why.  Stands on
 * the database's own waiting and on the facts. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/deadline.h"
#include "diagnose/diagnose.h"
#include "engine/job.h"
#include "ovsdb/vswitch-wired.h"

/* A port that is to be wired, and whose it is. */
struct awaited {
    const struct vif_wiring_port *port;
    struct job *job;
    bool wired; /* as it was last told */
};

static int by_port_name(const void *a, const void *b)
{
    const struct awaited *left = a, *right = b;

    return strcmp(left->port->name, right->port->name);
}

/* An agent knows ports by their iface-id; with a bridge per port the guest's own port has none.  One
 * whose device is not there yet cannot be claimed. */
static bool is_awaited(const struct job *job, const struct vif_wiring_port *port)
{
    return job->state == JOB_COMMITTED && !job->waiting && port->create &&
           strmap_get(&port->ids, "iface-id");
}

/* The ports to wait for, sorted by name, each once; NULL when memory is gone. */
static struct awaited *collect(const struct batch *batch, size_t *ret_n)
{
    struct awaited *awaited;
    size_t room = 1, n = 0, kept = 0;

    for (size_t i = 0; i < batch->n; i++)
        room += batch->jobs[i].wiring->n_ports;
    *ret_n = 0;
    awaited = calloc(room, sizeof *awaited);
    if (!awaited)
        return NULL;
    for (size_t i = 0; i < batch->n; i++) {
        struct job *job = &batch->jobs[i];

        for (size_t p = 0; p < job->wiring->n_ports; p++)
            if (is_awaited(job, &job->wiring->ports[p]))
                awaited[n++] = (struct awaited){&job->wiring->ports[p], job, false};
    }
    if (n)
        qsort(awaited, n, sizeof *awaited, by_port_name);
    for (size_t i = 0; i < n; i++)
        if (!kept || by_port_name(&awaited[kept - 1], &awaited[i]) != 0)
            awaited[kept++] = awaited[i];
    *ret_n = kept;
    return awaited;
}

static void judge(const struct batch *batch, const struct awaited *awaited,
                  enum vswitch_wired wired)
{
    struct job *job = awaited->job;
    const char *name = awaited->port->name;

    if (wired == VSWITCH_WIRED || job->state != JOB_COMMITTED)
        return;
    job->state = JOB_FAILED;
    if (wired == VSWITCH_PORT_GONE) {
        (void)error_set(&job->error, VIF_ERROR_SWITCH,
                        "port %s is gone from the database: someone else removed it", name);
        return;
    }
    job->timed_out = true;
    if (batch->cancelled) {
        (void)error_set(
            &job->error, VIF_ERROR_INTERRUPTED, "interrupted while waiting for %s port %s",
            batch->wait == VIF_WAIT_OVN ? "OVN to install" : "the ML2 agent to wire", name);
        return;
    }
    (void)error_set(&job->error, VIF_ERROR_TIMEOUT, "%s port %s in time",
                    batch->wait == VIF_WAIT_OVN ? "OVN has not installed"
                                                : "the ML2 agent has not wired",
                    name);
    job->stuck = awaited->port;
}

static void fail(const struct batch *batch, const struct awaited *awaited,
                 const struct vif_error *err)
{
    struct job *job = awaited->job;

    if (job->state != JOB_COMMITTED)
        return;
    job->state = JOB_FAILED;
    job->error = *err;
    (void)error_prefix(&job->error, 0, "wait for %s to wire port %s",
                       batch->wait == VIF_WAIT_OVN ? "OVN" : "the ML2 agent", awaited->port->name);
    job_note(job, "left as plugged", "");
}

static void fail_all(struct batch *batch)
{
    for (size_t i = 0; i < batch->n; i++)
        if (batch->jobs[i].state == JOB_COMMITTED) {
            (void)error_memory(&batch->jobs[i].error);
            batch->jobs[i].state = JOB_FAILED;
        }
}

/* The ports that are waited for, and how many of them are wired. */
struct waiting {
    struct batch *batch;
    struct awaited *awaited;
    size_t n, n_wired;
    enum vif_stage stage;
};

/* A VIF is done with when all of its own ports are wired at the same time, whatever becomes of them while
 * others are waited for: as if it had been plugged alone. */
static bool on_wired(void *data, size_t i, enum vswitch_wired wired)
{
    struct waiting *waiting = data;
    struct awaited *awaited = &waiting->awaited[i];
    struct job *job = awaited->job;
    bool so = wired == VSWITCH_WIRED;

    if (job->state == JOB_FINISHED)
        return true;
    if (so != awaited->wired) {
        awaited->wired = so;
        waiting->n_wired = waiting->n_wired + so - !so;
        job->n_awaited = job->n_awaited + !so - so;
        if (so)
            report_progress(waiting->batch, waiting->stage, waiting->n_wired, waiting->n);
    }
    if (so && !job->n_awaited) {
        job->state = JOB_FINISHED;
        report_job(waiting->batch, job);
    }
    return wired != VSWITCH_NOT_WIRED;
}

static int wait_for(struct batch *batch, struct awaited *awaited, size_t n,
                    enum vswitch_wired *wired, struct vif_error *err)
{
    auto_free const char **names = calloc(n, sizeof *names);
    struct waiting waiting = {batch, awaited, n, 0, report_stage(batch, VIF_STAGE_AGENT)};
    const struct vswitch_wired_judge take = {on_wired, &waiting};
    int64_t until = deadline_after(LIMIT_LOOK_MS);

    if (!names)
        return error_memory(err);
    for (size_t i = 0; i < n; i++)
        names[i] = awaited[i].port->name;
    report_progress(batch, waiting.stage, 0, n);
    return vswitch_wait_wired(batch->engine->db,
                              batch->wait == VIF_WAIT_OVN ? VSWITCH_OVN : VSWITCH_ML2, names, n,
                              batch->until > until ? batch->until : until, &take, wired, err);
}

/* VIFs without a port to wait for are done with. */
static void finish_unawaited(struct batch *batch, const struct awaited *awaited, size_t n)
{
    for (size_t i = 0; i < batch->n; i++)
        batch->jobs[i].n_awaited = 0;
    for (size_t i = 0; i < n; i++)
        awaited[i].job->n_awaited++;
    for (size_t i = 0; i < batch->n; i++)
        if (batch->jobs[i].state == JOB_COMMITTED && !batch->jobs[i].n_awaited) {
            batch->jobs[i].state = JOB_FINISHED;
            report_job(batch, &batch->jobs[i]);
        }
}

void wait_agent(struct batch *batch)
{
    auto_free struct awaited *awaited = NULL;
    auto_free enum vswitch_wired *wired = NULL;
    struct vif_error err = {0};
    size_t n = 0;
    int r;

    if (batch->wait != VIF_WAIT_OVN && batch->wait != VIF_WAIT_ML2)
        return;
    awaited = collect(batch, &n);
    wired = calloc(n + 1, sizeof *wired);
    if (!awaited || !wired) {
        fail_all(batch);
        return;
    }
    finish_unawaited(batch, awaited, n);
    if (!n)
        return;
    r = batch_cancelled(batch) ? -EINTR : wait_for(batch, awaited, n, wired, &err);
    if (r == -EINTR && batch_cancelled(batch))
        r = -ETIMEDOUT; /* so many as are wired by now */
    for (size_t i = 0; i < n; i++)
        if (r == 0 || r == -ETIMEDOUT)
            judge(batch, &awaited[i], wired[i]);
        else
            fail(batch, &awaited[i], &err);
}

static bool is_undiagnosed(const struct job *job)
{
    return job->state == JOB_FAILED && job->stuck;
}

/* Puts the reason behind what has not happened; of a port that ovs-vswitchd gave up, only what it does
 * not say itself. */
static void explain(const struct batch *batch, struct job *job, const struct diagnosis_facts *facts,
                    const struct diagnosis_port *port)
{
    char words[DIAGNOSIS_MAX] = "";
    size_t n = strlen(job->error.text);

    if (job->timed_out)
        diagnose(batch->wait, facts, port, words);
    else if (diagnose_datapath(facts, port, words))
        job_note(job, words, "");
    if (job->timed_out && words[0])
        (void)snprintf(job->error.text + n, sizeof job->error.text - n, ": %s", words);
}

void wait_diagnose(struct batch *batch)
{
    auto_free struct diagnosis_port *ports = NULL;
    enum vif_wait wait = VIF_WAIT_VSWITCHD; /* no agent is asked about ports the switch gave up */
    struct diagnosis_facts facts;
    size_t n = 0, at = 0;

    for (size_t i = 0; !batch->cancelled && i < batch->n; i++)
        n += is_undiagnosed(&batch->jobs[i]);
    if (n)
        ports = calloc(n, sizeof *ports);
    if (!ports)
        return;
    for (size_t i = 0; i < batch->n; i++) {
        const struct job *job = &batch->jobs[i];
        const char *iface_id;

        if (!is_undiagnosed(job))
            continue;
        if (job->timed_out)
            wait = batch->wait;
        iface_id = strmap_get(&job->stuck->ids, "iface-id");
        ports[at++] = (struct diagnosis_port){
            .name = job->stuck->name,
            .iface_id = iface_id ? iface_id : job->stuck->owner,
            .mac = strmap_get(&job->stuck->ids, "attached-mac"),
            .link = job->stuck->link,
        };
    }
    diagnosis_read_facts(batch->engine, wait, &facts, ports, n);
    at = 0;
    for (size_t i = 0; i < batch->n; i++) {
        if (!is_undiagnosed(&batch->jobs[i]))
            continue;
        explain(batch, &batch->jobs[i], &facts, &ports[at++]);
        batch->jobs[i].stuck = NULL;
    }
}
