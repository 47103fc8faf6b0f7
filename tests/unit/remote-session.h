/* SPDX-License-Identifier: Apache-2.0 */
/* A host of libvif whose vifd is a script. */
#ifndef REMOTE_SESSION_H
#define REMOTE_SESSION_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <vif/vif.h>

#include "fake-server.h"

struct session {
    struct fake_server server;
    struct vif_host *host;
    struct vif_batch *batch;
    struct vif_error err;
};

#define ID(n)  "00000000-0000-4000-8000-00000000000" #n
#define VIF(n) "{\"vif\":{\"type\":\"VIFBridge\",\"id\":\"" ID(n) "\"}}"

static inline void add_vifs(struct session *s, const char *text)
{
    assert_int_equal(vif_batch_add(s->batch, "in", text, strlen(text), &s->err), 0);
}

static inline int open_host(struct session *s)
{
    const struct vif_host_options options = {
        .size = sizeof options,
        .connect = s->server.address + strlen("unix:"),
    };

    return vif_host_open(&options, &s->host, &s->err);
}

/* The batch has the VIFs 1, 2 and 3. */
static inline void begin(struct session *s, const struct fake_action *script)
{
    *s = (struct session){0};
    fake_server_start(&s->server, FAKE_UNIX, script);
    if (open_host(s) < 0)
        fail_msg("%s", s->err.text);
    assert_int_equal(vif_batch_new(&s->batch, &s->err), 0);
    add_vifs(s, "[" VIF(1) "," VIF(2) "," VIF(3) "]");
}

static inline void end(struct session *s)
{
    vif_batch_free(s->batch);
    vif_host_close(s->host);
    fake_server_stop(&s->server);
    fake_server_remove(&s->server);
}

static inline void assert_words(const struct session *s, enum vif_error_kind kind,
                                const char *words)
{
    if (s->err.kind != kind || !strstr(s->err.text, words))
        fail_msg("expected %s \"%s\", got %s \"%s\"", vif_error_kind_name(kind), words,
                 vif_error_kind_name(s->err.kind), s->err.text);
}

#define PLUGGED(i, n)                                                                              \
    "{\"index\":" #i ",\"id\":\"" ID(n) "\",\"name\":\"tap" #n "\",\"bridge\":\"br-int\","         \
                                        "\"state\":\"plugged\",\"changed\":true,\"ofport\":" #n    \
                                        "}"
#define ALL "{\"parameters\":{\"results\":[" PLUGGED(2, 3) "," PLUGGED(0, 1) "," PLUGGED(1, 2) "]}}"

static inline void count_result(void *data, const struct vif_result *result)
{
    (void)result;
    ++*(size_t *)data;
}

#endif
