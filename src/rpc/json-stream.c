/* SPDX-License-Identifier: Apache-2.0 */
/* JSON texts over a byte stream.  What comes in is buffered, cut by the bracket scanner and parsed
 * one text at a time; what goes out is dumped straight into a buffer and sent in one call.  It knows
 * no message formats.  Stands on stream and json; JSON-RPC stands on it. */
#include "rpc/json-stream.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "json/json-text.h"

/* Most answers fit in it, so that one system call takes them in. */
#define ROOM_AT_FIRST ((size_t)16 << 10)

/* A connection is kept for the life of a daemon: what one big message needed is given back. */
#define ROOM_KEPT ((size_t)64 << 10)

int json_stream_open(struct json_stream *js, const char *address, int stop, int64_t until,
                     struct vif_error *err)
{
    *js = (struct json_stream){.max_bytes = LIMIT_MESSAGE_BYTES};
    return stream_open(address, stop, until, &js->stream, err);
}

void json_stream_done(struct json_stream *js)
{
    stream_close(js->stream);
    text_done(&js->out);
    free(js->in);
    *js = (struct json_stream){0};
}

void json_stream_put(struct json_stream *js, const char *format, ...)
{
    char words[256];
    va_list ap;
    int n;

    va_start(ap, format);
    n = vsnprintf(words, sizeof words, format, ap);
    va_end(ap);
    if (n < 0 || (size_t)n >= sizeof words)
        js->out.failed = true;
    else
        text_add_bytes(&js->out, words, (size_t)n);
}

static int put_bytes(const char *bytes, size_t n, void *data)
{
    struct text *out = data;

    text_add_bytes(out, bytes, n);
    return out->failed ? -1 : 0;
}

void json_stream_put_json(struct json_stream *js, const json_t *json)
{
    if (json_dump_callback(json, put_bytes, &js->out, JSON_COMPACT | JSON_ENCODE_ANY) < 0)
        js->out.failed = true;
}

int json_stream_end(struct json_stream *js, uint64_t *ret_end, struct vif_error *err)
{
    if (js->out.failed) {
        js->out.n = js->out_whole;
        js->out.failed = false;
        return error_memory(err);
    }
    js->out_whole = js->out.n;
    *ret_end = js->sent + json_stream_pending(js);
    return 0;
}

size_t json_stream_pending(const struct json_stream *js)
{
    return js->out_whole - js->out_sent;
}

int json_stream_flush(struct json_stream *js, struct vif_error *err)
{
    size_t pending = json_stream_pending(js);
    ssize_t n;

    if (pending == 0)
        return 0;
    n = stream_write_now(js->stream, js->out.data + js->out_sent, pending, err);
    if (n < 0)
        return (int)n;
    js->sent += (uint64_t)n;
    js->out_sent += (size_t)n;
    if (json_stream_pending(js) > 0)
        return 0;
    js->out.n = js->out_sent = js->out_whole = 0;
    if (js->out.room > ROOM_KEPT)
        text_done(&js->out);
    return 0;
}

/* Makes room behind what came in: by moving it to the front, else by doubling the buffer. */
static int make_room(struct json_stream *js, struct vif_error *err)
{
    size_t kept = js->in_n - js->in_start, room = js->in_room ? js->in_room : ROOM_AT_FIRST;
    char *in;

    if (js->in_n < js->in_room)
        return 0;
    if (js->in_start > 0) {
        memmove(js->in, js->in + js->in_start, kept);
        js->in_start = 0;
        js->in_n = kept;
    }
    if (js->in_room > 0 && kept <= js->in_room / 2)
        return 0;
    if (js->in_room > 0)
        room *= 2;
    in = realloc(js->in, room);
    if (!in)
        return error_memory(err);
    js->in = in;
    js->in_room = room;
    return 0;
}

/* Takes in what is there; '*moved' tells whether anything was. */
static int receive(struct json_stream *js, bool *moved, struct vif_error *err)
{
    ssize_t n;
    int r;

    r = make_room(js, err);
    if (r < 0)
        return r;
    n = stream_read_now(js->stream, js->in + js->in_n, js->in_room - js->in_n, err);
    if (n < 0)
        return (int)n;
    js->in_n += (size_t)n;
    js->received += (uint64_t)n;
    *moved = n > 0;
    return 0;
}

int json_stream_exchange(struct json_stream *js, int64_t until, struct vif_error *err)
{
    bool moved = false;

    while (!moved) {
        uint64_t before = js->sent;
        int r;

        r = stream_wait(js->stream, json_stream_pending(js) > 0, until, err);
        if (r < 0)
            return r;
        r = receive(js, &moved, err);
        if (r < 0)
            return r;
        r = json_stream_flush(js, err);
        if (r < 0)
            return r;
        moved = moved || js->sent > before;
    }
    return 0;
}

static int refused(const struct json_stream *js, int r, struct vif_error *err)
{
    const char *address = stream_address(js->stream);

    if (r == -EMSGSIZE)
        (void)error_set(err, VIF_ERROR_OVSDB,
                        "%s: the server sent a message of more than %zu bytes", address,
                        js->max_bytes);
    else if (r == -E2BIG)
        (void)error_set(err, VIF_ERROR_OVSDB,
                        "%s: the server sent a message nested deeper than %d levels", address,
                        LIMIT_JSON_DEPTH);
    else
        (void)error_set(err, VIF_ERROR_OVSDB, "%s: the server sent something that is not JSON",
                        address);
    return -EPROTO;
}

/* Forgets the first 'n' bytes of what came in. */
static void consume(struct json_stream *js, size_t n)
{
    js->scan = (struct json_scan){0};
    js->in_start += n;
    if (js->in_start < js->in_n)
        return;
    js->in_start = js->in_n = 0;
    if (js->in_room > ROOM_KEPT) {
        free(js->in);
        js->in = NULL;
        js->in_room = 0;
    }
}

int json_stream_next(struct json_stream *js, json_t **ret_json, struct vif_error *err)
{
    struct vif_error why = {0};
    const char *text;
    size_t length;
    int r;

    if (js->in_start == js->in_n)
        return 0;
    text = js->in + js->in_start;
    r = json_scan(&js->scan, text, js->in_n - js->in_start, js->max_bytes, &length);
    if (r == 0)
        return 0;
    if (r < 0)
        return refused(js, r, err);
    r = json_text_parse_scanned(text, length, ret_json, &why);
    if (r == -ENOMEM)
        return error_memory(err);
    if (r < 0) {
        (void)error_set(err, VIF_ERROR_OVSDB, "%s: the server sent something that is not JSON: %s",
                        stream_address(js->stream), why.text);
        return -EPROTO;
    }
    consume(js, length);
    return 1;
}
