/* SPDX-License-Identifier: Apache-2.0 */
/* Sockets and messages of both kinds of netlink: netlink.c has many requests under way at once,
 * genetlink.c one.  Stands on libmnl. */
#include "kernel/netlink-message.h"

#include <errno.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/socket.h>

int netlink_socket_open(int protocol, struct mnl_socket **ret_socket, const char *what,
                        struct vif_error *err)
{
    static const int wanted[] = {NETLINK_EXT_ACK, NETLINK_CAP_ACK};
    struct mnl_socket *socket = mnl_socket_open2(protocol, SOCK_CLOEXEC);
    int yes = 1;

    if (!socket)
        return error_sys(err, VIF_ERROR_KERNEL, errno, "open a %s socket", what);
    *ret_socket = socket; /* the caller's to close, also when it cannot be bound */
    if (mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) < 0)
        return error_sys(err, VIF_ERROR_KERNEL, errno, "bind a %s socket", what);
    /* A kernel without one of these still does the work; it only explains less. */
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++)
        (void)mnl_socket_setsockopt(socket, wanted[i], &yes, sizeof yes);
    return 0;
}

ssize_t netlink_receive(const struct mnl_socket *socket, void *bytes, size_t size)
{
    struct sockaddr_nl from = {0};
    struct iovec part = {bytes, size};
    struct msghdr message = {
        .msg_name = &from, .msg_namelen = sizeof from, .msg_iov = &part, .msg_iovlen = 1};
    ssize_t n = recvmsg(mnl_socket_get_fd(socket), &message, MSG_DONTWAIT);

    if (n < 0)
        return -errno;
    if (message.msg_flags & MSG_TRUNC)
        return -EMSGSIZE;
    return from.nl_pid == 0 ? n : 0;
}

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
