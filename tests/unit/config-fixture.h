/* SPDX-License-Identifier: Apache-2.0 */
/* Configuration files written, read and checked. */
#ifndef CONFIG_FIXTURE_H
#define CONFIG_FIXTURE_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/strmap.h"
#include "base/text.h"
#include "libvif/host.h"

struct place {
    char folder[64], file[80];
};

static inline int set_up(void **state)
{
    struct place *place = calloc(1, sizeof *place);

    if (!place)
        return -1;
    strcpy(place->folder, "/tmp/test-config-XXXXXX");
    if (!mkdtemp(place->folder))
        return -1;
    (void)snprintf(place->file, sizeof place->file, "%s/vifd.conf", place->folder);
    *state = place;
    return 0;
}

static inline int tear_down(void **state)
{
    struct place *place = *state;

    (void)unlink(place->file);
    (void)rmdir(place->folder);
    free(place);
    return 0;
}

static inline int read_bytes(const struct place *place, const char *text, size_t n,
                             struct config *ret, struct vif_error *err)
{
    FILE *file = fopen(place->file, "we");

    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, n, file), n);
    assert_int_equal(fclose(file), 0);
    return config_read(place->file, ret, err);
}

static inline struct config read_good(void **state, const char *text)
{
    struct config config;
    struct vif_error err = {0};

    if (read_bytes(*state, text, strlen(text), &config, &err) < 0)
        fail_msg("'%.80s': %s", text, err.text);
    return config;
}

/* Checks that 'text' is refused with these words behind the file's name, and nothing written. */
static inline void check_bad(void **state, const char *text, const char *words)
{
    const struct place *place = *state;
    struct config config = {.timeout_ms = 77};
    struct vif_error err = {0};
    int r = read_bytes(place, text, strlen(text), &config, &err);

    if (r >= 0)
        fail_msg("'%.80s' is taken", text);
    assert_int_equal(r, -EINVAL);
    assert_int_equal(err.kind, VIF_ERROR_CONFIG);
    assert_memory_equal(err.text, place->file, strlen(place->file));
    assert_string_equal(err.text + strlen(place->file), words);
    assert_int_equal(config.timeout_ms, 77);
}

static inline void check_defaults(const struct config *config)
{
    const struct ovs_options *ovs = &config->plugins.ovs;

    assert_string_equal(config->ovsdb_connection, "");
    assert_int_equal(config->timeout_ms, 120000);
    assert_int_equal(ovs->network_device_mtu, 1500);
    assert_false(ovs->isolate_vif);
    assert_false(ovs->per_port_bridge);
    assert_string_equal(ovs->default_qos_type, "linux-noop");
    assert_int_equal(ovs->tap_owner, (uid_t)-1);
    assert_int_equal(ovs->tap_group, (gid_t)-1);
    assert_string_equal(words_text(&config->policy.bridges), "br-int tbr-*");
    assert_string_equal(config->policy.flat_interface, "");
    assert_string_equal(config->daemon.socket, "/run/vifd/io.vifd");
    assert_int_equal(config->daemon.socket_mode, 0660);
    assert_string_equal(words_text(&config->daemon.allowed_users), "");
    assert_string_equal(words_text(&config->daemon.allowed_groups), "vifd");
    assert_int_equal(config->daemon.max_connections, 1024);
    assert_string_equal(config->daemon.metrics_textfile, "");
}

#endif
