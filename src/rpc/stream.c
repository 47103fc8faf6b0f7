/* SPDX-License-Identifier: Apache-2.0 */
/* Byte streams over unix and TCP sockets.  The sockets never block: all waiting is done in poll()
 * with the caller's deadline.  Names are not resolved, because a resolver keeps no deadline.
 * Stands on base; the JSON stream stands on it. */
#include "rpc/stream.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include "base/deadline.h"
#include "base/parse.h"

/* How long a connect that blocks keeps its caller from seeing that it is stopped. */
#define STOP_SLICE_MS 50

/* Most answers fit in the first buffer, so that one system call receives them; what one big message
 * needed is freed. */
#define ROOM_AT_FIRST ((size_t)16 << 10)
#define ROOM_KEPT     ((size_t)64 << 10)

struct endpoint {
    union {
        struct sockaddr any;
        struct sockaddr_un local;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    };
    socklen_t size;
};

/* The parsers return what is wrong, or NULL. */
static const char *parse_unix(const char *path, struct endpoint *ret)
{
    size_t n = strlen(path);

    if (path[0] != '/')
        return "the path of a socket has to begin with '/'";
    if (n >= sizeof ret->local.sun_path)
        return "the path of a socket can have at most 107 bytes";
    ret->local.sun_family = AF_UNIX;
    memcpy(ret->local.sun_path, path, n + 1);
    ret->size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n + 1);
    return NULL;
}

static const char *parse_tcp(const char *text, struct endpoint *ret)
{
    const char *colon = strrchr(text, ':');
    bool v6 = text[0] == '[';
    const char *start = v6 ? text + 1 : text;
    char host[INET6_ADDRSTRLEN];
    int64_t port;
    size_t n;

    if (!colon || colon == text || (v6 && colon[-1] != ']'))
        return "expected tcp:IP:PORT or tcp:[IPv6]:PORT";
    n = (size_t)(colon - start) - (v6 ? 1 : 0);
    if (!v6 && memchr(start, ':', n))
        return "an IPv6 address has to be in brackets, tcp:[IPv6]:PORT";
    if (n >= sizeof host)
        return "the host is not an IP address";
    memcpy(host, start, n);
    host[n] = '\0';
    if (inet_pton(v6 ? AF_INET6 : AF_INET, host,
                  v6 ? (void *)&ret->v6.sin6_addr : (void *)&ret->v4.sin_addr) != 1)
        return "the host is not an IP address";
    if (parse_int(colon + 1, 1, UINT16_MAX, &port) < 0)
        return "the port is not a number from 1 to 65535";
    if (v6) {
        ret->v6.sin6_family = AF_INET6;
        ret->v6.sin6_port = htons((uint16_t)port);
        ret->size = sizeof ret->v6;
    } else {
        ret->v4.sin_family = AF_INET;
        ret->v4.sin_port = htons((uint16_t)port);
        ret->size = sizeof ret->v4;
    }
    return NULL;
}

static int parse_address(const char *address, struct endpoint *ret, struct vif_error *err)
{
    const char *fault = "expected unix:PATH, tcp:IP:PORT or tcp:[IPv6]:PORT";

    *ret = (struct endpoint){0};
    if (strncmp(address, "unix:", 5) == 0)
        fault = parse_unix(address + 5, ret);
    else if (strncmp(address, "tcp:", 4) == 0)
        fault = parse_tcp(address + 4, ret);
    else if (strncmp(address, "ssl:", 4) == 0)
        fault = "ssl: is not supported yet, use unix: or tcp:";
    return fault ? error_set(err, VIF_ERROR_CONFIG, "%s: %s", address, fault) : 0;
}

int stream_check_address(const char *address, struct vif_error *err)
{
    struct endpoint endpoint;

    return parse_address(address, &endpoint, err);
}

/* 0 when one of 'events' (or an error, which the next system call reports) is there; what is
 * there is served first, then the wish to stop. */
static int wait_stream(const struct stream *stream, short events, int64_t until)
{
    struct pollfd p[2] = {{.fd = stream->fd, .events = events},
                          {.fd = stream->stop, .events = POLLIN}};

    for (;;) {
        int64_t tick = stream->tick.call ? deadline_after(TICK_MS) : DEADLINE_NEVER;
        int n = poll(p, stream->stop > 0 ? 2 : 1, deadline_left(tick < until ? tick : until));

        if (n > 0)
            return p[0].revents ? 0 : -EINTR;
        if (n < 0 && errno != EINTR)
            return -errno;
        if (deadline_left(until) == 0)
            return -ETIMEDOUT;
        if (n == 0)
            tick_call(&stream->tick);
    }
}

/* A unix socket that does not block answers EAGAIN at once when the server's backlog is full, and
 * there is no event for room in it.  One that blocks waits for it, as long as SO_SNDTIMEO. */
static int connect_unix(const struct stream *stream, const struct endpoint *endpoint, int64_t until)
{
    int fd = stream->fd;

    for (;;) {
        int64_t slice = stream->stop > 0 ? deadline_after(STOP_SLICE_MS) : until;
        int left = deadline_left(slice < until ? slice : until);
        struct timeval tv = {.tv_sec = left / 1000, .tv_usec = left % 1000 * 1000L};

        if (left == 0)
            tv.tv_usec = 1; /* zero would mean forever */
        if (left >= 0 && setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof tv) < 0)
            return -errno;
        if (connect(fd, &endpoint->any, endpoint->size) == 0)
            break;
        if (errno != EAGAIN && errno != EINTR)
            return -errno;
        if (errno == EAGAIN && deadline_left(until) == 0)
            return -ETIMEDOUT;
        if (stop_asked(stream->stop))
            return -EINTR;
    }
    return fcntl(fd, F_SETFL, O_NONBLOCK) < 0 ? -errno : 0;
}

