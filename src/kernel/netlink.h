/* SPDX-License-Identifier: Apache-2.0 */
/* A netlink socket (libmnl): requests are sent many in one message buffer and their answers matched
 * by sequence number. */
#ifndef KERNEL_NETLINK_H
#define KERNEL_NETLINK_H

#include <libmnl/libmnl.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/error.h"

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

/* ---- reading messages ---- */

/* Reads an ack (NLMSG_ERROR) or the end of a dump (NLMSG_DONE): the errno and the extended ack. */
void netlink_parse_end(const struct nlmsghdr *message, struct netlink_result *ret);

/* The attributes of a message behind 'header' bytes of its payload, or those nested in another
 * (NULL: none), by type: of[0..n), NULL for those that are missing. */
void netlink_attributes(const struct nlmsghdr *message, size_t header, const struct nlattr **of,
                        size_t n);
void netlink_nested(const struct nlattr *nest, const struct nlattr **of, size_t n);

/* Copies the first 'n' bytes of an attribute (NULL: there is none); false when it has fewer. */
bool netlink_bytes(const struct nlattr *attr, void *ret_bytes, size_t n);

/* The number in an attribute; 0 when it is missing or shorter. */
uint32_t netlink_u32(const struct nlattr *attr);
uint16_t netlink_u16(const struct nlattr *attr);
uint8_t netlink_u8(const struct nlattr *attr);

/* The text of an attribute, truncated to fit; 'ret_text' stays as it is when it is missing. */
void netlink_text(const struct nlattr *attr, char *ret_text, size_t size);

/* ---- generic netlink (devlink, ethtool): one request at a time ---- */

struct genetlink;
/* Opens a socket and looks the family up by its name.  -ENOENT when the kernel has no such family,
 * -EAFNOSUPPORT, -EPROTONOSUPPORT, -EPERM or -EACCES when this process may have no such socket. */
int genetlink_open(const char *family, struct genetlink **ret_genl, struct vif_error *err);
void genetlink_close(struct genetlink *genl);
DEFINE_AUTO(auto_genetlink, struct genetlink *, genetlink_close);
#define auto_genetlink __attribute__((cleanup(auto_genetlink_fn)))

/* Begins a request in a buffer of the socket's own, where the one before was; the caller adds a few
 * small attributes (GENETLINK_REQUEST_ROOM bytes in all) with mnl_attr_put*() and sends it.  With
 * 'dump' the kernel answers for all objects there are. */
struct nlmsghdr *genetlink_begin(struct genetlink *genl, uint8_t command, bool dump);

#define GENETLINK_REQUEST_ROOM 512

/* Sends the request begun last and hands each answer to 'each' (may be NULL), whose first negative
 * return ends the call and is returned.  '*ret' gets the verdict, also returned, and the text of
 * its extended ack; link_result_error() makes an error of it.  Does not wait. */
int genetlink_send(struct genetlink *genl,
                   int (*each)(void *data, size_t index, const struct nlmsghdr *message),
                   void *data, struct netlink_result *ret);

#endif
