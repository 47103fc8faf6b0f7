/* SPDX-License-Identifier: Apache-2.0 */
/* Tables of documents: what a plugin makes of each, and what it refuses in which words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wiring-words.h"

static void set_text(char *to, size_t size, const char *value)
{
    if (value)
        (void)snprintf(to, size, "%s", value);
}

static struct plugin_options options_of(const struct wiring_row *row)
{
    struct plugin_options options = fixture_options();
    struct linux_bridge_options *bridge = &options.linux_bridge;

    options.ovs.isolate_vif = row->options.isolate;
    options.ovs.per_port_bridge = row->options.per_port_bridge;
    bridge->use_ipv6 = row->options.use_ipv6;
    if (row->options.no_mtu)
        options.ovs.network_device_mtu = bridge->network_device_mtu = 0;
    if (row->options.tap_owner) {
        options.ovs.tap_owner = 107;
        options.ovs.tap_group = 36;
    }
    set_text(options.ovs.default_qos_type, sizeof options.ovs.default_qos_type,
             row->options.qos_type);
    set_text(bridge->flat_interface, sizeof bridge->flat_interface, row->options.flat);
    set_text(bridge->vlan_interface, sizeof bridge->vlan_interface, row->options.vlan);
    if (row->options.forward) {
        bridge->forward_interfaces = calloc(1, sizeof *bridge->forward_interfaces);
        assert_non_null(bridge->forward_interfaces);
        bridge->n_forward_interfaces = 1;
        set_text(bridge->forward_interfaces[0], VIF_DEVICE_NAME_SIZE, row->options.forward);
    }
    return options;
}

static void check_wiring(const struct wiring_row *row)
{
    struct plugin_options options = options_of(row);
    struct vif_wiring wiring = {0};
    struct vif_error err = {0};
    auto_free char *words = NULL;

    if (fixture_describe(&options, row->document, row->goal, &wiring, &err) < 0)
        fail_msg("%s: %s", row->what, err.text);
    words = fixture_wiring_words(&wiring);
    wiring_done(&wiring);
    plugin_options_done(&options);
    if (strcmp(words, row->words) != 0)
        fail_msg("%s: expected\n%s\ngot\n%s", row->what, row->words, words);
}

void fixture_check_wirings(const struct wiring_row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++)
        check_wiring(&rows[i]);
}

static void check_refusal(const struct refusal_row *row, enum vif_goal goal, const char *words)
{
    struct plugin_options options = fixture_options();
    struct vif_wiring wiring = {0};
    struct vif_error err = {0};
    int r = fixture_describe(&options, row->document, goal, &wiring, &err);

    wiring_done(&wiring);
    if ((r < 0) != (words != NULL))
        fail_msg("%s: %s", row->document, r < 0 ? err.text : "not refused");
    if (!words)
        return;
    assert_memory_equal(err.text, "vif.json: ", 10);
    assert_string_equal(err.text + 10, words);
    assert_int_equal(err.kind, row->kind);
}

void fixture_check_refusals(const struct refusal_row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        check_refusal(&rows[i], VIF_GOAL_PLUG, rows[i].plug);
        check_refusal(&rows[i], VIF_GOAL_UNPLUG, rows[i].unplug);
    }
}
