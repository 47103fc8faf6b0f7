/* SPDX-License-Identifier: Apache-2.0 */
/* The daemon's own limits, each with its reason; those of messages are in base/limits.h. */
#ifndef VIFD_LIMITS_H
#define VIFD_LIMITS_H

#include <stddef.h>

/* Batches at once, nearly all of them waiting for their VIFs: each has a thread, a netlink
 * socket and a connection to the database.  A wait takes some 50 ms; one that times out takes
 * two minutes. */
#define LIMIT_CHANGERS 64
/* Reads at once: they use the processor, so more than a small host has gain nothing. */
#define LIMIT_READERS 4
/* Idle threads kept in each pool: the next batch often comes while one waits. */
#define KEEP_WORKERS 2

/* Incomplete messages of all peers together, so that callers cannot use up memory: four of the
 * largest. */
#define LIMIT_INPUT_BYTES ((size_t)256 << 20)
/* Output a peer has not read when more comes: about 50,000 results. */
#define LIMIT_OUTPUT_BYTES ((size_t)16 << 20)
/* A peer that reads nothing for this long is disconnected. */
#define LIMIT_STALL_MS 30000

/* A user other than root may hold this part of all connections. */
#define LIMIT_USER_PART 4
/* Descriptors that are not connections: workers, plugins, sockets. */
#define RESERVED_FDS 300

/* On shutdown, calls that only wait for their VIFs are given this long. */
#define LIMIT_STOP_MS 10000
/* On shutdown, peers are given this long to read their answers. */
#define LIMIT_FLUSH_MS 2000

/* Jobs this big leave free memory in the heaps, which is returned to the system: VIFs, bytes of
 * replies. */
#define TRIM_VIFS  100
#define TRIM_BYTES ((size_t)64 << 10)

#endif
