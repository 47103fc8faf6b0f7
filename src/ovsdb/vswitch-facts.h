/* SPDX-License-Identifier: Apache-2.0 */
/* Facts about the host and about ports that are not ready, from the Open_vSwitch database. */
#ifndef OVSDB_VSWITCH_FACTS_H
#define OVSDB_VSWITCH_FACTS_H

#include "ovsdb/vswitch.h"

#define FACT_TEXT_MAX 128

struct vswitch_facts {
    char system_id[FACT_TEXT_MAX];      /* the host's name to OVN; "" when not set */
    char hostname[FACT_TEXT_MAX];       /* external_ids:hostname; "" when not set */
    char ovn_remote[2 * FACT_TEXT_MAX]; /* addresses of the southbound database; "" when not set */
    char ovn_bridge[LIMIT_IFNAME];      /* OVN's integration bridge, "br-int" unless set */
    char datapath_types[FACT_TEXT_MAX]; /* "netdev, system": what ovs-vswitchd has; "" not said */
    bool dpdk_known, dpdk_initialized;
};

/* All borrowed. */
struct vswitch_port_query {
    const char *name;
    const char *iface_id;
};

struct vswitch_port_facts {
    bool exists;
    char bridge[LIMIT_IFNAME];            /* it is on; "" for none */
    char datapath_type[VSWITCH_TYPE_MAX]; /* of that bridge; "system" when not set */
    bool datapath_unknown;     /* ovs-vswitchd has said which types it has, and not this one */
    bool bridge_ready;         /* the bridge's own port has an OpenFlow port number */
    bool bridge_agent_managed; /* a port of the bridge has settings of the ML2 agent */
    char type[VSWITCH_TYPE_MAX];
    int64_t ofport; /* 0: not set; -1: ovs-vswitchd could not make it */
    char error[256];
    int64_t tag;                         /* -1: none */
    char duplicate[LIMIT_PORT_NAME];     /* another interface with the same iface-id; "" for none */
    char duplicate_bridge[LIMIT_IFNAME]; /* the bridge that one is on; "" for none */
};

/* Reads the facts about queries[0..n) into ret_ports[0..n), and of the host, in one transaction.
 * It reads tables whole, since the server would scan them anyway. */
int vswitch_read_facts(struct ovsdb_client *client, const struct vswitch_port_query *queries,
                       size_t n, int64_t until, struct vswitch_facts *ret,
                       struct vswitch_port_facts *ret_ports, struct vif_error *err);

#endif
