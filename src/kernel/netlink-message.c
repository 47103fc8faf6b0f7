/* SPDX-License-Identifier: Apache-2.0 */
/* Reading messages and attributes. */
#include "kernel/netlink.h"

#include <errno.h>
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
