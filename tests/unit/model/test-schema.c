/* SPDX-License-Identifier: Apache-2.0 */
/* What the library tells about itself: the JSON Schema of its input and os-vif's HostInfo, and both
 * when memory runs out.  Whether the schema judges as the decoder does is a functional test's: it
 * takes a validator. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <vif/vif.h>

#include "base/limits.h"
#include "failing-alloc.h"
#include "model/object.h"
#include "json/json-text.h"

#define REFERENCE "#/$defs/"

/* The schema of 'type' (NULL: of everything), parsed. */
static json_t *schema_of(const char *type)
{
    struct vif_error err = {0};
    json_t *json = NULL;
    char *text = NULL;

    assert_int_equal(vif_schema(type, &text, &err), 0);
    assert_int_equal(json_text_parse(text, strlen(text), LIMIT_DOCUMENT_BYTES, &json, &err), 0);
    vif_string_free(text);
    return json;
}

/* Every reference at or below 'json' leads to a definition, which is ticked off in 'used'. */
static void check_references(json_t *json, json_t *defs, json_t *used)
{
    const char *name;
    json_t *value;
    size_t i;

    json_object_foreach(json, name, value)
    {
        if (strcmp(name, "$ref") == 0) {
            const char *target = json_string_value(value);

            assert_memory_equal(target, REFERENCE, strlen(REFERENCE));
            target += strlen(REFERENCE);
            assert_non_null(json_object_get(defs, target));
            assert_int_equal(json_object_set_new(used, target, json_true()), 0);
        }
        check_references(value, defs, used);
    }
    json_array_foreach(json, i, value)
    {
        check_references(value, defs, used);
    }
}

static void check_closed(json_t *schema)
{
    auto_json json_t *used = json_object();
    json_t *defs = json_object_get(schema, "$defs");

    check_references(schema, defs, used);
    /* Nothing is defined that is not needed. */
    assert_int_equal(json_object_size(used), json_object_size(defs));
}

/* The class has a definition with exactly its fields, in both forms; and so have those below it. */
static void check_class(json_t *defs, const struct field_object *object)
{
    for (size_t i = 0; i < object->n_classes; i++) {
        const struct object_class *class = &object->classes[i];
        json_t *forms = json_object_get(json_object_get(defs, class->name), "anyOf");
        json_t *plain = json_object_get(json_array_get(forms, 0), "properties");
        json_t *wire = json_object_get(json_array_get(forms, 1), "properties");
        json_t *data = json_object_get(wire, ENVELOPE_DATA);
        json_t *versions = json_object_get(json_object_get(wire, ENVELOPE_VERSION), "enum");

        assert_int_equal(json_array_size(forms), 2);
        assert_int_equal(json_array_size(versions), class->minor + 1);
        assert_true(json_is_false(json_object_get(data, "additionalProperties")));
        data = json_object_get(data, "properties");
        if (object->element) {
            assert_non_null(json_object_get(data, OBJECT_LIST_FIELD));
            check_class(defs, object->element);
            continue;
        }
        assert_int_equal(json_object_size(plain), class->n_fields + 1);
        assert_int_equal(json_object_size(data), class->n_fields);
        for (size_t k = 0; k < class->n_fields; k++) {
            assert_non_null(json_object_get(plain, class->fields[k].name));
            assert_non_null(json_object_get(data, class->fields[k].name));
            if (class->fields[k].type == FIELD_OBJECT)
                check_class(defs, class->fields[k].object);
        }
    }
}

static void schema_of_documents(void **state)
{
    auto_json json_t *schema = schema_of(NULL);
    json_t *defs = json_object_get(schema, "$defs");

    (void)state;
    check_closed(schema);
    check_class(defs, &vif_object);
    check_class(defs, &instance_info_object);
}

