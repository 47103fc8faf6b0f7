/* SPDX-License-Identifier: Apache-2.0 */
/* JSON-RPC 1.0 over a byte stream.  There is no thread and no loop behind it: messages are
 * received while a caller waits, and kept until asked for.  A fault of the connection is remembered
 * and reported to every later caller. */
#include "rpc/jsonrpc.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/deadline.h"

/* A connection is kept for the life of a daemon: what one big message needed is freed. */
#define ROOM_KEPT ((size_t)64 << 10)

int jsonrpc_open(const char *address, int stop, int64_t until, struct jsonrpc **ret_rpc,
                 struct vif_error *err)
{
    auto_jsonrpc struct jsonrpc *rpc = calloc(1, sizeof *rpc);
    int r;

    if (!rpc)
        return error_memory(err);
    rpc->max_bytes = LIMIT_MESSAGE_BYTES;
    rpc->next_id = 1;
    rpc->probe_after = JSONRPC_PROBE_AFTER;
    rpc->lost_after = JSONRPC_LOST_AFTER;
    rpc->notifications = json_array();
    if (!rpc->notifications)
        return error_memory(err);
    r = stream_open(address, stop, until, &rpc->stream, err);
    if (r == 0)
        *ret_rpc = take_ptr(rpc);
    return r;
}

void jsonrpc_close(struct jsonrpc *rpc)
{
    if (!rpc)
        return;
    stream_close(rpc->stream);
    text_done(&rpc->out);
    json_decref(rpc->notifications);
    for (size_t i = 0; i < rpc->n_requests; i++)
        json_decref(rpc->requests[i].answer);
    free(rpc);
}

/* The connection is unusable from now on; every later call reports this fault. */
static int end_connection(struct jsonrpc *rpc, int fault, const struct vif_error *words)
{
    rpc->fault = fault;
    rpc->fault_words = *words;
    return fault;
}

static int report_fault(const struct jsonrpc *rpc, struct vif_error *err)
{
    if (err)
        *err = rpc->fault_words;
    return rpc->fault;
}

void jsonrpc_forget(struct jsonrpc *rpc, int64_t id)
{
    struct jsonrpc_request *request = jsonrpc_find(rpc, id);

    if (!request)
        return;
    json_decref(request->answer);
    *request = rpc->requests[--rpc->n_requests];
}

/* ---- bytes ---- */

size_t jsonrpc_pending(const struct jsonrpc *rpc)
{
    return rpc->out_whole - rpc->out_sent;
}

int jsonrpc_end_text(struct jsonrpc *rpc, struct vif_error *err)
{
    if (rpc->out.failed) {
        rpc->out.n = rpc->out_whole;
        rpc->out.failed = false;
        return error_memory(err);
    }
    rpc->out_whole = rpc->out.n;
    return 0;
}

/* Sends what goes without waiting. */
static int send_some(struct jsonrpc *rpc, struct vif_error *err)
{
    size_t pending = jsonrpc_pending(rpc);
    ssize_t n;

    if (pending == 0)
        return 0;
    n = stream_send(rpc->stream, rpc->out.data + rpc->out_sent, pending, err);
    if (n < 0)
        return (int)n;
    rpc->sent += (uint64_t)n;
    rpc->out_sent += (size_t)n;
    if (jsonrpc_pending(rpc) > 0)
        return 0;
    rpc->out.n = rpc->out_sent = rpc->out_whole = 0;
    if (rpc->out.room > ROOM_KEPT)
        text_done(&rpc->out);
    return 0;
}

/* Waits until something has come or has gone.  Both directions are served, so that two peers with
 * full buffers do not wait for each other forever. */
static int exchange(struct jsonrpc *rpc, int64_t until, struct vif_error *err)
{
    uint64_t sent = rpc->sent, received = rpc->received;

    while (rpc->sent == sent && rpc->received == received) {
        int r = stream_wait(rpc->stream, jsonrpc_pending(rpc) > 0, until, err);
        ssize_t n = r < 0 ? r : stream_receive(rpc->stream, err);

        if (n < 0)
            return (int)n;
        rpc->received += (uint64_t)n;
        r = send_some(rpc, err);
        if (r < 0)
            return r;
    }
    return 0;
}

