/* SPDX-License-Identifier: Apache-2.0 */
/* Messages of the varlink protocol (https://varlink.org), both directions.  A message is a JSON
 * object and a NUL behind it; how they get here and away is the caller's business. */
#ifndef RPC_VARLINK_H
#define RPC_VARLINK_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

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

#endif
