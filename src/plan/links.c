/* SPDX-License-Identifier: Apache-2.0 */
/* The plan towards presence, for links: what is missing is made, what is wrong is put right, and what
 * is not ours or cannot be changed is a conflict. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "plan/plan-internal.h"

static int add_link_step(struct planner *planner, enum step_kind kind,
                         const struct vif_wiring_link *link, const char *name,
                         const struct link_info *before)
{
    struct step *step = plan_add(planner, kind, name);

    if (!step)
        return error_memory(planner->err);
    step->link = link;
    step->before = before;
    return 0;
}

static uint32_t mtu_change(const struct vif_wiring_link *link, const struct link_info *info)
{
    return link->mtu && link->mtu != info->mtu ? link->mtu : 0;
}

static bool is_veth(const struct link_info *info)
{
    return strcmp(info->kind, "veth") == 0;
}

/* Whether a link that an Open vSwitch port of this wiring needs is part of something else, say of a
 * Linux bridge: the switch cannot have it, or has to share what it receives.  The kernel's datapath is
 * such a master itself; one the kernel does not name the kind of is left alone. */
static bool is_astray(const struct planner *planner, const struct link_info *info, const char *name)
{
    const struct vif_wiring *wiring = planner->wiring;

    if (!info->master || !info->slave_kind[0] || strcmp(info->slave_kind, "openvswitch") == 0)
        return false;
    for (size_t i = 0; i < wiring->n_ports; i++)
        if (wiring->ports[i].create && strcmp(wiring->ports[i].link, name) == 0)
            return true;
    return false;
}

static int present_tap(struct planner *planner, const struct vif_wiring_link *link)
{
    const struct link_info *info = plan_link(planner, link->name);
    struct link_change change = {0};
    char alias[LINK_ALIAS_MAX];

    if (!info)
        return link->create ? add_link_step(planner, STEP_TAP_CREATE, link, link->name, NULL) : 0;
    if (!info->tap && !is_veth(info))
        return error_set(planner->err, VIF_ERROR_CONFLICT,
                         "%s is a %s, neither a tap nor a veth: not touched", link->name,
                         plan_kind_words(info));
    wiring_alias(planner->wiring, alias);
    change.mtu = mtu_change(link, info);
    /* A tap someone else made is left as it is but for its MTU; one of ours has to be up. */
    change.set_up = link->create && strcmp(info->alias, alias) == 0 && !(info->flags & IFF_UP);
    change.set_master = is_astray(planner, info, link->name);
    return plan_set_link(planner, link, link->name, info, &change, "", NULL);
}

/* One end of an existing pair. */
static int present_veth_end(struct planner *planner, const struct vif_wiring_link *link,
                            const struct link_info *info, const char *master)
{
    const struct link_info *bridge = master[0] ? plan_link(planner, master) : NULL;
    struct link_change change = {
        .mtu = mtu_change(link, info),
        .set_up = !(info->flags & IFF_UP),
        .set_promisc = link->promisc && !(info->flags & IFF_PROMISC),
        .set_master = master[0] ? !bridge || info->master != bridge->ifindex
                                : is_astray(planner, info, info->name),
    };

    return plan_set_link(planner, link, info->name, info, &change, master, NULL);
}

static int check_kind(const struct planner *planner, const struct link_info *info, const char *kind)
{
    if (info && strcmp(info->kind, kind) != 0)
        return error_set(planner->err, VIF_ERROR_CONFLICT, "%s is a %s, not a %s: not touched",
                         info->name, plan_kind_words(info), kind);
    return 0;
}

static int present_veth(struct planner *planner, const struct vif_wiring_link *link)
{
    const struct link_info *info = plan_link(planner, link->name);
    const struct link_info *peer = plan_link(planner, link->peer);
    int r = check_kind(planner, info, "veth");

    if (r == 0)
        r = check_kind(planner, peer, "veth");
    if (r < 0)
        return r;
    if (info && peer && info->peer == peer->ifindex) {
        r = present_veth_end(planner, link, info, link->master);
        return r < 0 ? r : present_veth_end(planner, link, peer, "");
    }
    if (info && link->peer_leaves && !info->peer) /* it lives as long as its peer does */
        return present_veth_end(planner, link, info, link->master);
    /* One end without the other, or with another peer, is of no use to anyone. */
    if (info)
        r = add_link_step(planner, STEP_LINK_DELETE, link, link->name, info);
    if (r == 0 && peer)
        r = add_link_step(planner, STEP_LINK_DELETE, link, link->peer, peer);
    return r < 0 ? r : add_link_step(planner, STEP_VETH_CREATE, link, link->name, NULL);
}

