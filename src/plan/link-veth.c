/* SPDX-License-Identifier: Apache-2.0 */
/* What a plan does with taps, with veths in their place, and with veth pairs. */
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

/* The engine makes taps without a message. */
const struct link_kind link_kind_tap = {
    .word = "tap",
    .node = "tap",
    .create = STEP_TAP_CREATE,
    .present = present_tap,
    .absent = absent_tap,
    .show = show_tap,
};

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

static int absent_veth(struct planner *planner, const struct vif_wiring_link *link,
                       const struct link_info *info)
{
    const struct link_info *peer = plan_link(planner, link->veth.peer);
    int r = link_absent(planner, link, info);

    if (r < 0 || !peer)
        return r;
    if (info && strcmp(info->kind, "veth") == 0 && info->peer == peer->ifindex)
        return 0; /* goes with the other end */
    return link_absent(planner, link, peer);
}

static void message_veth(struct netlink_batch *messages, const struct vif_wiring *wiring,
                         const struct vif_wiring_link *link, int other)
{
    char alias[LINK_ALIAS_MAX];
    const struct link_change change = {
        .set_up = true,
        .set_promisc = link->veth.promisc,
        .mtu = link->mtu,
        .set_master = link->master[0] != '\0',
        .master = other,
        .alias = alias,
    };

    wiring_alias(wiring, alias);
    link_add_create_veth(messages, link->name, link->veth.peer, &change);
}

const struct link_kind link_kind_veth = {
    .word = "veth",
    .node = "veth",
    .kernel = "veth",
    .create = STEP_LINK_CREATE,
    .needs = offsetof(struct vif_wiring_link, master),
    .message = message_veth,
    .present = present_veth,
    .absent = absent_veth,
};
