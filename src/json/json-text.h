/* SPDX-License-Identifier: Apache-2.0 */
/* Parsing and writing JSON texts with limits (jansson underneath). */
#ifndef JSON_TEXT_H
#define JSON_TEXT_H

#include <jansson.h>
#include <stddef.h>

#include "base/cleanup.h"
#include "base/error.h"

static inline void json_unref(json_t *json)
{
    json_decref(json);
}
DEFINE_AUTO(auto_json, json_t *, json_unref);
#define auto_json __attribute__((cleanup(auto_json_fn)))

/* Seeds jansson's hash tables, unless they are.  jansson would do it with its first object by
 * reading /dev/urandom; this is one system call. */
void json_text_seed(void);

/* Parses text[0..n): one object or array and nothing else but white space around it.  Duplicate
 * keys, NaN, bad UTF-8, NUL in strings, depth over LIMIT_JSON_DEPTH and more than 'max_bytes' are
 * refused.  On success '*ret_json' is a new reference.
 * -EINVAL (kind INVALID) with a message like "line 3 column 7: ..."; -ENOMEM. */
int json_text_parse(const char *text, size_t n, size_t max_bytes, json_t **ret_json,
                    struct vif_error *err);

/* The same for text[0..n) as json_scan() has cut it off, which has checked its limits. */
int json_text_parse_scanned(const char *text, size_t n, json_t **ret_json, struct vif_error *err);

/* Calls 'each' with every text found one after the other in text[0..n): one object, one array, or
 * one per line.  'where' is "" for a single text, else "text 3" (for error messages); 'json' is
 * borrowed.  'max_bytes' limits each text.  Stops at the first negative return and returns it:
 * texts before a faulty one have been handed to 'each' by then.  An empty input, garbage and an
 * input that ends within a text are -EINVAL; lines are counted from the start of the input. */
int json_text_each(const char *text, size_t n, size_t max_bytes,
                   int (*each)(void *data, const char *where, json_t *json, struct vif_error *err),
                   void *data, struct vif_error *err);

#endif
