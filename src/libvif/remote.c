/* SPDX-License-Identifier: Apache-2.0 */
/* The connection to vifd, and calls over it.  A call that was sent whole may have been carried out
 * whatever became of its answer, and the words of an error say so.  Nothing is asked twice: only a
 * connection that had ended before the call (vifd was restarted since the last one) is made anew.
 * Stands on rpc/varlink-client; remote-plug.c, remote-look.c and remote-show.c say what is called. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/deadline.h"
#include "base/stop.h"
#include "libvif/remote-call.h"
#include "rpc/varlink-client.h"

#define INTERFACE "io.vifd."

static int connect_to(struct remote *remote, const struct varlink_wait *wait, struct vif_error *err)
{
    struct varlink_wait own = *wait;
    int64_t soon = deadline_after(LIMIT_CONNECT_MS);
    int r;

    own.until = soon < wait->until ? soon : wait->until;
    r = varlink_client_open(remote->path, &own, &remote->client, err);
    if (r == -ENOMEM || r == -EINTR || r == 0)
        return r;
    return error_prefix(err, r, "vifd cannot be reached");
}

int remote_open(const char *path, const struct log *log, struct remote **ret_remote,
                struct vif_error *err)
{
    const struct varlink_wait wait = {.until = DEADLINE_NEVER};
    size_t size = strlen(path) + 1;
    struct remote *remote = calloc(1, sizeof *remote + size);
    int r;

    if (!remote)
        return error_memory(err);
    remote->log = log;
    remote->answer_ms = LIMIT_ANSWER_MS;
    memcpy(remote->path, path, size);
    r = connect_to(remote, &wait, err);
    if (r < 0) {
        free(remote);
        return r;
    }
    *ret_remote = remote;
    return 0;
}

void remote_close(struct remote *remote)
{
    if (!remote)
        return;
    varlink_client_close(remote->client);
    free(remote);
}

/* ---- the message ---- */

void remote_begin(struct remote_call *call, const char *method)
{
    char name[64];

    (void)snprintf(name, sizeof name, INTERFACE "%s", method);
    call->method = method;
    varlink_call_begin(&call->message, name);
}

static int end_message(struct remote_call *call, struct vif_error *err)
{
    const struct varlink_call how = {.more = call->more};

    text_add(&call->message, call->some ? "}" : "{}");
    varlink_call_end(&call->message, &how);
    if (call->message.failed)
        return error_memory(err);
    if (call->message.n <= LIMIT_CALL_BYTES)
        return 0;
    (void)error_set(err, VIF_ERROR_INVALID,
                    "too much for one call of vifd: %zu bytes, at most %zu are possible",
                    call->message.n, LIMIT_CALL_BYTES);
    return -E2BIG;
}

/* ---- errors ---- */

static const struct record_field failure_fields[] = {
    {.name = "kind", .type = RECORD_WORD, .offset = offsetof(struct remote_failure, kind)},
    {.name = "text", .type = RECORD_LINE, .offset = offsetof(struct remote_failure, text)},
};
const struct record_table remote_failure_table =
    RECORD_TABLE(failure_fields, struct remote_failure);

/* The parameters of an error of ours. */
struct error_record {
    const char *text;
    struct record_list results;
};

static const struct record_field error_fields[] = {
    {.name = "text", .type = RECORD_LINE, .offset = offsetof(struct error_record, text)},
    {.name = "results",
     .type = RECORD_LIST,
     .optional = true,
     .offset = offsetof(struct error_record, results),
     .table = &remote_result_table},
};
static const struct record_table error_table = RECORD_TABLE(error_fields, struct error_record);

/* An error of the protocol; all but the first two are told by a vifd of another age. */
struct service_error {
    const char *interface, *method, *parameter;
};

static const struct record_field service_fields[] = {
    {.name = "interface",
     .type = RECORD_WORD,
     .optional = true,
     .offset = offsetof(struct service_error, interface)},
    {.name = "method",
     .type = RECORD_WORD,
     .optional = true,
     .offset = offsetof(struct service_error, method)},
    {.name = "parameter",
     .type = RECORD_LINE,
     .optional = true,
     .offset = offsetof(struct service_error, parameter)},
};
static const struct record_table service_table = RECORD_TABLE(service_fields, struct service_error);

void remote_error(const struct remote_failure *failure, struct vif_error *ret)
{
    enum vif_error_kind kind = VIF_ERROR_SYSTEM;

    (void)error_kind_of_name(failure->kind, &kind);
    (void)error_set(ret, kind, "%s", failure->text);
}

int remote_bad_answer(const struct remote_call *call, const char *words, struct vif_error *err)
{
    (void)error_set(err, VIF_ERROR_SYSTEM,
                    "vifd answered %s with something that is not agreed: %s%s", call->method, words,
                    call->changes ? "; it may have done what was asked, a check tells" : "");
    return -EPROTO;
}

static int read_parameters(const struct remote_call *call, const struct record_table *table,
                           const struct varlink_reply *reply, void *record, struct vif_error *err)
{
    const struct json_path root = {.key = ""};
    struct vif_error why = {0};
    int r;

    memset(record, 0, table->size);
    r = record_read(table, reply->parameters, &root, call->pool, record, &why);
    if (r == -ENOMEM)
        return error_memory(err);
    return r < 0 ? remote_bad_answer(call, why.text, err) : 0;
}

static int take_service_error(const struct remote_call *call, const struct varlink_reply *reply,
                              struct vif_error *err)
{
    struct service_error error;
    int r = read_parameters(call, &service_table, reply, &error, err);

