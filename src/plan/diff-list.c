/* SPDX-License-Identifier: Apache-2.0 */
/* The list of differences.  A report hands it to programs as it is, so each item holds plain texts; all
 * four of an item are one allocation.  drift.c and drift-links.c stand on it. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "plan/diff-internal.h"

void drift_done(struct drift *drift)
{
    for (size_t i = 0; i < drift->n; i++)
        free(drift->texts[i]);
    free(drift->texts);
    free(drift->items);
    *drift = (struct drift){0};
}

static bool make_room(struct drift *drift)
{
    struct vif_difference *items = reallocarray(drift->items, drift->n + 1, sizeof *items);
    char **texts;

    if (items)
        drift->items = items;
    texts = reallocarray(drift->texts, drift->n + 1, sizeof *texts);
    if (texts)
        drift->texts = texts;
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

void drift_add(struct drift *drift, char sign, const char *part, const char *attribute,
               const char *is, const char *should)
{
    char *texts = malloc(strlen(part) + strlen(attribute) + strlen(is) + strlen(should) + 4);
    char *at = texts;

    if (!texts || !make_room(drift)) {
        free(texts);
        drift->failed = true;
        return;
    }
    drift->texts[drift->n] = texts;
    drift->items[drift->n++] = (struct vif_difference){
        .sign = sign,
        .part = put(&at, part),
        .attribute = put(&at, attribute),
        .is = put(&at, is),
        .should = put(&at, should),
    };
    drift->judged += sign != ' ';
}

void drift_add_number(struct drift *drift, const char *part, const char *attribute, int64_t is,
                      int64_t should, bool optional)
{
    char is_text[24] = "", should_text[24] = "";

    if (is || !optional)
        (void)snprintf(is_text, sizeof is_text, "%" PRId64, is);
    if (should || !optional)
        (void)snprintf(should_text, sizeof should_text, "%" PRId64, should);
    drift_add(drift, '~', part, attribute, is_text, should_text);
}

void drift_part(char ret_part[DRIFT_PART_MAX], const char *kind, const char *name)
{
    (void)snprintf(ret_part, DRIFT_PART_MAX, "%s %s", kind, name);
}
