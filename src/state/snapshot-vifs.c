/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the VIFs of a host: every interface with an iface-id is one, made by any program, and so is
 * every id that only links of ours still have.  The type is inferred from what is behind the
 * port. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "state/snapshot.h"

bool alias_vif_id(const char *alias, char ret_id[UUID_TEXT_SIZE])
{
    char id[UUID_TEXT_SIZE];

    if (strncmp(alias, "vif ", 4) != 0 || strlen(alias + 4) < UUID_TEXT_SIZE - 1)
        return false;
    memcpy(id, alias + 4, UUID_TEXT_SIZE - 1);
    id[UUID_TEXT_SIZE - 1] = '\0';
    if (alias[4 + UUID_TEXT_SIZE - 1] != '\0' && alias[4 + UUID_TEXT_SIZE - 1] != ' ')
        return false;
    return parse_uuid(id, ret_id) == 0;
}

/* A tap on a bridge of its own is reached by a patch port: the one port there that is neither the
 * patch's other end nor the bridge's own. */
static const struct vswitch_port *port_behind_patch(const struct snapshot *snapshot,
                                                    const struct vswitch_interface *patch)
{
    const struct vswitch_port *peer = snapshot_patch_peer(snapshot, patch);
    const struct vswitch_port *const *ports;
    size_t n = peer && peer->bridge[0] ? snapshot_ports_of(snapshot, peer->bridge, &ports) : 0;

    for (size_t i = 0; i < n; i++)
        if (ports[i] != peer && strcmp(ports[i]->name, peer->bridge) != 0)
            return ports[i];
    return NULL;
}

static const char *type_of_link(const struct snapshot *snapshot, const struct link_info *link,
                                const char *name)
{
    const struct link_info *peer = link ? snapshot_link_at(snapshot, link->peer) : NULL;
    const struct link_info *master = peer ? snapshot_link_at(snapshot, peer->master) : NULL;

    if (strncmp(name, "qvo", 3) == 0 || (master && strcmp(master->kind, "bridge") == 0))
        return "VIFBridge";
    if (link && (link->on_switch || !link->kind[0]))
        return "VIFHostDevice";
    if (!link ? strncmp(name, "tap", 3) == 0 : link->tap || strcmp(link->kind, "veth") == 0)
        return "VIFOpenVSwitch";
    return "";
}

static const char *type_of(const struct snapshot *snapshot, const struct snapshot_vif *vif)
{
    const char *type = vif->interface->type;

    if (strncmp(type, "dpdkvhostuser", strlen("dpdkvhostuser")) == 0)
        return "VIFVHostUser";
    if (strcmp(type, "dpdk") == 0)
        return "VIFHostDevice";
    if (type[0] == '\0' || strcmp(type, "patch") == 0)
        return type_of_link(snapshot, vif->link, vif->device);
    return "";
}

static enum vif_state state_of(const struct snapshot_vif *vif)
{
    const struct vswitch_interface *interface = vif->interface;
    bool of_kernel = interface->type[0] == '\0' || strcmp(interface->type, "patch") == 0;

    if (of_kernel && !vif->link)
        return VIF_STATE_WAITING;
    if (interface->ofport > 0)
        return VIF_STATE_PLUGGED;
    return interface->ofport < 0 || interface->error ? VIF_STATE_FAILED : VIF_STATE_PENDING;
}

static void fill(const struct snapshot *snapshot, const struct vswitch_interface *interface,
                 const char *iface_id, struct snapshot_vif *vif)
{
    const struct vswitch_port *behind = NULL;

    *vif = (struct snapshot_vif){.iface_id = iface_id, .device = "", .interface = interface};
    vif->port = vswitch_find_port(&snapshot->db, interface->name);
    if (strcmp(interface->type, "patch") == 0)
        behind = port_behind_patch(snapshot, interface);
    else if (!interface->type[0])
        behind = vif->port;
    if (behind) {
        vif->device = behind->name;
        vif->link = snapshot_link(snapshot, behind->name);
    }
    (void)snprintf(vif->id, sizeof vif->id, "%.*s", (int)sizeof vif->id - 1, iface_id);
    if (vif->link) /* an id in its alias is the VIF's own */
        (void)alias_vif_id(vif->link->alias, vif->id);
    vif->type = type_of(snapshot, vif);
    vif->state = state_of(vif);
}

