/* SPDX-License-Identifier: Apache-2.0 */
/* The connection to one database server, made when first needed and made again when it was lost.
 * Stateless: no replica, no monitor but of what a caller waits for. */
#ifndef OVSDB_CLIENT_H
#define OVSDB_CLIENT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/log.h"
#include "base/text.h"
#include "base/tick.h"

struct ovsdb_client;

/* What a client did so far, for tests, metrics and -v. */
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

/* Makes a client for the addresses, tried in this order ('addresses' is copied; n >= 1).  Does not
 * connect.  'log' is borrowed for the client's life and may be NULL. */
int ovsdb_client_new(const char *const *addresses, size_t n, const struct log *log,
                     struct ovsdb_client **ret_client, struct vif_error *err);
/* The same for another database of a server than Open_vSwitch; 'database' is borrowed for the client's
 * life. */
int ovsdb_client_new_of(const char *database, const char *const *addresses, size_t n,
                        const struct log *log, struct ovsdb_client **ret_client,
                        struct vif_error *err);
void ovsdb_client_free(struct ovsdb_client *client);
DEFINE_AUTO(auto_ovsdb_client, struct ovsdb_client *, ovsdb_client_free);
#define auto_ovsdb_client __attribute__((cleanup(auto_ovsdb_client_fn)))

/* From now on whatever waits, be it to connect, to send or for an answer, ends with -EINTR (kind
 * INTERRUPTED) once 'stop' is readable; STOP_NEVER: nothing ends it.  The answer to a transaction that
 * writes is waited for nevertheless, so that what was done is known. */
void ovsdb_client_stop_by(struct ovsdb_client *client, int stop);

/* From now on calls 'tick' (copied) every TICK_MS while the client waits for its server; it must not use
 * the client.  One without a function: no more. */
void ovsdb_client_set_tick(struct ovsdb_client *client, const struct tick *tick);

const struct ovsdb_counts *ovsdb_client_counts(const struct ovsdb_client *client);

/* The address connected to last, NULL before the first connection. */
const char *ovsdb_client_address(const struct ovsdb_client *client);

/* The process id of the server we are connected to; 0 when that cannot be told: no connection, one
 * over TCP, a server in another PID namespace. */
pid_t ovsdb_client_server(const struct ovsdb_client *client);

/* Runs one "transact" on the client's database.  'writes' says whether it may change anything; memory
 * that was gone when the operations were written is -ENOMEM.
 *
 * Connects first when there is no connection: the first connection of a client's life is tried once
 * for each address and the errors of all of them told at once (the kind is that of the last, or
 * PERMISSION when any was refused for that); a connection lost later is made again with back-off
 * (100 ms doubling to 3 s, with jitter) until 'until', when the error is that of the last attempt.
 *
 * A read-only transaction that was cut off is sent again.  One that writes is never sent twice (but
 * for one that was not even sent whole, which no server can carry out): -ECONNRESET then means that
 * its answer was lost and the caller has to look, and so does -ETIMEDOUT.
 *
 * On success '*ret_results' is a new reference to the array of results, one for each operation and
 * perhaps one more (an error at commit), as RFC 7047 section 4.1.3 has it: an error of an operation
 * is a success here.  Other errors as jsonrpc_wait() and stream_open(). */
int ovsdb_client_transact(struct ovsdb_client *client, const struct ovsdb_operations *operations,
                          bool writes, int64_t until, json_t **ret_results, struct vif_error *err);

/* The schema of database Open_vSwitch (RFC 7047 section 3.2), whose form is not checked; a new
 * reference.  Connecting and errors as above. */
int ovsdb_client_get_schema(struct ovsdb_client *client, int64_t until, json_t **ret_schema,
                            struct vif_error *err);

/* Waits until Open_vSwitch.cur_cfg is at least 'cfg', by a monitor of that one column, which is
 * cancelled before returning.  0; -ETIMEDOUT (kind TIMEOUT) past 'until'; the value reached is in
 * '*ret_cfg' both times.  Connection errors are survived by connecting again, but the first of a
 * client's life, as above. */
int ovsdb_client_wait_cfg(struct ovsdb_client *client, int64_t cfg, int64_t until, int64_t *ret_cfg,
                          struct vif_error *err);

#endif
