/* SPDX-License-Identifier: Apache-2.0 */
/* Moving addresses and routes between links, in two sends: everything onto the new link, everything
 * off the old one.  Linux lets two links have the same address and two routes differ in the link
 * alone, so nothing is missing in between.  If a request is refused the ones before are undone. */
#include <errno.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>

#include "kernel/address.h"
#include "kernel/link.h"
#include "kernel/netlink.h"

/* What an address may be given; the rest reports its state. */
#define SETTABLE_FLAGS (IFA_F_NOPREFIXROUTE | IFA_F_MCAUTOJOIN)

struct end {
    int ifindex;
    char name[IF_NAMESIZE];
};

struct move {
    struct netlink *nl;
    const struct address_list *list;
    struct end from, to;
    struct netlink_batch batch;
    struct netlink_result *results;
    bool *added; /* onto the new link, by item */
    struct vif_error *err;
};

static void move_done(struct move *move)
{
    netlink_batch_done(&move->batch);
    free(move->results);
    free(move->added);
}

#define auto_move __attribute__((cleanup(move_done)))

/* A request that is being made of the message an item came in. */
struct request {
    struct nlmsghdr *message;
    const char *old_name, *new_name; /* of the link */
};

static void copy(struct nlmsghdr *message, const struct nlattr *attr)
{
    /* The type as it is, with its bit for nested ones. */
    mnl_attr_put(message, attr->nla_type, mnl_attr_get_payload_len(attr),
                 mnl_attr_get_payload(attr));
}

/* A label that is the link's name, or begins with it and a colon, follows that name; without one
 * the kernel takes the name. */
static void put_label(const struct request *request, const struct nlattr *attr)
{
    char label[IF_NAMESIZE] = "", whole[2 * IF_NAMESIZE];
    size_t n = strlen(request->old_name);
    bool follows;

    netlink_text(attr, label, sizeof label);
    follows = strncmp(label, request->old_name, n) == 0 && (!label[n] || label[n] == ':');
    (void)snprintf(whole, sizeof whole, "%s%s", follows ? request->new_name : "",
                   follows ? label + n : label);
    if (strlen(whole) < IF_NAMESIZE)
        mnl_attr_put_strz(request->message, IFA_LABEL, whole);
}

static int put_address_attribute(const struct nlattr *attr, void *data)
{
    const struct request *request = data;
    uint16_t type = mnl_attr_get_type(attr);

    if (type == IFA_LOCAL || type == IFA_ADDRESS)
        copy(request->message, attr);
    if (request->message->nlmsg_type == RTM_DELADDR)
        return MNL_CB_OK;
    if (type == IFA_BROADCAST || type == IFA_CACHEINFO || type == IFA_RT_PRIORITY ||
        type == IFA_PROTO)
        copy(request->message, attr);
    else if (type == IFA_FLAGS)
        mnl_attr_put_u32(request->message, IFA_FLAGS, netlink_u32(attr) & SETTABLE_FLAGS);
    else if (type == IFA_LABEL)
        put_label(request, attr);
    return MNL_CB_OK;
}

static int put_route_attribute(const struct nlattr *attr, void *data)
{
    const struct request *request = data;
    uint16_t type = mnl_attr_get_type(attr);

    if (type != RTA_OIF && type != RTA_CACHEINFO)
        copy(request->message, attr);
    return MNL_CB_OK;
}

/* Adds the request that puts item 'i' onto the link 'end', or takes it off.  Of NLM_F_EXCL, which
 * refuses a route that differs in the link alone, and NLM_F_APPEND a route has neither: the new one
 * is to be used from now on. */
static void add_request(struct move *move, size_t i, const struct end *end, bool put)
{
    const struct address *item = &move->list->items[i];
    uint16_t type =
        item->is_route ? (put ? RTM_NEWROUTE : RTM_DELROUTE) : (put ? RTM_NEWADDR : RTM_DELADDR);
    uint16_t flags = !put ? 0 : item->is_route ? NLM_F_CREATE : NLM_F_CREATE | NLM_F_EXCL;
    struct nlmsghdr *message =
        netlink_batch_begin(&move->batch, type, NLM_F_ACK | flags, item->message->nlmsg_len + 64);
    struct request request = {message, move->list->link, end->name};

    if (!message)
        return;
    if (item->is_route) {
        struct rtmsg *header = mnl_nlmsg_put_extra_header(message, sizeof *header);

        memcpy(header, mnl_nlmsg_get_payload(item->message), sizeof *header);
        header->rtm_flags &= RTNH_F_ONLINK;
        (void)mnl_attr_parse(item->message, sizeof *header, put_route_attribute, &request);
        mnl_attr_put_u32(message, RTA_OIF, (uint32_t)end->ifindex);
    } else {
        struct ifaddrmsg *header = mnl_nlmsg_put_extra_header(message, sizeof *header);

        memcpy(header, mnl_nlmsg_get_payload(item->message), sizeof *header);
        header->ifa_flags = 0;
        header->ifa_index = (uint32_t)end->ifindex;
        (void)mnl_attr_parse(item->message, sizeof *header, put_address_attribute, &request);
    }
    netlink_batch_end(&move->batch, message);
}

