/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of database Open_vSwitch that this project reads, column by column. */
#ifndef OVSDB_VSWITCH_TABLES_H
#define OVSDB_VSWITCH_TABLES_H

#include "ovsdb/select.h"
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

/* The rows of all tables on their way into a struct vswitch. */
enum { ROOT, BRIDGES, PORTS, INTERFACES, QOS, VSWITCH_TABLES };
struct vswitch_rows {
    struct rows of[VSWITCH_TABLES];
    struct selection selections[VSWITCH_TABLES]; /* of all rows, until they are changed */
};

/* 'reads' is for all tables; freed by vswitch_rows_done(). */
void vswitch_rows_init(struct vswitch_rows *rows, unsigned reads);
void vswitch_rows_done(struct vswitch_rows *rows);
#define auto_vswitch_rows __attribute__((cleanup(vswitch_rows_done)))

/* Reads the rows of the first 'n_tables' and makes them those of 'ret', which is empty or partly
 * filled in afterwards if there is an error: sorted, each name once; QoS rows that have an id.
 * 'ret->has_row' is false without an Open_vSwitch row.  Errors as select_read(). */
int vswitch_rows_read(struct ovsdb_client *client, struct vswitch_rows *rows, size_t n_tables,
                      int64_t until, struct vswitch *ret, struct vif_error *err);

/* Sets the bridge of each port of 'vs' from bridges[0..n), which have their ports.  -ENOMEM. */
int vswitch_locate_ports(struct vswitch *vs, struct vswitch_bridge *bridges, size_t n);
void vswitch_set_bridge(struct vswitch_port *port, const struct vswitch_bridge *bridge);

#endif
