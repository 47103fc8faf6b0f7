/* SPDX-License-Identifier: Apache-2.0 */
/* Waiting for the agent that wires ports (OVN, or the ML2 agent), all of the batch in one monitor;
 * and diagnosing those that are not ready in time. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/deadline.h"
#include "diagnose/diagnose.h"
#include "engine/phases.h"
#include "ovsdb/vswitch-wired.h"

/* A port that is to be wired, and its job. */
struct awaited {
    const struct vif_wiring_port *port;
    struct job *job;
    bool wired; /* at the last report */
};

/* The ports that are waited for, and how many of them are wired. */
struct waiting {
    struct batch *batch;
    struct awaited *awaited;
    size_t n, n_wired;
    enum vif_stage stage;
};

static bool awaits_ovn(const struct batch *batch)
{
    return batch->options->wait == VIF_WAIT_OVN;
}

static int by_port_name(const void *a, const void *b)
{
    const struct awaited *left = a, *right = b;

    return strcmp(left->port->name, right->port->name);
}

/* The ports to wait for, sorted by name, each once; NULL when out of memory.  An agent knows
 * ports by their iface-id; with a bridge per port the guest's own port has none.  One whose device
 * is not there yet cannot be claimed. */
static struct awaited *collect(const struct batch *batch, size_t *ret_n)
{
    struct awaited *awaited;
    size_t room = 1, n = 0, kept = 0;

    FOR_EACH_JOB(job, batch)
        room += job->wiring->n_ports;
    awaited = calloc(room, sizeof *awaited);
    if (!awaited)
        return NULL;
    FOR_EACH_JOB_IN(job, batch, JOB_COMMITTED)
        for (size_t i = 0; !job->waiting && i < job->wiring->n_ports; i++) {
            const struct vif_wiring_port *port = &job->wiring->ports[i];

            if (port->create && strmap_get(&port->ids, "iface-id"))
                awaited[n++] = (struct awaited){port, job, false};
        }
    qsort(awaited, n, sizeof *awaited, by_port_name);
    for (size_t i = 0; i < n; i++)
        if (!kept || by_port_name(&awaited[kept - 1], &awaited[i]) != 0)
            awaited[kept++] = awaited[i];
    *ret_n = kept;
    return awaited;
}

/* A VIF is done with when all of its own ports are wired at the same time, even if they change
 * while others are waited for: as if it had been plugged alone. */
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
    if (so && !job->n_awaited)
        report_finished(waiting->batch, job);
    return wired != VSWITCH_NOT_WIRED;
}

static int wait_for(struct batch *batch, struct awaited *awaited, size_t n,
                    enum vswitch_wired *wired, struct vif_error *err)
{
    auto_free const char **names = calloc(n, sizeof *names);
    struct waiting waiting = {batch, awaited, n, 0, report_stage(batch, VIF_STAGE_AGENT)};
    const struct vswitch_wired_check check = {on_wired, &waiting};
    int64_t until = deadline_after(LIMIT_LOOK_MS);

    if (!names)
        return error_memory(err);
    for (size_t i = 0; i < n; i++)
        names[i] = awaited[i].port->name;
    if (until < batch->options->until)
        until = batch->options->until;
    report_progress(batch, waiting.stage, 0, n);
    return vswitch_wait_wired(batch->engine->db, awaits_ovn(batch) ? VSWITCH_OVN : VSWITCH_ML2,
                              names, n, until, &check, wired, err);
}

/* What a port that is not wired means for its job, after the wait ended with 'r'. */
static void check_port(const struct batch *batch, const struct awaited *awaited,
                       enum vswitch_wired wired, int r, const struct vif_error *failure)
{
    const char *name = awaited->port->name;
    struct job *job = awaited->job;
    struct vif_error err = {0};

