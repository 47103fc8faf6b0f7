/* SPDX-License-Identifier: Apache-2.0 */
/* Deleting many links at once.  Each deletion waits for a grace period of RCU, some 20 ms; but the
 * kernel deletes all links of a group (IFLA_GROUP) in one go and waits once.  So they are put into
 * a group of their own, and the group is deleted. */
#include <errno.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <sys/random.h>

#include "base/cleanup.h"
#include "kernel/link.h"

/* From this many on it is worth two sends. */
#define GROUP_FROM 3

#define REQUEST_BYTES 64

static void add_request(struct netlink_batch *batch, uint16_t type, int ifindex,
                        const uint32_t *group)
{
    struct nlmsghdr *message = netlink_batch_begin(batch, type, NLM_F_ACK, REQUEST_BYTES);
    struct ifinfomsg *header;

    if (!message)
        return;
    header = mnl_nlmsg_put_extra_header(message, sizeof *header);
    header->ifi_index = ifindex;
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
        add_request(&batch, RTM_DELLINK, links[i].ifindex, NULL);
    return send_all(nl, &batch, results, err);
}

/* Those of one group that the kernel would not delete together: one by one, and what stays then
 * goes back where it was. */
static int delete_members(struct netlink *nl, const struct link_deletion *links, size_t n,
                          struct netlink_result *results, struct vif_error *err)
{
    auto_free struct netlink_result *ignored = calloc(n, sizeof *ignored);
    struct netlink_batch batch = {0};
    int r;

    if (!ignored)
        return error_memory(err);
    r = delete_each(nl, links, n, results, err);
    for (size_t i = 0; r == 0 && i < n; i++)
        if (results[i].error < 0)
            add_request(&batch, RTM_NEWLINK, links[i].ifindex, &links[i].group);
    if (r == 0 && batch.n)
        r = send_all(nl, &batch, ignored, err);
    else
        netlink_batch_done(&batch);
    return r;
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
        add_request(&batch, RTM_NEWLINK, links[i].ifindex, &group);
    r = send_all(nl, &batch, results, err);
    if (r < 0)
        return r;
    add_request(&batch, RTM_DELLINK, 0, &group);
    r = send_all(nl, &batch, &deleted, err);
    if (r < 0)
        return r;
    /* -ENODEV: none of them is there any more, which is what their results say. */
    if (deleted.error < 0 && deleted.error != -ENODEV)
        return delete_members(nl, links, n, results, err);
    return 0;
}
