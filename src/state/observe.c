/* SPDX-License-Identifier: Apache-2.0 */
/* Observing what of a batch of wirings is there.  Names are collected from all wirings, asked for at
 * once, and kept sorted, so that the plan of each VIF finds its own without a search through all. */
#include "state/observe.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "base/names.h"

void observed_done(struct observed *observed)
{
    for (size_t i = 0; i < observed->n_addresses; i++)
        address_list_done(&observed->addresses[i].list);
    free(observed->addresses);
    free(observed->rules);
    free(observed->neighbours);
    free(observed->links);
    vswitch_done(&observed->db);
    *observed = (struct observed){0};
}

static int by_name(const void *a, const void *b)
{
    const struct link_info *left = a, *right = b;

    return strcmp(left->name, right->name);
}

const struct link_info *observed_link(const struct observed *observed, const char *name)
{
    return link_find(observed->links, observed->n_links, name);
}

static void names_done(struct names *names)
{
    free(names->items);
}

struct wanted {
    struct names links, bridges, ports, qos;
    struct names interfaces; /* with 'details': of ports and bridges */
    bool details;
};

/* What was judged is looked at again, under the same names. */
static void collect_expected(struct wanted *wanted, const struct vif_wiring *wiring)
{
    for (size_t i = 0; i < wiring->n_expected; i++) {
        const struct wiring_expected *expected = &wiring->expected[i];

        switch (expected->sort) {
        case WIRING_LINK:
            names_add(&wanted->links, expected->name);
            break;
        case WIRING_PORT:
            names_add(&wanted->ports, expected->name);
            break;
        case WIRING_OVS_BRIDGE:
            names_add(&wanted->bridges, expected->name);
            break;
        }
    }
    for (size_t i = 0; i < wiring->n_qos; i++)
        names_add(&wanted->qos, wiring->qos[i].id);
}

static void collect(struct wanted *wanted, const struct vif_wiring *wiring, enum vif_goal goal)
{
    bool unplug = goal == VIF_GOAL_UNPLUG;

    collect_expected(wanted, wiring);
    for (size_t i = 0; i < wiring->n_links; i++) {
        const struct vif_wiring_link *link = &wiring->links[i];

        if (link->unplug_only && !unplug)
            continue;
        names_add(&wanted->links, link->name);
        names_add(&wanted->links, link->veth.peer);
        names_add(&wanted->links, link->master);
        names_add(&wanted->links, link->vlan.parent);
        names_add(&wanted->links, link->device.rename_from);
        if (link->only_by_alias) /* is there a port, after all? */
            names_add(&wanted->ports, link->name);
    }
    for (size_t i = 0; i < wiring->n_bridges; i++)
        if (unplug || wiring->replaces || !wiring->bridges[i].replaced)
            names_add(&wanted->bridges, wiring->bridges[i].name);
    for (size_t i = 0; i < wiring->n_ports; i++) {
        const struct vif_wiring_port *port = &wiring->ports[i];

        if (!port->create && !(port->replaced && wiring->replaces) && !unplug)
            continue;
        names_add(&wanted->ports, port->name);
        names_add(&wanted->bridges, port->bridge);
        names_add(&wanted->qos, port->qos_id);
    }
}

static bool make_room(struct wanted *wanted, const struct vif_wiring *const *wirings, size_t n)
{
    size_t links = 1, bridges = 1, ports = 1, qos = 0;

    for (size_t i = 0; i < n; i++) {
        links += 5 * wirings[i]->n_links;
        ports += wirings[i]->n_links;
        bridges += wirings[i]->n_bridges + 2 * wirings[i]->n_ports;
        ports += wirings[i]->n_ports;
        links += wirings[i]->n_expected;
        bridges += wirings[i]->n_expected;
        ports += wirings[i]->n_expected;
        qos += wirings[i]->n_qos;
    }
    wanted->links.items = reallocarray(NULL, links, sizeof(char *));
    wanted->bridges.items = reallocarray(NULL, bridges, sizeof(char *));
    wanted->ports.items = reallocarray(NULL, ports, sizeof(char *));
    wanted->qos.items = reallocarray(NULL, ports + qos, sizeof(char *));
    wanted->interfaces.items = reallocarray(NULL, ports + bridges, sizeof(char *));
    return wanted->links.items && wanted->bridges.items && wanted->ports.items &&
           wanted->qos.items && wanted->interfaces.items;
}

