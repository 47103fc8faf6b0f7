/* SPDX-License-Identifier: Apache-2.0 */
/* Wirings, observations and plans in words, so that a test is a table of texts and one that fails
 * reads well. */
#include "wiring-fixture.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "json/json-text.h"

struct vif_input *fixture_request(const char *document)
{
    auto_free char *text = strdup(document);
    auto_json json_t *json = NULL;
    struct json_path root = {.key = "vif.json"};
    struct vif_input *request = NULL;
    struct vif_error err = {0};
    int r;

    assert_non_null(text);
    for (char *p = text; *p; p++)
        if (*p == '\'')
            *p = '"';
    r = json_text_parse(text, strlen(text), LIMIT_DOCUMENT_BYTES, &json, &err);
    if (r == 0)
        r = vif_input_decode(json, &root, &request, &err);
    if (r < 0)
        print_error("%s\n", err.text);
    assert_int_equal(r, 0);
    return request;
}

struct plugin_options fixture_options(void)
{
    struct plugin_options options;

    plugin_options_init(&options);
    return options;
}

int fixture_describe(const struct plugin_options *options, const char *document, enum vif_goal goal,
                     struct vif_wiring *ret, struct vif_error *err)
{
    auto_vif_input struct vif_input *request = fixture_request(document);
    const char *name = view_string(&request->vif, "plugin");
    const struct vif_plugin *plugin = NULL;
    struct plugin_registry *registry;
    int r;

    assert_int_equal(plugin_registry_new(options, &registry, err), 0);
    r = plugin_find(registry, name ? name : "ovs", &plugin, err);
    if (r == 0)
        r = plugin_describe(plugin, options, request, goal, ret, err);
    plugin_registry_free(registry);
    return r;
}

struct vif_wiring fixture_wiring(const char *document, enum vif_goal goal)
{
    struct plugin_options options = fixture_options();
    struct vif_wiring wiring = {0};
    struct vif_error err = {0};

    if (fixture_describe(&options, document, goal, &wiring, &err) < 0)
        fail_msg("%s", err.text);
    return wiring;
}

/* Words for what is set of a link's flags. */
static void words_of_flags(const struct vif_wiring_link *link, struct text *text)
{
    const struct {
        int set;
        const char *word;
    } flags[] = {
        {link->create, "create"},
        {link->device.required, "required"},
        {link->unplug_only, "unplug-only"},
        {link->shared, "shared"},
        {link->on_unplug == VIF_ON_UNPLUG_KEEP, "keep"},
        {link->on_unplug == VIF_ON_UNPLUG_DOWN, "down"},
        {link->device.up, "up"},
        {link->device.enable_tc_offload, "tc-offload"},
        {link->moves_addresses, "moves-addresses"},
        {link->tap.multi_queue, "multi-queue"},
        {link->veth.promisc, "promiscuous"},
        {link->bridge.no_host_address, "no-host-address"},
        {link->bridge.keep_ipv6, "keep-ipv6"},
        {link->bridge.keep_attributes, "attributes"},
    };

    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++)
        if (flags[i].set)
            text_add(text, " %s", flags[i].word);
}

static void words_of_link(const struct vif_wiring_link *link, struct text *text)
{
    static const char *const kinds[] = {[VIF_LINK_TAP] = "tap",
                                        [VIF_LINK_VETH] = "veth",
                                        [VIF_LINK_BRIDGE] = "linux bridge",
                                        [VIF_LINK_VLAN] = "vlan",
                                        [VIF_LINK_DEVICE] = "device"};
    const uint8_t *a = link->tap.address;

    text_add(text, "%s %s:", kinds[link->kind], link->name);
    words_of_flags(link, text);
    if (link->device.rename_from[0])
        text_add(text, " now=%s", link->device.rename_from);
    if (link->veth.peer[0])
        text_add(text, " peer=%s", link->veth.peer);
    if (link->vlan.id)
        text_add(text, " vlan=%u parent=%s", link->vlan.id, link->vlan.parent);
    if (link->master[0])
        text_add(text, " master=%s", link->master);
    if (link->mtu)
        text_add(text, " mtu=%u", link->mtu);
    if (link->tap.has_address)
        text_add(text, " address=%02x:%02x:%02x:%02x:%02x:%02x", a[0], a[1], a[2], a[3], a[4],
                 a[5]);
    if (link->tap.owner != NOBODY || link->tap.group != NOBODY)
        text_add(text, " owner=%u group=%u", link->tap.owner, link->tap.group);
    if (link->bridge.attributes.forward_delay || link->bridge.attributes.stp_state ||
        link->bridge.attributes.mcast_snooping)
        text_add(text, " not-plain");
    if (link->bridge.attributes.ageing_time)
        text_add(text, " ageing=%u", link->bridge.attributes.ageing_time);
    text_add(text, "\n");
}