/* The i-th item in the order of putting them onto a link, or in the opposite one of taking them
 * off: routes before the addresses they stand on, secondary addresses before the primary that would
 * take them along. */
static size_t item_at(const struct move *move, size_t i, bool put)
{
    return put ? i : move->list->n - 1 - i;
}

/* Adds the requests for all items; of 'only' (may be NULL) for those that are set. */
static void add_requests(struct move *move, const struct end *end, bool put, const bool *only)
{
    for (size_t i = 0; i < move->list->n; i++)
        if (!only || only[item_at(move, i, put)])
            add_request(move, item_at(move, i, put), end, put);
}

/* Empties the batch; what memory it has it keeps. */
static void rewind_batch(struct move *move)
{
    move->batch.n = 0;
    move->batch.n_bytes = 0;
}

/* Whether a refusal says that it is so already: a route goes with its last address, an address with
 * its link. */
static bool is_so_already(int error, bool put)
{
    return put ? error == -EEXIST : error == -ESRCH || error == -EADDRNOTAVAIL || error == -ENODEV;
}

/* Puts all onto the link 'end' or takes them off; notes what it added. */
static int run_step(struct move *move, const struct end *end, bool put)
{
    int r;

    rewind_batch(move);
    add_requests(move, end, put, NULL);
    r = netlink_batch_send(move->nl, &move->batch, 1, move->results, NULL, NULL, move->err);
    for (size_t i = 0; i < move->batch.n; i++) {
        const struct address *item = &move->list->items[item_at(move, i, put)];
        int error = move->results[i].error;

        if (put && error == 0)
            move->added[i] = true;
        else if (r == 0 && error < 0 && !is_so_already(error, put))
            r = link_result_error(&move->results[i], move->err, "%s %s %s %s %s",
                                  put ? "add" : "remove", item->is_route ? "route" : "address",
                                  item->text, put ? "to" : "from", end->name);
    }
    return r;
}

/* Puts all back onto the old link when something may have gone from it, and takes off the new link
 * what this move added there. */
static int undo(struct move *move, bool taken)
{
    size_t n_put;

    rewind_batch(move);
    if (taken)
        add_requests(move, &move->from, true, NULL);
    n_put = move->batch.n;
    add_requests(move, &move->to, false, move->added);
    if (netlink_batch_send(move->nl, &move->batch, 1, move->results, NULL, NULL, NULL) < 0)
        return -EIO;
    for (size_t i = 0; i < move->batch.n; i++) {
        int error = move->results[i].error;

        if (error < 0 && !is_so_already(error, i < n_put))
            return error;
    }
    return 0;
}

/* First makes the requests of a whole undo once, which are the most there are: from the first send
 * on no memory is needed any more. */
static int run(struct move *move)
{
    size_t n = move->list->n;
    bool taken = false;
    int r;

    move->added = calloc(n, sizeof *move->added);
    move->results = calloc(2 * n, sizeof *move->results);
    add_requests(move, &move->from, true, NULL);
    add_requests(move, &move->to, false, NULL);
    if (!move->added || !move->results || move->batch.failed)
        return error_memory(move->err);
    r = run_step(move, &move->to, true);
    if (r == 0) {
        taken = true;
        r = run_step(move, &move->from, false);
    }
    if (r < 0 && undo(move, taken) < 0)
        return error_prefix(move->err, r, "not put back, so that %s has some as well",
                            move->to.name);
    return r;
}

int address_move(struct netlink *nl, int from_ifindex, int to_ifindex,
                 const struct address_list *list, struct vif_error *err)
{
    auto_move struct move move = {
        .nl = nl, .list = list, .from = {from_ifindex, ""}, .to = {to_ifindex, ""}, .err = err};
    int r;

    if (!list->n || from_ifindex == to_ifindex)
        return 1;
    if (!if_indextoname((unsigned)from_ifindex, move.from.name) ||
        !if_indextoname((unsigned)to_ifindex, move.to.name))
        return error_sys(err, VIF_ERROR_KERNEL, ENODEV, "move addresses from link %d to link %d",
                         from_ifindex, to_ifindex);
    r = run(&move);
    return r < 0 ? error_prefix(err, r, "move addresses and routes from %s to %s", move.from.name,
                                move.to.name)
                 : 0;
}
