/* SPDX-License-Identifier: Apache-2.0 */
/* The messages a server sends: answers, notifications and requests of its own.  Input is cut by the
 * bracket scanner and parsed one text at a time. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "rpc/jsonrpc.h"
#include "json/json-text.h"

struct jsonrpc_request *jsonrpc_find(struct jsonrpc *rpc, int64_t id)
{
    for (size_t i = 0; i < rpc->n_requests; i++)
        if (rpc->requests[i].id == id)
            return &rpc->requests[i];
    return NULL;
}

static bool is_absent(const json_t *json)
{
    return !json || json_is_null(json);
}

__attribute__((format(printf, 3, 4))) static int bad(const struct jsonrpc *rpc,
                                                     struct vif_error *err, const char *format, ...)
{
    char words[VIF_ERROR_TEXT_MAX];
    va_list ap;

    va_start(ap, format);
    (void)vsnprintf(words, sizeof words, format, ap);
    va_end(ap);
    (void)error_set(err, VIF_ERROR_OVSDB, "%s: the server sent %s", rpc->stream->address, words);
    return -EPROTO;
}

/* Answers a request of the server: "echo" with its own words, any other with an error. */
static int take_request(struct jsonrpc *rpc, const json_t *message, struct vif_error *err)
{
    const char *method = json_string_value(json_object_get(message, "method"));
    const json_t *params = json_object_get(message, "params");

    if (jsonrpc_pending(rpc) > LIMIT_MESSAGE_BYTES)
        return bad(rpc, err, "requests without reading their answers");
    text_add(&rpc->out, "{\"id\":");
    json_add(&rpc->out, json_object_get(message, "id"), JSON_COMPACT);
    if (strcmp(method, "echo") == 0) {
        text_add(&rpc->out, ",\"error\":null,\"result\":");
        json_add(&rpc->out, params, JSON_COMPACT);
        text_add(&rpc->out, "}");
    } else {
        text_add(&rpc->out, ",\"error\":\"unknown method\",\"result\":null}");
    }
    return jsonrpc_end_text(rpc, err);
}

static int take_answer(struct jsonrpc *rpc, json_t *message, struct vif_error *err)
{
    const json_t *id = json_object_get(message, "id");
    struct jsonrpc_request *request;

    if (!json_is_integer(id) || json_integer_value(id) < 1 ||
        json_integer_value(id) >= rpc->next_id)
        return bad(rpc, err, "an answer to no request");
    if (!json_object_get(message, "result") && !json_object_get(message, "error"))
        return bad(rpc, err, "a message that is not JSON-RPC");
    request = jsonrpc_find(rpc, json_integer_value(id));
    if (request && !request->answer)
        request->answer = json_incref(message);
    return 0;
}

static int take_message(struct jsonrpc *rpc, json_t *message, struct vif_error *err)
{
    const json_t *method = json_object_get(message, "method");

    if (!json_is_object(message) || (!is_absent(method) && !json_is_string(method)))
        return bad(rpc, err, "a message that is not JSON-RPC");
    if (is_absent(method))
        return take_answer(rpc, message, err);
    if (!json_is_array(json_object_get(message, "params")))
        return bad(rpc, err, "a message without parameters");
    if (!is_absent(json_object_get(message, "id")))
        return take_request(rpc, message, err);
    if (json_array_size(rpc->notifications) >= LIMIT_NOTIFICATIONS)
        return bad(rpc, err, "too many notifications");
    return json_array_append(rpc->notifications, message) < 0 ? error_memory(err) : 0;
}

/* The next text that has come whole.  1 and a new reference; 0: there is none. */
static int next_text(struct jsonrpc *rpc, json_t **ret_json, struct vif_error *err)
{
    struct stream_input *in = &rpc->stream->in;
    struct vif_error why = {0};
    size_t length;
    int r;

    if (in->start == in->end)
        return 0;
    r = json_scan(&rpc->scan, in->data + in->start, in->end - in->start, rpc->max_bytes, &length);
    if (r == 0)
        return 0;
    if (r == -EMSGSIZE)
        return bad(rpc, err, "a message of more than %zu bytes", rpc->max_bytes);
    if (r == -E2BIG)
        return bad(rpc, err, "a message nested deeper than %d levels", LIMIT_JSON_DEPTH);
    if (r < 0)
        return bad(rpc, err, "invalid JSON");
    r = json_text_parse_scanned(in->data + in->start, 0, length, ret_json, &why);
    if (r == -ENOMEM)
        return error_memory(err);
    if (r < 0)
        return bad(rpc, err, "invalid JSON: %s", why.text);
    rpc->scan = (struct json_scan){0};
    stream_input_consume(in, length);
    return 1;
}

int jsonrpc_take_messages(struct jsonrpc *rpc, struct vif_error *err)
{
    for (;;) {
        auto_json json_t *message = NULL;
        int r = next_text(rpc, &message, err);

        if (r <= 0)
            return r;
        r = take_message(rpc, message, err);
        if (r < 0)
            return r;
    }
}
