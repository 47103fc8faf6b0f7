/* SPDX-License-Identifier: Apache-2.0 */
/* Writes where in a document something is wrong, and what was found there.  A path is linked
 * from its end to its root, so it is written backwards; if it does not fit, its beginning is
 * cut.  Keys and values come from the document: nothing in them may reach a terminal as a
 * control sequence. */
#include "json/json-text.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define ELLIPSIS  "..."
#define SHOWN_MAX 40

struct backward {
    char buffer[JSON_PATH_TEXT_MAX];
    size_t start; /* buffer[start..] is the text so far */
    bool full;
};

static void put(struct backward *out, char c)
{
    if (out->start == strlen(ELLIPSIS))
        out->full = true;
    else
        out->buffer[--out->start] = c;
}

/* The document's name was chosen by the user and may be in any script. */
static void put_text(struct backward *out, const char *text, bool is_key)
{
    for (size_t i = strlen(text); i > 0; i--) {
        unsigned char c = (unsigned char)text[i - 1];

        if (is_key && (c == '~' || c == '/')) {
            put(out, c == '~' ? '0' : '1');
            c = '~';
        }
        put(out, c < ' ' || c == 0x7f || (is_key && c > '~') ? '?' : (char)c);
    }
}

/* A document inside another one has the place as part of its name: "vifs.json: /3". */
static bool ends_with_index(const char *name)
{
    size_t n = strlen(name), digits = 0;

    while (digits < n && name[n - digits - 1] >= '0' && name[n - digits - 1] <= '9')
        digits++;
    return digits && n >= digits + 3 && strncmp(name + n - digits - 3, ": /", 3) == 0;
}

void json_path_text(const struct json_path *path, char ret_text[JSON_PATH_TEXT_MAX])
{
    struct backward out = {.start = JSON_PATH_TEXT_MAX - 1};
    const struct json_path *step = path;

    for (; step->up && !out.full; step = step->up) {
        char digits[24];

        (void)snprintf(digits, sizeof digits, "%zu", step->index);
        put_text(&out, step->key ? step->key : digits, true);
        put(&out, '/');
    }
    if (!step->up && step->key && *step->key) {
        if (step != path && !ends_with_index(step->key))
            put_text(&out, ": ", false);
        put_text(&out, step->key, false);
    }
    if (out.full) {
        /* Not within a character of a document's name. */
        while (((unsigned char)out.buffer[out.start] & 0xc0) == 0x80)
            out.start++;
        out.start -= strlen(ELLIPSIS);
        memcpy(out.buffer + out.start, ELLIPSIS, strlen(ELLIPSIS));
    }
    memcpy(ret_text, out.buffer + out.start, sizeof out.buffer - out.start);
}

int json_path_error(const struct json_path *path, struct vif_error *err, const char *format, ...)
{
    char where[JSON_PATH_TEXT_MAX];
    char words[VIF_ERROR_TEXT_MAX];
    va_list ap;

    va_start(ap, format);
    (void)vsnprintf(words, sizeof words, format, ap);
    va_end(ap);
    json_path_text(path, where);
    return error_set(err, VIF_ERROR_INVALID, "%s%s%s", where, *where ? ": " : "", words);
}

/* A value as an error shows it. */
struct shown {
    char text[SHOWN_MAX + 1];
    size_t n;
};

static int show_bytes(const char *bytes, size_t n, void *data)
{
    struct shown *shown = data;
    size_t room = SHOWN_MAX - shown->n;

    if (n > room) {
        memcpy(shown->text + shown->n, bytes, room);
        memcpy(shown->text + SHOWN_MAX - 3, "...", 3);
        shown->n = SHOWN_MAX;
        return -1; /* ends the dump, which may have millions of bytes */
    }
    memcpy(shown->text + shown->n, bytes, n);
    shown->n += n;
    return 0;
}

/* ASCII only: no character is cut in two, and no control character reaches a terminal. */
static struct shown show(const json_t *json)
{
    struct shown shown = {0};

    (void)json_dump_callback(json, show_bytes, &shown,
                             JSON_ENCODE_ANY | JSON_COMPACT | JSON_ENSURE_ASCII);
    for (char *p = shown.text; *p; p++)
        if (*p == 0x7f)
            *p = '?';
    return shown;
}

int json_path_expected(const struct json_path *path, const char *what, const json_t *got,
                       struct vif_error *err)
{
    return json_path_error(path, err, "expected %s, got %s", what, show(got).text);
}

int json_path_fault(const struct json_path *path, const char *fault, const json_t *got,
                    struct vif_error *err)
{
    return json_path_error(path, err, "%s %s", show(got).text, fault);
}
