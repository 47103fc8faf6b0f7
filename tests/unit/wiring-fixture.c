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

enum key_kind { NUMBER, BYTE, FLAG, BIT, TEXT, ALIAS, MAP };

struct key {
    const char *word;
    enum key_kind kind;
    size_t offset;
    size_t size; /* of the value; BIT: the bit */
};

#define KEY(word, kind, type, member)                                                              \
    {                                                                                              \
        word, kind, offsetof(struct type, member), sizeof(((struct type *)NULL)->member)           \
    }

static const struct key link_keys[] = {
    KEY("index", NUMBER, link_info, ifindex),
    KEY("kind", TEXT, link_info, kind), /* "tun" of a tap goes with tap=1 */
    KEY("mtu", NUMBER, link_info, mtu),
    KEY("master", NUMBER, link_info, master),
    KEY("peer", NUMBER, link_info, peer),
    KEY("alias", ALIAS, link_info, alias), /* ours, other (a VIF's), or a word */
    KEY("ageing", NUMBER, link_info, bridge.ageing_time),
    KEY("delay", NUMBER, link_info, bridge.forward_delay),
    KEY("stp", NUMBER, link_info, bridge.stp_state),
    KEY("snooping", BYTE, link_info, bridge.mcast_snooping),
    KEY("tap", FLAG, link_info, tap),
    KEY("altname", FLAG, link_info, altname),
    KEY("ipv6", FLAG, link_info, has_ipv6_conf),
    KEY("disable_ipv6", NUMBER, link_info, disable_ipv6),
    KEY("arp_ignore", NUMBER, link_info, arp_ignore),
    KEY("arp_announce", NUMBER, link_info, arp_announce),
    {"up", BIT, offsetof(struct link_info, flags), IFF_UP},
    {"promisc", BIT, offsetof(struct link_info, flags), IFF_PROMISC},
    {NULL, 0, 0, 0},
};

static const struct key bridge_keys[] = {
    KEY("type", TEXT, vswitch_bridge, datapath_type),
    KEY("counted", FLAG, vswitch_bridge, counted),
    KEY("ports", NUMBER, vswitch_bridge, n_ports),
    {NULL, 0, 0, 0},
};

static const struct key port_keys[] = {
    KEY("bridge", TEXT, vswitch_port, bridge),
    KEY("bridge_uuid", TEXT, vswitch_port, bridge_uuid),
    KEY("interface", TEXT, vswitch_port, interface_uuid),
    KEY("qos", TEXT, vswitch_port, qos_uuid),
    {NULL, 0, 0, 0},
};

static const struct key interface_keys[] = {
    KEY("type", TEXT, vswitch_interface, type),
    KEY("ofport", NUMBER, vswitch_interface, ofport),
    KEY("mtu_request", NUMBER, vswitch_interface, mtu_request),
    KEY("ids", MAP, vswitch_interface, external_ids), /* KEY:VALUE, or nothing to empty it */
    KEY("options", MAP, vswitch_interface, options),
    {NULL, 0, 0, 0},
};

static const struct key qos_keys[] = {
    KEY("type", TEXT, vswitch_qos, type),
    KEY("id", TEXT, vswitch_qos, id),
    {NULL, 0, 0, 0},
};

/* Every row begins with its name; where it has a UUID besides, that is next. */
static const struct sort {
    const char *word;
    const struct key *keys;
    size_t items, n; /* offsets in struct observed */
    size_t size;
    size_t uuid; /* offset in the row, 0: it has none to be made up */
} sorts[] = {
    {"link", link_keys, offsetof(struct observed, links), offsetof(struct observed, n_links),
     sizeof(struct link_info), 0},
    {"bridge", bridge_keys, offsetof(struct observed, db.bridges),
     offsetof(struct observed, db.n_bridges), sizeof(struct vswitch_bridge),
     offsetof(struct vswitch_bridge, uuid)},
    {"port", port_keys, offsetof(struct observed, db.ports), offsetof(struct observed, db.n_ports),
     sizeof(struct vswitch_port), offsetof(struct vswitch_port, uuid)},
    {"interface", interface_keys, offsetof(struct observed, db.interfaces),
     offsetof(struct observed, db.n_interfaces), sizeof(struct vswitch_interface),
     offsetof(struct vswitch_interface, uuid)},
    {"qos", qos_keys, offsetof(struct observed, db.qos), offsetof(struct observed, db.n_qos),
     sizeof(struct vswitch_qos), 0},
};

static void set_text(char *to, size_t size, const char *value)
{
    assert_true(strlen(value) < size);
    memset(to, 0, size);
    memcpy(to, value, strlen(value));
}

static void set_number(char *to, size_t size, long value)
{
    int32_t small = (int32_t)value;
    int64_t big = value;

    assert_true(size == sizeof small || size == sizeof big);
    memcpy(to, size == sizeof small ? (void *)&small : (void *)&big, size);
}

static void set_bit(char *to, size_t bit, bool on)
{
    unsigned flags;

    memcpy(&flags, to, sizeof flags);
    flags = on ? flags | (unsigned)bit : flags & ~(unsigned)bit;
    memcpy(to, &flags, sizeof flags);
}

