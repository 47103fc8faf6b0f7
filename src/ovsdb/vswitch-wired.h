/* SPDX-License-Identifier: Apache-2.0 */
/* Waiting for the agent that wires ports behind ovs-vswitchd: OVN, or Neutron's ML2 agent. */
#ifndef OVSDB_VSWITCH_WIRED_H
#define OVSDB_VSWITCH_WIRED_H

#include "ovsdb/client.h"

enum vswitch_agent {
    VSWITCH_OVN, /* Interface external_ids:ovn-installed=true (ovn-controller(8)) */
    VSWITCH_ML2, /* Port.tag is set, and not to the dead VLAN */
};

/* The VLAN of ports that the ML2 agent has not wired, or has cut off. */
#define VSWITCH_DEAD_VLAN 4095

enum vswitch_wired {
    VSWITCH_NOT_WIRED,
    VSWITCH_WIRED,
    VSWITCH_PORT_GONE, /* someone removed it: there is nothing to wait for */
};

/* Told how a port is, at first and when that may have changed; whether it is not to be waited for (any
 * more).  NULL: it is waited for until it is wired, or gone. */
struct vswitch_wired_judge {
    bool (*is_so)(void *data, size_t i, enum vswitch_wired wired);
    void *data;
};

/* Waits until the ports with these sorted, distinct names (each with an interface of its name) are
 * wired, or gone.  ret_wired[i] is set for each of them, whatever is returned.  Errors as
 * ovsdb_client_wait_cfg(); -EREMOTEIO when the server refuses to watch. */
int vswitch_wait_wired(struct ovsdb_client *client, enum vswitch_agent agent,
                       const char *const *names, size_t n, int64_t until,
                       const struct vswitch_wired_judge *judge, enum vswitch_wired *ret_wired,
                       struct vif_error *err);

#endif
