/* SPDX-License-Identifier: Apache-2.0 */
/* Moving addresses and routes between links, in three sends: the addresses onto the new link,
 * the routes onto it, everything off the old one.  Linux lets two links have the same address
 * and two routes differ in the link alone, so nothing is missing in between.  When a step is
 * refused the ones before it are undone.  Stands on the lists of address-read.c. */
#include <errno.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>

#include "kernel/address.h"
#include "kernel/link.h"

#define ADDRESS_BYTES 256 /* the largest request for an address is about 130 bytes */

/* What an address may be given; the rest reports its state. */
#define SETTABLE_FLAGS                                                                             \
    (IFA_F_NODAD | IFA_F_OPTIMISTIC | IFA_F_HOMEADDRESS | IFA_F_MANAGETEMPADDR |                   \
     IFA_F_NOPREFIXROUTE | IFA_F_MCAUTOJOIN)

/* USER_HZ, in which the kernel reports the remaining time of an IPv6 route. */
#define TICKS 100

struct end {
    int ifindex;
    char name[IF_NAMESIZE];
};

/* Requests for elements: batch index 'i' is for element 'elements[i]', an address below
 * n_addresses, else a route. */
struct step {
    struct netlink_batch batch;
    struct netlink_result *results;
    size_t *elements;
};

struct move {
    struct netlink *nl;
    const struct address_list *list;
    struct end from, to;
    struct step forth, back; /* with room for the largest of their kind */
    bool *added;             /* onto the new link, by element */
    struct vif_error *err;
};

static void step_done(struct step *step)
{
    netlink_batch_done(&step->batch);
    free(step->results);
    free(step->elements);
}

static void move_done(struct move *move)
{
    step_done(&move->forth);
    step_done(&move->back);
    free(move->added);
}

#define auto_move __attribute__((cleanup(move_done)))

/* Empties the step; what memory it has it keeps. */
static void step_rewind(struct step *step)
{
    step->batch.n = 0;
    step->batch.n_bytes = 0;
}

static void put_label(struct nlmsghdr *message, const char *label, const char *link)
{
    char whole[2 * IF_NAMESIZE];

    /* What begins with a colon follows the name of the link; without one the kernel takes that. */
    (void)snprintf(whole, sizeof whole, "%s%s", label[0] == ':' ? link : "", label);
    if (label[0] && strlen(whole) < IF_NAMESIZE)
        mnl_attr_put_strz(message, IFA_LABEL, whole);
}

static uint32_t flags_to_set(const struct address *address)
{
    uint32_t flags = address->flags & SETTABLE_FLAGS;

    if (address->family == AF_INET6 && !(address->flags & (IFA_F_TENTATIVE | IFA_F_DADFAILED)))
        flags |= IFA_F_NODAD;
    return flags;
}

static void put_settings(struct nlmsghdr *message, const struct address *address, const char *link)
{
    struct ifa_cacheinfo lifetime = {.ifa_prefered = address->preferred,
                                     .ifa_valid = address->valid};

    if (address->has_broadcast)
        mnl_attr_put(message, IFA_BROADCAST, sizeof address->broadcast, address->broadcast);
    if (address->family == AF_INET)
        put_label(message, address->label, link);
    mnl_attr_put_u32(message, IFA_FLAGS, flags_to_set(address));
    mnl_attr_put(message, IFA_CACHEINFO, sizeof lifetime, &lifetime);
    if (address->metric)
        mnl_attr_put_u32(message, IFA_RT_PRIORITY, address->metric);
    if (address->protocol)
        mnl_attr_put_u8(message, IFA_PROTO, address->protocol);
}

static void add_address(struct netlink_batch *batch, uint16_t type, const struct end *end,
                        const struct address *address)
{
    uint16_t flags = type == RTM_NEWADDR ? NLM_F_CREATE | NLM_F_EXCL : 0;
    struct nlmsghdr *message = netlink_batch_begin(batch, type, NLM_F_ACK | flags, ADDRESS_BYTES);
    size_t n = address->family == AF_INET ? 4 : 16;
    struct ifaddrmsg *header;

    if (!message)
        return;
    header = mnl_nlmsg_put_extra_header(message, sizeof *header);
    header->ifa_family = address->family;
    header->ifa_prefixlen = address->prefix;
    header->ifa_scope = address->scope;
    header->ifa_index = (uint32_t)end->ifindex;
    if (address->family == AF_INET || memcmp(address->local, address->peer, n) != 0)
        mnl_attr_put(message, IFA_LOCAL, n, address->local);
    mnl_attr_put(message, IFA_ADDRESS, n, address->peer);
    if (type == RTM_NEWADDR)
        put_settings(message, address, end->name);
    netlink_batch_end(batch, message);
}

