/* SPDX-License-Identifier: Apache-2.0 */
/* What links have carried: one dump with statistics.  Apart from reading links, because the counters
 * are most of what the kernel has to say of a link, and only who draws it wants them. */
#include <errno.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/link.h"

/* A dump during which links came or went may lack one: it is asked for again, so often. */
#define DUMPS_MAX 5

struct dump {
    struct link_counters *counters;
    size_t n, room;
    struct vif_error *err;
};

static int parse_attribute(const struct nlattr *attr, void *data)
{
    struct link_counters *counters = data;
    struct rtnl_link_stats64 stats = {0};
    size_t n = mnl_attr_get_payload_len(attr);

    if (mnl_attr_get_type(attr) != IFLA_STATS64)
        return MNL_CB_OK;
    /* Newer kernels add counters at the end. */
    memcpy(&stats, mnl_attr_get_payload(attr), n < sizeof stats ? n : sizeof stats);
    counters->rx_packets = stats.rx_packets;
    counters->rx_bytes = stats.rx_bytes;
    counters->rx_errors = stats.rx_errors;
    counters->rx_dropped = stats.rx_dropped;
    counters->tx_packets = stats.tx_packets;
    counters->tx_bytes = stats.tx_bytes;
    counters->tx_errors = stats.tx_errors;
    counters->tx_dropped = stats.tx_dropped;
    return MNL_CB_OK;
}

static int take_link(void *data, size_t index, const struct nlmsghdr *message)
{
    const struct ifinfomsg *header = mnl_nlmsg_get_payload(message);
    struct dump *dump = data;

    (void)index;
    if (message->nlmsg_type != RTM_NEWLINK || mnl_nlmsg_get_payload_len(message) < sizeof *header)
        return 0;
    if (dump->n == dump->room) {
        size_t room = dump->room ? 2 * dump->room : 64;
        struct link_counters *counters = reallocarray(dump->counters, room, sizeof *counters);

        if (!counters)
            return error_memory(dump->err);
        dump->counters = counters;
        dump->room = room;
    }
    dump->counters[dump->n] = (struct link_counters){.ifindex = header->ifi_index};
    (void)mnl_attr_parse(message, sizeof *header, parse_attribute, &dump->counters[dump->n++]);
    return 0;
}

static int dump_links(struct netlink *nl, struct dump *dump, struct netlink_result *result)
{
    struct netlink_batch batch = {0};
    struct nlmsghdr *message = netlink_batch_begin(&batch, RTM_GETLINK, NLM_F_DUMP, 64);
    int r;

    dump->n = 0;
    if (message)
        (void)mnl_nlmsg_put_extra_header(message, sizeof(struct ifinfomsg));
    netlink_batch_end(&batch, message);
    r = netlink_batch_send(nl, &batch, 0, result, take_link, dump, dump->err);
    netlink_batch_done(&batch);
    return r;
}

static int by_ifindex(const void *a, const void *b)
{
    const struct link_counters *left = a, *right = b;

    return (left->ifindex > right->ifindex) - (left->ifindex < right->ifindex);
}

int link_get_counters(struct netlink *nl, struct link_counters **ret_counters, size_t *ret_n,
                      struct vif_error *err)
{
    struct dump dump = {.err = err};
    struct netlink_result result = {.error = -EINTR};
    int r = 0;

    for (unsigned i = 0; r == 0 && result.error == -EINTR && i < DUMPS_MAX; i++)
        r = dump_links(nl, &dump, &result);
    if (r == 0 && result.error < 0 && result.error != -EINTR)
        r = link_result_error(&result, err, "dump");
    if (r < 0) {
        free(dump.counters);
        return error_prefix(err, r, "read the counters of all links");
    }
    if (dump.n)
        qsort(dump.counters, dump.n, sizeof *dump.counters, by_ifindex);
    *ret_counters = dump.counters;
    *ret_n = dump.n;
    return 0;
}

const struct link_counters *link_find_counters(const struct link_counters *counters, size_t n,
                                               int ifindex)
{
    const struct link_counters key = {.ifindex = ifindex};

    return n ? bsearch(&key, counters, n, sizeof *counters, by_ifindex) : NULL;
}
