/* SPDX-License-Identifier: Apache-2.0 */
/* What devlink knows of a PCI device: the mode of its eswitch and its ports
 * (Documentation/networking/devlink/devlink-port.rst); and what ethtool knows of a link. */
#ifndef KERNEL_DEVLINK_H
#define KERNEL_DEVLINK_H

#include "base/limits.h"
#include "kernel/netlink.h"

#define DEVLINK_MODE_SIZE   16
#define DEVLINK_DEVICE_SIZE 32 /* "0000:03:00.0"; a longer name is cut, and not a PCI address */

/* One port of a device.  Numbers the kernel did not give are -1, but 'controller', which is 0. */
struct devlink_port {
    char bus[16];                     /* "pci" */
    char device[DEVLINK_DEVICE_SIZE]; /* "0000:03:00.0" */
    uint32_t index;                   /* "pci/0000:03:00.0/INDEX" is how devlink names the port */
    int flavour;                      /* enum devlink_port_flavour */
    uint32_t controller;
    bool external; /* of another host's controller, as on a DPU */
    int pf, vf;
    char netdev[LIMIT_IFNAME]; /* "" when it has none that may be named */
};

/* The mode of the eswitch of the PCI device 'pci' (checked with parse_pci()): "switchdev",
 * "legacy", or "" when devlink does not say: no devlink in this kernel, none for this device, no
 * eswitch there, or no permission to ask (CAP_NET_ADMIN in the initial user namespace).  0, or a
 * negative errno. */
int devlink_eswitch_mode(const char *pci, char ret_mode[DEVLINK_MODE_SIZE], struct vif_error *err);

/* Hands every devlink port of the PCI device 'pci' (checked) to 'each'.  0, also when there is no
 * devlink here or for this device; -EINTR when the ports changed meanwhile, or another negative
 * errno: then what 'each' got may not be all. */
int devlink_ports(const char *pci, void (*each)(void *data, const struct devlink_port *port),
                  void *data, struct vif_error *err);

/* The port a message of the devlink family (DEVLINK_CMD_PORT_NEW, generic header included)
 * describes; false, with nothing written, when it lacks a device or a port index. */
bool devlink_read_port(const struct nlmsghdr *message, struct devlink_port *ret_port);

/* ---- hw-tc-offload of a link, by ethtool netlink ---- */

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
