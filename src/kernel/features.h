/* SPDX-License-Identifier: Apache-2.0 */
/* What this kernel can do, and what this process may do with it.  Nothing is changed by asking. */
#ifndef KERNEL_FEATURES_H
#define KERNEL_FEATURES_H

#include "kernel/netlink.h"

/* Whether the kernel has something. */
enum feature_state {
    FEATURE_UNKNOWN,  /* not now, and no list of modules to look in */
    FEATURE_MISSING,  /* not now, and there is no such module */
    FEATURE_LOADABLE, /* there is a module, which the kernel loads when it is first needed */
    FEATURE_PRESENT,
};

/* The state of link kinds ("bridge", "veth"), one for each name, whose module is called as the
 * kind.  0 or a negative errno. */
int features_link_kinds(struct netlink *nl, const char *const *kinds, size_t n,
                        enum feature_state *ret_states, struct vif_error *err);

/* The state of Open vSwitch's datapath in the kernel (module openvswitch), which bridges of
 * datapath type system need.  0, or -ENOMEM. */
int features_datapath(enum feature_state *ret_state);

/* Opens /dev/net/tun, which makes no device.  0 or a negative errno. */
int features_open_tun(void);

/* Whether rtnetlink checks requests strictly (NETLINK_GET_STRICT_CHK, Linux 4.20). */
bool features_strict_checks(void);

/* net.bridge.bridge-nf-call-iptables: 0 or 1; a negative errno, -ENOENT when br_netfilter is not
 * loaded. */
int features_bridge_nf_iptables(void);

/* Whether this process has CAP_NET_ADMIN in effect. */
bool features_net_admin(void);

#endif
