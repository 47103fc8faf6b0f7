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

static void field_is(const struct vif_input *input, const char *path, const char *value)
{
    const char *is = view_string(&input->vif, path);

    if (!is || strcmp(is, value) != 0)
        fail_msg("%s: %s", path, is ? is : "NULL");
}

static void class_is(const struct vif_input *input, const char *path, const char *name)
{
    const char *is = view_class(&input->vif, path);

    if (!is || strcmp(is, name) != 0)
        fail_msg("%s: %s", path, is ? is : "NULL");
}

static bool is_true(const struct vif_input *input, const char *path)
{
    return view_bool(&input->vif, path, false);
}

/* Neither true nor false: absent. */
static bool is_absent(const struct vif_input *input, const char *path)
{
    return view_bool(&input->vif, path, true) && !view_bool(&input->vif, path, false);
}

static void versioned_form(void **state)
{
    auto_vif_input struct vif_input *request = decode_good(openvswitch);

    (void)state;
    assert_string_equal(request->where, "vif.json: /vif/versioned_object.data");
    assert_string_equal(view_string(&request->instance, "name"), "vm");
    class_is(request, "", "VIFOpenVSwitch");
    field_is(request, "id", ID);
    field_is(request, "address", "fa:16:3e:7a:9e:02");
    field_is(request, "vif_name", "tap7a9e4d11-6b");
    field_is(request, "plugin", "ovs");
    assert_false(view_bool(&request->vif, "active", true));
    assert_true(is_true(request, "preserve_on_delete"));
    assert_true(is_true(request, "has_traffic_filtering"));
    field_is(request, "network/id", "6d7a5b3e-0f4c-4a63-8c0e-4b0c5c7a1d10");
    assert_int_equal(view_int(&request->vif, "network/vlan", 0), 120);
    assert_int_equal(view_int(&request->vif, "network/mtu", 0), 1442);
    assert_null(view_string(&request->vif, "network/bridge_interface"));
    class_is(request, "network/subnets", "SubnetList");
    class_is(request, "port_profile", "VIFPortProfileOpenVSwitch");
    field_is(request, "port_profile/interface_id", ID);
    field_is(request, "port_profile/datapath_type", "system");
    assert_true(is_true(request, "port_profile/create_port"));
    assert_true(is_true(request, "port_profile/create_tap"));
    assert_true(is_true(request, "port_profile/multiqueue"));
}

static void plain_form_mixed_with_the_other(void **state)
{
    auto_vif_input struct vif_input *request = decode_good(bridge);

    (void)state;
    assert_string_equal(request->where, "vif.json: /vif");
    assert_null(request->instance.object);
    class_is(request, "", "VIFBridge");
    assert_true(is_absent(request, "active"));
    assert_null(view_string(&request->vif, "address"));
    assert_int_equal(view_int(&request->vif, "network/mtu", 7), 7);
    assert_int_equal(view_int(&request->vif, "network/vlan", 7), 7);
    class_is(request, "network/subnets", "SubnetList");
    class_is(request, "port_profile", "VIFPortProfileFPOpenVSwitch");
    assert_true(is_true(request, "port_profile/hybrid_plug"));
    field_is(request, "port_profile/bridge_name", "br0");
    assert_null(view_string(&request->vif, "port_profile/interface_id"));
}

static void vhostuser_and_host_device(void **state)
{
    auto_vif_input struct vif_input *vhu = decode_good(vhostuser);
    auto_vif_input struct vif_input *dev = decode_good(host_device);

    (void)state;
    class_is(vhu, "", "VIFVHostUser");
    field_is(vhu, "mode", "server");
    field_is(vhu, "path", "/run/vhu0");
    assert_null(view_class(&vhu->vif, "network"));

    class_is(dev, "", "VIFHostDevice");
    field_is(dev, "dev_type", "generic");
    field_is(dev, "dev_address", "0000:3b:01.1");
    class_is(dev, "port_profile", "VIFPortProfileOVSRepresentor");
    assert_null(view_string(&dev->vif, "port_profile/representor_name"));
    field_is(dev, "port_profile/representor_address", "0000:af:01.3");
    class_is(dev, "port_profile/datapath_offload", "DatapathOffloadRepresentor");
    field_is(dev, "port_profile/datapath_offload/representor_name", "tap90b1");
}

static void classes_of_other_plugins(void **state)
{
    auto_vif_input struct vif_input *d = decode_good(direct);
    auto_vif_input struct vif_input *n = decode_good(nested_dpdk);
    auto_vif_input struct vif_input *g = decode_good(generic);

    (void)state;
    class_is(d, "", "VIFDirect");
    field_is(d, "mode", "bridge");
    field_is(d, "vlan_name", "v");
    assert_int_equal(view_int(&d->vif, "port_profile/type_id_version", 0), -3);
    class_is(n, "", "VIFNestedDPDK");
    field_is(n, "dev_driver", "x");
    assert_true(is_true(n, "port_profile/l3_setup"));
    class_is(n, "port_profile/datapath_offload", "DatapathOffloadBase");
    class_is(g, "", "VIFGeneric");
    field_is(g, "port_profile/mac_address", "fa:16:3e:00:00:01");
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
    field_is(request, "vif_name", "vhu0");
    check_refusals(rows, LENGTH(rows), -EPROTONOSUPPORT, VIF_ERROR_VERSION);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(versioned_form),
        cmocka_unit_test(plain_form_mixed_with_the_other),
        cmocka_unit_test(vhostuser_and_host_device),
        cmocka_unit_test(classes_of_other_plugins),
        cmocka_unit_test(faults_of_the_wrapping),
        cmocka_unit_test(faults_of_fields),
        cmocka_unit_test(versions),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
