/* SPDX-License-Identifier: Apache-2.0 */
/* os-vif's objects in both forms: what is decoded, what is refused and in which words. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/model.h"
#include "vif-documents.h"
#include "json/json-text.h"

/* Parses and decodes 'text', with ' for ". */
static int decode(const char *text, struct vif_input **ret, struct vif_error *err)
{
    struct json_path root = {.key = "vif.json"};
    auto_json json_t *json = NULL;
    int r = parse_document(text, &json, err);

    return r < 0 ? r : vif_input_decode(json, &root, ret, err);
}

static struct vif_input *decode_good(const char *text)
{
    struct vif_input *request = NULL;
    struct vif_error err = {0};
    int r = decode(text, &request, &err);

    if (r < 0)
        print_error("%s\n", err.text);
    assert_int_equal(r, 0);
    assert_non_null(request);
    return request;
}

static void check_network(const struct network *network)
{
    const struct subnet *subnet;
    const struct fixed_ip *ip;
    const struct route *route;

    assert_string_equal(network->id, "6d7a5b3e-0f4c-4a63-8c0e-4b0c5c7a1d10");
    assert_int_equal(network->vlan, 120);
    assert_int_equal(network->mtu, 1442);
    assert_true(MODEL_HAS(network, NETWORK_BRIDGE_INTERFACE));
    assert_null(network->bridge_interface);
    assert_int_equal(network->subnets->n, 1);
    subnet = network->subnets->items[0];
    assert_string_equal(subnet->cidr, "2001:db8::/64");
    assert_int_equal(subnet->dns.n, 2);
    assert_string_equal(subnet->dhcp_server, "10.0.0.3");
    ip = subnet->ips->items[0];
    assert_string_equal(ip->address, "10.0.0.17");
    assert_string_equal(ip->floating_ips.items[0], "203.0.113.45");
    route = subnet->routes->items[0];
    assert_string_equal(route->cidr, "10.9.0.0/16");
    assert_string_equal(route->interface, "e");
}

static void versioned_form(void **state)
{
    auto_vif_input struct vif_input *request = decode_good(openvswitch);
    const struct vif *vif = request->vif;

    (void)state;
    assert_string_equal(request->where, "vif.json: /vif/versioned_object.data");
    assert_string_equal(request->instance->name, "vm");
    assert_int_equal(vif->type, VIF_TYPE_OPENVSWITCH);
    assert_string_equal(vif->id, ID);
    assert_string_equal(vif->address, "fa:16:3e:7a:9e:02");
    assert_string_equal(vif->vif_name, "tap7a9e4d11-6b");
    assert_string_equal(vif->plugin, "ovs");
    assert_false(vif->active);
    assert_true(vif->preserve_on_delete);
    assert_true(vif->has_traffic_filtering);
    check_network(vif->network);
    assert_int_equal(vif->port_profile->type, PORT_PROFILE_OPENVSWITCH);
    assert_string_equal(vif->port_profile->interface_id, ID);
    assert_string_equal(vif->port_profile->datapath_type, "system");
    assert_true(vif->port_profile->create_port && vif->port_profile->create_tap);
    assert_true(vif->port_profile->multiqueue);
}

static void plain_form_mixed_with_the_other(void **state)
{
    auto_vif_input struct vif_input *request = decode_good(bridge);
    const struct vif *vif = request->vif;
    const struct subnet *subnet = vif->network->subnets->items[0];

    (void)state;
    assert_string_equal(request->where, "vif.json: /vif");
    assert_null(request->instance);
    assert_int_equal(vif->type, VIF_TYPE_BRIDGE);
    assert_true(vif->active);
    assert_false(MODEL_HAS(vif, VIF_ACTIVE));
    assert_false(MODEL_HAS(vif, VIF_ADDRESS));
    assert_true(MODEL_HAS(vif->network, NETWORK_MTU));
    assert_int_equal(vif->network->mtu, 0);
    assert_false(MODEL_HAS(vif->network, NETWORK_VLAN));
    assert_int_equal(subnet->ips->n, 1);
    assert_int_equal(subnet->routes->n, 1);
    assert_int_equal(vif->port_profile->type, PORT_PROFILE_FP_OPENVSWITCH);
    assert_true(vif->port_profile->hybrid_plug);
    assert_string_equal(vif->port_profile->bridge_name, "br0");
    assert_false(MODEL_HAS(vif->port_profile, PROFILE_INTERFACE_ID));
}

