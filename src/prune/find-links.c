/* SPDX-License-Identifier: Apache-2.0 */
/* Leftovers of the kernel: pieces of the hybrid plug (qbr, qvb, qvo) without a port, and taps of ours
 * without a port and without a guest.  A bridge with a guest's tap on it belongs to a guest, always. */
#include <stdlib.h>
#include <string.h>

#include "prune/find.h"

/* The links of one hybrid plug: those with the same part of a UUID in their names. */
struct hybrid {
    const struct link_info *qbr, *qvb, *qvo; /* NULL: not there */
    char id[UUID_TEXT_SIZE];                 /* by their aliases; "" */
};

/* Whether the database knows the name at all. */
static bool is_in_database(const struct finder *finder, const char *name)
{
    const struct vswitch *db = &finder->snapshot->db;

    return vswitch_find_port(db, name) || vswitch_find_interface(db, name) ||
           vswitch_find_bridge(db, name);
}

/* Whether some interface has this iface-id. */
static bool has_port(const struct finder *finder, const char *id)
{
    const struct vswitch *db = &finder->snapshot->db;

    for (size_t i = 0; i < db->n_interfaces; i++) {
        const char *iface_id = strmap_get(&db->interfaces[i].external_ids, "iface-id");

        if (iface_id && strcasecmp(iface_id, id) == 0)
            return true;
    }
    return false;
}

/* Whether another link stands on this one, or is a member of it, but for 'but' (may be NULL). */
static bool carries_others(const struct finder *finder, const struct link_info *link,
                           const struct link_info *but)
{
    for (size_t i = 0; i < finder->snapshot->n_links; i++) {
        const struct link_info *other = &finder->snapshot->links[i];

        if (other != but && (other->master == link->ifindex || other->parent == link->ifindex))
            return true;
    }
    return false;
}

/* The link of this name, if it is of the kind; '*ret_strange' when it is there and someone else's: of
 * another kind, or with an alias that is not of the VIF. */
static const struct link_info *own_link(const struct finder *finder, const char *prefix,
                                        const char *part, const char *kind, char id[UUID_TEXT_SIZE],
                                        bool *ret_strange)
{
    char name[LIMIT_IFNAME], own[UUID_TEXT_SIZE];
    const struct link_info *link;

    (void)snprintf(name, sizeof name, "%s%.*s", prefix, (int)PART_OF("qbr"), part);
    link = snapshot_link(finder->snapshot, name);
    if (is_in_database(finder, name))
        *ret_strange = true;
    if (!link)
        return NULL;
    if (strcmp(link->kind, kind) != 0)
        *ret_strange = true;
    if (!link->alias[0])
        return link;
    if (!alias_vif_id(link->alias, own) || strncmp(own, part, PART_OF("qbr")) != 0 ||
        (id[0] && strcmp(id, own) != 0))
        *ret_strange = true;
    else
        memcpy(id, own, sizeof own);
    return link;
}

/* Whether the pair is whole and nobody else has a hand in it. */
static bool veth_is_free(const struct finder *finder, const struct hybrid *hybrid)
{
    const struct link_info *qvb = hybrid->qvb, *qvo = hybrid->qvo;

    if (!qvb && !qvo)
        return true;
    /* One without the other has a peer of another name, or in another network namespace. */
    if (!qvb || !qvo || qvb->peer != qvo->ifindex || qvo->peer != qvb->ifindex)
        return false;
    /* Of a port of the kernel's datapath the master is ovs-system. */
    if (qvo->master || (qvb->master && (!hybrid->qbr || qvb->master != hybrid->qbr->ifindex)))
        return false;
    return !carries_others(finder, qvb, NULL) && !carries_others(finder, qvo, NULL);
}

