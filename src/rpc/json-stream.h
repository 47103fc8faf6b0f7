/* SPDX-License-Identifier: Apache-2.0 */
/* JSON texts, one after the other, in both directions over a byte stream. */
#ifndef RPC_JSON_STREAM_H
#define RPC_JSON_STREAM_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/text.h"
#include "rpc/stream.h"
#include "json/json-scan.h"

/* Embedded; the counters may be read, all else is its own. */
struct json_stream {
    struct stream *stream;
    size_t max_bytes;  /* of one incoming text: LIMIT_MESSAGE_BYTES */
    uint64_t sent;     /* bytes so far */
    uint64_t received; /* bytes so far */

    struct text out;            /* from 'out_sent' on it has still to go */
    size_t out_sent, out_whole; /* beyond 'out_whole' a text is being put together */
    char *in; /* what came, from 'in_start' to 'in_n', and was not yet handed out */
    size_t in_start, in_n, in_room;
    struct json_scan scan;
};

/* Connects; errors as stream_open().  json_stream_done() is fine after a failure, and twice. */
int json_stream_open(struct json_stream *js, const char *address, int stop, int64_t until,
                     struct vif_error *err);
void json_stream_done(struct json_stream *js);

/* Puts a text together for sending: json_stream_put() adds words as they are, json_stream_put_json()
 * any JSON value.  json_stream_end() returns 0 and in '*ret_end' what 'sent' will be once all of it
 * has gone; or -ENOMEM when one of the parts found no memory: then nothing of the text stays. */
void json_stream_put(struct json_stream *js, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void json_stream_put_json(struct json_stream *js, const json_t *json);
int json_stream_end(struct json_stream *js, uint64_t *ret_end, struct vif_error *err);

/* Bytes that were put and have not gone yet. */
size_t json_stream_pending(const struct json_stream *js);

/* Sends what goes without waiting.  0, whether anything went or not; -ECONNRESET. */
int json_stream_flush(struct json_stream *js, struct vif_error *err);

/* Waits until something can be received, or sent if anything is pending, and does it.  Both
 * directions are served, so that two peers with full buffers do not wait for each other for ever.
 * 0; -ETIMEDOUT; -EINTR; -ECONNRESET; -ENOMEM. */
int json_stream_exchange(struct json_stream *js, int64_t until, struct vif_error *err);

/* The next text that has come whole.  1 and a new reference in '*ret_json'; 0 when there is none;
 * -EPROTO (kind OVSDB) when what came is no JSON or too much; -ENOMEM. */
int json_stream_next(struct json_stream *js, json_t **ret_json, struct vif_error *err);

#endif
