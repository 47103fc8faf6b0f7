/* SPDX-License-Identifier: Apache-2.0 */
/* Threads that call the library, each with a host handle of its own, and their notes to the
 * loop. */
#ifndef VIFD_WORKER_POOL_H
#define VIFD_WORKER_POOL_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <uv.h>
#include <vif/vif.h>

/* ---- notes from the workers to the loop ---- */

/* Something to be done on the loop; embedded in its subject. */
struct note {
    struct note *next;
    void (*deliver)(struct note *note); /* on the loop; owns the note */
};

struct mailbox {
    uv_async_t async;
    pthread_mutex_t mutex;
    struct note *first, **last;
};

int mailbox_init(struct mailbox *mailbox, uv_loop_t *loop);
/* Delivers what is left; no worker may post any more.  The loop has to run once more. */
void mailbox_close(struct mailbox *mailbox);
/* From any thread. */
void mailbox_post(struct mailbox *mailbox, struct note *note);

/* ---- workers ---- */

/* One piece of work; embedded in its subject. */
struct task {
    struct note note; /* posted when it has run */
    /* On a worker.  'host' is NULL if it could not be opened; then 'why' is the error. */
    void (*run)(struct task *task, struct vif_host *host, const struct vif_error *why);
};

struct worker_pool {
    pthread_mutex_t mutex;
    pthread_cond_t wake;
    struct mailbox *mailbox;
    struct vif_host_options options; /* of each worker's host */
    atomic_uint generation;          /* of the configuration: older hosts are reopened */
    unsigned limit;                  /* of threads */
    /* under the mutex */
    struct task *waiting; /* for a thread that is waking up */
    unsigned n_waiting;
    unsigned threads, idle;
    unsigned alive; /* including those about to end */
    bool stopping;
};

void worker_pool_init(struct worker_pool *pool, struct mailbox *mailbox,
                      const struct vif_host_options *options, unsigned limit);
/* Starts no more tasks and ends idle threads.  Returns whether all threads have ended. */
bool worker_pool_stop(struct worker_pool *pool);

/* Whether one more task would start at once. */
bool worker_pool_has_room(struct worker_pool *pool);
/* Starts a task; there must be room.  A negative errno if no thread can be created: the task
 * does not run. */
int worker_pool_begin(struct worker_pool *pool, struct task *task);

/* Has each worker reopen its host before its next task. */
void worker_pool_renew(struct worker_pool *pool);

#endif
