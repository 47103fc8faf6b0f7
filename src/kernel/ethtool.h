/* SPDX-License-Identifier: Apache-2.0 */
/* The feature hw-tc-offload of a link, by ethtool netlink
 * (Documentation/networking/ethtool-netlink.rst). */
#ifndef KERNEL_ETHTOOL_H
#define KERNEL_ETHTOOL_H

#include <stdbool.h>

#include "base/error.h"

/* Whether hw-tc-offload of the link 'ifname' is on, and whether it is 'fixed' (cannot be switched);
 * either output may be NULL.  0; -EINVAL when 'ifname' is not valid; -ENODEV when there is
 * no such link; -EOPNOTSUPP when this kernel has no ethtool netlink (before 5.6) or no such feature
 * (before 4.8); or another errno with the kernel's words. */
int ethtool_get_tc_offload(const char *ifname, bool *ret_on, bool *ret_fixed,
                           struct vif_error *err);

/* Switches hw-tc-offload of the link on or off.  0; 1 when it is so already; errnos as above, and
 * -EOPNOTSUPP when it is fixed, -EIO when the kernel took the request and the driver did not do it,
 * -EPERM (kind PERMISSION) without CAP_NET_ADMIN. */
int ethtool_set_tc_offload(const char *ifname, bool on, struct vif_error *err);

#endif
