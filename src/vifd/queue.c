/* SPDX-License-Identifier: Apache-2.0 */
/* Group commit: requests that come while a batch is applied wait here and become the next batch. */
#include "vifd/request.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

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
