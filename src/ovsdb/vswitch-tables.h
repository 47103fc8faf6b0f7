/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of database Open_vSwitch that this project reads, column by column. */
#ifndef OVSDB_VSWITCH_TABLES_H
#define OVSDB_VSWITCH_TABLES_H

#include "ovsdb/rows.h"
#include "ovsdb/vswitch.h"

/* The reads that need a column. */
enum {
    READ_VIF = 1 << 0,     /* the rows of a VIF */
    READ_DETAILS = 1 << 1, /* settings of agents and users */
    READ_STATUS = 1 << 2,  /* only shown */
    READ_PORTS = 1 << 3,   /* a bridge with its ports */
    READ_BRIDGE = 1 << 4,  /* a bridge alone */
    READ_CFG = 1 << 5,     /* how far ovs-vswitchd is */
    READ_RESULT = 1 << 6,  /* ofport and error */
    READ_SWITCH = 1 << 7,  /* the whole switch, for the doctor */
    READ_FACTS = 1 << 8,   /* why a port is not ready */
    READ_MARKS = 1 << 9,   /* the owner of a row */
    READ_NAME = 1 << 10,
    WRITTEN = 1 << 11, /* never read, but needed */
};

/* Of struct vswitch, vswitch_bridge, vswitch_port, vswitch_interface, vswitch_qos. */
extern const struct table vswitch_root_table, vswitch_bridge_table, vswitch_port_table,
    vswitch_interface_table, vswitch_qos_table;

/* Reads the one Open_vSwitch row from its select.  1; 0 if there is none; -EPROTO; -ENOMEM. */
int vswitch_root_parse(const json_t *result, unsigned reads, struct vswitch *vs);

/* Makes the rows those of 'vs', sorted and each name once. */
void vswitch_set_rows(struct vswitch *vs, struct rows *bridges, struct rows *ports,
                      struct rows *interfaces);

void vswitch_set_bridge(struct vswitch_port *port, const struct vswitch_bridge *bridge);
/* Sets the bridge of each port of 'vs' from bridges[0..n), which have their ports.  -ENOMEM. */
int vswitch_locate_ports(struct vswitch *vs, struct vswitch_bridge *bridges, size_t n);

/* Puts the type of the QoS row each port refers to among its details.  -ENOMEM. */
int vswitch_detail_qos(struct vswitch *vs, const struct rows *qos);

#endif
