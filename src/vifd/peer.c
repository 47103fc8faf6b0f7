/* SPDX-License-Identifier: Apache-2.0 */
/* One connection: input is cut into messages, and one call is served at a time.  Meanwhile, and
 * until its answer has been read, nothing more is read: the caller's buffers fill up, not
 * ours.  A peer that sends nothing, half a message or nonsense, or reads nothing, harms only
 * itself. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "vifd/daemon.h"

static uv_stream_t *stream_of(struct peer *peer)
{
    return (uv_stream_t *)&peer->pipe;
}

static void closed(uv_handle_t *handle)
{
    struct peer *peer = handle->data;

    if (--peer->open_handles > 0)
        return;
    peer_identity_done(&peer->caller);
    free(peer);
}

/* Frees the buffer as soon as a message is read: idle peers hold nothing. */
static void drop_input(struct peer *peer)
{
    peer->daemon->server.input_bytes -= peer->in.room;
    free(peer->in.data);
    peer->in = (struct stream_input){0};
}

void peer_close(struct peer *peer)
{
    struct request *request = take_ptr(peer->request);

    if (peer->closing)
        return;
    peer->closing = true;
    drop_input(peer);
    TAILQ_REMOVE(&peer->daemon->server.peers, peer, link);
    peer->daemon->server.n_peers--;
    uv_close((uv_handle_t *)&peer->pipe, closed);
    uv_close((uv_handle_t *)&peer->stall, closed);
    if (request) {
        request->peer = NULL;
        daemon_drop(request);
    }
}

bool peer_is_gone(const struct peer *peer)
{
    struct pollfd fd = {.fd = -1};

    if (uv_fileno((const uv_handle_t *)&peer->pipe, &fd.fd) < 0)
        return true;
    return poll(&fd, 1, 0) > 0 && fd.revents & (POLLHUP | POLLERR);
}

/* ---- in ---- */

static void make_room(uv_handle_t *handle, size_t suggested, uv_buf_t *ret)
{
    struct peer *peer = handle->data;
    size_t *total = &peer->daemon->server.input_bytes, before = peer->in.room;
    bool room = stream_input_make_room(&peer->in);

    (void)suggested;
    *total += peer->in.room - before;
    *ret = uv_buf_init(NULL, 0);
    if (room && *total <= LIMIT_INPUT_BYTES)
        *ret = uv_buf_init(peer->in.data + peer->in.end, (unsigned)(peer->in.room - peer->in.end));
}

static void disconnect(struct peer *peer, const char *what)
{
    server_complain(&peer->daemon->server, "%s (pid %d, uid %u): %s; disconnected",
                    peer->caller.comm, (int)peer->caller.pid, (unsigned)peer->caller.uid, what);
    peer_close(peer);
}

/* Serves the first message of the input; false: there was none. */
static bool next_call(struct peer *peer)
{
    struct vif_error why = {0};
    size_t length = 0;
    int r = varlink_cut(&peer->in, LIMIT_CALL_BYTES, &length);

    if (r == 0)
        return false;
    if (r > 0)
        r = service_call(peer, peer->in.data + peer->in.start, length, &why);
    else
        (void)snprintf(why.text, sizeof why.text, "message longer than %zu bytes",
                       LIMIT_CALL_BYTES);
    if (r < 0) {
        disconnect(peer, why.text);
        return false;
    }
    peer->in.start += length + 1;
    peer->in.scanned = 0;
    if (peer->in.start == peer->in.end)
        drop_input(peer);
    return true;
}

static void take_input(uv_stream_t *stream, ssize_t n, const uv_buf_t *buffer);

static void read_stop(struct peer *peer)
{
    if (peer->reading)
        (void)uv_read_stop(stream_of(peer));
    peer->reading = false;
}

static bool is_busy(struct peer *peer)
{
    return peer->request || uv_stream_get_write_queue_size(stream_of(peer)) > 0;
}

/* Serves the calls in the buffer, and reads on only when there are none. */
static void go_on(struct peer *peer)
{
    while (!peer->closing && !is_busy(peer) && peer->in.start < peer->in.end && next_call(peer))
        continue;
    if (peer->closing)
        return;
    if (is_busy(peer)) {
        read_stop(peer);
    } else if (peer->no_more) {
        peer_close(peer);
    } else if (!peer->reading) {
        peer->reading = true;
        if (uv_read_start(stream_of(peer), make_room, take_input) < 0)
            peer_close(peer);
    }
}

