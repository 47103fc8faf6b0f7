/* SPDX-License-Identifier: Apache-2.0 */
/* Copies of rows that a transaction is about to delete, so that a rollback can make them again.
 * The new rows have new UUIDs and new status; references to a port from other rows (mirrors) are
 * lost. */
#ifndef OVSDB_VSWITCH_COPY_H
#define OVSDB_VSWITCH_COPY_H

#include "ovsdb/vswitch-txn.h"

/* Pending deletions; a bridge with all its ports. */
struct vswitch_deletions {
    const struct vswitch_bridge **bridges;
    size_t n_bridges;
    const struct vswitch_port **ports; /* with the bridge they are on */
    size_t n_ports;
    const char **qos; /* UUIDs */
    size_t n_qos;
};

struct vswitch_copies;
void vswitch_copies_free(struct vswitch_copies *copies);
DEFINE_AUTO(auto_vswitch_copies, struct vswitch_copies *, vswitch_copies_free);
#define auto_vswitch_copies __attribute__((cleanup(auto_vswitch_copies_fn)))

/* Reads the rows, in a few transactions.  A row that is gone is left out: the transaction that
 * deletes it has a guard.  On success '*ret' belongs to the caller; errors as vswitch_read(). */
int vswitch_copies_read(struct ovsdb_client *client, const struct vswitch_deletions *deletions,
                        int64_t until, struct vswitch_copies **ret, struct vif_error *err);

/* The names of the i-th bridge and port (of bridges, too); NULL after the last. */
const char *vswitch_copies_bridge(const struct vswitch_copies *copies, size_t i);
const char *vswitch_copies_port(const struct vswitch_copies *copies, size_t i);

/* A bridge with rows that are not copied (controllers, mirrors, NetFlow, sFlow, IPFIX, flow
 * tables), or NULL. */
const char *vswitch_copies_incomplete(const struct vswitch_copies *copies);

/* Adds the rows that are missing, by name (QoS: by UUID), in the transaction's 'vs', for which
 * all the names above must have been read.  Returns the name of a port left out as its bridge is
 * gone, or NULL. */
const char *vswitch_txn_restore(struct vswitch_txn *txn, size_t owner,
                                const struct vswitch_copies *copies);

#endif
