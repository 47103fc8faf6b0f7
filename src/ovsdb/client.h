/* SPDX-License-Identifier: Apache-2.0 */
/* The connection to one database server, made when needed.  There is no replica of the database. */
#ifndef OVSDB_CLIENT_H
#define OVSDB_CLIENT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/cleanup.h"
#include "base/deadline.h"
#include "base/error.h"
#include "base/text.h"

struct ovsdb_client;

/* Counters for tests, metrics and -v. */
struct ovsdb_counts {
    uint64_t requests; /* requests sent, each one round trip */
    uint64_t writes;   /* of these, transactions that could change something */
    uint64_t connects; /* connections made */
};

/* Operations of a transaction: JSON objects with ',' between them. */
struct ovsdb_operations {
    struct text text;
    size_t n;
};

static inline void ovsdb_operations_done(struct ovsdb_operations *operations)
{
    text_done(&operations->text);
}
#define auto_operations __attribute__((cleanup(ovsdb_operations_done)))

/* Makes a client of database Open_vSwitch for the addresses, tried in this order (copied; n >= 1).
 * Does not connect.  'log' is borrowed and may be NULL. */
int ovsdb_client_new(const char *const *addresses, size_t n, const struct log *log,
                     struct ovsdb_client **ret_client, struct vif_error *err);
/* The same for another database, whose name is borrowed. */
int ovsdb_client_new_of(const char *database, const char *const *addresses, size_t n,
                        const struct log *log, struct ovsdb_client **ret_client,
                        struct vif_error *err);
void ovsdb_client_free(struct ovsdb_client *client);
DEFINE_AUTO(auto_ovsdb_client, struct ovsdb_client *, ovsdb_client_free);
#define auto_ovsdb_client __attribute__((cleanup(auto_ovsdb_client_fn)))

/* Waiting ends with -EINTR (kind INTERRUPTED) once 'stop' is readable; STOP_NEVER: never.
 * Waiting for the answer to a transaction that writes is never interrupted. */
void ovsdb_client_stop_by(struct ovsdb_client *client, int stop);

/* Calls 'tick' (copied) every TICK_MS while the client waits; it must not use the client. */
void ovsdb_client_set_tick(struct ovsdb_client *client, const struct tick *tick);

const struct ovsdb_counts *ovsdb_client_counts(const struct ovsdb_client *client);

/* The address connected to last, NULL before the first connection. */
const char *ovsdb_client_address(const struct ovsdb_client *client);

/* The server's process id; 0 if unknown: not connected, TCP, or another PID namespace. */
pid_t ovsdb_client_server(const struct ovsdb_client *client);

/* Runs one "transact"; 'writes': it may change something.
 *
 * The first connection is tried once for each address, and the error lists all failures.  A lost
 * connection is made again with back-off (100 ms doubling to 3 s, with jitter) until 'until'.
 *
 * A transaction that only reads is sent again after a lost connection; one that writes is not,
 * unless it was not sent whole: -ECONNRESET and -ETIMEDOUT then mean that its result is unknown.
 *
 * '*ret_results' is a new reference to the results, one for each operation and perhaps an error
 * at commit (RFC 7047 section 4.1.3); an error of an operation is a success here. */
int ovsdb_client_transact(struct ovsdb_client *client, const struct ovsdb_operations *operations,
                          bool writes, int64_t until, json_t **ret_results, struct vif_error *err);

/* The schema of the database (RFC 7047 section 3.2), not validated; a new reference. */
int ovsdb_client_get_schema(struct ovsdb_client *client, int64_t until, json_t **ret_schema,
                            struct vif_error *err);

/* Waits, by a monitor, until Open_vSwitch.cur_cfg is at least 'cfg'.  0; -ETIMEDOUT (kind TIMEOUT);
 * '*ret_cfg' is the value reached, both times.  Connects again as above. */
int ovsdb_client_wait_cfg(struct ovsdb_client *client, int64_t cfg, int64_t until, int64_t *ret_cfg,
                          struct vif_error *err);

#endif
