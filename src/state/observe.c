/* SPDX-License-Identifier: Apache-2.0 */
/* Observing what of a batch of wirings is there.  Names are collected from all wirings, asked for
 * at once, and kept sorted, so that the plan of each VIF finds its own without a search through
 * all. */
#include "state/observe.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "base/text.h"

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

const struct link_info *observed_link(const struct observed *observed, const char *name)
{
    return link_find(observed->links, observed->n_links, name);
}

/* The names to ask for; the first three as in enum wiring_sort. */
enum { LINKS, PORTS, BRIDGES, QOS, INTERFACES, N_WANTED };

struct wanted {
    struct names of[N_WANTED];
    bool details;
};

static void wanted_done(struct wanted *wanted)
{
    for (size_t i = 0; i < N_WANTED; i++)
        names_done(&wanted->of[i]);
}

static void collect(struct wanted *wanted, const struct vif_wiring *wiring, enum vif_goal goal)
{
    bool unplug = goal == VIF_GOAL_UNPLUG;
    struct names *names = wanted->of;

    for (size_t i = 0; i < wiring->n_expected; i++)
        names_add(&names[wiring->expected[i].sort], wiring->expected[i].name);
    for (size_t i = 0; i < wiring->n_qos; i++)
        names_add(&names[QOS], wiring->qos[i].id);
    for (size_t i = 0; i < wiring->n_links; i++) {
        const struct vif_wiring_link *link = &wiring->links[i];

        if (link->unplug_only && !unplug)
            continue;
        names_add(&names[LINKS], link->name);
        names_add(&names[LINKS], link->veth.peer);
        names_add(&names[LINKS], link->master);
        names_add(&names[LINKS], link->vlan.parent);
        names_add(&names[LINKS], link->device.rename_from);
        if (link->only_by_alias) /* is there a port, after all? */
            names_add(&names[PORTS], link->name);
    }
    for (size_t i = 0; i < wiring->n_bridges; i++)
        if (unplug || wiring->replaces || !wiring->bridges[i].replaced)
            names_add(&names[BRIDGES], wiring->bridges[i].name);
    for (size_t i = 0; i < wiring->n_ports; i++) {
        const struct vif_wiring_port *port = &wiring->ports[i];

        if (!port->create && !(port->replaced && wiring->replaces) && !unplug)
            continue;
        names_add(&names[PORTS], port->name);
        names_add(&names[BRIDGES], port->bridge);
        names_add(&names[QOS], port->qos_id);
    }
}

/* Collects the names of all wirings, each once; with details also the interfaces of ports and
 * bridges. */
static int collect_all(struct wanted *wanted, const struct vif_wiring *const *wirings, size_t n,
                       enum vif_goal goal, struct vif_error *err)
{
    int r = 0;

    for (size_t i = 0; i < n; i++)
        collect(wanted, wirings[i], goal);
    for (size_t i = 0; r == 0 && i < INTERFACES; i++)
        r = names_unique(&wanted->of[i]);
    for (size_t i = PORTS; wanted->details && i <= BRIDGES; i++)
        for (size_t k = 0; k < wanted->of[i].n; k++)
            names_add(&wanted->of[INTERFACES], wanted->of[i].items[k]);
    if (r == 0)
        r = names_unique(&wanted->of[INTERFACES]);
    return r < 0 ? error_memory(err) : 0;
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

static int observe_db(struct ovsdb_client *db, const struct wanted *wanted,
                      const struct vif_wiring *const *wirings, size_t n, enum vif_goal goal,
                      int64_t until, struct observed *observed, struct vif_error *err)
{
    struct vswitch_query query = {
        .bridges = wanted->of[BRIDGES],
        .ports = wanted->of[PORTS],
        .qos_ids = wanted->of[QOS],
        .interfaces = wanted->of[INTERFACES],
        .details = wanted->details,
    };
    auto_names struct names count = {0};
    int r = vswitch_read(db, &query, until, &observed->db, err);

    if (r < 0)
        return r;
    for (size_t i = 0; goal == VIF_GOAL_PLUG && i < n; i++)
        collect_retyped(&count, wirings[i], observed);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < wirings[i]->n_expected; k++)
            if (wirings[i]->expected[k].sort == WIRING_OVS_BRIDGE)
                names_add(&count, wirings[i]->expected[k].name);
    if (names_unique(&count) < 0)
        return error_memory(err);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < wirings[i]->n_ports; k++)
            vswitch_expect(&observed->db, wirings[i]->ports[k].name, wirings[i]->ports[k].bridge);
    return vswitch_locate(db, &observed->db, &count, until, err);
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
        r = address_read(engine->nl, info->ifindex, &bigger->list, err);
        if (r < 0)
            return error_prefix(err, r, "read the addresses of %s", link->name);
        observed->n_addresses++;
    }
    return 0;
}

