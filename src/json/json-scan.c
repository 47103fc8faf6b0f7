/* SPDX-License-Identifier: Apache-2.0 */
/* The bracket scanner: finds the end of a JSON text without parsing it.  It counts brackets outside
 * strings and nothing else, so what it passes may still be bad JSON; what it refuses could never
 * become good.  The size and depth limits hold before the parser sees a byte.  Streams of messages
 * and documents of several texts are cut with it. */
#include "json/json-scan.h"

#include <errno.h>

#include "base/limits.h"

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* One byte outside strings.  Returns 1 when it ends the text. */
static inline int scan_byte(struct json_scan *at, char c)
{
    switch (c) {
    case '{':
    case '[':
        if (at->depth == LIMIT_JSON_DEPTH)
            return -E2BIG;
        at->depth++;
        at->started = true;
        return 0;
    case '}':
    case ']':
        if (!at->started)
            return -EPROTO;
        return --at->depth == 0;
    case '"':
        if (!at->started)
            return -EPROTO;
        at->in_string = true;
        return 0;
    default:
        return at->started || is_space(c) ? 0 : -EPROTO;
    }
}

static inline void scan_string_byte(struct json_scan *at, char c)
{
    if (at->escaped)
        at->escaped = false;
    else if (c == '\\')
        at->escaped = true;
    else if (c == '"')
        at->in_string = false;
}

/* Where in a string something happens; most bytes of a message are in strings. */
static inline size_t skip_plain(const char *text, size_t at, size_t end)
{
    while (at < end && text[at] != '"' && text[at] != '\\')
        at++;
    return at;
}

int json_scan(struct json_scan *scan, const char *text, size_t n, size_t max_bytes,
              size_t *ret_length)
{
    /* A local copy: 'text' could alias '*scan', which would cost a store for every byte. */
    struct json_scan at = *scan;
    size_t end = n < max_bytes ? n : max_bytes;
    int r = 0;

    while (at.scanned < end && r == 0) {
        char c;

        if (at.in_string && !at.escaped)
            at.scanned = skip_plain(text, at.scanned, end);
        if (at.scanned == end)
            break;
        c = text[at.scanned];
        if (at.in_string)
            scan_string_byte(&at, c);
        else
            r = scan_byte(&at, c);
        if (r >= 0)
            at.scanned++;
    }
    if (r == 0 && n > max_bytes)
        r = -EMSGSIZE;
    *scan = at;
    if (r > 0)
        *ret_length = at.scanned;
    return r;
}
