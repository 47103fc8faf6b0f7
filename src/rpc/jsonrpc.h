/* SPDX-License-Identifier: Apache-2.0 */
/* JSON-RPC 1.0 as OVSDB speaks it (RFC 7047 section 4): several requests in flight, answers in any
 * order, "echo" of the server answered while we wait, notifications kept until asked for. */
#ifndef RPC_JSONRPC_H
#define RPC_JSONRPC_H

#include <jansson.h>

#include "base/limits.h"
#include "base/text.h"
#include "rpc/stream.h"
#include "json/json-text.h"

/* Silence of the peer while we wait, in milliseconds: as long as Open vSwitch's own inactivity
 * probe before we ask whether it lives; then long enough for a server that compacts a large
 * database. */
#define JSONRPC_PROBE_AFTER 5000
#define JSONRPC_LOST_AFTER  10000

struct jsonrpc_request {
    int64_t id;
    json_t *answer; /* the whole message, once it came */
};

/* Its user may set 'stop' and 'tick' of the stream, which bound and accompany all its waits, and
 * read the first group. */
struct jsonrpc {
    struct stream *stream;
    uint64_t sent, received; /* bytes so far */

    size_t max_bytes; /* of one incoming text */
    struct json_scan scan;
    struct text out;            /* texts to send; sent up to 'out_sent' */
    size_t out_sent, out_whole; /* behind 'out_whole' a text is incomplete */

    int64_t next_id;
    struct jsonrpc_request requests[LIMIT_IN_FLIGHT];
    size_t n_requests;
    json_t *notifications; /* array of whole messages */

    int64_t probe_after, lost_after; /* milliseconds */
    int64_t quiet_since;             /* a point as of deadline_now() */
    bool probed;

    int fault; /* the negative errno that ended the connection, and its words */
    struct vif_error fault_words;
};

/* Connects; errors as stream_open(). */
int jsonrpc_open(const char *address, int stop, int64_t until, struct jsonrpc **ret_rpc,
                 struct vif_error *err);
void jsonrpc_close(struct jsonrpc *rpc);
DEFINE_AUTO(auto_jsonrpc, struct jsonrpc *, jsonrpc_close);
#define auto_jsonrpc __attribute__((cleanup(auto_jsonrpc_fn)))

/* Receives without waiting: answers a server's "echo", and reports a connection that ended
 * meanwhile (-ECONNRESET) before a request is lost in it.  Errors as
 * jsonrpc_wait(), but never -ETIMEDOUT; 'until' only bounds how long a server may keep us busy. */
int jsonrpc_service(struct jsonrpc *rpc, int64_t until, struct vif_error *err);

/* Sends a request; 'params' is JSON.  On success '*ret_id' is what to wait for.
 *
 * After an error the request was not carried out and never will be: one that could not be sent
 * whole by 'until' (-ETIMEDOUT) or before it was stopped (-EINTR) takes the connection with
 * it.  -ENOBUFS (kind OVSDB) when LIMIT_IN_FLIGHT requests wait already; -ENOMEM; others as
 * jsonrpc_wait(). */
int jsonrpc_send(struct jsonrpc *rpc, const char *method, const char *params, int64_t until,
                 int64_t *ret_id, struct vif_error *err);

/* Waits for the answer to 'id'.  On success '*ret_result' is a new reference.
 *
 * -ECONNRESET (kind OVSDB_UNREACHABLE): the connection ended or the peer answers nothing, not even
 * our own "echo"; whether the request was carried out is unknown.  -ETIMEDOUT and -EINTR likewise
 * (the answer, should it come later, is dropped).  -EPROTO (kind OVSDB): the peer sends what is not
 * JSON-RPC.  -EREMOTEIO (kind OVSDB): the server returned an error; its message (the "error"
 * string, or the members "error" and "details" of an error object) is in 'err'.  -ENOMEM.
 *
 * After -ECONNRESET and -EPROTO, and -ENOMEM while receiving, the connection is of no more use:
 * every call fails the same way, but a wait for an answer that had come before. */
int jsonrpc_wait(struct jsonrpc *rpc, int64_t id, int64_t until, json_t **ret_result,
                 struct vif_error *err);

/* Does not wait for the answer to 'id': it will be dropped. */
void jsonrpc_forget(struct jsonrpc *rpc, int64_t id);

/* Waits for the next notification with this method ("update"); '*ret_params' is a new reference.
 * Errors as jsonrpc_wait(). */
int jsonrpc_notification(struct jsonrpc *rpc, const char *method, int64_t until,
                         json_t **ret_params, struct vif_error *err);

/* ---- between the two files of it ---- */

/* Bytes still to be sent. */
size_t jsonrpc_pending(const struct jsonrpc *rpc);

/* Ends a text that was added to 'out' for sending; -ENOMEM when one of its parts found no memory:
 * it is dropped. */
int jsonrpc_end_text(struct jsonrpc *rpc, struct vif_error *err);

/* NULL: no request 'id' waits. */
struct jsonrpc_request *jsonrpc_find(struct jsonrpc *rpc, int64_t id);

/* Takes the messages that have come whole.  An error ends the connection. */
int jsonrpc_take_messages(struct jsonrpc *rpc, struct vif_error *err);

#endif