static void wanted_done(struct wanted *wanted)
{
    names_done(&wanted->links);
    names_done(&wanted->bridges);
    names_done(&wanted->ports);
    names_done(&wanted->qos);
    names_done(&wanted->interfaces);
}

/* Each name once; and where it is asked what became of bridges, too, the interfaces of both. */
static void settle_names(struct wanted *wanted)
{
    names_unique(&wanted->links);
    names_unique(&wanted->bridges);
    names_unique(&wanted->ports);
    names_unique(&wanted->qos);
    if (!wanted->details)
        return;
    for (size_t i = 0; i < wanted->bridges.n; i++)
        names_add(&wanted->interfaces, wanted->bridges.items[i]);
    for (size_t i = 0; i < wanted->ports.n; i++)
        names_add(&wanted->interfaces, wanted->ports.items[i]);
    names_unique(&wanted->interfaces);
}

static int observe_links(struct netlink *nl, const struct names *names, struct observed *observed,
                         struct vif_error *err)
{
    struct link_info *links = calloc(names->n ? names->n : 1, sizeof *links);
    size_t kept = 0;
    int r;

    observed->links = links;
    if (!links)
        return error_memory(err);
    if (!names->n)
        return 0;
    r = link_get_many(nl, names->items, names->n, links, err);
    if (r < 0)
        return error_prefix(err, r, "read the network devices");
    for (size_t i = 0; i < names->n; i++) /* in the order of the names, which are sorted */
        if (links[i].ifindex)
            links[kept++] = links[i];
    observed->n_links = kept;
    qsort(links, kept, sizeof *links, by_name);
    return 0;
}

/* Bridges that would have to change their datapath type: how many ports do they carry? */
static void collect_retyped(struct names *count, const struct vif_wiring *wiring,
                            const struct observed *observed)
{
    for (size_t i = 0; i < wiring->n_bridges; i++) {
        const struct vif_wiring_bridge *bridge = &wiring->bridges[i];
        const struct vswitch_bridge *there = vswitch_find_bridge(&observed->db, bridge->name);

        if (there && bridge->datapath_type[0] &&
            strcmp(bridge->datapath_type, there->datapath_type) != 0)
            names_add(count, bridge->name);
    }
}

static void collect_counted(struct names *count, const struct vif_wiring *wiring)
{
    for (size_t i = 0; i < wiring->n_expected; i++)
        if (wiring->expected[i].sort == WIRING_OVS_BRIDGE)
            names_add(count, wiring->expected[i].name);
}

static int observe_db(struct ovsdb_client *db, struct wanted *wanted,
                      const struct vif_wiring *const *wirings, size_t n, enum vif_goal goal,
                      int64_t until, struct observed *observed, struct vif_error *err)
{
    struct vswitch_query query = {
        .bridges = wanted->bridges.items,
        .n_bridges = wanted->bridges.n,
        .ports = wanted->ports.items,
        .n_ports = wanted->ports.n,
        .qos_ids = wanted->qos.items,
        .n_qos_ids = wanted->qos.n,
        .interfaces = wanted->details ? wanted->interfaces.items : NULL,
        .n_interfaces = wanted->interfaces.n,
        .details = wanted->details,
    };
    struct names count = {wanted->bridges.items, 0};
    int r = vswitch_read(db, &query, until, &observed->db, err);

    if (r < 0)
        return r;
    /* The names of bridges were sent and are not needed any more: the array serves again. */
    for (size_t i = 0; goal == VIF_GOAL_PLUG && i < n; i++)
        collect_retyped(&count, wirings[i], observed);
    for (size_t i = 0; i < n; i++)
        collect_counted(&count, wirings[i]);
    names_unique(&count);
    return vswitch_locate(db, &observed->db, count.items, count.n, until, err);
}

