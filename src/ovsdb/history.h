/* SPDX-License-Identifier: Apache-2.0 */
/* When rows were made.  The database does not say, but the log the server keeps it in does: every
 * record has the date of a transaction and the rows it touched (ovsdb(5), "Standalone Format"). */
#ifndef OVSDB_HISTORY_H
#define OVSDB_HISTORY_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/parse.h"

/* A row asked for, and what the log says of it. */
struct history_row {
    char uuid[UUID_TEXT_SIZE]; /* first: rows are sorted by it */
    int64_t
        since_ms; /* it is at least as old as this, in milliseconds since the epoch; 0: not said */
};

/* Finds the log of database Open_vSwitch among the files the server has open, and opens it for
 * reading; '*ret_fd' is the caller's.  -ENOENT when there is none that can be read so (a clustered
 * database has another format); -EACCES and other errnos when the server's files may not be seen. */
int history_open(pid_t server, int *ret_fd, struct vif_error *err);

/* Fills 'since_ms' of rows[0..n), sorted by UUID, from the log 'fd' (borrowed, read from its start).
 * What cannot be read as a record ends the reading, and what was read until then counts: the file may
 * be growing, or have been replaced by a compacted one.  A row the first record after a compaction
 * has may be older.  A clock that was set back dates nothing before a record that was earlier.
 *
 * 0; -EPROTO (kind OVSDB) when it is no log of Open_vSwitch; -ENOMEM. */
int history_read(int fd, struct history_row *rows, size_t n, struct vif_error *err);

#endif
