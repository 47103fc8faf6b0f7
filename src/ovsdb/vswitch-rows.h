/* SPDX-License-Identifier: Apache-2.0 */
/* Decoding the rows of select results into the structs of vswitch.h. */
#ifndef OVSDB_VSWITCH_ROWS_H
#define OVSDB_VSWITCH_ROWS_H

#include <jansson.h>

#include "ovsdb/vswitch.h"

/* Rows of one kind, growing.  'size' is that of one row. */
struct rows {
    void *items;
    size_t n, room, size;
};

/* Reads one row into the zeroed 'item': 1 taken; 0 not for us (a name too long to be ours); -EPROTO
 * not of the schema's form; -ENOMEM. */
typedef int rows_read_fn(const json_t *row, void *item);
rows_read_fn rows_read_bridge, rows_read_port, rows_read_detailed_port, rows_read_interface,
    rows_read_qos;

/* Adds the rows of one select result. */
int rows_take(const json_t *result, struct rows *rows, rows_read_fn *read);

/* Sorts the rows by the text they begin with and drops those that came twice; the number left. */
size_t rows_unique(struct rows *rows, void (*drop)(void *item));

/* Drops the rows whose text 'offset' bytes into the row is not among the sorted names[0..n). */
void rows_keep(struct rows *rows, size_t offset, const char *const *names, size_t n,
               void (*drop)(void *item));

/* Sorts QoS rows by id; there may be several of one id. */
void rows_sort_qos(struct rows *rows);

/* Frees what a struct vswitch_port or vswitch_interface holds. */
void rows_drop_port(void *item);
void rows_drop_interface(void *item);

/* Adds a select of the QoS row that each port of 'vs' refers to, where details are wanted; and takes the
 * answers, which begin at results[at].  0; -EPROTO; -ENOMEM. */
json_t *vswitch_details_select(json_t *operations, const struct vswitch *vs);
int vswitch_details_take(const json_t *results, size_t at, struct vswitch *vs);

/* Finds the bridge of each port of 'vs' in the result of a select of all bridges with all their ports.
 * 0; -EPROTO; -ENOMEM. */
int rows_locate_in_all(const json_t *result, struct vswitch *vs);

/* Reads the Open_vSwitch row; its form is -EPROTO, its absence an error of its own. */
int rows_read_root(const json_t *result, struct vswitch *vs, struct vif_error *err);

/* The operations that read the details of all rows but ports, behind 'operations', and their results,
 * from the first of them on, into the rows of 'vs', which are complete and sorted.  -EPROTO; -ENOMEM. */
json_t *vswitch_status_select(json_t *operations);
int vswitch_status_take(const json_t *results, size_t first, struct vswitch *vs);

#endif