static void schema_of_each_class(void **state)
{
    auto_json json_t *all = schema_of(NULL);
    const char *name;
    json_t *definition;
    size_t n = 0;

    (void)state;
    json_object_foreach(json_object_get(all, "$defs"), name, definition)
    {
        auto_json json_t *one = NULL;

        if (*name < 'A' || *name > 'Z')
            continue;
        one = schema_of(name);
        check_closed(one);
        assert_string_equal(json_string_value(json_object_get(one, "title")), name);
        assert_true(json_equal(json_object_get(json_object_get(one, "$defs"), name), definition));
        n++;
    }
    assert_int_equal(n, 26);
}

static void type_there_is_not(void **state)
{
    struct vif_error err = {0};
    char *text = NULL;

    (void)state;
    /* "document" and "uuid" are definitions, but no types. */
    assert_true(vif_schema("uuid", &text, &err) < 0);
    assert_int_equal(err.kind, VIF_ERROR_INVALID);
    assert_memory_equal(err.text, "schema: unknown type 'uuid', expected one of VIFGeneric ", 56);
    assert_non_null(strstr(err.text, " VIFNestedDPDK"));
    assert_string_equal(err.text + strlen(err.text) - 13, " InstanceInfo");
    assert_null(text);
}

static struct vif_host *host;

static int host_info(const char *const *vif_types, const char *const *versions, json_t **ret,
                     struct vif_error *err)
{
    struct vif_info_options options = {sizeof options, vif_types, versions};
    char *text = NULL;
    int r = vif_host_info(host, &options, &text, err);

    assert_int_equal(r < 0, text == NULL);
    if (r == 0)
        assert_int_equal(json_text_parse(text, strlen(text), LIMIT_DOCUMENT_BYTES, ret, err), 0);
    vif_string_free(text);
    return r;
}

/* Member 'name' of the data of a versioned object. */
static json_t *data_of(json_t *object, const char *name)
{
    return json_object_get(json_object_get(object, ENVELOPE_DATA), name);
}

