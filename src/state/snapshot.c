/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the whole host: links in one dump, rows in one transaction, each sorted the ways they are
 * looked up, so that nothing that walks over all of them is worse than n log n. */
#include "state/snapshot.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

void snapshot_done(struct snapshot *snapshot)
{
    free(snapshot->links);
    free(snapshot->by_index);
    free(snapshot->by_bridge);
    vswitch_done(&snapshot->db);
    *snapshot = (struct snapshot){0};
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

bool snapshot_index(struct snapshot *snapshot)
{
    size_t n_ports = snapshot->db.n_ports;

    snapshot->by_index = calloc(snapshot->n_links + 1, sizeof(struct link_info *));
    snapshot->by_bridge = calloc(n_ports + 1, sizeof(struct vswitch_port *));
    if (!snapshot->by_index || !snapshot->by_bridge)
        return false;
    for (size_t i = 0; i < snapshot->n_links; i++)
        snapshot->by_index[i] = &snapshot->links[i];
    for (size_t i = 0; i < n_ports; i++)
        snapshot->by_bridge[i] = &snapshot->db.ports[i];
    qsort(snapshot->by_index, snapshot->n_links, sizeof(struct link_info *), by_ifindex);
    qsort(snapshot->by_bridge, n_ports, sizeof(struct vswitch_port *), by_bridge_and_name);
    return true;
}

static int read_all(const struct engine *engine, bool details, int64_t until, struct snapshot *ret,
                    struct vif_error *err)
{
    struct snapshot snapshot = {0};
    struct vswitch_query query = {.all = true, .details = details};
    int r = vswitch_read(engine->db, &query, until, &snapshot.db, err);

    if (r == 0)
        r = link_get_all(engine->nl, &snapshot.links, &snapshot.n_links, err);
    if (r == 0 && !snapshot_index(&snapshot))
        r = error_memory(err);
    if (r < 0) {
        snapshot_done(&snapshot);
        return r;
    }
    *ret = snapshot;
    return 0;
}

int snapshot_read(const struct engine *engine, int64_t until, struct snapshot *ret,
                  struct vif_error *err)
{
    return read_all(engine, false, until, ret, err);
}

int snapshot_read_details(const struct engine *engine, int64_t until, struct snapshot *ret,
                          struct vif_error *err)
{
    return read_all(engine, true, until, ret, err);
}

static int name_of(const void *key, const void *item)
{
    const struct link_info *info = item;

    return strcmp(key, info->name);
}

const struct link_info *snapshot_link(const struct snapshot *snapshot, const char *name)
{
    if (!snapshot->n_links)
        return NULL;
    return bsearch(name, snapshot->links, snapshot->n_links, sizeof *snapshot->links, name_of);
}

static int ifindex_of(const void *key, const void *item)
{
    const struct link_info *const *info = item;
    const int *ifindex = key;

    return (*ifindex > (*info)->ifindex) - (*ifindex < (*info)->ifindex);
}

const struct link_info *snapshot_link_at(const struct snapshot *snapshot, int ifindex)
{
    const struct link_info **found = ifindex > 0
                                         ? bsearch(&ifindex, snapshot->by_index, snapshot->n_links,
                                                   sizeof *snapshot->by_index, ifindex_of)
                                         : NULL;

    return found ? *found : NULL;
}

size_t snapshot_ports_of(const struct snapshot *snapshot, const char *bridge,
                         const struct vswitch_port *const **ret_first)
{
    const struct vswitch_port *const *ports = snapshot->by_bridge;
    size_t low = 0, high = snapshot->db.n_ports, n = 0;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (strcmp(ports[middle]->bridge, bridge) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    while (low + n < snapshot->db.n_ports && strcmp(ports[low + n]->bridge, bridge) == 0)
        n++;
    *ret_first = ports + low;
    return n;
}

const struct vswitch_port *snapshot_patch_peer(const struct snapshot *snapshot,
                                               const struct vswitch_interface *patch)
{
    const char *peer = strmap_get(&patch->options, "peer");

    return peer && strcmp(patch->type, "patch") == 0 ? vswitch_find_port(&snapshot->db, peer)
                                                     : NULL;
}
