/* SPDX-License-Identifier: Apache-2.0 */
/* What a plan does with Linux bridges, and with the VLANs and devices that become part of one. */
#include <stdio.h>
#include <string.h>

#include "plan/plan-internal.h"

/* ---- Linux bridges ---- */

static void present_sysctl(struct planner *planner, const struct vif_wiring_link *link,
                           const struct link_info *info, enum sysctl which, int value, int old)
{
    struct step *step;

    if (info && old == value)
        return;
    if (info)
        link_differs_number(planner, link, info, sysctl_word(which), old, value);
    step = link_step(planner, STEP_SYSCTL, link, info);
    step->which = which;
    step->value = value;
    step->old_value = old;
}

static int present_bridge(struct planner *planner, const struct vif_wiring_link *link,
                          const struct link_info *info)
{
    static const struct link_info none = {.name = ""};
    const struct link_info *now = info ? info : &none;
    struct link_change change = {.set_up = !link_is_up(now), .mtu = link_mtu_change(link, now)};
    int r = link_check_kind(planner, link, info, "not touched");

    if (r < 0)
        return r;
    if (!info)
        (void)link_step_create(planner, link);
    if (link->bridge.no_host_address) {
        if (!link->bridge.keep_ipv6 && (!info || info->has_ipv6_conf))
            present_sysctl(planner, link, info, SYSCTL_DISABLE_IPV6, 1, now->disable_ipv6);
        present_sysctl(planner, link, info, SYSCTL_ARP_IGNORE, 1, now->arp_ignore);
        present_sysctl(planner, link, info, SYSCTL_ARP_ANNOUNCE, 2, now->arp_announce);
    }
    if (info && link->bridge.keep_attributes &&
        memcmp(&info->bridge, &link->bridge.attributes, sizeof info->bridge) != 0)
        change.bridge = &link->bridge.attributes;
    (void)link_step_set(planner, link, info, &change, NULL);
    return 0;
}

static void message_bridge(struct netlink_batch *messages, const struct vif_wiring *wiring,
                           const struct vif_wiring_link *link, int other)
{
    char alias[LINK_ALIAS_MAX];
    struct link_change change = {.bridge = &link->bridge.attributes};

    (void)other;
    wiring_alias(wiring, alias);
    change.alias = link->shared ? NULL : alias;
    link_add_create_bridge(messages, link->name, &change);
}

const struct link_kind link_kind_bridge = {
    .word = "Linux bridge",
    .node = "linux-bridge",
    .kernel = "bridge",
    .create = STEP_BRIDGE_CREATE,
    .message = message_bridge,
    .present = present_bridge,
    .absent = link_absent,
};

/* ---- VLANs ---- */

static void move_addresses(struct planner *planner, const struct vif_wiring_link *link,
                           const struct link_info *info, const struct address_list *list)
{
    char should[LIMIT_IFNAME + 4];

    if (!list->n)
        return;
    (void)snprintf(should, sizeof should, "on %s", link->master);
    for (size_t i = 0; i < list->n; i++)
        link_differs(planner, link, info, list->items[i].is_route ? "route" : "address",
                     list->items[i].text, should);
    link_step(planner, STEP_ADDRESS_MOVE, link, info)->addresses = list;
}

/* A VLAN or device and its addresses become part of a bridge. */
static int present_in_bridge(struct planner *planner, const struct vif_wiring_link *link,
                             const struct link_info *info, struct link_change *change)
{
    const struct link_info *master = plan_link(planner, link->master);
    const struct observed *observed = planner->observed;

    if (info && info->master && (!master || info->master != master->ifindex))
        return plan_conflict(planner, "%s is part of another bridge: it is not moved to %s",
                             link->name, link->master);
    change->set_master = !info || !master || info->master != master->ifindex;
    (void)link_step_set(planner, link, info, change, link->master);
    for (size_t i = 0; link->moves_addresses && i < observed->n_addresses; i++)
        if (strcmp(observed->addresses[i].name, link->name) == 0) {
            move_addresses(planner, link, info, &observed->addresses[i].list);
            break;
        }
    return 0;
}

static int present_vlan(struct planner *planner, const struct vif_wiring_link *link,
                        const struct link_info *info)
{
    const struct link_info *parent = plan_link(planner, link->vlan.parent);
    struct link_change change = {.set_up = !info || !link_is_up(info)};
    int r = link_check_kind(planner, link, info, "not touched");

    if (r < 0)
        return r;
    if (!parent)
        return plan_conflict(planner, "VLAN %u needs interface %s, which does not exist",
                             link->vlan.id, link->vlan.parent);
    if (info && (info->vlan_id != link->vlan.id || info->parent != parent->ifindex))
        return plan_conflict(planner, "%s is VLAN %u of another interface, not VLAN %u of %s",
                             link->name, info->vlan_id, link->vlan.id, link->vlan.parent);
    if (info)
        change.mtu = link_mtu_change(link, info);
    else
        (void)link_step_create(planner, link);
    return present_in_bridge(planner, link, info, &change);
}

