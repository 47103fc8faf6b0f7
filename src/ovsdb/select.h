/* SPDX-License-Identifier: Apache-2.0 */
/* Read-only transactions of "select" operations. */
#ifndef OVSDB_SELECT_H
#define OVSDB_SELECT_H

#include <jansson.h>

#include "ovsdb/client.h"

/* The operation with the NULL-ended list of columns it is to return; NULL when memory is gone, or
 * 'operation' is NULL. */
json_t *select_columns(json_t *operation, const char *const *columns);

/* Runs the operations (borrowed; NULL: memory was gone when they were made).  On success '*ret' is a
 * new reference to their results, one for each, none of which is an error; the first one that is, is
 * told in the server's words (kind OVSDB). */
int select_run(struct ovsdb_client *client, json_t *operations, int64_t until, json_t **ret,
               struct vif_error *err);

/* Gives -EPROTO (an answer that is not of the schema's form) and -ENOMEM their words; returns 'r'. */
int select_fault(int r, struct vif_error *err);

#endif
