/* SPDX-License-Identifier: Apache-2.0 */
/* Calling a varlink service.  There is no loop behind it: a call is written, then replies are read,
 * each wait with the caller's deadline and the descriptor that stops it.  While it writes it reads as
 * well: a service may refuse a call before it has all of it, and is then heard.
 * Stands on stream and the messages of varlink.c; libvif's calls through vifd stand on it. */
#include "rpc/varlink-client.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/deadline.h"
#include "base/limits.h"
#include "base/stop.h"
#include "rpc/varlink-client-private.h"

#define ROOM_AT_FIRST ((size_t)16 << 10)
#define ROOM_KEPT     ((size_t)64 << 10)

/* The stream knows of databases only: what cannot be reached here is the service. */
static int told(int r, struct vif_error *err)
{
    if (r < 0 && err && err->kind == VIF_ERROR_OVSDB_UNREACHABLE)
        err->kind = VIF_ERROR_DAEMON_UNREACHABLE;
    return r;
}

int varlink_client_open(const char *path, const struct varlink_wait *wait,
                        struct varlink_client **ret_client, struct vif_error *err)
{
    auto_varlink_client struct varlink_client *client = calloc(1, sizeof *client);
    auto_free char *address = NULL;
    int r;

    if (!client || asprintf(&address, "unix:%s", path) < 0) {
        address = NULL;
        return error_memory(err);
    }
    client->max_bytes = LIMIT_REPLY_BYTES;
    client->probe_after = VARLINK_PROBE_AFTER;
    client->probe_lasts = VARLINK_PROBE_LASTS;
    r = stream_open(address, wait->stop, wait->until, &client->stream, err);
    if (r == -ETIMEDOUT) /* its queue is full, and nobody takes from it */
        (void)error_set(err, VIF_ERROR_DAEMON_UNREACHABLE, "%s: it takes no connection", address);
    if (r < 0)
        return told(r, err);
    *ret_client = take_ptr(client);
    return 0;
}

void varlink_client_close(struct varlink_client *client)
{
    if (!client)
        return;
    stream_close(client->stream);
    free(client->in);
    free(client);
}

/* Makes room behind what came in: by moving it to the front, else by doubling the buffer. */
static int make_room(struct varlink_client *client, struct vif_error *err)
{
    size_t kept = client->in_n - client->in_start, room = client->in_room;
    char *in;

    if (client->in_n < client->in_room)
        return 0;
    if (client->in_start > 0) {
        memmove(client->in, client->in + client->in_start, kept);
        client->in_start = 0;
        client->in_n = kept;
    }
    if (room > 0 && kept <= room / 2)
        return 0;
    room = room ? 2 * room : ROOM_AT_FIRST;
    in = realloc(client->in, room);
    if (!in)
        return error_memory(err);
    client->in = in;
    client->in_room = room;
    return 0;
}

/* Takes in what is there, which may be nothing; the number of bytes. */
static ssize_t take_in(struct varlink_client *client, struct vif_error *err)
{
    int r = make_room(client, err);
    ssize_t n;

    if (r < 0)
        return r;
    n = stream_read_now(client->stream, client->in + client->in_n, client->in_room - client->in_n,
                        err);
    if (n > 0)
        client->in_n += (size_t)n;
    return n < 0 ? told((int)n, err) : n;
}

bool varlink_client_is_idle(struct varlink_client *client)
{
    return client->in_start == client->in_n && take_in(client, NULL) == 0;
}

static int too_long(const struct varlink_client *client, struct vif_error *err)
{
    (void)error_set(err, VIF_ERROR_SYSTEM, "%s: a reply has more than %zu bytes",
                    stream_address(client->stream), client->max_bytes);
    return -EPROTO;
}

/* The length of the first message that has come whole; 0 when there is none. */
static int find_message(struct varlink_client *client, size_t *ret_length, struct vif_error *err)
{
    int r = varlink_cut(&client->cut, client->in ? client->in + client->in_start : "",
                        client->in_n - client->in_start, client->max_bytes, ret_length);

    return r < 0 ? too_long(client, err) : r;
}

/* The service has closed before it read all: what it said before that counts. */
static int hear_it_out(struct varlink_client *client, int fault)
{
    size_t length;
    int r;

    while (take_in(client, NULL) > 0 && client->in_n - client->in_start <= client->max_bytes)
        continue;
    r = find_message(client, &length, NULL);
    return r > 0 ? 0 : fault;
}

