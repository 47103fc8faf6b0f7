/* SPDX-License-Identifier: Apache-2.0 */
/* One transaction that takes back those of others. */
#ifndef ENGINE_ROLLBACK_ROWS_H
#define ENGINE_ROLLBACK_ROWS_H

#include "engine/job.h"

/* The runs an attempt is about, what is there now, and the transaction that is being made. */
struct reverter {
    struct batch *batch;
    bool (*is_meant)(const struct batch *batch, const struct run *run);
    size_t first, n; /* of batch->runs, those that are meant */
    int64_t until;
    bool keep_qos; /* rows that others refer to by now */
    struct vswitch now;
    struct vswitch_txn *txn;
};

/* Reads what the steps of the runs have to do with into 'now', which the caller ends. */
int revert_observe(struct reverter *reverter, struct vif_error *err);

/* Adds what takes the steps of the runs back; -ENOMEM.  What cannot be taken back, because others acted
 * meanwhile, is named in the runs' errors. */
int revert_build(struct reverter *reverter);

#endif
