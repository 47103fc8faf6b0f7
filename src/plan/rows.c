/* SPDX-License-Identifier: Apache-2.0 */
/* The plan for rows of the database.  What an agent owns after creation (tag, vlan_mode, trunks,
 * qos, other_config, ids of others) is never looked at. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "plan/plan-internal.h"

/* ---- bridges ---- */

int plan_bridge_present(struct planner *planner, const struct vif_wiring_bridge *bridge)
{
    const struct vswitch_bridge *there = vswitch_find_bridge(&planner->observed->db, bridge->name);
    const char *type = bridge->datapath_type;
    struct step *step;

    if (bridge->replaced) {
        plan_bridge_absent(planner, bridge);
        return 0;
    }
    if (there ? !type[0] || strcmp(attribute_type(there->datapath_type), attribute_type(type)) == 0
              : !bridge->create)
        return 0;
    /* A bridge's own port is one of its ports. */
    if (there && (!there->counted || there->n_ports > 1))
        return plan_conflict(
            planner, "bridge %s has datapath_type %s and carries ports: it is not changed to %s",
            bridge->name, attribute_type(there->datapath_type), type);
    if (there)
        diff_add(planner->differences, '~', "bridge", bridge->name, "datapath_type",
                 attribute_type(there->datapath_type), attribute_type(type));
    else
        diff_add_part(planner->differences, '+', "bridge", bridge->name,
                      type[0] ? "of datapath_type %s" : "%s", type);
    step = plan_add(planner, there ? STEP_OVS_BRIDGE_DATAPATH : STEP_OVS_BRIDGE_ADD, bridge->name);
    step->bridge = bridge;
    step->old_bridge = there;
    return 0;
}

void plan_bridge_absent(struct planner *planner, const struct vif_wiring_bridge *bridge)
{
    const struct vswitch_bridge *there = vswitch_find_bridge(&planner->observed->db, bridge->name);
    struct step *step;

    if (!there || bridge->on_unplug == VIF_ON_UNPLUG_KEEP)
        return;
    diff_add_part(planner->differences, '-', "bridge", bridge->name, "%s", "");
    step = plan_add(planner, STEP_OVS_BRIDGE_DELETE, bridge->name);
    step->bridge = bridge;
    step->old_bridge = there;
}

/* Whether the bridge is removed with all its ports. */
static bool bridge_goes(const struct planner *planner, const char *name)
{
    for (size_t i = 0; i < planner->wiring->n_bridges; i++)
        if (planner->wiring->bridges[i].on_unplug == VIF_ON_UNPLUG_REMOVE &&
            strcmp(planner->wiring->bridges[i].name, name) == 0)
            return true;
    return false;
}

/* ---- ports ---- */

/* A port without an iface-id is ours by its name alone, so everything else has to fit. */
static int check_unmarked(const struct vif_wiring_port *port, const struct port_rows *rows,
                          struct vif_error *err)
{
    const char *bridge = rows->port->bridge, *type = rows->interface->type;

    if (strcmp(bridge, port->bridge) != 0 &&
        (!port->other_bridge[0] || strcmp(bridge, port->other_bridge) != 0))
        return error_set(err, VIF_ERROR_CONFLICT,
                         "port %s is on bridge %s and has no iface-id: it is not this VIF's",
                         port->name, bridge);
    if (strcmp(type, port->type) != 0 &&
        (!port->other_type[0] || strcmp(type, port->other_type) != 0))
        return error_set(err, VIF_ERROR_CONFLICT,
                         "port %s on bridge %s is of type \"%s\" and has no iface-id: it is not "
                         "this VIF's",
                         port->name, bridge, type);
    return 0;
}

int plan_find_port(const struct planner *planner, const struct vif_wiring_port *port,
                   struct port_rows *ret, struct vif_error *err)
{
    const struct vswitch *db = &planner->observed->db;
    const struct vswitch_port *there = vswitch_find_port(db, port->name);
    const struct vswitch_interface *interface = vswitch_find_interface(db, port->name);
    const char *iface_id = interface ? strmap_get(&interface->external_ids, "iface-id") : NULL;

    *ret = (struct port_rows){PORT_MISSING, there, interface};
    if (!there && !interface)
        return 0;
    if (!there)
        return error_set(err, VIF_ERROR_CONFLICT,
                         "an interface %s exists in a port of another name", port->name);
    if (!interface || strcmp(there->interface_uuid, interface->uuid) != 0)
        return error_set(err, VIF_ERROR_CONFLICT,
                         "port %s is a bond or has an interface of another name", port->name);
    if (!there->bridge[0])
        return -EAGAIN;
    if (iface_id && (!port->owner[0] || strcmp(iface_id, port->owner) != 0))
        return error_set(err, VIF_ERROR_CONFLICT,
                         "port %s on bridge %s belongs to another VIF (iface-id %s)", port->name,
                         there->bridge, iface_id);
    ret->owner = iface_id ? PORT_OURS : PORT_UNMARKED;
    return iface_id ? 0 : check_unmarked(port, ret, err);
}

