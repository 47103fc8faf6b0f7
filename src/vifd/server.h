/* SPDX-License-Identifier: Apache-2.0 */
/* The socket that is listened on, and who is connected to it. */
#ifndef VIFD_SERVER_H
#define VIFD_SERVER_H

#include "vifd/peer.h"

struct server {
    struct daemon *daemon;
    uv_pipe_t listener;
    char path[108]; /* of the socket that is to be removed in the end; "": not ours */
    struct peer_list peers;
    unsigned n_peers, max_peers;
    size_t input_bytes; /* that all peers hold */
    int64_t complained; /* when; a flood of complaints is not to be a flood of lines */
    unsigned unspoken;
    bool listening;
};

/* Listens on the socket that was handed over (LISTEN_FDS), else on 'path'; a socket nobody listens on is
 * replaced.  'group' is (gid_t)-1 where it is not to be changed. */
int server_open(struct server *server, struct daemon *daemon, const char *path, mode_t mode,
                gid_t group, struct vif_error *err);
/* As many connections as are configured and there are descriptors for. */
void server_limit(struct server *server, unsigned max_peers);
/* No new connections; removes the socket.  Those there are take no new calls. */
void server_stop(struct server *server);

void server_remember(struct server *server, struct peer *peer);
void server_forget(struct server *server, struct peer *peer);
/* Whether one more peer may stay; kind PERMISSION. */
int server_admit(struct server *server, const struct peer *peer, struct vif_error *err);

/* One line about a peer, unless there were too many of late. */
void server_complain(struct server *server, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
