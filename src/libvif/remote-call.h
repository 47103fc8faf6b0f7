/* SPDX-License-Identifier: Apache-2.0 */
/* One call of vifd: its parameters, and the struct that each reply is read into. */
#ifndef LIBVIF_REMOTE_CALL_H
#define LIBVIF_REMOTE_CALL_H

#include "base/pool.h"
#include "base/text.h"
#include "base/tick.h"
#include "libvif/remote.h"
#include "json/record.h"

struct remote {
    struct varlink_client *client; /* NULL: the connection is lost */
    const struct log *log;
    int64_t answer_ms; /* how much later than a call's time its answer may come */
    char path[];
};

/* What went wrong with one VIF. */
struct remote_failure {
    const char *kind, *text;
};
extern const struct record_table remote_failure_table;
/* The same as an error of ours; a kind that only a newer vifd knows is SYSTEM. */
void remote_error(const struct remote_failure *failure, struct vif_error *ret);

/* Of remote-plug.c: a result of a VIF. */
extern const struct record_table remote_result_table;

/* remote_begin() sets the first group, the caller what it needs of the second. */
struct remote_call {
    const char *method;
    struct text message; /* as far as it is written */
    bool some;           /* it has a parameter */

    const struct record_table *table; /* of a reply's parameters */
    void *record;                     /* the struct that they are read into, zeroed before each */
    struct pool *pool;                /* that its texts and lists are in */
    int (*take)(void *data, struct vif_error *err); /* does something with each reply; NULL */
    void *data;
    struct record_list
        *failed; /* not NULL: an error reply that has results is no error of the call,
                                   they are put here and the error into 'fault' */
    struct vif_error fault;
    bool more;          /* several replies are welcome */
    bool changes;       /* vifd is to change something */
    int64_t timeout_ms; /* that vifd was told; VIF_TIMEOUT_CONFIGURED, VIF_TIMEOUT_NEVER */
    int stop;
    struct tick tick;

    /* Set by the call. */
    bool begun; /* vifd has all of it, and may have done it */
    bool
        unanswered; /* an error is not vifd's: there was no last reply, or none that could be read */
};

void remote_begin(struct remote_call *call, const char *method);

/* Add a parameter.  NULL and 0 are left out: vifd then does what it does as a rule. */
void remote_add_text(struct remote_call *call, const char *key, const char *value);
void remote_add_texts(struct remote_call *call, const char *key, const char *const *values);
void remote_add_int(struct remote_call *call, const char *key, int64_t value);
void remote_add_flag(struct remote_call *call, const char *key, bool value);
void remote_add_wait(struct remote_call *call, enum vif_wait wait);
/* "vifs" and "sources": the documents of those VIFs that decode; their number.  The batch has to have
 * kept them: -EINVAL. */
int remote_add_vifs(struct remote_call *call, const struct vif_batch *batch, size_t *ret_n,
                    struct vif_error *err);

/* Makes the call and waits for its last reply.  Ends the message, whatever comes of it.
 *
 * 0; errors that vifd told, with their kinds; DAEMON_UNREACHABLE, TIMEOUT or INTERRUPTED where there was
 * no answer, in words that say what may have been done; SYSTEM (-EPROTO) for an answer that is not as
 * agreed; -ENOMEM. */
int remote_call(struct remote *remote, struct remote_call *call, struct vif_error *err);

/* An answer that is not as agreed, in words; -EPROTO. */
int remote_bad_answer(const struct remote_call *call, const char *words, struct vif_error *err);

#endif
