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

/* ---- links.c: what the kinds of links are made of ---- */

extern const struct link_kind link_kind_tap, link_kind_veth, link_kind_bridge, link_kind_vlan,
    link_kind_device;

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

/* For 'absent': a link of its kind goes; one of another kind is not ours. */
int link_absent(struct planner *planner, const struct vif_wiring_link *link,
                const struct link_info *info);

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
