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
#include "json/json-path.h"
#include "json/json-text.h"

struct vif_request *fixture_request(const char *document)
{
    auto_free char *text = strdup(document);
    auto_json json_t *json = NULL;
    struct json_path root = {.key = "vif.json"};
    struct vif_request *request = NULL;
    struct vif_error err = {0};
    int r;

    assert_non_null(text);
    for (char *p = text; *p; p++)
        if (*p == '\'')
            *p = '"';
    r = json_text_parse(text, strlen(text), LIMIT_DOCUMENT_BYTES, &json, &err);
    if (r == 0)
        r = vif_request_decode(json, &root, &request, &err);
    if (r < 0)
        print_error("%s\n", err.text);
    assert_int_equal(r, 0);
    return request;
}

struct plugin_options fixture_options(void)
{
    struct plugin_options options;

    ovs_options_init(&options.ovs);
    return options;
}

int fixture_describe(const struct plugin_options *options, const char *document,
                     enum wiring_goal goal, struct wiring *ret, struct vif_error *err)
{
    auto_vif_request struct vif_request *request = fixture_request(document);

    return plugin_find("ovs")->describe(options, request, goal, ret, err);
}

struct wiring fixture_wiring(const char *document, enum wiring_goal goal)
{
    struct plugin_options options = fixture_options();
    struct wiring wiring = {0};
    struct vif_error err = {0};

    if (fixture_describe(&options, document, goal, &wiring, &err) < 0)
        fail_msg("%s", err.text);
    return wiring;
}

static void words_of_link(const struct wiring_link *link, struct text *text)
{
    static const char *const kinds[] = {
        [WIRING_TAP] = "tap", [WIRING_VETH] = "veth", [WIRING_BRIDGE] = "linux bridge"};
    const uint8_t *a = link->address;

    text_add(text, "%s %s:", kinds[link->kind], link->name);
    text_add(text, "%s%s", link->create ? " create" : "", link->unplug_only ? " unplug-only" : "");
    if (link->fate == WIRING_KEEP)
        text_add(text, " keep");
    if (link->peer[0])
        text_add(text, " peer=%s", link->peer);
    if (link->master[0])
        text_add(text, " master=%s", link->master);
    if (link->mtu)
        text_add(text, " mtu=%u", link->mtu);
    if (link->has_address)
        text_add(text, " address=%02x:%02x:%02x:%02x:%02x:%02x", a[0], a[1], a[2], a[3], a[4],
                 a[5]);
    text_add(text, "%s%s%s", link->multi_queue ? " multi-queue" : "",
             link->promisc ? " promiscuous" : "", link->silent ? " silent" : "");
    if (link->owner != (uid_t)-1 || link->group != (gid_t)-1)
        text_add(text, " owner=%u group=%u", link->owner, link->group);
    if (link->bridge.ageing_time || link->bridge.forward_delay || link->bridge.stp_state ||
        link->bridge.mcast_snooping)
        text_add(text, " not-plain");
    text_add(text, "\n");
}

static void words_of_map(const char *what, const struct strmap *map, struct text *text)
{
    for (size_t i = 0; i < map->n; i++)
        text_add(text, " %s:%s=%s", what, map->entries[i].key, map->entries[i].value);
}

static void words_of_port(const struct wiring_port *port, struct text *text)
{
    text_add(text, "port %s on %s:%s owner=%s link=%s", port->name, port->bridge,
             port->create ? " create" : "", port->owner, port->link);
    if (port->type[0])
        text_add(text, " type=%s", port->type);
    words_of_map("id", &port->ids, text);
    words_of_map("option", &port->options, text);
    if (port->mtu_request)
        text_add(text, " mtu_request=%u", port->mtu_request);
    if (port->isolate)
        text_add(text, " isolated");
    if (port->qos_type[0])
        text_add(text, " qos=%s", port->qos_type);
    text_add(text, " qos_id=%s\n", port->qos_id);
}

char *fixture_wiring_words(const struct wiring *wiring)
{
    struct text text = {0};
    char *words;

    text_add(&text, "%s of VIF %s\n", wiring->name, wiring->vif_id);
    for (size_t i = 0; i < wiring->n_links; i++)
        words_of_link(&wiring->links[i], &text);
    for (size_t i = 0; i < wiring->n_bridges; i++) {
        const struct wiring_bridge *bridge = &wiring->bridges[i];

        text_add(&text, "bridge %s:%s%s%s%s\n", bridge->name, bridge->create ? " create" : "",
                 bridge->fate == WIRING_REMOVE ? " remove" : " keep",
                 bridge->datapath_type[0] ? " datapath_type=" : "", bridge->datapath_type);
    }
    for (size_t i = 0; i < wiring->n_ports; i++)
        words_of_port(&wiring->ports[i], &text);
    words = text_take(&text);
    assert_non_null(words);
    return words;
}

char *fixture_plan_words(const struct wiring *wiring, const struct observed *observed,
                         enum wiring_goal goal)
{
    struct plan plan = {0};
    struct vif_error err = {0};
    struct text text = {0};
    int r = plan_make(wiring, observed, goal, &plan, &err);
    char *words;

    if (r == -EAGAIN)
        text_add(&text, "look again");
    else if (r < 0)
        text_add(&text, "%s: %s", vif_error_kind_name(err.kind), err.text);
    for (size_t i = 0; i < plan.n; i++) {
        step_words(&plan.steps[i], &text);
        text_add(&text, "\n");
    }
    plan_done(&plan);
    words = text_take(&text);
    assert_non_null(words);
    return words;
}

void fixture_check_plans(const struct wiring *wiring, enum wiring_goal goal, const char *there,
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