static void set_map(struct strmap *map, char *value)
{
    char *colon = strchr(value, ':');

    if (!colon) {
        strmap_done(map);
        return;
    }
    *colon = '\0';
    assert_int_equal(strmap_set(map, value, colon + 1), 0);
}

static void set_value(const struct key *key, char *row, char *value)
{
    char *to = row + key->offset;

    switch (key->kind) {
    case NUMBER:
        set_number(to, key->size, atol(value));
        break;
    case BYTE:
    case FLAG:
        *to = (char)atoi(value);
        break;
    case BIT:
        set_bit(to, key->size, value[0] == '1');
        break;
    case ALIAS:
        if (strcmp(value, "ours") == 0)
            set_text(to, key->size, "vif " VIF_UUID);
        else if (strcmp(value, "other") == 0)
            set_text(to, key->size, "vif " OTHER_ID);
        else
            set_text(to, key->size, value);
        break;
    case TEXT:
        set_text(to, key->size, value);
        break;
    case MAP:
        set_map((struct strmap *)(void *)to, value);
        break;
    }
}

static void set_key(const struct sort *sort, char *row, char *assignment)
{
    char *equals = strchr(assignment, '=');
    const struct key *key = sort->keys;

    if (!equals)
        fail_msg("'%s' is no assignment", assignment);
    *equals = '\0';
    while (key->word && strcmp(key->word, assignment) != 0)
        key++;
    if (!key->word)
        fail_msg("a %s has no '%s'", sort->word, assignment);
    set_value(key, row, equals + 1);
}

static void set_defaults(const struct sort *sort, char *row, const char *name)
{
    struct link_info *link = (struct link_info *)(void *)row;
    struct vswitch_port *port = (struct vswitch_port *)(void *)row;

    memcpy(row, name, strlen(name) + 1);
    if (sort->uuid)
        (void)snprintf(row + sort->uuid, UUID_TEXT_SIZE, "%s-%s", sort->word, name);
    if (strcmp(sort->word, "link") == 0) {
        link->mtu = 1500;
        link->has_ipv6_conf = true;
    }
    if (strcmp(sort->word, "port") == 0)
        (void)snprintf(port->interface_uuid, UUID_TEXT_SIZE, "interface-%s", name);
}

static int by_first_text(const void *a, const void *b)
{
    return strcmp(a, b);
}

static int by_id(const void *a, const void *b)
{
    const struct vswitch_qos *left = a, *right = b;

    return strcmp(left->id, right->id);
}

static void remove_row(const struct sort *sort, char *items, size_t *n, size_t at)
{
    struct vswitch_interface *interface = (struct vswitch_interface *)(void *)(items + at);

    if (strcmp(sort->word, "interface") == 0) {
        strmap_done(&interface->external_ids);
        strmap_done(&interface->options);
    }
    memmove(items + at, items + at + sort->size, *n * sort->size - at - sort->size);
    --*n;
}

static void edit_row(struct observed *observed, const struct sort *sort, const char *name,
                     char *rest)
{
    char *items, *row, *save = NULL;
    size_t n, at = 0;

    memcpy(&items, (char *)observed + sort->items, sizeof items);
    memcpy(&n, (char *)observed + sort->n, sizeof n);
    while (at < n * sort->size && strcmp(items + at, name) != 0)
        at += sort->size;
    if (strcmp(rest, "gone") == 0) {
        assert_true(at < n * sort->size);
        remove_row(sort, items, &n, at);
    } else {
        if (at == n * sort->size) {
            items = realloc(items, ++n * sort->size);
            assert_non_null(items);
            memset(items + at, 0, sort->size);
            set_defaults(sort, items + at, name);
        }
        row = items + at;
        for (char *word = strtok_r(rest, " ", &save); word; word = strtok_r(NULL, " ", &save))
            set_key(sort, row, word);
        qsort(items, n, sort->size, strcmp(sort->word, "qos") == 0 ? by_id : by_first_text);
    }
    memcpy((char *)observed + sort->items, &items, sizeof items);
    memcpy((char *)observed + sort->n, &n, sizeof n);
}

void fixture_observe(struct observed *observed, const char *words)
{
    auto_free char *copy = strdup(words);
    char *save = NULL;

    assert_non_null(copy);
    (void)snprintf(observed->db.root_uuid, UUID_TEXT_SIZE, "root");
    for (char *item = strtok_r(copy, ";", &save); item; item = strtok_r(NULL, ";", &save)) {
        char *rest = item;
        const char *word = strsep(&rest, " ");
        const char *name = rest ? strsep(&rest, " ") : NULL;
        size_t i = 0;

        assert_non_null(name);
        while (i < sizeof sorts / sizeof sorts[0] && strcmp(sorts[i].word, word) != 0)
            i++;
        if (i == sizeof sorts / sizeof sorts[0])
            fail_msg("no sort '%s' in '%s'", word, words);
        edit_row(observed, &sorts[i], name, rest ? rest : item + strlen(item));
    }
}
