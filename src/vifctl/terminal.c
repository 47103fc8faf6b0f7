/* SPDX-License-Identifier: Apache-2.0 */
/* Colours as every terminal of today knows them (ECMA-48); pipes, files and users who set NO_COLOR
 * get none.  Names and words of the database may have been written by any program that can write
 * there; shown as they are, they could make a terminal do what its user did not ask for. */
#include "vifctl/vifctl.h"

#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

size_t terminal_width(int fd)
{
    struct winsize size = {0};

    return ioctl(fd, TIOCGWINSZ, &size) < 0 ? 0 : size.ws_col;
}

bool terminal_is_smart(int fd)
{
    const char *term = getenv("TERM");

    return term && term[0] && strcmp(term, "dumb") != 0 && isatty(fd);
}

bool colour_wanted(void)
{
    const char *no_color = getenv("NO_COLOR");

    return !(no_color && no_color[0]) && terminal_is_smart(STDOUT_FILENO);
}

void colour_print(enum colour colour, const char *text)
{
    static const char *const sequences[] = {
        [COLOUR_PLAIN] = "",          [COLOUR_GREEN] = "\033[32m",   [COLOUR_RED] = "\033[31m",
        [COLOUR_YELLOW] = "\033[33m", [COLOUR_ALARM] = "\033[1;31m",
    };
    bool coloured = colour != COLOUR_PLAIN && colour_wanted();

    printf("%s%s%s", coloured ? sequences[colour] : "", text, coloured ? "\033[0m" : "");
}

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
