/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of os-vif's classes, by which the program reads and documents them.  A class has the
 * rows of the class it is derived from before its own. */
#include "model/object.h"

/* The beginning of a row. */
#define ROW(field, kind) .name = (field), .type = FIELD_##kind

#define LENGTH(table) (sizeof(table) / sizeof((table)[0]))

/* A class by name, newest minor version and field table. */
#define CLASS(class_name, newest, table)                                                           \
    {                                                                                              \
        class_name, newest, table, LENGTH(table)                                                   \
    }

/* A place for one class of objects, or for a list of them, whose one field is the decoder's
 * business. */
#define OBJECT(variable, phrase, class_name, newest)                                               \
    static const struct object_class variable##_class[] = {                                        \
        CLASS(class_name, newest, variable##_fields)};                                             \
    static const struct field_object variable##_object = {phrase, variable##_class, 1, NULL}
#define LIST(variable, phrase, class_name, element)                                                \
    static const struct object_class variable##_class[] = {{.name = (class_name)}};                \
    static const struct field_object variable##_object = {phrase, variable##_class, 1, &(element)}

/* RFC 791: what every network must carry; and what an Ethernet device can at most. */
#define MTU_MIN 68
#define MTU_MAX 65535

/* IEEE 802.1Q, without the reserved 4095. */
#define VLAN_MAX 4094

/* ---- the network ---- */

static const struct field route_fields[] = {
    {ROW("cidr", CIDR)},
    {ROW("gateway", IP)},
    {ROW("interface", STRING)},
};
OBJECT(route, "a Route", "Route", 0);
LIST(route_list, "a list of Route", "RouteList", route_object);

static const struct field fixed_ip_fields[] = {
    {ROW("address", IP)},
    {ROW("floating_ips", IP_LIST)},
};
OBJECT(fixed_ip, "a FixedIP", "FixedIP", 0);
LIST(fixed_ip_list, "a list of FixedIP", "FixedIPList", fixed_ip_object);

static const struct field subnet_fields[] = {
    {ROW("cidr", CIDR)},
    {ROW("dns", IP_LIST)},
    {ROW("gateway", IP)},
    {ROW("ips", OBJECT), .object = &fixed_ip_list_object},
    {ROW("routes", OBJECT), .object = &route_list_object},
    {ROW("dhcp_server", IP)},
};
OBJECT(subnet, "a Subnet", "Subnet", 0);
LIST(subnet_list, "a list of Subnet", "SubnetList", subnet_object);

static const struct field network_fields[] = {
    {ROW("id", UUID)},
    {ROW("bridge", IFNAME)},
    {ROW("label", STRING)},
    {ROW("subnets", OBJECT), .object = &subnet_list_object},
    {ROW("multi_host", BOOL)},
    {ROW("should_provide_bridge", BOOL)},
    {ROW("should_provide_vlan", BOOL)},
    {ROW("bridge_interface", IFNAME), .nullable = true},
    {ROW("vlan", INT), .nullable = true, .max = VLAN_MAX},
    {ROW("mtu", INT), .nullable = true, .minor = 1, .min = MTU_MIN, .max = MTU_MAX,
     .or_zero = true},
};
OBJECT(network, "a Network", "Network", 1);

/* ---- port profiles ---- */

static const struct field representor_fields[] = {
    {ROW("representor_name", IFNAME), .nullable = true},
    {ROW("representor_address", STRING), .nullable = true}, /* os-vif gives it no form */
};
static const struct object_class offload_classes[] = {
    {.name = "DatapathOffloadBase"},
    CLASS("DatapathOffloadRepresentor", 0, representor_fields),
};
static const struct field_object offload_object = {.words = "a datapath offload",
                                                   .classes = offload_classes,
                                                   .n_classes = LENGTH(offload_classes)};

/* One row below the other, which the formatter would not leave so in a macro. */
/* clang-format off */
#define PROFILE_ROWS                                                                               \
    {ROW("datapath_offload", OBJECT), .nullable = true, .minor = 1, .object = &offload_object}
#define OPENVSWITCH_ROWS                                                                           \
    PROFILE_ROWS,                                                                                  \
    {ROW("interface_id", UUID)},                                                                   \
    {ROW("profile_id", STRING)},                                                                   \
    {ROW("datapath_type", STRING), .nullable = true, .minor = 1},                                  \
    {ROW("create_port", BOOL), .minor = 3},                                                        \
    {ROW("create_tap", BOOL), .minor = 4},                                                         \
    {ROW("multiqueue", BOOL), .minor = 4}
/* clang-format on */

static const struct field profile_fields[] = {PROFILE_ROWS};
static const struct field openvswitch_fields[] = {OPENVSWITCH_ROWS};
static const struct field fp_openvswitch_fields[] = {
    OPENVSWITCH_ROWS,
    {ROW("bridge_name", IFNAME)},
    {ROW("hybrid_plug", BOOL)},
};
static const struct field ovs_representor_fields[] = {
    OPENVSWITCH_ROWS,
    {ROW("representor_name", IFNAME), .nullable = true},
    {ROW("representor_address", PCI), .nullable = true},
};
static const struct field fp_bridge_fields[] = {
    PROFILE_ROWS,
    {ROW("bridge_name", IFNAME)},
};
static const struct field fp_tap_fields[] = {
    PROFILE_ROWS,
    {ROW("mac_address", MAC), .nullable = true},
};
static const struct field vepa_8021qbg_fields[] = {
    PROFILE_ROWS,
    {ROW("manager_id", INT), .min = INT64_MIN, .max = INT64_MAX},
    {ROW("type_id", INT), .min = INT64_MIN, .max = INT64_MAX},
    {ROW("type_id_version", INT), .min = INT64_MIN, .max = INT64_MAX},
    {ROW("instance_id", UUID)},
};
static const struct field vnlink_8021qbh_fields[] = {
    PROFILE_ROWS,
    {ROW("profile_id", STRING)},
};
static const struct field k8s_dpdk_fields[] = {
    PROFILE_ROWS,
    {ROW("l3_setup", BOOL)},
    {ROW("selflink", STRING)},
    {ROW("resourceversion", STRING)},
};

static const struct object_class profile_classes[] = {
    CLASS("VIFPortProfileBase", 1, profile_fields),
    CLASS("VIFPortProfileOpenVSwitch", 4, openvswitch_fields),
    CLASS("VIFPortProfileFPOpenVSwitch", 4, fp_openvswitch_fields),
    CLASS("VIFPortProfileOVSRepresentor", 4, ovs_representor_fields),
    CLASS("VIFPortProfileFPBridge", 1, fp_bridge_fields),
    CLASS("VIFPortProfileFPTap", 1, fp_tap_fields),
    CLASS("VIFPortProfile8021Qbg", 1, vepa_8021qbg_fields),
    CLASS("VIFPortProfile8021Qbh", 1, vnlink_8021qbh_fields),
    CLASS("VIFPortProfileK8sDPDK", 1, k8s_dpdk_fields),
};
static const struct field_object profile_object = {
    .words = "a port profile", .classes = profile_classes, .n_classes = LENGTH(profile_classes)};

/* ---- VIFs ---- */

static const char *const direct_modes[] = {"vepa", "passthrough", "bridge", NULL};
static const char *const vhost_modes[] = {"client", "server", NULL};
static const char *const dev_types[] = {"ethernet", "generic", NULL};

/* clang-format off */
#define VIF_ROWS                                                                                   \
    {ROW("id", UUID)},                                                                             \
    {ROW("address", MAC), .nullable = true},                                                       \
    {ROW("network", OBJECT), .nullable = true, .object = &network_object},                         \
    {ROW("plugin", STRING)},                                                                       \
    {ROW("active", BOOL)},                                                                         \
    {ROW("preserve_on_delete", BOOL)},                                                             \
    {ROW("has_traffic_filtering", BOOL)},                                                          \
    {ROW("port_profile", OBJECT), .object = &profile_object}
/* clang-format on */

static const struct field generic_fields[] = {
    VIF_ROWS,
    {ROW("vif_name", IFNAME)},
};
static const struct field bridge_fields[] = {
    VIF_ROWS,
    {ROW("vif_name", IFNAME)},
    {ROW("bridge_name", IFNAME)},
};
static const struct field direct_fields[] = {
    VIF_ROWS,
    {ROW("vif_name", IFNAME)},
    {ROW("dev_address", PCI)},
    {ROW("mode", ENUM), .words = direct_modes},
    {ROW("vlan_name", IFNAME)},
};
static const struct field vhostuser_fields[] = {
    VIF_ROWS,
    {ROW("vif_name", IFNAME), .minor = 1},
    {ROW("path", STRING)},
    {ROW("mode", ENUM), .words = vhost_modes},
};
static const struct field host_device_fields[] = {
    VIF_ROWS,
    {ROW("dev_type", ENUM), .words = dev_types},
    {ROW("dev_address", PCI)},
};
static const struct field nested_dpdk_fields[] = {
    VIF_ROWS,
    {ROW("pci_address", STRING)}, /* os-vif gives it no form */
    {ROW("dev_driver", STRING)},
};

static const struct object_class vif_classes[] = {
    CLASS("VIFGeneric", 0, generic_fields),        CLASS("VIFBridge", 0, bridge_fields),
    CLASS("VIFOpenVSwitch", 0, bridge_fields),     CLASS("VIFDirect", 0, direct_fields),
    CLASS("VIFVHostUser", 1, vhostuser_fields),    CLASS("VIFHostDevice", 0, host_device_fields),
    CLASS("VIFNestedDPDK", 0, nested_dpdk_fields),
};
const struct field_object vif_object = {
    .words = "a VIF", .classes = vif_classes, .n_classes = LENGTH(vif_classes)};

static const struct field instance_info_fields[] = {
    {ROW("uuid", UUID)},
    {ROW("name", STRING)},
    {ROW("project_id", STRING)},
};
static const struct object_class instance_info_class[] = {
    CLASS("InstanceInfo", 0, instance_info_fields)};
const struct field_object instance_info_object = {
    .words = "an InstanceInfo", .classes = instance_info_class, .n_classes = 1};
