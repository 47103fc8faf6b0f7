/* SPDX-License-Identifier: Apache-2.0 */
/* What building a transaction and sending it share. */
#ifndef OVSDB_TXN_INTERNAL_H
#define OVSDB_TXN_INTERNAL_H

#include <jansson.h>

#include "ovsdb/vswitch.h"

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

#endif
