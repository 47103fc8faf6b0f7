/* SPDX-License-Identifier: Apache-2.0 */
/* Observations in words: what a host looks like, as the tables of the plan's tests say it.  Part of
 * the fixture of wiring-fixture.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "wiring-fixture.h"

enum key_kind { NUMBER, FLAG, BIT, TEXT, ALIAS, MAP, PORTS, WORDS };

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
    KEY("slave", TEXT, link_info, slave_kind), /* the kind of the master */
    KEY("multi_queue", FLAG, link_info, multi_queue),
    KEY("peer", NUMBER, link_info, peer),
    KEY("parent", NUMBER, link_info, parent),
    KEY("vlan", NUMBER, link_info, vlan_id),
    KEY("alias", ALIAS, link_info, alias), /* ours, other (a VIF's), was-NAME (ours), a word */
    KEY("ageing", NUMBER, link_info, bridge.ageing_time),
    KEY("delay", NUMBER, link_info, bridge.forward_delay),
    KEY("stp", NUMBER, link_info, bridge.stp_state),
    KEY("snooping", NUMBER, link_info, bridge.mcast_snooping),
    KEY("tap", FLAG, link_info, tap),
    KEY("altname", FLAG, link_info, altname),
    KEY("open", FLAG, link_info, carrier),
    KEY("ipv6", FLAG, link_info, has_ipv6_conf),
    KEY("disable_ipv6", NUMBER, link_info, disable_ipv6),
    KEY("arp_ignore", NUMBER, link_info, arp_ignore),
    KEY("arp_announce", NUMBER, link_info, arp_announce),
    {"up", BIT, offsetof(struct link_info, flags), IFF_UP},
    {"promisc", BIT, offsetof(struct link_info, flags), IFF_PROMISC},
    {"carrier", BIT, offsetof(struct link_info, flags), LINK_LOWER_UP},
    {NULL, 0, 0, 0},
};

static const struct key bridge_keys[] = {
    KEY("type", TEXT, vswitch_bridge, datapath_type),
    KEY("counted", FLAG, vswitch_bridge, counted),
    KEY("ports", NUMBER, vswitch_bridge, n_ports),
    KEY("on", PORTS, vswitch_bridge, ports), /* UUIDs with ',' between them: they are counted */
    {NULL, 0, 0, 0},
};

static const struct key port_keys[] = {
    KEY("bridge", TEXT, vswitch_port, bridge),
    KEY("bridge_uuid", TEXT, vswitch_port, bridge_uuid),
    KEY("interface", TEXT, vswitch_port, interface_uuid),
    KEY("qos", TEXT, vswitch_port, qos_uuid),
    KEY("details", MAP, vswitch_port, details), /* COLUMN:VALUE */
    {NULL, 0, 0, 0},
};

static const struct key interface_keys[] = {
    KEY("type", TEXT, vswitch_interface, type),
    KEY("ofport", NUMBER, vswitch_interface, ofport),
    KEY("mtu_request", NUMBER, vswitch_interface, mtu_request),
    KEY("ofport_request", NUMBER, vswitch_interface, ofport_request),
    KEY("ids", MAP, vswitch_interface, external_ids), /* KEY:VALUE, or nothing to empty it */
    KEY("options", MAP, vswitch_interface, options),
    KEY("error", WORDS, vswitch_interface, error), /* "-" for " " */
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
    uint16_t tiny = (uint16_t)value;

    assert_true(size == sizeof tiny || size == sizeof small || size == sizeof big);
    memcpy(to,
           size == sizeof tiny    ? (void *)&tiny
           : size == sizeof small ? (void *)&small
                                  : (void *)&big,
           size);
}

static void set_bit(char *to, size_t bit, bool on)
{
    unsigned flags;

    memcpy(&flags, to, sizeof flags);
    flags = on ? flags | (unsigned)bit : flags & ~(unsigned)bit;
    memcpy(to, &flags, sizeof flags);
}

static void set_map(struct vif_map *map, char *value)
{
    char *colon = strchr(value, ':');

    if (!colon) {
        strmap_done(map);
        return;
    }
    *colon = '\0';
    assert_int_equal(strmap_set(map, value, colon + 1), 0);
}

static void set_words(char **to, const char *value)
{
    free(*to);
    *to = strdup(value);
    assert_non_null(*to);
    for (char *p = *to; *p; p++)
        if (*p == '-')
            *p = ' ';
}

