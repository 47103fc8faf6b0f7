/* SPDX-License-Identifier: Apache-2.0 */
/* The plan towards presence, for the database: what is missing is made, what is wrong is put right, and
 * what an agent owns after creation (tag, vlan_mode, trunks, qos, other_config, foreign ids) is never
 * looked at. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "plan/plan-internal.h"

/* "" stands for system. */
static const char *datapath_words(const char *type)
{
    return type[0] ? type : "system";
}

static int present_ovs_bridge(struct planner *planner, const struct vif_wiring_bridge *bridge)
{
    const struct vswitch_bridge *there = vswitch_find_bridge(&planner->observed->db, bridge->name);
    struct step *step;

    if (bridge->replaced)
        return plan_absent_bridge(planner, bridge);
    if (there && (!bridge->datapath_type[0] || strcmp(datapath_words(there->datapath_type),
                                                      datapath_words(bridge->datapath_type)) == 0))
        return 0;
    if (!there && !bridge->create)
        return 0;
    /* A bridge's own port is one of its ports. */
    if (there && (!there->counted || there->n_ports > 1))
        return error_set(
            planner->err, VIF_ERROR_CONFLICT,
            "bridge %s has datapath_type %s and carries ports: it is not changed to %s",
            bridge->name, datapath_words(there->datapath_type), bridge->datapath_type);
    step = plan_add(planner, there ? STEP_OVS_BRIDGE_DATAPATH : STEP_OVS_BRIDGE_ADD, bridge->name);
    if (!step)
        return error_memory(planner->err);
    step->bridge = bridge;
    step->old_bridge = there;
    return 0;
}

/* Rows left behind by an earlier port of this name: one of the right type serves again. */
static int reuse_qos(struct planner *planner, const struct vif_wiring_port *port, size_t add_step)
{
    const struct vswitch *db = &planner->observed->db;
    const struct vswitch_qos *qos = port->qos_id[0] ? vswitch_find_qos(db, port->qos_id) : NULL;
    bool reused = false;

    for (; qos && qos < db->qos + db->n_qos && strcmp(qos->id, port->qos_id) == 0; qos++) {
        struct step *step;

        if (!reused && strcmp(qos->type, port->qos_type) == 0) {
            planner->plan->steps[add_step].qos_uuid = qos->uuid;
            reused = true;
            continue;
        }
        step = plan_add(planner, STEP_QOS_DELETE, qos->uuid);
        if (!step)
            return error_memory(planner->err);
        step->port = port;
        step->qos_id = port->qos_id;
    }
    return 0;
}

static int add_port(struct planner *planner, const struct vif_wiring_port *port)
{
    struct step *step = plan_add(planner, STEP_PORT_ADD, port->name);

    if (!step)
        return error_memory(planner->err);
    step->port = port;
    return reuse_qos(planner, port, planner->plan->n - 1);
}

/* The keys of 'unwanted' that 'there' has. */
static int map_intersection(const struct vif_map *unwanted, const struct vif_map *there,
                            struct vif_map *ret)
{
    for (size_t i = 0; i < unwanted->n; i++)
        if (strmap_get(there, unwanted->entries[i].key) &&
            strmap_set(ret, unwanted->entries[i].key, "") < 0)
            return -ENOMEM;
    return 0;
}

/* The entries of 'wanted' that 'there' lacks or has with another value. */
static int map_difference(const struct vif_map *wanted, const struct vif_map *there,
                          struct vif_map *ret)
{
    for (size_t i = 0; i < wanted->n; i++) {
        const char *value = strmap_get(there, wanted->entries[i].key);

        if ((!value || strcmp(value, wanted->entries[i].value) != 0) &&
            strmap_set(ret, wanted->entries[i].key, wanted->entries[i].value) < 0)
            return -ENOMEM;
    }
    return 0;
}

static int repair_interface(struct planner *planner, const struct vif_wiring_port *port,
                            const struct vswitch_interface *interface)
{
    struct step *step = plan_add(planner, STEP_INTERFACE_SET, port->name);

    if (!step)
        return error_memory(planner->err);
    step->port = port;
    step->old_interface = interface;
    step->set_type = strcmp(interface->type, port->type) != 0;
    step->set_mtu_request = port->mtu_request && interface->mtu_request != port->mtu_request;
    if (map_difference(&port->ids, &interface->external_ids, &step->set_ids) < 0 ||
        map_difference(&port->options, &interface->options, &step->set_options) < 0 ||
        map_intersection(&port->drop_ids, &interface->external_ids, &step->drop_ids) < 0 ||
        map_intersection(&port->drop_options, &interface->options, &step->drop_options) < 0)
        return error_memory(planner->err);
    step->clear_ofport_request = plan_is_reopen_request(interface->ofport_request);
    if (!step->set_type && !step->set_mtu_request && !step->set_ids.n && !step->set_options.n &&
        !step->drop_ids.n && !step->drop_options.n && !step->clear_ofport_request)
        planner->plan->n--; /* nothing in it, nothing to free */
    return 0;
}

