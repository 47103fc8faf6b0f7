/* SPDX-License-Identifier: Apache-2.0 */
/* A database client and a scripted server for it.  Include <cmocka.h> first. */
#ifndef OVSDB_SESSION_H
#define OVSDB_SESSION_H

#include <errno.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/deadline.h"
#include "base/error.h"
#include "failing-alloc.h"
#include "fake-server.h"
#include "ovsdb/client.h"
#include "json/json-text.h"

struct session {
    struct fake_server server;
    struct ovsdb_client *client;
    struct vif_error err;
    int64_t until;
    struct log log;
    char lines[4096];
};

static inline void note(void *data, const char *line)
{
    struct session *s = data;
    size_t n = strlen(s->lines);

    (void)snprintf(s->lines + n, sizeof s->lines - n, "%s\n", line);
}

static inline void begin_at(struct session *s, enum fake_family family,
                            const struct fake_action *script)
{
    const char *address = s->server.address;

    *s = (struct session){.until = deadline_after(15000), .log = {note, s}};
    fake_server_start(&s->server, family, script);
    assert_int_equal(ovsdb_client_new(&address, 1, &s->log, &s->client, &s->err), 0);
}

static inline void begin(struct session *s, const struct fake_action *script)
{
    begin_at(s, FAKE_UNIX, script);
}

static inline void end(struct session *s)
{
    ovsdb_client_free(s->client);
    fake_server_stop(&s->server);
    fake_server_remove(&s->server);
}

/* One transaction of one operation; the result, when there is one, has to be 'wanted'. */
static inline int transact(struct session *s, bool writes, const char *wanted)
{
    auto_operations struct ovsdb_operations operations = {.n = 1};
    auto_json json_t *results = NULL;
    auto_free char *text = NULL;
    int r;

    text_add(&operations.text, "%s", writes ? "{\"op\":\"mutate\"}" : "{\"op\":\"select\"}");
    s->err = (struct vif_error){0};
    r = ovsdb_client_transact(s->client, &operations, writes, s->until, &results, &s->err);
    assert_true((s->err.kind == VIF_ERROR_NONE) == (r == 0));
    if (r < 0) {
        assert_null(results);
        return r;
    }
    text = json_dumps(results, JSON_COMPACT);
    assert_string_equal(text, wanted);
    return 0;
}

static inline void assert_counts(struct session *s, uint64_t requests, uint64_t writes,
                                 uint64_t connects)
{
    const struct ovsdb_counts *counts = ovsdb_client_counts(s->client);

    assert_int_equal(counts->requests, requests);
    assert_int_equal(counts->writes, writes);
    assert_int_equal(counts->connects, connects);
}

/* Has 'work' talk to a server of this script without memory for one allocation after the other.
 * jansson's lexer reports a failed allocation as invalid text, -EPROTO; some need none to go on. */
static inline void each_allocation_of(const struct fake_action *script, unsigned long least,
                                      int (*work)(const char *address))
{
    each_allocation_fails(n, least) {
        struct fake_server server;
        int r;

        fake_server_start(&server, FAKE_UNIX, script);
        failing_alloc_set(n);
        r = work(server.address);
        failing_alloc_set(0);
        assert_true(r == 0 || r == -ENOMEM || r == -EPROTO);
        assert_true(r == 0 || failing_alloc_hit());
        fake_server_kill(&server);
        fake_server_remove(&server);
    }
}

#endif
