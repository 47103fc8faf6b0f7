/* SPDX-License-Identifier: Apache-2.0 */
/* What the database tells of the whole switch: its schema, the one Open_vSwitch row, and of every
 * bridge, port and interface the few columns that say whether something is wrong. */
#ifndef OVSDB_VSWITCH_ROOT_H
#define OVSDB_VSWITCH_ROOT_H

#include "ovsdb/vswitch.h"

struct vswitch_root_bridge {
    char name[LIMIT_PORT_NAME];           /* a longer one is cut, as all texts of fixed size here */
    char datapath_type[VSWITCH_TYPE_MAX]; /* "" stands for system */
    char fail_mode[VSWITCH_TYPE_MAX];     /* "": not set, which is standalone */
    size_t n_ports;
};

struct vswitch_root_interface {
    char name[LIMIT_PORT_NAME];
    char type[VSWITCH_TYPE_MAX]; /* "" stands for system */
    char *error;                 /* ovs-vswitchd's words; NULL: none */
    char *vhost_path;            /* options:vhost-server-path; NULL: none */
};

/* Zero-initialise; vswitch_root_done() frees.  Sets of words are maps whose values are "". */
struct vswitch_root {
    char schema_version[VSWITCH_TYPE_MAX];
    char missing[80]; /* "Table.column" that we need and the schema lacks: then there is no more */
    bool has_row;     /* the Open_vSwitch row; without it there is nothing of it below */
    int64_t cur_cfg, next_cfg;
    char ovs_version[VSWITCH_TYPE_MAX]; /* "" when ovs-vswitchd has not said */
    bool dpdk_initialized;
    struct vif_map datapath_types; /* set by ovs-vswitchd when it starts */
    struct vif_map iface_types;
    struct vif_map external_ids;
    struct vif_map other_config;
    struct vswitch_root_bridge *bridges; /* sorted by name */
    size_t n_bridges;
    struct vswitch_root_interface *interfaces; /* sorted by name */
    size_t n_interfaces;
    size_t n_agent_ports; /* ports the ML2 agent has marked: other_config:net_uuid */
};

void vswitch_root_done(struct vswitch_root *root);

/* Reads the schema, and then all of it in one transaction that writes nothing.  What cannot be had
 * because the schema lacks it is no error: see 'missing'.  On an error '*ret' is untouched; errors
 * as ovsdb_client_transact(), and -EPROTO (kind OVSDB) for an answer of another form. */
int vswitch_root_read(struct ovsdb_client *client, int64_t until, struct vswitch_root *ret,
                      struct vif_error *err);

/* Reads cur_cfg and next_cfg alone, which is one round trip of the smallest size. */
int vswitch_root_read_cfg(struct ovsdb_client *client, int64_t until, int64_t *ret_cur_cfg,
                          int64_t *ret_next_cfg, struct vif_error *err);

#endif
