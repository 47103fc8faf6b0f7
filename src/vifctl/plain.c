/* SPDX-License-Identifier: Apache-2.0 */
/* Names and words of the database may have been written by anyone who can write there; shown as they
 * are, they could make a terminal do what its user did not ask for. */
#include "vifctl/plain.h"

#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

bool plain_utf8(void)
{
    return setlocale(LC_CTYPE, "") && strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

size_t plain_columns(const char *value, bool utf8)
{
    struct text text = {0};
    size_t columns;

    plain_add(&text, value, utf8);
    columns = text.failed ? 0 : plain_width(text.data ? text.data : "", text.n);
    text_done(&text);
    return columns;
}

void plain_print(const char *value, bool utf8, size_t width)
{
    struct text text = {0};
    size_t columns;

    plain_add(&text, value, utf8);
    if (!text.failed && text.n) {
        columns = plain_width(text.data, text.n);
        printf("%s%*s", text.data, columns < width ? (int)(width - columns) : 0, "");
    }
    text_done(&text);
}

void plain_wrap(const char *text, size_t column, size_t indent, size_t width)
{
    for (bool first = true; *text; first = false) {
        size_t n = strcspn(text, " "), room = plain_width(text, n);

        if (!first && column + 1 + room > width) {
            printf("\n%*s", (int)indent, "");
            column = indent;
        } else if (!first) {
            column += (size_t)printf(" ");
        }
        printf("%.*s", (int)n, text);
        column += room;
        text += n + strspn(text + n, " ");
    }
    puts("");
}
