/* SPDX-License-Identifier: Apache-2.0 */
/* Read-only transactions of "select" operations. */
#ifndef OVSDB_SELECT_H
#define OVSDB_SELECT_H

#include "ovsdb/rows.h"

/* Adds the select of the columns of 'rows'; 'where' is a format of value_write() for its
 * conditions, "" for every row of the table. */
void select_add(struct ovsdb_operations *operations, const struct rows *rows, const char *where,
                ...);

/* Runs the operations.  On success '*ret' is a new reference to their results, one for each,
 * none of which is an error; the first error is reported in the server's words (kind OVSDB). */
int select_run(struct ovsdb_client *client, const struct ovsdb_operations *operations,
               int64_t until, json_t **ret, struct vif_error *err);

/* The same for one operation, whose rows are added to 'rows'. */
int select_rows(struct ovsdb_client *client, struct ovsdb_operations *operations, int64_t until,
                struct rows *rows, struct vif_error *err);

/* Gives -EPROTO (a reply that does not match the schema) and -ENOMEM their words; returns 'r'. */
int select_fault(int r, struct vif_error *err);

#endif