static struct step *add_port_step(struct planner *planner, enum step_kind kind,
                                  const struct vif_wiring_port *port, const struct port_rows *rows)
{
    struct step *step = plan_add(planner, kind, port->name);

    step->port = port;
    step->old_port = rows->port;
    step->old_interface = rows->interface;
    return step;
}

static void remove_qos(struct planner *planner, const struct vswitch_qos *row,
                       const struct vif_wiring_port *port, const struct vswitch_port *old_port)
{
    struct step *step = plan_add(planner, STEP_QOS_DELETE, row->uuid);

    diff_add_part(planner->differences, '-', "QoS row", row->uuid, "type %s", row->type);
    step->port = port;
    step->qos_id = row->id;
    step->old_port = old_port;
}

/* The first of the rows with this id, and the next; NULL after the last. */
static const struct vswitch_qos *next_qos(const struct planner *planner, const char *id,
                                          const struct vswitch_qos *row)
{
    const struct vswitch *db = &planner->observed->db;

    if (!row)
        return id[0] ? vswitch_find_qos(db, id) : NULL;
    return ++row < db->qos + db->n_qos && strcmp(row->id, id) == 0 ? row : NULL;
}

/* An earlier port of this name may have left QoS rows: one of the right type serves again. */
static void add_port(struct planner *planner, const struct vif_wiring_port *port,
                     const struct port_rows *rows)
{
    const struct vswitch_qos *row = NULL, *reused = NULL;

    while (!reused && (row = next_qos(planner, port->qos_id, row)))
        if (strcmp(row->type, port->qos_type) == 0)
            reused = row;
    diff_add_part(planner->differences, '+', "port", port->name, "on bridge %s", port->bridge);
    add_port_step(planner, STEP_PORT_ADD, port, rows)->qos_uuid = reused ? reused->uuid : NULL;
    for (row = NULL; (row = next_qos(planner, port->qos_id, row));)
        if (row != reused)
            remove_qos(planner, row, port, NULL);
}

static void record(struct planner *planner, const char *name, const char *column,
                   const struct vif_map_entry *entry, const char *is, const char *should)
{
    char attribute[ATTRIBUTE_MAX];

    if (!planner->differences)
        return;
    (void)snprintf(attribute, sizeof attribute, "%s:%s", column, entry->key);
    diff_add(planner->differences, '~', "interface", name, attribute, is ? is : "", should);
}

/* The entries of 'wanted' that 'there' lacks or has with another value go into 'ret_set', the keys
 * of 'unwanted' that it has into 'ret_drop'. */
static void compare_maps(struct planner *planner, const char *name, const char *column,
                         const struct vif_map *there, const struct vif_map *wanted,
                         const struct vif_map *unwanted, struct vif_map *ret_set,
                         struct vif_map *ret_drop)
{
    for (size_t i = 0; i < wanted->n; i++) {
        const struct vif_map_entry *entry = &wanted->entries[i];
        const char *is = strmap_get(there, entry->key);

        if (is && strcmp(is, entry->value) == 0)
            continue;
        record(planner, name, column, entry, is, entry->value);
        planner->failed |= strmap_set(ret_set, entry->key, entry->value) < 0;
    }
    for (size_t i = 0; i < unwanted->n; i++) {
        const struct vif_map_entry *entry = &unwanted->entries[i];
        const char *is = strmap_get(there, entry->key);

        if (!is)
            continue;
        record(planner, name, column, entry, is, "");
        planner->failed |= strmap_set(ret_drop, entry->key, "") < 0;
    }
}

