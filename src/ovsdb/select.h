/* SPDX-License-Identifier: Apache-2.0 */
/* Reading rows of several tables at once. */
#ifndef OVSDB_SELECT_H
#define OVSDB_SELECT_H

#include "ovsdb/rows.h"

/* The rows to read of one table: those that one clause for each key selects, or all.  'clause' is
 * a format of value_write() for a key, NULL for every row; then rows without one of the keys are
 * dropped, if there are keys. */
struct selection {
    struct rows *rows;
    const char *clause;
    const char *const *keys; /* sorted */
    size_t n;
    size_t offset; /* of the key in a row */
};

/* Real quotes: a clause is written many times. */
#define SELECT_BY_NAME "[\"name\",\"==\",%s]"

/* From this many keys on, in all tables together, a conditional monitor is used instead of selects:
 * with 10,000 rows in each of two tables ovsdb-server 3.1 takes 45 ms for any number of names,
 * against 36 ms by 24 selects and 203 ms by 200. */
#define SELECT_MONITOR_FROM 24

/* Adds the rows of 'n' tables as they are at one moment.  An error of the server is reported in its
 * words, a reply that does not match the schema is -EPROTO (both kind OVSDB); other errors as
 * ovsdb_client_transact(), but a connection that is lost for good may be -ETIMEDOUT. */
int select_read(struct ovsdb_client *client, const struct selection *selections, size_t n,
                int64_t until, struct vif_error *err);

/* Its parts, for selects with other conditions: 'where' is a format for them, "" for every row. */
void select_add(struct ovsdb_operations *operations, const struct rows *rows, const char *where,
                ...);
int select_run(struct ovsdb_client *client, const struct ovsdb_operations *operations,
               int64_t until, json_t **ret, struct vif_error *err);

/* Gives -EPROTO (a reply that does not match the schema) and -ENOMEM their words; returns 'r'. */
int select_fault(int r, struct vif_error *err);

#endif
