/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of the port profiles and datapath offloads.  The classes of profiles share one C
 * struct, and a class has the rows of the class it is derived from before its own. */
#include "model/tables.h"

enum { OFFLOAD_REPRESENTOR_NAME, OFFLOAD_REPRESENTOR_ADDRESS };
enum { OFFLOAD_BASE, OFFLOAD_REPRESENTOR };

static const struct field representor_fields[] = {
    {ROW(datapath_offload, representor_name, FIELD_IFNAME, OFFLOAD_REPRESENTOR_NAME),
     .nullable = true},
    {ROW(datapath_offload, representor_address, FIELD_STRING, OFFLOAD_REPRESENTOR_ADDRESS),
     .nullable = true},
};
static const struct object_class offload_classes[] = {
    [OFFLOAD_BASE] = {.name = "DatapathOffloadBase"},
    [OFFLOAD_REPRESENTOR] = CLASS("DatapathOffloadRepresentor", 0, representor_fields),
};

static void offload_init(void *value, size_t class_index)
{
    struct datapath_offload *offload = value;

    offload->representor = class_index == OFFLOAD_REPRESENTOR;
}

static size_t offload_class_index(const void *value)
{
    const struct datapath_offload *offload = value;

    return offload->representor ? OFFLOAD_REPRESENTOR : OFFLOAD_BASE;
}

const struct field_object datapath_offload_object = {
    .words = "a datapath offload",
    .classes = offload_classes,
    .n_classes = TABLE_LENGTH(offload_classes),
    .size = sizeof(struct datapath_offload),
    .init = offload_init,
    .class_index = offload_class_index,
};

#define PROFILE_ROW(member, kind, number) ROW(port_profile, member, kind, number)

/* One row below the other, which the formatter would not leave so in a macro. */
/* clang-format off */
#define BASE_ROWS                                                                                  \
    {PROFILE_ROW(datapath_offload, FIELD_OBJECT, PROFILE_DATAPATH_OFFLOAD), .nullable = true,      \
     .minor = 1, .object = &datapath_offload_object}

#define OPENVSWITCH_ROWS                                                                           \
    BASE_ROWS,                                                                                     \
    {PROFILE_ROW(interface_id, FIELD_UUID, PROFILE_INTERFACE_ID)},                                 \
    {PROFILE_ROW(profile_id, FIELD_STRING, PROFILE_PROFILE_ID)},                                   \
    {PROFILE_ROW(datapath_type, FIELD_STRING, PROFILE_DATAPATH_TYPE), .nullable = true,            \
     .minor = 1},                                                                                  \
    {PROFILE_ROW(create_port, FIELD_BOOL, PROFILE_CREATE_PORT), .minor = 3},                       \
    {PROFILE_ROW(create_tap, FIELD_BOOL, PROFILE_CREATE_TAP), .minor = 4},                         \
    {PROFILE_ROW(multiqueue, FIELD_BOOL, PROFILE_MULTIQUEUE), .minor = 4}
/* clang-format on */

static const struct field base_fields[] = {BASE_ROWS};

static const struct field openvswitch_fields[] = {OPENVSWITCH_ROWS};

static const struct field fp_openvswitch_fields[] = {
    OPENVSWITCH_ROWS,
    {PROFILE_ROW(bridge_name, FIELD_IFNAME, PROFILE_BRIDGE_NAME)},
    {PROFILE_ROW(hybrid_plug, FIELD_BOOL, PROFILE_HYBRID_PLUG)},
};

static const struct field ovs_representor_fields[] = {
    OPENVSWITCH_ROWS,
    {PROFILE_ROW(representor_name, FIELD_IFNAME, PROFILE_REPRESENTOR_NAME), .nullable = true},
    {PROFILE_ROW(representor_address, FIELD_PCI, PROFILE_REPRESENTOR_ADDRESS), .nullable = true},
};

