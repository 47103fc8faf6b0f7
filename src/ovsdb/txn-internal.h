/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by building and sending a transaction.  Operations are written as text at once. */
#ifndef OVSDB_TXN_INTERNAL_H
#define OVSDB_TXN_INTERNAL_H

#include "ovsdb/value.h"
#include "ovsdb/vswitch-txn.h"

/* In the order in which they are sent; mutations of shared rows come before TXN_DELETE. */
enum txn_stage { TXN_GUARD, TXN_INSERT, TXN_CHANGE, TXN_DELETE, TXN_STAGES };

/* Operations, with the owner of each.  operations.text.failed: out of memory. */
struct txn_list {
    struct ovsdb_operations operations;
    size_t *owners;
    size_t room;
};

/* References with ',' between them. */
struct txn_set {
    struct text text;
    size_t n;
};

/* A bridge that this transaction uses. */
struct txn_bridge {
    char name[LIMIT_IFNAME];
    char uuid[UUID_TEXT_SIZE]; /* of an existing bridge whose ports change */
    char named[16];            /* of one inserted here */
    bool guarded, deleted, retyped;
    struct txn_set insert, remove; /* ports */
};

struct vswitch_txn {
    const struct vswitch *vs;
    struct txn_list lists[TXN_STAGES];
    struct txn_bridge *bridges;
    size_t n_bridges;
    struct txn_set insert_bridges, delete_bridges;
    int64_t serial; /* makes "uuid-name"s unique */
    bool failed;    /* out of memory */
    bool guard_cfg; /* next_cfg has to be what it was */
};

/* A "wait" for one row, its WHERE beginning with this UUID. */
#define TXN_ROW "['_uuid','==',%u]"
#define TXN_WAIT(table, where, columns, row)                                                       \
    "{'op':'wait','table':'" table "','where':[" TXN_ROW where "],'timeout':0,'columns':[" columns \
    "],'until':'==','rows':[{" row "}]}"

/* Begins an operation of 'owner': the text to write it to. */
struct text *txn_list_open(struct txn_list *list, size_t owner);
struct text *txn_open(struct vswitch_txn *txn, enum txn_stage stage, size_t owner);
void txn_list_done(struct txn_list *list);

/* Adds a reference, written by 'format', to a set that is sent later. */
void txn_collect(struct txn_set *set, const char *format, ...);

/* The entry of a bridge, added as needed; NULL if out of memory. */
struct txn_bridge *txn_bridge_of(struct vswitch_txn *txn, const char *name);

/* The same for a bridge whose ports change; guarded if it exists already. */
struct txn_bridge *txn_bridge_in_use(struct vswitch_txn *txn, const char *name);

#endif