static void put_expiry(struct nlmsghdr *message, const struct nlattr *attr)
{
    struct rta_cacheinfo info;

    if (mnl_attr_get_payload_len(attr) < sizeof info)
        return;
    memcpy(&info, mnl_attr_get_payload(attr), sizeof info);
    if (info.rta_expires > 0)
        mnl_attr_put_u32(message, RTA_EXPIRES, (uint32_t)info.rta_expires / TICKS + 1);
}

static int put_route_attribute(const struct nlattr *attr, void *data)
{
    struct nlmsghdr *message = data;
    const struct rtmsg *header = mnl_nlmsg_get_payload(message);

    switch (mnl_attr_get_type(attr)) {
    case RTA_OIF:
        break;
    case RTA_CACHEINFO:
        if (header->rtm_family == AF_INET6 && message->nlmsg_type == RTM_NEWROUTE)
            put_expiry(message, attr);
        break;
    default:
        /* The type as it is, with its bit for nested ones. */
        mnl_attr_put(message, attr->nla_type, mnl_attr_get_payload_len(attr),
                     mnl_attr_get_payload(attr));
    }
    return MNL_CB_OK;
}

static void add_route(struct netlink_batch *batch, uint16_t type, const struct end *end,
                      const struct address_route *route)
{
    /* Neither NLM_F_EXCL, which refuses a route that differs in the link alone, nor
     * NLM_F_APPEND: the new one is to be used from now on. */
    uint16_t flags = type == RTM_NEWROUTE ? NLM_F_CREATE : 0;
    struct nlmsghdr *message =
        netlink_batch_begin(batch, type, NLM_F_ACK | flags, route->message->nlmsg_len + 64);
    struct rtmsg *header;

    if (!message)
        return;
    header = mnl_nlmsg_put_extra_header(message, sizeof *header);
    memcpy(header, mnl_nlmsg_get_payload(route->message), sizeof *header);
    header->rtm_flags &= RTNH_F_ONLINK;
    (void)mnl_attr_parse(route->message, sizeof *header, put_route_attribute, message);
    mnl_attr_put_u32(message, RTA_OIF, (uint32_t)end->ifindex);
    netlink_batch_end(batch, message);
}

/* Adds the request that puts element 'i' onto the link 'end', or takes it off. */
static void add_element(const struct move *move, struct step *step, size_t i, const struct end *end,
                        bool put)
{
    size_t n = move->list->n_addresses;

    if (i < n)
        add_address(&step->batch, put ? RTM_NEWADDR : RTM_DELADDR, end, &move->list->addresses[i]);
    else
        add_route(&step->batch, put ? RTM_NEWROUTE : RTM_DELROUTE, end, &move->list->routes[i - n]);
    if (!step->batch.failed)
        step->elements[step->batch.n - 1] = i;
}

/* Adds elements from first to last-1 in their order, or takes them off in the opposite one: routes
 * before the addresses they stand on, secondary addresses before the primary that would take them
 * along.  Of 'only' (may be NULL) those that are set. */
static void add_elements(const struct move *move, struct step *step, size_t first, size_t last,
                         const struct end *end, bool put, const bool *only)
{
    for (size_t i = 0; i < last - first; i++) {
        size_t element = put ? first + i : last - 1 - i;

        if (!only || only[element])
            add_element(move, step, element, end, put);
    }
}

/* Whether a refusal says that it is so already: a route goes with its last address, an address with
 * its link. */
static bool is_so_already(int error, bool put)
{
    return put ? error == -EEXIST : error == -ESRCH || error == -EADDRNOTAVAIL || error == -ENODEV;
}

