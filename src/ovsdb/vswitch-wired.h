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
    VSWITCH_PORT_GONE, /* removed: there is nothing to wait for */
};

/* Called with each port's state, at first and after changes; true: stop waiting for it.  NULL: wait
 * until it is wired or gone. */
struct vswitch_wired_check {
    bool (*is_done)(void *data, size_t i, enum vswitch_wired wired);
    void *data;
};

/* Waits until the ports with these sorted, distinct names (each with an interface of its name)
 * are wired or gone.  Always sets ret_wired[0..n).  Errors as ovsdb_client_wait_cfg();
 * -EREMOTEIO if the server refuses the monitor. */
int vswitch_wait_wired(struct ovsdb_client *client, enum vswitch_agent agent,
                       const char *const *names, size_t n, int64_t until,
                       const struct vswitch_wired_check *check, enum vswitch_wired *ret_wired,
                       struct vif_error *err);

#endif
