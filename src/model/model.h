/* SPDX-License-Identifier: Apache-2.0 */
/* os-vif's objects as C structs (oslo.versionedobjects, name space "os_vif").
 *
 * Every struct begins with 'present', one bit a field: a field that is absent is not the same as
 * one set to its default.  A nullable field that is present and null has a NULL pointer.  Booleans
 * that os-vif gives a default hold that default when absent.  Strings are normalised (MAC, UUID,
 * PCI and IP in lower case) and checked for their form. */
#ifndef MODEL_H
#define MODEL_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "json/decode.h"

#define MODEL_HAS(object, BIT) (((object)->present >> (BIT)) & 1)

enum vif_type {
    VIF_TYPE_GENERIC,
    VIF_TYPE_BRIDGE,
    VIF_TYPE_OPENVSWITCH,
    VIF_TYPE_DIRECT,
    VIF_TYPE_VHOSTUSER,
    VIF_TYPE_HOST_DEVICE,
    VIF_TYPE_NESTED_DPDK,
};

enum port_profile_type {
    PORT_PROFILE_BASE,
    PORT_PROFILE_OPENVSWITCH,
    PORT_PROFILE_FP_OPENVSWITCH,
    PORT_PROFILE_OVS_REPRESENTOR,
    PORT_PROFILE_FP_BRIDGE,
    PORT_PROFILE_FP_TAP,
    PORT_PROFILE_8021QBG,
    PORT_PROFILE_8021QBH,
    PORT_PROFILE_K8S_DPDK,
};

enum vhost_mode { VHOST_MODE_CLIENT, VHOST_MODE_SERVER };

struct route {
    uint32_t present;
    char *cidr;
    char *gateway;
    char *interface;
};

struct fixed_ip {
    uint32_t present;
    char *address;
    struct string_list floating_ips;
};

/* The lists of os-vif: an object with the one field 'objects'. */
struct object_list {
    uint32_t present;
    void **items; /* struct subnet, route or fixed_ip */
    size_t n;
};

struct subnet {
    uint32_t present;
    char *cidr;
    struct string_list dns;
    char *gateway;
    struct object_list *ips;    /* struct fixed_ip */
    struct object_list *routes; /* struct route */
    char *dhcp_server;
};

enum network_bit {
    NETWORK_ID,
    NETWORK_BRIDGE,
    NETWORK_LABEL,
    NETWORK_SUBNETS,
    NETWORK_MULTI_HOST,
    NETWORK_SHOULD_PROVIDE_BRIDGE,
    NETWORK_SHOULD_PROVIDE_VLAN,
    NETWORK_BRIDGE_INTERFACE,
    NETWORK_VLAN,
    NETWORK_MTU,
};

struct network {
    uint32_t present;
    char *id;
    char *bridge;
    char *label;
    struct object_list *subnets; /* struct subnet */
    bool multi_host;
    bool should_provide_bridge;
    bool should_provide_vlan;
    char *bridge_interface;
    int64_t vlan; /* 0 when null or absent; 0 to 4094 */
    int64_t mtu;  /* 0 when null, absent or 0; else 68 to 65535 */
};

struct datapath_offload {
    uint32_t present;
    bool representor; /* DatapathOffloadRepresentor, not DatapathOffloadBase */
    char *representor_name;
    char *representor_address; /* os-vif gives this one no form: any string */
};

enum port_profile_bit {
    PROFILE_DATAPATH_OFFLOAD,
    PROFILE_INTERFACE_ID,
    PROFILE_PROFILE_ID,
    PROFILE_DATAPATH_TYPE,
    PROFILE_CREATE_PORT,
    PROFILE_CREATE_TAP,
    PROFILE_MULTIQUEUE,
    PROFILE_BRIDGE_NAME,
    PROFILE_HYBRID_PLUG,
    PROFILE_REPRESENTOR_NAME,
    PROFILE_REPRESENTOR_ADDRESS,
    PROFILE_MAC_ADDRESS,
    PROFILE_MANAGER_ID,
    PROFILE_TYPE_ID,
    PROFILE_TYPE_ID_VERSION,
    PROFILE_INSTANCE_ID,
    PROFILE_L3_SETUP,
    PROFILE_SELFLINK,
    PROFILE_RESOURCEVERSION,
};

