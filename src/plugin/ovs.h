/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of plugin "ovs" share. */
#ifndef PLUGIN_OVS_H
#define PLUGIN_OVS_H

#include <stdbool.h>

#include "base/parse.h"
#include "plugin/plugin.h"

struct ovs_describer {
    const struct vif_describe *call;
    const struct ovs_options *options;
    const char *id;            /* of the VIF */
    const char *bridge;        /* network.bridge */
    const char *interface_id;  /* NULL when not known (unplug) */
    const char *datapath_type; /* NULL when unset */
    bool unplug;
};

/* "<prefix><id>" cut at 14 characters, as os-vif names devices. */
void ovs_device_name(const struct ovs_describer *d, const char *prefix,
                     char ret[VIF_DEVICE_NAME_SIZE]);

/* Whether the port's traffic goes through the kernel's datapath. */
bool ovs_is_system(const struct ovs_describer *d);

uint32_t ovs_mtu(const struct ovs_describer *d);

/* The bridge of the network; 'default_type' (may be NULL) when the profile has no datapath_type. */
int ovs_add_bridge(struct ovs_describer *d, const char *default_type);

/* A port on 'bridge', owned through the interface_id. */
struct vif_wiring_port *ovs_add_port(struct ovs_describer *d, const char *name, const char *bridge,
                                     bool create);

/* The external ids Neutron and OVN know the port by, with this iface-id. */
int ovs_add_ids(struct ovs_describer *d, struct vif_wiring_port *port, const char *iface_id);

/* The port of a kernel link, with all that hangs on it. */
int ovs_add_link_port(struct ovs_describer *d, const char *name, bool create);

/* What a new port of the VIF has: isolation, QoS when a kernel link is behind it, external ids. */
int ovs_complete_port(struct ovs_describer *d, struct vif_wiring_port *port);

/* The QoS rows of the port's device are this VIF's. */
int ovs_set_qos_id(struct ovs_describer *d, struct vif_wiring_port *port);

/* create_tap is for VIFOpenVSwitch alone. */
int ovs_refuse_create_tap(const struct ovs_describer *d);

/* One for each type of VIF. */
int ovs_describe_openvswitch(struct ovs_describer *d);
int ovs_describe_bridge(struct ovs_describer *d);
int ovs_describe_vhostuser(struct ovs_describer *d);
int ovs_describe_host_device(struct ovs_describer *d);

#endif
