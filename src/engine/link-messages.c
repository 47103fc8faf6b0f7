/* SPDX-License-Identifier: Apache-2.0 */
/* The netlink requests of one step: what a wiring says of a link, in the kernel layer's terms.
 * links.c, which sends them, stands on it. */
#include "engine/link-messages.h"

#include <string.h>

void message_bridge(struct netlink_batch *requests, struct item *item)
{
    char alias[LINK_ALIAS_MAX];
    struct link_change change = {.bridge = &item->step->link->bridge.attributes, .alias = alias};

    wiring_alias(item->job->wiring, alias);
    if (item->step->link->shared)
        change.alias = NULL;
    link_add_create_bridge(requests, item->step->name, &change);
}

void message_vlan(struct netlink_batch *requests, struct item *item)
{
    const struct vif_wiring_link *link = item->step->link;
    struct link_change change = {.mtu = link->mtu};

    link_add_create_vlan(requests, link->name, item->ifindex, link->vlan.id, &change);
}

void message_veth(struct netlink_batch *requests, struct item *item)
{
    const struct vif_wiring_link *link = item->step->link;
    char alias[LINK_ALIAS_MAX];
    struct link_change change = {
        .set_up = true,
        .set_promisc = link->veth.promisc,
        .mtu = link->mtu,
        .set_master = link->master[0] != '\0',
        .master = item->ifindex,
        .alias = alias,
    };

    wiring_alias(item->job->wiring, alias);
    link_add_create_veth(requests, link->name, link->veth.peer, &change);
}

void message_tap_settings(struct netlink_batch *requests, struct item *item)
{
    const struct vif_wiring_link *link = item->step->link;
    char alias[LINK_ALIAS_MAX];
    struct link_change change = {
        .set_up = true,
        .mtu = link->mtu,
        .set_address = link->tap.has_address,
        .alias = alias,
    };

    memcpy(change.address, link->tap.address, sizeof change.address);
    wiring_alias(item->job->wiring, alias);
    link_add_set(requests, link->name, 0, &change);
}

void message_set(struct netlink_batch *requests, struct item *item)
{
    struct link_change change = item->step->change;

    change.master = item->ifindex;
    change.new_name = item->step->new_name[0] ? item->step->new_name : NULL;
    change.alias = item->step->set_alias ? item->step->alias : NULL;
    link_add_set(requests, item->step->name, item->step->before ? item->step->before->ifindex : 0,
                 &change);
}
