/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the addresses and routes of a link: two dumps, filtered by the kernel where it can (since
 * 4.20) and here in any case. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>

#include "base/pool.h"
#include "kernel/address.h"
#include "kernel/link.h"
#include "kernel/netlink.h"

/* Changes on a host come in bursts; a dump that is hit by one is asked for again. */
#define MAX_TRIES 16

struct reading {
    int ifindex;
    struct address_list list;
    size_t room;
    struct vif_error *err;
};

void address_list_done(struct address_list *list)
{
    for (size_t i = 0; i < list->n; i++)
        free(list->items[i].message);
    free(list->items);
    *list = (struct address_list){0};
}

static int keep(struct reading *reading, const struct address *item, const struct nlmsghdr *message)
{
    struct address_list *list = &reading->list;
    struct nlmsghdr *copy = malloc(message->nlmsg_len);

    if (!copy || !array_grow(list->items, list->n, reading->room, 1)) {
        free(copy);
        return error_memory(reading->err);
    }
    list->items[list->n] = *item;
    list->items[list->n++].message = memcpy(copy, message, message->nlmsg_len);
    return 0;
}

static int store_address(struct reading *reading, const struct nlmsghdr *message)
{
    const struct ifaddrmsg *header = mnl_nlmsg_get_payload(message);
    const struct nlattr *of[IFA_MAX + 1];
    struct address item = {.prefix = header->ifa_prefixlen};
    char text[INET_ADDRSTRLEN] = "?";
    uint8_t local[4];

    if ((int)header->ifa_index != reading->ifindex || header->ifa_scope >= RT_SCOPE_LINK)
        return 0;
    netlink_attributes(message, sizeof *header, of, IFA_MAX + 1);
    (void)netlink_bytes(of[IFA_ADDRESS], item.network, sizeof item.network);
    if (!netlink_bytes(of[IFA_LOCAL], local, sizeof local))
        memcpy(local, item.network, sizeof local);
    item.no_prefix_route = netlink_u32(of[IFA_FLAGS]) & IFA_F_NOPREFIXROUTE;
    (void)inet_ntop(AF_INET, local, text, sizeof text);
    (void)snprintf(item.text, sizeof item.text, "%s/%u", text, item.prefix);
    return keep(reading, &item, message);
}

static bool same_prefix(const uint8_t *a, const uint8_t *b, unsigned bits)
{
    unsigned rest = bits % 8;

    if (memcmp(a, b, bits / 8) != 0)
        return false;
    return rest == 0 || ((a[bits / 8] ^ b[bits / 8]) >> (8 - rest)) == 0;
}

/* Whether the kernel makes the route with an address.  Network managers mark their own as the
 * kernel's too, but have the address flagged then. */
static bool is_kernels_own(const struct address_list *list, const struct rtmsg *header,
                           const uint8_t destination[4])
{
    if (header->rtm_protocol != RTPROT_KERNEL)
        return false;
    for (size_t i = 0; i < list->n; i++) {
        const struct address *item = &list->items[i];

        if (item->no_prefix_route && item->prefix == header->rtm_dst_len && item->prefix <= 32 &&
            same_prefix(item->network, destination, item->prefix))
            return false;
    }
    return true;
}

/* Whether one of the next hops of a route over several links is over 'ifindex'. */
static bool has_hop(const struct nlattr *attr, int ifindex)
{
    size_t left = attr ? mnl_attr_get_payload_len(attr) : 0;
    const char *at = attr ? mnl_attr_get_payload(attr) : NULL;
    struct rtnexthop hop;

    while (left >= sizeof hop) {
        memcpy(&hop, at, sizeof hop);
        if (hop.rtnh_ifindex == ifindex)
            return true;
        if (hop.rtnh_len < sizeof hop || MNL_ALIGN((size_t)hop.rtnh_len) >= left)
            return false;
        at += MNL_ALIGN((size_t)hop.rtnh_len);
        left -= MNL_ALIGN((size_t)hop.rtnh_len);
    }
    return false;
}

static void format_route(const struct rtmsg *header, const uint8_t destination[4],
                         const struct nlattr *gateway, char *text, size_t size)
{
    char to[INET_ADDRSTRLEN + 4] = "default", via[INET_ADDRSTRLEN] = "";
    uint8_t bytes[4];

    if (header->rtm_dst_len) {
        (void)inet_ntop(AF_INET, destination, to, sizeof to);
        (void)snprintf(to + strlen(to), 5, "/%u", header->rtm_dst_len);
    }
    if (netlink_bytes(gateway, bytes, sizeof bytes))
        (void)inet_ntop(AF_INET, bytes, via, sizeof via);
    (void)snprintf(text, size, "%s%s%s", to, via[0] ? " via " : "", via);
}

static int refuse(struct reading *reading, const struct address *route, const char *why)
{
    return error_set(reading->err, VIF_ERROR_UNSUPPORTED, "route %s of %s cannot move: it %s",
                     route->text, reading->list.link, why);
}

