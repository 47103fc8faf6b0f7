/* SPDX-License-Identifier: Apache-2.0 */
/* Framing: where does one JSON text end in a stream that has no delimiter?  A bracket scanner that
 * limits size and depth before anything is parsed, and distinguishes a truncated text from
 * garbage. */
#ifndef JSON_SCAN_H
#define JSON_SCAN_H

#include <stdbool.h>
#include <stddef.h>

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

#endif