/* The peer was silent for a while: probe it, or give it up if it did not answer the probe. */
static int break_silence(struct jsonrpc *rpc, struct vif_error *err)
{
    int r;

    if (rpc->probed) {
        (void)error_set(err, VIF_ERROR_OVSDB_UNREACHABLE, "%s: the server does not answer",
                        rpc->stream->address);
        return -ECONNRESET;
    }
    text_add(&rpc->out, "{\"id\":%lld,\"method\":\"echo\",\"params\":[]}",
             (long long)rpc->next_id++);
    r = jsonrpc_end_text(rpc, err);
    if (r < 0)
        return r;
    rpc->probed = true;
    return send_some(rpc, err);
}

/* The time until now does not count as the peer's silence. */
static void restart_probe(struct jsonrpc *rpc)
{
    rpc->quiet_since = deadline_now();
    rpc->probed = false;
}

/* Sends and receives, and takes the messages that are complete.  -ETIMEDOUT past
 * 'until'; -EINTR when it is stopped; any other error has ended the connection.  No words: what
 * the caller waits for may have come before. */
static int pump(struct jsonrpc *rpc, int64_t until)
{
    int64_t alarm =
        rpc->quiet_since + rpc->probe_after + (rpc->probed ? rpc->lost_after : INT64_C(0));
    struct vif_error words = {0};
    int r = exchange(rpc, until < alarm ? until : alarm, &words);

    if (r == -EINTR || (r == -ETIMEDOUT && until <= alarm))
        return r;
    if (r == -ETIMEDOUT) {
        r = break_silence(rpc, &words);
    } else if (r == 0) {
        restart_probe(rpc);
        r = jsonrpc_take_messages(rpc, &words);
        if (r == 0)
            r = send_some(rpc, &words); /* the answers to "echo" */
    }
    return r < 0 ? end_connection(rpc, r, &words) : 0;
}

int jsonrpc_service(struct jsonrpc *rpc, int64_t until, struct vif_error *err)
{
    int r = 0;

    restart_probe(rpc);
    for (bool late = false; !rpc->fault && r == 0 && !late; late = deadline_left(until) == 0)
        r = pump(rpc, 0);
    return rpc->fault ? report_fault(rpc, err) : 0;
}

/* Sends until the byte before 'end' has gone.  It counts as sent even if the connection ended right
 * behind it: the wait for the answer reports that. */
static int flush(struct jsonrpc *rpc, uint64_t end, int64_t until, struct vif_error *err)
{
    struct vif_error words = {0};
    int r;

    r = send_some(rpc, &words);
    if (r < 0)
        (void)end_connection(rpc, r, &words);
    for (bool late = false; r == 0 && rpc->sent < end; late = deadline_left(until) == 0)
        r = late ? -ETIMEDOUT : pump(rpc, until);
    if (rpc->sent >= end)
        return 0;
    if (r != -ETIMEDOUT && r != -EINTR)
        return report_fault(rpc, err);
    (void)error_set(&words, VIF_ERROR_OVSDB_UNREACHABLE,
                    "%s: connection closed because a request could not be sent in time",
                    rpc->stream->address);
    (void)end_connection(rpc, -ECONNRESET, &words);
    if (r == -EINTR)
        return stop_error(err);
    return error_set(err, VIF_ERROR_TIMEOUT, "%s: the request could not be sent in time",
                     rpc->stream->address);
}

