/* SPDX-License-Identifier: Apache-2.0 */
/* Parsing JSON texts with limits, building them (jansson underneath), and places in them. */
#ifndef JSON_TEXT_H
#define JSON_TEXT_H

#include <jansson.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/text.h"

static inline void json_unref(json_t *json)
{
    json_decref(json);
}
DEFINE_AUTO(auto_json, json_t *, json_unref);
#define auto_json __attribute__((cleanup(auto_json_fn)))

/* ---- framing: where one text ends in a stream that has no delimiter ---- */

/* Zero-initialise before each text. */
struct json_scan {
    size_t scanned; /* bytes looked at so far */
    size_t depth;
    bool started; /* an opening bracket was seen */
    bool in_string;
    bool escaped;
};

/* Looks at text[0..n), of which the first scan->scanned bytes were looked at by earlier calls (the
 * caller appends and calls again).  Only objects and arrays are texts here.
 *
 * Returns 1 and the length of the first whole text (with white space before it) in '*ret_length';
 * 0 when it is not complete yet; -EPROTO when what is there cannot begin a text (anything but white
 * space before the first bracket) or a bracket closes nothing; -EMSGSIZE past 'max_bytes'; -E2BIG
 * nested deeper than LIMIT_JSON_DEPTH.  scan->scanned then is the place of the fault. */
int json_scan(struct json_scan *scan, const char *text, size_t n, size_t max_bytes,
              size_t *ret_length);

/* ---- parsing ---- */

/* Seeds jansson's hash tables, unless they are.  jansson would do it with its first object by
 * reading /dev/urandom; this is one system call. */
void json_text_seed(void);

/* Parses text[0..n): one object or array and nothing else but white space around it.  Duplicate
 * keys, NaN, bad UTF-8, NUL in strings, depth over LIMIT_JSON_DEPTH and more than 'max_bytes' are
 * refused.  On success '*ret_json' is a new reference.
 * -EINVAL (kind INVALID) with a message like "line 3 column 7: ..."; -ENOMEM. */
int json_text_parse(const char *text, size_t n, size_t max_bytes, json_t **ret_json,
                    struct vif_error *err);

/* The same for the 'n' bytes at input[start], as json_scan() has cut them off a larger input, which
 * has checked the limits. */
int json_text_parse_scanned(const char *input, size_t start, size_t n, json_t **ret_json,
                            struct vif_error *err);

/* Calls 'each' with every text found one after the other in text[0..n): one object, one array, or
 * one per line.  'where' is "" for a single text, else "text 3" (for error messages); 'json' is
 * borrowed.  'max_bytes' limits each text.  Stops at the first negative return and returns it:
 * texts before a faulty one have been handed to 'each' by then.  An empty input, garbage and an
 * input that ends within a text are -EINVAL; lines are counted from the start of the input. */
int json_text_each(const char *text, size_t n, size_t max_bytes,
                   int (*each)(void *data, const char *where, json_t *json, struct vif_error *err),
                   void *data, struct vif_error *err);

/* ---- building, without a check at each step: out of memory a value is NULL, which makes all it
 * goes into NULL, so that only the end needs a check ---- */

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

/* ---- where in a document we are, kept on the stack of a recursive decoder; written out only when
 * something is wrong ---- */

/* One step; 'key' NULL means list element 'index'.  The root has up NULL and 'key' = the document's
 * name or "". */
struct json_path {
    const struct json_path *up;
    const char *key;
    size_t index;
};

#define JSON_PATH_TEXT_MAX 384

/* Writes e.g. "vif.json: /vif/network/mtu"; '/' and '~' in keys are escaped as RFC 6901 says;
 * what is not printable ASCII in a key is shown as '?', control characters in the document's
 * name too.  A name that says itself where in a list it stands goes on: "vifs.json: /3" gives
 * "vifs.json: /3/vif". A path too long for 'ret_text' keeps its end, behind "...". */
void json_path_text(const struct json_path *path, char ret_text[JSON_PATH_TEXT_MAX]);

/* Kind INVALID: "<path>: <words>".  Returns -EINVAL. */
int json_path_error(const struct json_path *path, struct vif_error *err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Kind INVALID: "<path>: expected <what>, got <value>", the value as JSON in ASCII, shortened to 40
 * bytes.  Returns -EINVAL. */
int json_path_expected(const struct json_path *path, const char *what, const json_t *got,
                       struct vif_error *err);

/* Kind INVALID: "<path>: <value> <fault>", the value as above.  Returns -EINVAL. */
int json_path_fault(const struct json_path *path, const char *fault, const json_t *got,
                    struct vif_error *err);

#endif
