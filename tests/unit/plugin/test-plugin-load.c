/* SPDX-License-Identifier: Apache-2.0 */
/* Finding plugins: ours by name, others as files that only root can change, and what is said of
 * files that are no plugin.  The samples are built from plugin-sample.c. */
#include "kernel-fixture.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/strmap.h"
#include "wiring-fixture.h"

#define GOOD      SAMPLES "/libsample-good.so"
#define INTERFACE SAMPLES "/libsample-interface.so"
#define NOTHING   SAMPLES "/libsample-nothing.so"

static struct plugin_options options;
static struct plugin_registry *registry;
static char folder[] = "/tmp/test-plugin-XXXXXX";

static void path_of(char path[128], const char *name)
{
    (void)snprintf(path, 128, "%s/%s.so", folder, name);
}

/* Copies a file into the folder; NULL makes a text of it. */
static void put(const char *from, const char *name)
{
    auto_close int out = -1;
    char path[128], room[4096] = "this is no shared object\n";
    ssize_t n = (ssize_t)strlen(room);

    path_of(path, name);
    out = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    assert_true(out >= 0);
    if (from) {
        auto_close int in = open(from, O_RDONLY | O_CLOEXEC);

        assert_true(in >= 0);
        while ((n = read(in, room, sizeof room)) > 0)
            assert_int_equal(write(out, room, (size_t)n), n);
        assert_int_equal(n, 0);
    } else {
        assert_int_equal(write(out, room, (size_t)n), n);
    }
    assert_int_equal(fchmod(out, 0644), 0);
}

static int set_up(void **state)
{
    (void)state;
    options = fixture_options();
    (void)snprintf(options.directory, sizeof options.directory, "%s", folder);
    if (chmod(folder, 0755) < 0)
        return -1;
    return plugin_registry_new(&options, &registry, NULL);
}

static int tear_down(void **state)
{
    char path[128];

    (void)state;
    path_of(path, "sample");
    (void)unlink(path);
    path_of(path, "other");
    (void)unlink(path);
    plugin_registry_free(registry);
    plugin_options_done(&options);
    return 0;
}

