/* SPDX-License-Identifier: Apache-2.0 */
/* The listening socket and its connections. */
#ifndef VIFD_SERVER_H
#define VIFD_SERVER_H

#include "vifd/peer.h"

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

/* Listens on the socket passed by systemd (LISTEN_FDS), else on 'path', where a stale socket is
 * replaced. 'group' (gid_t)-1: unchanged. */
int server_open(struct server *server, struct daemon *daemon, const char *path, mode_t mode,
                gid_t group, struct vif_error *err);
/* Limits the connections to 'max_peers', and to the descriptors there are. */
void server_limit(struct server *server, unsigned max_peers);
/* Removes the socket; accepts no new connections, and no new calls on existing ones. */
void server_stop(struct server *server);

void server_remember(struct server *server, struct peer *peer);
void server_forget(struct server *server, struct peer *peer);
/* Whether this new peer may stay; else kind PERMISSION. */
int server_admit(struct server *server, const struct peer *peer, struct vif_error *err);

/* Logs one line about a peer, unless there were too many recently. */
void server_complain(struct server *server, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