static void vhostuser_and_host_device(void **state)
{
    auto_vif_input struct vif_input *vhu = decode_good(vhostuser);
    auto_vif_input struct vif_input *dev = decode_good(host_device);
    const struct port_profile *profile = dev->vif->port_profile;

    (void)state;
    assert_int_equal(vhu->vif->type, VIF_TYPE_VHOSTUSER);
    assert_int_equal(vhu->vif->vhost_mode, VHOST_MODE_SERVER);
    assert_string_equal(vhu->vif->path, "/run/vhu0");
    assert_true(MODEL_HAS(vhu->vif, VIF_NETWORK));
    assert_null(vhu->vif->network);

    assert_int_equal(dev->vif->type, VIF_TYPE_HOST_DEVICE);
    assert_int_equal(dev->vif->dev_type, 1);
    assert_string_equal(dev->vif->dev_address, "0000:3b:01.1");
    assert_int_equal(profile->type, PORT_PROFILE_OVS_REPRESENTOR);
    assert_true(MODEL_HAS(profile, PROFILE_REPRESENTOR_NAME));
    assert_null(profile->representor_name);
    assert_string_equal(profile->representor_address, "0000:af:01.3");
    assert_true(profile->datapath_offload->representor);
    assert_string_equal(profile->datapath_offload->representor_name, "tap90b1");
}

static void classes_of_other_plugins(void **state)
{
    auto_vif_input struct vif_input *d = decode_good(direct);
    auto_vif_input struct vif_input *n = decode_good(nested_dpdk);
    auto_vif_input struct vif_input *g = decode_good(generic);

    (void)state;
    assert_int_equal(d->vif->type, VIF_TYPE_DIRECT);
    assert_int_equal(d->vif->direct_mode, 2);
    assert_string_equal(d->vif->vlan_name, "v");
    assert_int_equal(d->vif->port_profile->type_id_version, -3);
    assert_int_equal(n->vif->type, VIF_TYPE_NESTED_DPDK);
    assert_string_equal(n->vif->dev_driver, "x");
    assert_true(n->vif->port_profile->l3_setup);
    assert_false(n->vif->port_profile->datapath_offload->representor);
    assert_int_equal(g->vif->type, VIF_TYPE_GENERIC);
    assert_string_equal(g->vif->port_profile->mac_address, "fa:16:3e:00:00:01");
}

static void names_of_classes(void **state)
{
    (void)state;
    assert_string_equal(vif_type_name(VIF_TYPE_NESTED_DPDK), "VIFNestedDPDK");
    assert_string_equal(port_profile_type_name(PORT_PROFILE_8021QBH), "VIFPortProfile8021Qbh");
    assert_true(port_profile_is_openvswitch(PORT_PROFILE_OVS_REPRESENTOR));
    assert_false(port_profile_is_openvswitch(PORT_PROFILE_FP_BRIDGE));
}

struct refusal {
    const char *text;
    const char *words; /* after "vif.json: " */
};

static void check_refusals(const struct refusal *rows, size_t n, int r, enum vif_error_kind kind)
{
    for (size_t i = 0; i < n; i++) {
        struct vif_input *request = NULL;
        struct vif_error err = {0};

        assert_int_equal(decode(rows[i].text, &request, &err), r);
        assert_memory_equal(err.text, "vif.json: ", 10);
        assert_string_equal(err.text + 10, rows[i].words);
        assert_int_equal(err.kind, kind);
        assert_null(request);
    }
}

