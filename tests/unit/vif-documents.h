/* SPDX-License-Identifier: Apache-2.0 */
/* A document of each VIF class, for the tests of the model, in compact JSON with ' for ". */
#ifndef VIF_DOCUMENTS_H
#define VIF_DOCUMENTS_H

#include <jansson.h>
#include <string.h>

#include "base/limits.h"
#include "json/json-text.h"

#define ID      "7a9e4d11-6b2c-4e0d-8f3a-91b0c2d4e502"
#define ID_FULL "'id':'" ID "'"

/* As the objects nest, which the formatter does not see. */
/* clang-format off */

/* The versioned form of an object. */
#define OBJECT(name, version, data)                                                                \
    "{'versioned_object.name':'" name "','versioned_object.namespace':'os_vif',"                   \
    "'versioned_object.version':'" version "','versioned_object.data':{" data "},"                 \
    "'versioned_object.changes':['id']}"

#define IPS                                                                                        \
    OBJECT("FixedIPList", "1.0", "'objects':["                                                     \
        OBJECT("FixedIP", "1.0", "'address':'10.0.0.17','floating_ips':['203.0.113.45']") "]")
#define ROUTES                                                                                     \
    OBJECT("RouteList", "1.0", "'objects':["                                                       \
        OBJECT("Route", "1.0", "'cidr':'10.9.0.0/16','gateway':'10.0.0.9','interface':'e'") "]")
#define SUBNETS                                                                                    \
    OBJECT("SubnetList", "1.0", "'objects':["                                                      \
        OBJECT("Subnet", "1.0",                                                                    \
            "'cidr':'2001:DB8::/64','dns':['10.0.0.2','::1'],'gateway':'10.0.0.1',"                \
            "'dhcp_server':'10.0.0.3','ips':" IPS ",'routes':" ROUTES) "]")
#define NETWORK                                                                                    \
    OBJECT("Network", "1.1",                                                                       \
        "'id':'6D7A5B3E-0F4C-4A63-8C0E-4B0C5C7A1D10','bridge':'br-int','label':'net',"             \
        "'subnets':" SUBNETS ",'multi_host':false,'should_provide_bridge':false,"                  \
        "'should_provide_vlan':false,'bridge_interface':null,'vlan':120,'mtu':1442")
#define INSTANCE                                                                                   \
    OBJECT("InstanceInfo", "1.0", "'uuid':'" ID "','name':'vm','project_id':'3f2b'")

static const char openvswitch[] =
    "{'description':'ignored','vif':"
    OBJECT("VIFOpenVSwitch", "1.0",
        ID_FULL ",'vif_name':'tap7a9e4d11-6b','bridge_name':'br-int',"
        "'address':'FA-16-3E-7A-9E-02','plugin':'ovs','active':false,"
        "'preserve_on_delete':true,'has_traffic_filtering':true,'network':" NETWORK
        ",'port_profile':"
        OBJECT("VIFPortProfileOpenVSwitch", "1.4",
            "'interface_id':'" ID "','profile_id':'p','datapath_type':'system',"
            "'create_port':true,'create_tap':true,'multiqueue':true"))
    ",'instance_info':" INSTANCE "}";

static const char vhostuser[] =
    "{'vif':{'type':'VIFVHostUser'," ID_FULL ",'mode':'server','path':'/run/vhu0',"
    "'vif_name':'vhu0','network':null,'port_profile':"
    OBJECT("VIFPortProfileOpenVSwitch", "1.0", "'interface_id':'" ID "'") "}}";

static const char host_device[] =
    "{'vif':"
    OBJECT("VIFHostDevice", "1.0",
        ID_FULL ",'dev_type':'generic','dev_address':'0000:3B:01.1','port_profile':"
        OBJECT("VIFPortProfileOVSRepresentor", "1.4",
            "'representor_name':null,'representor_address':'0000:AF:01.3','datapath_offload':"
            OBJECT("DatapathOffloadRepresentor", "1.0",
                "'representor_name':'tap90b1','representor_address':'0000:AF:01.3'")))
    "}";
/* clang-format on */

static const char bridge[] =
    "{'vif':{'type':'VIFBridge'," ID_FULL ",'vif_name':'tap0','bridge_name':'qbr0',"
    "'network':{'bridge':'br-int','mtu':null,'subnets':[{'ips':[{'address':'10.0.0.1'}],"
    "'routes':" ROUTES "}]},"
    "'port_profile':{'type':'VIFPortProfileFPOpenVSwitch','hybrid_plug':true,"
    "'bridge_name':'br0'}},'instance_info':null}";

static const char direct[] =
    "{'vif':{'type':'VIFDirect'," ID_FULL ",'vif_name':'e0','vlan_name':'v','mode':'bridge',"
    "'dev_address':'0000:03:00.2','port_profile':{'type':'VIFPortProfile8021Qbg',"
    "'manager_id':1,'type_id':2,'type_id_version':-3,'instance_id':'" ID "'}}}";

static const char nested_dpdk[] =
    "{'vif':{'type':'VIFNestedDPDK'," ID_FULL ",'pci_address':'0000:03:00.2','dev_driver':'x',"
    "'port_profile':{'type':'VIFPortProfileK8sDPDK','l3_setup':true,'selflink':'/a',"
    "'resourceversion':'9','datapath_offload':{'type':'DatapathOffloadBase'}}}}";

static const char generic[] =
    "{'vif':{'type':'VIFGeneric'," ID_FULL ",'vif_name':'e0',"
    "'port_profile':{'type':'VIFPortProfileFPTap','mac_address':'FA:16:3E:00:00:01'}}}";

/* Parses 'text', written as above. */
static inline int parse_document(const char *text, json_t **ret_json, struct vif_error *err)
{
    char buffer[8192];
    size_t n = strlen(text);

    if (n >= sizeof buffer)
        return error_set(err, VIF_ERROR_INVALID, "%zu bytes are more than expected", n);
    memcpy(buffer, text, n + 1);
    for (char *p = buffer; *p; p++)
        if (*p == '\'')
            *p = '"';
    return json_text_parse(buffer, n, LIMIT_DOCUMENT_BYTES, ret_json, err);
}

#endif
