/* SPDX-License-Identifier: Apache-2.0 */
/* The plan towards presence: what is missing is made, what is wrong is put right, and what an agent
 * owns after creation (tag, vlan_mode, trunks, qos, other_config, foreign ids) is never looked at. */
#include <errno.h>
#include <string.h>

#include "wiring/plan-internal.h"

static int add_link_step(struct planner *planner, enum step_kind kind,
                         const struct wiring_link *link, const char *name,
                         const struct link_info *before)
{
    struct step *step = plan_add(planner, kind, name);

    if (!step)
        return error_memory(planner->err);
    step->link = link;
    step->before = before;
    return 0;
}

/* Adds a STEP_LINK_SET when 'change' changes anything. */
static int set_link(struct planner *planner, const struct wiring_link *link, const char *name,
                    const struct link_info *before, const struct link_change *change,
                    const char *master)
{
    struct step *step;

    if (!change->set_up && !change->set_promisc && !change->mtu && !change->set_master &&
        !change->bridge)
        return 0;
    step = plan_add(planner, STEP_LINK_SET, name);
    if (!step)
        return error_memory(planner->err);
    step->link = link;
    step->before = before;
    step->change = *change;
    step->master = master;
    return 0;
}

static uint32_t mtu_change(const struct wiring_link *link, const struct link_info *info)
{
    return link->mtu && link->mtu != info->mtu ? link->mtu : 0;
}

static bool is_veth(const struct link_info *info)
{
    return strcmp(info->kind, "veth") == 0;
}

static int present_tap(struct planner *planner, const struct wiring_link *link)
{
    const struct link_info *info = plan_link(planner, link->name);
    struct link_change change = {0};
    char alias[LINK_ALIAS_MAX];

    if (!info)
        return link->create ? add_link_step(planner, STEP_TAP_CREATE, link, link->name, NULL) : 0;
    if (!info->tap && !is_veth(info))
        return error_set(planner->err, VIF_ERROR_CONFLICT,
                         "%s is a %s, neither a tap nor a veth: not touched", link->name,
                         plan_kind_words(info));
    wiring_alias(planner->wiring, alias);
    change.mtu = mtu_change(link, info);
    /* A tap someone else made is left as it is but for its MTU; one of ours has to be up. */
    change.set_up = link->create && strcmp(info->alias, alias) == 0 && !(info->flags & IFF_UP);
    return set_link(planner, link, link->name, info, &change, NULL);
}

/* One end of an existing pair. */
static int present_veth_end(struct planner *planner, const struct wiring_link *link,
                            const struct link_info *info, const char *master)
{
    const struct link_info *bridge = master[0] ? plan_link(planner, master) : NULL;
    struct link_change change = {
        .mtu = mtu_change(link, info),
        .set_up = !(info->flags & IFF_UP),
        .set_promisc = link->promisc && !(info->flags & IFF_PROMISC),
        .set_master = master[0] && (!bridge || info->master != bridge->ifindex),
    };

    return set_link(planner, link, info->name, info, &change, master);
}

static int check_kind(const struct planner *planner, const struct link_info *info, const char *kind)
{
    if (info && strcmp(info->kind, kind) != 0)
        return error_set(planner->err, VIF_ERROR_CONFLICT, "%s is a %s, not a %s: not touched",
                         info->name, plan_kind_words(info), kind);
    return 0;
}

static int present_veth(struct planner *planner, const struct wiring_link *link)
{
    const struct link_info *info = plan_link(planner, link->name);
    const struct link_info *peer = plan_link(planner, link->peer);
    int r = check_kind(planner, info, "veth");

    if (r == 0)
        r = check_kind(planner, peer, "veth");
    if (r < 0)
        return r;
    if (info && peer && info->peer == peer->ifindex) {
        r = present_veth_end(planner, link, info, link->master);
        return r < 0 ? r : present_veth_end(planner, link, peer, "");
    }
    /* One end without the other, or with another peer, is of no use to anyone. */
    if (info)
        r = add_link_step(planner, STEP_LINK_DELETE, link, link->name, info);
    if (r == 0 && peer)
        r = add_link_step(planner, STEP_LINK_DELETE, link, link->peer, peer);
    return r < 0 ? r : add_link_step(planner, STEP_VETH_CREATE, link, link->name, NULL);
}

static int present_sysctl(struct planner *planner, const struct wiring_link *link,
                          const struct link_info *info, enum sysctl which, int value, int old)
{
    struct step *step;

    if (info && old == value)
        return 0;
    step = plan_add(planner, STEP_SYSCTL, link->name);
    if (!step)
        return error_memory(planner->err);
    step->link = link;
    step->before = info;
    step->which = which;
    step->value = value;
    step->old_value = old;
    return 0;
}

