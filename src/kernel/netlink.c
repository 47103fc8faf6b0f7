/* SPDX-License-Identifier: Apache-2.0 */
/* A netlink socket and its batches.  A batch goes out in chunks, many requests in one
 * sendmsg(); each chunk is as large as its answers surely fit the receive buffer, for the kernel
 * drops what does not fit and the fate of those requests would be unknown. */
#include "kernel/netlink.h"

#include <errno.h>
#include <linux/netlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "base/pool.h"

/* What one answer takes of the receive buffer, as the kernel counts it (its whole skb): 832 bytes
 * for an ack and 2304 for a link on Linux 6.18, up to a page more where skbs are not trimmed. */
#define ACK_COST  2048
#define DATA_COST 8192

#define CHUNK_REQUESTS 128
#define CHUNK_BYTES    ((size_t)64 << 10)
#define RECEIVE_BUFFER (1 << 20)
#define ANSWER_BYTES   ((size_t)32 << 10) /* a link without its VFs is about 2 kB */

#define PENDING 1 /* as a result: sent, or to be sent, and not answered */

struct netlink {
    struct mnl_socket *socket;
    const struct log *log;
    struct netlink_counts counts;
    size_t receive_room; /* what the answers to one chunk may cost */
    size_t send_room;    /* bytes of one chunk */
    uint32_t seq;
    _Alignas(struct nlmsghdr) char answer[ANSWER_BYTES];
};

/* One netlink_batch_send(), and the chunk it is at. */
struct exchange {
    struct netlink *nl;
    struct netlink_batch *batch;
    struct netlink_result *results;
    int (*each)(void *data, size_t index, const struct nlmsghdr *message);
    void *data;
    struct vif_error *err;

    uint32_t first_seq; /* the chunk's; the rest count up from it */
    size_t n, pending;
    bool interrupted;               /* the chunk is a dump, and what it shows changed meanwhile */
    size_t indexes[CHUNK_REQUESTS]; /* into 'results' */
    struct iovec parts[CHUNK_REQUESTS];
};

static size_t buffer_size(int fd, int option)
{
    int size = 0;
    socklen_t n = sizeof size;

    return getsockopt(fd, SOL_SOCKET, option, &size, &n) == 0 && size > 0 ? (size_t)size : 0;
}

/* A kernel without one of these still does the work; it only checks or explains less. */
static void set_options(struct netlink *nl, int protocol)
{
    int fd = mnl_socket_get_fd(nl->socket), yes = 1, size = RECEIVE_BUFFER;

    (void)mnl_socket_setsockopt(nl->socket, NETLINK_EXT_ACK, &yes, sizeof yes);
    (void)mnl_socket_setsockopt(nl->socket, NETLINK_CAP_ACK, &yes, sizeof yes);
    if (protocol == NETLINK_ROUTE)
        (void)mnl_socket_setsockopt(nl->socket, NETLINK_GET_STRICT_CHK, &yes, sizeof yes);
    if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size) < 0)
        (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);

    /* Half, so that a miscount of the kernel's overhead costs nothing. */
    nl->receive_room = buffer_size(fd, SO_RCVBUF) / 2;
    nl->send_room = buffer_size(fd, SO_SNDBUF) / 2;
    if (nl->send_room > CHUNK_BYTES)
        nl->send_room = CHUNK_BYTES;
}

int netlink_open(int protocol, const struct log *log, struct netlink **ret_nl,
                 struct vif_error *err)
{
    auto_netlink struct netlink *nl = malloc(sizeof *nl);

    if (!nl)
        return error_memory(err);
    memset(nl, 0, offsetof(struct netlink, answer)); /* the pages of that only as they are used */
    nl->log = log;
    nl->socket = mnl_socket_open2(protocol, SOCK_CLOEXEC);
    if (!nl->socket)
        return error_sys(err, VIF_ERROR_KERNEL, errno, "open a netlink socket");
    if (mnl_socket_bind(nl->socket, 0, MNL_SOCKET_AUTOPID) < 0)
        return error_sys(err, VIF_ERROR_KERNEL, errno, "bind a netlink socket");
    set_options(nl, protocol);
    *ret_nl = take_ptr(nl);
    return 0;
}

void netlink_close(struct netlink *nl)
{
    if (!nl)
        return;
    if (nl->socket)
        (void)mnl_socket_close(nl->socket);
    free(nl);
}

const struct netlink_counts *netlink_counts(const struct netlink *nl)
{
    return &nl->counts;
}

void netlink_batch_done(struct netlink_batch *batch)
{
    free(batch->bytes);
    free(batch->requests);
    *batch = (struct netlink_batch){0};
}

