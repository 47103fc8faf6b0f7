/* SPDX-License-Identifier: Apache-2.0 */
/* What the files that find drift share. */
#ifndef PLAN_DIFF_INTERNAL_H
#define PLAN_DIFF_INTERNAL_H

#include "plan/diff.h"

#define DRIFT_PART_MAX 128

struct drifter {
    const struct vif_wiring *wiring;
    const struct observed *observed;
    const struct plan *plan;
    struct drift *drift;
};

/* Adds a difference with copies of the texts; 'part' is "KIND NAME".  Memory that ran out is
 * remembered. */
void drift_add(struct drift *drift, char sign, const char *part, const char *attribute,
               const char *is, const char *should);

/* '~' with numbers; 0 for none where 'optional'. */
void drift_add_number(struct drift *drift, const char *part, const char *attribute, int64_t is,
                      int64_t should, bool optional);

/* Writes "KIND NAME". */
void drift_part(char ret_part[DRIFT_PART_MAX], const char *kind, const char *name);

/* The differences behind one step on a link. */
void drift_link_step(struct drifter *drifter, const struct step *step);

/* What of a link was given at its creation only and is not so: shown. */
void drift_shown_link(struct drifter *drifter, const struct vif_wiring_link *link);

#endif
