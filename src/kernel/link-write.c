/* SPDX-License-Identifier: Apache-2.0 */
/* The requests that create, change and delete links.  What the kernel does not take at creation
 * follows only when that succeeded, so that another program's link of that name is not touched. */
#include <errno.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/cleanup.h"
#include "kernel/link.h"

/* All attributes of the largest request but its texts: about 200 bytes. */
#define REQUEST_BYTES 512

static struct nlmsghdr *begin(struct netlink_batch *batch, uint16_t type, uint16_t flags,
                              size_t texts)
{
    return netlink_batch_begin(batch, type, NLM_F_ACK | flags, REQUEST_BYTES + texts);
}

static void put_header(struct nlmsghdr *message, int ifindex, const struct link_change *change)
{
    struct ifinfomsg *header = mnl_nlmsg_put_extra_header(message, sizeof *header);

    header->ifi_index = ifindex;
    if (!change)
        return;
    if (change->set_up || change->set_down)
        header->ifi_change |= IFF_UP;
    if (change->set_up)
        header->ifi_flags |= IFF_UP;
    if (change->set_promisc || change->clear_promisc)
        header->ifi_change |= IFF_PROMISC;
    if (change->set_promisc)
        header->ifi_flags |= IFF_PROMISC;
}

static void put_common(struct nlmsghdr *message, const struct link_change *change)
{
    if (change->mtu)
        mnl_attr_put_u32(message, IFLA_MTU, change->mtu);
    if (change->set_address)
        mnl_attr_put(message, IFLA_ADDRESS, sizeof change->address, change->address);
    if (change->set_master)
        mnl_attr_put_u32(message, IFLA_MASTER, (uint32_t)change->master);
}

/* An open IFLA_LINKINFO with the data of one kind of link. */
struct linkinfo {
    struct nlattr *info, *data;
};

static struct linkinfo begin_linkinfo(struct nlmsghdr *message, const char *kind)
{
    struct linkinfo linkinfo = {.info = mnl_attr_nest_start(message, IFLA_LINKINFO)};

    mnl_attr_put_str(message, IFLA_INFO_KIND, kind);
    linkinfo.data = mnl_attr_nest_start(message, IFLA_INFO_DATA);
    return linkinfo;
}

static void end_linkinfo(struct nlmsghdr *message, struct linkinfo linkinfo)
{
    mnl_attr_nest_end(message, linkinfo.data);
    mnl_attr_nest_end(message, linkinfo.info);
}

/* Everything but the forward delay. */
static void put_bridge(struct nlmsghdr *message, const struct vif_bridge_attributes *bridge)
{
    mnl_attr_put_u32(message, IFLA_BR_AGEING_TIME, bridge->ageing_time);
    mnl_attr_put_u32(message, IFLA_BR_STP_STATE, bridge->stp_state);
    mnl_attr_put_u8(message, IFLA_BR_MCAST_SNOOPING, (uint8_t)bridge->mcast_snooping);
}

/* Begins the creation of a link, down if 'flags' is NULL. */
static struct nlmsghdr *begin_create(struct netlink_batch *batch, const char *name, size_t texts,
                                     const struct link_change *flags)
{
    struct nlmsghdr *message =
        begin(batch, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, strlen(name) + texts);

    if (!message)
        return NULL;
    put_header(message, 0, flags);
    mnl_attr_put_strz(message, IFLA_IFNAME, name);
    return message;
}

/* Changes a link once request 'created' has made it: its alias, and the flags of 'flags' (may be
 * NULL). */
static void add_follower(struct netlink_batch *batch, size_t created, const char *name,
                         const char *alias, const struct link_change *flags)
{
    size_t texts = strlen(name) + (alias ? strlen(alias) : 0);
    struct nlmsghdr *message = alias || flags ? begin(batch, RTM_SETLINK, 0, texts) : NULL;

    if (!message)
        return;
    put_header(message, 0, flags);
    mnl_attr_put_strz(message, IFLA_IFNAME, name);
    if (alias)
        mnl_attr_put_str(message, IFLA_IFALIAS, alias);
    netlink_batch_end(batch, message);
    netlink_batch_after(batch, created);
}

