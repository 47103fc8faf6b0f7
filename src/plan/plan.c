/* SPDX-License-Identifier: Apache-2.0 */
/* Making a plan: whether what it is based on still holds, then the parts of the wiring in order. */
#include "plan/plan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/pool.h"
#include "plan/plan-internal.h"

void plan_done(struct plan *plan)
{
    for (size_t i = 0; i < plan->n; i++)
        vswitch_interface_change_done(&plan->steps[i].row_change);
    free(plan->steps);
    *plan = (struct plan){0};
}

struct step *plan_add(struct planner *planner, enum step_kind kind, const char *name)
{
    struct plan *plan = planner->plan;
    struct step *step = &planner->spare;

    if (array_grow(plan->steps, plan->n, plan->room, 1)) {
        step = &plan->steps[plan->n++];
        *step = (struct step){.kind = kind, .name = name};
    } else {
        planner->failed = true;
    }
    return step;
}

static int check_link(const struct planner *planner, const struct wiring_expected *expected)
{
    const struct link_info *info = observed_link(planner->observed, expected->name);

    if (!info || info->ifindex == expected->ifindex)
        return 0;
    return plan_conflict(planner, "%s is %s by now", expected->name,
                         expected->ifindex ? "another device" : "there");
}

static int check_row(const struct planner *planner, const struct wiring_expected *expected,
                     const char *uuid)
{
    if (!uuid || strcmp(uuid, expected->uuid) == 0)
        return 0;
    return plan_conflict(planner, "%s %s is %s by now",
                         expected->sort == WIRING_PORT ? "port" : "bridge", expected->name,
                         expected->uuid[0] ? "another" : "there");
}

/* Whether what the wiring was checked against is still so. */
static int check_expected(const struct planner *planner, const struct wiring_expected *expected)
{
    const struct vswitch *db = &planner->observed->db;
    const struct vswitch_bridge *bridge;
    const struct vswitch_port *port;
    int r = 0;

    switch (expected->sort) {
    case WIRING_LINK:
        return check_link(planner, expected);
    case WIRING_PORT:
        port = vswitch_find_port(db, expected->name);
        return check_row(planner, expected, port ? port->uuid : NULL);
    case WIRING_OVS_BRIDGE:
        bridge = vswitch_find_bridge(db, expected->name);
        r = check_row(planner, expected, bridge ? bridge->uuid : NULL);
        if (r == 0 && bridge && (!bridge->counted || bridge->n_ports != expected->n_ports))
            r = plan_conflict(planner, "bridge %s has other ports by now", expected->name);
        break;
    }
    return r;
}

bool plan_is_reopen_request(int64_t ofport_request)
{
    return ofport_request >= PLAN_REOPEN_OFPORT &&
           ofport_request < PLAN_REOPEN_OFPORT + PLAN_REOPEN_RANGE;
}

/* Open vSwitch takes representors since 2.8. */
static int check_version(const struct planner *planner)
{
    const char *version = planner->observed->db.ovs_version;
    int major, minor;

    if (!planner->wiring->needs_tc_offload || parse_version(version, &major, &minor) < 0 ||
        major > 2 || (major == 2 && minor >= 8))
        return 0;
    return error_set(planner->err, VIF_ERROR_UNSUPPORTED,
                     "Open vSwitch %s cannot offload flows to a NIC: 2.8 or later is needed",
                     version);
}

/* The rules of this wiring, by their place in memory: they were observed through it. */
static void add_rules(struct planner *planner, const struct observed_rules *rules)
{
    const struct vif_wiring *wiring = planner->wiring;

    if (rules->there)
        return;
    for (size_t i = 0; i < wiring->n_rules; i++) {
        if (rules->wanted != &wiring->rules[i])
            continue;
        diff_add_part(planner->differences, '+', "forwarding rules of", rules->wanted->bridge, "%s",
                      "");
        plan_add(planner, STEP_RULES, rules->wanted->bridge)->rules = rules->wanted;
    }
}

static int make_present(struct planner *planner)
{
    const struct vif_wiring *wiring = planner->wiring;
    int r = check_version(planner);

    for (size_t i = 0; r == 0 && i < wiring->n_links; i++)
        r = plan_link_present(planner, &wiring->links[i]);
    for (size_t i = 0; r == 0 && i < wiring->n_bridges; i++)
        r = plan_bridge_present(planner, &wiring->bridges[i]);
    for (size_t i = 0; r == 0 && i < wiring->n_ports; i++)
        r = plan_port_present(planner, &wiring->ports[i]);
    for (size_t i = 0; r == 0 && i < planner->observed->n_rules; i++)
        add_rules(planner, &planner->observed->rules[i]);
    return r;
}

/* Removes everything that is there and ours, also the rest of a half-removed VIF. */
static int make_absent(struct planner *planner)
{
    const struct vif_wiring *wiring = planner->wiring;
    int r = 0;

    for (size_t i = 0; r == 0 && i < wiring->n_ports; i++)
        r = plan_port_absent(planner, &wiring->ports[i]);
    for (size_t i = 0; r == 0 && i < wiring->n_bridges; i++)
        plan_bridge_absent(planner, &wiring->bridges[i]);
    for (size_t i = 0; r == 0 && i < wiring->n_links; i++)
        r = plan_link_absent(planner, &wiring->links[i]);
    for (size_t i = 0; r == 0 && i < wiring->n_qos; i++)
        plan_qos_absent(planner, &wiring->qos[i]);
    return r;
}

int plan_make(const struct vif_wiring *wiring, const struct observed *observed, enum vif_goal goal,
              struct plan *ret, struct differences *differences, struct vif_error *err)
{
    struct plan plan = {0};
    struct planner planner = {.wiring = wiring,
                              .observed = observed,
                              .plan = &plan,
                              .differences = differences,
                              .err = err};
    int r = 0;

    for (size_t i = 0; r == 0 && i < wiring->n_expected; i++)
        r = check_expected(&planner, &wiring->expected[i]);
    if (r == 0)
        r = goal == VIF_GOAL_PLUG ? make_present(&planner) : make_absent(&planner);
    vswitch_interface_change_done(&planner.spare.row_change);
    if (r == 0 && planner.failed)
        r = error_memory(err);
    if (r < 0) {
        plan_done(&plan);
        if (differences)
            diff_done(differences);
        return r;
    }
    *ret = plan;
    return 0;
}
