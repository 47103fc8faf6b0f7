/* SPDX-License-Identifier: Apache-2.0 */
/* Names and words of the database may have been written by anyone who can write there; shown as
 * they are, they could make a terminal do things its user did not ask for. */
#include "base/plain.h"

#include <string.h>

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
