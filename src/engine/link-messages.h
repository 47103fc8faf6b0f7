/* SPDX-License-Identifier: Apache-2.0 */
/* The netlink requests of one step. */
#ifndef ENGINE_LINK_MESSAGES_H
#define ENGINE_LINK_MESSAGES_H

#include "engine/job.h"

/* One step of one job in the present stage, and where its results are in the netlink batch. */
struct item {
    struct job *job;
    const struct step *step;
    size_t first, n;
    int ifindex;             /* of its master, when that had to be asked for */
    char peer[LIMIT_IFNAME]; /* the other end of a veth to be deleted, "" for none */
};

/* Each adds the requests of the item's step to 'requests'. */
void message_bridge(struct netlink_batch *requests, struct item *item);
void message_vlan(struct netlink_batch *requests, struct item *item);
void message_veth(struct netlink_batch *requests, struct item *item);
void message_tap_settings(struct netlink_batch *requests, struct item *item);
void message_set(struct netlink_batch *requests, struct item *item);

#endif