struct nlmsghdr *netlink_batch_begin(struct netlink_batch *batch, uint16_t type, uint16_t flags,
                                     size_t max)
{
    struct nlmsghdr *message;

    if (batch->failed)
        return NULL;
    max = MNL_ALIGN(max);
    if (!array_grow(batch->bytes, batch->n_bytes, batch->room, max) ||
        !array_grow(batch->requests, batch->n, batch->n_room, 1)) {
        batch->failed = -ENOMEM;
        return NULL;
    }
    memset(batch->bytes + batch->n_bytes, 0, max);
    message = mnl_nlmsg_put_header(batch->bytes + batch->n_bytes);
    message->nlmsg_type = type;
    message->nlmsg_flags = NLM_F_REQUEST | flags;
    return message;
}

void netlink_batch_end(struct netlink_batch *batch, struct nlmsghdr *message)
{
    if (!message)
        return;
    batch->requests[batch->n++] = (struct netlink_request){batch->n_bytes, NETLINK_AFTER_NOTHING};
    batch->n_bytes += MNL_ALIGN(message->nlmsg_len);
}

void netlink_batch_after(struct netlink_batch *batch, size_t first)
{
    if (batch->n > 0 && first < batch->n - 1)
        batch->requests[batch->n - 1].after = first;
}

static struct nlmsghdr *message_at(const struct netlink_batch *batch, size_t start)
{
    /* Starts are aligned: realloc() aligns the first and every length is rounded up. */
    return (struct nlmsghdr *)(void *)(batch->bytes + start);
}

static bool is_acked(const struct exchange *x, size_t index)
{
    return message_at(x->batch, x->batch->requests[index].start)->nlmsg_flags & NLM_F_ACK;
}

