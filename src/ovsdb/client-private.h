/* SPDX-License-Identifier: Apache-2.0 */
/* The database client as the files that make it up see it: transactions in client.c, monitors in
 * watch.c, vswitch-wired.c and select-named.c. */
#ifndef OVSDB_CLIENT_PRIVATE_H
#define OVSDB_CLIENT_PRIVATE_H

#include "ovsdb/client.h"
#include "rpc/jsonrpc.h"

struct ovsdb_client {
    struct jsonrpc *rpc; /* NULL: not connected */
    const struct log *log;
    struct tick tick;
    struct ovsdb_counts counts;
    int stop; /* what ends the waiting early; STOP_NEVER */
    const char *database;
    int64_t n_monitors;  /* names of monitors: one each, so that an update tells whose it is */
    unsigned failures;   /* in a row, of connections and of requests cut off */
    const char *address; /* of 'addresses', the one connected to last; NULL: none was yet */
    size_t n_addresses;
    char *addresses[];
};

/* Afterwards there is a connection that was alive a moment ago. */
int ovsdb_client_ensure_connected(struct ovsdb_client *client, int64_t until,
                                  struct vif_error *err);
void ovsdb_client_disconnect(struct ovsdb_client *client);

/* Puts an end to a connection that 'r' says is of no more use. */
void ovsdb_client_after_failure(struct ovsdb_client *client, int r);

struct ovsdb_request {
    const char *method;
    const char *params; /* JSON */
    size_t n_operations;
    bool writes;
};

/* One request and its answer over the connection there is.  '*ret_sent' says whether the server may
 * have seen it. */
int ovsdb_client_ask(struct ovsdb_client *client, const struct ovsdb_request *request,
                     int64_t until, json_t **ret_result, bool *ret_sent, struct vif_error *err);

/* What went wrong on the way is told only where it was the end of it. */
static inline int ovsdb_client_tell(int r, const struct vif_error *words, struct vif_error *err)
{
    if (r < 0 && err)
        *err = *words;
    return r;
}

/* What is watched by one monitor, and what to make of it. */
struct ovsdb_monitor {
    const char *method;          /* "monitor", or "monitor_cond" */
    const char *update;          /* of its notifications: "update", or "update2" */
    const struct text *requests; /* <monitor-requests> (RFC 7047 section 4.1.5) */
    /* Takes tables of rows: what there is at the beginning ('first'), which may be told again after
     * a connection was lost, and then what changes.  0 or -ENOMEM. */
    int (*take)(void *data, const json_t *tables, bool first);
    bool (*is_done)(const void *data);
    void *data;
};

/* Watches until monitor->is_done(), over as many connections as it takes; the monitor is cancelled
 * before returning.  -ETIMEDOUT (no words worth telling) past 'until'; -EREMOTEIO when the server
 * refuses the monitor; -ENOMEM; and the errors of the first connection of a client's life. */
int ovsdb_client_watch(struct ovsdb_client *client, const struct ovsdb_monitor *monitor,
                       int64_t until, struct vif_error *err);

#endif
