/* SPDX-License-Identifier: Apache-2.0 */
/* Generic netlink (Documentation/userspace-api/netlink/intro.rst): a socket, the number of the
 * family it is for, and one request at a time, which ends with NLMSG_DONE for a dump and with an
 * ack for everything else.  Stands on libmnl; devlink and ethtool stand on it. */
#include "kernel/genetlink.h"

#include <errno.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <sys/socket.h>

#include "kernel/netlink-message.h"

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

static int handle_message(struct exchange *x, const struct nlmsghdr *message)
{
    /* Others are what is left of a request that ended early. */
    if (!mnl_nlmsg_seq_ok(message, x->genl->seq) ||
        !mnl_nlmsg_portid_ok(message, mnl_socket_get_portid(x->genl->socket)))
        return 0;
    if (message->nlmsg_type == NLMSG_ERROR || message->nlmsg_type == NLMSG_DONE) {
        netlink_parse_end(message, x->result);
        x->finished = true;
        return 0;
    }
    /* The objects changed during the dump: it proves neither a yes nor a no. */
    if (message->nlmsg_flags & NLM_F_DUMP_INTR)
        return -EINTR;
    if (message->nlmsg_type < NLMSG_MIN_TYPE || !x->each ||
        mnl_nlmsg_get_payload_len(message) < GENL_HDRLEN)
        return 0;
    return x->each(x->data, message);
}

static int handle_datagram(struct exchange *x, size_t n_bytes)
{
    const struct nlmsghdr *message = (const void *)x->genl->answer;
    int left = (int)n_bytes;

    for (; mnl_nlmsg_ok(message, left); message = mnl_nlmsg_next(message, &left)) {
        int r = handle_message(x, message);

        if (r < 0)
            return r;
    }
    return 0;
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
        /* The answer, or the next part of a dump, was queued before the call that asked for it
         * returned. */
        ssize_t n = netlink_receive(x->genl->socket, x->genl->answer, sizeof x->genl->answer);
        int r = n < 0 ? (int)n : handle_datagram(x, (size_t)n);

        if (r == -EAGAIN)
            r = -EIO;
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

static int parse_family(void *data, const struct nlmsghdr *message)
{
    const struct nlattr *of[CTRL_ATTR_FAMILY_ID + 1];

    netlink_attributes(message, GENL_HDRLEN, of, CTRL_ATTR_FAMILY_ID + 1);
    *(uint16_t *)data = netlink_u16(of[CTRL_ATTR_FAMILY_ID]);
    return 0;
}

static int find_family(struct genetlink *genl, const char *name, struct vif_error *err)
{
    struct netlink_result result;
    struct nlmsghdr *message;
    uint16_t family = 0;
    int r;

    genl->family = GENL_ID_CTRL;
    message = genetlink_begin(genl, CTRL_CMD_GETFAMILY, false);
    mnl_attr_put_strz(message, CTRL_ATTR_FAMILY_NAME, name);
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
    r = netlink_socket_open(NETLINK_GENERIC, &genl->socket, "generic netlink", err);
    if (r == 0)
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