static void set_ports(struct vswitch_bridge *bridge, char *value)
{
    char *save = NULL;

    free(bridge->ports.items);
    bridge->ports = (struct uuid_set){calloc(8, sizeof *bridge->ports.items), 0};
    assert_non_null(bridge->ports.items);
    for (char *uuid = strtok_r(value, ",", &save); uuid; uuid = strtok_r(NULL, ",", &save))
        (void)strcpy(bridge->ports.items[bridge->ports.n++], uuid);
    bridge->counted = true;
    bridge->n_ports = bridge->ports.n;
}

static void set_alias(char *to, size_t size, const char *value)
{
    const char *ours = "vif " VIF_UUID;
    char renamed[LINK_ALIAS_MAX];

    (void)snprintf(renamed, sizeof renamed, "%s was %s", ours,
                   strncmp(value, "was-", 4) == 0 ? value + 4 : "");
    if (strcmp(value, "ours") == 0)
        value = ours;
    else if (strcmp(value, "other") == 0)
        value = "vif " OTHER_ID;
    else if (strncmp(value, "was-", 4) == 0)
        value = renamed;
    set_text(to, size, value);
}

static void set_value(const struct key *key, char *row, char *value)
{
    char *to = row + key->offset;

    switch (key->kind) {
    case NUMBER:
        set_number(to, key->size, atol(value));
        break;
    case FLAG:
        *to = (char)atoi(value);
        break;
    case BIT:
        set_bit(to, key->size, value[0] == '1');
        break;
    case ALIAS:
        set_alias(to, key->size, value);
        break;
    case TEXT:
        set_text(to, key->size, value);
        break;
    case PORTS:
        set_ports((struct vswitch_bridge *)(void *)row, value);
        break;
    case WORDS:
        set_words((char **)(void *)to, value);
        break;
    case MAP:
        set_map((struct vif_map *)(void *)to, value);
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

/* Where a row has the name it goes by here. */
static size_t name_of(const struct sort *sort)
{
    return strcmp(sort->word, "qos") == 0 ? offsetof(struct vswitch_qos, uuid) : 0;
}

static void set_defaults(const struct sort *sort, char *row, const char *name)
{
    struct link_info *link = (struct link_info *)(void *)row;
    struct vswitch_port *port = (struct vswitch_port *)(void *)row;

    memcpy(row + name_of(sort), name, strlen(name) + 1);
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

static void remove_row(const struct sort *sort, char *items, size_t *n, size_t at)
{
    struct vswitch_interface *interface = (struct vswitch_interface *)(void *)(items + at);
    struct vswitch_bridge *bridge = (struct vswitch_bridge *)(void *)(items + at);

    if (strcmp(sort->word, "interface") == 0) {
        strmap_done(&interface->external_ids);
        strmap_done(&interface->options);
        free(interface->error);
    }
    if (strcmp(sort->word, "port") == 0)
        strmap_done(&((struct vswitch_port *)(void *)(items + at))->details);
    if (strcmp(sort->word, "bridge") == 0)
        free(bridge->ports.items);
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
    while (at < n * sort->size && strcmp(items + at + name_of(sort), name) != 0)
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
        qsort(items, n, sort->size, by_first_text);
    }
    memcpy((char *)observed + sort->items, &items, sizeof items);
    memcpy((char *)observed + sort->n, &n, sizeof n);
}

/* Only one: what the index a link is enslaved to or paired with is called. */
static void add_neighbour(struct observed *observed, const char *name, const char *index)
{
    free(observed->neighbours);
    observed->neighbours = calloc(1, sizeof *observed->neighbours);
    assert_non_null(observed->neighbours);
    observed->n_neighbours = 1;
    observed->neighbours->ifindex = atoi(index);
    set_text(observed->neighbours->name, sizeof observed->neighbours->name, name);
}

/* Items that are no rows; false for those that are. */
static bool observe_other(struct observed *observed, const char *word, const char *name,
                          const char *rest)
{
    if (strcmp(word, "version") == 0) {
        set_text(observed->db.ovs_version, sizeof observed->db.ovs_version, name);
    } else if (strcmp(word, "cfg") == 0) {
        observed->db.cur_cfg = atoi(name);
        observed->db.next_cfg = atoi(rest);
    } else if (strcmp(word, "neighbour") == 0) {
        add_neighbour(observed, name, rest);
    } else {
        return false;
    }
    return true;
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
        if (observe_other(observed, word, name, rest ? rest : ""))
            continue;
        while (i < sizeof sorts / sizeof sorts[0] && strcmp(sorts[i].word, word) != 0)
            i++;
        if (i == sizeof sorts / sizeof sorts[0])
            fail_msg("no sort '%s' in '%s'", word, words);
        edit_row(observed, &sorts[i], name, rest ? rest : item + strlen(item));
    }
}
