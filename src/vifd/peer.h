/* SPDX-License-Identifier: Apache-2.0 */
/* Connections of callers. */
#ifndef VIFD_PEER_H
#define VIFD_PEER_H

#include "vifd/access.h"
#include "vifd/request.h"

/* One connection; the loop's.  Its calls are worked on one by one, in order. */
struct peer {
    TAILQ_ENTRY(peer) link; /* of the server's */
    uv_pipe_t pipe;
    uv_timer_t stall;
    unsigned open_handles; /* it is freed when both are closed */
    struct daemon *daemon;
    struct peer_identity identity;
    struct caller caller;

    char *in; /* what came, from 'start' to 'end' */
    size_t start, end, room;
    struct varlink_cut cut;
    struct request *request; /* the call that is worked on */
    size_t stalled_at;       /* bytes that waited to go when the timer was set */
    bool reading;
    bool no_more; /* nothing more will come in; answers may still go out */
    bool closing;
};
TAILQ_HEAD(peer_list, peer);

/* Accepts a connection of 'server'.  A negative errno; NULL with 0 for one that is not wanted. */
int peer_accept(struct daemon *daemon, uv_stream_t *server);

/* Sends a message, which it takes; one that is too slow for it is closed. */
void peer_send(struct peer *peer, struct text *message);

/* Its call has been answered: goes on with the next. */
void peer_answered(struct peer *peer);

/* Whether the other end is closed altogether. */
bool peer_is_gone(const struct peer *peer);

/* No more calls are taken; closed when what is under way has been answered and sent. */
void peer_finish(struct peer *peer);

/* Closes it and drops its call, as far as that has not begun.  Freed later. */
void peer_close(struct peer *peer);

#endif
