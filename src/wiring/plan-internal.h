/* SPDX-License-Identifier: Apache-2.0 */
/* What the two halves of the plan (presence, absence) share. */
#ifndef WIRING_PLAN_INTERNAL_H
#define WIRING_PLAN_INTERNAL_H

#include "wiring/plan.h"

/* What a plan is made of and from. */
struct planner {
    const struct wiring *wiring;
    const struct observed *observed;
    struct plan *plan;
    struct vif_error *err;
};

int plan_present(struct planner *planner);
int plan_absent(struct planner *planner);

/* Adds a zeroed step; NULL when memory is gone (then return error_memory()).  Pointers to earlier
 * steps are no longer valid. */
struct step *plan_add(struct planner *planner, enum step_kind kind, const char *name);

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
int plan_claim_port(const struct planner *planner, const struct wiring_port *port,
                    enum port_claim *ret_claim);

#endif
