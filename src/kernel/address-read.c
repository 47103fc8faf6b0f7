/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the addresses and routes of a link: two dumps a family, filtered by the kernel where
 * it can (strict checking, since 4.20) and here in any case.  A route is kept as the message it
 * came in: every attribute, known here or not, is the same on the other link. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "kernel/address.h"
#include "kernel/link.h"
#include "kernel/netlink-message.h"

/* Changes on a host come in bursts; a dump that is hit by one is asked for again. */
#define MAX_TRIES 16

struct reading {
    int ifindex;
    uint8_t families[2]; /* of dumps 0 and 1, of 2 and 3 */
    char link[IF_NAMESIZE];
    struct address_list list;
    size_t address_room, route_room;
    struct vif_error *err;
};

void address_list_done(struct address_list *list)
{
    for (size_t i = 0; i < list->n_routes; i++)
        free(list->routes[i].message);
    free(list->routes);
    free(list->addresses);
    *list = (struct address_list){0};
}

void address_format(const struct address *address, char ret_text[ADDRESS_TEXT_SIZE])
{
    char text[INET6_ADDRSTRLEN] = "?";

    (void)inet_ntop(address->family, address->local, text, sizeof text);
    (void)snprintf(ret_text, ADDRESS_TEXT_SIZE, "%s/%u", text, address->prefix);
}

void route_format(const struct address_route *route, char ret_text[ADDRESS_TEXT_SIZE])
{
    char text[INET6_ADDRSTRLEN] = "?", gateway[INET6_ADDRSTRLEN] = "?";
    const struct nlattr *of[RTA_GATEWAY + 1] = {NULL}, *attr;

    if (route->message)
        netlink_attributes(route->message, sizeof(struct rtmsg), of, RTA_GATEWAY + 1);
    attr = of[RTA_GATEWAY];
    (void)inet_ntop(route->family, route->destination, text, sizeof text);
    if (route->prefix == 0)
        (void)snprintf(ret_text, ADDRESS_TEXT_SIZE, "default");
    else
        (void)snprintf(ret_text, ADDRESS_TEXT_SIZE, "%s/%u", text, route->prefix);
    if (attr && mnl_attr_get_payload_len(attr) >= (route->family == AF_INET ? 4 : 16)) {
        size_t n = strlen(ret_text);

        (void)inet_ntop(route->family, mnl_attr_get_payload(attr), gateway, sizeof gateway);
        (void)snprintf(ret_text + n, ADDRESS_TEXT_SIZE - n, " via %s", gateway);
    }
}

static size_t address_bytes(uint8_t family)
{
    return family == AF_INET ? 4 : 16;
}

static void read_label(const struct nlattr *attr, const char *link, char label[IF_NAMESIZE])
{
    size_t n = strlen(link);
    const char *text;

    if (!attr || mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) < 0)
        return;
    text = mnl_attr_get_str(attr);
    if (strncmp(text, link, n) == 0 && (text[n] == '\0' || text[n] == ':'))
        text += n;
    (void)snprintf(label, IF_NAMESIZE, "%s", text);
}

static void read_address(const struct nlattr *const *of, const char *link, struct address *a)
{
    struct ifa_cacheinfo lifetime = {.ifa_valid = UINT32_MAX, .ifa_prefered = UINT32_MAX};
    size_t n = address_bytes(a->family);

    /* IFA_ADDRESS is the other end where there is one; IPv6 has IFA_LOCAL only then. */
    (void)netlink_bytes(of[IFA_ADDRESS], a->peer, n);
    if (!netlink_bytes(of[IFA_LOCAL], a->local, n))
        memcpy(a->local, a->peer, n);
    a->has_broadcast = a->family == AF_INET && netlink_bytes(of[IFA_BROADCAST], a->broadcast, 4);
    (void)netlink_bytes(of[IFA_FLAGS], &a->flags, sizeof a->flags);
    a->metric = netlink_u32(of[IFA_RT_PRIORITY]);
    (void)netlink_bytes(of[IFA_PROTO], &a->protocol, 1);
    (void)netlink_bytes(of[IFA_CACHEINFO], &lifetime, sizeof lifetime);
    a->valid = lifetime.ifa_valid;
    a->preferred = lifetime.ifa_prefered;
    read_label(of[IFA_LABEL], link, a->label);
}