    if (job->state != JOB_COMMITTED || (r == 0 && wired == VSWITCH_WIRED))
        return;
    if (r < 0) {
        err = *failure;
        (void)error_prefix(&err, 0, "wait for %s to wire port %s",
                           awaits_ovn(batch) ? "OVN" : "the ML2 agent", name);
        job_fail(job, &err);
        job_note(job, "left as plugged", "");
        return;
    }
    if (wired == VSWITCH_PORT_GONE) {
        (void)error_set(&err, VIF_ERROR_SWITCH,
                        "port %s is gone from the database: another program removed it", name);
    } else if (batch->cancelled) {
        (void)error_set(&err, VIF_ERROR_INTERRUPTED, "interrupted while waiting for %s port %s",
                        awaits_ovn(batch) ? "OVN to install" : "the ML2 agent to wire", name);
        job->end = JOB_END_LATE;
    } else {
        (void)error_set(&err, VIF_ERROR_TIMEOUT, "%s port %s in time",
                        awaits_ovn(batch) ? "OVN has not installed" : "the ML2 agent has not wired",
                        name);
        job->end = JOB_END_LATE;
        job->stuck = awaited->port;
    }
    job_fail(job, &err);
}

void wait_agent(struct batch *batch)
{
    auto_free struct awaited *awaited = NULL;
    auto_free enum vswitch_wired *wired = NULL;
    struct vif_error err = {0};
    size_t n = 0;
    int r;

    if (!awaits_ovn(batch) && batch->options->wait != VIF_WAIT_ML2)
        return;
    awaited = collect(batch, &n);
    wired = calloc(n + 1, sizeof *wired);
    if (!awaited || !wired)
        n = 0;
    FOR_EACH_JOB_IN(job, batch, JOB_COMMITTED) {
        job->n_awaited = 0;
        if (!awaited || !wired) {
            (void)error_memory(&err);
            job_fail(job, &err);
        }
    }
    for (size_t i = 0; i < n; i++)
        awaited[i].job->n_awaited++;
    FOR_EACH_JOB_IN(job, batch, JOB_COMMITTED)
        if (!job->n_awaited)
            report_finished(batch, job);
    if (!n)
        return;
    r = batch_cancelled(batch) ? -EINTR : wait_for(batch, awaited, n, wired, &err);
    if (r == -ETIMEDOUT || (r == -EINTR && batch_cancelled(batch)))
        r = 0; /* so many as are wired by now */
    for (size_t i = 0; i < n; i++)
        check_port(batch, &awaited[i], wired[i], r, &err);
}

static bool is_undiagnosed(const struct job *job)
{
    return job->state == JOB_FAILED && job->stuck;
}

/* Adds the diagnosis to what has not happened in time; of a port that ovs-vswitchd gave up, only
 * what it does not say itself. */
static void add_diagnosis(const struct batch *batch, struct job *job,
                          const struct diagnosis_facts *facts, const struct port_facts *port)
{
    char words[DIAGNOSIS_MAX] = "";
    size_t n = strlen(job->error.text);

    if (job->end != JOB_END_LATE) {
        if (diagnose_datapath(facts, port, words))
            job_note(job, words, "");
        return;
    }
    diagnose(batch->options->wait, facts, port, words);
    if (words[0])
        (void)snprintf(job->error.text + n, sizeof job->error.text - n, ": %s", words);
}

void wait_diagnose(struct batch *batch)
{
    auto_free struct port_facts *ports = NULL;
    enum vif_wait wait = VIF_WAIT_VSWITCHD; /* no agent is asked about ports the switch gave up */
    struct diagnosis_facts facts;
    size_t n = 0, at = 0;

    FOR_EACH_JOB(job, batch)
        n += is_undiagnosed(job);
    if (n && !batch->cancelled)
        ports = calloc(n, sizeof *ports);
    if (!ports)
        return;
    FOR_EACH_JOB(job, batch) {
        const char *iface_id;

        if (!is_undiagnosed(job))
            continue;
        if (job->end == JOB_END_LATE)
            wait = batch->options->wait;
        iface_id = strmap_get(&job->stuck->ids, "iface-id");
        ports[at++] = (struct port_facts){
            .name = job->stuck->name,
            .iface_id = iface_id ? iface_id : job->stuck->owner,
            .mac = strmap_get(&job->stuck->ids, "attached-mac"),
            .link = job->stuck->link,
        };
    }
    diagnosis_read_facts(batch->engine, wait, &facts, ports, n);
    at = 0;
    FOR_EACH_JOB(job, batch) {
        if (!is_undiagnosed(job))
            continue;
        add_diagnosis(batch, job, &facts, &ports[at++]);
        job->stuck = NULL;
    }
}
