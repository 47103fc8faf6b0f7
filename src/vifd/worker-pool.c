/* SPDX-License-Identifier: Apache-2.0 */
/* The library blocks, so only the threads of a pool call it.  They know neither peers nor
 * requests, run one task at a time, and report to the loop by notes.  A thread is created when a
 * task comes and none is idle; a few idle ones are kept, because they hold a connection to the
 * database. */
#include "vifd/worker-pool.h"

/* Idle threads that stay in a pool: the next batch often comes while one waits. */
#define WORKERS_KEPT 2
/* 70 kB were seen; sanitizers need several times as much.  Untouched pages cost nothing. */
#define STACK_BYTES ((size_t)1 << 20)

/* ---- notes from the workers to the loop ---- */

static void deliver_all(uv_async_t *async)
{
    struct mailbox *mailbox = async->data;
    struct note *note;

    (void)pthread_mutex_lock(&mailbox->mutex);
    note = mailbox->first;
    mailbox->first = NULL;
    mailbox->last = &mailbox->first;
    (void)pthread_mutex_unlock(&mailbox->mutex);
    while (note) {
        struct note *next = note->next;

        note->deliver(note);
        note = next;
    }
}

int mailbox_init(struct mailbox *mailbox, uv_loop_t *loop)
{
    *mailbox = (struct mailbox){.mutex = PTHREAD_MUTEX_INITIALIZER, .last = &mailbox->first};
    mailbox->async.data = mailbox;
    return uv_async_init(loop, &mailbox->async, deliver_all);
}

void mailbox_close(struct mailbox *mailbox)
{
    deliver_all(&mailbox->async);
    uv_close((uv_handle_t *)&mailbox->async, NULL);
}

void mailbox_post(struct mailbox *mailbox, struct note *note)
{
    note->next = NULL;
    (void)pthread_mutex_lock(&mailbox->mutex);
    *mailbox->last = note;
    mailbox->last = &note->next;
    /* Under the mutex: once the loop has the last note of all workers, it may free the mailbox. */
    (void)uv_async_send(&mailbox->async);
    (void)pthread_mutex_unlock(&mailbox->mutex);
}

/* ---- workers ---- */

void worker_pool_init(struct worker_pool *pool, struct mailbox *mailbox,
                      const struct vif_host_options *options, unsigned limit)
{
    *pool = (struct worker_pool){
        .mutex = PTHREAD_MUTEX_INITIALIZER,
        .wake = PTHREAD_COND_INITIALIZER,
        .mailbox = mailbox,
        .options = *options,
        .limit = limit,
    };
}

bool worker_pool_stop(struct worker_pool *pool)
{
    bool ended;

    (void)pthread_mutex_lock(&pool->mutex);
    pool->stopping = true;
    (void)pthread_cond_broadcast(&pool->wake);
    ended = pool->alive == 0;
    (void)pthread_mutex_unlock(&pool->mutex);
    return ended;
}

/* The next task; NULL: the thread has to end, and is no longer counted. */
static struct task *next_task(struct worker_pool *pool)
{
    struct task *task;

    (void)pthread_mutex_lock(&pool->mutex);
    pool->idle++;
    while (!pool->waiting && !pool->stopping && pool->idle <= WORKERS_KEPT)
        (void)pthread_cond_wait(&pool->wake, &pool->mutex);
    task = pool->waiting;
    pool->idle--;
    if (task) {
        pool->waiting = (struct task *)task->note.next;
        pool->n_waiting--;
    } else {
        pool->threads--;
    }
    (void)pthread_mutex_unlock(&pool->mutex);
    return task;
}

struct worker {
    struct worker_pool *pool;
    struct vif_host *host;
    unsigned generation;
};

/* Opens the host, or reopens it after a reload; if that fails, the old one stays. */
static void open_host(struct worker *worker, struct vif_error *why)
{
    unsigned generation = atomic_load(&worker->pool->generation);
    struct vif_host *host;

    if (worker->host && worker->generation == generation)
        return;
    if (vif_host_open(&worker->pool->options, &host, why) < 0)
        return;
    if (worker->host)
        vif_host_close(worker->host);
    worker->host = host;
    worker->generation = generation;
}

static void run_worker(void *data)
{
    struct worker worker = {.pool = data};
    struct task *task;

    (void)pthread_detach(pthread_self());
    while ((task = next_task(worker.pool))) {
        struct vif_error why = {0};

        open_host(&worker, &why);
        task->run(task, worker.host, &why);
        mailbox_post(worker.pool->mailbox, &task->note);
    }
    if (worker.host)
        vif_host_close(worker.host);
    (void)pthread_mutex_lock(&worker.pool->mutex);
    worker.pool->alive--;
    (void)pthread_mutex_unlock(&worker.pool->mutex);
}

bool worker_pool_has_room(struct worker_pool *pool)
{
    bool room;

    (void)pthread_mutex_lock(&pool->mutex);
    room = pool->idle > pool->n_waiting || pool->threads < pool->limit;
    (void)pthread_mutex_unlock(&pool->mutex);
    return room;
}

static int add_thread(struct worker_pool *pool)
{
    const uv_thread_options_t options = {UV_THREAD_HAS_STACK_SIZE, STACK_BYTES};
    uv_thread_t thread;
    int r = uv_thread_create_ex(&thread, &options, run_worker, pool);

    if (r < 0)
        return r;
    pool->threads++;
    pool->alive++;
    return 0;
}

int worker_pool_begin(struct worker_pool *pool, struct task *task)
{
    int r = 0;

    (void)pthread_mutex_lock(&pool->mutex);
    if (pool->idle > pool->n_waiting)
        (void)pthread_cond_signal(&pool->wake);
    else
        r = add_thread(pool);
    if (r == 0) {
        task->note.next = (struct note *)pool->waiting;
        pool->waiting = task;
        pool->n_waiting++;
    }
    (void)pthread_mutex_unlock(&pool->mutex);
    return r;
}

void worker_pool_renew(struct worker_pool *pool)
{
    atomic_fetch_add(&pool->generation, 1);
}
