/* SPDX-License-Identifier: Apache-2.0 */
/* Connections of callers. */
#ifndef VIFD_PEER_H
#define VIFD_PEER_H

#include "vifd/access.h"
#include "vifd/request.h"

/* One connection, used by the loop only.  Its calls are served one by one, in order. */
struct peer {
    TAILQ_ENTRY(peer) link; /* of the server's */
    uv_pipe_t pipe;
    uv_timer_t stall;
    unsigned open_handles; /* freed when both are closed */
    struct daemon *daemon;
    struct peer_identity identity;
    struct caller caller;

    struct stream_input in;
    struct request *request; /* the current call */
    size_t stalled_at;       /* bytes unsent when the timer was set */
    bool reading;
    bool no_more; /* input has ended; answers may still go out */
    bool closing;
};
TAILQ_HEAD(peer_list, peer);

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

#endif
