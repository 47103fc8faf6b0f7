/* SPDX-License-Identifier: Apache-2.0 */
/* The age of rows, from the log in which the server keeps its database (ovsdb(5), "Standalone
 * Format"): each record has the date of a transaction and the rows it changed. */
#ifndef OVSDB_HISTORY_H
#define OVSDB_HISTORY_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/parse.h"

struct history_row {
    char uuid[UUID_TEXT_SIZE]; /* first: rows are sorted by it */
    int64_t since_ms;          /* it is at least this old, ms since the epoch; 0: unknown */
};

/* Opens the log of database Open_vSwitch, found among the server's open files.  -ENOENT if there
 * is none (a clustered database has another format); -EACCES and others without access to the
 * files. */
int history_open(pid_t server, int *ret_fd, struct vif_error *err);

/* Sets 'since_ms' of rows[0..n), sorted by UUID, from the log 'fd' (borrowed).  Reading stops at
 * an unreadable record, since the file may be growing.  Rows of a compacted log may be older.
 * Dates never decrease, even if the clock was set back.  0; -EPROTO (kind OVSDB) if the file is
 * not a log of Open_vSwitch; -ENOMEM. */
int history_read(int fd, struct history_row *rows, size_t n, struct vif_error *err);

#endif