static int element_error(const struct move *move, const struct netlink_result *result, size_t i,
                         const struct end *end, bool put)
{
    size_t n = move->list->n_addresses;
    char text[ADDRESS_TEXT_SIZE];

    if (i < n)
        address_format(&move->list->addresses[i], text);
    else
        route_format(&move->list->routes[i - n], text);
    return link_result_error(result, move->err, "%s %s %s %s %s", put ? "add" : "remove",
                             i < n ? "address" : "route", text, put ? "to" : "from", end->name);
}

/* Puts elements onto the link 'end' or takes them off, in one send; notes what it added. */
static int run_step(struct move *move, size_t first, size_t last, const struct end *end, bool put)
{
    struct step *step = &move->forth;
    int r;

    if (first == last)
        return 0;
    step_rewind(step);
    add_elements(move, step, first, last, end, put, NULL);
    r = netlink_batch_send(move->nl, &step->batch, 1, step->results, NULL, NULL, move->err);
    for (size_t i = 0; i < step->batch.n; i++) {
        int error = step->results[i].error;

        if (put && error == 0)
            move->added[step->elements[i]] = true;
        else if (r == 0 && error < 0 && !is_so_already(error, put))
            r = element_error(move, &step->results[i], step->elements[i], end, put);
    }
    return r;
}

/* Puts all back onto the old link when something may have gone from it, and takes off the new link
 * what this move added there. */
static int undo(struct move *move, bool taken)
{
    size_t n = move->list->n_addresses + move->list->n_routes, n_put;
    struct step *step = &move->back;

    step_rewind(step);
    if (taken)
        add_elements(move, step, 0, n, &move->from, true, NULL);
    n_put = step->batch.n;
    add_elements(move, step, 0, n, &move->to, false, move->added);
    if (netlink_batch_send(move->nl, &step->batch, 1, step->results, NULL, NULL, NULL) < 0)
        return -EIO;
    for (size_t i = 0; i < step->batch.n; i++) {
        int error = step->results[i].error;

        if (error < 0 && !is_so_already(error, i < n_put))
            return error;
    }
    return 0;
}

static int run(struct move *move)
{
    size_t n = move->list->n_addresses, all = n + move->list->n_routes;
    bool taken = false;
    int r = run_step(move, 0, n, &move->to, true);

    if (r == 0)
        r = run_step(move, n, all, &move->to, true);
    if (r == 0) {
        taken = true;
        r = run_step(move, 0, all, &move->from, false);
    }
    if (r < 0 && undo(move, taken) < 0)
        return error_prefix(move->err, r, "not put back, so that %s has some as well",
                            move->to.name);
    return r;
}

static int step_init(struct step *step, size_t n)
{
    step->results = calloc(n, sizeof *step->results);
    step->elements = calloc(n, sizeof *step->elements);
    return step->results && step->elements ? 0 : -ENOMEM;
}

/* Makes every request once, so that from the first send on no memory is needed any more. */
static int reserve(struct move *move)
{
    size_t n = move->list->n_addresses + move->list->n_routes;

    move->added = calloc(n, sizeof *move->added);
    if (!move->added || step_init(&move->forth, n) < 0 || step_init(&move->back, 2 * n) < 0)
        return error_memory(move->err);
    add_elements(move, &move->forth, 0, n, &move->to, true, NULL);
    add_elements(move, &move->back, 0, n, &move->from, true, NULL);
    add_elements(move, &move->back, 0, n, &move->to, false, NULL);
    return move->forth.batch.failed || move->back.batch.failed ? error_memory(move->err) : 0;
}

int address_move(struct netlink *nl, int from_ifindex, int to_ifindex,
                 const struct address_list *list, struct vif_error *err)
{
    auto_move struct move move = {
        .nl = nl, .list = list, .from = {from_ifindex, ""}, .to = {to_ifindex, ""}, .err = err};
    int r;

    if (list->n_addresses + list->n_routes == 0 || from_ifindex == to_ifindex)
        return 1;
    if (!if_indextoname((unsigned)from_ifindex, move.from.name) ||
        !if_indextoname((unsigned)to_ifindex, move.to.name))
        return error_sys(err, VIF_ERROR_KERNEL, ENODEV, "move addresses from link %d to link %d",
                         from_ifindex, to_ifindex);
    r = reserve(&move);
    if (r == 0)
        r = run(&move);
    if (r < 0)
        return error_prefix(err, r, "move addresses and routes from %s to %s", move.from.name,
                            move.to.name);
    return 0;
}
