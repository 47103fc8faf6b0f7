/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of the database as arrays of structs, by a table of columns for each.  A missing column
 * or an empty set is not set; text that is too long is cut; a value of another type is -EPROTO. */
#ifndef OVSDB_ROWS_H
#define OVSDB_ROWS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "ovsdb/client.h"
#include "ovsdb/value.h"

/* What a column is in its struct. */
enum column_type {
    COLUMN_UUID,    /* char[UUID_TEXT_SIZE]: a reference; "" for none, and for several */
    COLUMN_UUIDS,   /* struct uuid_set */
    COLUMN_COUNT,   /* size_t: the members of a set or map */
    COLUMN_NAME,    /* char[]: a row whose name is longer is left out */
    COLUMN_TEXT,    /* char[] */
    COLUMN_STRING,  /* char *: NULL for none */
    COLUMN_INTEGER, /* int64_t: 0 when not set */
    COLUMN_NUMBER,  /* int64_t: -1 when not set */
    COLUMN_BOOL,    /* bool */
    COLUMN_MAP,     /* struct vif_map */
    COLUMN_WORDS,   /* struct vif_map: a set of strings, as keys */
    COLUMN_KEY,     /* char[]: the value of column->keys[0] in a map; longer: as NAME */
    COLUMN_DETAIL,  /* struct vif_map that several share: the value as text, by the column's name */
    COLUMN_COUNTERS, /* int64_t[]: values of a map of integers, by column->keys; -1 when not set */
};

struct column {
    const char *name;
    enum column_type type;
    unsigned reads; /* bits of the reads that need it */
    size_t offset, size;
    const char *const *keys; /* KEY, COUNTERS: NULL-ended */
};

struct table {
    const char *name;
    const struct column *columns; /* ended by one without a name; the same name in a row */
    size_t size;                  /* of the struct */
};

#define COLUMN(name, type, reads, row, member)                                                     \
    {                                                                                              \
        name, type, reads, offsetof(struct row, member), sizeof(((struct row *)0)->member), NULL   \
    }

/* Rows of one table, growing. */
struct rows {
    const struct table *table;
    unsigned reads; /* the columns with any of these bits */
    bool long_names;
    char *items;
    size_t n, room;
};

/* Frees what the rows hold, and the array. */
void rows_done(struct rows *rows);
#define auto_rows __attribute__((cleanup(rows_done)))
/* The same for an array of 'n' structs, and what one struct holds. */
void rows_free(const struct table *table, void *items, size_t n);
void row_done(const struct table *table, void *item);

/* Writes ["column", ..], or without "_uuid". */
void rows_write_columns(struct text *out, const struct rows *rows, bool uuid);

/* The first row, or NULL. */
void *rows_first(const struct rows *rows);

/* Adds the rows of one select's result, or of the first reply of a monitor_cond for this table
 * (NULL: none).  -EPROTO; -ENOMEM. */
int rows_parse(struct rows *rows, const json_t *result);
int rows_parse_initial(struct rows *rows, json_t *updates);

/* Sorts the rows by the text they begin with and drops those that came twice. */
void rows_unique(struct rows *rows);

/* Keeps only rows with one of the sorted names[0..n) 'offset' bytes into the row. */
void rows_keep(struct rows *rows, size_t offset, const char *const *names, size_t n);

/* Rows by a text: of their own, or by the references they have. */
struct row_index {
    struct row_entry {
        const char *key;
        void *row;
    } * entries;
    size_t n;
};

void row_index_done(struct row_index *index);
#define auto_index __attribute__((cleanup(row_index_done)))
/* Room for 'n' entries, to be added and then sorted.  -ENOMEM. */
int row_index_begin(struct row_index *index, size_t n);
void row_index_add(struct row_index *index, const char *key, void *row);
void row_index_sort(struct row_index *index);
/* By the text 'offset' bytes into each of the rows.  -ENOMEM. */
int row_index_by_text(struct row_index *index, void *rows, size_t n, size_t size, size_t offset);
/* By each member of the struct uuid_set there. */
int row_index_by_references(struct row_index *index, void *rows, size_t n, size_t size,
                            size_t offset);
/* The first entry with this key; others follow it.  NULL when there is none. */
const struct row_entry *row_index_first(const struct row_index *index, const char *key);
void *row_index_find(const struct row_index *index, const char *key);

#endif
