/* SPDX-License-Identifier: Apache-2.0 */
/* The varlink client as its tests see it. */
#ifndef RPC_VARLINK_CLIENT_PRIVATE_H
#define RPC_VARLINK_CLIENT_PRIVATE_H

#include "rpc/stream.h"
#include "rpc/varlink-client.h"

/* In milliseconds; a service that is stopping takes no new connections for a while. */
#define VARLINK_PROBE_AFTER 30000
#define VARLINK_PROBE_LASTS 30000

struct varlink_client {
    struct stream *stream;
    struct stream_input in;
    struct varlink_cut cut;
    size_t max_bytes;    /* of one reply */
    int64_t probe_after; /* silence after which the service is asked whether it is alive */
    int64_t probe_lasts; /* ... and how long it has to answer */
};

#endif