static int by_id(const void *a, const void *b)
{
    return strcmp(a, b);
}

const char *snapshot_vif_name(const struct snapshot_vif *vif)
{
    return vif->interface ? vif->interface->name : vif->device;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(snapshot_vif_name(a), snapshot_vif_name(b));
}

_Static_assert(offsetof(struct snapshot_vif, id) == 0, "sorted by id");

/* Which link of several stands for a VIF that has no port: the nearer to the guest. */
static int rank(const struct link_info *link)
{
    if (link->tap || !link->kind[0])
        return 0;
    return strcmp(link->kind, "bridge") == 0 ? 1 : 2;
}

static const char *type_of_loose(const struct link_info *link)
{
    if (link->tap)
        return "VIFOpenVSwitch";
    return link->kind[0] ? "VIFBridge" : "VIFHostDevice";
}

static int by_id_and_rank(const void *a, const void *b)
{
    const struct snapshot_vif *left = a, *right = b;
    int c = strcmp(left->id, right->id);

    return c ? c : rank(left->link) - rank(right->link);
}

/* Links that bear an id of which there is no port: a VIF for each such id, which is in
 * all[0..n_ports), sorted by id, for those that have one.  The number of VIFs with them. */
static size_t add_loose(const struct snapshot *snapshot, struct snapshot_vif *all, size_t n_ports)
{
    size_t n = n_ports, kept = n_ports;

    for (size_t i = 0; i < snapshot->n_links; i++) {
        const struct link_info *link = &snapshot->links[i];
        struct snapshot_vif *vif = &all[n];

        *vif = (struct snapshot_vif){.iface_id = "",
                                     .type = type_of_loose(link),
                                     .state = VIF_STATE_UNCONNECTED,
                                     .link = link,
                                     .device = link->name};
        if (alias_vif_id(link->alias, vif->id) &&
            !(n_ports && bsearch(vif->id, all, n_ports, sizeof *all, by_id)))
            n++;
    }
    if (n > n_ports)
        qsort(all + n_ports, n - n_ports, sizeof *all, by_id_and_rank);
    for (size_t i = n_ports; i < n; i++)
        if (kept == n_ports || strcmp(all[kept - 1].id, all[i].id) != 0)
            all[kept++] = all[i];
    return kept;
}

int snapshot_find_vifs(struct snapshot *snapshot, struct vif_error *err)
{
    const struct vswitch *db = &snapshot->db;
    size_t n = 0, room = db->n_interfaces + snapshot->n_links + 1;
    struct snapshot_vif *all = snapshot->vifs = calloc(room, sizeof *all);

    if (!all)
        return error_memory(err);
    for (size_t i = 0; i < db->n_interfaces; i++) {
        const char *iface_id = strmap_get(&db->interfaces[i].external_ids, "iface-id");

        if (iface_id && iface_id[0])
            fill(snapshot, &db->interfaces[i], iface_id, &all[n++]);
    }
    qsort(all, n, sizeof *all, by_id);
    snapshot->n_vifs = add_loose(snapshot, all, n);
    qsort(all, snapshot->n_vifs, sizeof *all, by_name);
    return 0;
}

static int name_of(const void *key, const void *item)
{
    return strcmp(key, snapshot_vif_name(item));
}

const struct snapshot_vif *snapshot_vif_of_port(const struct snapshot *snapshot, const char *port)
{
    const struct snapshot_vif *vif =
        bsearch(port, snapshot->vifs, snapshot->n_vifs, sizeof *vif, name_of);

    return vif && vif->port ? vif : NULL;
}
