/* SPDX-License-Identifier: Apache-2.0 */
/* The messages a server sends: answers, notifications and requests of its own. */
#include <errno.h>
#include <string.h>

#include "rpc/jsonrpc-private.h"
#include "json/json-build.h"
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

static int bad_message(const struct jsonrpc *rpc, const char *words, struct vif_error *err)
{
    (void)error_set(err, VIF_ERROR_OVSDB, "%s: the server sent %s", stream_address(rpc->js.stream),
                    words);
    return -EPROTO;
}

/* Answers a request of the server: "echo" with its own words, any other with an error. */
static int take_request(struct jsonrpc *rpc, const json_t *message, struct vif_error *err)
{
    const char *method = json_string_value(json_object_get(message, "method"));
    const json_t *params = json_object_get(message, "params");
    uint64_t end;

    if (json_stream_pending(&rpc->js) > LIMIT_MESSAGE_BYTES)
        return bad_message(rpc, "requests without reading their answers", err);
    text_add(&rpc->js.out, "{\"id\":");
    json_add(&rpc->js.out, json_object_get(message, "id"), JSON_COMPACT);
    if (strcmp(method, "echo") == 0) {
        text_add(&rpc->js.out, ",\"error\":null,\"result\":");
        json_add(&rpc->js.out, params, JSON_COMPACT);
        text_add(&rpc->js.out, "}");
    } else {
        text_add(&rpc->js.out, ",\"error\":\"unknown method\",\"result\":null}");
    }
    return json_stream_end(&rpc->js, &end, err);
}

static int take_answer(struct jsonrpc *rpc, json_t *message, struct vif_error *err)
{
    const json_t *id = json_object_get(message, "id");
    struct jsonrpc_request *request;

    if (!json_is_integer(id) || json_integer_value(id) < 1 ||
        json_integer_value(id) >= rpc->next_id)
        return bad_message(rpc, "an answer to no request", err);
    if (!json_object_get(message, "result") && !json_object_get(message, "error"))
        return bad_message(rpc, "a message that is not JSON-RPC", err);
    request = jsonrpc_find(rpc, json_integer_value(id));
    if (request && !request->answer)
        request->answer = json_incref(message);
    return 0;
}

static int take_message(struct jsonrpc *rpc, json_t *message, struct vif_error *err)
{
    const json_t *method = json_object_get(message, "method");

    if (!json_is_object(message) || (!is_absent(method) && !json_is_string(method)))
        return bad_message(rpc, "a message that is not JSON-RPC", err);
    if (is_absent(method))
        return take_answer(rpc, message, err);
    if (!json_is_array(json_object_get(message, "params")))
        return bad_message(rpc, "a message without parameters", err);
    if (!is_absent(json_object_get(message, "id")))
        return take_request(rpc, message, err);
    if (json_array_size(rpc->notifications) >= LIMIT_NOTIFICATIONS)
        return bad_message(rpc, "too many notifications", err);
    return json_array_append(rpc->notifications, message) < 0 ? error_memory(err) : 0;
}

int jsonrpc_take_messages(struct jsonrpc *rpc, struct vif_error *err)
{
    for (;;) {
        auto_json json_t *message = NULL;
        int r = json_stream_next(&rpc->js, &message, err);

        if (r <= 0)
            return r;
        r = take_message(rpc, message, err);
        if (r < 0)
            return r;
    }
}
