/* SPDX-License-Identifier: Apache-2.0 */
/* The library blocks, so that threads call it, and nothing else does: they know neither peers nor
 * requests, run one job at a time, and tell the loop by notes.  A thread is made when a job comes and no
 * thread is idle; of those that have become idle a few are kept, since they hold a connection to the
 * database. */
#include "vifd/worker-pool.h"

#include <pthread.h>

/* The library keeps what is big on the heap: 70 kB were seen.  Of what is not touched only the addresses
 * are taken; sanitizers need several times as much. */
#define STACK_BYTES ((size_t)1 << 20)

/* ---- from the workers to the loop ---- */

static void deliver_all(uv_async_t *async)
{
    struct mailbox *mailbox = async->data;
    struct note *note;

    uv_mutex_lock(&mailbox->mutex);
    note = mailbox->first;
    mailbox->first = NULL;
    mailbox->last = &mailbox->first;
    uv_mutex_unlock(&mailbox->mutex);
    while (note) {
        struct note *next = note->next;

        note->deliver(note);
        note = next;
    }
}

int mailbox_init(struct mailbox *mailbox, uv_loop_t *loop)
{
    int r = uv_mutex_init(&mailbox->mutex);

    if (r < 0)
        return r;
    mailbox->first = NULL;
    mailbox->last = &mailbox->first;
    mailbox->async.data = mailbox;
    r = uv_async_init(loop, &mailbox->async, deliver_all);
    if (r < 0)
        uv_mutex_destroy(&mailbox->mutex);
    return r;
}

void mailbox_close(struct mailbox *mailbox)
{
    deliver_all(&mailbox->async);
    uv_close((uv_handle_t *)&mailbox->async, NULL);
}

void mailbox_done(struct mailbox *mailbox)
{
    uv_mutex_destroy(&mailbox->mutex);
}

void mailbox_post(struct mailbox *mailbox, struct note *note)
{
    note->next = NULL;
    uv_mutex_lock(&mailbox->mutex);
    *mailbox->last = note;
    mailbox->last = &note->next;
    /* Inside: once the loop has the last note of all workers, it may do away with the mailbox. */
    (void)uv_async_send(&mailbox->async);
    uv_mutex_unlock(&mailbox->mutex);
}

/* ---- workers ---- */

int crew_init(struct crew *crew, struct mailbox *mailbox, const struct vif_host_options *options,
              unsigned limit, unsigned keep)
{
    int r = uv_mutex_init(&crew->mutex);

    if (r < 0)
        return r;
    r = uv_cond_init(&crew->wake);
    if (r < 0) {
        uv_mutex_destroy(&crew->mutex);
        return r;
    }
    crew->mailbox = mailbox;
    crew->options = *options;
    crew->limit = limit;
    crew->keep = keep;
    return 0;
}

bool crew_stop(struct crew *crew)
{
    bool ended;

    uv_mutex_lock(&crew->mutex);
    crew->stopping = true;
    uv_cond_broadcast(&crew->wake);
    ended = crew->alive == 0;
    uv_mutex_unlock(&crew->mutex);
    return ended;
}

void crew_done(struct crew *crew)
{
    uv_cond_destroy(&crew->wake);
    uv_mutex_destroy(&crew->mutex);
}

/* The next job; NULL: the thread is to end, and is not counted any more. */
static struct job *next_job(struct crew *crew)
{
    struct job *job;

    uv_mutex_lock(&crew->mutex);
    crew->idle++;
    while (!crew->waiting && !crew->stopping && crew->idle <= crew->keep)
        uv_cond_wait(&crew->wake, &crew->mutex);
    job = crew->waiting;
    crew->idle--;
    if (job) {
        crew->waiting = (struct job *)job->note.next;
        crew->n_waiting--;
    } else {
        crew->threads--;
    }
    uv_mutex_unlock(&crew->mutex);
    return job;
}

/* One worker's own. */
struct worker {
    struct crew *crew;
    struct vif_host *host;
    unsigned generation;
};

/* The host, opened anew where the configuration has been read again.  One that cannot be opened leaves
 * the old one in its place. */
static void open_host(struct worker *worker, struct vif_error *why)
{
    unsigned generation = atomic_load(&worker->crew->generation);
    struct vif_host *host;

    if (worker->host && worker->generation == generation)
        return;
    if (vif_host_open(&worker->crew->options, &host, why) < 0)
        return;
    if (worker->host)
        vif_host_close(worker->host);
    worker->host = host;
    worker->generation = generation;
}

static void work(void *data)
{
    struct worker worker = {.crew = data};
    struct job *job;

    (void)pthread_detach(pthread_self());
    while ((job = next_job(worker.crew))) {
        struct vif_error why = {0};

        open_host(&worker, &why);
        job->run(job, worker.host, &why);
        mailbox_post(worker.crew->mailbox, &job->note);
    }
    if (worker.host)
        vif_host_close(worker.host);
    uv_mutex_lock(&worker.crew->mutex);
    worker.crew->alive--;
    uv_mutex_unlock(&worker.crew->mutex);
}

bool crew_has_room(struct crew *crew)
{
    bool room;

    uv_mutex_lock(&crew->mutex);
    room = crew->idle > crew->n_waiting || crew->threads < crew->limit;
    uv_mutex_unlock(&crew->mutex);
    return room;
}

static int add_thread(struct crew *crew)
{
    const uv_thread_options_t options = {UV_THREAD_HAS_STACK_SIZE, STACK_BYTES};
    uv_thread_t thread;
    int r = uv_thread_create_ex(&thread, &options, work, crew);

    if (r < 0)
        return r;
    crew->threads++;
    crew->alive++;
    return 0;
}

int crew_begin(struct crew *crew, struct job *job)
{
    int r = 0;

    uv_mutex_lock(&crew->mutex);
    if (crew->idle > crew->n_waiting)
        uv_cond_signal(&crew->wake);
    else
        r = add_thread(crew);
    if (r == 0) {
        job->note.next = (struct note *)crew->waiting;
        crew->waiting = job;
        crew->n_waiting++;
    }
    uv_mutex_unlock(&crew->mutex);
    return r;
}

void crew_renew(struct crew *crew)
{
    atomic_fetch_add(&crew->generation, 1);
}
