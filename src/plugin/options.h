/* SPDX-License-Identifier: Apache-2.0 */
/* The options of the plugins, as os-vif names them; the host reads them from the configuration. */
#ifndef PLUGIN_OPTIONS_H
#define PLUGIN_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define QOS_TYPE_MAX 32

/* Group [os_vif_ovs], and what [vifd] adds for taps. */
struct ovs_options {
    uint32_t network_device_mtu; /* of VIFs whose network has none; 0: links keep theirs */
    bool isolate_vif;
    bool per_port_bridge;
    char default_qos_type[QOS_TYPE_MAX];
    uid_t tap_owner; /* (uid_t)-1: nobody but root */
    gid_t tap_group; /* (gid_t)-1: none */
};

/* os-vif's defaults. */
void ovs_options_init(struct ovs_options *options);

#endif
