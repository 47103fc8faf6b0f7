/* SPDX-License-Identifier: Apache-2.0 */
/* One call of a peer, from its arrival to its answer. */
#ifndef VIFD_REQUEST_H
#define VIFD_REQUEST_H

#include <sys/queue.h>
#include <sys/types.h>

#include "base/pool.h"
#include "libvif/host.h"
#include "libvif/op.h"
#include "rpc/varlink.h"
#include "vifd/metrics.h"
#include "vifd/worker-pool.h"

#define VIFD_INTERFACE "io.vifd"

/* ---- access.c: the users and groups of the configuration, and the peer of a connection ---- */

/* A process that has connected, as the kernel knows it from the moment it did. */
struct peer_identity {
    pid_t pid; /* 0: of another PID namespace */
    uid_t uid;
    gid_t gid;
    gid_t *groups; /* supplementary */
    size_t n_groups;
    char comm[16]; /* for logs: the caller chooses it; "" if unknown */
};

/* The peer of a connected unix socket; peer_identity_done() frees '*ret'.  Kind PERMISSION if
 * the kernel does not know it; -ENOMEM. */
int peer_identity_read(int fd, struct peer_identity *ret, struct vif_error *err);
void peer_identity_done(struct peer_identity *peer);

struct access_ids {
    id_t *ids;
    size_t n, room;
};

struct access_rules {
    struct access_ids users, groups;           /* may change things */
    struct access_ids read_users, read_groups; /* may read */
    gid_t socket_group;                        /* NOBODY: root's own */
};

/* Looks up the users and groups of the configuration; may wait for a directory service.  An
 * unknown name is kind CONFIG, naming file, group and option; the default group may be
 * missing.  access_rules_done() frees '*ret'. */
int access_rules_load(const struct config *config, struct access_rules *ret, struct vif_error *err);
void access_rules_done(struct access_rules *rules);

/* Whether the peer may change things, or read if not 'change'.  Pure.  0; kind PERMISSION,
 * naming the user and the options. */
int access_check(const struct access_rules *rules, const struct peer_identity *peer, bool change,
                 struct vif_error *err);

/* ---- ids.c: the VIFs being worked on, a set of ids with how often each was added ---- */

/* A UUID; of a VIF, or of its port where that has another. */
struct id {
    uint8_t bytes[16];
};

/* Zero-initialise; grows as needed. */
struct id_set {
    struct id_slot *slots; /* a power of two */
    size_t room, used;     /* 'used' includes slots that became empty */
    size_t n;              /* ids in the set */
};

/* Removes all. */
void id_set_done(struct id_set *set);
/* Makes room, so that adding 'more' ids cannot fail.  -ENOMEM. */
int id_set_reserve(struct id_set *set, size_t more);
/* There must be room. */
void id_set_add(struct id_set *set, const struct id *ids, size_t n);
/* Each must have been added. */
void id_set_remove(struct id_set *set, const struct id *ids, size_t n);
/* Whether any of them is in the set. */
bool id_set_has_any(const struct id_set *set, const struct id *ids, size_t n);

/* ---- requests ---- */

struct daemon;
struct peer;

/* A reply on its way to the loop. */
struct post {
    struct note note;
    struct request *request;
    struct text text; /* failed: there was no memory for it or an earlier one */
};

/* Belongs to the loop, but for the time in which a job works on it; then only what the comments say
 * may be looked at by the loop. */
struct request {
    TAILQ_ENTRY(request) link; /* in its queue */
    struct daemon *daemon;
    struct peer *peer;           /* the loop's; NULL: it was answered, or the peer is gone */
    bool in_queue;               /* the loop's: waits to be begun */
    bool in_job;                 /* the loop's: is not freed before its job is over */
    bool over;                   /* the loop's: the last reply has come */
    size_t bytes;                /* the loop's: size of all replies */
    struct id_set *marked;       /* the loop's: that its ids are in; NULL: none */
    struct peer_identity caller; /* without its groups */
    const struct op *op;         /* NULL: the method is not known */
    struct varlink_call call;
    union op_parameters parameters;
    struct pool pool; /* of its parameters */
    struct id *ids;   /* those of its VIFs that its documents have */
    size_t n_ids, n_vifs;
    int64_t until;            /* a deadline; when it has to be answered */
    int64_t arrived, started; /* microseconds of CLOCK_MONOTONIC; 0: not come to that */
    struct timings timings;   /* of the stages, until the answer */

    /* The job's, until it has made the last reply. */
    char **results; /* JSON texts of those that were not sent yet */
    struct outcomes outcomes;
    bool answered, lost;
    struct post end; /* the last reply, which has to arrive */
};
TAILQ_HEAD(request_list, request);

int64_t now_usec(void);

void request_free(struct request *request);

/* Reads which VIFs it is about.  -ENOMEM. */
int request_read_ids(struct request *request);

/* Whether it would change something, and whether it is only a dry run. */
bool request_changes(const struct request *request);
bool request_is_dry_run(const struct request *request);

/* The VIFs in its parameters; NULL for a method without. */
const struct op_documents *request_documents(const struct request *request);

/* ---- replies: from any thread; the loop sends them ---- */

/* Each makes the reply and has it sent.  After the last one the request is not the job's any
 * more. */

/* The final result of one VIF; the last one of a request answers it. */
void request_report(struct request *request, size_t index, const struct vif_result *result);
/* Its progress, for callers that asked for it. */
void request_progress(struct request *request, const struct vif_progress *progress);
/* Answers it with 'text', its parameters as a JSON object. */
void request_answer(struct request *request, const char *text);
/* Answers it with the results it has. */
void request_finish(struct request *request, const char *transaction);
/* Answers it with an error of io.vifd; nothing is done where it has been answered already. */
void request_fail(struct request *request, const struct vif_error *error);
/* The same with an error of the protocol, of which 'key' (NULL: nothing) is 'value'. */
void request_refuse(struct request *request, const char *error, const char *key, const char *value);

/* ---- daemon.c: requests that wait to be started, and which of them may be ---- */

struct queue {
    struct request_list waiting; /* in the order of arrival; TAILQ_INIT() first */
    size_t n;
};

void queue_add(struct queue *queue, struct request *request);
void queue_remove(struct queue *queue, struct request *request);

/* Takes the next batch: the first request that is not blocked, and all behind it with the same
 * method and options, up to 'max_vifs' VIFs (but at least one request).  A request is blocked while
 * any of its VIFs is in one of the sets or in an earlier request: requests for one VIF keep their
 * order, and no batch has a VIF twice.
 *
 * Returns the number taken, in '*ret' for the caller to free; 0: none can be started; -ENOMEM. */
ssize_t queue_take(struct queue *queue, const struct id_set *busy, const struct id_set *being_read,
                   size_t max_vifs, struct request ***ret);

#endif
