/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of plugin "ovs" share. */
#ifndef PLUGIN_OVS_H
#define PLUGIN_OVS_H

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
    /* Out of memory: reported at the end, and until then parts that found no room are these. */
    bool failed;
    struct vif_wiring_link no_link;
    struct vif_wiring_bridge no_bridge;
    struct vif_wiring_port no_port;
    struct wiring_vf no_vf;
};

/* "<prefix><id>" cut at 14 characters, as os-vif names devices. */
void ovs_device_name(const struct ovs_describer *d, const char *prefix,
                     char ret[VIF_DEVICE_NAME_SIZE]);

/* Whether the port's traffic goes through the kernel's datapath. */
bool ovs_is_system(const struct ovs_describer *d);

uint32_t ovs_mtu(const struct ovs_describer *d);

/* Zeroed parts, never NULL; a pointer to one is good until the next of its sort.  A port is owned
 * through the interface_id. */
struct vif_wiring_link *ovs_add_link(struct ovs_describer *d, enum vif_link_kind kind,
                                     const char *name);
struct vif_wiring_port *ovs_add_port(struct ovs_describer *d, const char *name, const char *bridge,
                                     bool create);
struct wiring_vf *ovs_add_vf(struct ovs_describer *d, const char *pci);
struct vif_wiring_bridge *ovs_add_bridge(struct ovs_describer *d, const char *name);

/* The bridge of the network; 'default_type' (may be NULL) when the profile has no datapath_type. */
void ovs_add_network_bridge(struct ovs_describer *d, const char *default_type);

void ovs_map_set(struct ovs_describer *d, struct vif_map *map, const char *key, const char *value);

/* The external ids Neutron and OVN know the port by, with this iface-id. */
void ovs_add_ids(struct ovs_describer *d, struct vif_wiring_port *port, const char *iface_id);

/* The port of a kernel link, with all that hangs on it. */
struct vif_wiring_port *ovs_add_link_port(struct ovs_describer *d, const char *name, bool create);

/* What a new port of the VIF has: isolation, QoS when a kernel link is behind it, external ids. */
void ovs_complete_port(struct ovs_describer *d, struct vif_wiring_port *port);

/* create_tap is for VIFOpenVSwitch alone. */
int ovs_refuse_create_tap(const struct ovs_describer *d);

/* One for each type of VIF. */
int ovs_describe_openvswitch(struct ovs_describer *d);
int ovs_describe_bridge(struct ovs_describer *d);
int ovs_describe_vhostuser(struct ovs_describer *d);
int ovs_describe_host_device(struct ovs_describer *d);

#endif