void link_add_create_bridge(struct netlink_batch *batch, const char *name,
                            const struct link_change *change)
{
    size_t created = batch->n;
    struct nlmsghdr *message = begin_create(batch, name, 0, NULL);
    struct linkinfo linkinfo;

    if (!message)
        return;
    put_common(message, change);
    linkinfo = begin_linkinfo(message, "bridge");
    if (change->bridge) {
        mnl_attr_put_u32(message, IFLA_BR_FORWARD_DELAY, change->bridge->forward_delay);
        put_bridge(message, change->bridge);
    }
    end_linkinfo(message, linkinfo);
    netlink_batch_end(batch, message);
    add_follower(batch, created, name, change->alias, NULL);
}

void link_add_create_veth(struct netlink_batch *batch, const char *name, const char *peer,
                          const struct link_change *change)
{
    size_t created = batch->n;
    struct nlmsghdr *message = begin_create(batch, name, strlen(peer), change);
    struct linkinfo linkinfo;
    struct nlattr *end;

    if (!message)
        return;
    put_common(message, change);
    linkinfo = begin_linkinfo(message, "veth");
    end = mnl_attr_nest_start(message, VETH_INFO_PEER);
    /* No flags: veth_open() of this end fails (-ENOTCONN) before the other is registered. */
    put_header(message, 0, NULL);
    mnl_attr_put_strz(message, IFLA_IFNAME, peer);
    if (change->mtu)
        mnl_attr_put_u32(message, IFLA_MTU, change->mtu);
    mnl_attr_nest_end(message, end);
    end_linkinfo(message, linkinfo);
    netlink_batch_end(batch, message);
    add_follower(batch, created, name, change->alias, NULL);
    add_follower(batch, created, peer, change->alias, change);
}

void link_add_create_vlan(struct netlink_batch *batch, const char *name, int parent,
                          uint16_t vlan_id, const struct link_change *change)
{
    size_t created = batch->n;
    struct nlmsghdr *message = begin_create(batch, name, 0, change);
    struct linkinfo linkinfo;

    if (!message)
        return;
    mnl_attr_put_u32(message, IFLA_LINK, (uint32_t)parent);
    put_common(message, change);
    linkinfo = begin_linkinfo(message, "vlan");
    mnl_attr_put_u16(message, IFLA_VLAN_ID, vlan_id);
    end_linkinfo(message, linkinfo);
    netlink_batch_end(batch, message);
    add_follower(batch, created, name, change->alias, NULL);
}

/* Begins a request for an existing link, which is named by its ifindex unless that is 0. */
static struct nlmsghdr *begin_for(struct netlink_batch *batch, uint16_t type, const char *name,
                                  int ifindex, size_t texts, const struct link_change *flags)
{
    struct nlmsghdr *message = begin(batch, type, 0, strlen(name) + texts);

    if (!message)
        return NULL;
    put_header(message, ifindex, flags);
    if (!ifindex)
        mnl_attr_put_strz(message, IFLA_IFNAME, name);
    return message;
}

static void add_forward_delay(struct netlink_batch *batch, size_t first, const char *name,
                              int ifindex, uint32_t forward_delay)
{
    struct nlmsghdr *message = begin_for(batch, RTM_NEWLINK, name, ifindex, 0, NULL);
    struct linkinfo linkinfo;

    if (!message)
        return;
    linkinfo = begin_linkinfo(message, "bridge");
    mnl_attr_put_u32(message, IFLA_BR_FORWARD_DELAY, forward_delay);
    end_linkinfo(message, linkinfo);
    netlink_batch_end(batch, message);
    netlink_batch_after(batch, first);
}

void link_add_set(struct netlink_batch *batch, const char *name, int ifindex,
                  const struct link_change *change)
{
    const char *alias = change->alias ? change->alias : "";
    const char *new_name = change->new_name ? change->new_name : "";
    size_t first = batch->n;
    struct nlmsghdr *message;

    /* Without an ifindex IFLA_IFNAME says which link, and cannot say its new name. */
    if (change->new_name && !ifindex && !batch->failed)
        batch->failed = -EINVAL;
    message =
        begin_for(batch, RTM_NEWLINK, name, ifindex, strlen(alias) + strlen(new_name), change);
    if (!message)
        return;
    if (change->new_name)
        mnl_attr_put_strz(message, IFLA_IFNAME, new_name);
    put_common(message, change);
    if (change->alias)
        mnl_attr_put_str(message, IFLA_IFALIAS, alias);
    if (change->bridge) {
        struct linkinfo linkinfo = begin_linkinfo(message, "bridge");

        put_bridge(message, change->bridge);
        end_linkinfo(message, linkinfo);
    }
    netlink_batch_end(batch, message);
    if (change->bridge)
        add_forward_delay(batch, first, name, ifindex, change->bridge->forward_delay);
}

