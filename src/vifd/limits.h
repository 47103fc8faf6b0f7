/* SPDX-License-Identifier: Apache-2.0 */
/* The daemon's own limits, each with its reason; those of messages are in base/limits.h. */
#ifndef VIFD_LIMITS_H
#define VIFD_LIMITS_H

#include <stddef.h>

/* Batches under way at once, nearly all of them waiting for their VIFs to settle: each has a thread, a
 * netlink socket and a connection to the database.  Settling takes some 50 ms; one that takes its whole
 * timeout of two minutes keeps one of these for as long. */
#define LIMIT_CHANGERS 64
/* Requests that only look at once: they read and encode, so more than the processors of a small host
 * gain nothing. */
#define LIMIT_READERS 4
/* Threads that stay when there is nothing to do, of each kind: the next batch often comes while one
 * settles. */
#define KEEP_WORKERS 2

/* Incomplete messages of all peers together, so that callers cannot take all memory: four of the largest
 * size at once. */
#define LIMIT_INPUT_BYTES ((size_t)256 << 20)
/* Output a peer has not taken when more comes: about what 50,000 results are. */
#define LIMIT_OUTPUT_BYTES ((size_t)16 << 20)
/* A peer that takes nothing of its output for so long is not coming back. */
#define LIMIT_STALL_MS 30000

/* Of all connections one user other than root may hold this part. */
#define LIMIT_USER_PART 4
/* Descriptors that are not connections': of workers, plugins, sockets. */
#define RESERVED_FDS 300

/* A call that only waits for its VIFs to settle is given so long when the daemon is to stop. */
#define LIMIT_STOP_MS 10000
/* What has been answered is given so long to be taken by its peer. */
#define LIMIT_FLUSH_MS 2000

/* Something as big as this leaves free memory within the heaps, which is given back: VIFs that were worked
 * on, bytes that were answered. */
#define TRIM_VIFS  100
#define TRIM_BYTES ((size_t)64 << 10)

#endif