int jsonrpc_send(struct jsonrpc *rpc, const char *method, const char *params, int64_t until,
                 int64_t *ret_id, struct vif_error *err)
{
    int64_t id = rpc->next_id;
    int r;

    if (rpc->fault)
        return report_fault(rpc, err);
    if (rpc->n_requests == LIMIT_IN_FLIGHT) {
        (void)error_set(err, VIF_ERROR_OVSDB, "%s: %d requests are waiting for their answers",
                        rpc->stream->address, LIMIT_IN_FLIGHT);
        return -ENOBUFS;
    }
    restart_probe(rpc);
    text_add(&rpc->out, "{\"id\":%lld,\"method\":\"%s\",\"params\":", (long long)id, method);
    text_add_bytes(&rpc->out, params, strlen(params));
    text_add(&rpc->out, "}");
    r = jsonrpc_end_text(rpc, err);
    if (r < 0)
        return r;
    rpc->next_id++;
    r = flush(rpc, rpc->sent + jsonrpc_pending(rpc), until, err);
    if (r < 0)
        return r;
    rpc->requests[rpc->n_requests++] = (struct jsonrpc_request){.id = id};
    *ret_id = id;
    return 0;
}

/* The server's error: a string, or an object with a tag and details (RFC 7047 3.1). */
static int remote_error(const json_t *error, struct vif_error *err)
{
    const char *tag = json_string_value(error), *details = NULL;

    if (json_is_object(error)) {
        tag = json_string_value(json_object_get(error, "error"));
        details = json_string_value(json_object_get(error, "details"));
    }
    (void)error_set(err, VIF_ERROR_OVSDB, "ovsdb: %s%s%s",
                    tag ? tag : "the server returned an error without a message",
                    details ? ": " : "", details ? details : "");
    return -EREMOTEIO;
}

static int take_result(struct jsonrpc *rpc, struct jsonrpc_request *request, json_t **ret_result,
                       struct vif_error *err)
{
    const json_t *error = json_object_get(request->answer, "error");
    json_t *result = json_object_get(request->answer, "result");
    int r = !error || json_is_null(error) ? 0 : remote_error(error, err);

    if (r == 0)
        *ret_result = result ? json_incref(result) : json_null();
    jsonrpc_forget(rpc, request->id);
    return r;
}

/* One round of a wait for 'what'.  0: look again whether it came; past 'until', once more. */
static int wait_round(struct jsonrpc *rpc, const char *what, int64_t until, bool *late,
                      struct vif_error *err)
{
    int r;

    if (rpc->fault)
        return report_fault(rpc, err);
    r = *late ? -ETIMEDOUT : pump(rpc, until);
    *late = deadline_left(until) == 0;
    if (r == -EINTR)
        return stop_error(err);
    if (r == -ETIMEDOUT)
        return error_set(err, VIF_ERROR_TIMEOUT, "%s: no %s in time", rpc->stream->address, what);
    return 0;
}

int jsonrpc_wait(struct jsonrpc *rpc, int64_t id, int64_t until, json_t **ret_result,
                 struct vif_error *err)
{
    bool late = false;

    restart_probe(rpc);
    for (;;) {
        struct jsonrpc_request *request = jsonrpc_find(rpc, id);
        int r;

        if (!request)
            return error_set(err, VIF_ERROR_SYSTEM, "%s: no request %lld is waiting",
                             rpc->stream->address, (long long)id);
        if (request->answer)
            return take_result(rpc, request, ret_result, err);
        r = wait_round(rpc, "answer", until, &late, err);
        if (r < 0 && !rpc->fault)
            jsonrpc_forget(rpc, id);
        if (r < 0)
            return r;
    }
}

/* The first notification kept with this method, as a new reference; it is kept no longer. */
static json_t *next_notification(struct jsonrpc *rpc, const char *method)
{
    size_t i;
    json_t *message;

    json_array_foreach(rpc->notifications, i, message)
    {
        const char *its = json_string_value(json_object_get(message, "method"));
        json_t *params;

        if (strcmp(its, method) != 0)
            continue;
        params = json_incref(json_object_get(message, "params"));
        (void)json_array_remove(rpc->notifications, i);
        return params;
    }
    return NULL;
}

int jsonrpc_notification(struct jsonrpc *rpc, const char *method, int64_t until,
                         json_t **ret_params, struct vif_error *err)
{
    bool late = false;

    restart_probe(rpc);
    for (;;) {
        json_t *params = next_notification(rpc, method);
        int r;

        if (params) {
            *ret_params = params;
            return 0;
        }
        r = wait_round(rpc, "notification", until, &late, err);
        if (r < 0)
            return r;
    }
}
