/* SPDX-License-Identifier: Apache-2.0 */
/* The plan: what presence and absence share, chiefly the question whose a thing is. */
#include "plan/plan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "plan/plan-internal.h"

void plan_done(struct plan *plan)
{
    for (size_t i = 0; i < plan->n; i++) {
        strmap_done(&plan->steps[i].set_ids);
        strmap_done(&plan->steps[i].set_options);
        strmap_done(&plan->steps[i].drop_ids);
        strmap_done(&plan->steps[i].drop_options);
    }
    free(plan->steps);
    *plan = (struct plan){0};
}

struct step *plan_add(struct planner *planner, enum step_kind kind, const char *name)
{
    struct plan *plan = planner->plan;
    struct step *steps = reallocarray(plan->steps, plan->n + 1, sizeof *steps);
    struct step *step;

    if (!steps)
        return NULL;
    plan->steps = steps;
    step = &steps[plan->n++];
    *step = (struct step){.kind = kind, .name = name};
    return step;
}

int plan_set_link(struct planner *planner, const struct vif_wiring_link *link, const char *name,
                  const struct link_info *before, const struct link_change *change,
                  const char *master, struct step **ret_step)
{
    struct step *step;

    if (!change->set_up && !change->set_down && !change->set_promisc && !change->mtu &&
        !change->set_master && !change->bridge)
        return 0;
    step = plan_add(planner, STEP_LINK_SET, name);
    if (!step)
        return error_memory(planner->err);
    step->link = link;
    step->before = before;
    step->change = *change;
    step->master = master;
    if (ret_step)
        *ret_step = step;
    return 0;
}

const struct link_info *plan_link(const struct planner *planner, const char *name)
{
    return observed_link(planner->observed, name);
}

const char *plan_kind_words(const struct link_info *info)
{
    if (info->tap)
        return "tap";
    return info->kind[0] ? info->kind : "physical device";
}

int plan_check_alias(const struct planner *planner, const struct link_info *info)
{
    if (info && info->altname)
        return error_set(planner->err, VIF_ERROR_CONFLICT,
                         "%s is an alternative name of another device", info->name);
    if (info && wiring_alias_is_foreign(planner->wiring, info->alias))
        return error_set(planner->err, VIF_ERROR_CONFLICT, "%s belongs to another VIF (%s)",
                         info->name, info->alias);
    return 0;
}

/* A port that has no iface-id is ours by its name alone, so everything else has to fit. */
static int check_unmarked(const struct planner *planner, const struct vif_wiring_port *port,
                          const struct vswitch_port *there,
                          const struct vswitch_interface *interface)
{
    if (strcmp(there->bridge, port->bridge) != 0 &&
        (!port->other_bridge[0] || strcmp(there->bridge, port->other_bridge) != 0))
        return error_set(planner->err, VIF_ERROR_CONFLICT,
                         "port %s is on bridge %s and has no iface-id: it is not this VIF's",
                         port->name, there->bridge);
    if (strcmp(interface->type, port->type) != 0 &&
        (!port->other_type[0] || strcmp(interface->type, port->other_type) != 0))
        return error_set(planner->err, VIF_ERROR_CONFLICT,
                         "port %s on bridge %s is of type \"%s\" and has no iface-id: it is not "
                         "this VIF's",
                         port->name, there->bridge, interface->type);
    return 0;
}

int plan_claim_port(const struct planner *planner, const struct vif_wiring_port *port,
                    enum port_claim *ret_claim)
{
    const struct vswitch *db = &planner->observed->db;
    const struct vswitch_port *there = vswitch_find_port(db, port->name);
    const struct vswitch_interface *interface = vswitch_find_interface(db, port->name);
    const char *iface_id = interface ? strmap_get(&interface->external_ids, "iface-id") : NULL;
    int r;

    if (!there && !interface) {
        *ret_claim = PORT_NONE;
        return 0;
    }
    if (!there)
        return error_set(planner->err, VIF_ERROR_CONFLICT,
                         "an interface %s exists in a port of another name", port->name);
    if (!interface || strcmp(there->interface_uuid, interface->uuid) != 0)
        return error_set(planner->err, VIF_ERROR_CONFLICT,
                         "port %s is a bond or has an interface of another name", port->name);
    if (!there->bridge[0])
        return -EAGAIN;
    if (iface_id && (!port->owner[0] || strcmp(iface_id, port->owner) != 0))
        return error_set(planner->err, VIF_ERROR_CONFLICT,
                         "port %s on bridge %s belongs to another VIF (iface-id %s)", port->name,
                         there->bridge, iface_id);
    if (iface_id) {
        *ret_claim = PORT_OURS;
        return 0;
    }
    r = check_unmarked(planner, port, there, interface);
    if (r < 0)
        return r;
    *ret_claim = PORT_UNMARKED;
    return 0;
}

static int check_link(const struct planner *planner, const struct wiring_expected *expected)
{
    const struct link_info *info = plan_link(planner, expected->name);

    if (!info || info->ifindex == expected->ifindex)
        return 0;
    return error_set(planner->err, VIF_ERROR_CONFLICT, "%s is %s by now", expected->name,
                     expected->ifindex ? "another device" : "there");
}

static int check_row(const struct planner *planner, const struct wiring_expected *expected,
                     const char *uuid)
{
    if (!uuid || strcmp(uuid, expected->uuid) == 0)
        return 0;
    return error_set(planner->err, VIF_ERROR_CONFLICT, "%s %s is %s by now",
                     expected->sort == WIRING_PORT ? "port" : "bridge", expected->name,
                     expected->uuid[0] ? "another" : "there");
}

/* Whether what the wiring was judged by is still so. */
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
            r = error_set(planner->err, VIF_ERROR_CONFLICT, "bridge %s has other ports by now",
                          expected->name);
        break;
    }
    return r;
}

bool plan_is_reopen_request(int64_t ofport_request)
{
    return ofport_request >= PLAN_REOPEN_OFPORT &&
           ofport_request < PLAN_REOPEN_OFPORT + PLAN_REOPEN_RANGE;
}

int plan_make(const struct vif_wiring *wiring, const struct observed *observed, enum vif_goal goal,
              struct plan *ret, struct vif_error *err)
{
    struct plan plan = {0};
    struct planner planner = {wiring, observed, &plan, err};
    int r = 0;

    for (size_t i = 0; r == 0 && i < wiring->n_expected; i++)
        r = check_expected(&planner, &wiring->expected[i]);
    if (r == 0)
        r = goal == VIF_GOAL_PLUG ? plan_present(&planner) : plan_absent(&planner);

    if (r < 0) {
        plan_done(&plan);
        return r;
    }
    *ret = plan;
    return 0;
}