static void repair_interface(struct planner *planner, const struct vif_wiring_port *port,
                             const struct port_rows *rows)
{
    const struct vswitch_interface *there = rows->interface;
    struct vswitch_interface_change *change =
        &add_port_step(planner, STEP_INTERFACE_SET, port, rows)->row_change;

    if (strcmp(there->type, port->type) != 0) {
        change->type = port->type;
        diff_add(planner->differences, '~', "interface", port->name, "type",
                 attribute_type(there->type), attribute_type(port->type));
    }
    compare_maps(planner, port->name, "external_ids", &there->external_ids, &port->ids,
                 &port->drop_ids, &change->set_ids, &change->drop_ids);
    compare_maps(planner, port->name, "options", &there->options, &port->options,
                 &port->drop_options, &change->set_options, &change->drop_options);
    if (port->mtu_request && there->mtu_request != port->mtu_request) {
        change->set_mtu_request = true;
        change->mtu_request = port->mtu_request;
        diff_add_number(planner->differences, '~', "interface", port->name, "mtu_request",
                        there->mtu_request ? (int64_t)there->mtu_request : -1, port->mtu_request);
    }
    if (plan_is_reopen_request(there->ofport_request)) {
        change->set_ofport_request = true;
        diff_add_number(planner->differences, '~', "interface", port->name, "ofport_request",
                        there->ofport_request, -1);
    }
    if (vswitch_interface_change_is_empty(change) && !planner->failed)
        planner->plan->n--; /* nothing in it, nothing to free */
}

/* Whether the plan has a step that removes or creates the link. */
static bool changes_link(const struct planner *planner, const char *name, bool removes)
{
    for (size_t i = 0; i < planner->plan->n; i++) {
        const struct step *step = &planner->plan->steps[i];

        if (removes
                ? step->kind == STEP_LINK_DELETE && strcmp(step->name, name) == 0
                : (step->kind == STEP_TAP_CREATE || step->kind == STEP_LINK_CREATE) &&
                      (strcmp(step->name, name) == 0 || strcmp(step->link->veth.peer, name) == 0))
            return true;
    }
    return false;
}

/* ovs-vswitchd keeps the descriptor of a link that was deleted, and ignores a new one of the same
 * name: the port looks well and passes nothing.  In the userspace datapath it sets every link it
 * has open promiscuous; one that is not, is not open. */
static bool has_stale_descriptor(const struct planner *planner, const struct vif_wiring_port *port,
                                 const struct port_rows *rows)
{
    const struct vswitch_bridge *bridge = vswitch_find_bridge(&planner->observed->db, port->bridge);
    const struct link_info *info = observed_link(planner->observed, port->link);

    if (!port->link[0] || rows->interface->ofport <= 0)
        return false;
    if (changes_link(planner, port->link, false))
        return true;
    return info && bridge && strcmp(bridge->datapath_type, "netdev") == 0 &&
           !(info->flags & IFF_PROMISC);
}

int plan_port_present(struct planner *planner, const struct vif_wiring_port *port)
{
    struct port_rows rows;
    int r;

    if (port->replaced)
        return plan_port_absent(planner, port);
    if (!port->create)
        return 0;
    r = plan_find_port(planner, port, &rows, planner->err);
    if (r < 0)
        return r;
    if (rows.owner == PORT_MISSING) {
        add_port(planner, port, &rows);
        return 0;
    }
    if (strcmp(rows.port->bridge, port->bridge) != 0) {
        diff_add(planner->differences, '~', "port", port->name, "bridge", rows.port->bridge,
                 port->bridge);
        (void)add_port_step(planner, STEP_PORT_MOVE, port, &rows);
    }
    repair_interface(planner, port, &rows);
    if (!has_stale_descriptor(planner, port, &rows))
        return 0;
    /* A link that was removed or is missing is a difference already. */
    if (observed_link(planner->observed, port->link) && !changes_link(planner, port->link, true))
        diff_add(planner->differences, '~', "port", port->name, "opened device", "a former one",
                 "the present one");
    (void)add_port_step(planner, STEP_PORT_REOPEN, port, &rows);
    return 0;
}

int plan_port_absent(struct planner *planner, const struct vif_wiring_port *port)
{
    const struct vswitch_qos *row = NULL;
    struct port_rows rows = {0};
    int r = port->name[0] ? plan_find_port(planner, port, &rows, planner->err) : 0;

    if (r < 0)
        return r;
    if (rows.owner != PORT_MISSING && !bridge_goes(planner, rows.port->bridge)) {
        diff_add_part(planner->differences, '-', "port", port->name, "bridge %s",
                      rows.port->bridge);
        (void)add_port_step(planner, STEP_PORT_DELETE, port, &rows);
    }
    while ((row = next_qos(planner, port->qos_id, row)))
        remove_qos(planner, row, port, rows.port);
    return 0;
}

/* One row by its UUID; others of its id may be in use. */
void plan_qos_absent(struct planner *planner, const struct wiring_qos *wanted)
{
    const struct vswitch_qos *row = NULL;

    while ((row = next_qos(planner, wanted->id, row)))
        if (strcmp(row->uuid, wanted->uuid) == 0)
            remove_qos(planner, row, NULL, NULL);
}
