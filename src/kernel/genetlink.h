/* SPDX-License-Identifier: Apache-2.0 */
/* A generic netlink socket for one family (devlink, ethtool): one request at a time, its answers,
 * and the kernel's verdict. */
#ifndef KERNEL_GENETLINK_H
#define KERNEL_GENETLINK_H

#include <stdbool.h>

#include "kernel/netlink.h"

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
 * return ends the call and is returned.  '*ret' gets the verdict, also returned, and the text of its
 * extended ack; link_result_error() makes an error of it.  Does not wait. */
int genetlink_send(struct genetlink *genl,
                   int (*each)(void *data, size_t index, const struct nlmsghdr *message),
                   void *data, struct netlink_result *ret);

#endif
