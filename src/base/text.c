/* SPDX-License-Identifier: Apache-2.0 */
/* A growing text, for what is built piece by piece: plans, reports. */
#include "base/text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/pool.h"

void text_done(struct text *text)
{
    free(text->data);
    *text = (struct text){0};
}

/* Room for 'more' bytes and the NUL. */
static bool make_room(struct text *text, size_t more)
{
    if (!text->failed)
        text->failed = !array_grow(text->data, text->n, text->room, more + 1);
    return !text->failed;
}

void text_add_bytes(struct text *text, const char *bytes, size_t n)
{
    if (!make_room(text, n))
        return;
    if (n) /* memcpy() takes no NULL, not even for nothing */
        memcpy(text->data + text->n, bytes, n);
    text->n += n;
    text->data[text->n] = '\0';
}

void text_add(struct text *text, const char *format, ...)
{
    char small[256];
    va_list ap;
    int n;

    va_start(ap, format);
    n = vsnprintf(small, sizeof small, format, ap);
    va_end(ap);
    if (n < 0)
        return;
    if ((size_t)n < sizeof small) {
        text_add_bytes(text, small, (size_t)n);
        return;
    }
    if (!make_room(text, (size_t)n))
        return;
    va_start(ap, format);
    (void)vsnprintf(text->data + text->n, (size_t)n + 1, format, ap);
    va_end(ap);
    text->n += (size_t)n;
}

void text_copy(char *to, size_t size, const char *from)
{
    size_t n = strnlen(from, size - 1);

    memcpy(to, from, n);
    to[n] = '\0';
}

void text_flatten(char *text)
{
    for (unsigned char *p = (unsigned char *)text; *p; p++)
        if (*p < ' ' || *p == 0x7f)
            *p = ' ';
        else if (p[0] == 0xc2 && p[1] >= 0x80 && p[1] < 0xa0)
            p[0] = p[1] = ' ';
}

int text_compare_pointers(const void *a, const void *b)
{
    const char *const *left = a;
    const char *const *right = b;

    return strcmp(*left, *right);
}

int text_compare(const void *a, const void *b)
{
    return strcmp(a, b);
}

size_t text_utf8_length(const char *text, size_t n)
{
    const unsigned char *bytes = (const unsigned char *)text;
    size_t length = bytes[0] < 0x80 ? 1 : bytes[0] >= 0xf0 ? 4 : bytes[0] >= 0xe0 ? 3 : 2;

    if (length == 1)
        return 1;
    if (bytes[0] < 0xc2 || bytes[0] > 0xf4 || length > n)
        return 0;
    for (size_t i = 1; i < length; i++)
        if ((bytes[i] & 0xc0) != 0x80)
            return 0;
    if ((bytes[0] == 0xe0 && bytes[1] < 0xa0) || (bytes[0] == 0xed && bytes[1] > 0x9f) ||
        (bytes[0] == 0xf0 && bytes[1] < 0x90) || (bytes[0] == 0xf4 && bytes[1] > 0x8f))
        return 0;
    return length;
}

/* How many characters at the beginning need no look: most texts are nothing else. */
static size_t count_plain(const char *bytes, size_t n)
{
    size_t i = 0;

    while (i < n && bytes[i] >= ' ' && bytes[i] < 0x7f && bytes[i] != '"' && bytes[i] != '\\')
        i++;
    return i;
}

void text_add_json_bytes(struct text *text, const char *bytes, size_t n)
{
    text_add_bytes(text, "\"", 1);
    for (size_t i = 0; i < n;) {
        unsigned char c = (unsigned char)bytes[i];
        size_t plain = count_plain(bytes + i, n - i);
        size_t length = plain ? plain : text_utf8_length(bytes + i, n - i);

        if (plain)
            text_add_bytes(text, bytes + i, plain);
        else if (length == 0)
            text_add_bytes(text, "?", 1);
        else if (c == '"' || c == '\\')
            text_add(text, "\\%c", c);
        else if (c < 0x20 || c == 0x7f)
            text_add(text, "\\u%04x", c);
        else if (c == 0xc2 && (unsigned char)bytes[i + 1] < 0xa0) /* a control character, too */
            text_add(text, "\\u%04x", (unsigned char)bytes[i + 1]);
        else
            text_add_bytes(text, bytes + i, length);
        i += length ? length : 1;
    }
    text_add_bytes(text, "\"", 1);
}