static void message_vlan(struct netlink_batch *messages, const struct vif_wiring *wiring,
                         const struct vif_wiring_link *link, int other)
{
    const struct link_change change = {.mtu = link->mtu};

    (void)wiring;
    link_add_create_vlan(messages, link->name, other, link->vlan.id, &change);
}

const struct link_kind link_kind_vlan = {
    .word = "VLAN",
    .node = "vlan",
    .kernel = "vlan",
    .create = STEP_LINK_CREATE,
    .needs = offsetof(struct vif_wiring_link, vlan.parent),
    .message = message_vlan,
    .present = present_vlan,
    .absent = link_absent,
};

/* ---- devices: physical ones, representors of VFs ---- */

/* Down first, since not every kernel renames a link that is up, and with the old name in its alias,
 * for unplug to restore. */
static int rename_device(struct planner *planner, const struct vif_wiring_link *link,
                         const struct link_info *info)
{
    const struct link_change down = {.set_down = true};
    struct link_change up = {.set_up = true};
    char old_name[LIMIT_IFNAME];
    struct step *step;

    if (plan_link(planner, link->name))
        return plan_conflict(planner,
                             "%s cannot be renamed to %s: there is another device of that name",
                             info->name, link->name);
    link_differs(planner, link, info, "name", info->name, link->name);
    if (link_is_up(info))
        (void)link_step_set(planner, link, info, &down, NULL);
    up.mtu = link_mtu_change(link, info);
    up.set_master = link_has_wrong_master(planner, info, link->name);
    step = link_step_set(planner, link, info, &up, "");
    memcpy(step->new_name, link->name, sizeof step->new_name);
    if (!wiring_old_name(planner->wiring, info->alias, old_name)) /* else renamed before */
        memcpy(old_name, info->name, sizeof old_name);
    wiring_alias_renamed(planner->wiring, old_name, step->alias);
    step->set_alias = true;
    return 0;
}

static int present_device(struct planner *planner, const struct vif_wiring_link *link,
                          const struct link_info *info)
{
    const char *name = link->device.rename_from[0] ? link->device.rename_from : link->name;
    struct link_change change = {0};
    int r = 0;

    if (link->device.rename_from[0])
        info = plan_link(planner, name);
    if (!info)
        return link->device.required ? plan_conflict(planner, "network device %s is gone", name)
                                     : 0;
    change.set_up = link->device.up && !link_is_up(info);
    change.mtu = link_mtu_change(link, info);
    if (link->device.rename_from[0]) {
        r = rename_device(planner, link, info);
    } else if (link->master[0]) {
        r = present_in_bridge(planner, link, info, &change);
    } else {
        change.set_master = link_has_wrong_master(planner, info, name);
        (void)link_step_set(planner, link, info, &change, "");
    }
    if (r < 0 || !link->device.enable_tc_offload)
        return r;
    link_differs(planner, link, info, "hw-tc-offload", "off", "on");
    link_step(planner, STEP_TC_OFFLOAD, link, info)->name = link->name;
    return 0;
}

/* A representor stays, down, with the name it had before it got ours. */
static int absent_device(struct planner *planner, const struct vif_wiring_link *link,
                         const struct link_info *info)
{
    struct link_change change = {.set_down = true};
    char old_name[LIMIT_IFNAME];
    bool renamed;
    struct step *step;

    if (!info && link->device.rename_from[0])
        info = plan_link(planner, link->device.rename_from);
    if (!info)
        return 0;
    renamed = wiring_old_name(planner->wiring, info->alias, old_name);
    /* It may be another VIF's by now. */
    if (!renamed && link->only_by_alias &&
        (wiring_alias_is_foreign(planner->wiring, info->alias) ||
         vswitch_find_port(&planner->observed->db, info->name)))
        return 0;
    if (link_is_up(info))
        link_differs(planner, link, info, "state", "up", "down");
    change.set_down = renamed || link_is_up(info);
    (void)link_step_set(planner, link, info, &change, NULL);
    if (!renamed)
        return 0;
    link_differs(planner, link, info, "name", info->name, old_name);
    step = link_step_set(planner, link, info, &change, NULL); /* the name once it is down */
    memcpy(step->new_name, old_name, sizeof step->new_name);
    step->set_alias = true;
    return 0;
}

const struct link_kind link_kind_device = {
    .word = "device",
    .node = "device",
    .create = STEP_LINK_SET,
    .present = present_device,
    .absent = absent_device,
};