static const char *text_of(json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

static void host_info_of_types(void **state)
{
    static const char *const types[] = {"VIFHostDevice", "VIFVHostUser", NULL};
    static const char *const none[] = {NULL}, *const untaken[] = {"VIFDirect", NULL};
    auto_json json_t *some = NULL, *empty = NULL, *nothing = NULL;
    json_t *plugins, *vifs;

    (void)state;
    assert_int_equal(host_info(types, NULL, &some, NULL), 0);
    assert_string_equal(text_of(some, ENVELOPE_NAME), "HostInfo");
    plugins = data_of(some, "plugin_info");
    assert_int_equal(json_array_size(plugins), 2);
    assert_string_equal(json_string_value(data_of(json_array_get(plugins, 0), "plugin_name")),
                        "noop");
    vifs = data_of(json_array_get(plugins, 1), "vif_info");
    assert_int_equal(json_array_size(vifs), 2);
    assert_string_equal(json_string_value(data_of(json_array_get(vifs, 1), "vif_object_name")),
                        "VIFHostDevice");

    assert_int_equal(host_info(none, NULL, &empty, NULL), 0);
    assert_int_equal(json_array_size(data_of(empty, "plugin_info")), 0);
    assert_int_equal(host_info(untaken, NULL, &nothing, NULL), 0);
    assert_true(json_equal(empty, nothing));
}

static void host_info_of_an_older_version(void **state)
{
    static const char *const types[] = {"VIFOpenVSwitch", NULL};
    static const char *const versions[] = {"HostVIFInfo=1.0", "HostInfo=1.0", NULL};
    auto_json json_t *info = NULL;
    json_t *vif;

    (void)state;
    assert_int_equal(host_info(types, versions, &info, NULL), 0);
    vif = json_array_get(data_of(info, "plugin_info"), 0);
    vif = json_array_get(data_of(vif, "vif_info"), 0);
    assert_string_equal(text_of(vif, ENVELOPE_VERSION), "1.0");
    assert_string_equal(text_of(vif, ENVELOPE_NAMESPACE), "os_vif");
    assert_null(data_of(vif, "supported_port_profiles"));
    assert_string_equal(json_string_value(data_of(vif, "max_version")), "1.0");
    assert_int_equal(json_array_size(json_object_get(vif, ENVELOPE_CHANGES)), 3);
}

static void host_info_that_cannot_be_had(void **state)
{
    static const struct {
        const char *type, *version, *words;
        enum vif_error_kind kind;
    } rows[] = {
        {"VIFBridges", NULL,
         "host info: 'VIFBridges': unknown VIF type, expected one of VIFGeneric, VIFBridge, "
         "VIFOpenVSwitch, VIFDirect, VIFVHostUser, VIFHostDevice, VIFNestedDPDK",
         VIF_ERROR_INVALID},
        {NULL, "HostVIFInfo=1.2", "host info: 'HostVIFInfo=1.2': there is HostVIFInfo 1.0 to 1.1",
         VIF_ERROR_VERSION},
        {NULL, "HostInfo=0.9", "host info: 'HostInfo=0.9': there is HostInfo 1.0",
         VIF_ERROR_VERSION},
        {NULL, "HostInfo",
         "host info: 'HostInfo': expected OBJECT=VERSION of HostInfo 1.0, "
         "HostPluginInfo 1.0, HostVIFInfo 1.0 to 1.1, HostPortProfileInfo 1.0",
         VIF_ERROR_INVALID},
        {NULL, "VIFBridge=1.0",
         "host info: 'VIFBridge=1.0': expected OBJECT=VERSION of HostInfo "
         "1.0, HostPluginInfo 1.0, HostVIFInfo 1.0 to 1.1, "
         "HostPortProfileInfo 1.0",
         VIF_ERROR_INVALID},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *types[] = {rows[i].type, NULL}, *versions[] = {rows[i].version, NULL};
        struct vif_error err = {0};

        assert_true(host_info(rows[i].type ? types : NULL, versions, NULL, &err) < 0);
        assert_string_equal(err.text, rows[i].words);
        assert_int_equal(err.kind, rows[i].kind);
    }
}

static int schema_call(const char *type, char **ret_text, struct vif_error *err)
{
    return vif_schema(type, ret_text, err);
}

static int host_info_call(const char *type, char **ret_text, struct vif_error *err)
{
    (void)type;
    return vif_host_info(host, NULL, ret_text, err);
}

/* Whichever allocation fails, it is told, and nothing leaks. */
static void out_of_memory(void **state)
{
    static const struct {
        int (*call)(const char *type, char **ret_text, struct vif_error *err);
        const char *type;
    } rows[] = {
        {schema_call, NULL},
        {schema_call, "Subnet"},
        {schema_call, "x"},
        {host_info_call, NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        each_allocation_fails(n, 20) {
            struct vif_error err = {0};
            char *text = NULL;
            int r;

            failing_alloc_set(n);
            r = rows[i].call(rows[i].type, &text, &err);
            failing_alloc_set(0);
            assert_int_equal(r < 0, text == NULL);
            vif_string_free(text);
            if (failing_alloc_hit())
                assert_int_equal(err.kind, VIF_ERROR_NO_MEMORY);
        }
}

/* A host whose configuration is an empty file: it has our own plugins alone. */
static int set_up(void **state)
{
    char file[] = "/tmp/test-schema-XXXXXX";
    struct vif_host_options options = {.size = sizeof options, .config_file = file};
    auto_close int fd = mkstemp(file);
    int r = fd < 0 ? -1 : vif_host_open(&options, &host, NULL);

    (void)state;
    if (fd >= 0)
        (void)unlink(file);
    failing_alloc_init();
    return r;
}

static int tear_down(void **state)
{
    (void)state;
    vif_host_close(host);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(schema_of_documents),
        cmocka_unit_test(schema_of_each_class),
        cmocka_unit_test(type_there_is_not),
        cmocka_unit_test(host_info_of_types),
        cmocka_unit_test(host_info_of_an_older_version),
        cmocka_unit_test(host_info_that_cannot_be_had),
        cmocka_unit_test(out_of_memory),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
