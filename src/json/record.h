/* SPDX-License-Identifier: Apache-2.0 */
/* The codec between JSON objects and C structs: a table says the name, form and place of each
 * member, and both directions, the varlink interface and JSON Schema follow from it.  What people
 * write is read by model/object.h; this is for programs. */
#ifndef JSON_RECORD_H
#define JSON_RECORD_H

#include <jansson.h>
#include <stdint.h>

#include "base/pool.h"
#include "base/text.h"
#include "json/json-text.h"

/* The forms of values, texts first, and what each is in the struct; in brackets the value that
 * stands for an optional member that is absent. */
enum record_type {
    RECORD_TEXT,     /* const char * ("") */
    RECORD_LINE,     /* const char *, read with control characters replaced by blanks ("") */
    RECORD_WORD,     /* const char *, of ASCII letters, digits and "-_.:" ("") */
    RECORD_STRING,   /* const char *, of at most LIMIT_STRING bytes (NULL) */
    RECORD_SIGN,     /* char: a text of one ASCII character */
    RECORD_ENUM,     /* an enum: one of field.words (field.none) */
    RECORD_BOOL,     /* int (0) */
    RECORD_INT,      /* int64_t between field.min and field.max (field.none) */
    RECORD_INDEX,    /* size_t (SIZE_MAX) */
    RECORD_LINES,    /* const char *: a list of texts, as lines that each end in a newline (NULL) */
    RECORD_TEXTS,    /* const char *const *, NULL-ended: a list of such strings (NULL) */
    RECORD_RAW_LIST, /* const char *: a list as compact JSON text (NULL) */
    RECORD_PAGE,     /* const char *: an object as JSON text for people (NULL) */
    RECORD_DOCUMENTS, /* struct record_documents: a list (neither) */
    RECORD_ERROR,     /* const struct vif_error * (NULL) */
    RECORD_OBJECT,    /* const void *: a struct as field.table says (NULL) */
    RECORD_LIST,      /* const struct record_list * of such structs (NULL) */
    /* const struct record_list * of struct record_member: an object whose members, texts and
     * whole numbers, may have any name that is a word (NULL) */
    RECORD_MEMBERS,
};

struct record_list {
    const void *items;
    size_t n;
};

struct record_member {
    const char *key, *value;
    int is_number;
};

/* A list of any JSON values: read, the list itself, borrowed; written, its text. */
struct record_documents {
    json_t *list;
    const char *text;
};

struct record_words {
    const char *name; /* the type in varlink; NULL: a plain string */
    const char *const *words;
    int n;
};

struct record_field {
    const char *name;
    enum record_type type;
    bool optional;
    size_t offset; /* where the value is in the struct */
    int64_t min, max, none;
    const struct record_words *words;
    const struct record_table *table;
};

struct record_table {
    const char *name; /* the type in varlink */
    const struct record_field *fields;
    size_t n;
    size_t size; /* sizeof the struct */
    /* Says which members contradict each other, or NULL; such structs are refused. */
    const char *(*fault)(const void *record);
};

#define RECORD_FIELD(record, member, of_type)                                                      \
    .name = #member, .type = RECORD_##of_type, .offset = offsetof(record, member)
#define RECORD_TABLE(type_name, rows, record)                                                      \
    .name = (type_name), .fields = (rows), .n = sizeof(rows) / sizeof((rows)[0]),                  \
    .size = sizeof(record)

/* The word for an enum's value, "unknown" when it has none. */
const char *record_word(const struct record_words *words, int value);

/* Adds the struct at 'base' to 'out' as a JSON object; optional members that are absent are left
 * out. */
void record_write(const struct record_table *table, const void *base, struct text *out);

/* Reads 'json' into the zeroed struct at 'base'.  What that points to is in 'pool', or belongs to
 * 'json' (documents).  Members that the table does not have are ignored; null stands for an absent
 * member. Kind INVALID, "<path>: expected a list, got 5" or "<path>: missing"; -ENOMEM. */
int record_read(const struct record_table *table, const json_t *json, const struct json_path *path,
                struct pool *pool, void *base, struct vif_error *err);

/* The same for parameters of a call: a member that the table does not have is a fault, too.
 * -EINVAL with the name of the bad or missing member, borrowed, in '*ret_bad'; -ENOMEM. */
int record_read_parameters(const struct record_table *table, json_t *json, struct pool *pool,
                           void *base, const char **ret_bad);

/* JSON Schema (draft 2020-12) of what record_write() makes by 'table'.  The caller frees it; NULL
 * without memory. */
char *record_schema(const struct record_table *table);

#endif