/* Waits until there may be something to read, or if 'write' is set room to write. */
static int wait_for(struct varlink_client *client, bool write, const struct varlink_wait *wait,
                    int64_t alarm, struct vif_error *err)
{
    for (;;) {
        int64_t first = wait->until < alarm ? wait->until : alarm;
        int64_t tick = wait->tick.call ? deadline_after(TICK_MS) : DEADLINE_NEVER;
        struct vif_error words = {0};
        int r;

        stream_stop_by(client->stream, wait->stop);
        r = stream_wait(client->stream, write, tick < first ? tick : first, &words);
        if (r == -ETIMEDOUT && deadline_left(first) != 0) {
            tick_call(&wait->tick);
            continue;
        }
        if (r < 0 && err)
            *err = words;
        return r;
    }
}

int varlink_client_send(struct varlink_client *client, const struct text *message,
                        const struct varlink_wait *wait, bool *ret_whole, struct vif_error *err)
{
    size_t sent = 0;

    *ret_whole = false;
    while (sent < message->n) {
        ssize_t n = stream_write_now(client->stream, message->data + sent, message->n - sent, err);
        int r = 0;

        if (n < 0)
            return hear_it_out(client, told((int)n, err));
        sent += (size_t)n;
        if (n > 0)
            continue;
        r = wait_for(client, true, wait, DEADLINE_NEVER, err);
        if (r < 0)
            return r;
        n = take_in(client, err);
        if (n < 0)
            return hear_it_out(client, (int)n);
        if (client->in_n - client->in_start > client->max_bytes)
            return too_long(client, err);
    }
    *ret_whole = true;
    return 0;
}

/* Asks on a connection of its own.  Whatever comes from there, be it the end, comes from a process that
 * goes about its work; nobody listens any more where it is about to end, and then our own connection
 * tells. */
static int probe(const struct varlink_client *client, const struct varlink_wait *wait,
                 struct vif_error *err)
{
    int64_t until = deadline_after(client->probe_lasts);
    struct varlink_wait own = {until < wait->until ? until : wait->until, wait->stop, wait->tick};
    struct text question = {0};
    auto_varlink_client struct varlink_client *other = NULL;
    bool whole;
    int r =
        varlink_client_open(stream_address(client->stream) + strlen("unix:"), &own, &other, err);

    if (r < 0)
        return r == -EINTR || r == -ENOMEM || r == -ETIMEDOUT ? r : 0;
    varlink_call_write(&question, VARLINK_SERVICE ".GetInfo", NULL, NULL);
    r = question.failed ? error_memory(err)
                        : varlink_client_send(other, &question, &own, &whole, err);
    text_done(&question);
    if (r == 0)
        r = wait_for(other, false, &own, DEADLINE_NEVER, err);
    return r == -ECONNRESET ? 0 : r;
}

/* Waits until something has come. */
static int await(struct varlink_client *client, const struct varlink_wait *wait,
                 struct vif_error *err)
{
    struct vif_error words = {0};
    int r;

    do {
        r = wait_for(client, false, wait, deadline_after(client->probe_after), &words);
        if (r != -ETIMEDOUT || deadline_left(wait->until) == 0)
            break;
        r = probe(client, wait, &words);
    } while (r == 0);
    if (r == -ETIMEDOUT && deadline_left(wait->until) != 0) {
        (void)error_set(&words, VIF_ERROR_DAEMON_UNREACHABLE, "%s: it does not answer",
                        stream_address(client->stream));
        r = -ECONNRESET;
    }
    if (r < 0 && err)
        *err = words;
    return r;
}

static void consume(struct varlink_client *client, size_t n)
{
    client->cut = (struct varlink_cut){0};
    client->in_start += n;
    if (client->in_start < client->in_n)
        return;
    client->in_start = client->in_n = 0;
    if (client->in_room <= ROOM_KEPT)
        return;
    free(client->in);
    client->in = NULL;
    client->in_room = 0;
}

int varlink_client_receive(struct varlink_client *client, const struct varlink_wait *wait,
                           struct varlink_reply *ret, struct vif_error *err)
{
    struct vif_error why = {0};
    size_t length = 0;
    int r;

    while ((r = find_message(client, &length, err)) == 0) {
        ssize_t n;

        r = await(client, wait, err);
        if (r < 0)
            return r;
        n = take_in(client, err);
        if (n < 0)
            return (int)n;
    }
    if (r < 0)
        return r;
    r = varlink_reply_read(client->in + client->in_start, length, ret, &why);
    consume(client, length + 1);
    if (r == -ENOMEM)
        return error_memory(err);
    if (r < 0) {
        (void)error_set(err, VIF_ERROR_SYSTEM, "%s: a reply is no message of varlink: %s",
                        stream_address(client->stream), why.text);
        return -EPROTO;
    }
    return 0;
}
