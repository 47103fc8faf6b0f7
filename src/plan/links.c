/* SPDX-License-Identifier: Apache-2.0 */
/* The plan for links.  A link that belongs to another VIF or cannot be changed is a conflict.  Each
 * kind says how in the table at the end. */
#include <stdio.h>
#include <string.h>

#include "plan/plan-internal.h"

/* ---- taps, and veths in their place ---- */

static int present_tap(struct planner *planner, const struct vif_wiring_link *link,
                       const struct link_info *info)
{
    struct link_change change = {0};
    char alias[LINK_ALIAS_MAX];

    if (!info)
        return link->create ? link_step_create(planner, link) : 0;
    if (!info->tap && strcmp(info->kind, "veth") != 0)
        return plan_conflict(planner, "%s is a %s, neither a tap nor a veth: not touched",
                             link->name, link_words(info));
    wiring_alias(planner->wiring, alias);
    change.mtu = link_mtu_change(link, info);
    /* A tap that another program created only gets its MTU changed; ours has to be up. */
    change.set_up = link->create && strcmp(info->alias, alias) == 0 && !link_is_up(info);
    change.set_master = link_has_wrong_master(planner, info, link->name);
    (void)link_step_set(planner, link, info, &change, "");
    return 0;
}

/* Whether the port of this link carries our mark. */
static bool port_is_ours(const struct planner *planner, const char *link)
{
    for (size_t i = 0; i < planner->wiring->n_ports; i++) {
        struct port_rows found;

        if (strcmp(planner->wiring->ports[i].link, link) == 0 &&
            plan_find_port(planner, &planner->wiring->ports[i], &found, NULL) == 0 &&
            found.owner == PORT_OURS)
            return true;
    }
    return false;
}

static int absent_tap(struct planner *planner, const struct vif_wiring_link *link,
                      const struct link_info *info)
{
    if (!info)
        return 0;
    if (info->tap || strcmp(info->kind, "veth") == 0)
        return link_step_delete(planner, link, info);
    if (port_is_ours(planner, link->name))
        return 0;
    return plan_conflict(
        planner, "%s is a %s, neither a tap nor a veth, and no port of this VIF: not removed",
        link->name, link_words(info));
}

static void show_tap(const struct vif_wiring_link *link, const struct link_info *info,
                     struct differences *differences)
{
    char is[MAC_TEXT_SIZE], should[MAC_TEXT_SIZE];

    if (!link->create || !info->tap)
        return;
    if (info->multi_queue != (link->tap.multi_queue != 0))
        diff_add(differences, ' ', "tap", link->name, "multi_queue",
                 info->multi_queue ? "on" : "off", link->tap.multi_queue ? "on" : "off");
    if (!link->tap.has_address || memcmp(info->address, link->tap.address, 6) == 0)
        return;
    attribute_address(info->address, is);
    attribute_address(link->tap.address, should);
    diff_add(differences, ' ', "tap", link->name, "address", is, should);
}

/* ---- veth pairs ---- */

static int present_veth_end(struct planner *planner, const struct vif_wiring_link *link,
                            const struct link_info *info, const char *master)
{
    const struct link_info *bridge = master[0] ? plan_link(planner, master) : NULL;
    struct link_change change = {
        .mtu = link_mtu_change(link, info),
        .set_up = !link_is_up(info),
        .set_promisc = link->veth.promisc && !(info->flags & IFF_PROMISC),
        .set_master = master[0] ? !bridge || info->master != bridge->ifindex
                                : link_has_wrong_master(planner, info, info->name),
    };

    (void)link_step_set(planner, link, info, &change, master);
    return 0;
}