/* The fields of every port profile class; 'type' says which can be there. */
struct port_profile {
    uint32_t present;
    enum port_profile_type type;
    struct datapath_offload *datapath_offload;
    char *interface_id;
    char *profile_id;
    char *datapath_type; /* NULL when null or absent */
    bool create_port;
    bool create_tap;
    bool multiqueue;
    char *bridge_name;
    bool hybrid_plug;
    char *representor_name;
    char *representor_address;
    char *mac_address;
    int64_t manager_id, type_id, type_id_version;
    char *instance_id;
    bool l3_setup;
    char *selflink;
    char *resourceversion;
};

enum vif_bit {
    VIF_ID,
    VIF_ADDRESS,
    VIF_NETWORK,
    VIF_PLUGIN,
    VIF_ACTIVE,
    VIF_PRESERVE_ON_DELETE,
    VIF_HAS_TRAFFIC_FILTERING,
    VIF_PORT_PROFILE,
    VIF_VIF_NAME,
    VIF_BRIDGE_NAME,
    VIF_DEV_ADDRESS,
    VIF_DEV_TYPE,
    VIF_DEV_DRIVER,
    VIF_MODE,
    VIF_VLAN_NAME,
    VIF_PATH,
    VIF_PCI_ADDRESS,
};

/* The fields of every VIF class; 'type' says which can be there.  'id' is always there. */
struct vif {
    uint32_t present;
    enum vif_type type;
    char *id;
    char *address;
    struct network *network;
    char *plugin;
    bool active; /* default true */
    bool preserve_on_delete;
    bool has_traffic_filtering;
    struct port_profile *port_profile;
    char *vif_name;
    char *bridge_name;
    char *dev_address;
    int dev_type;    /* 0 ethernet, 1 generic */
    int direct_mode; /* VIFDirect: 0 vepa, 1 passthrough, 2 bridge */
    int vhost_mode;  /* VIFVHostUser: enum vhost_mode */
    char *dev_driver;
    char *vlan_name;
    char *path;
    char *pci_address; /* VIFNestedDPDK; any string, as in os-vif */
};

struct instance_info {
    uint32_t present;
    char *uuid;
    char *name;
    char *project_id;
};

/* One VIF with the instance it belongs to, as handed in by a user. */
struct vif_input {
    struct vif *vif;
    struct instance_info *instance; /* NULL when the document has none */
    /* The place of the VIF in its document, e.g. "vif.json: /3/vif/versioned_object.data": the
     * prefix for faults found after decoding. */
    char *where;
    /* The document as JSON text, and what messages call it ("vif.json: /3"); NULL when it was not
     * to be kept. */
    char *document, *source;
};

void vif_input_free(struct vif_input *input);
DEFINE_AUTO(auto_vif_input, struct vif_input *, vif_input_free);
#define auto_vif_input __attribute__((cleanup(auto_vif_input_fn)))

/* Decodes {"vif": OBJECT, "instance_info": OBJECT or absent or null, ...}; other members of the
 * document are ignored.  OBJECT is an oslo.versionedobjects primitive
 *   {"versioned_object.name": .., ".namespace": "os_vif", ".version": "1.x", ".data": {..},
 *    ".changes": [..] (ignored, may be absent)}
 * or the plain form {"type": "VIFBridge", field: value, ...}; in the plain form a nested object may
 * leave out "type" where only one class is possible, lists are JSON arrays, and either form may be
 * nested in the other.
 *
 * 'path' says where the document stands.  Errors: kind INVALID with the path; kind VERSION for a
 * newer minor or another major version than ours, naming both; -ENOMEM. */
int vif_input_decode(json_t *document, const struct json_path *path, struct vif_input **ret,
                     struct vif_error *err);

/* "VIFOpenVSwitch" and the like. */
const char *vif_type_name(enum vif_type type);
const char *port_profile_type_name(enum port_profile_type type);

/* Whether profiles of 'type' are VIFPortProfileOpenVSwitch or a subclass of it. */
bool port_profile_is_openvswitch(enum port_profile_type type);

#endif