int engine_rules(const struct engine *engine, const struct vif_wiring_rules *rules, bool check,
                 struct vif_error *err)
{
    int r = *engine->nft ? 0 : nft_open(engine->nft, err);

    return r < 0 ? r : nft_bridge_rules(*engine->nft, rules, check, err);
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

/* Links that ours are enslaved to or paired with are known by their index alone; users want names.
 */
static int by_ifindex(const void *a, const void *b)
{
    const struct observed_neighbour *left = a, *right = b;

    return (left->ifindex > right->ifindex) - (left->ifindex < right->ifindex);
}

static int observe_neighbours(struct observed *observed, struct vif_error *err)
{
    size_t n = 0, kept = 0;
    struct observed_neighbour *found = calloc(2 * observed->n_links + 1, sizeof *found);

    if (!found)
        return error_memory(err);
    for (size_t i = 0; i < observed->n_links; i++) {
        found[n++].ifindex = observed->links[i].master;
        found[n++].ifindex = observed->links[i].peer;
    }
    qsort(found, n, sizeof *found, by_ifindex);
    for (size_t i = 0; i < n; i++)
        if (found[i].ifindex && (!kept || found[kept - 1].ifindex != found[i].ifindex))
            found[kept++].ifindex = found[i].ifindex;
    for (size_t i = 0; i < kept; i++)
        link_name(found[i].ifindex, found[i].name);
    observed->neighbours = found;
    observed->n_neighbours = kept;
    return 0;
}

const char *observed_name(const struct observed *observed, int ifindex)
{
    struct observed_neighbour key = {.ifindex = ifindex};
    const struct observed_neighbour *found = NULL;

    if (observed->n_neighbours)
        found = bsearch(&key, observed->neighbours, observed->n_neighbours, sizeof key, by_ifindex);
    return found ? found->name : "";
}

int observe(const struct engine *engine, const struct vif_wiring *const *wirings, size_t n,
            enum vif_goal goal, bool details, int64_t until, struct observed *ret,
            struct vif_error *err)
{
    struct wanted wanted = {.details = details};
    struct observed observed = {0};
    int r = collect_all(&wanted, wirings, n, goal, err);

    if (r == 0)
        r = observe_links(engine->nl, &wanted.of[LINKS], &observed, err);
    if (r == 0 && (wanted.of[BRIDGES].n || wanted.of[PORTS].n || wanted.of[QOS].n))
        r = observe_db(engine->db, &wanted, wirings, n, goal, until, &observed, err);
    for (size_t i = 0; goal == VIF_GOAL_PLUG && r == 0 && i < n; i++) {
        r = observe_addresses(engine, wirings[i], &observed, err);
        if (r == 0)
            r = observe_rules(engine, wirings[i], &observed, err);
    }
    if (r == 0 && details)
        r = observe_neighbours(&observed, err);
    wanted_done(&wanted);
    if (r < 0)
        observed_done(&observed);
    else
        *ret = observed;
    return r;
}
