/* SPDX-License-Identifier: Apache-2.0 */
/* One transaction that takes back those of others. */
#ifndef ENGINE_ROLLBACK_ROWS_H
#define ENGINE_ROLLBACK_ROWS_H

#include "engine/job.h"

/* The jobs an attempt is about, what is there now, and the transaction that is being made. */
struct rollback {
    struct batch *batch;
    bool (*is_meant)(const struct batch *batch, const struct job *job);
    size_t first, n; /* of batch->jobs, those that are meant */
    int64_t until;
    bool keep_qos; /* rows that others refer to by now */
    struct vswitch now;
    struct vswitch_txn *txn;
};

/* Reads what the steps of the jobs have to do with into 'now', which the caller ends. */
int rollback_observe(struct rollback *rollback, struct vif_error *err);

/* Adds what takes the steps of the jobs back; -ENOMEM.  What cannot be taken back, because others acted
 * meanwhile, is named in the jobs' errors. */
int rollback_build(struct rollback *rollback);

#endif
