/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the whole host: links in one dump, rows in one transaction, each sorted the ways they are
 * looked up, so that walking over all of them costs n log n at most. */
#include "state/snapshot.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

void snapshot_done(struct snapshot *snapshot)
{
    free(snapshot->links);
    vswitch_done(&snapshot->db);
    free(snapshot->by_index);
    free(snapshot->by_master);
    free(snapshot->by_bridge);
    free(snapshot->vifs);
    unix_sockets_done(&snapshot->sockets);
    *snapshot = (struct snapshot){0};
}

static int by_ifindex(const void *a, const void *b)
{
    const struct link_info *const *left = a, *const *right = b;

    return ((*left)->ifindex > (*right)->ifindex) - ((*left)->ifindex < (*right)->ifindex);
}

static int by_master_and_name(const void *a, const void *b)
{
    const struct link_info *const *left = a, *const *right = b;
    int c = ((*left)->master > (*right)->master) - ((*left)->master < (*right)->master);

    return c ? c : strcmp((*left)->name, (*right)->name);
}

static int by_bridge_and_name(const void *a, const void *b)
{
    const struct vswitch_port *const *left = a, *const *right = b;
    int c = strcmp((*left)->bridge, (*right)->bridge);

    return c ? c : strcmp((*left)->name, (*right)->name);
}

int snapshot_index(struct snapshot *snapshot, struct vif_error *err)
{
    size_t n_links = snapshot->n_links, n_ports = snapshot->db.n_ports;

    snapshot->by_index = calloc(n_links + 1, sizeof *snapshot->by_index);
    snapshot->by_master = calloc(n_links + 1, sizeof *snapshot->by_master);
    snapshot->by_bridge = calloc(n_ports + 1, sizeof *snapshot->by_bridge);
    if (!snapshot->by_index || !snapshot->by_master || !snapshot->by_bridge)
        return error_memory(err);
    for (size_t i = 0; i < n_links; i++) {
        snapshot->by_index[i] = &snapshot->links[i];
        if (snapshot->links[i].master)
            snapshot->by_master[snapshot->n_by_master++] = &snapshot->links[i];
    }
    for (size_t i = 0; i < n_ports; i++)
        snapshot->by_bridge[i] = &snapshot->db.ports[i];
    qsort(snapshot->by_index, n_links, sizeof *snapshot->by_index, by_ifindex);
    qsort(snapshot->by_master, snapshot->n_by_master, sizeof *snapshot->by_master,
          by_master_and_name);
    qsort(snapshot->by_bridge, n_ports, sizeof *snapshot->by_bridge, by_bridge_and_name);
    return snapshot_find_vifs(snapshot, err);
}

int snapshot_read(const struct engine *engine, enum snapshot_extent extent, int64_t until,
                  struct snapshot *ret, struct vif_error *err)
{
    bool details = extent == SNAPSHOT_DETAILS;
    struct snapshot snapshot = {0};
    struct vswitch_query query = {
        .all = true, .details = details, .marks = extent == SNAPSHOT_MARKS};
    int r = vswitch_read(engine->db, &query, until, &snapshot.db, err);

    if (r == 0)
        r = link_get_all(engine->nl, details, &snapshot.links, &snapshot.n_links, err);
    if (r == 0 && details)
        r = unix_sockets_read(&snapshot.sockets, err);
    if (r == 0)
        r = snapshot_index(&snapshot, err);
    if (r < 0) {
        snapshot_done(&snapshot);
        return r;
    }
    *ret = snapshot;
    return 0;
}

const struct link_info *snapshot_link(const struct snapshot *snapshot, const char *name)
{
    return link_find(snapshot->links, snapshot->n_links, name);
}

const struct link_info *snapshot_link_at(const struct snapshot *snapshot, int ifindex)
{
    const struct link_info key = {.ifindex = ifindex}, *const at = &key;
    const struct link_info **found = ifindex > 0
                                         ? bsearch(&at, snapshot->by_index, snapshot->n_links,
                                                   sizeof *snapshot->by_index, by_ifindex)
                                         : NULL;

    return found ? *found : NULL;
}

/* The pointers that 'compare' finds equal to 'key': the first in '*ret_first', and their number. */
static size_t find_run(const void *key, const void *pointers, size_t n,
                       int (*compare)(const void *key, const void *item), const void **ret_first)
{
    const void *const *all = pointers;
    const void *const *first = bsearch(key, all, n, sizeof *all, compare);
    size_t length = 0;

    if (!first)
        return 0;
    while (first > all && compare(key, first - 1) == 0)
        first--;
    while (first + length < all + n && compare(key, first + length) == 0)
        length++;
    *ret_first = first;
    return length;
}

static int bridge_of(const void *key, const void *item)
{
    const struct vswitch_port *const *port = item;

    return strcmp(key, (*port)->bridge);
}

size_t snapshot_ports_of(const struct snapshot *snapshot, const char *bridge,
                         const struct vswitch_port *const **ret_first)
{
    return find_run(bridge, snapshot->by_bridge, snapshot->db.n_ports, bridge_of,
                    (const void **)ret_first);
}

static int master_of(const void *key, const void *item)
{
    const struct link_info *const *link = item;
    const int *ifindex = key;

    return (*ifindex > (*link)->master) - (*ifindex < (*link)->master);
}

size_t snapshot_members_of(const struct snapshot *snapshot, int ifindex,
                           const struct link_info *const **ret_first)
{
    return find_run(&ifindex, snapshot->by_master, snapshot->n_by_master, master_of,
                    (const void **)ret_first);
}

const struct vswitch_port *snapshot_patch_peer(const struct snapshot *snapshot,
                                               const struct vswitch_interface *patch)
{
    const char *peer = strmap_get(&patch->options, "peer");

    return peer && strcmp(patch->type, "patch") == 0 ? vswitch_find_port(&snapshot->db, peer)
                                                     : NULL;
}
