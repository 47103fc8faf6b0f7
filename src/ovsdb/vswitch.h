/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of database Open_vSwitch (ovs-vswitchd.conf.db(5)) that a port consists of: read by name
 * in one transaction, written in one guarded transaction. */
#ifndef OVSDB_VSWITCH_H
#define OVSDB_VSWITCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/limits.h"
#include "base/parse.h"
#include "base/strmap.h"
#include "base/text.h"
#include "ovsdb/client.h"
#include "ovsdb/value.h"

#define VSWITCH_TYPE_MAX 32

struct vswitch_bridge {
    char name[LIMIT_IFNAME];
    char uuid[UUID_TEXT_SIZE];
    char datapath_type[VSWITCH_TYPE_MAX]; /* "" stands for system */
    bool counted;                         /* its ports were asked for */
    size_t n_ports;
    struct uuid_set ports;
    char fail_mode[VSWITCH_TYPE_MAX]; /* details: "secure", "standalone"; "": unset */
    size_t n_ids;                     /* marks: its external_ids */
    bool agent_managed;               /* facts: a port of it has the ML2 agent's settings */
};

struct vswitch_port {
    char name[LIMIT_PORT_NAME];
    char uuid[UUID_TEXT_SIZE];
    char interface_uuid[UUID_TEXT_SIZE]; /* of the only interface; "" for a bond */
    char qos_uuid[UUID_TEXT_SIZE];       /* "" for none */
    char bridge[LIMIT_IFNAME];           /* the bridge it is on, "" when not located */
    char bridge_uuid[UUID_TEXT_SIZE];
    /* Details: "tag", "vlan_mode", "trunks", "other_config:KEY", and "qos", the type of the row
     * it refers to; only what is set. */
    struct vif_map details;
    struct uuid_set interfaces; /* facts, and so is what follows */
    int64_t tag;                /* -1: not set */
    struct vif_map other_config;
    size_t n_ids; /* marks: its external_ids */
};

/* As ovs-vswitchd counts; -1: unknown. */
struct vswitch_counters {
    int64_t rx_packets, rx_bytes, rx_errors, rx_dropped;
    int64_t tx_packets, tx_bytes, tx_errors, tx_dropped;
};

struct vswitch_interface {
    char name[LIMIT_PORT_NAME];
    char uuid[UUID_TEXT_SIZE];
    char type[VSWITCH_TYPE_MAX];
    struct vif_map external_ids;
    struct vif_map options;
    int64_t mtu_request;    /* 0: not set */
    int64_t ofport;         /* 0: not set yet; -1: ovs-vswitchd could not make it */
    int64_t ofport_request; /* 0: not set */
    char *error;            /* of ovs-vswitchd; NULL for none */
    /* Details; of no meaning when they were not asked for. */
    int64_t mtu;         /* 0: not known */
    char link_state[16]; /* "up", "down"; "": not known; marks, too */
    struct vif_map status;
    struct vswitch_counters counters;
};

struct vswitch_qos {
    char id[UUID_TEXT_SIZE]; /* external_ids:id */
    char uuid[UUID_TEXT_SIZE];
    char type[VSWITCH_TYPE_MAX];
    struct vif_map external_ids; /* marks */
    size_t n_queues;
};

/* The rows that were read; every array is sorted (by name; QoS by id). */
struct vswitch {
    bool has_row;                   /* the one Open_vSwitch row is there */
    char root_uuid[UUID_TEXT_SIZE]; /* its UUID */
    int64_t cur_cfg, next_cfg;
    char ovs_version[VSWITCH_TYPE_MAX]; /* "" when ovs-vswitchd has not said */
    bool dpdk_initialized;
    struct vif_map datapath_types, iface_types; /* facts: of ovs-vswitchd, as keys */
    struct vif_map external_ids, other_config;
    struct vswitch_bridge *bridges;
    size_t n_bridges;
    struct vswitch_port *ports;
    size_t n_ports;
    struct vswitch_interface *interfaces;
    size_t n_interfaces;
    struct vswitch_qos *qos;
    size_t n_qos;
    bool detailed; /* the query asked for details */
    /* Set by vswitch_root_read() only. */
    char schema_version[VSWITCH_TYPE_MAX];
    char missing[80]; /* "Table.column" that we need and the schema lacks: then there are no rows */
    size_t n_agent_ports; /* that the ML2 agent has marked: other_config:net_uuid */
};

void vswitch_done(struct vswitch *vs);

const struct vswitch_bridge *vswitch_find_bridge(const struct vswitch *vs, const char *name);
const struct vswitch_port *vswitch_find_port(const struct vswitch *vs, const char *name);
const struct vswitch_interface *vswitch_find_interface(const struct vswitch *vs, const char *name);
/* The first of the QoS rows with this id; the others follow it in the array. */
const struct vswitch_qos *vswitch_find_qos(const struct vswitch *vs, const char *id);

/* Names to read, each list sorted.  An interface is read by each port's name, or by the names in
 * 'interfaces' where there are any. */
struct vswitch_query {
    struct names bridges, ports, qos_ids, interfaces;
    bool all;     /* every row there is; each port with its bridge */
    bool details; /* settings of agents; with 'all', also status */
    bool marks;   /* what distinguishes foreign rows from those of a VIF */
};

/* Reads the rows of 'query' in one request.  On success '*ret' belongs to the caller.  -EPROTO
 * (kind OVSDB) without an Open_vSwitch row or for a reply that does not match the schema; other
 * errors as ovsdb_client_transact(). */
int vswitch_read(struct ovsdb_client *client, const struct vswitch_query *query, int64_t until,
                 struct vswitch *ret, struct vif_error *err);

/* Says where a port is likely to be, so that vswitch_locate() has less to ask. */
void vswitch_expect(struct vswitch *vs, const char *port, const char *bridge);

/* Further transactions, if needed, since a bridge refers to its ports by UUID: finds the bridge
 * of every port in 'vs', and counts the ports of the bridges named in 'count'. */
int vswitch_locate(struct ovsdb_client *client, struct vswitch *vs, const struct names *count,
                   int64_t until, struct vif_error *err);

/* The name of the interface with this iface-id; "" if there is none, or its name is too long. */
int vswitch_find_by_owner(struct ovsdb_client *client, const char *iface_id, int64_t until,
                          char ret_name[LIMIT_PORT_NAME], struct vif_error *err);

/* Reads nothing but ofport and error of the interfaces with these names, which are sorted.  On
 * success '*ret' belongs to the caller. */
int vswitch_read_results(struct ovsdb_client *client, const struct names *names, int64_t until,
                         struct vswitch *ret, struct vif_error *err);

/* Reads the schema, and then all of it in one transaction that writes nothing.  A column that the
 * schema lacks is not an error: see 'missing'.  On an error '*ret' is untouched; errors as
 * ovsdb_client_transact(), and -EPROTO (kind OVSDB) for a reply that does not match the schema. */
int vswitch_root_read(struct ovsdb_client *client, int64_t until, struct vswitch *ret,
                      struct vif_error *err);

/* Reads cur_cfg and next_cfg alone, which is one round trip of the smallest size. */
int vswitch_root_read_cfg(struct ovsdb_client *client, int64_t until, int64_t *ret_cur_cfg,
                          int64_t *ret_next_cfg, struct vif_error *err);

/* A setting of OVN in external_ids of the Open_vSwitch row: of this chassis alone ("KEY-SYSTEM_ID",
 * where several share the database), else of all.  NULL when there is none. */
const char *vswitch_ovn_setting(const struct vif_map *external_ids, const char *key);

#endif
