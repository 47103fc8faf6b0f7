/* SPDX-License-Identifier: Apache-2.0 */
/* What the files that find differences share. */
#ifndef PLAN_DIFF_INTERNAL_H
#define PLAN_DIFF_INTERNAL_H

#include "plan/diff.h"

#define DIFF_PART_MAX 128

struct differ {
    const struct vif_wiring *wiring;
    const struct observed *observed;
    const struct plan *plan;
    struct differences *differences;
};

/* Adds a difference with copies of the texts; 'part' is "KIND NAME".  Memory that ran out is
 * remembered. */
void diff_add(struct differences *differences, char sign, const char *part, const char *attribute,
              const char *is, const char *should);

/* '~' with numbers; 0 for none where 'optional'. */
void diff_add_number(struct differences *differences, const char *part, const char *attribute,
                     int64_t is, int64_t should, bool optional);

/* Writes "KIND NAME". */
void diff_part(char ret_part[DIFF_PART_MAX], const char *kind, const char *name);

/* The differences behind one step on a link. */
void diff_link_step(struct differ *differ, const struct step *step);

/* What of a link was given at its creation only and is not so: shown. */
void diff_shown_link(struct differ *differ, const struct vif_wiring_link *link);

#endif
