/* SPDX-License-Identifier: Apache-2.0 */
/* Scheduling.  Changes go through one lane: while a batch is applied, others wait and become the
 * next one; once it only waits for its VIFs, the lane is free.  This is for speed alone: 'busy',
 * and the library's own locks, keep two batches from working on one VIF.  Requests that read
 * start at once, a few at a time. */
#include "vifd/daemon.h"

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/deadline.h"
#include "base/error.h"
#include "base/limits.h"

/* How late a request that timed out may be answered. */
#define EXPIRY_MS 50

/* ---- the queues ---- */

void queue_add(struct queue *queue, struct request *request)
{
    TAILQ_INSERT_TAIL(&queue->waiting, request, link);
    queue->n++;
    request->in_queue = true;
}

void queue_remove(struct queue *queue, struct request *request)
{
    TAILQ_REMOVE(&queue->waiting, request, link);
    queue->n--;
    request->in_queue = false;
}

/* Whether both can be one call of the library. */
static bool is_alike(const struct request *a, const struct request *b)
{
    const struct vif_call_options *options = &a->parameters.call.options;

    return a->op == b->op && a->op->needs_batch &&
           memcmp(options, &b->parameters.call.options, sizeof *options) == 0;
}

ssize_t queue_take(struct queue *queue, const struct id_set *busy, const struct id_set *being_read,
                   size_t max_vifs, struct request ***ret)
{
    auto_free struct request **taken = calloc(queue->n + 1, sizeof(struct request *));
    size_t n = 0, vifs = 0;
    struct request *request, *next;
    struct id_set seen = {0};
    int r = taken ? 0 : -ENOMEM;

    for (request = TAILQ_FIRST(&queue->waiting); request && vifs < max_vifs && r == 0;
         request = next) {
        bool blocked = id_set_has_any(busy, request->ids, request->n_ids) ||
                       id_set_has_any(being_read, request->ids, request->n_ids) ||
                       id_set_has_any(&seen, request->ids, request->n_ids);

        next = TAILQ_NEXT(request, link);
        r = id_set_reserve(&seen, request->n_ids);
        if (r < 0)
            break;
        id_set_add(&seen, request->ids, request->n_ids);
        if (blocked ||
            (n > 0 && (!is_alike(taken[0], request) || vifs + request->n_vifs > max_vifs)))
            continue;
        vifs += request->n_vifs;
        taken[n++] = request;
    }
    id_set_done(&seen);
    if (r < 0)
        return r;
    for (size_t i = 0; i < n; i++)
        queue_remove(queue, taken[i]);
    *ret = take_ptr(taken);
    return (ssize_t)n;
}

/* ---- VIFs that are worked on ---- */

static void unmark(struct request *const *requests, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct id_set *set = take_ptr(requests[i]->marked);

        if (set)
            id_set_remove(set, requests[i]->ids, requests[i]->n_ids);
    }
}

static int mark(struct id_set *set, struct request *const *requests, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (id_set_reserve(set, requests[i]->n_ids) < 0) {
            unmark(requests, i);
            return -ENOMEM;
        }
        id_set_add(set, requests[i]->ids, requests[i]->n_ids);
        requests[i]->marked = set;
    }
    return 0;
}

static void begin_all(struct daemon *daemon);

/* ---- the end of a request ---- */

/* A caller with all its results may change the same VIFs again while the batch waits for others. */
static void end_request(struct request *request)
{
    struct peer *peer = take_ptr(request->peer);
    struct daemon *daemon = request->daemon;
    bool in_job = request->in_job;

    request->over = true;
    daemon->n_open -= in_job;
    audit_request(daemon, request);
    unmark(&request, 1);
    if (!in_job)
        request_free(request);
    if (peer)
        peer_answered(peer);
    if (in_job)
        begin_all(daemon);
}

void daemon_reply(struct request *request, struct text *text, bool last)
{
    request->bytes += text->n;
    if (request->peer && text->failed)
        peer_close(request->peer);
    else if (request->peer && !request->call.oneway)
        peer_send(request->peer, text);
    if (last)
        end_request(request);
}

static struct queue *queue_of(struct daemon *daemon, const struct request *request)
{
    return request_changes(request) ? &daemon->changes : &daemon->reads;
}

void daemon_drop(struct request *request)
{
    if (!request->in_queue)
        return;
    queue_remove(queue_of(request->daemon, request), request);
    request_free(request);
}

static void fail(struct request *request, enum vif_error_kind kind, const char *words)
{
    struct vif_error error;

    (void)error_set(&error, kind, "%s", words);
    request_fail(request, &error);
}

static void fail_waiting(struct queue *queue, enum vif_error_kind kind, const char *words, bool all)
{
    struct request *request, *next;

    for (request = TAILQ_FIRST(&queue->waiting); request; request = next) {
        next = TAILQ_NEXT(request, link);
        if (!all && deadline_left(request->until) != 0)
            continue;
        queue_remove(queue, request);
        fail(request, kind, words);
    }
}

void daemon_interrupt(struct daemon *daemon)
{
    static const char words[] = "vifd is stopping; nothing was changed";

    fail_waiting(&daemon->changes, VIF_ERROR_INTERRUPTED, words, true);
    fail_waiting(&daemon->reads, VIF_ERROR_INTERRUPTED, words, true);
}

/* ---- the start of a request ---- */

