/* SPDX-License-Identifier: Apache-2.0 */
/* The database client as the files that make it up see it: transactions in client.c, monitors in
 * watch.c, vswitch-wired.c and select.c. */
#ifndef OVSDB_CLIENT_PRIVATE_H
#define OVSDB_CLIENT_PRIVATE_H

#include "ovsdb/client.h"
#include "rpc/jsonrpc.h"

struct ovsdb_client {
    struct jsonrpc *rpc; /* NULL: not connected */
    const struct log *log;
    struct tick tick;
    struct ovsdb_counts counts;
    int stop; /* cancels waiting; STOP_NEVER */
    const char *database;
    int64_t n_monitors;  /* each monitor has a number of its own, which its updates carry */
    unsigned failures;   /* in a row */
    const char *address; /* of 'addresses', the one connected to last; NULL: none was yet */
    size_t n_addresses;
    char *addresses[];
};

/* Afterwards there is a connection that was alive a moment ago. */
int ovsdb_client_ensure_connected(struct ovsdb_client *client, int64_t until,
                                  struct vif_error *err);
void ovsdb_client_disconnect(struct ovsdb_client *client);

/* Disconnects, unless 'r' leaves the connection usable. */
void ovsdb_client_after_failure(struct ovsdb_client *client, int r);

struct ovsdb_request {
    const char *method;
    const char *params; /* JSON */
    size_t n_operations;
    bool writes;
};

/* One request and its answer over the present connection.  '*ret_sent': the server may have it. */
int ovsdb_client_ask(struct ovsdb_client *client, const struct ovsdb_request *request,
                     int64_t until, json_t **ret_result, bool *ret_sent, struct vif_error *err);

/* Passes the last error on, but only where the whole call failed. */
static inline int ovsdb_client_report(int r, const struct vif_error *words, struct vif_error *err)
{
    if (r < 0 && err)
        *err = *words;
    return r;
}

/* One monitor, and the functions that follow it. */
struct ovsdb_monitor {
    const char *method;          /* "monitor", or "monitor_cond" */
    const char *update;          /* of its notifications: "update", or "update2" */
    const struct text *requests; /* <monitor-requests> (RFC 7047 section 4.1.5) */
    /* Gets all rows at the beginning ('first'), and again on each new connection; then changes.
     * 0 or -ENOMEM. */
    int (*parse)(void *data, const json_t *tables, bool first);
    bool (*is_done)(const void *data);
    void *data;
};

/* Watches until monitor->is_done(), connects again as needed, and cancels the monitor.  -ETIMEDOUT
 * (the caller sets the message); -EREMOTEIO if the server refuses the monitor; -ENOMEM; connection
 * errors before the first connection. */
int ovsdb_client_watch(struct ovsdb_client *client, const struct ovsdb_monitor *monitor,
                       int64_t until, struct vif_error *err);

#endif
