/* SPDX-License-Identifier: Apache-2.0 */
/* Requests that wait to be begun, and which of them may be. */
#ifndef VIFD_QUEUE_H
#define VIFD_QUEUE_H

#include "vifd/request.h"

struct queue {
    struct request_list waiting; /* in the order in which they came */
    size_t n;
    struct id_set seen; /* while it is looked through */
};

void queue_init(struct queue *queue);
void queue_done(struct queue *queue);
void queue_add(struct queue *queue, struct request *request);
void queue_remove(struct queue *queue, struct request *request);

/* Takes out what makes the next batch: the first request that nothing stands against, and all behind it
 * that want the same in the same way, up to 'max_vifs' VIFs (but one request at least).  A request waits
 * while any of its VIFs is in one of the sets, or belongs to one before it that stays or is taken: requests about
 * one VIF keep their order, and no batch has a VIF twice.  Those that want something else stay: the first
 * of them begins the next batch.
 *
 * The number taken, in '*ret' for the caller to free; 0 when there is nothing to begin; -ENOMEM. */
ssize_t queue_take(struct queue *queue, const struct id_set *busy, const struct id_set *being_read,
                   size_t max_vifs, struct request ***ret);

#endif
