/* SPDX-License-Identifier: Apache-2.0 */
/* Decoding the rows of select results into the structs of vswitch.h. */
#ifndef OVSDB_VSWITCH_ROWS_H
#define OVSDB_VSWITCH_ROWS_H

#include <jansson.h>

#include "ovsdb/vswitch.h"

/* Sends the selects 'operations' (NULL: memory is gone; borrowed); on success '*ret' has a result for
 * each, and belongs to the caller.  Errors as vswitch_read(). */
int vswitch_ask(struct ovsdb_client *client, json_t *operations, int64_t until, json_t **ret,
                struct vif_error *err);

/* Rows of one kind, growing.  'size' is that of one row. */
struct rows {
    void *items;
    size_t n, room, size;
};

/* Reads one row into the zeroed 'item': 1 taken; 0 not for us (a name too long to be ours); -EPROTO
 * not of the schema's form; -ENOMEM. */
typedef int rows_read_fn(const json_t *row, void *item);
rows_read_fn rows_read_bridge, rows_read_port, rows_read_interface, rows_read_qos;

/* Adds the rows of one select result. */
int rows_take(const json_t *result, struct rows *rows, rows_read_fn *read);

/* Sorts the rows by the text they begin with and drops those that came twice; the number left. */
size_t rows_unique(struct rows *rows, void (*drop)(void *item));

/* Drops the rows whose text 'offset' bytes into the row is not among the sorted names[0..n). */
void rows_keep(struct rows *rows, size_t offset, const char *const *names, size_t n,
               void (*drop)(void *item));

/* Sorts QoS rows by id; there may be several of one id. */
void rows_sort_qos(struct rows *rows);

/* Frees what a struct vswitch_interface holds. */
void rows_drop_interface(void *item);

#endif
