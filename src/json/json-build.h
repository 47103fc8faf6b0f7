/* SPDX-License-Identifier: Apache-2.0 */
/* Building JSON values without a check at each step: out of memory a value is NULL, which makes
 * all it goes into NULL, so that only the end needs a check. */
#ifndef JSON_BUILD_H
#define JSON_BUILD_H

#include <jansson.h>

#include "base/text.h"

/* 'object' with the member 'key'; takes both, and releases both when one is NULL or memory runs
 * out, and returns NULL then. */
json_t *json_with(json_t *object, const char *key, json_t *value);

/* The same for an element at the end of an array. */
json_t *json_and(json_t *array, json_t *value);

/* An object with one member. */
json_t *json_pair(const char *key, json_t *value);

/* 'json' as text that the caller frees, with line breaks and indentation for people; NULL when
 * 'json' is, or memory runs out.  Takes 'json'. */
char *json_finish(json_t *json);

/* Adds any JSON value to 'text', in the form of jansson's 'flags'. */
void json_add(struct text *text, const json_t *json, size_t flags);

#endif
