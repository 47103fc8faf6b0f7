/* SPDX-License-Identifier: Apache-2.0 */
/* The plan towards absence: what of the wiring is there and ours goes, whatever half of it is there.
 * Someone else's port or link is a conflict, and then nothing is removed at all. */
#include <errno.h>
#include <string.h>

#include "plan/plan-internal.h"

static int delete_link(struct planner *planner, const struct vif_wiring_link *link,
                       const struct link_info *info)
{
    struct step *step = plan_add(planner, STEP_LINK_DELETE, info->name);

    if (!step)
        return error_memory(planner->err);
    step->link = link;
    step->before = info;
    return 0;
}

/* Whether the port behind which this link stands carries our mark. */
static bool port_is_ours(const struct planner *planner, const char *link)
{
    for (size_t i = 0; i < planner->wiring->n_ports; i++) {
        const struct vif_wiring_port *port = &planner->wiring->ports[i];
        enum port_claim claim = PORT_NONE;
        struct planner quiet = *planner;

        quiet.err = NULL;
        if (strcmp(port->link, link) == 0 && plan_claim_port(&quiet, port, &claim) == 0 &&
            claim == PORT_OURS)
            return true;
    }
    return false;
}

static int absent_tap(struct planner *planner, const struct vif_wiring_link *link)
{
    const struct link_info *info = plan_link(planner, link->name);

    if (!info)
        return 0;
    if (info->tap || strcmp(info->kind, "veth") == 0)
        return delete_link(planner, link, info);
    if (port_is_ours(planner, link->name))
        return 0;
    return error_set(planner->err, VIF_ERROR_CONFLICT,
                     "%s is a %s, neither a tap nor a veth, and no port of this VIF: not removed",
                     link->name, plan_kind_words(info));
}

/* A veth or bridge of this VIF's name; another kind of link there is not ours. */
static int absent_kind(struct planner *planner, const struct vif_wiring_link *link,
                       const char *name, const char *kind)
{
    const struct link_info *info = plan_link(planner, name);

    if (!info)
        return 0;
    if (strcmp(info->kind, kind) == 0)
        return delete_link(planner, link, info);
    if (link->unplug_only)
        return 0;
    return error_set(planner->err, VIF_ERROR_CONFLICT, "%s is a %s, not a %s: not removed", name,
                     plan_kind_words(info), kind);
}

static int absent_veth(struct planner *planner, const struct vif_wiring_link *link)
{
    const struct link_info *info = plan_link(planner, link->name);
    const struct link_info *peer = plan_link(planner, link->peer);
    int r = absent_kind(planner, link, link->name, "veth");

    if (r < 0 || !peer)
        return r;
    if (info && strcmp(info->kind, "veth") == 0 && info->peer == peer->ifindex)
        return 0; /* goes with the other end */
    return absent_kind(planner, link, link->peer, "veth");
}

/* A representor stays, down, with the name it had before we gave it ours. */
static int absent_device(struct planner *planner, const struct vif_wiring_link *link)
{
    const struct link_info *info = plan_link(planner, link->name);
    struct link_change change = {.set_down = true};
    char old_name[LIMIT_IFNAME];
    struct step *step = NULL;
    int r;

    if (!info && link->device[0])
        info = plan_link(planner, link->device);
    if (!info)
        return 0;
    if (!wiring_old_name(planner->wiring, info->alias, old_name)) {
        /* Not in our hands when it is another VIF's by now. */
        if (link->only_by_alias && (wiring_alias_is_foreign(planner->wiring, info->alias) ||
                                    vswitch_find_port(&planner->observed->db, info->name)))
            return 0;
        change.set_down = (info->flags & IFF_UP) != 0;
        return plan_set_link(planner, link, info->name, info, &change, NULL, NULL);
    }
    r = plan_set_link(planner, link, info->name, info, &change, NULL, NULL);
    if (r == 0) /* the name when it is down for sure */
        r = plan_set_link(planner, link, info->name, info, &change, NULL, &step);
    if (r < 0 || !step)
        return r;
    memcpy(step->new_name, old_name, sizeof step->new_name);
    step->set_alias = true;
    return 0;
}