static void expect(const char *name, enum vif_error_kind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* 'format' may have one %s, for the folder. */
static void expect(const char *name, enum vif_error_kind kind, const char *format, ...)
{
    const struct vif_plugin *plugin = NULL;
    struct vif_error err = {0};
    char words[VIF_ERROR_TEXT_MAX];
    va_list ap;

    va_start(ap, format);
    (void)vsnprintf(words, sizeof words, format, ap);
    va_end(ap);
    assert_true(plugin_find(registry, name, &plugin, &err) < 0);
    assert_string_equal(err.text, words);
    assert_int_equal(err.kind, kind);
    assert_null(plugin);
}

static const struct vif_plugin *find(const char *name)
{
    const struct vif_plugin *plugin = NULL;
    struct vif_error err = {0};

    if (plugin_find(registry, name, &plugin, &err) < 0)
        fail_msg("%s", err.text);
    return plugin;
}

static void expect_list(const char *names)
{
    auto_free const struct vif_plugin **all = NULL;
    struct vif_error err = {0};
    char text[128] = "";
    size_t n = 0;

    if (plugin_list(registry, &all, &n, &err) < 0)
        fail_msg("%s", err.text);
    for (size_t i = 0; i < n; i++)
        (void)snprintf(text + strlen(text), sizeof text - strlen(text), "%s ", all[i]->name);
    assert_string_equal(text, names);
}

static void ours(void **state)
{
    (void)state;
    expect_list("linux_bridge noop ovs ");
    assert_ptr_equal(find("linux_bridge"), &plugin_linux_bridge);
    assert_ptr_equal(find("noop"), &plugin_noop);
    assert_ptr_equal(find("ovs"), &plugin_ovs);
    /* A file of such a name is not looked at. */
    put(NULL, "ovs");
    assert_ptr_equal(find("ovs"), &plugin_ovs);
}

static void none(void **state)
{
    static const char *const names[] = {"sample", "OVS", "", "../sample", "a/b", "sample.so", "."};

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        expect(names[i], VIF_ERROR_NO_PLUGIN, "no VIF plugin named '%s'", names[i]);
    put(GOOD, "sample");
    expect("../sample", VIF_ERROR_NO_PLUGIN, "no VIF plugin named '../sample'");
    options.directory[0] = '\0';
    expect("sample", VIF_ERROR_NO_PLUGIN, "no VIF plugin named 'sample'");
    strcpy(options.directory, "/no/such/directory");
    expect("sample", VIF_ERROR_NO_PLUGIN, "no VIF plugin named 'sample'");
}

/* All there are, and what is said when one of them is no plugin. */
static void list(void **state)
{
    auto_free const struct vif_plugin **all = NULL;
    struct vif_error err = {0};
    size_t n = 0;

    (void)state;
    put(GOOD, "sample");
    expect_list("linux_bridge noop ovs sample ");
    put(NOTHING, "other");
    assert_true(plugin_list(registry, &all, &n, &err) < 0);
    assert_int_equal(err.kind, VIF_ERROR_CONFIG);
    assert_non_null(strstr(err.text, "/other.so: has no symbol vif_plugin"));
    strcpy(options.directory, "/no/such/directory");
    plugin_registry_free(registry);
    assert_int_equal(plugin_registry_new(&options, &registry, NULL), 0);
    expect_list("linux_bridge noop ovs ");
}

#define DOCUMENT(more) "{'vif':{'type':'VIFGeneric','id':'" VIF_UUID "','plugin':'sample'" more "}}"

static int describe(const char *document, struct vif_wiring *wiring, struct vif_error *err)
{
    auto_vif_input struct vif_input *request = fixture_request(document);

    return plugin_describe(find("sample"), &options, request, VIF_GOAL_PLUG, wiring, err);
}

static void good(void **state)
{
    struct vif_wiring wiring = {0};
    struct vif_error err = {0};
    char *words;

    (void)state;
    put(GOOD, "sample");
    assert_string_equal(find("sample")->name, "sample");
    assert_ptr_equal(find("sample"), find("sample"));
    assert_true(describe(DOCUMENT(",'vif_name':'e0'"), &wiring, &err) < 0);
    assert_string_equal(err.text, "plugin sample failed without a reason");
    wiring_done(&wiring);
    assert_int_equal(strmap_set(&options.elsewhere, "sample/colour", "red"), 0);
    assert_true(describe(DOCUMENT(""), &wiring, &err) < 0);
    assert_string_equal(err.text, "vif.json: /vif/vif_name: missing");
    assert_int_equal(err.kind, VIF_ERROR_INVALID);
    wiring_done(&wiring);
    assert_int_equal(describe(DOCUMENT(",'vif_name':'e0'"), &wiring, &err), 0);
    words = fixture_wiring_words(&wiring);
    wiring_done(&wiring);
    assert_string_equal(words, "red of VIF " VIF_UUID "\ntap e0:\nwarning: e0 is red\n");
    free(words);
}

static void no_plugin(void **state)
{
    (void)state;
    put(NOTHING, "sample");
    expect("sample", VIF_ERROR_CONFIG, "%s/sample.so: has no symbol vif_plugin: not a plugin",
           folder);
    put(INTERFACE, "sample");
    expect("sample", VIF_ERROR_CONFIG,
           "%s/sample.so: is of plugin interface %d; this program has interface %d", folder,
           VIF_PLUGIN_INTERFACE + 1, VIF_PLUGIN_INTERFACE);
    put(GOOD, "other");
    expect("other", VIF_ERROR_CONFIG, "%s/other.so: is not the plugin named 'other'", folder);
}

/* The words behind the path are the dynamic linker's. */
static void no_shared_object(void **state)
{
    const struct vif_plugin *plugin = NULL;
    struct vif_error err = {0};

    (void)state;
    put(NULL, "sample");
    assert_true(plugin_find(registry, "sample", &plugin, &err) < 0);
    assert_int_equal(err.kind, VIF_ERROR_CONFIG);
    assert_memory_equal(err.text, folder, strlen(folder));
    assert_non_null(strstr(err.text, "/sample.so: "));
}

/* A file that is put right is taken without another start of the program. */
static void not_roots_alone(void **state)
{
    char path[128];

    (void)state;
    put(GOOD, "sample");
    path_of(path, "sample");
    assert_int_equal(chmod(path, 0664), 0);
    expect("sample", VIF_ERROR_CONFIG,
           "%s: not loaded, because users other than root can change it (owner 0, mode 0664)",
           path);
    assert_int_equal(chmod(path, 0646), 0);
    expect("sample", VIF_ERROR_CONFIG,
           "%s: not loaded, because users other than root can change it (owner 0, mode 0646)",
           path);
    assert_int_equal(chmod(path, 0644), 0);
    assert_int_equal(chmod(folder, 0777), 0);
    expect("sample", VIF_ERROR_CONFIG,
           "%s: not loaded, because users other than root can change it (owner 0, mode 0777)",
           folder);
    assert_int_equal(chmod(folder, 0755), 0);
    assert_string_equal(find("sample")->name, "sample");
}

/* Who is root in a user namespace of its own has no other owner to give a file to. */
static void of_another_owner(void **state)
{
    char path[128];

    (void)state;
    put(GOOD, "sample");
    path_of(path, "sample");
    if (chown(path, 1, 1) < 0) {
        assert_int_equal(errno, EINVAL);
        return;
    }
    expect("sample", VIF_ERROR_CONFIG,
           "%s: not loaded, because users other than root can change it (owner 1, mode 0644)",
           path);
}

#define WITH_FOLDER(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FOLDER(ours),
        WITH_FOLDER(none),
        WITH_FOLDER(list),
        WITH_FOLDER(good),
        WITH_FOLDER(no_plugin),
        WITH_FOLDER(no_shared_object),
        WITH_FOLDER(not_roots_alone),
        WITH_FOLDER(of_another_owner),
    };
    char path[128];
    int failed;

    if (enter_namespaces() < 0 || !mkdtemp(folder))
        return 1;
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    path_of(path, "ovs");
    (void)unlink(path);
    (void)rmdir(folder);
    return failed;
}
