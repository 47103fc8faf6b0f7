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

/* Embedded; 'out' may be added to, the counters may be read. */
struct json_stream {
    struct stream *stream;
    size_t max_bytes;  /* of one incoming text: LIMIT_MESSAGE_BYTES */
    uint64_t sent;     /* bytes so far */
    uint64_t received; /* bytes so far */

    struct text out;            /* texts to send, added by its owner; sent up to 'out_sent' */
    size_t out_sent, out_whole; /* behind 'out_whole' a text is incomplete */
    struct stream_input in;
    struct json_scan scan;
};

/* Connects; errors as stream_open().  json_stream_done() is fine after a failure, and twice. */
int json_stream_open(struct json_stream *js, const char *address, int stop, int64_t until,
                     struct vif_error *err);
void json_stream_done(struct json_stream *js);

/* Ends a text that was added to 'out' for sending.  Returns 0 and in '*ret_end' what 'sent' will be
 * once all of it has gone; or -ENOMEM when one of its parts found no memory: it is dropped. */
int json_stream_end(struct json_stream *js, uint64_t *ret_end, struct vif_error *err);

/* Bytes still to be sent. */
size_t json_stream_pending(const struct json_stream *js);

/* Sends what goes without waiting.  0, whether anything went or not; -ECONNRESET. */
int json_stream_flush(struct json_stream *js, struct vif_error *err);

/* Waits until something can be received, or sent if anything is pending, and does it.  Both
 * directions are served, so that two peers with full buffers do not wait for each other forever.
 * 0; -ETIMEDOUT; -EINTR; -ECONNRESET; -ENOMEM. */
int json_stream_exchange(struct json_stream *js, int64_t until, struct vif_error *err);

/* The next text that has come whole.  1 and a new reference in '*ret_json'; 0 when there is none;
 * -EPROTO (kind OVSDB) when the input is not JSON or too much; -ENOMEM. */
int json_stream_next(struct json_stream *js, json_t **ret_json, struct vif_error *err);

#endif
