/* SPDX-License-Identifier: Apache-2.0 */
/* What links have carried: one dump with statistics.  Apart from reading links, because the
 * counters are most of what the kernel has to say of a link, and only who draws it wants them. */
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/link-dump.h"
#include "kernel/link.h"

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

static bool parse_counters(const struct nlmsghdr *message, void *item)
{
    const struct ifinfomsg *header = mnl_nlmsg_get_payload(message);
    struct link_counters *counters = item;

    if (message->nlmsg_type != RTM_NEWLINK || mnl_nlmsg_get_payload_len(message) < sizeof *header)
        return false;
    counters->ifindex = header->ifi_index;
    (void)mnl_attr_parse(message, sizeof *header, parse_attribute, counters);
    return true;
}

static int by_ifindex(const void *a, const void *b)
{
    const struct link_counters *left = a, *right = b;

    return (left->ifindex > right->ifindex) - (left->ifindex < right->ifindex);
}

int link_get_counters(struct netlink *nl, struct link_counters **ret_counters, size_t *ret_n,
                      struct vif_error *err)
{
    struct link_dump dump = {.size = sizeof **ret_counters};
    int r = link_dump(nl, true, parse_counters, &dump, err);

    if (r < 0)
        return r;
    if (dump.n)
        qsort(dump.items, dump.n, dump.size, by_ifindex);
    *ret_counters = dump.items;
    *ret_n = dump.n;
    return 0;
}

const struct link_counters *link_find_counters(const struct link_counters *counters, size_t n,
                                               int ifindex)
{
    const struct link_counters key = {.ifindex = ifindex};

    return n ? bsearch(&key, counters, n, sizeof *counters, by_ifindex) : NULL;
}
