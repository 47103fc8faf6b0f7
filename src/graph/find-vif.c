/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the VIF that a person means by an ID. */
#include <string.h>

#include "graph/graph.h"

/* Names of which the VIF has one. */
struct clues {
    const char *id;     /* the ID itself */
    const char *device; /* the device of the VIF that the link of that name leads to, or NULL */
    const char *port;   /* the other end of the patch port of that name, or NULL */
    char alias_id[UUID_TEXT_SIZE]; /* the id in the alias of that link; "" */
};

/* The veth end behind which this Linux bridge is, seen from the switch; NULL for another link. */
static const char *port_of_bridge(const struct snapshot *snapshot, const struct link_info *bridge)
{
    bool is_bridge = bridge && strcmp(bridge->kind, "bridge") == 0;
    const struct link_info *const *members;
    size_t n = is_bridge ? snapshot_members_of(snapshot, bridge->ifindex, &members) : 0;

    for (size_t i = 0; i < n; i++) {
        const struct link_info *peer = snapshot_link_at(snapshot, members[i]->peer);

        if (peer && vswitch_find_port(&snapshot->db, peer->name))
            return peer->name;
    }
    return NULL;
}

static struct clues clues_of(const struct snapshot *snapshot, const char *id)
{
    const struct link_info *link = snapshot_link(snapshot, id), *peer;
    const struct vswitch_interface *interface = vswitch_find_interface(&snapshot->db, id);
    const struct vswitch_port *other = interface ? snapshot_patch_peer(snapshot, interface) : NULL;
    struct clues clues = {.id = id, .port = other ? other->name : NULL};

    if (!link)
        return clues;
    (void)alias_vif_id(link->alias, clues.alias_id);
    peer = snapshot_link_at(snapshot, link->peer);
    clues.device = port_of_bridge(snapshot, link);
    if (!clues.device)
        clues.device = port_of_bridge(snapshot, snapshot_link_at(snapshot, link->master));
    if (!clues.device && peer)
        clues.device = peer->name;
    return clues;
}

/* How well the VIF matches: 2 by an id or name of its own, 1 by one of its pieces, 0 not at all. */
static int match(const struct snapshot_vif *vif, const struct clues *clues)
{
    const char *port = vif->interface ? vif->interface->name : "";

    if (strcasecmp(vif->id, clues->id) == 0 || strcasecmp(vif->iface_id, clues->id) == 0 ||
        strcmp(port, clues->id) == 0 || strcmp(vif->device, clues->id) == 0)
        return 2;
    return (clues->alias_id[0] && strcmp(vif->id, clues->alias_id) == 0) ||
           (clues->port && strcmp(port, clues->port) == 0) ||
           (clues->device && strcmp(vif->device, clues->device) == 0);
}

const struct snapshot_vif *graph_find_vif(const struct snapshot *snapshot, const char *id,
                                          struct vif_error *err)
{
    const struct clues clues = clues_of(snapshot, id);
    const struct snapshot_vif *best = NULL, *other = NULL;
    int best_match = 0;

    for (size_t i = 0; id[0] && i < snapshot->n_vifs; i++) {
        const struct snapshot_vif *vif = &snapshot->vifs[i];
        int own = match(vif, &clues);

        if (own > best_match) {
            best = vif;
            other = NULL;
            best_match = own;
        } else if (own && own == best_match) {
            other = vif;
        }
    }
    if (!best)
        (void)error_set(err, VIF_ERROR_NOT_FOUND,
                        "show %.64s: no VIF, port or network device of a VIF has this id or name",
                        id);
    else if (other)
        (void)error_set(err, VIF_ERROR_CONFLICT,
                        "show %.64s: ambiguous, matches ports %.64s and %.64s; name one", id,
                        snapshot_vif_name(best), snapshot_vif_name(other));
    return other ? NULL : best;
}
