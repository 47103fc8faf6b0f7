/* SPDX-License-Identifier: Apache-2.0 */
/* The connection to vifd, and calls over it.  vifd may have acted on a call that was sent
 * completely, even if its reply is lost, and errors say so.  Nothing is sent twice: only a
 * connection that ended before the call (vifd was restarted) is made again. */
#include "client/client.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/deadline.h"
#include "base/limits.h"
#include "rpc/varlink.h"

#define INTERFACE "io.vifd."

static int connect_to(struct client *client, const struct varlink_wait *wait, struct vif_error *err)
{
    struct varlink_wait own = *wait;
    int64_t soon = deadline_after(LIMIT_CONNECT_MS);
    int r;

    own.until = soon < wait->until ? soon : wait->until;
    r = varlink_client_open(client->path, &own, &client->connection, err);
    if (r == -ENOMEM || r == -EINTR || r == 0)
        return r;
    return error_prefix(err, r, "vifd cannot be reached");
}

int client_open(const char *path, const struct log *log, struct client **ret_client,
                struct vif_error *err)
{
    const struct varlink_wait wait = {.until = DEADLINE_NEVER};
    size_t size = strlen(path) + 1;
    struct client *client = calloc(1, sizeof *client + size);
    int r;

    if (!client)
        return error_memory(err);
    client->log = log;
    client->answer_ms = LIMIT_ANSWER_MS;
    memcpy(client->path, path, size);
    r = connect_to(client, &wait, err);
    if (r < 0) {
        free(client);
        return r;
    }
    *ret_client = client;
    return 0;
}

static void disconnect(struct client *client)
{
    varlink_client_close(client->connection);
    client->connection = NULL;
}

void client_close(struct client *client)
{
    if (!client)
        return;
    disconnect(client);
    free(client);
}

static int write_message(const struct client_call *call, struct text *message,
                         struct vif_error *err)
{
    char name[64];

    (void)snprintf(name, sizeof name, INTERFACE "%s", call->method);
    varlink_begin(message, "method", name);
    record_write(call->parameters, call->arguments, message);
    varlink_end(message, call->more ? "more" : NULL);
    if (message->failed)
        return error_memory(err);
    if (message->n <= LIMIT_CALL_BYTES)
        return 0;
    (void)error_set(err, VIF_ERROR_INVALID,
                    "the call has %zu bytes, more than the %zu that vifd accepts", message->n,
                    LIMIT_CALL_BYTES);
    return -E2BIG;
}

/* ---- errors ---- */

int client_unexpected(const struct client_call *call, const char *words, struct vif_error *err)
{
    (void)error_set(err, VIF_ERROR_SYSTEM, "unexpected reply from vifd to %s: %s%s", call->method,
                    words, call->changes ? "; it may have done the work, which a check shows" : "");
    return -EPROTO;
}

static int read_record(const struct client_call *call, const struct record_table *table,
                       const struct varlink_reply *reply, void *record, struct vif_error *err)
{
    const struct json_path root = {.key = ""};
    struct vif_error why = {0};
    int r;

    memset(record, 0, table->size);
    r = record_read(table, reply->parameters, &root, call->pool, record, &why);
    if (r == -ENOMEM)
        return error_memory(err);
    return r < 0 ? client_unexpected(call, why.text, err) : 0;
}

struct error_reply {
    const char *text, *parameter;
    const struct record_list *results;
};

/* An error of the protocol; all but the first come from a vifd of another version. */
static int take_service_error(const struct client_call *call, const char *name,
                              const struct error_reply *error, struct vif_error *err)
{
    if (strcmp(name, VARLINK_PERMISSION_DENIED) == 0)
        return error_set(err, VIF_ERROR_PERMISSION, "vifd does not allow this user to call %s",
                         call->method);
    if (strcmp(name, VARLINK_INVALID_PARAMETER) == 0)
        return error_set(err, VIF_ERROR_UNSUPPORTED, "vifd does not support the parameter %s of %s",
                         error->parameter, call->method);
    if (strncmp(name, VARLINK_SERVICE ".", strlen(VARLINK_SERVICE ".")) == 0)
        return error_set(err, VIF_ERROR_UNSUPPORTED, "vifd does not support %s: %s", call->method,
                         name + strlen(VARLINK_SERVICE "."));
    return client_unexpected(call, name, err);
}

