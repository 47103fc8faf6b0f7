/* SPDX-License-Identifier: Apache-2.0 */
/* Table-driven reading of what a peer answers into C structs.  Beside json/decode.h, which judges what
 * people write: here the other side is a program that may be newer, so members that no field names are
 * passed over, and all memory is a pool's. */
#ifndef JSON_RECORD_H
#define JSON_RECORD_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/pool.h"
#include "json/json-path.h"

/* The values, and what each is in the struct; in brackets what an optional one is that is absent or
 * null. */
enum record_type {
    RECORD_TEXT,  /* const char * ("") */
    RECORD_LINE,  /* const char *, control characters shown as blanks ("") */
    RECORD_WORD,  /* const char *, of ASCII letters, digits and "-_.:" ("") */
    RECORD_LINES, /* const char *: a list of texts, as lines that each end in a newline (NULL) */
    RECORD_BOOL,  /* int (0) */
    RECORD_INT,   /* int64_t between field.min and field.max (field.none) */
    RECORD_INDEX, /* size_t (SIZE_MAX) */
    RECORD_LIST_AS_TEXT,   /* const char *: a list as compact JSON text (NULL) */
    RECORD_OBJECT_AS_PAGE, /* const char *: an object as JSON text for people (NULL) */
    RECORD_OBJECT,         /* void *: a struct as field.table says (NULL) */
    RECORD_LIST,           /* struct record_list of such structs (empty) */
    RECORD_MEMBERS, /* struct record_list of struct record_member: an object whose members, texts and
                       whole numbers, may have any name that is a word (empty) */
};

struct record_list {
    void *items;
    size_t n;
};

struct record_member {
    const char *key, *value;
    int is_number;
};

struct record_field {
    const char *name;
    enum record_type type;
    bool optional;
    size_t offset; /* of the value in the struct */
    int64_t min, max, none;
    const struct record_table *table;
};

struct record_table {
    const struct record_field *fields;
    size_t n;
    size_t size; /* of the struct */
};

#define RECORD_TABLE(rows, type)                                                                   \
    {                                                                                              \
        (rows), sizeof(rows) / sizeof((rows)[0]), sizeof(type)                                     \
    }

/* Reads 'json' into the zeroed struct at 'base'.  What it points to is in 'pool' and lives as long.
 * Kind INVALID, "<path>: expected a list, got 5" or "<path>: missing"; -ENOMEM. */
int record_read(const struct record_table *table, const json_t *json, const struct json_path *path,
                struct pool *pool, void *base, struct vif_error *err);

#endif
