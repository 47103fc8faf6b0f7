/* SPDX-License-Identifier: Apache-2.0 */
/* Requests that are worked on together, on a worker. */
#ifndef VIFD_JOB_H
#define VIFD_JOB_H

#include "libvif/host.h"
#include "vifd/request.h"

struct job {
    struct task task;
    struct daemon *daemon;
    struct request **requests;
    size_t n;
    bool holds_lane; /* the loop's */

    /* The worker's. */
    size_t *starts; /* the place in the batch of the first VIF of each request; n + 1 of them */
    struct note waits;
    bool reported_waiting; /* that from here on it only waits */
    struct vif_progress progress;
    int64_t stage_began;
    int64_t stages[VIF_STAGE_FINISHED + 1];
    struct host_counts counts; /* what it took */
};

/* Begins to work on the requests, which it takes with the array, in 'pool', which has room.  In the
 * end, and as soon as it only waits, it calls daemon_job_waits() and daemon_job_done().  A
 * negative errno when memory or threads are out: nothing is taken then. */
int job_begin(struct daemon *daemon, struct worker_pool *pool, struct request **requests, size_t n,
              bool holds_lane);
void job_free(struct job *job);

#endif
