/* SPDX-License-Identifier: Apache-2.0 */
/* The options of the plugins, as os-vif names them; the host reads them from the configuration. */
#ifndef PLUGIN_OPTIONS_H
#define PLUGIN_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <vif/plugin.h>

#define QOS_TYPE_MAX    VIF_OVS_TYPE_SIZE
#define DIRECTORY_MAX   256
#define DROP_ACTION_MAX VIF_DEVICE_NAME_SIZE
#define NOBODY          UINT32_MAX /* no user, no group */

enum tc_offload {
    TC_OFFLOAD_IGNORE,
    TC_OFFLOAD_WARN,
    TC_OFFLOAD_ENABLE,
};

/* Group [os_vif_ovs], and what [vifd] adds. */
struct ovs_options {
    uint32_t network_device_mtu; /* of VIFs whose network has none; 0: links keep theirs */
    bool isolate_vif;
    bool per_port_bridge;
    char default_qos_type[QOS_TYPE_MAX];
    uint32_t tap_owner; /* uid or NOBODY: root only */
    uint32_t tap_group; /* gid or NOBODY */
    enum tc_offload hw_tc_offload;
};

/* Group [os_vif_linux_bridge]. */
struct linux_bridge_options {
    uint32_t network_device_mtu;
    bool use_ipv6;
    char iptables_drop_action[DROP_ACTION_MAX];
    char vlan_interface[VIF_DEVICE_NAME_SIZE]; /* "": the network's */
    char flat_interface[VIF_DEVICE_NAME_SIZE];
    char (*forward_interfaces)[VIF_DEVICE_NAME_SIZE]; /* NULL: all */
    size_t n_forward_interfaces;
};

struct plugin_options {
    struct ovs_options ovs;
    struct linux_bridge_options linux_bridge;
    char directory[DIRECTORY_MAX]; /* of external plugins; "": none */
    struct vif_map elsewhere;      /* "NAME/option": the groups [plugin NAME] */
};

/* os-vif's defaults. */
void plugin_options_init(struct plugin_options *options);
void plugin_options_done(struct plugin_options *options);

#endif