void text_add_json(struct text *text, const char *value)
{
    text_add_json_bytes(text, value, strlen(value));
}

char *text_take(struct text *text)
{
    char *data;

    if (text->failed) {
        text_done(text);
        return NULL;
    }
    data = text->data ? text->data : calloc(1, 1);
    *text = (struct text){0};
    return data;
}

/* Unicode's control characters, line separators and bidirectional marks. */
static bool is_harmful(const unsigned char *c, size_t length)
{
    if (length == 1)
        return c[0] < 0x20 || c[0] == 0x7f;
    if (length == 2)
        return (c[0] == 0xc2 && c[1] < 0xa0) || (c[0] == 0xd8 && c[1] == 0x9c);
    if (length == 3 && c[0] == 0xe2 && c[1] == 0x80)
        return c[2] == 0x8e || c[2] == 0x8f || (c[2] >= 0xa8 && c[2] <= 0xae);
    return length == 3 && c[0] == 0xe2 && c[1] == 0x81 && c[2] >= 0xa6 && c[2] <= 0xa9;
}

void plain_add(struct text *text, const char *value, bool utf8)
{
    size_t n = strlen(value);

    for (size_t i = 0; i < n;) {
        const unsigned char *c = (const unsigned char *)value + i;
        size_t length = text_utf8_length(value + i, n - i);

        if (length && (utf8 || length == 1) && !is_harmful(c, length)) {
            text_add_bytes(text, value + i, length);
            i += length;
            continue;
        }
        length = length ? length : 1;
        for (size_t j = 0; j < length; j++)
            text_add(text, "\\x%02x", c[j]);
        i += length;
    }
}

size_t plain_width(const char *text, size_t n)
{
    size_t width = 0;

    for (size_t i = 0; i < n; i++)
        width += (text[i] & 0xc0) != 0x80;
    return width;
}

void names_done(struct names *names)
{
    free(names->items);
    *names = (struct names){0};
}

void names_add(struct names *names, const char *name)
{
    if (!name || !name[0])
        return;
    if (array_grow(names->items, names->n, names->room, 1))
        names->items[names->n++] = name;
    else
        names->failed = true;
}

int names_unique(struct names *names)
{
    size_t kept = 0;

    if (names->failed)
        return -ENOMEM;
    if (names->n)
        qsort(names->items, names->n, sizeof *names->items, text_compare_pointers);
    for (size_t i = 0; i < names->n; i++)
        if (!kept || strcmp(names->items[kept - 1], names->items[i]) != 0)
            names->items[kept++] = names->items[i];
    names->n = kept;
    return 0;
}

#define SEPARATORS " \t,"

void words_done(struct words *words)
{
    free(words->given);
    words->given = NULL;
}

int words_add(struct words *words, const char *more)
{
    char *longer = NULL;

    if (asprintf(&longer, "%s%s%s", words->given ? words->given : "", words->given ? " " : "",
                 more) < 0)
        return -ENOMEM;
    free(words->given);
    words->given = longer;
    return 0;
}

const char *words_text(const struct words *words)
{
    if (words->given)
        return words->given;
    return words->otherwise ? words->otherwise : "";
}

bool words_next(const char **at, const char **ret_word, size_t *ret_n)
{
    const char *word = *at + strspn(*at, SEPARATORS);
    size_t n = strcspn(word, SEPARATORS);

    *at = word + n;
    *ret_word = word;
    *ret_n = n;
    return n > 0;
}

/* Not fnmatch(), which supports more than a permission rule should: brackets, backslashes, the
 * locale.  Only the last '*' needs to be retried: earlier ones can stay at their shortest match. */
bool words_like(const char *pattern, size_t n, const char *name)
{
    size_t p = 0, retry = n + 1;
    const char *from = name;

    while (*name) {
        if (p < n && pattern[p] == '*') {
            retry = ++p;
            from = name;
        } else if (p < n && (pattern[p] == '?' || pattern[p] == *name)) {
            p++;
            name++;
        } else if (retry <= n) {
            p = retry;
            name = ++from;
        } else {
            return false;
        }
    }
    while (p < n && pattern[p] == '*')
        p++;
    return p == n;
}

bool words_match(const struct words *words, const char *name)
{
    const char *at = words_text(words), *word;
    size_t n;

    while (words_next(&at, &word, &n))
        if (words_like(word, n, name))
            return true;
    return false;
}
