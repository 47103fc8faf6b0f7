/* SPDX-License-Identifier: Apache-2.0 */
/* Copies of rows that a transaction is about to delete, whole as the server has them, so that they can
 * be made again when what took their place comes to nothing.  The new rows have other UUIDs and what
 * their daemons write into them anew; everything else is as it was, but for what refers to a port from
 * elsewhere (mirrors). */
#ifndef OVSDB_VSWITCH_COPY_H
#define OVSDB_VSWITCH_COPY_H

#include "ovsdb/vswitch-txn.h"

/* What is about to be deleted; a bridge with all the ports it has. */
struct vswitch_doomed {
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

/* Reads them, in a few transactions.  A row that is gone is left out: the guards of the transaction
 * that deletes it tell.  On success '*ret' belongs to the caller; errors as vswitch_read(). */
int vswitch_copies_read(struct ovsdb_client *client, const struct vswitch_doomed *doomed,
                        int64_t until, struct vswitch_copies **ret, struct vif_error *err);

/* The names of the i-th bridge and the i-th port, the ports of bridges among them; NULL behind the
 * last. */
const char *vswitch_copies_bridge(const struct vswitch_copies *copies, size_t i);
const char *vswitch_copies_port(const struct vswitch_copies *copies, size_t i);

/* A bridge that has what is not copied (controllers, mirrors, NetFlow, sFlow, IPFIX, flow tables), or
 * NULL. */
const char *vswitch_copies_incomplete(const struct vswitch_copies *copies);

/* Adds what makes every row again that is not there, by its name (QoS: by its UUID), in what the
 * transaction was begun with: all the names above have to have been read for it.  Returns the name of a
 * port whose bridge is gone, which is left out, or NULL. */
const char *vswitch_txn_restore(struct vswitch_txn *txn, size_t owner,
                                const struct vswitch_copies *copies);

#endif
