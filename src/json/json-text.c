/* SPDX-License-Identifier: Apache-2.0 */
/* Parses JSON texts from outside: documents of users and messages of peers.  The bracket scanner
 * goes first, so that a text too large or too deep is refused before the parser allocates for
 * it; jansson then checks the syntax.  Errors name line and column of the whole input, as an
 * editor counts them. */
#include "json/json-text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "base/limits.h"
#include "json/json-scan.h"

void json_text_seed(void)
{
    size_t seed = 0;

    if (getrandom(&seed, sizeof seed, GRND_NONBLOCK) == sizeof seed && seed)
        json_object_seed(seed); /* 0 means jansson's own way */
}

/* A part of an input: one text, perhaps with others before and after it. */
struct span {
    const char *input;
    size_t start;
    size_t n;
};

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

static bool is_blank(const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!memchr(" \t\r\n", text[i], 4))
            return false;
    return true;
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

static int syntax_error(const struct span *span, json_error_t *fault, struct vif_error *err)
{
    struct place place = place_of(span->input, span->start);

    /* jansson fails without a message only when out of memory. */
    if (!*fault->text || json_error_code(fault) == json_error_out_of_memory)
        return error_memory(err);
    make_printable(fault->text);
    if (fault->line == 1)
        place.column += fault->column - 1;
    else
        place.column = fault->column;
    place.line += fault->line - 1;
    return error_set(err, VIF_ERROR_INVALID, "line %d column %d: %s", place.line, place.column,
                     fault->text);
}

static int span_parse(const struct span *span, json_t **ret_json, struct vif_error *err)
{
    json_error_t fault = {0};
    json_t *json;

    /* jansson's lexer reports a failed allocation as an invalid token; errno distinguishes them. */
    errno = 0;
    json = json_loadb(span->input + span->start, span->n, JSON_REJECT_DUPLICATES, &fault);
    if (!json && errno == ENOMEM)
        return error_memory(err);
    if (!json)
        return syntax_error(span, &fault, err);
    *ret_json = json;
    return 0;
}

/* The error for a result of json_scan() that is not a text. */
static int scan_error(int r, const char *input, size_t offset, size_t max_bytes,
                      struct vif_error *err)
{
    struct place place;

    if (r == 0)
        return error_set(err, VIF_ERROR_INVALID, "ends in the middle of a JSON text");
    if (r == -EMSGSIZE)
        return error_set(err, VIF_ERROR_INVALID, "larger than %zu bytes", max_bytes);
    place = place_of(input, offset);
    if (r == -E2BIG)
        return error_set(err, VIF_ERROR_INVALID,
                         "line %d column %d: nested deeper than %d levels (byte %zu)", place.line,
                         place.column, LIMIT_JSON_DEPTH, offset + 1);
    return error_set(err, VIF_ERROR_INVALID, "line %d column %d: expected an object or a list",
                     place.line, place.column);
}

/* Cuts the first text off what begins at 'start'. */
static int span_cut(const char *input, size_t start, size_t n, size_t max_bytes,
                    struct span *ret_span, struct vif_error *err)
{
    struct json_scan scan = {0};
    size_t length;
    int r = json_scan(&scan, input + start, n - start, max_bytes, &length);

    if (r <= 0)
        return scan_error(r, input, start + scan.scanned, max_bytes, err);
    *ret_span = (struct span){input, start, length};
    return 0;
}

static int empty_error(struct vif_error *err)
{
    return error_set(err, VIF_ERROR_INVALID, "empty: expected an object or a list");
}

int json_text_parse(const char *text, size_t n, size_t max_bytes, json_t **ret_json,
                    struct vif_error *err)
{
    struct span span = {0};
    int r;

    if (n > max_bytes)
        return scan_error(-EMSGSIZE, text, 0, max_bytes, err);
    if (is_blank(text, n))
        return empty_error(err);
    r = span_cut(text, 0, n, max_bytes, &span, err);
    if (r < 0)
        return r;
    if (!is_blank(text + span.n, n - span.n)) {
        struct place place = place_of(text, span.n);

        return error_set(err, VIF_ERROR_INVALID,
                         "line %d column %d: trailing data after the JSON text", place.line,
                         place.column);
    }
    return span_parse(&span, ret_json, err);
}

int json_text_parse_scanned(const char *text, size_t n, json_t **ret_json, struct vif_error *err)
{
    return span_parse(&(struct span){text, 0, n}, ret_json, err);
}

int json_text_each(const char *text, size_t n, size_t max_bytes,
                   int (*each)(void *data, const char *where, json_t *json, struct vif_error *err),
                   void *data, struct vif_error *err)
{
    size_t start = 0;
    size_t count = 0;

    while (!is_blank(text + start, n - start)) {
        auto_json json_t *json = NULL;
        char where[32] = "";
        struct span span = {0};
        int r = span_cut(text, start, n, max_bytes, &span, err);

        if (r >= 0)
            r = span_parse(&span, &json, err);
        if (r < 0)
            return r;
        start += span.n;
        if (++count > 1 || !is_blank(text + start, n - start))
            (void)snprintf(where, sizeof where, "text %zu", count);
        r = each(data, where, json, err);
        if (r < 0)
            return r;
    }
    return count > 0 ? 0 : empty_error(err);
}