/* Whether this plan makes the link anew. */
static bool remakes_link(const struct planner *planner, const char *name)
{
    for (size_t i = 0; i < planner->plan->n; i++) {
        const struct step *step = &planner->plan->steps[i];

        if ((step->kind == STEP_TAP_CREATE && strcmp(step->name, name) == 0) ||
            (step->kind == STEP_VETH_CREATE &&
             (strcmp(step->link->name, name) == 0 || strcmp(step->link->peer, name) == 0)))
            return true;
    }
    return false;
}

/* ovs-vswitchd keeps the descriptor of a link that was deleted, and takes no notice of a new one of
 * the same name: the port looks well and passes nothing.  In the userspace datapath it sets every
 * link it has open promiscuous; one that is not, is not open. */
static bool has_stale_descriptor(const struct planner *planner, const struct vif_wiring_port *port,
                                 const struct vswitch_interface *interface)
{
    const struct vswitch_bridge *bridge = vswitch_find_bridge(&planner->observed->db, port->bridge);
    const struct link_info *info = plan_link(planner, port->link);

    if (!port->link[0] || interface->ofport <= 0)
        return false;
    if (remakes_link(planner, port->link))
        return true;
    return info && bridge && strcmp(bridge->datapath_type, "netdev") == 0 &&
           !(info->flags & IFF_PROMISC);
}

static int present_port(struct planner *planner, const struct vif_wiring_port *port)
{
    const struct vswitch *db = &planner->observed->db;
    const struct vswitch_interface *interface = vswitch_find_interface(db, port->name);
    enum port_claim claim = PORT_NONE;
    struct step *step;
    int r;

    if (port->replaced)
        return plan_absent_port(planner, port);
    if (!port->create)
        return 0;
    r = plan_claim_port(planner, port, &claim);
    if (r < 0)
        return r;
    if (claim == PORT_NONE)
        return add_port(planner, port);
    if (strcmp(vswitch_find_port(db, port->name)->bridge, port->bridge) != 0) {
        step = plan_add(planner, STEP_PORT_MOVE, port->name);
        if (!step)
            return error_memory(planner->err);
        step->port = port;
        step->old_port = vswitch_find_port(db, port->name);
        step->old_interface = interface;
    }
    r = repair_interface(planner, port, interface);
    if (r < 0 || !has_stale_descriptor(planner, port, interface))
        return r;
    step = plan_add(planner, STEP_PORT_REOPEN, port->name);
    if (!step)
        return error_memory(planner->err);
    step->port = port;
    step->old_interface = interface;
    return 0;
}

/* Rules of this wiring, by their place in memory: they were observed through it. */
static int present_rules(struct planner *planner, const struct observed_rules *rules)
{
    const struct vif_wiring *wiring = planner->wiring;
    struct step *step;

    if (rules->there)
        return 0;
    for (size_t i = 0; i < wiring->n_rules; i++) {
        if (rules->wanted != &wiring->rules[i])
            continue;
        step = plan_add(planner, STEP_RULES, rules->wanted->bridge);
        if (!step)
            return error_memory(planner->err);
        step->rules = rules->wanted;
    }
    return 0;
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

int plan_present(struct planner *planner)
{
    const struct vif_wiring *wiring = planner->wiring;
    int r = check_version(planner);

    for (size_t i = 0; r == 0 && i < wiring->n_links; i++)
        r = plan_present_link(planner, &wiring->links[i]);
    for (size_t i = 0; r == 0 && i < wiring->n_bridges; i++)
        r = present_ovs_bridge(planner, &wiring->bridges[i]);
    for (size_t i = 0; r == 0 && i < wiring->n_ports; i++)
        r = present_port(planner, &wiring->ports[i]);
    for (size_t i = 0; r == 0 && i < planner->observed->n_rules; i++)
        r = present_rules(planner, &planner->observed->rules[i]);
    return r;
}
