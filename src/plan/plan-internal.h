/* SPDX-License-Identifier: Apache-2.0 */
/* What the two halves of the plan (presence, absence) share. */
#ifndef PLAN_PLAN_INTERNAL_H
#define PLAN_PLAN_INTERNAL_H

#include "plan/plan.h"

/* What a plan is made of and from. */
struct planner {
    const struct vif_wiring *wiring;
    const struct observed *observed;
    struct plan *plan;
    struct vif_error *err;
};

int plan_present(struct planner *planner);
int plan_absent(struct planner *planner);

/* The steps that make one link what it is to be. */
int plan_present_link(struct planner *planner, const struct vif_wiring_link *link);

/* Adds a zeroed step; NULL when memory is gone (then return error_memory()).  Pointers to earlier
 * steps are no longer valid. */
struct step *plan_add(struct planner *planner, enum step_kind kind, const char *name);

/* Adds a STEP_LINK_SET when 'change' changes anything; NULL in '*ret_step' (may be NULL) when not. */
int plan_set_link(struct planner *planner, const struct vif_wiring_link *link, const char *name,
                  const struct link_info *before, const struct link_change *change,
                  const char *master, struct step **ret_step);

/* The steps that take away an Open vSwitch bridge or port that is there. */
int plan_absent_bridge(struct planner *planner, const struct vif_wiring_bridge *bridge);
int plan_absent_port(struct planner *planner, const struct vif_wiring_port *port);

const struct link_info *plan_link(const struct planner *planner, const char *name);

/* The kind of a link in a person's words: "tap", "veth", "physical device". */
const char *plan_kind_words(const struct link_info *info);

/* A link that carries the alias of another VIF, or that only has this name besides its own, is
 * nobody's to touch. */
int plan_check_alias(const struct planner *planner, const struct link_info *info);

/* What is known of a port's name in the database. */
enum port_claim {
    PORT_NONE,     /* no such port */
    PORT_OURS,     /* its iface-id is ours */
    PORT_UNMARKED, /* on our bridge, of our type, without an iface-id: ours by its name */
};

/* Decides whose the port is; -EEXIST (kind CONFLICT) when it is someone else's, -EAGAIN when what was
 * read does not fit together (someone is changing it). */
int plan_claim_port(const struct planner *planner, const struct vif_wiring_port *port,
                    enum port_claim *ret_claim);

#endif