#define LENGTH(rows) (sizeof(rows) / sizeof((rows)[0]))

#define VERSIONED(name, version, data) "{'vif':" OBJECT(name, version, data) "}"
#define PLAIN(data)                    "{'vif':{'type':'VIFBridge'," ID_FULL "," data "}}"

static void faults_of_the_wrapping(void **state)
{
    static const struct refusal rows[] = {
        {"{}", "/vif: missing"},
        {"{'vif':null}", "/vif: expected a VIF, got null"},
        {"{'vif':[1]}", "/vif: expected a VIF, got [1]"},
        {"{'vif':{}}", "/vif/type: missing; it may be VIFGeneric, VIFBridge, VIFOpenVSwitch, "
                       "VIFDirect, VIFVHostUser, VIFHostDevice or VIFNestedDPDK"},
        {"{'vif':{'type':'Network'}}",
         "/vif/type: expected VIFGeneric, VIFBridge, VIFOpenVSwitch, VIFDirect, VIFVHostUser, "
         "VIFHostDevice or VIFNestedDPDK, got \"Network\""},
        {VERSIONED("Network", "1.0", ""),
         "/vif/versioned_object.name: expected a VIF, got \"Network\""},
        {VERSIONED("VIFBridge", "1", ""),
         "/vif/versioned_object.version: expected a version as \"1.0\", got \"1\""},
        {VERSIONED("VIFBridge", "1.0", ""), "/vif/versioned_object.data/id: missing"},
        {"{'vif':{'type':'VIFBridge','id':null}}", "/vif/id: expected a UUID, got null"},
        {"{'vif':{'versioned_object.name':'VIFBridge'}}",
         "/vif/versioned_object.namespace: missing"},
        {"{'vif':{'versioned_object.name':'VIFBridge','type':'VIFBridge'}}",
         "/vif/type: unknown member of a versioned object"},
        {"{'vif':{'versioned_object.name':'VIFBridge','versioned_object.namespace':'nova',"
         "'versioned_object.version':'1.0','versioned_object.data':{}}}",
         "/vif/versioned_object.namespace: expected \"os_vif\", got \"nova\""},
        {"{'vif':{'versioned_object.name':'VIFBridge','versioned_object.namespace':'os_vif',"
         "'versioned_object.version':'1.0','versioned_object.data':[]}}",
         "/vif/versioned_object.data: expected an object, got []"},
        {PLAIN("'port_profile':{}"),
         "/vif/port_profile/type: missing; it may be VIFPortProfileBase, "
         "VIFPortProfileOpenVSwitch, VIFPortProfileFPOpenVSwitch, VIFPortProfileOVSRepresentor, "
         "VIFPortProfileFPBridge, VIFPortProfileFPTap, VIFPortProfile8021Qbg, "
         "VIFPortProfile8021Qbh or VIFPortProfileK8sDPDK"},
        {PLAIN("'port_profile':null"), "/vif/port_profile: expected a port profile, got null"},
        {PLAIN("'network':{'type':'Subnet'}"),
         "/vif/network/type: expected Network, got \"Subnet\""},
        {"{'vif':{'type':'VIFBridge'," ID_FULL "},'instance_info':5}",
         "/instance_info: expected an InstanceInfo, got 5"},
    };

    (void)state;
    check_refusals(rows, LENGTH(rows), -EINVAL, VIF_ERROR_INVALID);
}

