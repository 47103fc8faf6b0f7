/* SPDX-License-Identifier: Apache-2.0 */
/* Collecting requests: a growing buffer of finished messages and where each begins.  Nothing here
 * talks to the kernel; netlink.c sends what is collected, link-read.c and link-write.c fill it. */
#include <errno.h>
#include <string.h>

#include "kernel/netlink.h"

void netlink_batch_done(struct netlink_batch *batch)
{
    free(batch->bytes);
    free(batch->requests);
    *batch = (struct netlink_batch){0};
}

/* Makes room for 'more' elements of 'size' behind the 'n' that are there. */
static int grow(void **array, size_t *room, size_t n, size_t more, size_t size)
{
    size_t wanted = *room ? *room : 16;
    void *grown;

    if (*room - n >= more)
        return 0;
    while (wanted - n < more)
        wanted *= 2;
    grown = realloc(*array, wanted * size);
    if (!grown)
        return -ENOMEM;
    *array = grown;
    *room = wanted;
    return 0;
}

static int make_room(struct netlink_batch *batch, size_t bytes)
{
    void *grown = batch->bytes;
    int r = grow(&grown, &batch->room, batch->n_bytes, bytes, 1);

    batch->bytes = grown;
    if (r < 0)
        return r;
    grown = batch->requests;
    r = grow(&grown, &batch->n_room, batch->n, 1, sizeof *batch->requests);
    batch->requests = grown;
    return r;
}

struct nlmsghdr *netlink_batch_begin(struct netlink_batch *batch, uint16_t type, uint16_t flags,
                                     size_t max)
{
    struct nlmsghdr *message;

    if (batch->failed)
        return NULL;
    max = MNL_ALIGN(max);
    if (make_room(batch, max) < 0) {
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