void link_add_delete(struct netlink_batch *batch, const char *name, int ifindex)
{
    netlink_batch_end(batch, begin_for(batch, RTM_DELLINK, name, ifindex, 0, NULL));
}

/* Each deletion waits for a grace period of RCU, some 20 ms; but the kernel deletes all links of a
 * group (IFLA_GROUP) in one go and waits once.  So they are put into a group of their own, and the
 * group is deleted. */

/* From this many on it is worth two sends. */
#define GROUP_FROM 3

static void add_by_index(struct netlink_batch *batch, uint16_t type, int ifindex,
                         const uint32_t *group)
{
    struct nlmsghdr *message = begin(batch, type, 0, 0);

    if (!message)
        return;
    put_header(message, ifindex, NULL);
    if (group)
        mnl_attr_put_u32(message, IFLA_GROUP, *group);
    netlink_batch_end(batch, message);
}

static int send_all(struct netlink *nl, struct netlink_batch *batch, struct netlink_result *results,
                    struct vif_error *err)
{
    int r = netlink_batch_send(nl, batch, 1, results, NULL, NULL, err);

    netlink_batch_done(batch);
    return r;
}

/* A group without members: one of 2^31, none of which is 0, where all links are at first. */
static bool draw_group(uint32_t *ret_group)
{
    uint32_t group;

    if (getrandom(&group, sizeof group, GRND_NONBLOCK) != sizeof group)
        return false;
    *ret_group = group | 0x80000000U;
    return true;
}

static int delete_each(struct netlink *nl, const struct link_deletion *links, size_t n,
                       struct netlink_result *results, struct vif_error *err)
{
    struct netlink_batch batch = {0};

    for (size_t i = 0; i < n; i++)
        add_by_index(&batch, RTM_DELLINK, links[i].ifindex, NULL);
    return send_all(nl, &batch, results, err);
}

/* Those of one group that the kernel would not delete together: one by one, and what stays then
 * goes back where it was. */
static int delete_members(struct netlink *nl, const struct link_deletion *links, size_t n,
                          struct netlink_result *results, struct vif_error *err)
{
    auto_free struct netlink_result *ignored = calloc(n, sizeof *ignored);
    auto_netlink_batch struct netlink_batch batch = {0};
    int r;

    if (!ignored)
        return error_memory(err);
    r = delete_each(nl, links, n, results, err);
    for (size_t i = 0; r == 0 && i < n; i++)
        if (results[i].error < 0)
            add_by_index(&batch, RTM_NEWLINK, links[i].ifindex, &links[i].group);
    return r == 0 && batch.n ? send_all(nl, &batch, ignored, err) : r;
}

int link_delete_many(struct netlink *nl, const struct link_deletion *links, size_t n,
                     struct netlink_result *results, struct vif_error *err)
{
    struct netlink_batch batch = {0};
    struct netlink_result deleted = {0};
    uint32_t group;
    int r;

    if (n < GROUP_FROM || !draw_group(&group))
        return delete_each(nl, links, n, results, err);
    for (size_t i = 0; i < n; i++)
        add_by_index(&batch, RTM_NEWLINK, links[i].ifindex, &group);
    r = send_all(nl, &batch, results, err);
    if (r < 0)
        return r;
    add_by_index(&batch, RTM_DELLINK, 0, &group);
    r = send_all(nl, &batch, &deleted, err);
    if (r < 0)
        return r;
    /* -ENODEV: none of them is there any more, which is what their results say. */
    if (deleted.error < 0 && deleted.error != -ENODEV)
        return delete_members(nl, links, n, results, err);
    return 0;
}

int link_result_error(const struct netlink_result *result, struct vif_error *err,
                      const char *format, ...)
{
    char words[VIF_ERROR_TEXT_MAX];
    va_list ap;

    va_start(ap, format);
    (void)vsnprintf(words, sizeof words, format, ap);
    va_end(ap);
    /* error_sys() knows the kind; the kernel's own words are better than the system's. */
    (void)error_sys(err, VIF_ERROR_KERNEL, -result->error, "%s", words);
    if (err && result->text[0])
        (void)error_set(err, err->kind, "%s: %s", words, result->text);
    return result->error;
}