static int present_veth(struct planner *planner, const struct vif_wiring_link *link,
                        const struct link_info *info)
{
    const struct link_info *peer = plan_link(planner, link->veth.peer);
    int r = link_check_kind(planner, link, info, "not touched");

    if (r == 0)
        r = link_check_kind(planner, link, peer, "not touched");
    if (r < 0)
        return r;
    if (info && peer && info->peer == peer->ifindex) {
        (void)present_veth_end(planner, link, info, link->master);
        return present_veth_end(planner, link, peer, "");
    }
    if (info && link->veth.peer_leaves && !info->peer) /* it lives as long as its peer does */
        return present_veth_end(planner, link, info, link->master);
    /* One end without the other, or with another peer, is useless. */
    if (info)
        (void)link_step_delete(planner, link, info);
    if (peer)
        (void)link_step_delete(planner, link, peer);
    return link_step_create(planner, link);
}

/* A link of its kind goes; one of another kind is not ours. */
static int absent_kind(struct planner *planner, const struct vif_wiring_link *link,
                       const struct link_info *info)
{
    int r = link_check_kind(planner, link, info, "not removed");

    if (r < 0)
        return link->unplug_only ? 0 : r;
    return info ? link_step_delete(planner, link, info) : 0;
}

static int absent_veth(struct planner *planner, const struct vif_wiring_link *link,
                       const struct link_info *info)
{
    const struct link_info *peer = plan_link(planner, link->veth.peer);
    int r = absent_kind(planner, link, info);

    if (r < 0 || !peer)
        return r;
    if (info && strcmp(info->kind, "veth") == 0 && info->peer == peer->ifindex)
        return 0; /* goes with the other end */
    return absent_kind(planner, link, peer);
}

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

const struct link_kind link_kinds[] = {
    [VIF_LINK_TAP] = {"tap", NULL, STEP_TAP_CREATE, present_tap, absent_tap, show_tap},
    [VIF_LINK_VETH] = {"veth", "veth", STEP_VETH_CREATE, present_veth, absent_veth, NULL},
    [VIF_LINK_BRIDGE] = {"Linux bridge", "bridge", STEP_BRIDGE_CREATE, present_bridge, absent_kind,
                         NULL},
    [VIF_LINK_VLAN] = {"VLAN", "vlan", STEP_VLAN_CREATE, present_vlan, absent_kind, NULL},
    [VIF_LINK_DEVICE] = {"device", NULL, STEP_LINK_SET, present_device, absent_device, NULL},
};

void plan_show_link(const struct observed *observed, const struct vif_wiring_link *link,
                    struct differences *differences)
{
    const struct link_info *info = observed_link(observed, link->name);

    if (info && link_kinds[link->kind].show)
        link_kinds[link->kind].show(link, info, differences);
}

/* A link with the alias of another VIF, or that has this name only besides its own, is not ours. */
static int check_alias(const struct planner *planner, const struct link_info *info)
{
    if (info && info->altname)
        return plan_conflict(planner, "%s is an alternative name of another device", info->name);
    if (info && wiring_alias_is_foreign(planner->wiring, info->alias))
        return plan_conflict(planner, "%s belongs to another VIF (%s)", info->name, info->alias);
    return 0;
}

int plan_link_present(struct planner *planner, const struct vif_wiring_link *link)
{
    const struct link_info *info;
    int r;

    if (link->unplug_only)
        return 0;
    info = plan_link(planner, link->name);
    r = check_alias(planner, info);
    if (r == 0 && link->veth.peer[0])
        r = check_alias(planner, plan_link(planner, link->veth.peer));
    if (r == 0 && link->device.rename_from[0])
        r = check_alias(planner, plan_link(planner, link->device.rename_from));
    return r < 0 ? r : link_kinds[link->kind].present(planner, link, info);
}

int plan_link_absent(struct planner *planner, const struct vif_wiring_link *link)
{
    const struct link_info *info = plan_link(planner, link->name);
    int r = link->only_by_alias ? 0 : check_alias(planner, info);

    if (r == 0 && link->veth.peer[0])
        r = check_alias(planner, plan_link(planner, link->veth.peer));
    if (r < 0 || link->on_unplug == VIF_ON_UNPLUG_KEEP)
        return r;
    return link_kinds[link->kind].absent(planner, link, info);
}
