/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of the VIF classes, which share one C struct.  Each has the rows of VIFBase, which is
 * abstract, before its own. */
#include "model/tables.h"

static const char *const direct_modes[] = {"vepa", "passthrough", "bridge", NULL};
static const char *const vhost_modes[] = {
    [VHOST_MODE_CLIENT] = "client", [VHOST_MODE_SERVER] = "server", NULL};
static const char *const dev_types[] = {"ethernet", "generic", NULL};

/* One row below the other, which the formatter would not leave so in a macro. */
/* clang-format off */
#define VIF_ROWS                                                                                   \
    {ROW(vif, id, FIELD_UUID, VIF_ID)},                                                            \
    {ROW(vif, address, FIELD_MAC, VIF_ADDRESS), .nullable = true},                                 \
    {ROW(vif, network, FIELD_OBJECT, VIF_NETWORK), .nullable = true, .object = &network_object},   \
    {ROW(vif, plugin, FIELD_STRING, VIF_PLUGIN)},                                                  \
    {ROW(vif, active, FIELD_BOOL, VIF_ACTIVE)},                                                    \
    {ROW(vif, preserve_on_delete, FIELD_BOOL, VIF_PRESERVE_ON_DELETE)},                            \
    {ROW(vif, has_traffic_filtering, FIELD_BOOL, VIF_HAS_TRAFFIC_FILTERING)},                      \
    {ROW(vif, port_profile, FIELD_OBJECT, VIF_PORT_PROFILE), .object = &port_profile_object}
/* clang-format on */

static const struct field generic_fields[] = {
    VIF_ROWS,
    {ROW(vif, vif_name, FIELD_IFNAME, VIF_VIF_NAME)},
};

/* VIFBridge and VIFOpenVSwitch have the same fields. */
static const struct field bridge_fields[] = {
    VIF_ROWS,
    {ROW(vif, vif_name, FIELD_IFNAME, VIF_VIF_NAME)},
    {ROW(vif, bridge_name, FIELD_IFNAME, VIF_BRIDGE_NAME)},
};

static const struct field direct_fields[] = {
    VIF_ROWS,
    {ROW(vif, vif_name, FIELD_IFNAME, VIF_VIF_NAME)},
    {ROW(vif, dev_address, FIELD_PCI, VIF_DEV_ADDRESS)},
    {ROW_AS("mode", vif, direct_mode, FIELD_ENUM, VIF_MODE), .words = direct_modes},
    {ROW(vif, vlan_name, FIELD_IFNAME, VIF_VLAN_NAME)},
};

static const struct field vhostuser_fields[] = {
    VIF_ROWS,
    {ROW(vif, vif_name, FIELD_IFNAME, VIF_VIF_NAME), .minor = 1},
    {ROW(vif, path, FIELD_STRING, VIF_PATH)},
    {ROW_AS("mode", vif, vhost_mode, FIELD_ENUM, VIF_MODE), .words = vhost_modes},
};

static const struct field host_device_fields[] = {
    VIF_ROWS,
    {ROW(vif, dev_type, FIELD_ENUM, VIF_DEV_TYPE), .words = dev_types},
    {ROW(vif, dev_address, FIELD_PCI, VIF_DEV_ADDRESS)},
};

static const struct field nested_dpdk_fields[] = {
    VIF_ROWS,
    {ROW(vif, pci_address, FIELD_STRING, VIF_PCI_ADDRESS)},
    {ROW(vif, dev_driver, FIELD_STRING, VIF_DEV_DRIVER)},
};

static const struct object_class vif_classes[] = {
    [VIF_TYPE_GENERIC] = CLASS("VIFGeneric", 0, generic_fields),
    [VIF_TYPE_BRIDGE] = CLASS("VIFBridge", 0, bridge_fields),
    [VIF_TYPE_OPENVSWITCH] = CLASS("VIFOpenVSwitch", 0, bridge_fields),
    [VIF_TYPE_DIRECT] = CLASS("VIFDirect", 0, direct_fields),
    [VIF_TYPE_VHOSTUSER] = CLASS("VIFVHostUser", 1, vhostuser_fields),
    [VIF_TYPE_HOST_DEVICE] = CLASS("VIFHostDevice", 0, host_device_fields),
    [VIF_TYPE_NESTED_DPDK] = CLASS("VIFNestedDPDK", 0, nested_dpdk_fields),
};

static void vif_init(void *value, size_t class_index)
{
    struct vif *vif = value;

    vif->type = (enum vif_type)class_index;
    vif->active = true;
}

static size_t vif_class_index(const void *value)
{
    const struct vif *vif = value;

    return vif->type;
}

const struct field_object vif_object = {
    .words = "a VIF",
    .classes = vif_classes,
    .n_classes = TABLE_LENGTH(vif_classes),
    .size = sizeof(struct vif),
    .init = vif_init,
    .class_index = vif_class_index,
};

const char *vif_type_name(enum vif_type type)
{
    return vif_classes[type].name;
}
