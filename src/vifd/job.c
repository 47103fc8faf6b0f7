/* SPDX-License-Identifier: Apache-2.0 */
/* What a worker does with requests: the VIFs of all become one batch of the library, and each
 * result goes to the request it is of as soon as it is known.  Documents are decoded here and not
 * on the loop; one that is bad fails alone. */
#include "vifd/job.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/deadline.h"
#include "base/error.h"
#include "libvif/host.h"
#include "vifd/daemon.h"

DEFINE_AUTO(auto_batch, struct vif_batch *, vif_batch_free);
#define auto_batch __attribute__((cleanup(auto_batch_fn)))

static void waits(struct note *note)
{
    struct job *job = (struct job *)((char *)note - offsetof(struct job, waits));

    daemon_job_waits(job);
}

static void worked(struct note *note)
{
    daemon_job_done((struct job *)note);
}

/* ---- while the library is at work ---- */

/* Lets the loop begin the next batch. */
static void report_waiting(struct job *job)
{
    if (job->reported_waiting)
        return;
    job->reported_waiting = true;
    job->waits.deliver = waits;
    mailbox_post(&job->daemon->mailbox, &job->waits);
}

static void count_stage(struct job *job)
{
    int64_t now = now_usec();

    job->stages[job->progress.stage] += now - job->stage_began;
    job->stage_began = now;
}

/* Whether others need not wait for this batch: it is finished, or waits itself for ovs-vswitchd or
 * another program, maybe for long.  For the lock, which is usually free, only after a while. */
static bool only_waits(const struct vif_progress *before, const struct vif_progress *progress)
{
    switch (progress->stage) {
    case VIF_STAGE_SWITCH:
    case VIF_STAGE_WAIT:
    case VIF_STAGE_AGENT:
    case VIF_STAGE_FINISHED:
        return true;
    case VIF_STAGE_LOCK:
        return before->stage == VIF_STAGE_LOCK && before->total;
    case VIF_STAGE_OBSERVE:
    case VIF_STAGE_LINKS:
    case VIF_STAGE_COMMIT:
    case VIF_STAGE_UNDO:
        break;
    }
    return false;
}

static void progressed(void *data, const struct vif_progress *progress)
{
    struct job *job = data;
    struct vif_progress before = job->progress;

    count_stage(job);
    if (only_waits(&before, progress))
        report_waiting(job);
    job->progress = *progress;
    if (before.stage == progress->stage && before.done == progress->done &&
        before.total == progress->total)
        return;
    for (size_t i = 0; i < job->n; i++)
        request_progress(job->requests[i], progress);
}

/* The request that the VIF at 'index' of the batch is of. */
static size_t owner_of(const struct job *job, size_t index)
{
    size_t low = 0, high = job->n;

    while (high - low > 1) {
        size_t middle = (low + high) / 2;

        if (job->starts[middle] <= index)
            low = middle;
        else
            high = middle;
    }
    return low;
}

static void take_times(struct job *job, struct request *request)
{
    count_stage(job);
    for (size_t i = 0; i <= VIF_STAGE_FINISHED; i++)
        request->times.stages[i] = job->stages[i];
}

static void take_result(void *data, const struct vif_result *result)
{
    struct job *job = data;
    size_t owner = owner_of(job, result->index);
    struct request *request = job->requests[owner];

    request_report(request, result->index - job->starts[owner], result);
    if (request_is_dry_run(request) || request->answered ||
        request->outcomes.n_reported < request->n_vifs)
        return;
    take_times(job, request);
    request_finish(request, NULL);
}

/* ---- before and after ---- */

static int add_vifs(struct vif_batch *batch, const struct request *request, struct vif_error *err)
{
    int r = 0;

    for (size_t i = 0; i < request->n_vifs && r == 0; i++) {
        char name[32];

        r = batch_add_json(batch, request_source(request, i, name),
                           json_array_get(request_documents(request)->vifs.list, i), err);
    }
    return r;
}

/* The deadline of the one that has least time left; they were given equal time. */
static int64_t first_deadline(const struct job *job)
{
    int64_t until = DEADLINE_NEVER;

    for (size_t i = 0; i < job->n; i++)
        if (job->requests[i]->until < until)
            until = job->requests[i]->until;
    return until;
}

static int call_library(struct job *job, struct vif_host *host, struct vif_report **ret_report,
                        struct vif_error *err)
{
    const struct request *first = job->requests[0];
    const struct op *op = first->op;
    const struct op_documents *documents = request_documents(first);
    union op_parameters parameters = first->parameters;
    int64_t left = time_left(first_deadline(job));
    auto_batch struct vif_batch *batch = NULL;
    int r = documents && documents->vifs.list ? vif_batch_new(&batch, err) : 0;

    for (size_t i = 0; batch && i < job->n && r == 0; i++) {
        job->starts[i] = vif_batch_count(batch);
        r = add_vifs(batch, job->requests[i], err);
    }
    if (r < 0)
        return r;
    job->starts[job->n] = vif_batch_count(batch);
    if (op->timeout)
        memcpy((char *)&parameters + op->timeout, &left, sizeof left);
    if (op->stop)
        memcpy((char *)&parameters + op->stop, &job->daemon->stop_fd, sizeof(int));
    if (op->needs_batch) {
        parameters.call.options.progress = progressed;
        parameters.call.options.result = take_result;
        parameters.call.options.data = job;
    }
    return op_run(host, op, batch, &parameters, ret_report, err);
}

static void run_calls(struct job *job, struct vif_host *host)
{
    struct vif_report *report = NULL;
    struct vif_error err = {0};
    int r = call_library(job, host, &report, &err);

    for (size_t i = 0; i < job->n; i++) {
        struct request *request = job->requests[i];

        if (request->answered)
            continue;
        take_times(job, request);
        if (r < 0)
            request_fail(request, &err);
        else if (request->op->needs_batch)
            request_finish(request, vif_report_transaction(report));
        else
            request_answer(request, vif_report_json(report));
    }
    vif_report_free(report);
}

static void run(struct task *task, struct vif_host *host, const struct vif_error *why)
{
    struct job *job = (struct job *)task;

    job->stage_began = now_usec();
    job->progress.stage = VIF_STAGE_OBSERVE;
    for (size_t i = 0; i < job->n; i++)
        job->requests[i]->times.started = job->stage_began;
    if (!host) {
        for (size_t i = 0; i < job->n; i++)
            request_fail(job->requests[i], why);
    } else {
        struct host_counts before = host_counts(host), after;

        run_calls(job, host);
        after = host_counts(host);
        job->counts.retries = after.retries - before.retries;
        job->counts.connects = after.connects - before.connects;
    }
}

void job_free(struct job *job)
{
    free(job->requests);
    free(job->starts);
    free(job);
}

int job_begin(struct daemon *daemon, struct worker_pool *pool, struct request **requests, size_t n,
              bool holds_lane)
{
    struct job *job = calloc(1, sizeof *job);
    size_t *starts = calloc(n + 1, sizeof *starts);
    int r;

    if (!job || !starts) {
        free(job);
        free(starts);
        return -ENOMEM;
    }
    *job = (struct job){.task = {.note.deliver = worked, .run = run},
                        .daemon = daemon,
                        .requests = requests,
                        .n = n,
                        .holds_lane = holds_lane,
                        .starts = starts};
    for (size_t i = 0; i < n; i++)
        requests[i]->in_job = true;
    r = worker_pool_begin(pool, &job->task);
    if (r == 0)
        return 0;
    for (size_t i = 0; i < n; i++)
        requests[i]->in_job = false;
    free(starts);
    free(job);
    return r;
}
