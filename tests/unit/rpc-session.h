/* SPDX-License-Identifier: Apache-2.0 */
/* A JSON-RPC connection to a scripted server, for the tests of JSON-RPC.  Include <cmocka.h> first. */
#ifndef RPC_SESSION_H
#define RPC_SESSION_H

#include <jansson.h>
#include <stdint.h>
#include <string.h>

#include "base/deadline.h"
#include "fake-server.h"
#include "rpc/jsonrpc.h"
#include "json/json-text.h"

struct session {
    struct fake_server server;
    struct jsonrpc *rpc;
    struct vif_error err;
    int64_t until;
};

static inline void begin(struct session *s, const struct fake_action *script)
{
    *s = (struct session){.until = deadline_after(15000)};
    fake_server_start(&s->server, FAKE_UNIX, script);
    assert_int_equal(jsonrpc_open(s->server.address, 0, s->until, &s->rpc, &s->err), 0);
}

static inline void end(struct session *s)
{
    jsonrpc_close(s->rpc);
    fake_server_stop(&s->server);
    fake_server_remove(&s->server);
}

static inline int64_t ask(struct session *s, const char *method)
{
    int64_t id = 0;

    assert_int_equal(jsonrpc_send(s->rpc, method, "[]", s->until, &id, &s->err), 0);
    return id;
}

static inline void assert_answer(struct session *s, int64_t id, const char *wanted)
{
    auto_json json_t *result = NULL;
    auto_free char *text = NULL;

    assert_int_equal(jsonrpc_wait(s->rpc, id, s->until, &result, &s->err), 0);
    text = json_dumps(result, JSON_COMPACT | JSON_ENCODE_ANY);
    assert_string_equal(text, wanted);
}

static inline void assert_fails(struct session *s, int64_t id, int r, enum vif_error_kind kind,
                                const char *words)
{
    json_t *result = NULL;

    s->err = (struct vif_error){0};
    assert_int_equal(jsonrpc_wait(s->rpc, id, s->until, &result, &s->err), r);
    assert_null(result);
    assert_int_equal(s->err.kind, kind);
    if (!strstr(s->err.text, words))
        fail_msg("\"%s\" is not in \"%s\"", words, s->err.text);
}

/* The connection is of no more use: 'r' is told from now on, at once. */
static inline void assert_broken(struct session *s, int r)
{
    json_t *result = NULL;
    int64_t id;

    assert_int_equal(jsonrpc_send(s->rpc, "m", "[]", s->until, &id, &s->err), r);
    assert_int_equal(jsonrpc_service(s->rpc, s->until, &s->err), r);
    assert_int_equal(jsonrpc_notification(s->rpc, "update", s->until, &result, &s->err), r);
    assert_true(s->err.text[0] != '\0');
}

#endif
