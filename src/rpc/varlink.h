/* SPDX-License-Identifier: Apache-2.0 */
/* Messages of the varlink protocol (https://varlink.org), both directions.  A message is a JSON
 * object and a NUL behind it; how they get here and away is the caller's business. */
#ifndef RPC_VARLINK_H
#define RPC_VARLINK_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/text.h"
#include "rpc/stream.h"

/* The errors that the protocol itself defines, and the member that says more. */
#define VARLINK_SERVICE             "org.varlink.service"
#define VARLINK_INTERFACE_NOT_FOUND VARLINK_SERVICE ".InterfaceNotFound" /* interface */
#define VARLINK_METHOD_NOT_FOUND    VARLINK_SERVICE ".MethodNotFound"    /* method */
#define VARLINK_INVALID_PARAMETER   VARLINK_SERVICE ".InvalidParameter"  /* parameter */
#define VARLINK_PERMISSION_DENIED   VARLINK_SERVICE ".PermissionDenied"

/* ---- framing ---- */

/* Looks for the NUL that ends the first message of 'in', which has grown since an earlier call.
 *
 * Returns 1 and the length of the message without its NUL in '*ret_length'; 0 when it is not
 * complete yet; -EMSGSIZE when it is longer than 'max_bytes', as soon as that is certain: where
 * the next one begins can then not be known. */
int varlink_cut(struct stream_input *in, size_t max_bytes, size_t *ret_length);

/* ---- names ---- */

/* Whether 'name' has the form of a method's or an error's: an interface, a dot and a word that
 * begins with a capital letter.  '*ret_interface' (may be NULL) is then the length of the
 * interface. */
bool varlink_is_member(const char *name, size_t *ret_interface);

/* ---- what comes in ---- */

struct varlink_call {
    const char *method; /* of the right form, interface and all */
    json_t *parameters; /* an object; never NULL, empty where the message has none */
    bool oneway;        /* not to be answered */
    bool more;          /* several replies are welcome */
    bool upgrade;
    json_t *message; /* what all of it belongs to */
};

struct varlink_reply {
    const char *error;  /* of the right form, interface and all; NULL: there is none */
    json_t *parameters; /* as above */
    bool continues;     /* more replies follow; never together with an error */
    json_t *message;
};

/* Read the message text[0..n), which is without its NUL; '*ret' is ended by varlink_call_done() or
 * varlink_reply_done(), and not changed on an error.  A member that is null counts as absent,
 * unknown members are ignored.
 *
 * -EINVAL (kind INVALID) for an invalid message: not a JSON object, nested deeper than
 * LIMIT_JSON_DEPTH, a duplicate key, a NUL in a string, a member of the wrong type, a name of
 * the wrong form, 'more' or 'upgrade' with 'oneway'.  -ENOMEM. */
int varlink_call_read(const char *text, size_t n, struct varlink_call *ret, struct vif_error *err);
int varlink_reply_read(const char *text, size_t n, struct varlink_reply *ret,
                       struct vif_error *err);

/* Zeroed structs, and those that are done already, are fine. */
void varlink_call_done(struct varlink_call *call);
void varlink_reply_done(struct varlink_reply *reply);

/* ---- what goes out ---- */

/* Add a message, its NUL included, to 'out'; out of memory, out->failed is set and 'out' is
 * unusable.  The caller writes the parameters, a JSON object, between its two halves.  'key'
 * ("method", "error") is 'name', which may be NULL for a reply without an error; 'flag' ("more",
 * "continues"; NULL: none) is true. */
void varlink_begin(struct text *out, const char *key, const char *name);
void varlink_end(struct text *out, const char *flag);

/* ---- varlink-client.c: calls over a unix socket, one at a time, with one reply or several ---- */

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
