/* SPDX-License-Identifier: Apache-2.0 */
/* Table-driven decoding of JSON objects into C structs.  The table is the schema: what decodes is
 * what is documented.  Knows scalars and lists of scalars; nested objects are handed to a function
 * the table names, so that the owner of the objects decides how they are wrapped. */
#ifndef JSON_DECODE_H
#define JSON_DECODE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "json/json-path.h"

enum field_type {                /* text first, see field_is_text() */
                  FIELD_STRING,  /* char *, at most LIMIT_STRING bytes */
                  FIELD_IFNAME,  /* char *, a possible interface name */
                  FIELD_UUID,    /* char *, normalised to lower case */
                  FIELD_MAC,     /* char *, normalised */
                  FIELD_PCI,     /* char *, normalised */
                  FIELD_IP,      /* char *, lower case */
                  FIELD_CIDR,    /* char *, lower case */
                  FIELD_ENUM,    /* int, index into field.words */
                  FIELD_BOOL,    /* bool */
                  FIELD_INT,     /* int64_t between field.min and field.max; 0 when null */
                  FIELD_IP_LIST, /* struct string_list */
                  FIELD_OBJECT,  /* void *, made by field.object */
};

/* Whether fields of this type are a char *. */
static inline bool field_is_text(enum field_type type)
{
    return type <= FIELD_CIDR;
}

struct string_list {
    char **items;
    size_t n;
};

struct field_object; /* what the owner of the objects needs to know of a nested one */

/* One field of a C struct.  A field that is absent leaves the struct alone; one that is there sets
 * bit 'bit' in the struct's uint32_t 'present' mask, with a NULL pointer for null. */
struct field {
    const char *name;
    enum field_type type;
    bool nullable;
    uint8_t bit;
    uint16_t minor;                    /* minor version of the object that introduced it */
    size_t offset;                     /* of the value in the struct */
    int64_t min, max;                  /* FIELD_INT */
    bool or_zero;                      /* FIELD_INT: 0 is taken although 'min' is above it */
    const char *const *words;          /* FIELD_ENUM, ended by NULL */
    const struct field_object *object; /* FIELD_OBJECT */
};

/* One class of objects, in the newest version this program knows: 1.minor. */
struct object_class {
    const char *name;
    unsigned minor;
    const struct field *fields;
    size_t n_fields;
};

/* Makes room for the elements of the array 'json': '*ret_n' zeroed pointers in '*ret_items'.
 * 'expected' is what an error says for another type; more elements than LIMIT_LIST are an error,
 * too. */
int decode_room(json_t *json, const struct json_path *path, const char *expected, void *ret_items,
                size_t *ret_n, struct vif_error *err);

/* Decodes a nested object: allocates '*ret' and fills it.  'json' is never null. */
typedef int decode_object_fn(const struct field_object *object, json_t *json,
                             const struct json_path *path, void **ret, struct vif_error *err);

/* Decodes the members of 'json' (an object) into the zeroed struct at 'base', whose 'present' mask
 * is at 'present'.  Members whose name is in 'ignore' (NULL-ended, may be NULL) are skipped; any
 * other that no field of 'class' names is refused.  An error reads "<path>: expected an integer,
 * got \"big\"" (cut at 40 bytes).
 *
 * After an error the struct holds the fields decoded so far: the caller frees it with
 * fields_free(). */
int fields_decode(const struct object_class *class, json_t *json, const char *const *ignore,
                  const struct json_path *path, decode_object_fn *decode_object, void *base,
                  uint32_t *present, struct vif_error *err);

/* Frees the strings and lists of the struct at 'base'; nested objects through 'free_object'. */
void fields_free(const struct field *fields, size_t n_fields, void *base,
                 void (*free_object)(const struct field_object *object, void *value));

/* ---- field-schema.c ---- */

/* Where a reference leads to. */
#define FIELD_SCHEMA_DEFS "#/$defs/"

/* {"$ref": "#/$defs/<name>"}; a new reference, NULL when out of memory. */
json_t *field_schema_ref(const char *name);

/* JSON Schema (draft 2020-12) of 'field', which is not a FIELD_OBJECT, null not considered; the
 * definition it refers to, if any, is put into 'defs'.  A new reference, NULL without memory. */
json_t *field_schema(const struct field *field, json_t *defs);

#endif
