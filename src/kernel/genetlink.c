/* SPDX-License-Identifier: Apache-2.0 */
/* Generic netlink (Documentation/userspace-api/netlink/intro.rst): a socket, the number of the
 * family it is for, and one request at a time, which ends with NLMSG_DONE for a dump and with an
 * ack for everything else.  Stands on libmnl; devlink and ethtool stand on it. */
#include "kernel/genetlink.h"

#include <errno.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/socket.h>

#define ANSWER_BYTES ((size_t)32 << 10) /* the kernel's dumps fill at most this: af_netlink.c */

struct genetlink {
    struct mnl_socket *socket;
    uint16_t family;
    uint32_t seq;
    _Alignas(struct nlmsghdr) char request[MNL_NLMSG_HDRLEN + GENL_HDRLEN + GENETLINK_REQUEST_ROOM];
    _Alignas(struct nlmsghdr) char answer[ANSWER_BYTES];
};

struct exchange {
    struct genetlink *genl;
    int (*each)(void *data, const struct nlmsghdr *message);
    void *data;
    struct netlink_result *result;
    bool finished;
};

uint32_t genetlink_u32(const struct nlattr *attr)
{
    return mnl_attr_get_payload_len(attr) >= sizeof(uint32_t) ? mnl_attr_get_u32(attr) : 0;
}

uint16_t genetlink_u16(const struct nlattr *attr)
{
    return mnl_attr_get_payload_len(attr) >= sizeof(uint16_t) ? mnl_attr_get_u16(attr) : 0;
}

uint8_t genetlink_u8(const struct nlattr *attr)
{
    return mnl_attr_get_payload_len(attr) >= sizeof(uint8_t) ? mnl_attr_get_u8(attr) : 0;
}

void genetlink_text(const struct nlattr *attr, char *ret_text, size_t size)
{
    size_t n = strnlen(mnl_attr_get_payload(attr), mnl_attr_get_payload_len(attr));

    if (n >= size)
        n = size - 1;
    memcpy(ret_text, mnl_attr_get_payload(attr), n);
    ret_text[n] = '\0';
}

static int take_word(const struct nlattr *attr, void *data)
{
    struct netlink_result *result = data;

    if (mnl_attr_get_type(attr) == NLMSGERR_ATTR_MSG)
        genetlink_text(attr, result->text, sizeof result->text);
    return MNL_CB_OK;
}

/* An ack (struct nlmsgerr) and the end of a dump both begin with the verdict.  Before the extended
 * ack stands the refused request, unless it was capped; not in a dump. */
static void take_verdict(struct exchange *x, const struct nlmsghdr *message)
{
    size_t n = mnl_nlmsg_get_payload_len(message), offset = sizeof(int);
    int verdict = 0;

    x->finished = true;
    if (n >= sizeof verdict)
        memcpy(&verdict, mnl_nlmsg_get_payload(message), sizeof verdict);
    x->result->error = verdict > 0 ? -verdict : verdict;
    if (message->nlmsg_type == NLMSG_ERROR) {
        const struct nlmsgerr *ack = mnl_nlmsg_get_payload(message);

        if (n < sizeof *ack) {
            x->result->error = -EBADMSG;
            return;
        }
        offset = sizeof *ack;
        if (!(message->nlmsg_flags & NLM_F_CAPPED) && ack->msg.nlmsg_len > sizeof ack->msg)
            offset += ack->msg.nlmsg_len - sizeof ack->msg;
    }
    if (message->nlmsg_flags & NLM_F_ACK_TLVS && offset <= n)
        (void)mnl_attr_parse(message, (unsigned)offset, take_word, x->result);
}

static int take_message(struct exchange *x, const struct nlmsghdr *message)
{
    /* Others are what is left of a request that ended early. */
    if (!mnl_nlmsg_seq_ok(message, x->genl->seq) ||
        !mnl_nlmsg_portid_ok(message, mnl_socket_get_portid(x->genl->socket)))
        return 0;
    if (message->nlmsg_type == NLMSG_ERROR || message->nlmsg_type == NLMSG_DONE) {
        take_verdict(x, message);
        return 0;
    }
    /* The kernel changed what it was telling: neither a yes nor a no may be concluded from it. */
    if (message->nlmsg_flags & NLM_F_DUMP_INTR)
        return -EINTR;
    if (message->nlmsg_type < NLMSG_MIN_TYPE || !x->each ||
        mnl_nlmsg_get_payload_len(message) < GENL_HDRLEN)
        return 0;
    return x->each(x->data, message);
}

static int take_datagram(struct exchange *x, size_t n_bytes)
{
    const struct nlmsghdr *message = (const void *)x->genl->answer;
    int left = (int)n_bytes;

    for (; mnl_nlmsg_ok(message, left); message = mnl_nlmsg_next(message, &left)) {
        int r = take_message(x, message);

        if (r < 0)
            return r;
    }
    return 0;
}

