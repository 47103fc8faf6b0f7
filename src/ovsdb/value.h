/* SPDX-License-Identifier: Apache-2.0 */
/* The notation of RFC 7047 section 5.1: <value>s are written as text and read from parsed JSON. */
#ifndef OVSDB_VALUE_H
#define OVSDB_VALUE_H

#include <jansson.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/parse.h"
#include "base/strmap.h"
#include "base/text.h"

#define auto_text __attribute__((cleanup(text_done)))

/* References to rows of another table. */
struct uuid_set {
    char (*items)[UUID_TEXT_SIZE];
    size_t n;
};

/* Writes JSON: ' in the format stands for ", and these for an argument:
 *
 *   %s  const char *              a string, quoted and escaped
 *   %i  int64_t                   a number
 *   %u  const char *              ["uuid", ..]
 *   %n  const char *              ["named-uuid", ..]
 *   %m  const struct vif_map *    ["map", [[key, value], ..]]
 *   %k  const struct vif_map *    ["set", [key, ..]]
 *   %r  const struct uuid_set *   the references as a set
 *   %t  const struct text *       JSON that was written before
 *   %j  const json_t *            JSON that was parsed
 *
 * The caller looks at out->failed at the end. */
void value_write(struct text *out, const char *format, ...);
void value_vwrite(struct text *out, const char *format, va_list ap);

/* The members of a set value, which may be a lone element: their number and each of them. */
size_t value_set_size(const json_t *value);
const json_t *value_set_item(const json_t *value, size_t i);

/* The pairs of a map, or NULL; a pair's key and value, NULL where it is not a string. */
const json_t *value_pairs(const json_t *value);
const char *value_pair_text(const json_t *pair, size_t i);

/* ["uuid", X] into 'ret_uuid'. */
bool value_read_uuid(const json_t *value, char ret_uuid[UUID_TEXT_SIZE]);
/* A map of strings into 'ret' (empty before).  0; -EPROTO; -ENOMEM. */
int value_read_map(const json_t *value, struct vif_map *ret);

#endif
