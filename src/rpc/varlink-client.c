/* SPDX-License-Identifier: Apache-2.0 */
/* Calling a varlink service.  There is no loop behind it: a call is written, then replies are
 * read, each wait with the caller's deadline and the descriptor that stops it.  While it writes
 * it reads as well: a service may refuse a call before it has all of it, and is then heard.
 * Stands on stream and the messages of varlink.c; libvif's calls through vifd stand on it. */
#include "rpc/varlink.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/deadline.h"
#include "base/limits.h"

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
    if (r == -ETIMEDOUT) /* its queue is full */
        (void)error_set(err, VIF_ERROR_DAEMON_UNREACHABLE, "%s: it accepts no connections",
                        address);
    if (r < 0 && err && err->kind == VIF_ERROR_OVSDB_UNREACHABLE)
        err->kind = VIF_ERROR_DAEMON_UNREACHABLE; /* the stream speaks of a database */
    if (r < 0)
        return r;
    client->stream->lost = VIF_ERROR_DAEMON_UNREACHABLE;
    *ret_client = take_ptr(client);
    return 0;
}

void varlink_client_close(struct varlink_client *client)
{
    if (!client)
        return;
    stream_close(client->stream);
    free(client);
}

/* Bytes of replies that have come. */
static size_t n_received(const struct varlink_client *client)
{
    return client->stream->in.end - client->stream->in.start;
}

bool varlink_client_is_idle(struct varlink_client *client)
{
    return !n_received(client) && stream_receive(client->stream, NULL) == 0;
}

static int too_long(const struct varlink_client *client, struct vif_error *err)
{
    (void)error_set(err, VIF_ERROR_SYSTEM, "%s: a reply has more than %zu bytes",
                    client->stream->address, client->max_bytes);
    return -EPROTO;
}

/* The service has closed before it read all: what it said before that counts. */
static int read_last_words(struct varlink_client *client, int fault)
{
    size_t length;
    int r;

    while (stream_receive(client->stream, NULL) > 0 && n_received(client) <= client->max_bytes)
        continue;
    r = varlink_cut(&client->stream->in, client->max_bytes, &length);
    return r > 0 ? 0 : fault;
}

static void wait_as(struct varlink_client *client, const struct varlink_wait *wait)
{
    client->stream->stop = wait->stop;
    client->stream->tick = wait->tick;
}

int varlink_client_send(struct varlink_client *client, const struct text *message,
                        const struct varlink_wait *wait, bool *ret_whole, struct vif_error *err)
{
    size_t sent = 0;

    *ret_whole = false;
    wait_as(client, wait);
    while (sent < message->n) {
        ssize_t n = stream_send(client->stream, message->data + sent, message->n - sent, err);
        int r = 0;

        if (n < 0)
            return read_last_words(client, (int)n);
        sent += (size_t)n;
        if (n > 0)
            continue;
        r = stream_wait(client->stream, true, wait->until, err);
        if (r < 0)
            return r;
        n = stream_receive(client->stream, err);
        if (n < 0)
            return read_last_words(client, (int)n);
        if (n_received(client) > client->max_bytes)
            return too_long(client, err);
    }
    *ret_whole = true;
    return 0;
}

/* Asks on a connection of its own.  Any reply, even the end of that connection, comes from a
 * process that works.  A service that is about to end no longer listens: our own connection
 * reports that. */
static int probe(const struct varlink_client *client, const struct varlink_wait *wait,
                 struct vif_error *err)
{
    int64_t until = deadline_after(client->probe_lasts);
    struct varlink_wait own = {until < wait->until ? until : wait->until, wait->stop, wait->tick};
    struct text question = {0};
    auto_varlink_client struct varlink_client *other = NULL;
    bool whole;
    int r = varlink_client_open(client->stream->address + strlen("unix:"), &own, &other, err);

    if (r < 0)
        return r == -EINTR || r == -ENOMEM || r == -ETIMEDOUT ? r : 0;
    varlink_begin(&question, "method", VARLINK_SERVICE ".GetInfo");
    text_add(&question, "{}");
    varlink_end(&question, NULL);
    r = question.failed ? error_memory(err)
                        : varlink_client_send(other, &question, &own, &whole, err);
    text_done(&question);
    if (r == 0)
        r = stream_wait(other->stream, false, own.until, err);
    return r == -ECONNRESET ? 0 : r;
}

/* Waits until something has come. */
static int await(struct varlink_client *client, const struct varlink_wait *wait,
                 struct vif_error *err)
{
    struct vif_error words = {0};
    int r;

    do {
        int64_t alarm = deadline_after(client->probe_after);

        r = stream_wait(client->stream, false, alarm < wait->until ? alarm : wait->until, &words);
        if (r != -ETIMEDOUT || deadline_left(wait->until) == 0)
            break;
        r = probe(client, wait, &words);
    } while (r == 0);
    if (r == -ETIMEDOUT && deadline_left(wait->until) != 0) {
        (void)error_set(&words, VIF_ERROR_DAEMON_UNREACHABLE, "%s: it does not answer",
                        client->stream->address);
        r = -ECONNRESET;
    }
    if (r < 0 && err)
        *err = words;
    return r;
}

int varlink_client_receive(struct varlink_client *client, const struct varlink_wait *wait,
                           struct varlink_reply *ret, struct vif_error *err)
{
    struct stream_input *in = &client->stream->in;
    struct vif_error why = {0};
    size_t length = 0;
    int r;

    wait_as(client, wait);
    while ((r = varlink_cut(in, client->max_bytes, &length)) == 0) {
        r = await(client, wait, err);
        if (r == 0)
            r = (int)stream_receive(client->stream, err);
        if (r < 0)
            return r;
    }
    if (r < 0)
        return too_long(client, err);
    r = varlink_reply_read(in->data + in->start, length, ret, &why);
    stream_input_consume(in, length + 1);
    if (r == -ENOMEM)
        return error_memory(err);
    if (r < 0) {
        (void)error_set(err, VIF_ERROR_SYSTEM, "%s: a reply is not a varlink message: %s",
                        client->stream->address, why.text);
        return -EPROTO;
    }
    return 0;
}
