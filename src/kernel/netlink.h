/* SPDX-License-Identifier: Apache-2.0 */
/* A netlink socket (libmnl) with extended acks, and for rtnetlink with strict checking; requests are
 * sent many in one message buffer and their answers matched by sequence number. */
#ifndef KERNEL_NETLINK_H
#define KERNEL_NETLINK_H

#include <libmnl/libmnl.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/log.h"

struct netlink;

struct netlink_counts {
    uint64_t sends;   /* sendmsg() calls */
    uint64_t reads;   /* requests that only ask */
    uint64_t changes; /* requests that change something */
};

/* Opens a socket of 'protocol' (NETLINK_ROUTE).  'log' is borrowed for the socket's life and may be
 * NULL. */
int netlink_open(int protocol, const struct log *log, struct netlink **ret_nl,
                 struct vif_error *err);
void netlink_close(struct netlink *nl);
DEFINE_AUTO(auto_netlink, struct netlink *, netlink_close);
#define auto_netlink __attribute__((cleanup(auto_netlink_fn)))

const struct netlink_counts *netlink_counts(const struct netlink *nl);

/* The result of one request. */
struct netlink_result {
    int error;      /* 0 or a negative errno; -ECANCELED: not sent, see netlink_batch_after() */
    char text[160]; /* the kernel's extended ack, "" when it sent none */
};

/* Requests collected to be sent together.  Zero-initialise; netlink_batch_done() frees.  The first
 * failed allocation is remembered and returned by netlink_batch_send(). */
struct netlink_batch {
    char *bytes; /* finished messages, one after the other */
    size_t n_bytes, room;
    struct netlink_request *requests;
    size_t n, n_room;
    int failed; /* -ENOMEM; -EINVAL for a request that cannot be made */
    /* NULL, or called when one send of several has its answers: 'n' requests have theirs now. */
    void (*on_answers)(void *data, size_t n);
    void *data; /* for it */
};

struct netlink_request {
    size_t start; /* in 'bytes' */
    size_t after; /* index of the request this one follows; NETLINK_AFTER_NOTHING: none */
};

#define NETLINK_AFTER_NOTHING SIZE_MAX

void netlink_batch_done(struct netlink_batch *batch);
#define auto_netlink_batch __attribute__((cleanup(netlink_batch_done)))

/* Begins a request of up to 'max' bytes, its header included; the caller adds attributes and
 * ends it with netlink_batch_end().  A request that changes something has NLM_F_ACK in 'flags';
 * one that reads gets one message in answer, with NLM_F_DUMP as many as there are, and the
 * result -EINTR when what it shows changed meanwhile.  NULL when out of memory, which the batch
 * remembers; to end NULL is harmless. */
struct nlmsghdr *netlink_batch_begin(struct netlink_batch *batch, uint16_t type, uint16_t flags,
                                     size_t max);
void netlink_batch_end(struct netlink_batch *batch, struct nlmsghdr *message);

/* The request ended last is sent only once request 'first', which follows none, has succeeded;
 * else its result is -ECANCELED: where a creation fails with -EEXIST the name is another link's. */
void netlink_batch_after(struct netlink_batch *batch, size_t first);

/* Sends all requests of 'batch' in their order, those of netlink_batch_after() last, in as few
 * sends as the socket's buffers allow, and fills results[0..batch->n); one that fails stops no
 * other.  'each' (may be NULL) gets every answer that is data, with the index of its request; a
 * negative return ends the call, and 'each' has filled the error.  'changes' is for the counts.
 * Does not wait.
 *
 * 0 when every request was answered, also with errors; -EIO or the socket's errno (-ENOBUFS:
 * answers were lost) when some are missing (kind KERNEL), and that errno stands as the result of
 * each request that has no answer, be it done or not; 'batch->failed' with nothing sent. */
int netlink_batch_send(struct netlink *nl, struct netlink_batch *batch, int changes,
                       struct netlink_result *results,
                       int (*each)(void *data, size_t index, const struct nlmsghdr *message),
                       void *data, struct vif_error *err);

#endif