static int present_sysctls(struct planner *planner, const struct wiring_link *link,
                           const struct link_info *info)
{
    int r = 0;

    if (!info || info->has_ipv6_conf)
        r = present_sysctl(planner, link, info, SYSCTL_DISABLE_IPV6, 1,
                           info ? info->disable_ipv6 : 0);
    if (r == 0)
        r = present_sysctl(planner, link, info, SYSCTL_ARP_IGNORE, 1, info ? info->arp_ignore : 0);
    if (r == 0)
        r = present_sysctl(planner, link, info, SYSCTL_ARP_ANNOUNCE, 2,
                           info ? info->arp_announce : 0);
    return r;
}

static bool same_bridge(const struct link_bridge *a, const struct link_bridge *b)
{
    return a->ageing_time == b->ageing_time && a->forward_delay == b->forward_delay &&
           a->stp_state == b->stp_state && a->mcast_snooping == b->mcast_snooping;
}

static int present_bridge(struct planner *planner, const struct wiring_link *link)
{
    const struct link_info *info = plan_link(planner, link->name);
    struct link_change change = {0};
    int r = check_kind(planner, info, "bridge");

    if (r == 0 && !info)
        r = add_link_step(planner, STEP_BRIDGE_CREATE, link, link->name, NULL);
    if (r == 0 && link->silent)
        r = present_sysctls(planner, link, info);
    if (r < 0)
        return r;
    change.set_up = !info || !(info->flags & IFF_UP);
    if (info && !same_bridge(&info->bridge, &link->bridge))
        change.bridge = &link->bridge;
    return set_link(planner, link, link->name, info, &change, NULL);
}

static int present_link(struct planner *planner, const struct wiring_link *link)
{
    int r;

    if (link->unplug_only)
        return 0;
    r = plan_check_alias(planner, plan_link(planner, link->name));
    if (r == 0 && link->peer[0])
        r = plan_check_alias(planner, plan_link(planner, link->peer));
    if (r < 0)
        return r;
    switch (link->kind) {
    case WIRING_TAP:
        return present_tap(planner, link);
    case WIRING_VETH:
        return present_veth(planner, link);
    case WIRING_BRIDGE:
        return present_bridge(planner, link);
    }
    return 0;
}

/* "" stands for system. */
static const char *datapath_words(const char *type)
{
    return type[0] ? type : "system";
}

static int present_ovs_bridge(struct planner *planner, const struct wiring_bridge *bridge)
{
    const struct vswitch_bridge *there = vswitch_find_bridge(&planner->observed->db, bridge->name);
    struct step *step;

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
static int reuse_qos(struct planner *planner, const struct wiring_port *port, size_t add_step)
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
    }
    return 0;
}

static int add_port(struct planner *planner, const struct wiring_port *port)
{
    struct step *step = plan_add(planner, STEP_PORT_ADD, port->name);

    if (!step)
        return error_memory(planner->err);
    step->port = port;
    return reuse_qos(planner, port, planner->plan->n - 1);
}

/* The entries of 'wanted' that 'there' lacks or has with another value. */
static int map_difference(const struct strmap *wanted, const struct strmap *there,
                          struct strmap *ret)
{
    for (size_t i = 0; i < wanted->n; i++) {
        const char *value = strmap_get(there, wanted->entries[i].key);

        if ((!value || strcmp(value, wanted->entries[i].value) != 0) &&
            strmap_set(ret, wanted->entries[i].key, wanted->entries[i].value) < 0)
            return -ENOMEM;
    }
    return 0;
}

static int mend_interface(struct planner *planner, const struct wiring_port *port,
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
        map_difference(&port->options, &interface->options, &step->set_options) < 0)
        return error_memory(planner->err);
    step->clear_ofport_request = plan_is_reopen_request(interface->ofport_request);
    if (!step->set_type && !step->set_mtu_request && !step->set_ids.n && !step->set_options.n &&
        !step->clear_ofport_request)
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
static bool is_deaf(const struct planner *planner, const struct wiring_port *port,
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

static int present_port(struct planner *planner, const struct wiring_port *port)
{
    const struct vswitch *db = &planner->observed->db;
    const struct vswitch_interface *interface = vswitch_find_interface(db, port->name);
    enum port_claim claim = PORT_NONE;
    struct step *step;
    int r;

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
    r = mend_interface(planner, port, interface);
    if (r < 0 || !is_deaf(planner, port, interface))
        return r;
    step = plan_add(planner, STEP_PORT_REOPEN, port->name);
    if (!step)
        return error_memory(planner->err);
    step->port = port;
    step->old_interface = interface;
    return 0;
}

int plan_present(struct planner *planner)
{
    const struct wiring *wiring = planner->wiring;
    int r = 0;

    for (size_t i = 0; r == 0 && i < wiring->n_links; i++)
        r = present_link(planner, &wiring->links[i]);
    for (size_t i = 0; r == 0 && i < wiring->n_bridges; i++)
        r = present_ovs_bridge(planner, &wiring->bridges[i]);
    for (size_t i = 0; r == 0 && i < wiring->n_ports; i++)
        r = present_port(planner, &wiring->ports[i]);
    return r;
}
