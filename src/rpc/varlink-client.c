/* SPDX-License-Identifier: Apache-2.0 */
/* Calling a varlink service.  There is no loop behind it: a call is written, then replies are
 * read, each wait with the caller's deadline and the descriptor that stops it.  While it writes
 * it reads as well: a service may refuse a call before it has all of it, and is then heard.
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

/* The stream speaks of a database; here it is the service that cannot be reached. */
static int as_service(int r, struct vif_error *err)
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
    if (r == -ETIMEDOUT) /* its queue is full */
        (void)error_set(err, VIF_ERROR_DAEMON_UNREACHABLE, "%s: it accepts no connections",
                        address);
    if (r < 0)
        return as_service(r, err);
    *ret_client = take_ptr(client);
    return 0;
}

void varlink_client_close(struct varlink_client *client)
{
    if (!client)
        return;
    stream_close(client->stream);
    free(client->in.data);
    free(client);
}

static ssize_t receive(struct varlink_client *client, struct vif_error *err)
{
    ssize_t n = stream_receive(client->stream, &client->in, err);

    return n < 0 ? as_service((int)n, err) : n;
}

bool varlink_client_is_idle(struct varlink_client *client)
{
    return client->in.start == client->in.end && receive(client, NULL) == 0;
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
    int r = varlink_cut(&client->cut, client->in.data ? client->in.data + client->in.start : "",
                        client->in.end - client->in.start, client->max_bytes, ret_length);

    return r < 0 ? too_long(client, err) : r;
}

/* The service has closed before it read all: what it said before that counts. */
static int read_last_words(struct varlink_client *client, int fault)
{
    size_t length;
    int r;

    while (receive(client, NULL) > 0 && client->in.end - client->in.start <= client->max_bytes)
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
        ssize_t n = stream_send(client->stream, message->data + sent, message->n - sent, err);
        int r = 0;

        if (n < 0)
            return read_last_words(client, as_service((int)n, err));
        sent += (size_t)n;
        if (n > 0)
            continue;
        r = wait_for(client, true, wait, DEADLINE_NEVER, err);
        if (r < 0)
            return r;
        n = receive(client, err);
        if (n < 0)
            return read_last_words(client, (int)n);
        if (client->in.end - client->in.start > client->max_bytes)
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
    int r =
        varlink_client_open(stream_address(client->stream) + strlen("unix:"), &own, &other, err);

    if (r < 0)
        return r == -EINTR || r == -ENOMEM || r == -ETIMEDOUT ? r : 0;
    varlink_call_begin(&question, VARLINK_SERVICE ".GetInfo");
    text_add_bytes(&question, "{}", 2);
    varlink_call_end(&question, NULL);
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
        n = receive(client, err);
        if (n < 0)
            return (int)n;
    }
    if (r < 0)
        return r;
    r = varlink_reply_read(client->in.data + client->in.start, length, ret, &why);
    client->cut = (struct varlink_cut){0};
    stream_input_consume(&client->in, length + 1);
    if (r == -ENOMEM)
        return error_memory(err);
    if (r < 0) {
        (void)error_set(err, VIF_ERROR_SYSTEM, "%s: a reply is not a varlink message: %s",
                        stream_address(client->stream), why.text);
        return -EPROTO;
    }
    return 0;
}