static const struct field fp_bridge_fields[] = {
    BASE_ROWS,
    {PROFILE_ROW(bridge_name, FIELD_IFNAME, PROFILE_BRIDGE_NAME)},
};

static const struct field fp_tap_fields[] = {
    BASE_ROWS,
    {PROFILE_ROW(mac_address, FIELD_MAC, PROFILE_MAC_ADDRESS), .nullable = true},
};

static const struct field vepa_8021qbg_fields[] = {
    BASE_ROWS,
    {PROFILE_ROW(manager_id, FIELD_INT, PROFILE_MANAGER_ID), .min = INT64_MIN, .max = INT64_MAX},
    {PROFILE_ROW(type_id, FIELD_INT, PROFILE_TYPE_ID), .min = INT64_MIN, .max = INT64_MAX},
    {PROFILE_ROW(type_id_version, FIELD_INT, PROFILE_TYPE_ID_VERSION), .min = INT64_MIN,
     .max = INT64_MAX},
    {PROFILE_ROW(instance_id, FIELD_UUID, PROFILE_INSTANCE_ID)},
};

static const struct field vnlink_8021qbh_fields[] = {
    BASE_ROWS,
    {PROFILE_ROW(profile_id, FIELD_STRING, PROFILE_PROFILE_ID)},
};

static const struct field k8s_dpdk_fields[] = {
    BASE_ROWS,
    {PROFILE_ROW(l3_setup, FIELD_BOOL, PROFILE_L3_SETUP)},
    {PROFILE_ROW(selflink, FIELD_STRING, PROFILE_SELFLINK)},
    {PROFILE_ROW(resourceversion, FIELD_STRING, PROFILE_RESOURCEVERSION)},
};

static const struct object_class profile_classes[] = {
    [PORT_PROFILE_BASE] = CLASS("VIFPortProfileBase", 1, base_fields),
    [PORT_PROFILE_OPENVSWITCH] = CLASS("VIFPortProfileOpenVSwitch", 4, openvswitch_fields),
    [PORT_PROFILE_FP_OPENVSWITCH] = CLASS("VIFPortProfileFPOpenVSwitch", 4, fp_openvswitch_fields),
    [PORT_PROFILE_OVS_REPRESENTOR] =
        CLASS("VIFPortProfileOVSRepresentor", 4, ovs_representor_fields),
    [PORT_PROFILE_FP_BRIDGE] = CLASS("VIFPortProfileFPBridge", 1, fp_bridge_fields),
    [PORT_PROFILE_FP_TAP] = CLASS("VIFPortProfileFPTap", 1, fp_tap_fields),
    [PORT_PROFILE_8021QBG] = CLASS("VIFPortProfile8021Qbg", 1, vepa_8021qbg_fields),
    [PORT_PROFILE_8021QBH] = CLASS("VIFPortProfile8021Qbh", 1, vnlink_8021qbh_fields),
    [PORT_PROFILE_K8S_DPDK] = CLASS("VIFPortProfileK8sDPDK", 1, k8s_dpdk_fields),
};

static void profile_init(void *value, size_t class_index)
{
    struct port_profile *profile = value;

    profile->type = (enum port_profile_type)class_index;
}

static size_t profile_class_index(const void *value)
{
    const struct port_profile *profile = value;

    return profile->type;
}

const struct field_object port_profile_object = {
    .words = "a port profile",
    .classes = profile_classes,
    .n_classes = TABLE_LENGTH(profile_classes),
    .size = sizeof(struct port_profile),
    .init = profile_init,
    .class_index = profile_class_index,
};

const char *port_profile_type_name(enum port_profile_type type)
{
    return profile_classes[type].name;
}

bool port_profile_is_openvswitch(enum port_profile_type type)
{
    return type == PORT_PROFILE_OPENVSWITCH || type == PORT_PROFILE_FP_OPENVSWITCH ||
           type == PORT_PROFILE_OVS_REPRESENTOR;
}
