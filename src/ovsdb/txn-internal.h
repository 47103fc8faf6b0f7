/* SPDX-License-Identifier: Apache-2.0 */
/* What building a transaction and sending it share. */
#ifndef OVSDB_TXN_INTERNAL_H
#define OVSDB_TXN_INTERNAL_H

#include <jansson.h>

#include "ovsdb/vswitch-txn.h"

/* In the order in which they are sent; mutations of shared rows come before TXN_DELETE. */
enum txn_list { TXN_GUARD, TXN_INSERT, TXN_CHANGE, TXN_DELETE, TXN_LISTS };

struct txn_operations {
    json_t *operations; /* NULL while empty */
    size_t *owners;
    size_t n;
};

/* A bridge this transaction has to do with. */
struct txn_bridge {
    char name[LIMIT_IFNAME];
    char uuid[UUID_TEXT_SIZE]; /* of an existing bridge whose ports change */
    char named[16];            /* of one inserted here */
    bool guarded, deleted, retyped;
    json_t *insert; /* port references to add, NULL for none */
    json_t *remove;
};

struct vswitch_txn {
    const struct vswitch *vs;
    struct txn_operations lists[TXN_LISTS];
    struct txn_bridge *bridges;
    size_t n_bridges;
    json_t *insert_bridges; /* references for Open_vSwitch.bridges */
    json_t *delete_bridges;
    unsigned serial; /* makes "uuid-name"s unique */
    bool failed;     /* memory is gone */
    bool guard_cfg;  /* next_cfg has to be what it was */
};

/* Adds 'operation' (taken) to one of the lists. */
void txn_add(struct vswitch_txn *txn, enum txn_list which, size_t owner, json_t *operation);

/* An "insert" of 'row' (taken) that others of the transaction know as 'named'. */
json_t *txn_insert(const char *table, const char *named, json_t *row);

/* Takes 'item' into a set that is sent later; the set is made when first needed. */
void txn_collect(struct vswitch_txn *txn, json_t **set, json_t *item);

/* The bookkeeping of one bridge in this transaction; NULL when memory is gone. */
struct txn_bridge *txn_bridge_of(struct vswitch_txn *txn, const char *name);

/* Makes sure that the bridge is in this transaction's books, guarded when it exists already. */
struct txn_bridge *txn_bridge_in_use(struct vswitch_txn *txn, const char *name);

#endif
