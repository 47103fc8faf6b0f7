/* SPDX-License-Identifier: Apache-2.0 */
/* JSON-RPC 1.0 as OVSDB speaks it (RFC 7047 section 4): several requests in flight, answers in any
 * order, "echo" of the server answered while we wait, notifications kept until asked for. */
#ifndef RPC_JSONRPC_H
#define RPC_JSONRPC_H

#include <jansson.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/tick.h"

struct jsonrpc;

/* Connects; errors as stream_open(). */
int jsonrpc_open(const char *address, int stop, int64_t until, struct jsonrpc **ret_rpc,
                 struct vif_error *err);
void jsonrpc_close(struct jsonrpc *rpc);
DEFINE_AUTO(auto_jsonrpc, struct jsonrpc *, jsonrpc_close);
#define auto_jsonrpc __attribute__((cleanup(auto_jsonrpc_fn)))

/* What waits ends with -EINTR (kind INTERRUPTED) once 'stop' is readable, unless what it waits
 * for is there; STOP_NEVER: nothing ends it.  An answer is then no longer waited for, and the
 * connection goes on, unless a request was half sent. */
void jsonrpc_stop_by(struct jsonrpc *rpc, int stop);

/* Bytes sent and received so far. */
uint64_t jsonrpc_sent(const struct jsonrpc *rpc);
uint64_t jsonrpc_received(const struct jsonrpc *rpc);

/* As stream_peer(). */
pid_t jsonrpc_peer(const struct jsonrpc *rpc);

/* From now on calls 'tick' (copied) every TICK_MS while a caller waits; it must not use
 * 'rpc'.  How long a peer may be silent is counted on. */
void jsonrpc_set_tick(struct jsonrpc *rpc, const struct tick *tick);

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
 * our own "echo"; whether the request was carried out is unknown.  -ETIMEDOUT likewise (the answer,
 * should it come later, is dropped).  -EPROTO (kind OVSDB): the peer sends what is not JSON-RPC.
 * -EREMOTEIO (kind OVSDB): the server returned an error; its message (the "error" string, or the
 * members "error" and "details" of an error object) is in 'err'.  -ENOMEM.
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

#endif
