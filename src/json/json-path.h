/* SPDX-License-Identifier: Apache-2.0 */
/* Where in a document we are, kept on the stack of a recursive decoder; written out only when
 * something is wrong. */
#ifndef JSON_PATH_H
#define JSON_PATH_H

#include <jansson.h>
#include <stddef.h>

#include "base/error.h"

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
