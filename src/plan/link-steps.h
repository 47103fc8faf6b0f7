/* SPDX-License-Identifier: Apache-2.0 */
/* What the kinds of links in links.c are made of: steps, differences and checks. */
#ifndef PLAN_LINK_STEPS_H
#define PLAN_LINK_STEPS_H

#include "plan/plan-internal.h"

/* A kind of link.  'info' is the link of that name, NULL when there is none. */
struct link_kind {
    const char *word;      /* in differences */
    const char *kernel;    /* its kind in the kernel; NULL for one of several */
    enum step_kind create; /* STEP_LINK_SET for a kind that is never created */
    int (*present)(struct planner *planner, const struct vif_wiring_link *link,
                   const struct link_info *info);
    int (*absent)(struct planner *planner, const struct vif_wiring_link *link,
                  const struct link_info *info);
    /* Adds differences of a link that is there and that no plan has steps for; may be NULL. */
    void (*show)(const struct vif_wiring_link *link, const struct link_info *info,
                 struct differences *differences);
};

extern const struct link_kind link_kinds[]; /* by enum vif_link_kind */

const struct link_info *plan_link(const struct planner *planner, const char *name);
bool link_is_up(const struct link_info *info);
/* The kind of a link that is there, for messages: "tap", "veth", "physical device". */
const char *link_words(const struct link_info *info);

/* Record that an attribute differs. */
void link_differs(struct planner *planner, const struct vif_wiring_link *link,
                  const struct link_info *info, const char *attribute, const char *is,
                  const char *should);
void link_differs_number(struct planner *planner, const struct vif_wiring_link *link,
                         const struct link_info *info, const char *attribute, int64_t is,
                         int64_t should);

/* Add a step, with 'before' as it was; the next two also record the difference, and return 0. */
struct step *link_step(struct planner *planner, enum step_kind kind,
                       const struct vif_wiring_link *link, const struct link_info *before);
int link_step_create(struct planner *planner, const struct vif_wiring_link *link);
int link_step_delete(struct planner *planner, const struct vif_wiring_link *link,
                     const struct link_info *info);

/* Changes a link that is there, or that an earlier step creates ('info' is NULL then), and records
 * what differs.  'master' is a name, "" for none.  NULL when 'change' changes nothing. */
struct step *link_step_set(struct planner *planner, const struct vif_wiring_link *link,
                           const struct link_info *info, const struct link_change *change,
                           const char *master);

/* Kind CONFLICT for a link of another kind; 'consequence' is "not touched" or the like. */
int link_check_kind(const struct planner *planner, const struct vif_wiring_link *link,
                    const struct link_info *info, const char *consequence);

/* The MTU to set; 0 when there is nothing to set. */
uint32_t link_mtu_change(const struct vif_wiring_link *link, const struct link_info *info);

/* Whether a link that the port of link 'name' needs is part of something else, such as a Linux
 * bridge: the switch cannot have it, or shares what it receives. */
bool link_has_wrong_master(const struct planner *planner, const struct link_info *info,
                           const char *name);

#endif