static void faults_of_fields(void **state)
{
    static const struct refusal rows[] = {
        {VERSIONED("VIFBridge", "1.0",
                   ID_FULL ",'network':" OBJECT("Network", "1.1", "'mtu':'big'")),
         "/vif/versioned_object.data/network/versioned_object.data/mtu: "
         "expected an integer, got \"big\""},
        {PLAIN("'mac':1"), "/vif/mac: unknown field (VIFBridge 1.0 has none of this name)"},
        {PLAIN("'path':'/x'"), "/vif/path: unknown field (VIFBridge 1.0 has none of this name)"},
        {PLAIN("'vif_name':''"), "/vif/vif_name: \"\" is empty"},
        {PLAIN("'bridge_name':'sixteen-letters!'"),
         "/vif/bridge_name: \"sixteen-letters!\" is longer than the 15 characters an interface "
         "name may have"},
        {PLAIN("'network':{'mtu':67}"),
         "/vif/network/mtu: expected 0 or an integer from 68 to 65535, got 67"},
        {PLAIN("'network':{'vlan':4095}"),
         "/vif/network/vlan: expected an integer from 0 to 4094, got 4095"},
        {PLAIN("'network':{'bridge':null}"),
         "/vif/network/bridge: expected an interface name, got null"},
        {PLAIN("'network':{'subnets':{}}"),
         "/vif/network/subnets: expected a list of Subnet, got {}"},
        {PLAIN("'network':{'subnets':[{},{'ips':[{'address':'x'}]}]}"),
         "/vif/network/subnets/1/ips/0/address: expected an IP address, got \"x\""},
        {PLAIN("'network':{'subnets':[null]}"),
         "/vif/network/subnets/0: expected a Subnet, got null"},
        {PLAIN("'network':{'subnets':" OBJECT("SubnetList", "1.0", "'objects':5") "}"),
         "/vif/network/subnets/versioned_object.data/objects: expected a list, got 5"},
        {PLAIN("'network':{'subnets':" OBJECT("SubnetList", "1.0", "'items':[]") "}"),
         "/vif/network/subnets/versioned_object.data/items: unknown field (SubnetList 1.0 has "
         "none of this name)"},
        {"{'vif':{'type':'VIFVHostUser'," ID_FULL ",'mode':'bridge'}}",
         "/vif/mode: expected \"client\" or \"server\", got \"bridge\""},
        {"{'vif':{'type':'VIFHostDevice'," ID_FULL ",'dev_address':'3b:00.1'}}",
         "/vif/dev_address: expected a PCI address, got \"3b:00.1\""},
    };

    (void)state;
    check_refusals(rows, LENGTH(rows), -EINVAL, VIF_ERROR_INVALID);
}

static void versions(void **state)
{
    static const struct refusal rows[] = {
        {VERSIONED("VIFBridge", "1.7", ID_FULL),
         "/vif/versioned_object.version: VIFBridge 1.7 is newer than 1.0, which is the newest "
         "this program knows"},
        {VERSIONED("VIFVHostUser", "2.0", ID_FULL),
         "/vif/versioned_object.version: VIFVHostUser 2.0 is newer than 1.1, which is the newest "
         "this program knows"},
        {VERSIONED("VIFBridge", "0.9", ID_FULL),
         "/vif/versioned_object.version: VIFBridge 0.9 is older than 1.0, which is the oldest "
         "this program knows"},
    };
    /* os-vif takes fields that are newer than the version an object states, too. */
    auto_vif_input struct vif_input *request =
        decode_good(VERSIONED("VIFVHostUser", "1.0", ID_FULL ",'vif_name':'vhu0'"));

    (void)state;
    assert_string_equal(request->vif->vif_name, "vhu0");
    check_refusals(rows, LENGTH(rows), -EPROTONOSUPPORT, VIF_ERROR_VERSION);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(versioned_form),
        cmocka_unit_test(plain_form_mixed_with_the_other),
        cmocka_unit_test(vhostuser_and_host_device),
        cmocka_unit_test(classes_of_other_plugins),
        cmocka_unit_test(names_of_classes),
        cmocka_unit_test(faults_of_the_wrapping),
        cmocka_unit_test(faults_of_fields),
        cmocka_unit_test(versions),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