static int present_sysctl(struct planner *planner, const struct vif_wiring_link *link,
                          const struct link_info *info, enum sysctl which, int value, int old)
{
    struct step *step;

    if (info && old == value)
        return 0;
    step = plan_add(planner, STEP_SYSCTL, link->name);
    if (!step)
        return error_memory(planner->err);
    step->link = link;
    step->before = info;
    step->which = which;
    step->value = value;
    step->old_value = old;
    return 0;
}

static int present_sysctls(struct planner *planner, const struct vif_wiring_link *link,
                           const struct link_info *info)
{
    int r = 0;

    if (!link->keep_ipv6 && (!info || info->has_ipv6_conf))
        r = present_sysctl(planner, link, info, SYSCTL_DISABLE_IPV6, 1,
                           info ? info->disable_ipv6 : 0);
    if (r == 0)
        r = present_sysctl(planner, link, info, SYSCTL_ARP_IGNORE, 1, info ? info->arp_ignore : 0);
    if (r == 0)
        r = present_sysctl(planner, link, info, SYSCTL_ARP_ANNOUNCE, 2,
                           info ? info->arp_announce : 0);
    return r;
}

static bool same_bridge(const struct vif_bridge_attributes *a,
                        const struct vif_bridge_attributes *b)
{
    return a->ageing_time == b->ageing_time && a->forward_delay == b->forward_delay &&
           a->stp_state == b->stp_state && a->mcast_snooping == b->mcast_snooping;
}

static int present_bridge(struct planner *planner, const struct vif_wiring_link *link)
{
    const struct link_info *info = plan_link(planner, link->name);
    struct link_change change = {0};
    int r = check_kind(planner, info, "bridge");

    if (r == 0 && !info)
        r = add_link_step(planner, STEP_BRIDGE_CREATE, link, link->name, NULL);
    if (r == 0 && link->no_host_address)
        r = present_sysctls(planner, link, info);
    if (r < 0)
        return r;
    change.set_up = !info || !(info->flags & IFF_UP);
    if (link->mtu && (!info || info->mtu != link->mtu))
        change.mtu = link->mtu;
    if (info && link->has_bridge && !same_bridge(&info->bridge, &link->bridge))
        change.bridge = &link->bridge;
    return plan_set_link(planner, link, link->name, info, &change, NULL, NULL);
}

/* A link and its addresses become part of a bridge. */
static int present_enslaved(struct planner *planner, const struct vif_wiring_link *link,
                            const struct link_info *info, struct link_change *change)
{
    const struct link_info *master = plan_link(planner, link->master);
    const struct observed *observed = planner->observed;
    struct step *step;
    int r;

    if (info && info->master && (!master || info->master != master->ifindex))
        return error_set(planner->err, VIF_ERROR_CONFLICT,
                         "%s is part of another bridge: it is not moved to %s", link->name,
                         link->master);
    change->set_master = !info || !master || info->master != master->ifindex;
    r = plan_set_link(planner, link, link->name, info, change, link->master, NULL);
    for (size_t i = 0; r == 0 && link->moves_addresses && i < observed->n_addresses; i++) {
        const struct observed_addresses *found = &observed->addresses[i];

        if (strcmp(found->name, link->name) != 0 ||
            !(found->list.n_addresses || found->list.n_routes))
            continue;
        step = plan_add(planner, STEP_ADDRESS_MOVE, link->name);
        if (!step)
            return error_memory(planner->err);
        step->link = link;
        step->addresses = &found->list;
        return 0;
    }
    return r;
}

