/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the end of an exchange, and attributes. */
#ifndef KERNEL_NETLINK_MESSAGE_H
#define KERNEL_NETLINK_MESSAGE_H

#include <stdbool.h>
#include <sys/types.h>

#include "kernel/netlink.h"

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

#endif
