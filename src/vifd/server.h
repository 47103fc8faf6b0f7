/* SPDX-License-Identifier: Apache-2.0 */
/* The listening socket, its connections and their calls. */
#ifndef VIFD_SERVER_H
#define VIFD_SERVER_H

#include "vifd/request.h"

/* One connection, used by the loop only.  Its calls are served one by one, in order. */
struct peer {
    TAILQ_ENTRY(peer) link; /* of the server's */
    uv_pipe_t pipe;
    uv_timer_t stall;
    unsigned open_handles; /* freed when both are closed */
    struct daemon *daemon;
    struct peer_identity caller;

    struct stream_input in;
    struct request *request; /* the current call */
    size_t stalled_at;       /* bytes unsent when the timer was set */
    bool reading;
    bool no_more; /* input has ended; answers may still go out */
    bool closing;
};
TAILQ_HEAD(peer_list, peer);

struct server {
    struct daemon *daemon;
    uv_pipe_t listener;
    char path[108]; /* of the socket to be removed at the end; "": not ours */
    struct peer_list peers;
    unsigned n_peers, max_peers;
    size_t input_bytes; /* of incomplete messages of all peers */
    int64_t complained; /* when; limits the log lines about peers */
    unsigned suppressed;
    bool listening;
};

/* ---- server.c ---- */

/* How many descriptors systemd says it has passed to this process; NULL: it did not. */
const char *server_listen_fds(void);
/* Listens on the socket passed by systemd (LISTEN_FDS), else on 'path', where a stale socket is
 * replaced. 'group' (gid_t)-1: unchanged. */
int server_open(struct server *server, struct daemon *daemon, const char *path, mode_t mode,
                gid_t group, struct vif_error *err);
/* Limits the connections to 'max_peers', and to the descriptors there are. */
void server_limit(struct server *server, unsigned max_peers);
/* Removes the socket; accepts no new connections, and no new calls on existing ones. */
void server_stop(struct server *server);

/* Whether this new peer may stay; else kind PERMISSION. */
int server_admit(struct server *server, const struct peer *peer, struct vif_error *err);

/* Logs one line about a peer, unless there were too many recently. */
void server_complain(struct server *server, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* ---- peer.c ---- */

/* Accepts a connection of 'server'.  0; a negative errno. */
int peer_accept(struct daemon *daemon, uv_stream_t *server);

/* Sends a message, which it takes; closes a peer that reads too slowly. */
void peer_send(struct peer *peer, struct text *message);

/* Continues with the next call after one has been answered. */
void peer_answered(struct peer *peer);

/* Whether the other end is closed altogether. */
bool peer_is_gone(const struct peer *peer);

/* Takes no more calls; closes it when the current one has been answered and sent. */
void peer_finish(struct peer *peer);

/* Closes it and drops its call, unless that was started.  Freed later. */
void peer_close(struct peer *peer);

/* ---- service.c ---- */

/* Takes one message text[0..n) of a peer.  A call becomes peer->request, and will be answered.
 * -EINVAL with a message for anything else; -ENOMEM. */
int service_call(struct peer *peer, const char *text, size_t n, struct vif_error *err);

/* data/io.vifd.varlink as it is, put into the program by tools/embed. */
extern const char vifd_interface_text[];

#endif
