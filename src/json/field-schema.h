/* SPDX-License-Identifier: Apache-2.0 */
/* JSON Schema (draft 2020-12) of what the decoder takes for one field that is not an object. */
#ifndef FIELD_SCHEMA_H
#define FIELD_SCHEMA_H

#include "json/decode.h"

/* Where a reference leads to. */
#define FIELD_SCHEMA_DEFS "#/$defs/"

/* {"$ref": "#/$defs/<name>"}; a new reference, NULL when out of memory. */
json_t *field_schema_ref(const char *name);

/* The schema of 'field', which is not a FIELD_OBJECT, null not considered; the definition it refers
 * to, if any, is put into 'defs'.  A new reference, NULL when out of memory. */
json_t *field_schema(const struct field *field, json_t *defs);

#endif
