/* SPDX-License-Identifier: Apache-2.0 */
/* Dumping links.  Reading all links of a host, or their counters, stands on this. */
#include "kernel/link-dump.h"

#include <errno.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "kernel/link.h"

/* A dump during which links came or went may lack one: it is asked for again, so often.  The last
 * one is taken as it is, for on a host where links come and go all the time there is no better. */
#define DUMPS_MAX 5

struct filling {
    struct link_dump *dump;
    link_dump_fn *parse;
    struct vif_error *err;
};

static int store_link(void *data, size_t index, const struct nlmsghdr *message)
{
    struct filling *filling = data;
    struct link_dump *dump = filling->dump;
    void *items = array_reserve(dump->items, dump->n, &dump->room, 1, dump->size), *item;

    (void)index;
    if (!items)
        return error_memory(filling->err);
    dump->items = items;
    item = (char *)dump->items + dump->n * dump->size;
    memset(item, 0, dump->size);
    dump->n += filling->parse(message, item);
    return 0;
}

static int dump_once(struct netlink *nl, bool statistics, struct filling *filling,
                     struct netlink_result *result)
{
    struct netlink_batch batch = {0};
    struct nlmsghdr *message = netlink_batch_begin(&batch, RTM_GETLINK, NLM_F_DUMP, 64);
    int r;

    filling->dump->n = 0;
    if (message)
        (void)mnl_nlmsg_put_extra_header(message, sizeof(struct ifinfomsg));
    if (message && !statistics)
        mnl_attr_put_u32(message, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
    netlink_batch_end(&batch, message);
    r = netlink_batch_send(nl, &batch, 0, result, store_link, filling, filling->err);
    netlink_batch_done(&batch);
    return r;
}

int link_dump(struct netlink *nl, bool statistics, link_dump_fn *parse, struct link_dump *dump,
              struct vif_error *err)
{
    struct filling filling = {dump, parse, err};
    struct netlink_result result = {.error = -EINTR};
    int r = 0;

    for (unsigned i = 0; r == 0 && result.error == -EINTR && i < DUMPS_MAX; i++)
        r = dump_once(nl, statistics, &filling, &result);
    if (r == 0 && result.error < 0 && result.error != -EINTR)
        r = link_result_error(&result, err, "dump");
    if (r < 0) {
        free(dump->items);
        *dump = (struct link_dump){.size = dump->size};
        return error_prefix(err, r, "read all links");
    }
    return 0;
}
