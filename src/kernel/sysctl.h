/* SPDX-License-Identifier: Apache-2.0 */
/* Per-interface network sysctls, by a checked interface name. */
#ifndef KERNEL_SYSCTL_H
#define KERNEL_SYSCTL_H

#include "base/error.h"

enum sysctl {
    SYSCTL_DISABLE_IPV6, /* net/ipv6/conf/NAME/disable_ipv6 */
    SYSCTL_ARP_IGNORE,   /* net/ipv4/conf/NAME/arp_ignore */
    SYSCTL_ARP_ANNOUNCE, /* net/ipv4/conf/NAME/arp_announce */
};

/* "net/ipv6/conf/NAME/disable_ipv6" without the name filled in, for messages: "disable_ipv6". */
const char *sysctl_word(enum sysctl which);

/* Writes 'value' under /proc/sys for the interface 'name'.  1 when the kernel has no such setting
 * (IPv6 not built in: nothing to switch off); -EINVAL for a bad name ("all" and "default", which
 * are settings of the whole host, among them); another negative errno (kind KERNEL or PERMISSION)
 * with the path. */
int sysctl_set(const char *name, enum sysctl which, int value, struct vif_error *err);

#endif
