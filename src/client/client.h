/* SPDX-License-Identifier: Apache-2.0 */
/* Calls through vifd: a connection, and calls over it whose parameters and replies tables
 * describe. */
#ifndef CLIENT_CLIENT_H
#define CLIENT_CLIENT_H

#include "base/deadline.h"
#include "base/error.h"
#include "base/pool.h"
#include "json/record.h"

struct varlink_client;

struct client {
    struct varlink_client *connection; /* NULL: lost */
    const struct log *log;
    int64_t answer_ms; /* how much later than a call's time its reply may come */
    char path[];
};

/* Connects to vifd's socket.  Errors as varlink_client_open(), "vifd cannot be reached: ...". */
int client_open(const char *path, const struct log *log, struct client **ret_client,
                struct vif_error *err);
void client_close(struct client *client);

/* A call.  The first group is required. */
struct client_call {
    const char *method; /* of io.vifd: "Plug" */
    const struct record_table *parameters;
    const void *arguments; /* the struct they are written from */
    const struct record_table *reply;
    void *record;      /* the struct each reply is read into, zeroed before */
    struct pool *pool; /* of its texts and lists */

    int (*take)(void *data, struct vif_error *err); /* handles each reply */
    void *data;
    /* Not NULL: where an error reply brings a list "results" of such entries, the call succeeds,
     * '*failed' is the list and 'fault' the error. */
    const struct record_list **failed;
    const struct record_table *entry;
    struct vif_error fault;
    bool more;          /* several replies are welcome */
    bool changes;       /* vifd is to change something */
    int64_t timeout_ms; /* VIF_TIMEOUT_CONFIGURED, VIF_TIMEOUT_NEVER */
    int stop;           /* STOP_NEVER */
    struct tick tick;

    /* Set by the call. */
    bool begun;      /* vifd has the whole message, and may have acted on it */
    bool unanswered; /* an error is not vifd's: the last reply is missing, or could not be read */
};

/* Makes the call and waits for its last reply.
 *
 * Errors: vifd's own, with their kinds; DAEMON_UNREACHABLE, TIMEOUT or INTERRUPTED without a reply,
 * in words that say what may have been done; SYSTEM (-EPROTO) for an unexpected reply; -ENOMEM. */
int client_call(struct client *client, struct client_call *call, struct vif_error *err);

/* The error for an unexpected reply; -EPROTO. */
int client_unexpected(const struct client_call *call, const char *words, struct vif_error *err);

#endif