static int connect_tcp(const struct stream *stream, const struct endpoint *endpoint, int64_t until)
{
    int fd = stream->fd, on = 1, fault = 0, r;
    socklen_t size = sizeof fault;

    /* Requests are written whole: there is nothing to gather, and an answer to wait for. */
    if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) < 0)
        return -errno;
    if (fcntl(fd, F_SETFL, O_NONBLOCK) < 0)
        return -errno;
    if (connect(fd, &endpoint->any, endpoint->size) == 0)
        return 0;
    if (errno != EINPROGRESS)
        return -errno;
    r = wait_stream(stream, POLLOUT, until);
    if (r < 0)
        return r;
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &fault, &size) < 0)
        return -errno;
    return -fault;
}

int stream_open(const char *address, int stop, int64_t until, struct stream **ret_stream,
                struct vif_error *err)
{
    auto_stream struct stream *stream = NULL;
    size_t size = strlen(address) + 1;
    struct endpoint endpoint;
    int r;

    r = parse_address(address, &endpoint, err);
    if (r < 0)
        return r;
    stream = calloc(1, sizeof *stream + size);
    if (!stream)
        return error_memory(err);
    memcpy(stream->address, address, size);
    stream->stop = stop;
    stream->lost = VIF_ERROR_OVSDB_UNREACHABLE;
    stream->fd = socket(endpoint.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (stream->fd < 0)
        return error_sys(err, VIF_ERROR_SYSTEM, errno, "%s: socket", address);
    if (endpoint.any.sa_family == AF_UNIX)
        r = connect_unix(stream, &endpoint, until);
    else
        r = connect_tcp(stream, &endpoint, until);
    if (r == -EINTR)
        return stop_error(err);
    if (r < 0)
        return error_sys(err, VIF_ERROR_OVSDB_UNREACHABLE, -r, "%s", address);
    *ret_stream = take_ptr(stream);
    return 0;
}

void stream_close(struct stream *stream)
{
    if (!stream)
        return;
    cleanup_close(&stream->fd);
    free(stream->in.data);
    free(stream);
}

pid_t stream_peer(const struct stream *stream)
{
    struct ucred peer = {0};
    socklen_t size = sizeof peer;
    int domain = 0;
    socklen_t domain_size = sizeof domain;

    if (getsockopt(stream->fd, SOL_SOCKET, SO_DOMAIN, &domain, &domain_size) < 0 ||
        domain != AF_UNIX || getsockopt(stream->fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0)
        return 0;
    return peer.pid > 0 ? peer.pid : 0;
}

static int lost(const struct stream *stream, const char *words, struct vif_error *err)
{
    (void)error_set(err, stream->lost, "%s: %s", stream->address, words);
    return -ECONNRESET;
}

int stream_wait(struct stream *stream, bool write, int64_t until, struct vif_error *err)
{
    int r = wait_stream(stream, write ? POLLIN | POLLOUT : POLLIN, until);

    if (r == -ETIMEDOUT)
        return error_set(err, VIF_ERROR_TIMEOUT, "%s: no answer in time", stream->address);
    if (r == -EINTR)
        return stop_error(err);
    if (r < 0)
        return error_sys(err, VIF_ERROR_SYSTEM, -r, "%s: poll", stream->address);
    return 0;
}

ssize_t stream_send(struct stream *stream, const char *bytes, size_t n, struct vif_error *err)
{
    ssize_t sent;

    do
        sent = send(stream->fd, bytes, n, MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    if (sent >= 0)
        return sent;
    return errno == EAGAIN ? 0 : lost(stream, strerrordesc_np(errno), err);
}

/* By moving the input to the front, else by doubling the buffer. */
bool stream_input_make_room(struct stream_input *in)
{
    size_t kept = in->end - in->start, room = in->room ? in->room * 2 : ROOM_AT_FIRST;
    char *data;

    if (in->end < in->room)
        return true;
    if (in->start > 0)
        memmove(in->data, in->data + in->start, kept);
    in->start = 0;
    in->end = kept;
    if (in->room > 0 && kept <= in->room / 2)
        return true;
    data = realloc(in->data, room);
    if (!data)
        return false;
    in->data = data;
    in->room = room;
    return true;
}

ssize_t stream_receive(struct stream *stream, struct vif_error *err)
{
    struct stream_input *in = &stream->in;
    ssize_t n;

    if (!stream_input_make_room(in))
        return error_memory(err);
    do
        n = recv(stream->fd, in->data + in->end, in->room - in->end, 0);
    while (n < 0 && errno == EINTR);
    if (n == 0)
        return lost(stream, "the server closed the connection", err);
    if (n < 0)
        return errno == EAGAIN ? 0 : lost(stream, strerrordesc_np(errno), err);
    in->end += (size_t)n;
    return n;
}

void stream_input_consume(struct stream_input *in, size_t n)
{
    in->start += n;
    in->scanned = 0;
    if (in->start < in->end)
        return;
    in->start = in->end = 0;
    if (in->room <= ROOM_KEPT)
        return;
    free(in->data);
    *in = (struct stream_input){0};
}