    if (r < 0)
        return r;
    if (strcmp(reply->error, VARLINK_PERMISSION_DENIED) == 0)
        return error_set(err, VIF_ERROR_PERMISSION, "vifd does not let this user call %s",
                         call->method);
    if (strcmp(reply->error, VARLINK_INVALID_PARAMETER) == 0)
        return error_set(err, VIF_ERROR_UNSUPPORTED, "vifd does not take the parameter %s of %s",
                         error.parameter, call->method);
    if (strncmp(reply->error, VARLINK_SERVICE ".", strlen(VARLINK_SERVICE ".")) == 0)
        return error_set(err, VIF_ERROR_UNSUPPORTED, "vifd does not have %s: %s", call->method,
                         reply->error + strlen(VARLINK_SERVICE "."));
    return remote_bad_answer(call, reply->error, err);
}

/* 0 when the caller takes the results instead. */
static int take_error(struct remote_call *call, const struct varlink_reply *reply,
                      struct vif_error *err)
{
    struct remote_failure failure = {.kind = reply->error + strlen(INTERFACE)};
    struct error_record error;
    struct vif_error fault = {0};
    int r;

    if (strncmp(reply->error, INTERFACE, strlen(INTERFACE)) != 0)
        return take_service_error(call, reply, err);
    r = read_parameters(call, &error_table, reply, &error, err);
    if (r < 0)
        return r;
    failure.text = error.text;
    remote_error(&failure, &fault);
    if (call->failed && error.results.n) {
        *call->failed = error.results;
        call->fault = fault;
        return 0;
    }
    return error_set(err, fault.kind, "%s", fault.text);
}

/* There was no answer, or not all of it: says what that means. */
static int explain(struct remote_call *call, int fault, const struct vif_error *why,
                   struct vif_error *err)
{
    bool open = call->begun && call->changes;
    const char *words;

    call->unanswered = true;
    switch (fault) {
    case -ENOMEM:
        (void)error_memory(err);
        break;
    case -EPROTO:
        words = open ? "; it may have done what was asked, a check tells" : "";
        (void)error_set(err, why->kind, "%s%s", why->text, words);
        break;
    case -EINTR:
        words = open ? "what vifd has begun it goes on with, a check tells" : "nothing was changed";
        (void)error_set(err, why->kind, "interrupted: %s", words);
        break;
    case -ETIMEDOUT:
        words = open ? ": it may still do what was asked, a check tells" : "";
        (void)error_set(err, why->kind, "vifd has not answered in time%s", words);
        break;
    default:
        words = open ? "the answer of vifd was lost: it may have done what was asked, a check tells"
                     : "vifd went away without an answer";
        (void)error_set(err, why->kind, "%s: %s", words, why->text);
        break;
    }
    return fault;
}

/* ---- the call ---- */

static int send_call(struct remote *remote, struct remote_call *call,
                     const struct varlink_wait *wait, struct vif_error *err)
{
    struct vif_error why = {0};
    int r;

    if (remote->client && !varlink_client_is_idle(remote->client)) {
        varlink_client_close(remote->client);
        remote->client = NULL;
    }
    if (stop_asked(wait->stop)) {
        r = stop_error(&why);
        return explain(call, r, &why, err);
    }
    if (!remote->client) {
        r = connect_to(remote, wait, err);
        if (r < 0)
            return r;
    }
    r = varlink_client_send(remote->client, &call->message, wait, &call->begun, &why);
    if (r == 0)
        return 0;
    varlink_client_close(remote->client);
    remote->client = NULL;
    return explain(call, r, &why, err);
}

/* 1 when more replies follow; '*ret_last' when none does, whatever it says. */
static int receive_reply(struct remote *remote, struct remote_call *call,
                         const struct varlink_wait *wait, size_t *replies, bool *ret_last,
                         struct vif_error *err)
{
    struct varlink_reply reply = {0};
    struct vif_error why = {0};
    int r = varlink_client_receive(remote->client, wait, &reply, &why);

    if (r < 0)
        return explain(call, r, &why, err);
    *replies += 1;
    *ret_last = !reply.continues;
    if (reply.continues && !call->more)
        r = remote_bad_answer(call, "several replies", err);
    else if (reply.error)
        r = take_error(call, &reply, err);
    else
        r = read_parameters(call, call->table, &reply, call->record, err);
    if (r == 0 && !reply.error && call->take)
        r = call->take(call->data, err);
    if (r == 0)
        r = reply.continues;
    varlink_reply_done(&reply);
    return r;
}

int remote_call(struct remote *remote, struct remote_call *call, struct vif_error *err)
{
    const struct varlink_wait wait = {
        .until = call->timeout_ms > 0 ? deadline_after(call->timeout_ms + remote->answer_ms)
                                      : DEADLINE_NEVER,
        .stop = call->stop,
        .tick = call->tick,
    };
    size_t replies = 0, n;
    bool last = false;
    int r = end_message(call, err);

    n = call->message.n;
    if (r == 0)
        r = send_call(remote, call, &wait, err);
    text_done(&call->message);
    if (r == 0) {
        do
            r = receive_reply(remote, call, &wait, &replies, &last, err);
        while (r > 0);
        /* What comes late must not be taken for the answer to another call. */
        if (!last) {
            varlink_client_close(remote->client);
            remote->client = NULL;
        }
    }
    log_debug(remote->log, "vifd: %s: %zu bytes, %zu replies", call->method, n, replies);
    return r;
}
