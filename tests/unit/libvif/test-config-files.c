/* SPDX-License-Identifier: Apache-2.0 */
/* Configuration files as people and editors leave them. */
#include "config-fixture.h"

static void syntax(void **state)
{
    check_bad(state, "# one\n\n[os_vif_ovs]\nisolate_vif\n",
              ": line 4: expected [group] or name = value");
    check_bad(state, "[os_vif_ovs]\nisolate_vif=1\n[vifd\ntap_owner=0\n",
              ": line 3: expected [group] or name = value");
    check_bad(state, "[nova]\nx\ny\n[vifd]\n!\n", ": line 5: expected [group] or name = value");
}

/* What nova.conf looks like: comments of any length, groups of others, long lines in them. */
static void like_nova_conf(void **state)
{
    struct text text = {0};
    struct config config;

    text_add(&text, "[DEFAULT]\n# %01000d\ntransport_url = rabbit://%01000d\nlist = a,\n  b\n", 1,
             2);
    text_add(&text, "[os_vif_ovs]\n# %01000d\n; %01000d\n   # %01000d\n\n", 3, 4, 5);
    text_add(&text, "#isolate_vif = false\nisolate_vif = true\n");
    text_add(&text, "[%0300d]\nisolate_vif = false\n[]\nisolate_vif = false\n", 6);
    text_add(&text, "[os_vif_ovs]\nnetwork_device_mtu = 1400");
    config = read_good(state, text.data);
    text_done(&text);
    assert_true(config.plugins.ovs.isolate_vif);
    assert_int_equal(config.plugins.ovs.network_device_mtu, 1400);
}

static void a_line_too_long(void **state)
{
    struct text text = {0};

    text_add(&text, "[os_vif_ovs]\novsdb_connection = unix:/%0300d\n", 1);
    check_bad(state, text.data,
              ": a line is longer than 198 bytes: ovsdb_connection = unix:/000000000000000...");
    text_done(&text);
}

/* A group's name of megabytes goes on nobody's stack. */
static void a_file_of_one_line(void **state)
{
    struct config config;
    struct vif_error err = {0};
    size_t n = LIMIT_CONFIG_BYTES;
    char *text = malloc(n + 1);

    assert_non_null(text);
    memset(text, 'x', n);
    text[0] = '[';
    text[n - 1] = ']';
    assert_int_equal(read_bytes(*state, text, n, &config, &err), 0);
    text[n] = '#';
    assert_int_equal(read_bytes(*state, text, n + 1, &config, &err), -EINVAL);
    assert_non_null(strstr(err.text, ": not a file of at most 4194304 bytes"));
    free(text);
}

static void of_other_editors(void **state)
{
    struct config config = read_good(state, "\xef\xbb\xbf[os_vif_ovs]\r\nisolate_vif = true\r\n\r\n"
                                            "[nova]\r\nx\r\n[vifd]\r\ntap_owner = 107\r\n");

    assert_true(config.plugins.ovs.isolate_vif);
    assert_int_equal(config.plugins.ovs.tap_owner, 107);
    config = read_good(state, "[os_vif_ovs]  \n isolate_vif = true  ; inherited\n");
    assert_true(config.plugins.ovs.isolate_vif);
}

/* What is behind a NUL would be left out without a word. */
static void no_text(void **state)
{
    static const char text[] = "[os_vif_ovs]\n\0isolate_vif = true\n";
    struct config config;
    struct vif_error err = {0};

    assert_int_equal(read_bytes(*state, text, sizeof text - 1, &config, &err), -EINVAL);
    assert_int_equal(err.kind, VIF_ERROR_CONFIG);
    assert_non_null(strstr(err.text, ": not a text: it has a NUL byte"));
}

static void no_file(void **state)
{
    const struct place *place = *state;
    struct config config;
    struct vif_error err = {0};
    char words[200];

    assert_int_equal(config_read("/no/such/vifd.conf", &config, &err), -ENOENT);
    assert_int_equal(err.kind, VIF_ERROR_CONFIG);
    assert_string_equal(err.text, "/no/such/vifd.conf: No such file or directory");
    assert_int_equal(config_read(place->folder, &config, &err), -EINVAL);
    (void)snprintf(words, sizeof words, "%s: not a file of at most 4194304 bytes", place->folder);
    assert_string_equal(err.text, words);
    /* The default file need not be there; where it is, it is what the host is configured with. */
    if (access(VIF_CONFIG_FILE, F_OK) < 0) {
        assert_int_equal(config_read(NULL, &config, &err), 0);
        check_defaults(&config);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(syntax),           cmocka_unit_test(like_nova_conf),
        cmocka_unit_test(a_line_too_long),  cmocka_unit_test(a_file_of_one_line),
        cmocka_unit_test(of_other_editors), cmocka_unit_test(no_text),
        cmocka_unit_test(no_file),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
