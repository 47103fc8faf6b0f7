/* SPDX-License-Identifier: Apache-2.0 */
/* JSON-RPC 1.0 over a JSON stream.  There is no thread and no loop behind it: messages are
 * received while a caller waits, and kept until asked for.  A fault of the connection is remembered
 * and reported to every later caller. */
#include "rpc/jsonrpc.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/deadline.h"
#include "base/stop.h"
#include "rpc/jsonrpc-private.h"
#include "json/json-text.h"

int jsonrpc_open(const char *address, int stop, int64_t until, struct jsonrpc **ret_rpc,
                 struct vif_error *err)
{
    auto_jsonrpc struct jsonrpc *rpc = calloc(1, sizeof *rpc);
    int r;

    if (!rpc)
        return error_memory(err);
    rpc->next_id = 1;
    rpc->probe_after = JSONRPC_PROBE_AFTER;
    rpc->lost_after = JSONRPC_LOST_AFTER;
    rpc->notifications = json_array();
    if (!rpc->notifications)
        return error_memory(err);
    r = json_stream_open(&rpc->js, address, stop, until, err);
    if (r == 0)
        *ret_rpc = take_ptr(rpc);
    return r;
}

void jsonrpc_close(struct jsonrpc *rpc)
{
    if (!rpc)
        return;
    json_stream_done(&rpc->js);
    json_decref(rpc->notifications);
    for (size_t i = 0; i < rpc->n_requests; i++)
        json_decref(rpc->requests[i].answer);
    free(rpc);
}

void jsonrpc_stop_by(struct jsonrpc *rpc, int stop)
{
    stream_stop_by(rpc->js.stream, stop);
}

uint64_t jsonrpc_sent(const struct jsonrpc *rpc)
{
    return rpc->js.sent;
}

uint64_t jsonrpc_received(const struct jsonrpc *rpc)
{
    return rpc->js.received;
}

pid_t jsonrpc_peer(const struct jsonrpc *rpc)
{
    return rpc->js.stream ? stream_peer(rpc->js.stream) : 0;
}

void jsonrpc_set_tick(struct jsonrpc *rpc, const struct tick *tick)
{
    rpc->tick = *tick;
}

static const char *address_of(const struct jsonrpc *rpc)
{
    return stream_address(rpc->js.stream);
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

/* The peer was silent for a while: probe it, or give it up if it did not answer the probe. */
static int break_silence(struct jsonrpc *rpc, struct vif_error *err)
{
    uint64_t end;
    int r;

    if (rpc->probed) {
        (void)error_set(err, VIF_ERROR_OVSDB_UNREACHABLE, "%s: the server does not answer",
                        address_of(rpc));
        return -ECONNRESET;
    }
    text_add(&rpc->js.out, "{\"id\":%lld,\"method\":\"echo\",\"params\":[]}",
             (long long)rpc->next_id++);
    r = json_stream_end(&rpc->js, &end, err);
    if (r < 0)
        return r;
    rpc->probed = true;
    return json_stream_flush(&rpc->js, err);
}

/* Sends and receives, and takes the messages that are complete.  -ETIMEDOUT past
 * 'until'; -EINTR when it is stopped; any other error has ended the connection.  No words: what
 * the caller waits for may have come before. */
static int pump(struct jsonrpc *rpc, int64_t until)
{
    int64_t alarm =
        rpc->quiet_since + rpc->probe_after + (rpc->probed ? rpc->lost_after : INT64_C(0));
    int64_t tick = rpc->tick.call ? deadline_after(TICK_MS) : DEADLINE_NEVER;
    int64_t first = until < alarm ? until : alarm;
    struct vif_error words = {0};
    int r;

    r = json_stream_exchange(&rpc->js, tick < first ? tick : first, &words);
    if (r == -ETIMEDOUT && tick < first) {
        tick_call(&rpc->tick);
        return 0;
    }
    if (r == -EINTR || (r == -ETIMEDOUT && until <= alarm))
        return r;
    if (r == -ETIMEDOUT) {
        r = break_silence(rpc, &words);
    } else if (r == 0) {
        rpc->quiet_since = deadline_now();
        rpc->probed = false;
        r = jsonrpc_take_messages(rpc, &words);
        if (r == 0)
            r = json_stream_flush(&rpc->js, &words); /* the answers to "echo" */
    }
    return r < 0 ? end_connection(rpc, r, &words) : 0;
}

/* Before a caller waits: the time until now does not count as the peer's silence. */
static void restart_probe(struct jsonrpc *rpc)
{
    rpc->quiet_since = deadline_now();
    rpc->probed = false;
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

    r = json_stream_flush(&rpc->js, &words);
    if (r < 0)
        (void)end_connection(rpc, r, &words);
    for (bool late = false; r == 0 && rpc->js.sent < end; late = deadline_left(until) == 0)
        r = late ? -ETIMEDOUT : pump(rpc, until);
    if (rpc->js.sent >= end)
        return 0;
    if (r != -ETIMEDOUT && r != -EINTR)
        return report_fault(rpc, err);
    (void)error_set(&words, VIF_ERROR_OVSDB_UNREACHABLE,
                    "%s: connection closed because a request could not be sent in time",
                    address_of(rpc));
    (void)end_connection(rpc, -ECONNRESET, &words);
    if (r == -EINTR)
        return stop_error(err);
    return error_set(err, VIF_ERROR_TIMEOUT, "%s: the request could not be sent in time",
                     address_of(rpc));
}

int jsonrpc_send(struct jsonrpc *rpc, const char *method, const char *params, int64_t until,
                 int64_t *ret_id, struct vif_error *err)
{
    int64_t id = rpc->next_id;
    uint64_t end;
    int r;

    if (rpc->fault)
        return report_fault(rpc, err);
    if (rpc->n_requests == LIMIT_IN_FLIGHT) {
        (void)error_set(err, VIF_ERROR_OVSDB, "%s: %d requests are waiting for their answers",
                        address_of(rpc), LIMIT_IN_FLIGHT);
        return -ENOBUFS;
    }
    restart_probe(rpc);
    text_add(&rpc->js.out, "{\"id\":%lld,\"method\":\"%s\",\"params\":", (long long)id, method);
    text_add_bytes(&rpc->js.out, params, strlen(params));
    text_add(&rpc->js.out, "}");
    r = json_stream_end(&rpc->js, &end, err);
    if (r < 0)
        return r;
    rpc->next_id++;
    r = flush(rpc, end, until, err);
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
        return error_set(err, VIF_ERROR_TIMEOUT, "%s: no %s in time", address_of(rpc), what);
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
                             address_of(rpc), (long long)id);
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