/* The bits of NLM_F_DUMP mean other things in a request that changes something; those are acked. */
static bool is_dump(const struct exchange *x, size_t index)
{
    const struct nlmsghdr *message = message_at(x->batch, x->batch->requests[index].start);

    return !is_acked(x, index) && (message->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP;
}

/* Takes requests from '*next' on into the chunk: those that follow others, or those that do not.  A
 * dump is a chunk of its own: a socket runs one at a time, and paces it by what is read. */
static void fill_chunk(struct exchange *x, bool followers, size_t *next)
{
    size_t cost = 0, bytes = 0;

    x->n = 0;
    x->interrupted = false;
    x->first_seq = x->nl->seq + 1;
    for (; *next < x->batch->n && x->n < CHUNK_REQUESTS; ++*next) {
        const struct netlink_request *request = &x->batch->requests[*next];
        struct nlmsghdr *message = message_at(x->batch, request->start);
        size_t length = MNL_ALIGN(message->nlmsg_len);

        if (followers != (request->after != NETLINK_AFTER_NOTHING))
            continue;
        if (followers && x->results[request->after].error != 0) {
            x->results[*next].error = -ECANCELED;
            continue;
        }
        cost += is_acked(x, *next) ? ACK_COST : DATA_COST;
        bytes += length;
        if (x->n > 0 && (cost > x->nl->receive_room || bytes > x->nl->send_room ||
                         is_dump(x, *next) || is_dump(x, x->indexes[0])))
            break;
        message->nlmsg_seq = ++x->nl->seq;
        x->parts[x->n] = (struct iovec){message, length};
        x->indexes[x->n++] = *next;
    }
    x->pending = x->n;
}

static int send_chunk(struct exchange *x)
{
    struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
    struct msghdr message = {
        .msg_name = &kernel, .msg_namelen = sizeof kernel, .msg_iov = x->parts, .msg_iovlen = x->n};

    x->nl->counts.sends++;
    if (sendmsg(mnl_socket_get_fd(x->nl->socket), &message, 0) < 0)
        return error_sys(x->err, VIF_ERROR_KERNEL, errno, "send %zu requests to the kernel", x->n);
    return 0;
}

static void handle_end(struct exchange *x, size_t index, const struct nlmsghdr *message)
{
    struct netlink_result *result = &x->results[index];

    netlink_parse_end(message, result);
    if (message->nlmsg_type == NLMSG_DONE && result->error == 0 && x->interrupted)
        result->error = -EINTR;
    x->pending--;
}

static int lost(struct exchange *x)
{
    return error_sys(x->err, VIF_ERROR_KERNEL, ENOBUFS,
                     "the kernel dropped answers to %zu requests, whose outcome is unknown",
                     x->pending);
}

static int handle_message(struct exchange *x, const struct nlmsghdr *message)
{
    uint32_t place = message->nlmsg_seq - x->first_seq;
    size_t index;
    int r;

    if (message->nlmsg_type == NLMSG_OVERRUN)
        return lost(x);
    /* A late answer to an earlier exchange. */
    if (place >= x->n || !mnl_nlmsg_portid_ok(message, mnl_socket_get_portid(x->nl->socket)))
        return 0;
    index = x->indexes[place];
    if (x->results[index].error != PENDING || message->nlmsg_type == NLMSG_NOOP)
        return 0;
    if (message->nlmsg_flags & NLM_F_DUMP_INTR)
        x->interrupted = true;
    if (message->nlmsg_type == NLMSG_ERROR || message->nlmsg_type == NLMSG_DONE) {
        handle_end(x, index, message);
        return 0;
    }
    r = x->each ? x->each(x->data, index, message) : 0;
    if (!is_acked(x, index) && !is_dump(x, index)) {
        x->results[index].error = 0;
        x->pending--;
    }
    return r < 0 ? r : 0;
}

static int handle_datagram(struct exchange *x, size_t n_bytes)
{
    const struct nlmsghdr *message = (const void *)x->nl->answer;
    int left = (int)n_bytes;

    for (; mnl_nlmsg_ok(message, left); message = mnl_nlmsg_next(message, &left)) {
        int r = handle_message(x, message);

        if (r < 0)
            return r;
    }
    return 0;
}

/* Reads one datagram; '*ret_n' is 0 for one that is not from the kernel.  Answers, or the next part
 * of a dump, were queued before the call that asked for them returned: an empty queue stays empty.
 */
static int receive(struct exchange *x, size_t *ret_n)
{
    struct sockaddr_nl from = {0};
    struct iovec part = {x->nl->answer, sizeof x->nl->answer};
    struct msghdr message = {
        .msg_name = &from, .msg_namelen = sizeof from, .msg_iov = &part, .msg_iovlen = 1};
    ssize_t n = recvmsg(mnl_socket_get_fd(x->nl->socket), &message, MSG_DONTWAIT);

    if (n < 0 && errno == ENOBUFS)
        return lost(x);
    if (n < 0 && errno == EAGAIN)
        return error_set(x->err, VIF_ERROR_KERNEL, "the kernel left %zu requests unanswered",
                         x->pending);
    if (n < 0)
        return error_sys(x->err, VIF_ERROR_KERNEL, errno, "read answers of the kernel");
    if (message.msg_flags & MSG_TRUNC)
        return error_set(x->err, VIF_ERROR_KERNEL, "an answer of the kernel exceeds %zu bytes",
                         sizeof x->nl->answer);
    *ret_n = from.nl_pid == 0 ? (size_t)n : 0;
    return 0;
}

/* Throws away what is queued: while the receive buffer is full the kernel drops every new
 * answer. */
static void drain(struct netlink *nl)
{
    ssize_t n;

    do
        n = recv(mnl_socket_get_fd(nl->socket), nl->answer, sizeof nl->answer, MSG_DONTWAIT);
    while (n >= 0 || errno == ENOBUFS);
}

static int run_chunk(struct exchange *x)
{
    int r = send_chunk(x);

    while (r == 0 && x->pending > 0) {
        size_t n = 0;

        r = receive(x, &n);
        if (r == 0)
            r = handle_datagram(x, n);
    }
    return r;
}

static int run(struct exchange *x, bool followers, size_t *n_answered)
{
    size_t next = 0;

    while (next < x->batch->n) {
        int r;

        fill_chunk(x, followers, &next);
        if (x->n == 0)
            break;
        r = run_chunk(x);
        if (r < 0)
            return r;
        *n_answered += x->n;
        if (x->batch->on_answers)
            x->batch->on_answers(x->batch->data, *n_answered);
    }
    return 0;
}

int netlink_batch_send(struct netlink *nl, struct netlink_batch *batch, int changes,
                       struct netlink_result *results,
                       int (*each)(void *data, size_t index, const struct nlmsghdr *message),
                       void *data, struct vif_error *err)
{
    struct exchange x = {
        .nl = nl, .batch = batch, .results = results, .each = each, .data = data, .err = err};
    uint64_t sends = nl->counts.sends;
    size_t n_answered = 0;
    int r;

    if (batch->failed == -ENOMEM)
        return error_memory(err);
    if (batch->failed)
        return error_sys(err, VIF_ERROR_KERNEL, -batch->failed, "make a netlink request");
    for (size_t i = 0; i < batch->n; i++)
        results[i] = (struct netlink_result){.error = PENDING};
    *(changes ? &nl->counts.changes : &nl->counts.reads) += batch->n;

    r = run(&x, false, &n_answered);
    if (r == 0)
        r = run(&x, true, &n_answered);
    if (r < 0) {
        drain(nl);
        for (size_t i = 0; i < batch->n; i++)
            if (results[i].error == PENDING)
                results[i].error = r;
    }
    log_debug(nl->log, "netlink: %zu %s in %llu sends", batch->n, changes ? "changes" : "reads",
              (unsigned long long)(nl->counts.sends - sends));
    return r;
}