static void take_input(uv_stream_t *stream, ssize_t n, const uv_buf_t *buffer)
{
    struct peer *peer = stream->data;

    (void)buffer;
    if (n == UV_ENOBUFS) {
        disconnect(peer, "out of memory for its message");
        return;
    }
    if (n < 0 && n != UV_EOF) {
        peer_close(peer);
        return;
    }
    if (n < 0) {
        read_stop(peer);
        peer->no_more = true;
    } else {
        peer->in.end += (size_t)n;
    }
    if (peer->in.start == peer->in.end)
        drop_input(peer);
    go_on(peer);
}

void peer_finish(struct peer *peer)
{
    if (peer->closing)
        return;
    drop_input(peer);
    read_stop(peer);
    peer->no_more = true;
    go_on(peer);
}

void peer_answered(struct peer *peer)
{
    peer->request = NULL;
    go_on(peer);
}

/* ---- out ---- */

struct output {
    uv_write_t write;
    struct text message;
};

static void stalled(uv_timer_t *timer)
{
    struct peer *peer = timer->data;
    size_t waits = uv_stream_get_write_queue_size(stream_of(peer));

    if (waits && waits == peer->stalled_at)
        disconnect(peer, "does not read its answers");
    peer->stalled_at = waits;
}

static void sent(uv_write_t *write, int status)
{
    struct output *output = (struct output *)write;
    struct peer *peer = write->handle->data;

    text_done(&output->message);
    free(output);
    if (status < 0) {
        peer_close(peer);
        return;
    }
    if (uv_stream_get_write_queue_size(stream_of(peer)) == 0)
        (void)uv_timer_stop(&peer->stall);
    go_on(peer);
}

/* Sends what is left of a message, which it takes. */
static void send_rest(struct peer *peer, struct text *message, size_t gone)
{
    struct output *output = calloc(1, sizeof *output);
    uv_buf_t buffer = uv_buf_init(message->data + gone, (unsigned)(message->n - gone));

    if (!output || uv_write(&output->write, stream_of(peer), &buffer, 1, sent) < 0) {
        free(output);
        peer_close(peer);
        return;
    }
    output->message = *message;
    *message = (struct text){0};
    if (uv_is_active((uv_handle_t *)&peer->stall))
        return;
    peer->stalled_at = uv_stream_get_write_queue_size(stream_of(peer));
    (void)uv_timer_start(&peer->stall, stalled, LIMIT_STALL_MS, LIMIT_STALL_MS);
}

void peer_send(struct peer *peer, struct text *message)
{
    uv_buf_t buffer = uv_buf_init(message->data, (unsigned)message->n);
    size_t waits = uv_stream_get_write_queue_size(stream_of(peer));
    int n = waits ? UV_EAGAIN : uv_try_write(stream_of(peer), &buffer, 1);

    if (peer->closing || (n >= 0 && (size_t)n == message->n))
        return;
    if (n < 0 && n != UV_EAGAIN)
        peer_close(peer);
    else if (waits > LIMIT_OUTPUT_BYTES)
        disconnect(peer, "does not read its answers");
    else
        send_rest(peer, message, n < 0 ? 0 : (size_t)n);
}

/* ---- new connections ---- */

static void read_name(struct peer_identity *caller)
{
    auto_file FILE *f = NULL;
    char path[64];

    (void)snprintf(path, sizeof path, "/proc/%d/comm", (int)caller->pid);
    f = caller->pid > 0 ? fopen(path, "re") : NULL;
    if (!f || !fgets(caller->comm, sizeof caller->comm, f))
        return;
    caller->comm[strcspn(caller->comm, "\n")] = '\0';
    for (char *p = caller->comm; *p; p++)
        if (*p < ' ' || *p > '~')
            *p = '?';
}

int peer_accept(struct daemon *daemon, uv_stream_t *server)
{
    struct peer *peer = calloc(1, sizeof *peer);
    struct vif_error why = {0};
    int fd = -1, r;

    if (!peer)
        return -ENOMEM;
    peer->daemon = daemon;
    (void)uv_pipe_init(&daemon->loop, &peer->pipe, 0);
    (void)uv_timer_init(&daemon->loop, &peer->stall);
    peer->pipe.data = peer->stall.data = peer;
    peer->open_handles = 2;
    TAILQ_INSERT_TAIL(&daemon->server.peers, peer, link);
    daemon->server.n_peers++;
    r = uv_accept(server, stream_of(peer));
    if (r == 0)
        r = uv_fileno((uv_handle_t *)&peer->pipe, &fd);
    if (r == 0)
        r = peer_identity_read(fd, &peer->caller, &why);
    if (r == 0) {
        read_name(&peer->caller);
        r = server_admit(&daemon->server, peer, &why);
    }
    if (r < 0) {
        if (why.text[0])
            disconnect(peer, why.text);
        else
            peer_close(peer);
        return r;
    }
    go_on(peer);
    return 0;
}
