/* SPDX-License-Identifier: Apache-2.0 */
/* Generic netlink (Documentation/userspace-api/netlink/intro.rst), one request at a time. */

#include <errno.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>

#include "kernel/netlink.h"

struct genetlink {
    struct netlink *nl;
    uint16_t family;
    _Alignas(struct nlmsghdr) char request[MNL_NLMSG_HDRLEN + GENL_HDRLEN + GENETLINK_REQUEST_ROOM];
};

struct nlmsghdr *genetlink_begin(struct genetlink *genl, uint8_t command, bool dump)
{
    struct nlmsghdr *message = mnl_nlmsg_put_header(genl->request);
    struct genlmsghdr *header = mnl_nlmsg_put_extra_header(message, sizeof *header);

    message->nlmsg_type = genl->family;
    message->nlmsg_flags = NLM_F_REQUEST | (dump ? NLM_F_DUMP : NLM_F_ACK);
    header->cmd = command;
    header->version = 1;
    return message;
}

int genetlink_send(struct genetlink *genl,
                   int (*each)(void *data, size_t index, const struct nlmsghdr *message),
                   void *data, struct netlink_result *ret)
{
    struct netlink_request request = {0, NETLINK_AFTER_NOTHING};
    struct netlink_batch batch = {.bytes = genl->request, .requests = &request, .n = 1};
    int r = netlink_batch_send(genl->nl, &batch, 0, ret, each, data, NULL);

    if (r < 0)
        ret->error = r;
    return ret->error;
}

static int parse_family(void *data, size_t index, const struct nlmsghdr *message)
{
    const struct nlattr *of[CTRL_ATTR_FAMILY_ID + 1];

    (void)index;
    netlink_attributes(message, GENL_HDRLEN, of, CTRL_ATTR_FAMILY_ID + 1);
    *(uint16_t *)data = netlink_u16(of[CTRL_ATTR_FAMILY_ID]);
    return 0;
}

static int find_family(struct genetlink *genl, const char *name, struct vif_error *err)
{
    struct netlink_result result;
    uint16_t family = 0;
    int r;

    genl->family = GENL_ID_CTRL;
    mnl_attr_put_strz(genetlink_begin(genl, CTRL_CMD_GETFAMILY, false), CTRL_ATTR_FAMILY_NAME,
                      name);
    r = genetlink_send(genl, parse_family, &family, &result);
    genl->family = family;
    if (r == 0 && family < NLMSG_MIN_TYPE)
        r = -ENOENT;
    if (r == -ENOENT)
        (void)error_set(err, VIF_ERROR_KERNEL, "this kernel has no %s netlink", name);
    else if (r < 0)
        (void)error_sys(err, VIF_ERROR_KERNEL, -r, "look up %s netlink", name);
    return r;
}

int genetlink_open(const char *family, struct genetlink **ret_genl, struct vif_error *err)
{
    auto_genetlink struct genetlink *genl = calloc(1, sizeof *genl);
    int r;

    if (!genl)
        return error_memory(err);
    r = netlink_open(NETLINK_GENERIC, NULL, &genl->nl, err);
    if (r == 0)
        r = find_family(genl, family, err);
    if (r == 0)
        *ret_genl = take_ptr(genl);
    return r;
}

void genetlink_close(struct genetlink *genl)
{
    if (!genl)
        return;
    netlink_close(genl->nl);
    free(genl);
}