static int store_route(struct reading *reading, const struct nlmsghdr *message)
{
    const struct rtmsg *header = mnl_nlmsg_get_payload(message);
    const struct nlattr *of[RTA_MAX + 1];
    struct address item = {.is_route = true};
    uint32_t table = header->rtm_table;
    uint8_t destination[4] = {0};

    if (header->rtm_type != RTN_UNICAST || (header->rtm_flags & RTM_F_CLONED))
        return 0;
    netlink_attributes(message, sizeof *header, of, RTA_MAX + 1);
    (void)netlink_bytes(of[RTA_TABLE], &table, sizeof table);
    if (table == RT_TABLE_LOCAL)
        return 0;
    (void)netlink_bytes(of[RTA_DST], destination, sizeof destination);
    format_route(header, destination, of[RTA_GATEWAY], item.text, sizeof item.text);
    /* A gateway is looked for among the routes of narrower scope. */
    item.rank = 2 * (RT_SCOPE_NOWHERE - header->rtm_scope) + (of[RTA_GATEWAY] || of[RTA_VIA]);
    if (has_hop(of[RTA_MULTIPATH], reading->ifindex))
        return refuse(reading, &item, "has several next hops");
    if ((int)netlink_u32(of[RTA_OIF]) != reading->ifindex ||
        is_kernels_own(&reading->list, header, destination))
        return 0;
    if (of[RTA_NH_ID])
        return refuse(reading, &item, "uses a nexthop object");
    return keep(reading, &item, message);
}

static int store_message(void *data, size_t index, const struct nlmsghdr *message)
{
    size_t header = index == 0 ? sizeof(struct ifaddrmsg) : sizeof(struct rtmsg);
    const uint8_t *family = mnl_nlmsg_get_payload(message); /* the first byte of both */

    if (mnl_nlmsg_get_payload_len(message) < header || *family != AF_INET)
        return 0;
    if (message->nlmsg_type == RTM_NEWADDR && index == 0)
        return store_address(data, message);
    return message->nlmsg_type == RTM_NEWROUTE && index == 1 ? store_route(data, message) : 0;
}

static void add_dumps(struct netlink_batch *batch, int ifindex)
{
    struct nlmsghdr *message = netlink_batch_begin(batch, RTM_GETADDR, NLM_F_DUMP, 64);

    if (message) {
        struct ifaddrmsg *header = mnl_nlmsg_put_extra_header(message, sizeof *header);

        header->ifa_family = AF_INET;
        header->ifa_index = (uint32_t)ifindex;
        netlink_batch_end(batch, message);
    }
    message = netlink_batch_begin(batch, RTM_GETROUTE, NLM_F_DUMP, 64);
    if (message) {
        struct rtmsg *header = mnl_nlmsg_put_extra_header(message, sizeof *header);

        header->rtm_family = AF_INET;
        mnl_attr_put_u32(message, RTA_OIF, (uint32_t)ifindex);
        netlink_batch_end(batch, message);
    }
}

/* By rank, those of one rank as they came. */
static void sort_items(struct address_list *list)
{
    for (size_t i = 1; i < list->n; i++) {
        struct address item = list->items[i];
        size_t at = i;

        for (; at > 0 && list->items[at - 1].rank > item.rank; at--)
            list->items[at] = list->items[at - 1];
        list->items[at] = item;
    }
}

/* 1: it changed while it was read. */
static int read_once(struct netlink *nl, struct reading *reading)
{
    auto_netlink_batch struct netlink_batch batch = {0};
    struct netlink_result results[2];
    int r;

    reading->room = 0;
    add_dumps(&batch, reading->ifindex);
    r = netlink_batch_send(nl, &batch, 0, results, store_message, reading, reading->err);
    for (size_t i = 0; r == 0 && i < batch.n; i++) {
        if (results[i].error == -EINTR)
            r = 1;
        else if (results[i].error < 0)
            r = link_result_error(&results[i], reading->err, "dump");
    }
    if (r != 0)
        address_list_done(&reading->list);
    return r;
}

int address_read(struct netlink *nl, int ifindex, struct address_list *ret, struct vif_error *err)
{
    struct reading reading = {.ifindex = ifindex, .err = err};
    char link[IF_NAMESIZE];
    int r = 1;

    if (!if_indextoname((unsigned)ifindex, link))
        return error_sys(err, VIF_ERROR_KERNEL, ENODEV, "read the addresses of link %d", ifindex);
    for (int tries = 0; r == 1 && tries < MAX_TRIES; tries++) {
        memcpy(reading.list.link, link, sizeof link);
        r = read_once(nl, &reading);
    }
    if (r == 1)
        r = error_sys(err, VIF_ERROR_KERNEL, EINTR, "they keep changing");
    if (r < 0)
        return error_prefix(err, r, "read the addresses and routes of %s", link);
    sort_items(&reading.list);
    *ret = reading.list;
    return 0;
}
