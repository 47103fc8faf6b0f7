/* SPDX-License-Identifier: Apache-2.0 */
/* The calling side of varlink over a unix socket: one call at a time, with one reply or several. */
#ifndef RPC_VARLINK_CLIENT_H
#define RPC_VARLINK_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "rpc/varlink.h"

/* In milliseconds; a service that is stopping takes no new connections for a while. */
#define VARLINK_PROBE_AFTER 30000
#define VARLINK_PROBE_LASTS 30000

struct varlink_client {
    struct stream *stream;
    size_t max_bytes;    /* of one reply */
    int64_t probe_after; /* silence after which the service is asked whether it is alive */
    int64_t probe_lasts; /* ... and how long it has to answer */
};

/* How long a function below waits. */
struct varlink_wait {
    int64_t until;
    int stop;         /* a descriptor that ends it once it is readable; STOP_NEVER */
    struct tick tick; /* called every TICK_MS meanwhile */
};

/* Connects to the socket at 'path'.  Kind DAEMON_UNREACHABLE with the path and the system's
 * words when it cannot (-ENOENT, -ECONNREFUSED, -ETIMEDOUT ...), PERMISSION (-EACCES) where it
 * must not; -EINTR (kind INTERRUPTED); -EINVAL (kind CONFIG) for a path that can be no socket's. */
int varlink_client_open(const char *path, const struct varlink_wait *wait,
                        struct varlink_client **ret_client, struct vif_error *err);
void varlink_client_close(struct varlink_client *client);
DEFINE_AUTO(auto_varlink_client, struct varlink_client *, varlink_client_close);
#define auto_varlink_client __attribute__((cleanup(auto_varlink_client_fn)))

/* Between two calls: whether the service is still at the other end and has said nothing out of
 * turn. */
bool varlink_client_is_idle(struct varlink_client *client);

/* Sends a message, its NUL included.  0; -ECONNRESET (kind DAEMON_UNREACHABLE); -ETIMEDOUT;
 * -EINTR; -ENOMEM.  After an error the client is of no more use; '*ret_whole' says whether all
 * of it went. */
int varlink_client_send(struct varlink_client *client, const struct text *message,
                        const struct varlink_wait *wait, bool *ret_whole, struct vif_error *err);

/* Waits for the next reply, which the caller ends with varlink_reply_done().  A service that is
 * silent for long is asked on another connection whether it is alive, so that one that hangs
 * does not hang its callers.  Errors as for sending, and -EPROTO (kind SYSTEM) for an invalid
 * or too long message. */
int varlink_client_receive(struct varlink_client *client, const struct varlink_wait *wait,
                           struct varlink_reply *ret, struct vif_error *err);

#endif