static void add_hybrid(struct finder *finder, const struct hybrid *hybrid)
{
    const struct link_info *links[] = {hybrid->qbr, hybrid->qvb, hybrid->qvo};
    enum stale_kind kind = STALE_HYBRID_LINKS;
    const struct link_info *first = hybrid->qbr ? hybrid->qbr : hybrid->qvb;
    struct stale *item;
    size_t n = 0;

    if (!hybrid->qbr)
        kind = STALE_HYBRID_VETH;
    else if (!hybrid->qvb)
        kind = STALE_HYBRID_BRIDGE;
    item = finder_add(finder, kind, first->name);
    if (!item)
        return;
    memcpy(item->id, hybrid->id, sizeof item->id);
    for (size_t i = 0; i < STALE_LINKS; i++)
        if (links[i])
            item->links[n++] = links[i];
}

/* 'part' stands in the name of a link; each set is looked at once, at the first of them. */
static void find_hybrid(struct finder *finder, const struct link_info *link, const char *part)
{
    struct hybrid hybrid = {0};
    bool strange = false;

    hybrid.qbr = own_link(finder, "qbr", part, "bridge", hybrid.id, &strange);
    hybrid.qvb = own_link(finder, "qvb", part, "veth", hybrid.id, &strange);
    hybrid.qvo = own_link(finder, "qvo", part, "veth", hybrid.id, &strange);
    if ((hybrid.qbr && link != hybrid.qbr) || (!hybrid.qbr && hybrid.qvb && link != hybrid.qvb) ||
        strange)
        return;
    if (!veth_is_free(finder, &hybrid))
        return;
    if (hybrid.qbr && (hybrid.qbr->master || carries_others(finder, hybrid.qbr, hybrid.qvb)))
        return;
    add_hybrid(finder, &hybrid);
}

/* A bridge of another name is known by its alias alone: it goes only when nothing else has that id. */
static void find_named_bridge(struct finder *finder, const struct link_info *link)
{
    char id[UUID_TEXT_SIZE], other[UUID_TEXT_SIZE];
    struct stale *item;

    if (!alias_vif_id(link->alias, id) || ifname_fault(link->name) || link->master ||
        carries_others(finder, link, NULL) || is_in_database(finder, link->name) ||
        has_port(finder, id))
        return;
    for (size_t i = 0; i < finder->snapshot->n_links; i++) {
        const struct link_info *one = &finder->snapshot->links[i];

        if (one != link && alias_vif_id(one->alias, other) && strcmp(id, other) == 0)
            return;
    }
    item = finder_add(finder, STALE_HYBRID_BRIDGE, link->name);
    if (!item)
        return;
    memcpy(item->id, id, sizeof id);
    item->links[0] = link;
}

void find_hybrids(struct finder *finder)
{
    for (size_t i = 0; i < finder->snapshot->n_links; i++) {
        const struct link_info *link = &finder->snapshot->links[i];
        const char *part;

        if (name_has_id(link->name, "qbr", PART_OF("qbr"), &part) ||
            name_has_id(link->name, "qvb", PART_OF("qvb"), &part) ||
            name_has_id(link->name, "qvo", PART_OF("qvo"), &part))
            find_hybrid(finder, link, part);
        else if (strcmp(link->kind, "bridge") == 0)
            find_named_bridge(finder, link);
    }
}

void find_taps(struct finder *finder)
{
    for (size_t i = 0; i < finder->snapshot->n_links; i++) {
        const struct link_info *link = &finder->snapshot->links[i];
        char id[UUID_TEXT_SIZE];
        struct stale *item;

        /* A tap has a carrier as long as a process has it open, whether it is up or not. */
        if (!link->tap || link->carrier || link->master || ifname_fault(link->name) ||
            !alias_vif_id(link->alias, id) || is_in_database(finder, link->name) ||
            has_port(finder, id) || carries_others(finder, link, NULL))
            continue;
        item = finder_add(finder, STALE_TAP, link->name);
        if (!item)
            return;
        memcpy(item->id, id, sizeof id);
        item->links[0] = link;
    }
}
