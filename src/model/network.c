/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of the network a VIF is on and of the subnets, addresses and routes in it, and that of
 * the instance.  Each class has a C struct of its own; the lists share one. */
#include "model/tables.h"

enum { ROUTE_CIDR, ROUTE_GATEWAY, ROUTE_INTERFACE };
enum { FIXED_IP_ADDRESS, FIXED_IP_FLOATING_IPS };
enum { SUBNET_CIDR, SUBNET_DNS, SUBNET_GATEWAY, SUBNET_IPS, SUBNET_ROUTES, SUBNET_DHCP_SERVER };
enum { INSTANCE_UUID, INSTANCE_NAME, INSTANCE_PROJECT_ID };

/* RFC 791: what every network must carry; and what an Ethernet device can at most. */
#define MTU_MIN 68
#define MTU_MAX 65535

/* IEEE 802.1Q, without the reserved 4095. */
#define VLAN_MAX 4094

static const struct field route_fields[] = {
    {ROW(route, cidr, FIELD_CIDR, ROUTE_CIDR)},
    {ROW(route, gateway, FIELD_IP, ROUTE_GATEWAY)},
    {ROW(route, interface, FIELD_STRING, ROUTE_INTERFACE)},
};
static const struct object_class route_class[] = {CLASS("Route", 0, route_fields)};
static const struct field_object route_object = {
    .words = "a Route", .classes = route_class, .n_classes = 1, .size = sizeof(struct route)};

static const struct field fixed_ip_fields[] = {
    {ROW(fixed_ip, address, FIELD_IP, FIXED_IP_ADDRESS)},
    {ROW(fixed_ip, floating_ips, FIELD_IP_LIST, FIXED_IP_FLOATING_IPS)},
};
static const struct object_class fixed_ip_class[] = {CLASS("FixedIP", 0, fixed_ip_fields)};
static const struct field_object fixed_ip_object = {.words = "a FixedIP",
                                                    .classes = fixed_ip_class,
                                                    .n_classes = 1,
                                                    .size = sizeof(struct fixed_ip)};

/* A list class: its one field "objects" is the decoder's business. */
#define LIST_OBJECT(variable, phrase, class_name, element_object)                                  \
    static const struct object_class variable##_class[] = {{.name = (class_name)}};                \
    static const struct field_object variable##_object = {.words = (phrase),                       \
                                                          .classes = variable##_class,             \
                                                          .n_classes = 1,                          \
                                                          .size = sizeof(struct object_list),      \
                                                          .element = (element_object)}

LIST_OBJECT(fixed_ip_list, "a list of FixedIP", "FixedIPList", &fixed_ip_object);
LIST_OBJECT(route_list, "a list of Route", "RouteList", &route_object);

static const struct field subnet_fields[] = {
    {ROW(subnet, cidr, FIELD_CIDR, SUBNET_CIDR)},
    {ROW(subnet, dns, FIELD_IP_LIST, SUBNET_DNS)},
    {ROW(subnet, gateway, FIELD_IP, SUBNET_GATEWAY)},
    {ROW(subnet, ips, FIELD_OBJECT, SUBNET_IPS), .object = &fixed_ip_list_object},
    {ROW(subnet, routes, FIELD_OBJECT, SUBNET_ROUTES), .object = &route_list_object},
    {ROW(subnet, dhcp_server, FIELD_IP, SUBNET_DHCP_SERVER)},
};
static const struct object_class subnet_class[] = {CLASS("Subnet", 0, subnet_fields)};
static const struct field_object subnet_object = {
    .words = "a Subnet", .classes = subnet_class, .n_classes = 1, .size = sizeof(struct subnet)};

LIST_OBJECT(subnet_list, "a list of Subnet", "SubnetList", &subnet_object);

static const struct field network_fields[] = {
    {ROW(network, id, FIELD_UUID, NETWORK_ID)},
    {ROW(network, bridge, FIELD_IFNAME, NETWORK_BRIDGE)},
    {ROW(network, label, FIELD_STRING, NETWORK_LABEL)},
    {ROW(network, subnets, FIELD_OBJECT, NETWORK_SUBNETS), .object = &subnet_list_object},
    {ROW(network, multi_host, FIELD_BOOL, NETWORK_MULTI_HOST)},
    {ROW(network, should_provide_bridge, FIELD_BOOL, NETWORK_SHOULD_PROVIDE_BRIDGE)},
    {ROW(network, should_provide_vlan, FIELD_BOOL, NETWORK_SHOULD_PROVIDE_VLAN)},
    {ROW(network, bridge_interface, FIELD_IFNAME, NETWORK_BRIDGE_INTERFACE), .nullable = true},
    {ROW(network, vlan, FIELD_INT, NETWORK_VLAN), .nullable = true, .max = VLAN_MAX},
    {ROW(network, mtu, FIELD_INT, NETWORK_MTU), .nullable = true, .minor = 1, .min = MTU_MIN,
     .max = MTU_MAX, .or_zero = true},
};
static const struct object_class network_class[] = {CLASS("Network", 1, network_fields)};
const struct field_object network_object = {
    .words = "a Network", .classes = network_class, .n_classes = 1, .size = sizeof(struct network)};

static const struct field instance_info_fields[] = {
    {ROW(instance_info, uuid, FIELD_UUID, INSTANCE_UUID)},
    {ROW(instance_info, name, FIELD_STRING, INSTANCE_NAME)},
    {ROW(instance_info, project_id, FIELD_STRING, INSTANCE_PROJECT_ID)},
};
static const struct object_class instance_info_class[] = {
    CLASS("InstanceInfo", 0, instance_info_fields)};
const struct field_object instance_info_object = {.words = "an InstanceInfo",
                                                  .classes = instance_info_class,
                                                  .n_classes = 1,
                                                  .size = sizeof(struct instance_info)};
