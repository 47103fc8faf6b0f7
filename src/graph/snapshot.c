/* SPDX-License-Identifier: Apache-2.0 */
/* The scene of a drawing: all that is there, read at once and sorted the ways drawing looks it up, and
 * finding the VIF that a person means by an ID. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "graph/graph.h"

void scene_done(struct scene *scene)
{
    snapshot_done(&scene->snapshot);
    unix_sockets_done(&scene->sockets);
    free(scene->by_master);
    free(scene->counters);
    free(scene->found);
    *scene = (struct scene){0};
}

static int by_master(const void *a, const void *b)
{
    const struct link_info *const *left = a;
    const struct link_info *const *right = b;

    if ((*left)->master != (*right)->master)
        return ((*left)->master > (*right)->master) - ((*left)->master < (*right)->master);
    return strcmp((*left)->name, (*right)->name);
}

int scene_prepare(struct scene *scene, struct vif_error *err)
{
    const struct snapshot *snapshot = &scene->snapshot;

    scene->by_master = calloc(snapshot->n_links + 1, sizeof *scene->by_master);
    if (!scene->by_master)
        return error_memory(err);
    for (size_t i = 0; i < snapshot->n_links; i++)
        if (snapshot->links[i].master)
            scene->by_master[scene->n_by_master++] = &snapshot->links[i];
    qsort(scene->by_master, scene->n_by_master, sizeof *scene->by_master, by_master);
    return snapshot_find_vifs(snapshot, &scene->found, &scene->n_found, err);
}

int scene_read(const struct engine *engine, int64_t until, struct scene *ret, struct vif_error *err)
{
    struct scene scene = {0};
    int r = snapshot_read_details(engine, until, &scene.snapshot, err);

    if (r == 0)
        r = link_get_counters(engine->nl, &scene.counters, &scene.n_counters, err);
    if (r == 0)
        r = unix_sockets_read(&scene.sockets, err);
    if (r == 0)
        r = scene_prepare(&scene, err);
    if (r < 0) {
        scene_done(&scene);
        return r;
    }
    *ret = scene;
    return 0;
}

size_t scene_members(const struct scene *scene, int ifindex,
                     const struct link_info *const **ret_first)
{
    const struct link_info *const *links = scene->by_master;
    size_t low = 0, high = scene->n_by_master, n = 0;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (links[middle]->master < ifindex)
            low = middle + 1;
        else
            high = middle;
    }
    while (low + n < scene->n_by_master && links[low + n]->master == ifindex)
        n++;
    *ret_first = links + low;
    return n;
}

bool scene_is_pair(const struct scene *scene, const char *a, const char *b)
{
    const struct link_info *left = snapshot_link(&scene->snapshot, a);
    const struct link_info *right = snapshot_link(&scene->snapshot, b);

    return left && right && strcmp(left->kind, "veth") == 0 && left->peer == right->ifindex;
}

static int port_of(const void *key, const void *item)
{
    const struct snapshot_vif *found = item;

    return strcmp(key, found->port ? found->port->name : found->device);
}

const struct snapshot_vif *scene_found_at(const struct scene *scene, const char *port)
{
    const struct snapshot_vif *found =
        scene->n_found ? bsearch(port, scene->found, scene->n_found, sizeof *scene->found, port_of)
                       : NULL;

    return found && found->port ? found : NULL;
}

/* What of a host leads to one of its VIFs: texts one of which the VIF has. */
struct clues {
    const char *id;                /* what was asked for */
    const char *device;            /* the device of the VIF whose part has that name; or NULL */
    const char *port;              /* its port; or NULL */
    char alias_id[UUID_TEXT_SIZE]; /* the id in the alias of that link; "" */
};

/* The veth end behind which the Linux bridge 'master' is, seen from the switch. */
static const char *port_of_bridge(const struct scene *scene, const struct link_info *bridge)
{
    const struct link_info *const *members;
    size_t n = bridge && strcmp(bridge->kind, "bridge") == 0
                   ? scene_members(scene, bridge->ifindex, &members)
                   : 0;

    for (size_t i = 0; i < n; i++) {
        const struct link_info *peer = snapshot_link_at(&scene->snapshot, members[i]->peer);

        if (peer && vswitch_find_port(&scene->snapshot.db, peer->name))
            return peer->name;
    }
    return NULL;
}

static struct clues clues_of(const struct scene *scene, const char *id)
{
    const struct snapshot *snapshot = &scene->snapshot;
    const struct link_info *link = snapshot_link(snapshot, id);
    const struct vswitch_interface *interface = vswitch_find_interface(&snapshot->db, id);
    const struct vswitch_port *other = interface ? snapshot_patch_peer(snapshot, interface) : NULL;
    struct clues clues = {.id = id, .port = other ? other->name : NULL};

    if (!link)
        return clues;
    (void)alias_vif_id(link->alias, clues.alias_id);
    clues.device = port_of_bridge(scene, link);
    if (!clues.device)
        clues.device = port_of_bridge(scene, snapshot_link_at(snapshot, link->master));
    if (!clues.device && link->peer) {
        const struct link_info *peer = snapshot_link_at(snapshot, link->peer);

        clues.device = peer ? peer->name : NULL;
    }
    return clues;
}

/* How well the VIF answers to the ID: 2 by an id or name of its own, 1 by one of its parts', 0 not. */
static int answers(const struct snapshot_vif *found, const struct clues *clues)
{
    const char *port = found->interface ? found->interface->name : "";

    if (strcasecmp(found->id, clues->id) == 0 || strcasecmp(found->iface_id, clues->id) == 0 ||
        strcmp(port, clues->id) == 0 || strcmp(found->device, clues->id) == 0)
        return 2;
    if ((clues->alias_id[0] && strcmp(found->id, clues->alias_id) == 0) ||
        (clues->port && strcmp(port, clues->port) == 0) ||
        (clues->device && strcmp(found->device, clues->device) == 0))
        return 1;
    return 0;
}

static const char *name_of(const struct snapshot_vif *found)
{
    return found->interface ? found->interface->name : found->device;
}

const struct snapshot_vif *scene_find(const struct scene *scene, const char *id,
                                      struct vif_error *err)
{
    const struct clues clues = clues_of(scene, id);
    const struct snapshot_vif *best = NULL, *other = NULL;
    int how_well = 0;

    for (size_t i = 0; id[0] && i < scene->n_found; i++) {
        int well = answers(&scene->found[i], &clues);

        if (well > how_well) {
            best = &scene->found[i];
            other = NULL;
            how_well = well;
        } else if (well && well == how_well) {
            other = &scene->found[i];
        }
    }
    if (!best)
        (void)error_set(err, VIF_ERROR_NOT_FOUND,
                        "show %.64s: no VIF, port or network device of a VIF has this id or name",
                        id);
    else if (other)
        (void)error_set(err, VIF_ERROR_CONFLICT,
                        "show %.64s: it is that of more than one VIF, by their ports %.64s and "
                        "%.64s: name one of these",
                        id, name_of(best), name_of(other));
    return other ? NULL : best;
}