/* 0 when the caller takes the results instead. */
static int take_error(struct client_call *call, const struct varlink_reply *reply,
                      struct vif_error *err)
{
    bool own = strncmp(reply->error, INTERFACE, strlen(INTERFACE)) == 0;
    const struct record_field fields[] = {
        {RECORD_FIELD(struct error_reply, text, LINE), .optional = !own},
        {RECORD_FIELD(struct error_reply, parameter, LINE), .optional = true},
        {RECORD_FIELD(struct error_reply, results, LIST), .optional = true, .table = call->entry},
    };
    struct record_table table = {RECORD_TABLE(NULL, fields, struct error_reply)};
    enum vif_error_kind kind = VIF_ERROR_SYSTEM; /* what a newer vifd knows */
    struct error_reply error;
    int r;

    table.n = call->failed ? 3 : 2;
    r = read_record(call, &table, reply, &error, err);
    if (r < 0)
        return r;
    if (!own)
        return take_service_error(call, reply->error, &error, err);
    (void)error_kind_of_name(reply->error + strlen(INTERFACE), &kind);
    r = error_set(&call->fault, kind, "%s", error.text);
    if (call->failed && error.results && error.results->n) {
        *call->failed = error.results;
        return 0;
    }
    if (err)
        *err = call->fault;
    return r;
}

/* There was no reply, or not all of it: says what that means, also where vifd may have done the
 * work. */
static int explain(struct client_call *call, int fault, const struct vif_error *why,
                   struct vif_error *err)
{
    bool begun = call->begun && call->changes;
    const char *words, *more = "";

    call->unanswered = true;
    if (fault == -ENOMEM)
        return error_memory(err);
    if (fault == -EPROTO) {
        words = why->text;
        more = begun ? "; vifd may have done the work, which a check shows" : "";
    } else if (fault == -EINTR) {
        words = begun ? "interrupted: vifd completes what it has begun, which a check shows"
                      : "interrupted: nothing was changed";
    } else if (fault == -ETIMEDOUT) {
        words = begun ? "vifd did not reply in time; it may still do the work, which a check shows"
                      : "vifd did not reply in time";
    } else {
        words = begun ? "vifd's reply was lost; it may have done the work, which a check shows: "
                      : "vifd closed the connection without a reply: ";
        more = why->text;
    }
    (void)error_set(err, why->kind, "%s%s", words, more);
    return fault;
}

/* ---- the call ---- */

static int send_call(struct client *client, struct client_call *call, const struct text *message,
                     const struct varlink_wait *wait, struct vif_error *err)
{
    struct vif_error why = {0};
    int r;

    if (client->connection && !varlink_client_is_idle(client->connection))
        disconnect(client);
    if (stop_asked(wait->stop)) {
        r = stop_error(&why);
        return explain(call, r, &why, err);
    }
    if (!client->connection) {
        r = connect_to(client, wait, err);
        if (r < 0)
            return r;
    }
    r = varlink_client_send(client->connection, message, wait, &call->begun, &why);
    if (r == 0)
        return 0;
    disconnect(client);
    return explain(call, r, &why, err);
}

/* 1 when more replies follow; '*ret_last' when none does, even if it is an error. */
static int receive_reply(struct client *client, struct client_call *call,
                         const struct varlink_wait *wait, size_t *replies, bool *ret_last,
                         struct vif_error *err)
{
    struct varlink_reply reply = {0};
    struct vif_error why = {0};
    int r = varlink_client_receive(client->connection, wait, &reply, &why);

    if (r < 0)
        return explain(call, r, &why, err);
    *replies += 1;
    *ret_last = !reply.continues;
    if (reply.continues && !call->more)
        r = client_unexpected(call, "several replies", err);
    else if (reply.error)
        r = take_error(call, &reply, err);
    else
        r = read_record(call, call->reply, &reply, call->record, err);
    if (r == 0 && !reply.error && call->take)
        r = call->take(call->data, err);
    if (r == 0)
        r = reply.continues;
    varlink_reply_done(&reply);
    return r;
}

int client_call(struct client *client, struct client_call *call, struct vif_error *err)
{
    const struct varlink_wait wait = {
        .until = call->timeout_ms > 0 ? deadline_after(call->timeout_ms + client->answer_ms)
                                      : DEADLINE_NEVER,
        .stop = call->stop,
        .tick = call->tick,
    };
    struct text message = {0};
    size_t replies = 0, n;
    bool last = false;
    int r = write_message(call, &message, err);

    n = message.n;
    if (r == 0)
        r = send_call(client, call, &message, &wait, err);
    text_done(&message);
    if (r == 0) {
        do
            r = receive_reply(client, call, &wait, &replies, &last, err);
        while (r > 0);
        /* A late reply must not be taken for the reply to another call. */
        if (!last)
            disconnect(client);
    }
    log_debug(client->log, "vifd: %s: %zu bytes, %zu replies", call->method, n, replies);
    return r;
}
