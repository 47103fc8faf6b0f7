/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the planner share: links.c has the steps on links, rows.c those on rows. */
#ifndef PLAN_PLAN_INTERNAL_H
#define PLAN_PLAN_INTERNAL_H

#include "plan/plan.h"

#define ATTRIBUTE_MAX 256 /* "external_ids:KEY" */

struct planner {
    const struct vif_wiring *wiring;
    const struct observed *observed;
    struct plan *plan;
    struct differences *differences; /* NULL: not wanted */
    struct vif_error *err;
    struct step spare; /* what plan_add() returns when out of memory */
    bool failed;       /* out of memory */
};

/* Adds a step and returns it, for the caller to fill in; valid until the next.  When out of memory,
 * the planner remembers that it failed, and the step is of no use. */
struct step *plan_add(struct planner *planner, enum step_kind kind, const char *name);

#define plan_conflict(planner, ...) error_set((planner)->err, VIF_ERROR_CONFLICT, __VA_ARGS__)

/* The steps that make one link what it is to be, or remove it. */
int plan_link_present(struct planner *planner, const struct vif_wiring_link *link);
int plan_link_absent(struct planner *planner, const struct vif_wiring_link *link);

/* Adds differences of a link that no plan has steps for. */
void plan_show_link(const struct observed *observed, const struct vif_wiring_link *link,
                    struct differences *differences);

/* The same for a bridge, a port, and all QoS rows that only their id names. */
int plan_bridge_present(struct planner *planner, const struct vif_wiring_bridge *bridge);
void plan_bridge_absent(struct planner *planner, const struct vif_wiring_bridge *bridge);
int plan_port_present(struct planner *planner, const struct vif_wiring_port *port);
int plan_port_absent(struct planner *planner, const struct vif_wiring_port *port);
void plan_qos_absent(struct planner *planner, const struct wiring_qos *wanted);

enum port_owner {
    PORT_MISSING,
    PORT_OURS,     /* its iface-id is ours */
    PORT_UNMARKED, /* on our bridge, of our type, without an iface-id: ours by its name */
};

/* A port by its name, with its owner. */
struct port_rows {
    enum port_owner owner;
    const struct vswitch_port *port;
    const struct vswitch_interface *interface;
};

/* Finds the port of this name.  Kind CONFLICT when it belongs to another VIF; -EAGAIN when what was
 * read does not fit together, because it is being changed. */
int plan_find_port(const struct planner *planner, const struct vif_wiring_port *port,
                   struct port_rows *ret, struct vif_error *err);

#endif
