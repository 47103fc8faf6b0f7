/* SPDX-License-Identifier: Apache-2.0 */
/* Requests that wait to be started, and which of them may be. */
#ifndef VIFD_QUEUE_H
#define VIFD_QUEUE_H

#include "vifd/request.h"

struct queue {
    struct request_list waiting; /* in the order of arrival */
    size_t n;
    struct id_set seen; /* scratch of queue_take() */
};

void queue_init(struct queue *queue);
void queue_done(struct queue *queue);
void queue_add(struct queue *queue, struct request *request);
void queue_remove(struct queue *queue, struct request *request);

/* Takes the next batch: the first request that is not blocked, and all behind it with the same
 * method and options, up to 'max_vifs' VIFs (but at least one request).  A request is blocked while
 * any of its VIFs is in one of the sets or in an earlier request: requests for one VIF keep their
 * order, and no batch has a VIF twice.
 *
 * Returns the number taken, in '*ret' for the caller to free; 0: none can be started; -ENOMEM. */
ssize_t queue_take(struct queue *queue, const struct id_set *busy, const struct id_set *being_read,
                   size_t max_vifs, struct request ***ret);

#endif
