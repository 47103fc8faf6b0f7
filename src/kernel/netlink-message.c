/* SPDX-License-Identifier: Apache-2.0 */
/* Reading messages and attributes, and generic netlink. */
#include "kernel/netlink.h"

#include <errno.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/socket.h>

void netlink_parse_end(const struct nlmsghdr *message, struct netlink_result *ret)
{
    size_t n = mnl_nlmsg_get_payload_len(message), offset = sizeof ret->error;
    int error = 0;

    if (n >= sizeof error)
        memcpy(&error, mnl_nlmsg_get_payload(message), sizeof error);
    ret->error = error > 0 ? -error : error;
    if (message->nlmsg_type == NLMSG_ERROR) {
        const struct nlmsgerr *ack = mnl_nlmsg_get_payload(message);

        if (n < sizeof *ack) {
            ret->error = -EBADMSG;
            return;
        }
        /* The refused request comes before the extended ack, unless it was capped. */
        offset = sizeof *ack;
        if (!(message->nlmsg_flags & NLM_F_CAPPED) && ack->msg.nlmsg_len > sizeof ack->msg)
            offset += ack->msg.nlmsg_len - sizeof ack->msg;
    }
    if (message->nlmsg_flags & NLM_F_ACK_TLVS && offset <= n) {
        const struct nlattr *of[NLMSGERR_ATTR_MSG + 1];

        netlink_attributes(message, offset, of, NLMSGERR_ATTR_MSG + 1);
        netlink_text(of[NLMSGERR_ATTR_MSG], ret->text, sizeof ret->text);
    }
}

struct table {
    const struct nlattr **of;
    size_t n;
};

static int enter(const struct nlattr *attr, void *data)
{
    const struct table *table = data;

    if (mnl_attr_get_type(attr) < table->n)
        table->of[mnl_attr_get_type(attr)] = attr;
    return MNL_CB_OK;
}

void netlink_attributes(const struct nlmsghdr *message, size_t header, const struct nlattr **of,
                        size_t n)
{
    struct table table = {of, n};

    memset(of, 0, n * sizeof *of);
    (void)mnl_attr_parse(message, (unsigned)header, enter, &table);
}

void netlink_nested(const struct nlattr *nest, const struct nlattr **of, size_t n)
{
    struct table table = {of, n};

    memset(of, 0, n * sizeof *of);
    if (nest)
        (void)mnl_attr_parse_nested(nest, enter, &table);
}

bool netlink_bytes(const struct nlattr *attr, void *ret_bytes, size_t n)
{
    if (!attr || mnl_attr_get_payload_len(attr) < n)
        return false;
    memcpy(ret_bytes, mnl_attr_get_payload(attr), n);
    return true;
}

uint32_t netlink_u32(const struct nlattr *attr)
{
    uint32_t value = 0;

    (void)netlink_bytes(attr, &value, sizeof value);
    return value;
}

uint16_t netlink_u16(const struct nlattr *attr)
{
    uint16_t value = 0;

    (void)netlink_bytes(attr, &value, sizeof value);
    return value;
}

uint8_t netlink_u8(const struct nlattr *attr)
{
    uint8_t value = 0;

    (void)netlink_bytes(attr, &value, sizeof value);
    return value;
}

void netlink_text(const struct nlattr *attr, char *ret_text, size_t size)
{
    size_t n;

    if (!attr)
        return;
    n = strnlen(mnl_attr_get_payload(attr), mnl_attr_get_payload_len(attr));
    if (n >= size)
        n = size - 1;
    memcpy(ret_text, mnl_attr_get_payload(attr), n);
    ret_text[n] = '\0';
}

/* ---- generic netlink (Documentation/userspace-api/netlink/intro.rst) ---- */

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
