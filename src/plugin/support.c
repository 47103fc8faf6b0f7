/* SPDX-License-Identifier: Apache-2.0 */
/* The table of what each plugin takes.  The versions are those os-vif's plugins state, whatever newer
 * minor version they and we understand: Neutron compares them.  The host hands them out. */
#include "plugin/support.h"

#define LENGTH(table) (sizeof(table) / sizeof((table)[0]))

static const struct profile_support openvswitch[] = {
    {PORT_PROFILE_OPENVSWITCH, "1.0", "1.0"},
};

static const struct profile_support openvswitch_or_representor[] = {
    {PORT_PROFILE_OPENVSWITCH, "1.0", "1.0"},
    {PORT_PROFILE_OVS_REPRESENTOR, "1.0", "1.0"},
};

static const struct vif_support linux_bridge_vifs[] = {
    {VIF_TYPE_BRIDGE, "1.0", "1.0", NULL, 0},
};

static const struct vif_support noop_vifs[] = {
    {VIF_TYPE_VHOSTUSER, "1.0", "1.0", NULL, 0},
};

static const struct vif_support ovs_vifs[] = {
    {VIF_TYPE_BRIDGE, "1.0", "1.0", openvswitch, LENGTH(openvswitch)},
    {VIF_TYPE_OPENVSWITCH, "1.0", "1.0", openvswitch, LENGTH(openvswitch)},
    {VIF_TYPE_VHOSTUSER, "1.0", "1.0", openvswitch_or_representor,
     LENGTH(openvswitch_or_representor)},
    {VIF_TYPE_HOST_DEVICE, "1.0", "1.0", openvswitch_or_representor,
     LENGTH(openvswitch_or_representor)},
};

static const struct plugin_support plugins[] = {
    {"linux_bridge", linux_bridge_vifs, LENGTH(linux_bridge_vifs)},
    {"noop", noop_vifs, LENGTH(noop_vifs)},
    {"ovs", ovs_vifs, LENGTH(ovs_vifs)},
};

const struct plugin_support *plugin_support(size_t *ret_n)
{
    *ret_n = LENGTH(plugins);
    return plugins;
}
