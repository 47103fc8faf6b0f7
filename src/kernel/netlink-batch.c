/* SPDX-License-Identifier: Apache-2.0 */
/* Collecting requests: a growing buffer of finished messages and where each begins.  Nothing here
 * talks to the kernel; netlink.c sends what is collected, link-read.c and link-write.c fill it. */
#include <errno.h>
#include <string.h>

#include "base/array.h"
#include "kernel/netlink.h"

void netlink_batch_done(struct netlink_batch *batch)
{
    free(batch->bytes);
    free(batch->requests);
    *batch = (struct netlink_batch){0};
}

struct nlmsghdr *netlink_batch_begin(struct netlink_batch *batch, uint16_t type, uint16_t flags,
                                     size_t max)
{
    struct nlmsghdr *message;

    if (batch->failed)
        return NULL;
    max = MNL_ALIGN(max);
    if (!array_grow(batch->bytes, batch->n_bytes, batch->room, max) ||
        !array_grow(batch->requests, batch->n, batch->n_room, 1)) {
        batch->failed = -ENOMEM;
        return NULL;
    }
    memset(batch->bytes + batch->n_bytes, 0, max);
    message = mnl_nlmsg_put_header(batch->bytes + batch->n_bytes);
    message->nlmsg_type = type;
    message->nlmsg_flags = NLM_F_REQUEST | flags;
    return message;
}

void netlink_batch_end(struct netlink_batch *batch, struct nlmsghdr *message)
{
    if (!message)
        return;
    batch->requests[batch->n++] = (struct netlink_request){batch->n_bytes, NETLINK_AFTER_NOTHING};
    batch->n_bytes += MNL_ALIGN(message->nlmsg_len);
}

void netlink_batch_after(struct netlink_batch *batch, size_t first)
{
    if (batch->n > 0 && first < batch->n - 1)
        batch->requests[batch->n - 1].after = first;
}
