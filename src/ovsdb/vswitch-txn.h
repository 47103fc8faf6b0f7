/* SPDX-License-Identifier: Apache-2.0 */
/* Building the one transaction of a batch.  Every fact the caller relied upon goes in as a guard (a
 * "wait" with timeout 0), so that the transaction happens only to the database that was looked at.
 *
 * 'owner' says for whom an operation is (an index of the caller's), so that a refusal can be laid at
 * the right door.  Operations on shared rows are merged: one mutation of a bridge's ports, however
 * many ports.  Allocation failures are remembered and told by vswitch_txn_commit(). */
#ifndef OVSDB_VSWITCH_TXN_H
#define OVSDB_VSWITCH_TXN_H

#include "ovsdb/vswitch.h"

struct vswitch_txn;

/* 'vs' is what was read; borrowed until the transaction is freed. */
struct vswitch_txn *vswitch_txn_new(const struct vswitch *vs);
void vswitch_txn_free(struct vswitch_txn *txn);
DEFINE_AUTO(auto_vswitch_txn, struct vswitch_txn *, vswitch_txn_free);
#define auto_vswitch_txn __attribute__((cleanup(auto_vswitch_txn_fn)))

/* A port to be inserted, with its one interface. */
struct vswitch_new_port {
    const char *name;
    const char *type; /* "" for a kernel link */
    const struct vif_map *external_ids;
    const struct vif_map *options;
    int64_t mtu_request;   /* 0: none */
    int64_t tag;           /* 0: none */
    const char *vlan_mode; /* NULL: none */
    int64_t trunk;         /* the only member of 'trunks'; 0: none */
    const char *qos_type;  /* NULL: no QoS */
    const char *qos_id;    /* its external_ids:id */
    const char *qos_uuid;  /* an existing row to use instead of a new one, or NULL */
};

/* A bridge with its local port.  The same name again is merged with the first. */
void vswitch_txn_bridge_add(struct vswitch_txn *txn, size_t owner, const char *name,
                            const char *datapath_type);
/* Both are guarded, where the bridge's ports were counted: only while it has those very ports. */
void vswitch_txn_bridge_delete(struct vswitch_txn *txn, size_t owner,
                               const struct vswitch_bridge *bridge);
void vswitch_txn_bridge_set_datapath(struct vswitch_txn *txn, size_t owner,
                                     const struct vswitch_bridge *bridge, const char *type);

/* A guard that the bridge is still there with its datapath type. */
void vswitch_txn_guard_bridge(struct vswitch_txn *txn, const struct vswitch_bridge *bridge);

/* A guard that nobody has asked ovs-vswitchd for anything since (by Open_vSwitch.next_cfg, which os-vif
 * raises with every transaction, even one that changes nothing else, and ovs-vsctl unless it is told
 * not to wait). */
void vswitch_txn_guard_cfg(struct vswitch_txn *txn);

/* 'bridge' is a bridge of 'vs' or one added to this transaction before. */
void vswitch_txn_port_add(struct vswitch_txn *txn, size_t owner, const char *bridge,
                          const struct vswitch_new_port *port);

/* Guarded: the port is still on its bridge, and its interface still has external_ids:iface-id
 * 'iface_id' (NULL: none at all was seen, and none must be there now). */
void vswitch_txn_port_delete(struct vswitch_txn *txn, size_t owner, const struct vswitch_port *port,
                             const struct vswitch_interface *interface, const char *iface_id);
/* Guarded likewise, by the iface-id that was seen. */
void vswitch_txn_port_move(struct vswitch_txn *txn, size_t owner, const struct vswitch_port *port,
                           const struct vswitch_interface *interface, const char *to_bridge);
/* How many ports this transaction takes off the bridge so far. */
size_t vswitch_txn_ports_leaving(const struct vswitch_txn *txn, const char *bridge);

/* What is to change in an interface row; maps are merged, never replaced.  Guarded by the iface-id
 * that was seen, or with 'whoever' only by the row being there. */
struct vswitch_interface_change {
    bool whoever;
    const char *type;              /* NULL: leave */
    const struct vif_map *set_ids; /* NULL: leave; else these keys get these values */
    const struct vif_map *set_options;
    const struct vif_map *drop_ids; /* keys to remove (values are not looked at) */
    const struct vif_map *drop_options;
    bool set_mtu_request;
    int64_t mtu_request; /* 0 removes it */
    bool set_ofport_request;
    int64_t ofport_request; /* 0 removes it */
};
void vswitch_txn_interface_set(struct vswitch_txn *txn, size_t owner,
                               const struct vswitch_interface *interface,
                               const struct vswitch_interface_change *change);

/* 'port' (may be NULL) is the port that may refer to the row and goes in the same transaction: the
 * server counts references before it drops rows that nothing refers to. */
void vswitch_txn_qos_delete(struct vswitch_txn *txn, size_t owner, const char *uuid,
                            const struct vswitch_port *port);

/* Whether nothing was added. */
bool vswitch_txn_empty(const struct vswitch_txn *txn);

/* The operations as JSON text, for a dry run; the caller frees it.  NULL when memory is gone. */
char *vswitch_txn_json(struct vswitch_txn *txn, bool settle);

enum vswitch_outcome {
    VSWITCH_DONE,
    VSWITCH_STALE,   /* a guard failed or a name was taken meanwhile: look again */
    VSWITCH_REFUSED, /* the server refuses an operation; see 'owner' */
    VSWITCH_LOST,    /* the connection ended before the answer: look again */
    VSWITCH_UNKNOWN, /* no answer in time: whether it was carried out is not known */
    VSWITCH_FAILED,  /* nothing was done for any: unreachable, timed out, out of memory */
};

#define VSWITCH_NO_OWNER SIZE_MAX

struct vswitch_commit {
    enum vswitch_outcome outcome;
    size_t owner;     /* REFUSED: whose operation, or VSWITCH_NO_OWNER when it cannot be told */
    bool whole;       /* REFUSED: not for an operation, the server takes no such transaction */
    bool integrity;   /* REFUSED: a row is referred to that goes, or one that is gone */
    int64_t next_cfg; /* DONE with 'settle': what cur_cfg must reach */
};

/* Sends it.  With 'settle', Open_vSwitch.next_cfg is raised in it.  'err' is filled for every outcome
 * but DONE; returns 0 for DONE, else a negative errno. */
int vswitch_txn_commit(struct vswitch_txn *txn, struct ovsdb_client *client, bool settle,
                       int64_t until, struct vswitch_commit *ret, struct vif_error *err);

#endif
