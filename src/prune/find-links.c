/* SPDX-License-Identifier: Apache-2.0 */
/* Stale links: pieces of the hybrid plug (qbr, qvb, qvo) without a port, and taps of ours without
 * a port and a guest.  A bridge with a guest's tap on it always belongs to a guest. */
#include <stdio.h>
#include <string.h>

#include "prune/stale.h"

/* The links of one hybrid plug: those with the same part of a UUID in their names. */
struct hybrid {
    const struct link_info *qbr, *qvb, *qvo; /* NULL: not there */
    char id[UUID_TEXT_SIZE];                 /* by their aliases; "" */
    bool foreign; /* one is a port, of another kind, or has an alias that is not of the VIF */
};

static bool is_in_database(const struct stale_list *list, const char *name)
{
    const struct vswitch *db = &list->snapshot->db;

    return vswitch_find_port(db, name) || vswitch_find_interface(db, name) ||
           vswitch_find_bridge(db, name);
}

/* Whether some interface has this iface-id. */
static bool has_port(const struct stale_list *list, const char *id)
{
    const struct vswitch *db = &list->snapshot->db;

    for (size_t i = 0; i < db->n_interfaces; i++) {
        const char *iface_id = strmap_get(&db->interfaces[i].external_ids, "iface-id");

        if (iface_id && strcasecmp(iface_id, id) == 0)
            return true;
    }
    return false;
}

/* Whether another link than 'but' (may be NULL) uses this one, as its lower link or its master. */
static bool is_used(const struct stale_list *list, const struct link_info *link,
                    const struct link_info *but)
{
    for (size_t i = 0; i < list->snapshot->n_links; i++) {
        const struct link_info *other = &list->snapshot->links[i];

        if (other != but && (other->master == link->ifindex || other->parent == link->ifindex))
            return true;
    }
    return false;
}

/* The piece of this prefix, or NULL. */
static const struct link_info *find_piece(const struct stale_list *list, const char *prefix,
                                          const char *part, const char *kind, struct hybrid *hybrid)
{
    char name[LIMIT_IFNAME], own[UUID_TEXT_SIZE];
    const struct link_info *link;

    (void)snprintf(name, sizeof name, "%s%.*s", prefix, (int)STALE_PART("qbr"), part);
    link = snapshot_link(list->snapshot, name);
    hybrid->foreign |= is_in_database(list, name) || (link && strcmp(link->kind, kind) != 0);
    if (!link || !link->alias[0])
        return link;
    if (!alias_vif_id(link->alias, own) || strncmp(own, part, STALE_PART("qbr")) != 0 ||
        (hybrid->id[0] && strcmp(hybrid->id, own) != 0))
        hybrid->foreign = true;
    else
        memcpy(hybrid->id, own, sizeof own);
    return link;
}

/* Whether the pair is complete and nothing else uses it. */
static bool veth_is_free(const struct stale_list *list, const struct hybrid *hybrid)
{
    const struct link_info *qvb = hybrid->qvb, *qvo = hybrid->qvo;

    if (!qvb && !qvo)
        return true;
    /* One without the other has a peer of another name, or in another network namespace. */
    if (!qvb || !qvo || qvb->peer != qvo->ifindex || qvo->peer != qvb->ifindex)
        return false;
    /* The master of a port of the kernel's datapath is ovs-system. */
    if (qvo->master || (qvb->master && (!hybrid->qbr || qvb->master != hybrid->qbr->ifindex)))
        return false;
    return !is_used(list, qvb, NULL) && !is_used(list, qvo, NULL);
}

/* 'part' is in the name of a link; each set is checked once, at the first of its links. */
static void find_hybrid(struct stale_list *list, const struct link_info *link, const char *part)
{
    enum stale_rule_index rule = STALE_RULE_HYBRID_LINKS;
    struct hybrid h = {0};
    struct stale *item;
    size_t n = 0;

    h.qbr = find_piece(list, "qbr", part, "bridge", &h);
    h.qvb = find_piece(list, "qvb", part, "veth", &h);
    h.qvo = find_piece(list, "qvo", part, "veth", &h);
    if (h.foreign || (h.qbr && link != h.qbr) || (!h.qbr && h.qvb && link != h.qvb) ||
        !veth_is_free(list, &h) || (h.qbr && (h.qbr->master || is_used(list, h.qbr, h.qvb))))
        return;
    if (!h.qbr)
        rule = STALE_RULE_HYBRID_VETH;
    else if (!h.qvb)
        rule = STALE_RULE_HYBRID_BRIDGE;
    item = stale_add(list, rule, link->name);
    if (!item)
        return;
    memcpy(item->id, h.id, sizeof item->id);
    if (h.qbr)
        item->links[n++] = h.qbr;
    if (h.qvb) {
        item->links[n++] = h.qvb;
        item->links[n++] = h.qvo;
    }
}

/* A tap, or a bridge with another name, is known by its alias; true if it is free. */
static bool has_free_alias(const struct stale_list *list, const struct link_info *link,
                           char ret_id[UUID_TEXT_SIZE])
{
    return alias_vif_id(link->alias, ret_id) && !link->master && !ifname_fault(link->name) &&
           !is_in_database(list, link->name) && !has_port(list, ret_id) &&
           !is_used(list, link, NULL);
}

/* Whether another link has this id in its alias. */
static bool has_other_link(const struct stale_list *list, const struct link_info *but,
                           const char *id)
{
    char other[UUID_TEXT_SIZE];

    for (size_t i = 0; i < list->snapshot->n_links; i++)
        if (&list->snapshot->links[i] != but &&
            alias_vif_id(list->snapshot->links[i].alias, other) && strcmp(id, other) == 0)
            return true;
    return false;
}

static void find_by_alias(struct stale_list *list, const struct link_info *link)
{
    bool bridge = strcmp(link->kind, "bridge") == 0;
    char id[UUID_TEXT_SIZE];
    struct stale *item;

    /* A tap has a carrier as long as a process has it open, whether it is up or not. */
    if ((!bridge && (!link->tap || link->carrier)) || !has_free_alias(list, link, id) ||
        (bridge && has_other_link(list, link, id)))
        return;
    item = stale_add(list, bridge ? STALE_RULE_HYBRID_BRIDGE : STALE_RULE_TAP, link->name);
    if (!item)
        return;
    memcpy(item->id, id, sizeof id);
    item->links[0] = link;
}

void stale_find_links(struct stale_list *list)
{
    for (size_t i = 0; i < list->snapshot->n_links; i++) {
        const struct link_info *link = &list->snapshot->links[i];

        if (name_has_id(link->name, "qbr", DEVICE_ID_LENGTH) ||
            name_has_id(link->name, "qvb", DEVICE_ID_LENGTH) ||
            name_has_id(link->name, "qvo", DEVICE_ID_LENGTH))
            find_hybrid(list, link, link->name + strlen("qbr"));
        else
            find_by_alias(list, link);
    }
}
