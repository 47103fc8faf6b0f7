/* SPDX-License-Identifier: Apache-2.0 */
/* Threads that call the library, each with a host handle of its own, and what they tell the loop. */
#ifndef VIFD_WORKER_POOL_H
#define VIFD_WORKER_POOL_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <uv.h>
#include <vif/vif.h>

/* ---- from the workers to the loop ---- */

/* Something to be done on the loop; embedded in what it is about. */
struct note {
    struct note *next;
    void (*deliver)(struct note *note); /* on the loop; owns the note */
};

struct mailbox {
    uv_async_t async;
    uv_mutex_t mutex;
    struct note *first, **last;
};

int mailbox_init(struct mailbox *mailbox, uv_loop_t *loop);
/* No worker posts any more; what is there is delivered.  The loop has to run once more. */
void mailbox_close(struct mailbox *mailbox);
void mailbox_done(struct mailbox *mailbox);
/* From any thread. */
void mailbox_post(struct mailbox *mailbox, struct note *note);

/* ---- workers ---- */

/* One piece of work; embedded in what it is about. */
struct task {
    struct note note; /* posted when it has run */
    /* On a worker.  'host' is NULL when none could be opened; 'why' says why. */
    void (*run)(struct task *task, struct vif_host *host, const struct vif_error *why);
};

struct worker_pool {
    uv_mutex_t mutex;
    uv_cond_t wake;
    struct mailbox *mailbox;
    struct vif_host_options options; /* what each opens its host with */
    atomic_uint generation; /* of the configuration: a host of an older one is opened anew */
    unsigned limit;         /* threads at once */
    unsigned keep;          /* that many stay when there is nothing to do */
    /* below the mutex */
    struct task *waiting; /* for a thread, which is on its way */
    unsigned n_waiting;
    unsigned threads, idle;
    unsigned alive; /* with those that are about to end */
    bool stopping;
};

int worker_pool_init(struct worker_pool *pool, struct mailbox *mailbox,
                     const struct vif_host_options *options, unsigned limit, unsigned keep);
/* No more jobs are begun; idle threads end.  Whether all have, busy ones included. */
bool worker_pool_stop(struct worker_pool *pool);
/* All threads have ended. */
void worker_pool_done(struct worker_pool *pool);

/* Whether one more task would be begun at once. */
bool worker_pool_has_room(struct worker_pool *pool);
/* Begins a task; there is room.  A negative errno when no thread can be had: it has not run then. */
int worker_pool_begin(struct worker_pool *pool, struct task *task);

/* Has each worker open its host anew before its next task. */
void worker_pool_renew(struct worker_pool *pool);

#endif
