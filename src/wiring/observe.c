/* SPDX-License-Identifier: Apache-2.0 */
/* Observing what of a batch of wirings is there.  Names are collected from all wirings, asked for at
 * once, and kept sorted, so that the plan of each VIF finds its own without a search through all. */
#include "wiring/observe.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

void observed_done(struct observed *observed)
{
    free(observed->links);
    vswitch_done(&observed->db);
    *observed = (struct observed){0};
}

static int by_name(const void *a, const void *b)
{
    const struct link_info *left = a, *right = b;

    return strcmp(left->name, right->name);
}

static int name_of(const void *key, const void *item)
{
    const struct link_info *info = item;

    return strcmp(key, info->name);
}

const struct link_info *observed_link(const struct observed *observed, const char *name)
{
    if (!observed->n_links)
        return NULL;
    return bsearch(name, observed->links, observed->n_links, sizeof *observed->links, name_of);
}

/* Names borrowed from the wirings. */
struct names {
    const char **items;
    size_t n;
};

static void names_done(struct names *names)
{
    free(names->items);
}

static int compare_names(const void *a, const void *b)
{
    const char *const *left = a;
    const char *const *right = b;

    return strcmp(*left, *right);
}

static void names_unique(struct names *names)
{
    size_t kept = 0;

    if (!names->n)
        return;
    qsort(names->items, names->n, sizeof *names->items, compare_names);
    for (size_t i = 0; i < names->n; i++)
        if (!kept || strcmp(names->items[kept - 1], names->items[i]) != 0)
            names->items[kept++] = names->items[i];
    names->n = kept;
}

struct wanted {
    struct names links, bridges, ports, qos;
};

static void add_name(struct names *names, const char *name)
{
    if (name[0])
        names->items[names->n++] = name;
}

static void collect(struct wanted *wanted, const struct wiring *wiring, enum wiring_goal goal)
{
    bool unplug = goal == WIRING_ABSENT;

    for (size_t i = 0; i < wiring->n_links; i++) {
        const struct wiring_link *link = &wiring->links[i];

        if (link->unplug_only && !unplug)
            continue;
        add_name(&wanted->links, link->name);
        add_name(&wanted->links, link->peer);
        add_name(&wanted->links, link->master);
    }
    for (size_t i = 0; i < wiring->n_bridges; i++)
        add_name(&wanted->bridges, wiring->bridges[i].name);
    for (size_t i = 0; i < wiring->n_ports; i++) {
        const struct wiring_port *port = &wiring->ports[i];

        if (!port->create && !unplug)
            continue;
        add_name(&wanted->ports, port->name);
        add_name(&wanted->bridges, port->bridge);
        add_name(&wanted->qos, port->qos_id);
    }
}

static bool make_room(struct wanted *wanted, const struct wiring *const *wirings, size_t n)
{
    size_t links = 1, bridges = 1, ports = 1;

    for (size_t i = 0; i < n; i++) {
        links += 3 * wirings[i]->n_links;
        bridges += wirings[i]->n_bridges + wirings[i]->n_ports;
        ports += wirings[i]->n_ports;
    }
    wanted->links.items = reallocarray(NULL, links, sizeof(char *));
    wanted->bridges.items = reallocarray(NULL, bridges, sizeof(char *));
    wanted->ports.items = reallocarray(NULL, ports, sizeof(char *));
    wanted->qos.items = reallocarray(NULL, ports, sizeof(char *));
    return wanted->links.items && wanted->bridges.items && wanted->ports.items && wanted->qos.items;
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
static void collect_retyped(struct names *count, const struct wiring *wiring,
                            const struct observed *observed)
{
    for (size_t i = 0; i < wiring->n_bridges; i++) {
        const struct wiring_bridge *bridge = &wiring->bridges[i];
        const struct vswitch_bridge *there = vswitch_find_bridge(&observed->db, bridge->name);

        if (there && bridge->datapath_type[0] &&
            strcmp(bridge->datapath_type, there->datapath_type) != 0)
            add_name(count, bridge->name);
    }
}

static int observe_db(struct ovsdb_client *db, struct wanted *wanted,
                      const struct wiring *const *wirings, size_t n, enum wiring_goal goal,
                      int64_t until, struct observed *observed, struct vif_error *err)
{
    struct vswitch_query query = {
        .bridges = wanted->bridges.items,
        .n_bridges = wanted->bridges.n,
        .ports = wanted->ports.items,
        .n_ports = wanted->ports.n,
        .qos_ids = wanted->qos.items,
        .n_qos_ids = wanted->qos.n,
    };
    struct names count = {wanted->bridges.items, 0};
    int r = vswitch_read(db, &query, until, &observed->db, err);

    if (r < 0)
        return r;
    /* The names of bridges were sent and are not needed any more: the array serves again. */
    for (size_t i = 0; goal == WIRING_PRESENT && i < n; i++)
        collect_retyped(&count, wirings[i], observed);
    names_unique(&count);
    return vswitch_locate(db, &observed->db, count.items, count.n, until, err);
}

int observe(struct netlink *nl, struct ovsdb_client *db, const struct wiring *const *wirings,
            size_t n, enum wiring_goal goal, int64_t until, struct observed *ret,
            struct vif_error *err)
{
    struct wanted wanted = {0};
    struct observed observed = {0};
    int r = 0;

    if (!make_room(&wanted, wirings, n))
        r = error_memory(err);
    for (size_t i = 0; r == 0 && i < n; i++)
        collect(&wanted, wirings[i], goal);
    names_unique(&wanted.links);
    names_unique(&wanted.bridges);
    names_unique(&wanted.ports);
    names_unique(&wanted.qos);
    if (r == 0)
        r = observe_links(nl, &wanted.links, &observed, err);
    if (r == 0)
        r = observe_db(db, &wanted, wirings, n, goal, until, &observed, err);
    names_done(&wanted.links);
    names_done(&wanted.bridges);
    names_done(&wanted.ports);
    names_done(&wanted.qos);
    if (r < 0) {
        observed_done(&observed);
        return r;
    }
    *ret = observed;
    return 0;
}
