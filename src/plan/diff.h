/* SPDX-License-Identifier: Apache-2.0 */
/* Differences: what is different between a wiring and what is there, in words.  A pure function of (wiring,
 * observed, plan); what is different is what the plan has steps for, and besides what ovs-vswitchd says
 * of rows that are as they should be. */
#ifndef PLAN_DIFF_H
#define PLAN_DIFF_H

#include <vif/vif.h>

#include "plan/plan.h"

struct differences {
    struct vif_difference *items;
    char **texts; /* of each item: its four texts, one behind the other */
    size_t n;
    size_t counted; /* those that count: all but the ones of sign ' ' */
    bool failed;    /* memory ran out */
};

void diff_done(struct differences *differences);

/* The differences, in the order of the plan's steps, then the complaints, then what is only shown.
 * 'observed' comes from observe_details().  With 'complaints' those of ovs-vswitchd are among them,
 * unless it has not yet taken up what it was last asked for.  0 or -ENOMEM; '*ret' (empty before) belongs
 * to the caller in either case. */
int diff_find(const struct vif_wiring *wiring, const struct observed *observed,
              const struct plan *plan, bool complaints, struct differences *ret,
              struct vif_error *err);

/* Whether ovs-vswitchd has a complaint about a part of the wiring that is there. */
bool diff_complains(const struct vif_wiring *wiring, const struct observed *observed);

#endif
