/* SPDX-License-Identifier: Apache-2.0 */
/* JSON texts from outside: documents of users and messages of peers.  The bracket scanner goes
 * first, so that a text too large or too deep is refused before the parser allocates for it.  It
 * counts brackets outside strings and nothing else: what it passes may still be bad JSON, what it
 * refuses could never become good.  jansson then checks the syntax.  Errors name line and column of
 * the whole input, as an editor counts them. */
#include "json/json-text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "base/limits.h"

/* ---- where a text ends ---- */

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

/* ---- parsing ---- */

void json_text_seed(void)
{
    size_t seed = 0;

    if (getrandom(&seed, sizeof seed, GRND_NONBLOCK) == sizeof seed && seed)
        json_object_seed(seed); /* 0 means jansson's own way */
}

static bool is_blank(const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!is_space(text[i]))
            return false;
    return true;
}

struct place {
    int line;
    int column;
};

static struct place place_of(const char *input, size_t offset)
{
    struct place place = {1, 1};

    for (size_t i = 0; i < offset; i++) {
        place.column++;
        if (input[i] == '\n')
            place = (struct place){place.line + 1, 1};
    }
    return place;
}

static int error_at(struct place place, const char *words, struct vif_error *err)
{
    return error_set(err, VIF_ERROR_INVALID, "line %d column %d: %s", place.line, place.column,
                     words);
}

/* jansson quotes from the text: only its first line, and nothing that is not ASCII, because the
 * quotation may begin or end within a character. */
static void make_printable(char *words)
{
    words[strcspn(words, "\r\n")] = '\0';
    for (char *p = words; *p; p++)
        if (*p < ' ' || *p > '~')
            *p = '?';
}

int json_text_parse_scanned(const char *input, size_t start, size_t n, json_t **ret_json,
                            struct vif_error *err)
{
    json_error_t fault = {0};
    struct place place;

    /* jansson's lexer reports a failed allocation as an invalid token; errno distinguishes them. */
    errno = 0;
    *ret_json = json_loadb(input + start, n, JSON_REJECT_DUPLICATES, &fault);
    if (*ret_json)
        return 0;
    /* jansson fails without a message only when out of memory. */
    if (errno == ENOMEM || !*fault.text || json_error_code(&fault) == json_error_out_of_memory)
        return error_memory(err);
    make_printable(fault.text);
    place = place_of(input, start);
    place.column = fault.line == 1 ? place.column + fault.column - 1 : fault.column;
    place.line += fault.line - 1;
    return error_at(place, fault.text, err);
}

/* Cuts the first text off what begins at 'start'. */
static int cut(const char *input, size_t start, size_t n, size_t max_bytes, size_t *ret_length,
               struct vif_error *err)
{
    struct json_scan scan = {0};
    int r = json_scan(&scan, input + start, n - start, max_bytes, ret_length);
    char words[80] = "expected an object or a list";

    if (r > 0)
        return 0;
    if (r == 0)
        return error_set(err, VIF_ERROR_INVALID, "ends in the middle of a JSON text");
    if (r == -EMSGSIZE)
        return error_set(err, VIF_ERROR_INVALID, "larger than %zu bytes", max_bytes);
    if (r == -E2BIG)
        (void)snprintf(words, sizeof words, "nested deeper than %d levels (byte %zu)",
                       LIMIT_JSON_DEPTH, start + scan.scanned + 1);
    return error_at(place_of(input, start + scan.scanned), words, err);
}

static int empty_error(struct vif_error *err)
{
    return error_set(err, VIF_ERROR_INVALID, "empty: expected an object or a list");
}

int json_text_parse(const char *text, size_t n, size_t max_bytes, json_t **ret_json,
                    struct vif_error *err)
{
    size_t length;
    int r;

    if (n > max_bytes)
        return error_set(err, VIF_ERROR_INVALID, "larger than %zu bytes", max_bytes);
    if (is_blank(text, n))
        return empty_error(err);
    r = cut(text, 0, n, max_bytes, &length, err);
    if (r < 0)
        return r;
    if (!is_blank(text + length, n - length))
        return error_at(place_of(text, length), "trailing data after the JSON text", err);
    return json_text_parse_scanned(text, 0, length, ret_json, err);
}

int json_text_each(const char *text, size_t n, size_t max_bytes,
                   int (*each)(void *data, const char *where, json_t *json, struct vif_error *err),
                   void *data, struct vif_error *err)
{
    size_t start = 0, count = 0, length;

    while (!is_blank(text + start, n - start)) {
        auto_json json_t *json = NULL;
        char where[32] = "";
        int r = cut(text, start, n, max_bytes, &length, err);

        if (r >= 0)
            r = json_text_parse_scanned(text, start, length, &json, err);
        if (r < 0)
            return r;
        start += length;
        if (++count > 1 || !is_blank(text + start, n - start))
            (void)snprintf(where, sizeof where, "text %zu", count);
        r = each(data, where, json, err);
        if (r < 0)
            return r;
    }
    return count > 0 ? 0 : empty_error(err);
}

/* ---- building ---- */

json_t *json_with(json_t *object, const char *key, json_t *value)
{
    if (json_object_set_new(object, key, value) == 0)
        return object;
    json_decref(object);
    return NULL;
}

json_t *json_and(json_t *array, json_t *value)
{
    if (json_array_append_new(array, value) == 0)
        return array;
    json_decref(array);
    return NULL;
}

json_t *json_pair(const char *key, json_t *value)
{
    return json_with(json_object(), key, value);
}

static int add_bytes(const char *bytes, size_t n, void *data)
{
    text_add_bytes(data, bytes, n);
    return 0;
}

void json_add(struct text *text, const json_t *json, size_t flags)
{
    if (json_dump_callback(json, add_bytes, text, flags | JSON_ENCODE_ANY) < 0)
        text->failed = true;
}

/* Not json_dumps(): its text is jansson's allocator's, which a program may have replaced. */
char *json_finish(json_t *json)
{
    auto_json json_t *own = json;
    struct text text = {0};

    json_add(&text, own, JSON_INDENT(2)); /* fails for NULL */
    return text_take(&text);
}
