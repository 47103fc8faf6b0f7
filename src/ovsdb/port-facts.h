/* SPDX-License-Identifier: Apache-2.0 */
/* Facts about the host and about ports that are not ready, for the diagnosis: from the Open_vSwitch
 * database, and from OVN's southbound database (ovn-sb(5)). */
#ifndef OVSDB_PORT_FACTS_H
#define OVSDB_PORT_FACTS_H

#include "ovsdb/vswitch.h"

#define FACT_TEXT_MAX       128
#define SOUTHBOUND_NAME_MAX 128

struct vswitch_facts {
    char system_id[FACT_TEXT_MAX];      /* the host's name to OVN; "" when not set */
    char hostname[FACT_TEXT_MAX];       /* external_ids:hostname; "" when not set */
    char ovn_remote[2 * FACT_TEXT_MAX]; /* addresses of the southbound database; "" when not set */
    char ovn_bridge[LIMIT_IFNAME];      /* OVN's integration bridge, "br-int" unless set */
    char datapath_types[FACT_TEXT_MAX]; /* "netdev, system": what ovs-vswitchd has; "" not said */
    bool dpdk_known, dpdk_initialized;
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

struct southbound_port {
    bool exists;
    bool claimed;
    char chassis[SOUTHBOUND_NAME_MAX];   /* that has claimed it; "" when it has no row any more */
    char requested[SOUTHBOUND_NAME_MAX]; /* options:requested-chassis, "" for none */
    char namesake[SOUTHBOUND_NAME_MAX];  /* it does not exist: one that has its MAC, "" for none */
};

/* Zeroed by the caller but for the texts, which are borrowed. */
struct port_facts {
    const char *name;
    const char *iface_id; /* the logical port */
    const char *mac;      /* NULL: not known */
    const char *link;     /* the device behind it, "" for none */
    bool link_gone;
    struct vswitch_port_facts db;
    struct southbound_port southbound;
};

/* Reads 'db' of ports[0..n), and the facts of the host, in one transaction.  It reads tables whole,
 * since the server would scan them anyway. */
int vswitch_read_facts(struct ovsdb_client *client, struct port_facts *ports, size_t n,
                       int64_t until, struct vswitch_facts *ret, struct vif_error *err);

/* Reads 'southbound' of ports[0..n) from the first of the addresses in 'remote'
 * (external_ids:ovn-remote) that answers.  '*ret_registered': there is a chassis of this name.
 * -EOPNOTSUPP (kind UNSUPPORTED) if all addresses are ssl:, which needs keys; -EINVAL (kind CONFIG)
 * for a bad address; connection errors; -EPROTO. */
int southbound_read(const char *remote, const char *chassis, struct port_facts *ports, size_t n,
                    const struct log *log, int64_t until, bool *ret_registered,
                    struct vif_error *err);

#endif
