/* SPDX-License-Identifier: Apache-2.0 */
/* Building the one transaction of a batch.  Facts the caller relies on become guards ("wait"
 * with timeout 0).  'owner' is the caller's index of the VIF an operation belongs to, to
 * attribute a refusal.  Changes of shared rows are merged.  vswitch_txn_commit() reports
 * allocation failures. */
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
/* Both are guarded: the bridge still has the same ports, if they were counted. */
void vswitch_txn_bridge_delete(struct vswitch_txn *txn, size_t owner,
                               const struct vswitch_bridge *bridge);
void vswitch_txn_bridge_set_datapath(struct vswitch_txn *txn, size_t owner,
                                     const struct vswitch_bridge *bridge, const char *type);

/* A guard that the bridge is still there with its datapath type. */
void vswitch_txn_guard_bridge(struct vswitch_txn *txn, const struct vswitch_bridge *bridge);

/* A guard that no other program has asked ovs-vswitchd for changes since: that
 * Open_vSwitch.next_cfg, which os-vif and ovs-vsctl raise with their transactions, is unchanged. */
void vswitch_txn_guard_cfg(struct vswitch_txn *txn);

/* 'bridge' is a bridge of 'vs' or one added to this transaction before. */
void vswitch_txn_port_add(struct vswitch_txn *txn, size_t owner, const char *bridge,
                          const struct vswitch_new_port *port);

/* Guarded: the port is still on its bridge, its interface still has this iface-id (NULL: none). */
void vswitch_txn_port_delete(struct vswitch_txn *txn, size_t owner, const struct vswitch_port *port,
                             const struct vswitch_interface *interface, const char *iface_id);
/* Guarded likewise, by the iface-id that was seen. */
void vswitch_txn_port_move(struct vswitch_txn *txn, size_t owner, const struct vswitch_port *port,
                           const struct vswitch_interface *interface, const char *to_bridge);
/* How many ports this transaction takes off the bridge so far. */
size_t vswitch_txn_ports_leaving(const struct vswitch_txn *txn, const char *bridge);

/* Changes of an interface row; maps are merged.  Guarded by the iface-id that was seen, or with
 * 'any_owner' only by the row's existence. */
struct vswitch_interface_change {
    bool any_owner;
    const char *type;                      /* NULL: leave */
    struct vif_map set_ids, set_options;   /* these keys get these values */
    struct vif_map drop_ids, drop_options; /* keys to remove (values are not looked at) */
    bool set_mtu_request;
    int64_t mtu_request; /* 0 removes it */
    bool set_ofport_request;
    int64_t ofport_request; /* 0 removes it */
};
void vswitch_interface_change_done(struct vswitch_interface_change *change);
bool vswitch_interface_change_is_empty(const struct vswitch_interface_change *change);
void vswitch_txn_interface_set(struct vswitch_txn *txn, size_t owner,
                               const struct vswitch_interface *interface,
                               const struct vswitch_interface_change *change);

/* 'port' (may be NULL) is a port that may refer to the row and is deleted in the same
 * transaction: the server checks references before it collects garbage. */
void vswitch_txn_qos_delete(struct vswitch_txn *txn, size_t owner, const char *uuid,
                            const struct vswitch_port *port);

/* Whether nothing was added. */
bool vswitch_txn_empty(const struct vswitch_txn *txn);

/* The operations as JSON text, for a dry run; the caller frees it.  NULL if out of memory. */
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
    size_t owner;     /* REFUSED: of the operation, or VSWITCH_NO_OWNER if unknown */
    bool whole;       /* REFUSED: not for an operation, the server takes no such transaction */
    bool integrity;   /* REFUSED: a row is referred to that goes, or one that is gone */
    int64_t next_cfg; /* DONE with 'settle': what cur_cfg must reach */
};

/* Sends the transaction; with 'settle' it raises Open_vSwitch.next_cfg.  Returns 0 for DONE, else a
 * negative errno with 'err'. */
int vswitch_txn_commit(struct vswitch_txn *txn, struct ovsdb_client *client, bool settle,
                       int64_t until, struct vswitch_commit *ret, struct vif_error *err);

#endif