static void words_of_map(const char *what, const struct vif_map *map, struct text *text)
{
    for (size_t i = 0; i < map->n; i++)
        text_add(text, " %s:%s=%s", what, map->entries[i].key, map->entries[i].value);
}

static void words_of_port(const struct vif_wiring_port *port, struct text *text)
{
    text_add(text, "port %s on %s:%s%s owner=%s", port->name, port->bridge,
             port->create ? " create" : "", port->replaced ? " replaced" : "", port->owner);
    if (port->link[0])
        text_add(text, " link=%s", port->link);
    if (port->other_bridge[0])
        text_add(text, " or-on=%s", port->other_bridge);
    if (port->type[0])
        text_add(text, " type=%s", port->type);
    if (port->other_type[0])
        text_add(text, " or-type=%s", port->other_type);
    words_of_map("id", &port->ids, text);
    words_of_map("option", &port->options, text);
    words_of_map("no-id", &port->drop_ids, text);
    words_of_map("no-option", &port->drop_options, text);
    if (port->mtu_request)
        text_add(text, " mtu_request=%u", port->mtu_request);
    if (port->isolate)
        text_add(text, " isolated");
    if (port->dead_tag)
        text_add(text, " dead-tag");
    if (port->qos_type[0])
        text_add(text, " qos=%s", port->qos_type);
    if (port->qos_id[0])
        text_add(text, " qos_id=%s", port->qos_id);
    text_add(text, "\n");
}

static void words_of_bridge(const struct vif_wiring_bridge *bridge, struct text *text)
{
    text_add(text, "bridge %s:%s%s%s%s%s\n", bridge->name, bridge->create ? " create" : "",
             bridge->replaced ? " replaced" : "",
             bridge->on_unplug == VIF_ON_UNPLUG_REMOVE ? " remove" : " keep",
             bridge->datapath_type[0] ? " datapath_type=" : "", bridge->datapath_type);
}

static void words_of_rules(const struct vif_wiring_rules *rules, struct text *text)
{
    text_add(text, "rules of %s:", rules->bridge);
    for (size_t i = 0; i < rules->n_interfaces; i++)
        text_add(text, " %s", rules->interfaces[i]);
    text_add(text, " else=%s\n", rules->drop_action);
}

char *fixture_wiring_words(const struct vif_wiring *wiring)
{
    struct text text = {0};
    char *words;

    text_add(&text, "%s of VIF %s\n", wiring->name, wiring->vif_id);
    for (size_t i = 0; i < wiring->n_links; i++)
        words_of_link(&wiring->links[i], &text);
    for (size_t i = 0; i < wiring->n_bridges; i++)
        words_of_bridge(&wiring->bridges[i], &text);
    for (size_t i = 0; i < wiring->n_ports; i++)
        words_of_port(&wiring->ports[i], &text);
    for (size_t i = 0; i < wiring->n_rules; i++)
        words_of_rules(&wiring->rules[i], &text);
    if (wiring->warnings.data)
        text_add(&text, "warning: %s", wiring->warnings.data);
    words = text_take(&text);
    assert_non_null(words);
    return words;
}

char *fixture_plan_words(const struct vif_wiring *wiring, const struct observed *observed,
                         enum vif_goal goal)
{
    struct plan plan = {0};
    struct vif_error err = {0};
    struct text text = {0};
    int r = plan_make(wiring, observed, goal, &plan, NULL, &err);
    char *words;

    if (r == -EAGAIN)
        text_add(&text, "look again");
    else if (r < 0)
        text_add(&text, "%s: %s", vif_error_kind_name(err.kind), err.text);
    for (size_t i = 0; i < plan.n; i++) {
        fixture_step_words(&plan.steps[i], &text);
        text_add(&text, "\n");
    }
    plan_done(&plan);
    words = text_take(&text);
    assert_non_null(words);
    return words;
}

void fixture_check_plans(const struct vif_wiring *wiring, enum vif_goal goal, const char *there,
                         const struct plan_row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct observed observed = {0};
        char *words;
        bool same;

        fixture_observe(&observed, there);
        fixture_observe(&observed, rows[i].difference);
        words = fixture_plan_words(wiring, &observed, goal);
        observed_done(&observed);
        same = strcmp(words, rows[i].steps) == 0;
        if (!same)
            print_error("%s: expected\n%s\ngot\n%s\n", rows[i].what, rows[i].steps, words);
        free(words);
        assert_true(same);
    }
}