/* Drops the requests whose caller has gone; returns how many are left. */
static size_t drop_gone(struct request **requests, size_t n)
{
    size_t kept = 0;

    for (size_t i = 0; i < n; i++) {
        struct request *request = requests[i];

        if (request->peer && !request->call.oneway && peer_is_gone(request->peer)) {
            peer_close(request->peer);
            request_free(request);
        } else {
            requests[kept++] = request;
        }
    }
    return kept;
}

/* Starts requests that have left their queue; takes the array. */
static void begin(struct daemon *daemon, struct request **requests, size_t n, bool change)
{
    auto_free struct request **own = requests;
    struct id_set *set = change ? &daemon->busy : &daemon->being_read;
    bool lane = change && requests[0]->op->needs_batch;
    int r = mark(set, own, n);

    if (r == 0) {
        r = job_begin(daemon, change ? &daemon->changers : &daemon->readers, own, n, lane);
        if (r < 0)
            unmark(own, n);
    }
    if (r < 0) {
        for (size_t i = 0; i < n; i++)
            fail(own[i], VIF_ERROR_NO_MEMORY, "not started: out of memory or threads");
        return;
    }
    (void)take_ptr(own);
    daemon->n_jobs[change]++;
    daemon->n_open += n;
    daemon->lane_taken |= lane;
}

static void begin_changes(struct daemon *daemon)
{
    while (!daemon->lane_taken && daemon->changes.n && worker_pool_has_room(&daemon->changers)) {
        struct request **requests = NULL;
        ssize_t n =
            queue_take(&daemon->changes, &daemon->busy, &daemon->being_read, LIMIT_VIFS, &requests);
        size_t left = n > 0 ? drop_gone(requests, (size_t)n) : 0, vifs = 0;

        for (size_t i = 0; i < left; i++)
            vifs += requests[i]->n_vifs;
        if (left) {
            log_say(&daemon->log, LOG_LEVEL_DEBUG, "batch: %zu requests, %zu VIFs", left, vifs);
            begin(daemon, requests, left, true);
        } else {
            free(requests);
        }
        if (n <= 0)
            return;
    }
}

static void begin_reads(struct daemon *daemon)
{
    struct request *request, *next;

    for (request = TAILQ_FIRST(&daemon->reads.waiting);
         request && worker_pool_has_room(&daemon->readers); request = next) {
        struct request **requests;

        next = TAILQ_NEXT(request, link);
        /* A check would wait for the change, and occupy a reader meanwhile. */
        if (id_set_has_any(&daemon->busy, request->ids, request->n_ids))
            continue;
        queue_remove(&daemon->reads, request);
        requests = calloc(1, sizeof(struct request *));
        if (!requests) {
            fail(request, VIF_ERROR_NO_MEMORY, "not started: out of memory");
            continue;
        }
        requests[0] = request;
        if (drop_gone(requests, 1))
            begin(daemon, requests, 1, false);
        else
            free(requests);
    }
}

static void expire(uv_timer_t *timer)
{
    struct daemon *daemon = timer->data;

    fail_waiting(&daemon->changes, VIF_ERROR_TIMEOUT,
                 "not started: vifd was busy with other calls, or with the same VIF; nothing was "
                 "changed",
                 false);
    fail_waiting(&daemon->reads, VIF_ERROR_TIMEOUT,
                 "not started: vifd was busy with other calls, or with the same VIF", false);
    begin_changes(daemon); /* memory may be there again */
    begin_reads(daemon);
    if (!daemon->changes.n && !daemon->reads.n)
        (void)uv_timer_stop(timer);
}

static void begin_all(struct daemon *daemon)
{
    begin_changes(daemon);
    begin_reads(daemon);
    if ((daemon->changes.n || daemon->reads.n) && !uv_is_active((uv_handle_t *)&daemon->expiry))
        (void)uv_timer_start(&daemon->expiry, expire, EXPIRY_MS, EXPIRY_MS);
}

void daemon_begin(struct request *request)
{
    struct daemon *daemon = request->daemon;

    if (daemon->stop_since) {
        fail(request, VIF_ERROR_INTERRUPTED, "vifd is stopping; nothing was changed");
        return;
    }
    if (request->op->needs_batch && !request->n_vifs) {
        request_finish(request, NULL);
        return;
    }
    queue_add(queue_of(daemon, request), request);
    begin_all(daemon);
}

void daemon_job_waits(struct job *job)
{
    struct daemon *daemon = job->daemon;

    if (!job->holds_lane)
        return;
    job->holds_lane = daemon->lane_taken = false;
    begin_all(daemon);
}

void daemon_job_done(struct job *job)
{
    struct daemon *daemon = job->daemon;
    bool change = request_changes(job->requests[0]);
    size_t vifs = 0, bytes = 0;

    if (job->holds_lane)
        daemon->lane_taken = false;
    unmark(job->requests, job->n);
    for (size_t i = 0; i < job->n; i++) {
        vifs += job->requests[i]->n_vifs;
        bytes += job->requests[i]->bytes;
        job->requests[i]->in_job = false;
        if (job->requests[i]->over)
            request_free(job->requests[i]);
    }
    metrics_batch(&daemon->metrics, vifs, &job->timings, job->counts.retries, job->counts.connects);
    free(job->requests);
    free(job);
    daemon->n_jobs[change]--;
    begin_all(daemon);
    if (vifs >= TRIM_VIFS || bytes >= TRIM_BYTES)
        (void)malloc_trim(0);
}
