/* SPDX-License-Identifier: Apache-2.0 */
/* Differences between a wiring and what is there, as check and a dry run print them.  The planner
 * records each one where it makes the step against it. */
#ifndef PLAN_DIFF_H
#define PLAN_DIFF_H

#include <vif/vif.h>

#include "base/text.h"
#include "state/observe.h"

struct differences {
    struct vif_difference *items;
    char **texts; /* each item's four texts, one after the other */
    size_t n, room, texts_room;
    size_t counted; /* all but those of sign ' ' */
    bool failed;    /* out of memory */
};

void diff_done(struct differences *differences);

/* Adds a difference of the part "KIND NAME" with copies of the texts.  Does nothing with
 * 'differences' NULL; remembers that memory ran out. */
void diff_add(struct differences *differences, char sign, const char *kind, const char *name,
              const char *attribute, const char *is, const char *should);

/* Adds a whole part: '+' missing, '-' there and to go; the format writes what more there is of it.
 */
void diff_add_part(struct differences *differences, char sign, const char *kind, const char *name,
                   const char *format, ...) __attribute__((format(printf, 5, 6)));

/* Adds an attribute with numbers, of which a negative one is none. */
void diff_add_number(struct differences *differences, char sign, const char *kind, const char *name,
                     const char *attribute, int64_t is, int64_t should);

/* Adds the differences without a step: with 'complaints' those of ovs-vswitchd, unless it has yet
 * to process the last request; then what agents own or only creation sets (sign ' ').  'observed'
 * comes with details.  0 or -ENOMEM, also for what the planner could not record. */
int diff_complete(const struct vif_wiring *wiring, const struct observed *observed, bool complaints,
                  struct differences *differences, struct vif_error *err);

/* Whether ovs-vswitchd complains about a part of the wiring that is there. */
bool diff_complains(const struct vif_wiring *wiring, const struct observed *observed);

/* Adds "~ tap tap1: mtu 1500, should be 1442".  With 'verdict' a part that is missing or in the way
 * is followed by these words. */
void diff_words(const struct vif_difference *difference, bool verdict, struct text *text);

/* Adds a line for each difference that a plan has steps for; a dry run prints them. */
void diff_lines(const struct differences *differences, struct text *text);

#endif
