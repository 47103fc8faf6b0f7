/* SPDX-License-Identifier: Apache-2.0 */
/* What a worker does with requests: the VIFs of all become one batch of the library, and each
 * result goes to the request it is of as soon as it is known.  Documents are decoded here and not
 * on the loop; one that is bad fails alone. */
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

static void count_stage(struct job *job)
{
    int64_t now = now_usec();

    if (job->progress.stage != VIF_STAGE_FINISHED)
        job->timings.usec[TIMING_OF_STAGE(job->progress.stage)] += now - job->stage_began;
    job->stage_began = now;
}

/* Whether others need not wait for this batch: it is finished, or waits itself for ovs-vswitchd or
 * another program, maybe for long.  For the lock, which is usually free, only after a while. */
static bool only_waits(const struct vif_progress *before, enum vif_stage stage)
{
    if (stage == VIF_STAGE_LOCK)
        return before->stage == VIF_STAGE_LOCK && before->total;
    return stage == VIF_STAGE_SWITCH || stage == VIF_STAGE_WAIT || stage == VIF_STAGE_AGENT ||
           stage == VIF_STAGE_FINISHED;
}

static void progressed(void *data, const struct vif_progress *progress)
{
    struct job *job = data;
    struct vif_progress before = job->progress;

    count_stage(job);
    if (only_waits(&before, progress->stage) && !job->waits.deliver) {
        job->waits.deliver = waits; /* lets the loop begin the next batch */
        mailbox_post(&job->daemon->mailbox, &job->waits);
    }
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
    request->timings = job->timings;
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

/* What messages call the VIF 'i' of a request. */
static const char *source_of(const struct request *request, size_t i, char buffer[32])
{
    const char *const *sources = request_documents(request)->sources;

    (void)snprintf(buffer, 32, "vifs[%zu]", i);
    return sources && sources[0] ? sources[i] : buffer;
}

static int add_vifs(struct vif_batch *batch, const struct request *request, struct vif_error *err)
{
    int r = 0;

    for (size_t i = 0; i < request->n_vifs && r == 0; i++) {
        char name[32];

        r = batch_add_json(batch, source_of(request, i, name),
                           json_array_get(request_documents(request)->vifs.list, i), err);
    }
    return r;
}

/* The time that the one has left which has least, as the library wants it; they were given equal
 * time. */
static int64_t time_left(const struct job *job)
{
    int64_t until = DEADLINE_NEVER;
    int left;

    for (size_t i = 0; i < job->n; i++)
        if (job->requests[i]->until < until)
            until = job->requests[i]->until;
    left = deadline_left(until);
    if (left < 0)
        return VIF_TIMEOUT_NEVER;
    return left ? left : 1; /* 0 would be as configured */
}

static int call_library(struct job *job, struct vif_host *host, struct vif_report **ret_report,
                        struct vif_error *err)
{
    const struct request *first = job->requests[0];
    const struct op *op = first->op;
    const struct op_documents *documents = request_documents(first);
    union op_parameters parameters = first->parameters;
    int64_t left = time_left(job);
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
        job->requests[i]->started = job->stage_began;
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

int job_begin(struct daemon *daemon, struct worker_pool *pool, struct request **requests, size_t n,
              bool holds_lane)
{
    struct job *job = calloc(1, sizeof *job + (n + 1) * sizeof job->starts[0]);
    int r;

    if (!job)
        return -ENOMEM;
    job->task.note.deliver = worked;
    job->task.run = run;
    job->daemon = daemon;
    job->requests = requests;
    job->n = n;
    job->holds_lane = holds_lane;
    r = worker_pool_begin(pool, &job->task);
    if (r < 0) {
        free(job);
        return r;
    }
    for (size_t i = 0; i < n; i++)
        requests[i]->in_job = true;
    return 0;
}
