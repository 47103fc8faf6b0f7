/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the whole host: links in one dump, rows in one transaction, each sorted the ways they are
 * looked up, so that nothing that walks over all of them is worse than n log n. */
#include "state/inventory.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

void inventory_done(struct inventory *inventory)
{
    free(inventory->links);
    free(inventory->by_index);
    free(inventory->by_bridge);
    vswitch_done(&inventory->db);
    *inventory = (struct inventory){0};
}

static int by_ifindex(const void *a, const void *b)
{
    const struct link_info *const *left = a;
    const struct link_info *const *right = b;

    return ((*left)->ifindex > (*right)->ifindex) - ((*left)->ifindex < (*right)->ifindex);
}

static int by_bridge_and_name(const void *a, const void *b)
{
    const struct vswitch_port *const *left = a;
    const struct vswitch_port *const *right = b;
    int c = strcmp((*left)->bridge, (*right)->bridge);

    return c ? c : strcmp((*left)->name, (*right)->name);
}

bool inventory_index(struct inventory *inventory)
{
    size_t n_ports = inventory->db.n_ports;

    inventory->by_index = calloc(inventory->n_links + 1, sizeof(struct link_info *));
    inventory->by_bridge = calloc(n_ports + 1, sizeof(struct vswitch_port *));
    if (!inventory->by_index || !inventory->by_bridge)
        return false;
    for (size_t i = 0; i < inventory->n_links; i++)
        inventory->by_index[i] = &inventory->links[i];
    for (size_t i = 0; i < n_ports; i++)
        inventory->by_bridge[i] = &inventory->db.ports[i];
    qsort(inventory->by_index, inventory->n_links, sizeof(struct link_info *), by_ifindex);
    qsort(inventory->by_bridge, n_ports, sizeof(struct vswitch_port *), by_bridge_and_name);
    return true;
}

static int read_all(const struct engine *engine, bool details, int64_t until, struct inventory *ret,
                    struct vif_error *err)
{
    struct inventory inventory = {0};
    struct vswitch_query query = {.all = true, .details = details};
    int r = vswitch_read(engine->db, &query, until, &inventory.db, err);

    if (r == 0)
        r = link_get_all(engine->nl, &inventory.links, &inventory.n_links, err);
    if (r == 0 && !inventory_index(&inventory))
        r = error_memory(err);
    if (r < 0) {
        inventory_done(&inventory);
        return r;
    }
    *ret = inventory;
    return 0;
}

int inventory_read(const struct engine *engine, int64_t until, struct inventory *ret,
                   struct vif_error *err)
{
    return read_all(engine, false, until, ret, err);
}

int inventory_read_details(const struct engine *engine, int64_t until, struct inventory *ret,
                           struct vif_error *err)
{
    return read_all(engine, true, until, ret, err);
}

static int name_of(const void *key, const void *item)
{
    const struct link_info *info = item;

    return strcmp(key, info->name);
}

const struct link_info *inventory_link(const struct inventory *inventory, const char *name)
{
    if (!inventory->n_links)
        return NULL;
    return bsearch(name, inventory->links, inventory->n_links, sizeof *inventory->links, name_of);
}

static int ifindex_of(const void *key, const void *item)
{
    const struct link_info *const *info = item;
    const int *ifindex = key;

    return (*ifindex > (*info)->ifindex) - (*ifindex < (*info)->ifindex);
}

const struct link_info *inventory_link_at(const struct inventory *inventory, int ifindex)
{
    const struct link_info **found =
        ifindex > 0 ? bsearch(&ifindex, inventory->by_index, inventory->n_links,
                              sizeof *inventory->by_index, ifindex_of)
                    : NULL;

    return found ? *found : NULL;
}

size_t inventory_ports_of(const struct inventory *inventory, const char *bridge,
                          const struct vswitch_port *const **ret_first)
{
    const struct vswitch_port *const *ports = inventory->by_bridge;
    size_t low = 0, high = inventory->db.n_ports, n = 0;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (strcmp(ports[middle]->bridge, bridge) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    while (low + n < inventory->db.n_ports && strcmp(ports[low + n]->bridge, bridge) == 0)
        n++;
    *ret_first = ports + low;
    return n;
}

const struct vswitch_port *inventory_patch_peer(const struct inventory *inventory,
                                                const struct vswitch_interface *patch)
{
    const char *peer = strmap_get(&patch->options, "peer");

    return peer && strcmp(patch->type, "patch") == 0 ? vswitch_find_port(&inventory->db, peer)
                                                     : NULL;
}
