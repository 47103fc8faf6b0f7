/* SPDX-License-Identifier: Apache-2.0 */
/* Network sysctls, and reading below /sys (the one this process sees): small files, the names links
 * point to, directories.  Paths are given without "/sys/", in printf form; what goes into one was
 * checked before (parse_pci(), ifname_fault()) or came from sysfs_each().  Nothing waits. */
#ifndef KERNEL_SYSFS_H
#define KERNEL_SYSFS_H

#include <stddef.h>

#include "base/error.h"

/* Reads a file of one line into 'ret_text', without the newline at its end.  0; -ENOENT when there
 * is none; -EOPNOTSUPP when the driver has nothing to say there; -EBADMSG for what is not a plain
 * file, has a control character or does not fit 'size'; or another errno.  'ret_text' is untouched
 * on failure. */
int sysfs_read(char *ret_text, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The last component of a symbolic link's target, which itself is not looked at and may be gone.
 * 0; -ENOENT; -EINVAL when it is not a link; -EBADMSG when the name does not fit 'size'. */
int sysfs_read_link(char *ret_name, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Whether the path is there, links followed. */
bool sysfs_exists(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Calls 'each' with every name in a directory but those with a '.' in front, in no order.  What
 * 'each' returns, if not 0, ends the call and is returned; else 0, or the directory's errno. */
int sysfs_each(int (*each)(void *data, const char *name), void *data, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* ---- network sysctls of an interface ---- */

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