static int present_vlan(struct planner *planner, const struct vif_wiring_link *link)
{
    const struct link_info *info = plan_link(planner, link->name);
    const struct link_info *parent = plan_link(planner, link->parent);
    struct link_change change = {.set_up = !info || !(info->flags & IFF_UP)};
    int r = check_kind(planner, info, "vlan");

    if (r < 0)
        return r;
    if (!parent)
        return error_set(planner->err, VIF_ERROR_CONFLICT,
                         "there is no interface %s for VLAN %u to stand on", link->parent,
                         link->vlan);
    if (info && (info->vlan_id != link->vlan || info->parent != parent->ifindex))
        return error_set(planner->err, VIF_ERROR_CONFLICT,
                         "%s is VLAN %u of another interface, not VLAN %u of %s", link->name,
                         info->vlan_id, link->vlan, link->parent);
    if (!info)
        r = add_link_step(planner, STEP_VLAN_CREATE, link, link->name, NULL);
    if (info)
        change.mtu = mtu_change(link, info);
    return r < 0 ? r : present_enslaved(planner, link, info, &change);
}

/* A representor gets the name it is to have: down first, since not every kernel renames a link that
 * is up, and with the old one in its alias, for unplug to give back. */
static int rename_device(struct planner *planner, const struct vif_wiring_link *link,
                         const struct link_info *info)
{
    struct link_change down = {.set_down = true}, up = {.set_up = true};
    char old_name[LIMIT_IFNAME];
    struct step *step = NULL;
    int r = 0;

    if (plan_link(planner, link->name))
        return error_set(planner->err, VIF_ERROR_CONFLICT,
                         "%s cannot be renamed to %s: there is another device of that name",
                         info->name, link->name);
    if (info->flags & IFF_UP)
        r = plan_set_link(planner, link, info->name, info, &down, NULL, NULL);
    up.mtu = mtu_change(link, info);
    up.set_master = is_astray(planner, info, link->name);
    if (r == 0)
        r = plan_set_link(planner, link, info->name, info, &up, "", &step);
    if (r < 0 || !step)
        return r;
    (void)snprintf(step->new_name, sizeof step->new_name, "%s", link->name);
    if (!wiring_old_name(planner->wiring, info->alias, old_name)) /* else renamed before */
        (void)snprintf(old_name, sizeof old_name, "%s", info->name);
    wiring_alias_renamed(planner->wiring, old_name, step->alias);
    step->set_alias = true;
    return 0;
}

static int present_device(struct planner *planner, const struct vif_wiring_link *link)
{
    const char *name = link->device[0] ? link->device : link->name;
    const struct link_info *info = plan_link(planner, name);
    struct link_change change = {0};
    struct step *step;
    int r;

    if (!info && link->required)
        return error_set(planner->err, VIF_ERROR_CONFLICT, "network device %s is gone", name);
    if (!info)
        return 0;
    change.set_up = link->up && !(info->flags & IFF_UP);
    change.mtu = mtu_change(link, info);
    change.set_master = !link->master[0] && is_astray(planner, info, name);
    if (link->device[0])
        r = rename_device(planner, link, info);
    else if (link->master[0])
        r = present_enslaved(planner, link, info, &change);
    else
        r = plan_set_link(planner, link, name, info, &change, "", NULL);
    if (r < 0 || !link->enable_tc_offload)
        return r;
    step = plan_add(planner, STEP_TC_OFFLOAD, link->name);
    if (!step)
        return error_memory(planner->err);
    step->link = link;
    step->before = info;
    return 0;
}

int plan_present_link(struct planner *planner, const struct vif_wiring_link *link)
{
    int r;

    if (link->unplug_only)
        return 0;
    r = plan_check_alias(planner, plan_link(planner, link->name));
    if (r == 0 && link->peer[0])
        r = plan_check_alias(planner, plan_link(planner, link->peer));
    if (r == 0 && link->device[0])
        r = plan_check_alias(planner, plan_link(planner, link->device));
    if (r < 0)
        return r;
    switch (link->kind) {
    case VIF_LINK_TAP:
        return present_tap(planner, link);
    case VIF_LINK_VETH:
        return present_veth(planner, link);
    case VIF_LINK_BRIDGE:
        return present_bridge(planner, link);
    case VIF_LINK_VLAN:
        return present_vlan(planner, link);
    case VIF_LINK_DEVICE:
        return present_device(planner, link);
    }
    return 0;
}