/* The addresses of links that are to hand them to their master. */
static int observe_addresses(const struct engine *engine, const struct vif_wiring *wiring,
                             struct observed *observed, struct vif_error *err)
{
    for (size_t i = 0; i < wiring->n_links; i++) {
        const struct vif_wiring_link *link = &wiring->links[i];
        const struct link_info *info = observed_link(observed, link->name);
        struct observed_addresses *bigger;
        int r;

        if (!link->moves_addresses || !info)
            continue;
        bigger = reallocarray(observed->addresses, observed->n_addresses + 1, sizeof *bigger);
        if (!bigger)
            return error_memory(err);
        observed->addresses = bigger;
        bigger += observed->n_addresses;
        (void)snprintf(bigger->name, sizeof bigger->name, "%s", link->name);
        r = address_read(engine->nl, info->ifindex, AF_INET, &bigger->list, err);
        if (r < 0)
            return error_prefix(err, r, "read the addresses of %s", link->name);
        observed->n_addresses++;
    }
    return 0;
}

/* Loads libnftables if that was not done yet. */
static int engine_nft(const struct engine *engine, struct nft **ret_nft, struct vif_error *err)
{
    int r = *engine->nft ? 0 : nft_open(engine->nft, err);

    *ret_nft = *engine->nft;
    return r;
}

int engine_rules(const struct engine *engine, const struct vif_wiring_rules *rules, bool check,
                 struct vif_error *err)
{
    auto_free const char **names = calloc(rules->n_interfaces + 1, sizeof *names);
    enum nft_drop drop = NFT_DROP;
    struct nft *nft;
    int r;

    if (!names)
        return error_memory(err);
    for (size_t i = 0; i < rules->n_interfaces; i++)
        names[i] = rules->interfaces[i];
    if (rules->drop_action[0] && nft_drop_parse(rules->drop_action, &drop) < 0)
        return error_set(err, VIF_ERROR_INVALID, "iptables_drop_action %s: DROP or REJECT",
                         rules->drop_action);
    r = engine_nft(engine, &nft, err);
    if (r < 0)
        return r;
    if (check)
        return nft_bridge_rules_check(nft, rules->bridge, names, rules->n_interfaces, drop, err);
    return nft_bridge_rules_ensure(nft, rules->bridge, names, rules->n_interfaces, drop, err);
}

static int observe_rules(const struct engine *engine, const struct vif_wiring *wiring,
                         struct observed *observed, struct vif_error *err)
{
    for (size_t i = 0; i < wiring->n_rules; i++) {
        struct observed_rules *bigger =
            reallocarray(observed->rules, observed->n_rules + 1, sizeof *bigger);
        int r;

        if (!bigger)
            return error_memory(err);
        observed->rules = bigger;
        r = engine_rules(engine, &wiring->rules[i], true, err);
        if (r < 0)
            return r;
        bigger[observed->n_rules++] = (struct observed_rules){&wiring->rules[i], r == 1};
    }
    return 0;
}

static int observe_rest(const struct engine *engine, const struct vif_wiring *const *wirings,
                        size_t n, enum vif_goal goal, struct observed *observed,
                        struct vif_error *err)
{
    int r = 0;

    for (size_t i = 0; goal == VIF_GOAL_PLUG && r >= 0 && i < n; i++) {
        r = observe_addresses(engine, wirings[i], observed, err);
        if (r >= 0)
            r = observe_rules(engine, wirings[i], observed, err);
    }
    return r;
}

int observe(const struct engine *engine, const struct vif_wiring *const *wirings, size_t n,
            enum vif_goal goal, bool details, int64_t until, struct observed *ret,
            struct vif_error *err)
{
    struct wanted wanted = {.details = details};
    struct observed observed = {0};
    int r = make_room(&wanted, wirings, n) ? 0 : error_memory(err);

    if (r == 0) {
        for (size_t i = 0; i < n; i++)
            collect(&wanted, wirings[i], goal);
        settle_names(&wanted);
        r = observe_links(engine->nl, &wanted.links, &observed, err);
    }
    if (r == 0 && (wanted.bridges.n || wanted.ports.n || wanted.qos.n))
        r = observe_db(engine->db, &wanted, wirings, n, goal, until, &observed, err);
    if (r == 0)
        r = observe_rest(engine, wirings, n, goal, &observed, err);
    if (r == 0 && details)
        r = observe_neighbours(&observed, err);
    wanted_done(&wanted);
    if (r < 0) {
        observed_done(&observed);
        return r;
    }
    *ret = observed;
    return 0;
}
