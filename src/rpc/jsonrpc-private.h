/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of a JSON-RPC connection; its test shortens the times. */
#ifndef RPC_JSONRPC_PRIVATE_H
#define RPC_JSONRPC_PRIVATE_H

#include "base/error.h"
#include "base/limits.h"
#include "rpc/json-stream.h"
#include "rpc/jsonrpc.h"

/* Silence of the peer while we wait, in milliseconds: as long as Open vSwitch's own inactivity
 * probe before we ask whether it lives; then long enough for a server that compacts a large
 * database. */
#define JSONRPC_PROBE_AFTER 5000
#define JSONRPC_LOST_AFTER  10000

struct jsonrpc_request {
    int64_t id;
    json_t *answer; /* the whole message, once it came */
};

struct jsonrpc {
    struct json_stream js;
    int64_t next_id;
    struct jsonrpc_request requests[LIMIT_IN_FLIGHT];
    size_t n_requests;
    json_t *notifications; /* array of whole messages */

    int64_t probe_after, lost_after; /* milliseconds */
    int64_t quiet_since;             /* a point as of deadline_now() */
    bool probed;
    struct tick tick; /* of the caller that waits */

    int fault; /* the negative errno that ended the connection, and its words */
    struct vif_error fault_words;
};

/* NULL: no request 'id' waits. */
struct jsonrpc_request *jsonrpc_find(struct jsonrpc *rpc, int64_t id);

/* Takes the messages that have come whole.  An error ends the connection. */
int jsonrpc_take_messages(struct jsonrpc *rpc, struct vif_error *err);

#endif