static int absent_link(struct planner *planner, const struct vif_wiring_link *link)
{
    int r = link->only_by_alias ? 0 : plan_check_alias(planner, plan_link(planner, link->name));

    if (r == 0 && link->peer[0])
        r = plan_check_alias(planner, plan_link(planner, link->peer));
    if (r < 0 || link->on_unplug == VIF_ON_UNPLUG_KEEP)
        return r;
    switch (link->kind) {
    case VIF_LINK_TAP:
        return absent_tap(planner, link);
    case VIF_LINK_VETH:
        return absent_veth(planner, link);
    case VIF_LINK_BRIDGE:
        return absent_kind(planner, link, link->name, "bridge");
    case VIF_LINK_VLAN:
        return absent_kind(planner, link, link->name, "vlan");
    case VIF_LINK_DEVICE:
        return absent_device(planner, link);
    }
    return 0;
}

/* Whether the bridge goes, with all its ports. */
static bool bridge_goes(const struct planner *planner, const char *name)
{
    for (size_t i = 0; i < planner->wiring->n_bridges; i++)
        if (planner->wiring->bridges[i].on_unplug == VIF_ON_UNPLUG_REMOVE &&
            strcmp(planner->wiring->bridges[i].name, name) == 0)
            return true;
    return false;
}

int plan_absent_port(struct planner *planner, const struct vif_wiring_port *port)
{
    const struct vswitch *db = &planner->observed->db;
    enum port_claim claim = PORT_NONE;
    const struct vswitch_qos *qos;
    struct step *step;
    int r = port->name[0] ? plan_claim_port(planner, port, &claim) : 0;

    if (r < 0)
        return r;
    if (claim != PORT_NONE && !bridge_goes(planner, vswitch_find_port(db, port->name)->bridge)) {
        step = plan_add(planner, STEP_PORT_DELETE, port->name);
        if (!step)
            return error_memory(planner->err);
        step->port = port;
        step->old_port = vswitch_find_port(db, port->name);
        step->old_interface = vswitch_find_interface(db, port->name);
    }
    qos = port->qos_id[0] ? vswitch_find_qos(db, port->qos_id) : NULL;
    for (; qos && qos < db->qos + db->n_qos && strcmp(qos->id, port->qos_id) == 0; qos++) {
        step = plan_add(planner, STEP_QOS_DELETE, qos->uuid);
        if (!step)
            return error_memory(planner->err);
        step->port = port;
        step->qos_id = port->qos_id;
        step->old_port = vswitch_find_port(db, port->name);
    }
    return 0;
}

int plan_absent_bridge(struct planner *planner, const struct vif_wiring_bridge *bridge)
{
    const struct vswitch_bridge *there = vswitch_find_bridge(&planner->observed->db, bridge->name);
    struct step *step;

    if (!there || bridge->on_unplug == VIF_ON_UNPLUG_KEEP)
        return 0;
    step = plan_add(planner, STEP_OVS_BRIDGE_DELETE, bridge->name);
    if (!step)
        return error_memory(planner->err);
    step->bridge = bridge;
    step->old_bridge = there;
    return 0;
}

/* One row by its UUID; others of its id may be in use. */
static int absent_qos(struct planner *planner, const struct wiring_qos *row)
{
    const struct vswitch *db = &planner->observed->db;
    const struct vswitch_qos *there = vswitch_find_qos(db, row->id);
    struct step *step;

    for (; there && there < db->qos + db->n_qos && strcmp(there->id, row->id) == 0; there++) {
        if (strcmp(there->uuid, row->uuid) != 0)
            continue;
        step = plan_add(planner, STEP_QOS_DELETE, there->uuid);
        if (!step)
            return error_memory(planner->err);
        step->qos_id = row->id;
    }
    return 0;
}

int plan_absent(struct planner *planner)
{
    const struct vif_wiring *wiring = planner->wiring;
    int r = 0;

    for (size_t i = 0; r == 0 && i < wiring->n_ports; i++)
        r = plan_absent_port(planner, &wiring->ports[i]);
    for (size_t i = 0; r == 0 && i < wiring->n_bridges; i++)
        r = plan_absent_bridge(planner, &wiring->bridges[i]);
    for (size_t i = 0; r == 0 && i < wiring->n_links; i++)
        r = absent_link(planner, &wiring->links[i]);
    for (size_t i = 0; r == 0 && i < wiring->n_qos; i++)
        r = absent_qos(planner, &wiring->qos[i]);
    return r;
}