/* One datagram into genl->answer: its length, 0 for one that is not the kernel's. */
static ssize_t receive(struct genetlink *genl)
{
    struct sockaddr_nl from = {0};
    struct iovec part = {genl->answer, sizeof genl->answer};
    struct msghdr message = {
        .msg_name = &from, .msg_namelen = sizeof from, .msg_iov = &part, .msg_iovlen = 1};
    /* The answer, or the next part of a dump, was queued before the call asking for it returned. */
    ssize_t n = recvmsg(mnl_socket_get_fd(genl->socket), &message, MSG_DONTWAIT);

    if (n < 0)
        return errno == EAGAIN ? -EIO : -errno;
    if (message.msg_flags & MSG_TRUNC)
        return -EMSGSIZE;
    return from.nl_pid == 0 ? n : 0;
}

static int run(struct exchange *x)
{
    struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
    struct nlmsghdr *message = (void *)x->genl->request;

    message->nlmsg_seq = ++x->genl->seq;
    if (sendto(mnl_socket_get_fd(x->genl->socket), message, message->nlmsg_len, 0,
               (const struct sockaddr *)&kernel, sizeof kernel) < 0)
        return -errno;
    while (!x->finished) {
        ssize_t n = receive(x->genl);
        int r = n < 0 ? (int)n : take_datagram(x, (size_t)n);

        if (r < 0)
            return r;
    }
    return x->result->error;
}

int genetlink_send(struct genetlink *genl, int (*each)(void *data, const struct nlmsghdr *message),
                   void *data, struct netlink_result *ret)
{
    struct exchange x = {.genl = genl, .each = each, .data = data, .result = ret};

    *ret = (struct netlink_result){0};
    ret->error = run(&x);
    return ret->error;
}

static struct nlmsghdr *begin(struct genetlink *genl, uint16_t family, uint8_t command, bool dump)
{
    struct nlmsghdr *message = mnl_nlmsg_put_header(genl->request);
    struct genlmsghdr *header = mnl_nlmsg_put_extra_header(message, sizeof *header);

    message->nlmsg_type = family;
    message->nlmsg_flags = NLM_F_REQUEST | (dump ? NLM_F_DUMP : NLM_F_ACK);
    header->cmd = command;
    header->version = 1;
    return message;
}

struct nlmsghdr *genetlink_begin(struct genetlink *genl, uint8_t command, bool dump)
{
    return begin(genl, genl->family, command, dump);
}

static int take_family(const struct nlattr *attr, void *data)
{
    uint16_t *family = data;

    if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_ID)
        *family = genetlink_u16(attr);
    return MNL_CB_OK;
}

static int take_families(void *data, const struct nlmsghdr *message)
{
    (void)mnl_attr_parse(message, GENL_HDRLEN, take_family, data);
    return 0;
}

static int find_family(struct genetlink *genl, const char *name, struct vif_error *err)
{
    struct nlmsghdr *message = begin(genl, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, false);
    struct netlink_result result;
    int r;

    mnl_attr_put_strz(message, CTRL_ATTR_FAMILY_NAME, name);
    r = genetlink_send(genl, take_families, &genl->family, &result);
    if (r == 0 && genl->family < NLMSG_MIN_TYPE)
        r = -ENOENT;
    if (r == -ENOENT)
        (void)error_set(err, VIF_ERROR_KERNEL, "this kernel has no %s netlink", name);
    else if (r < 0)
        (void)error_sys(err, VIF_ERROR_KERNEL, -r, "look up %s netlink", name);
    return r;
}

static void set_options(const struct genetlink *genl)
{
    static const int wanted[] = {NETLINK_EXT_ACK, NETLINK_CAP_ACK};
    int yes = 1;

    /* A kernel without one of these still does the work; it only says less. */
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++)
        (void)mnl_socket_setsockopt(genl->socket, wanted[i], &yes, sizeof yes);
}

int genetlink_open(const char *family, struct genetlink **ret_genl, struct vif_error *err)
{
    auto_genetlink struct genetlink *genl = calloc(1, sizeof *genl);
    int r;

    if (!genl)
        return error_memory(err);
    genl->socket = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC);
    if (!genl->socket)
        return error_sys(err, VIF_ERROR_KERNEL, errno, "open a socket for %s netlink", family);
    if (mnl_socket_bind(genl->socket, 0, MNL_SOCKET_AUTOPID) < 0)
        return error_sys(err, VIF_ERROR_KERNEL, errno, "bind a socket for %s netlink", family);
    set_options(genl);
    r = find_family(genl, family, err);
    if (r < 0)
        return r;
    *ret_genl = take_ptr(genl);
    return 0;
}

void genetlink_close(struct genetlink *genl)
{
    if (!genl)
        return;
    if (genl->socket)
        (void)mnl_socket_close(genl->socket);
    free(genl);
}
