/* SPDX-License-Identifier: Apache-2.0 */
/* How plugins see a VIF: fields by path, whatever is absent, null or of another type; and where in
 * the document a field stands, in either form of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "model/model.h"
#include "vif-documents.h"
#include "wiring-fixture.h"

static struct vif_input *request;

static struct vif_object vif_of(const char *document)
{
    request = fixture_request(document);
    return request->vif;
}

static int drop_request(void **state)
{
    (void)state;
    vif_input_free(request);
    request = NULL;
    return 0;
}

static void fields(void **state)
{
    struct vif_object vif = vif_of(openvswitch);

    (void)state;
    assert_string_equal(view_class(&vif, ""), "VIFOpenVSwitch");
    assert_string_equal(view_class(&vif, NULL), "VIFOpenVSwitch");
    assert_string_equal(view_class(&vif, "network"), "Network");
    assert_string_equal(view_class(&vif, "port_profile"), "VIFPortProfileOpenVSwitch");
    assert_string_equal(view_string(&vif, "id"), ID);
    assert_string_equal(view_string(&vif, "vif_name"), "tap7a9e4d11-6b");
    assert_string_equal(view_string(&vif, "address"), "fa:16:3e:7a:9e:02");
    assert_string_equal(view_string(&vif, "network/bridge"), "br-int");
    assert_string_equal(view_string(&vif, "port_profile/datapath_type"), "system");
    assert_int_equal(view_int(&vif, "network/mtu", 7), 1442);
    assert_int_equal(view_int(&vif, "network/vlan", 7), 120);
    assert_false(view_bool(&vif, "active", true));
    assert_true(view_bool(&vif, "port_profile/multiqueue", false));
    assert_false(view_bool(&vif, "network/multi_host", true));
}

static void without_a_value(void **state)
{
    static const char *const paths[] = {
        "",           "/",           "no_such_field",  "vif_nam",     "vif_name/x", "network",
        "network/",   "network/x",   "network/vlan",   "vif_name ",   "/vif_name",  "mode",
        "bridge/mtu", "dev_address", "port_profile/x", "network/mtu", "active",     "plugin/x",
    };
    struct vif_object vif = vif_of(openvswitch);

    (void)state;
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
        if (view_string(&vif, paths[i]))
            fail_msg("%s", paths[i]);
    assert_null(view_class(&vif, "vif_name"));
    assert_null(view_class(&vif, "no_such_field"));
    assert_int_equal(view_int(&vif, "vif_name", 7), 7);
    assert_int_equal(view_int(&vif, "active", 7), 7);
    assert_true(view_bool(&vif, "network/mtu", true));
    assert_string_equal(view_string(&vif, "plugin"), "ovs");
}

static void null_and_absent(void **state)
{
    struct vif_object vif = vif_of(vhostuser);

    (void)state;
    assert_string_equal(view_string(&vif, "mode"), "server");
    assert_null(view_class(&vif, "network"));
    assert_null(view_string(&vif, "network/bridge"));
    assert_int_equal(view_int(&vif, "network/mtu", 7), 7);
    assert_null(view_string(&vif, "address"));
    assert_null(view_string(&vif, "port_profile/datapath_type"));
    /* os-vif's defaults of fields that are absent are the plugin's to know. */
    assert_true(view_bool(&vif, "port_profile/create_port", true));
}

static void deep(void **state)
{
    struct vif_object vif = vif_of(host_device);

    (void)state;
    assert_null(view_string(&vif, "port_profile/representor_name"));
    assert_string_equal(view_class(&vif, "port_profile/datapath_offload"),
                        "DatapathOffloadRepresentor");
    assert_string_equal(view_string(&vif, "port_profile/datapath_offload/representor_name"),
                        "tap90b1");
    assert_string_equal(view_string(&vif, "dev_address"), "0000:3b:01.1");
    assert_string_equal(view_string(&vif, "dev_type"), "generic");
}

static void other_profile(void **state)
{
    struct vif_object vif = vif_of(direct);

    (void)state;
    assert_string_equal(view_class(&vif, "port_profile"), "VIFPortProfile8021Qbg");
    assert_int_equal(view_int(&vif, "port_profile/type_id_version", 0), -3);
}

static void instance(void **state)
{
    struct vif_object object;

    (void)state;
    (void)vif_of(openvswitch);
    object = request->instance;
    assert_string_equal(view_class(&object, ""), "InstanceInfo");
    assert_string_equal(view_string(&object, "uuid"), ID);
    assert_string_equal(view_string(&object, "name"), "vm");
    assert_null(view_string(&object, "vif_name"));
    (void)drop_request(NULL);
    (void)vif_of(vhostuser);
    assert_null(request->instance.object);
}

static void expect_where(const struct vif_object *vif, const char *path, const char *words)
{
    char where[JSON_PATH_TEXT_MAX];

    view_where(vif, path, where);
    assert_string_equal(where, words);
}

static void where(void **state)
{
    struct vif_object vif = vif_of(bridge);
#define DATA "/versioned_object.data"

    (void)state;
    expect_where(&vif, NULL, "vif.json: /vif");
    expect_where(&vif, "", "vif.json: /vif");
    expect_where(&vif, "bridge_name", "vif.json: /vif/bridge_name");
    expect_where(&vif, "network/bridge", "vif.json: /vif/network/bridge");
    (void)drop_request(NULL);
    vif = vif_of(openvswitch);
    expect_where(&vif, NULL, "vif.json: /vif" DATA);
    expect_where(&vif, "vif_name", "vif.json: /vif" DATA "/vif_name");
    expect_where(&vif, "network/bridge", "vif.json: /vif" DATA "/network" DATA "/bridge");
    expect_where(&vif, "no/such/field", "vif.json: /vif" DATA "/no" DATA "/such" DATA "/field");
}

/* A path that does not fit is cut, not written behind the room for it. */
static void where_is_bounded(void **state)
{
    struct vif_object vif = vif_of(openvswitch);
    char path[4 * JSON_PATH_TEXT_MAX], text[JSON_PATH_TEXT_MAX];

    (void)state;
    memset(path, 'x', sizeof path - 1);
    for (size_t i = 9; i < sizeof path; i += 10)
        path[i] = '/';
    path[sizeof path - 1] = '\0';
    view_where(&vif, path, text);
    assert_int_equal(strlen(text), sizeof text - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(fields, drop_request),
        cmocka_unit_test_teardown(without_a_value, drop_request),
        cmocka_unit_test_teardown(null_and_absent, drop_request),
        cmocka_unit_test_teardown(deep, drop_request),
        cmocka_unit_test_teardown(other_profile, drop_request),
        cmocka_unit_test_teardown(instance, drop_request),
        cmocka_unit_test_teardown(where, drop_request),
        cmocka_unit_test_teardown(where_is_bounded, drop_request),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
