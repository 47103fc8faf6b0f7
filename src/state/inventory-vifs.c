/* SPDX-License-Identifier: Apache-2.0 */
/* Finding the VIFs of a host: every interface that carries an iface-id is one, whoever made it, and
 * so is every id that only links of ours still bear.  What type it is can be told from what stands
 * behind the port, more or less. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "state/inventory.h"

const char *found_state_name(enum found_state state)
{
    switch (state) {
    case FOUND_PLUGGED:
        return "plugged";
    case FOUND_WAITING:
        return "waiting";
    case FOUND_PENDING:
        return "pending";
    case FOUND_FAILED:
        return "failed";
    case FOUND_UNCONNECTED:
        return "unconnected";
    }
    return "unknown";
}

bool alias_vif_id(const char *alias, char ret_id[UUID_TEXT_SIZE])
{
    char id[UUID_TEXT_SIZE];

    if (strncmp(alias, "vif ", 4) != 0 || strlen(alias + 4) < UUID_TEXT_SIZE - 1)
        return false;
    memcpy(id, alias + 4, UUID_TEXT_SIZE - 1);
    id[UUID_TEXT_SIZE - 1] = '\0';
    if (alias[4 + UUID_TEXT_SIZE - 1] != '\0' && alias[4 + UUID_TEXT_SIZE - 1] != ' ')
        return false;
    if (parse_uuid(id, ret_id) < 0)
        return false;
    return true;
}

/* A tap on a bridge of its own stands behind a patch port: the one port there that is neither the
 * patch's other end nor the bridge's own. */
static const struct vswitch_port *port_behind_patch(const struct inventory *inventory,
                                                    const struct vswitch_interface *patch)
{
    const struct vswitch_port *peer = inventory_patch_peer(inventory, patch);
    const struct vswitch_port *const *ports;
    size_t n = peer && peer->bridge[0] ? inventory_ports_of(inventory, peer->bridge, &ports) : 0;

    for (size_t i = 0; i < n; i++)
        if (ports[i] != peer && strcmp(ports[i]->name, peer->bridge) != 0)
            return ports[i];
    return NULL;
}

static const char *type_of_link(const struct inventory *inventory, const struct link_info *link,
                                const char *name)
{
    const struct link_info *peer = link ? inventory_link_at(inventory, link->peer) : NULL;
    const struct link_info *master = peer ? inventory_link_at(inventory, peer->master) : NULL;

    if (strncmp(name, "qvo", 3) == 0 || (master && strcmp(master->kind, "bridge") == 0))
        return "VIFBridge";
    if (link && (link->on_switch || !link->kind[0]))
        return "VIFHostDevice";
    if (!link ? strncmp(name, "tap", 3) == 0 : link->tap || strcmp(link->kind, "veth") == 0)
        return "VIFOpenVSwitch";
    return "";
}

static const char *type_of(const struct inventory *inventory, const struct found *found)
{
    const char *type = found->interface->type;

    if (strncmp(type, "dpdkvhostuser", strlen("dpdkvhostuser")) == 0)
        return "VIFVHostUser";
    if (strcmp(type, "dpdk") == 0)
        return "VIFHostDevice";
    if (type[0] == '\0' || strcmp(type, "patch") == 0)
        return type_of_link(inventory, found->link, found->device);
    return "";
}

static enum found_state state_of(const struct found *found)
{
    const struct vswitch_interface *interface = found->interface;
    bool of_kernel = interface->type[0] == '\0' || strcmp(interface->type, "patch") == 0;

    if (of_kernel && !found->link)
        return FOUND_WAITING;
    if (interface->ofport > 0)
        return FOUND_PLUGGED;
    return interface->ofport < 0 || interface->error ? FOUND_FAILED : FOUND_PENDING;
}

static void fill(const struct inventory *inventory, const struct vswitch_interface *interface,
                 const char *iface_id, struct found *found)
{
    const struct vswitch_port *behind = NULL;

    *found = (struct found){.iface_id = iface_id, .device = "", .interface = interface};
    found->port = vswitch_find_port(&inventory->db, interface->name);
    if (strcmp(interface->type, "patch") == 0)
        behind = port_behind_patch(inventory, interface);
    else if (!interface->type[0])
        behind = found->port;
    if (behind) {
        found->device = behind->name;
        found->link = inventory_link(inventory, behind->name);
    }
    (void)snprintf(found->id, sizeof found->id, "%.*s", (int)sizeof found->id - 1, iface_id);
    if (found->link) /* where it says one, that is the VIF's own id */
        (void)alias_vif_id(found->link->alias, found->id);
    found->type = type_of(inventory, found);
    found->state = state_of(found);
}

static int by_id(const void *a, const void *b)
{
    return strcmp(a, b);
}

static int by_port(const void *a, const void *b)
{
    const struct found *left = a, *right = b;

    return strcmp(left->port ? left->port->name : left->device,
                  right->port ? right->port->name : right->device);
}

_Static_assert(offsetof(struct found, id) == 0, "sorted by id");

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
    const struct found *left = a, *right = b;
    int c = strcmp(left->id, right->id);

    return c ? c : rank(left->link) - rank(right->link);
}

/* Links that bear an id of which there is no port: a VIF for each such id, which stands in
 * all[0..n_ports), sorted by id, for those that have one.  The number of VIFs with them. */
static size_t add_loose(const struct inventory *inventory, struct found *all, size_t n_ports)
{
    size_t n = n_ports, kept = n_ports;

    for (size_t i = 0; i < inventory->n_links; i++) {
        const struct link_info *link = &inventory->links[i];
        struct found *found = &all[n];

        *found = (struct found){.iface_id = "",
                                .type = type_of_loose(link),
                                .state = FOUND_UNCONNECTED,
                                .link = link,
                                .device = link->name};
        if (alias_vif_id(link->alias, found->id) &&
            !(n_ports && bsearch(found->id, all, n_ports, sizeof *all, by_id)))
            n++;
    }
    if (n > n_ports)
        qsort(all + n_ports, n - n_ports, sizeof *all, by_id_and_rank);
    for (size_t i = n_ports; i < n; i++)
        if (kept == n_ports || strcmp(all[kept - 1].id, all[i].id) != 0)
            all[kept++] = all[i];
    return kept;
}

int inventory_find(const struct inventory *inventory, struct found **ret, size_t *ret_n,
                   struct vif_error *err)
{
    const struct vswitch *db = &inventory->db;
    auto_free struct found *all = calloc(db->n_interfaces + inventory->n_links + 1, sizeof *all);
    size_t n = 0;

    if (!all)
        return error_memory(err);
    for (size_t i = 0; i < db->n_interfaces; i++) {
        const char *iface_id = strmap_get(&db->interfaces[i].external_ids, "iface-id");

        if (iface_id && iface_id[0])
            fill(inventory, &db->interfaces[i], iface_id, &all[n++]);
    }
    if (n)
        qsort(all, n, sizeof *all, by_id);
    n = add_loose(inventory, all, n);
    if (n)
        qsort(all, n, sizeof *all, by_port);
    *ret = take_ptr(all);
    *ret_n = n;
    return 0;
}
