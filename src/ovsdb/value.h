/* SPDX-License-Identifier: Apache-2.0 */
/* The notation of RFC 7047 section 5.1: making <value>s and <condition>s, and reading them.
 * Makers return a new reference, or NULL when memory is gone; each takes NULL for its arguments of
 * type json_t * and then returns NULL, so that calls can be nested and only the outermost checked.
 * They steal the references they are given. */
#ifndef OVSDB_VALUE_H
#define OVSDB_VALUE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/strmap.h"

/* Takes 'value' into an array or object; a NULL on either side makes the result NULL. */
json_t *value_append(json_t *array, json_t *value);
json_t *value_member(json_t *object, const char *key, json_t *value);

json_t *value_array2(json_t *a, json_t *b);
json_t *value_array3(json_t *a, json_t *b, json_t *c);

json_t *value_uuid(const char *uuid);                   /* ["uuid", ..] */
json_t *value_named_uuid(const char *name);             /* ["named-uuid", ..] */
json_t *value_set(json_t *items);                       /* ["set", [..]] */
json_t *value_map(const struct vif_map *map);           /* ["map", [[k, v], ..]] */
json_t *value_pair(const char *key, const char *value); /* ["map", [[key, value]]] */
json_t *value_keys(const struct vif_map *map);          /* ["set", [k, ..]] */

/* [column, function, value] */
json_t *value_clause(const char *column, const char *function, json_t *value);
/* {"op": op, "table": table, "where": [clause]}, and with no clause at all. */
json_t *value_op(const char *op, const char *table, json_t *clause);
json_t *value_op_all(const char *op, const char *table);
/* The operation with one more clause. */
json_t *value_and(json_t *operation, json_t *clause);

/* Copies a string value; false when 'value' is none or too long for 'size'. */
bool value_read_string(const json_t *value, char *ret, size_t size);
/* The same, but cuts what is too long. */
bool value_read_prefix(const json_t *value, char *ret, size_t size);
/* ["uuid", X]; an empty set reads as "". */
bool value_read_uuid(const json_t *value, char ret_uuid[37]);
/* The members of a set value, which may be a lone element: their number and each of them. */
size_t value_set_size(const json_t *value);
const json_t *value_set_item(const json_t *value, size_t i);
/* An optional integer; an empty set reads as 'otherwise'. */
bool value_read_optional(const json_t *value, int64_t otherwise, int64_t *ret);
/* A map of strings into 'ret' (empty before).  0; -EPROTO; -ENOMEM. */
int value_read_map(const json_t *value, struct vif_map *ret);

#endif
