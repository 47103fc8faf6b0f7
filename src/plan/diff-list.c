/* SPDX-License-Identifier: Apache-2.0 */
/* The list of differences.  A report hands it to programs as it is, so each item holds plain texts; all
 * four of an item are one allocation.  differences.c and differences-links.c stand on it. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "plan/diff-internal.h"

void diff_done(struct differences *differences)
{
    for (size_t i = 0; i < differences->n; i++)
        free(differences->texts[i]);
    free(differences->texts);
    free(differences->items);
    *differences = (struct differences){0};
}

static bool make_room(struct differences *differences)
{
    struct vif_difference *items =
        reallocarray(differences->items, differences->n + 1, sizeof *items);
    char **texts;

    if (items)
        differences->items = items;
    texts = reallocarray(differences->texts, differences->n + 1, sizeof *texts);
    if (texts)
        differences->texts = texts;
    return items && texts;
}

/* Copies 'text' to '*at' and moves that behind it. */
static const char *put(char **at, const char *text)
{
    size_t n = strlen(text) + 1;
    const char *start = memcpy(*at, text, n);

    *at += n;
    return start;
}

void diff_add(struct differences *differences, char sign, const char *part, const char *attribute,
              const char *is, const char *should)
{
    char *texts = malloc(strlen(part) + strlen(attribute) + strlen(is) + strlen(should) + 4);
    char *at = texts;

    if (!texts || !make_room(differences)) {
        free(texts);
        differences->failed = true;
        return;
    }
    differences->texts[differences->n] = texts;
    differences->items[differences->n++] = (struct vif_difference){
        .sign = sign,
        .part = put(&at, part),
        .attribute = put(&at, attribute),
        .is = put(&at, is),
        .should = put(&at, should),
    };
    differences->counted += sign != ' ';
}

void diff_add_number(struct differences *differences, const char *part, const char *attribute,
                     int64_t is, int64_t should, bool optional)
{
    char is_text[24] = "", should_text[24] = "";

    if (is || !optional)
        (void)snprintf(is_text, sizeof is_text, "%" PRId64, is);
    if (should || !optional)
        (void)snprintf(should_text, sizeof should_text, "%" PRId64, should);
    diff_add(differences, '~', part, attribute, is_text, should_text);
}

void diff_part(char ret_part[DIFF_PART_MAX], const char *kind, const char *name)
{
    (void)snprintf(ret_part, DIFF_PART_MAX, "%s %s", kind, name);
}
