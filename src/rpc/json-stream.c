/* SPDX-License-Identifier: Apache-2.0 */
/* JSON texts over a byte stream.  Input is buffered, cut by the bracket scanner and parsed one
 * text at a time; output is dumped straight into a buffer and sent in one call. */
#include "rpc/json-stream.h"

#include <errno.h>
#include <stdlib.h>

#include "base/limits.h"
#include "json/json-text.h"

/* A connection is kept for the life of a daemon: what one big message needed is freed. */
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
    free(js->in.data);
    *js = (struct json_stream){0};
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
    n = stream_send(js->stream, js->out.data + js->out_sent, pending, err);
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

int json_stream_exchange(struct json_stream *js, int64_t until, struct vif_error *err)
{
    bool moved = false;

    while (!moved) {
        uint64_t before = js->sent;
        int r = stream_wait(js->stream, json_stream_pending(js) > 0, until, err);
        ssize_t n = r < 0 ? r : stream_receive(js->stream, &js->in, err);

        if (n < 0)
            return (int)n;
        js->received += (uint64_t)n;
        r = json_stream_flush(js, err);
        if (r < 0)
            return r;
        moved = n > 0 || js->sent > before;
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
        (void)error_set(err, VIF_ERROR_OVSDB, "%s: the server sent invalid JSON", address);
    return -EPROTO;
}

int json_stream_next(struct json_stream *js, json_t **ret_json, struct vif_error *err)
{
    struct vif_error why = {0};
    const char *text;
    size_t length;
    int r;

    if (js->in.start == js->in.end)
        return 0;
    text = js->in.data + js->in.start;
    r = json_scan(&js->scan, text, js->in.end - js->in.start, js->max_bytes, &length);
    if (r == 0)
        return 0;
    if (r < 0)
        return refused(js, r, err);
    r = json_text_parse_scanned(text, length, ret_json, &why);
    if (r == -ENOMEM)
        return error_memory(err);
    if (r < 0) {
        (void)error_set(err, VIF_ERROR_OVSDB, "%s: the server sent invalid JSON: %s",
                        stream_address(js->stream), why.text);
        return -EPROTO;
    }
    js->scan = (struct json_scan){0};
    stream_input_consume(&js->in, length);
    return 1;
}
