/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of words and patterns of names.  Not fnmatch(), which supports more than a permission rule
 * should: brackets, backslashes, the locale. */
#include "base/words.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

/* Only the last '*' needs to be retried: earlier ones can stay at their shortest match. */
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