static int store_address(struct reading *reading, const struct nlmsghdr *message)
{
    const struct ifaddrmsg *header = mnl_nlmsg_get_payload(message);
    struct address_list *list = &reading->list;
    const struct nlattr *of[IFA_MAX + 1];
    struct address address = {0};

    if (mnl_nlmsg_get_payload_len(message) < sizeof *header ||
        (int)header->ifa_index != reading->ifindex || header->ifa_scope >= RT_SCOPE_LINK)
        return 0;
    address.family = header->ifa_family;
    address.prefix = header->ifa_prefixlen;
    address.scope = header->ifa_scope;
    address.flags = header->ifa_flags;
    netlink_attributes(message, sizeof *header, of, IFA_MAX + 1);
    read_address(of, reading->link, &address);
    if (address.family == AF_INET6 && (address.flags & IFA_F_TEMPORARY))
        return 0;
    if (!array_grow(list->addresses, list->n_addresses, reading->address_room, 1))
        return error_memory(reading->err);
    list->addresses[list->n_addresses++] = address;
    return 0;
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
                           const struct address_route *route)
{
    if (header->rtm_protocol != RTPROT_KERNEL)
        return false;
    for (size_t i = 0; i < list->n_addresses; i++) {
        const struct address *address = &list->addresses[i];

        if ((address->flags & IFA_F_NOPREFIXROUTE) && address->family == route->family &&
            address->prefix == route->prefix &&
            same_prefix(address->peer, route->destination, route->prefix))
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

static int refuse(struct reading *reading, const struct address_route *route, const char *why)
{
    char text[ADDRESS_TEXT_SIZE];

    route_format(route, text);
    return error_set(reading->err, VIF_ERROR_UNSUPPORTED, "route %s of %s cannot move: it %s", text,
                     reading->link, why);
}

static int keep_route(struct reading *reading, const struct address_route *route,
                      const struct nlmsghdr *message)
{
    struct address_list *list = &reading->list;
    struct nlmsghdr *copy = malloc(message->nlmsg_len);

    if (!copy || !array_grow(list->routes, list->n_routes, reading->route_room, 1)) {
        free(copy);
        return error_memory(reading->err);
    }
    memcpy(copy, message, message->nlmsg_len);
    list->routes[list->n_routes] = *route;
    list->routes[list->n_routes++].message = copy;
    return 0;
}

static int store_route(struct reading *reading, const struct nlmsghdr *message)
{
    const struct rtmsg *header = mnl_nlmsg_get_payload(message);
    const struct nlattr *of[RTA_MAX + 1];
    struct address_route route = {0};

    if (mnl_nlmsg_get_payload_len(message) < sizeof *header || header->rtm_type != RTN_UNICAST ||
        (header->rtm_flags & RTM_F_CLONED))
        return 0;
    netlink_attributes(message, sizeof *header, of, RTA_MAX + 1);
    route.family = header->rtm_family;
    route.prefix = header->rtm_dst_len;
    route.scope = header->rtm_scope;
    route.table = header->rtm_table;
    (void)netlink_bytes(of[RTA_TABLE], &route.table, sizeof route.table);
    route.metric = netlink_u32(of[RTA_PRIORITY]);
    route.has_gateway = of[RTA_GATEWAY] || of[RTA_VIA];
    (void)netlink_bytes(of[RTA_DST], route.destination, address_bytes(route.family));
    if (route.table == RT_TABLE_LOCAL)
        return 0;
    if (has_hop(of[RTA_MULTIPATH], reading->ifindex))
        return refuse(reading, &route, "has several next hops");
    if ((int)netlink_u32(of[RTA_OIF]) != reading->ifindex ||
        is_kernels_own(&reading->list, header, &route))
        return 0;
    if (of[RTA_NH_ID])
        return refuse(reading, &route, "uses a nexthop object");
    return keep_route(reading, &route, message);
}

static int store_message(void *data, size_t index, const struct nlmsghdr *message)
{
    struct reading *reading = data;
    uint8_t family;

    /* The family is the first byte of both headers.  Asked for one it does not have, the kernel
     * shows all others. */
    if (mnl_nlmsg_get_payload_len(message) < 1)
        return 0;
    memcpy(&family, mnl_nlmsg_get_payload(message), 1);
    if (family != reading->families[index / 2])
        return 0;
    switch (message->nlmsg_type) {
    case RTM_NEWADDR:
        return store_address(reading, message);
    case RTM_NEWROUTE:
        return store_route(reading, message);
    }
    return 0;
}

static void add_dumps(struct netlink_batch *batch, int ifindex, uint8_t family)
{
    struct nlmsghdr *message = netlink_batch_begin(batch, RTM_GETADDR, NLM_F_DUMP, 64);

    if (message) {
        struct ifaddrmsg *header = mnl_nlmsg_put_extra_header(message, sizeof *header);

        header->ifa_family = family;
        header->ifa_index = (uint32_t)ifindex;
        netlink_batch_end(batch, message);
    }
    message = netlink_batch_begin(batch, RTM_GETROUTE, NLM_F_DUMP, 64);
    if (message) {
        struct rtmsg *header = mnl_nlmsg_put_extra_header(message, sizeof *header);

        header->rtm_family = family;
        mnl_attr_put_u32(message, RTA_OIF, (uint32_t)ifindex);
        netlink_batch_end(batch, message);
    }
}

/* What a route stands on comes first: a gateway is looked for among the routes of narrower scope
 * (IPv4), or without a gateway (IPv6). */
static int route_rank(const struct address_route *route)
{
    return (route->family == AF_INET ? 2 * (RT_SCOPE_NOWHERE - route->scope) : 0) +
           (route->has_gateway ? 1 : 0);
}

static void sort_routes(struct address_list *list)
{
    for (size_t i = 1; i < list->n_routes; i++) {
        struct address_route route = list->routes[i];
        size_t at = i;

        for (; at > 0 && route_rank(&list->routes[at - 1]) > route_rank(&route); at--)
            list->routes[at] = list->routes[at - 1];
        list->routes[at] = route;
    }
}

/* The kernel shows the last IPv6 address of a scope first, IPv4 the other way round. */
static void reverse_ipv6(struct address_list *list)
{
    size_t first = 0, last = list->n_addresses;

    while (first < last && list->addresses[first].family == AF_INET)
        first++;
    for (; first + 1 < last; first++, last--) {
        struct address address = list->addresses[first];

        list->addresses[first] = list->addresses[last - 1];
        list->addresses[last - 1] = address;
    }
}

/* 1: it changed while it was read. */
static int read_once(struct netlink *nl, struct reading *reading, int family)
{
    struct netlink_batch batch = {0};
    struct netlink_result results[4];
    size_t n = 0;
    int r;

    address_list_done(&reading->list);
    reading->address_room = reading->route_room = 0;
    if (family != AF_INET6)
        reading->families[n++] = AF_INET;
    if (family != AF_INET)
        reading->families[n++] = AF_INET6;
    for (size_t i = 0; i < n; i++)
        add_dumps(&batch, reading->ifindex, reading->families[i]);
    r = netlink_batch_send(nl, &batch, 0, results, store_message, reading, reading->err);
    for (size_t i = 0; r == 0 && i < batch.n; i++) {
        /* -EOPNOTSUPP: a kernel without IPv6. */
        if (results[i].error == -EINTR)
            r = 1;
        else if (results[i].error < 0 && results[i].error != -EOPNOTSUPP)
            r = link_result_error(&results[i], reading->err, "dump");
    }
    netlink_batch_done(&batch);
    return r;
}

int address_read(struct netlink *nl, int ifindex, int family, struct address_list *ret,
                 struct vif_error *err)
{
    struct reading reading = {.ifindex = ifindex, .err = err};
    int r = 1;

    if (!if_indextoname((unsigned)ifindex, reading.link))
        return error_sys(err, VIF_ERROR_KERNEL, ENODEV, "read the addresses of link %d", ifindex);
    for (int tries = 0; r == 1 && tries < MAX_TRIES; tries++)
        r = read_once(nl, &reading, family);
    if (r == 1)
        r = error_sys(err, VIF_ERROR_KERNEL, EINTR, "they keep changing");
    if (r < 0) {
        address_list_done(&reading.list);
        return error_prefix(err, r, "read the addresses and routes of %s", reading.link);
    }
    reverse_ipv6(&reading.list);
    sort_routes(&reading.list);
    *ret = reading.list;
    return 0;
}
