/* SPDX-License-Identifier: Apache-2.0 */
/* The steps of a plan in words, with all they say. */
#include <string.h>

#include "base/text.h"
#include "wiring-fixture.h"

static void words_of_change(const struct step *step, struct text *text)
{
    const struct link_change *change = &step->change;
    const char *comma = "";

    text_add(text, "set %s: ", step->name);
    if (change->mtu) {
        text_add(text, "mtu %u", change->mtu);
        comma = ", ";
    }
    if (change->set_master) {
        text_add(text, "%s%s%s", comma, step->master[0] ? "master " : "no master", step->master);
        comma = ", ";
    }
    if (change->bridge) {
        text_add(text, "%sageing %u, forward delay %u, stp %u, multicast snooping %u", comma,
                 change->bridge->ageing_time, change->bridge->forward_delay,
                 change->bridge->stp_state, change->bridge->mcast_snooping);
        comma = ", ";
    }
    if (change->set_promisc) {
        text_add(text, "%spromiscuous", comma);
        comma = ", ";
    }
    if (step->new_name[0]) {
        text_add(text, "%srenamed to %s", comma, step->new_name);
        comma = ", ";
    }
    if (change->set_up || change->set_down)
        text_add(text, "%s%s", comma, change->set_up ? "up" : "down");
}

static void words_of_tap(const struct vif_wiring_link *link, struct text *text)
{
    const uint8_t *a = link->tap.address;

    text_add(text, "create tap %s: ", link->name);
    if (link->tap.multi_queue)
        text_add(text, "multi-queue, ");
    if (link->tap.has_address)
        text_add(text, "address %02x:%02x:%02x:%02x:%02x:%02x, ", a[0], a[1], a[2], a[3], a[4],
                 a[5]);
    if (link->mtu)
        text_add(text, "mtu %u, ", link->mtu);
    text_add(text, "up");
}

static void words_of_map(const char *what, const struct vif_map *map, struct text *text)
{
    for (size_t i = 0; i < map->n; i++)
        text_add(text, " %s:%s=%s", what, map->entries[i].key, map->entries[i].value);
}

static void words_of_port(const struct step *step, struct text *text)
{
    const struct vif_wiring_port *port = step->port;

    text_add(text, "add port %s to bridge %s:", port->name, port->bridge);
    if (port->type[0])
        text_add(text, " type=%s", port->type);
    words_of_map("external_ids", &port->ids, text);
    words_of_map("options", &port->options, text);
    if (port->mtu_request)
        text_add(text, " mtu_request=%u", port->mtu_request);
    if (port->dead_tag)
        text_add(text, " tag=4095");
    if (port->isolate)
        text_add(text, " tag=4095 vlan_mode=trunk trunks=4095");
    if (port->qos_type[0])
        text_add(text, " qos=%s%s", port->qos_type, step->qos_uuid ? " (an existing row)" : "");
}

static void words_of_interface(const struct step *step, struct text *text)
{
    const struct vswitch_interface_change *change = &step->row_change;

    text_add(text, "set interface %s:", step->name);
    if (change->type)
        text_add(text, " type=\"%s\"", change->type);
    words_of_map("external_ids", &change->set_ids, text);
    words_of_map("options", &change->set_options, text);
    for (size_t i = 0; i < change->drop_ids.n; i++)
        text_add(text, " external_ids:%s removed", change->drop_ids.entries[i].key);
    for (size_t i = 0; i < change->drop_options.n; i++)
        text_add(text, " options:%s removed", change->drop_options.entries[i].key);
    if (change->set_mtu_request)
        text_add(text, " mtu_request=%u", (unsigned)change->mtu_request);
    if (change->set_ofport_request)
        text_add(text, " ofport_request=[]");
}

static void words_of_move(const struct step *step, struct text *text)
{
    const struct address_list *list = step->addresses;
    const char *comma = "";

    text_add(text, "move from %s to %s: ", step->name, step->link->master);
    for (size_t i = 0; i < list->n; i++, comma = ", ")
        text_add(text, "%s%s%s", comma, list->items[i].is_route ? "route " : "",
                 list->items[i].text);
}

static void words_of_link_step(const struct step *step, struct text *text)
{
    const struct vif_wiring_link *link = step->link;

    switch (step->kind) {
    case STEP_LINK_DELETE:
        text_add(text, "delete %s %s", step->before->tap ? "tap" : step->before->kind, step->name);
        break;
    case STEP_BRIDGE_CREATE:
        text_add(
            text, "create bridge %s: ageing %u, forward delay %u, stp %u, multicast snooping %u",
            step->name, link->bridge.attributes.ageing_time, link->bridge.attributes.forward_delay,
            link->bridge.attributes.stp_state, link->bridge.attributes.mcast_snooping);
        break;
    case STEP_SYSCTL:
        text_add(text, "set sysctl %s of %s to %d", sysctl_word(step->which), step->name,
                 step->value);
        break;
    case STEP_ADDRESS_MOVE:
        words_of_move(step, text);
        break;
    case STEP_TC_OFFLOAD:
        text_add(text, "switch hw-tc-offload of %s on", step->name);
        break;
    case STEP_RULES:
        text_add(text, "make the forwarding rules of %s", step->name);
        break;
    case STEP_LINK_CREATE:
        if (link->kind == VIF_LINK_VLAN) {
            text_add(text, "create VLAN %s: number %u of %s", link->name, link->vlan.id,
                     link->vlan.parent);
            break;
        }
        text_add(text, "create veth %s, peer %s: ", link->name, link->veth.peer);
        if (link->mtu)
            text_add(text, "mtu %u, ", link->mtu);
        if (link->master[0])
            text_add(text, "%s on %s, ", link->name, link->master);
        text_add(text, "%sup", link->veth.promisc ? "promiscuous, " : "");
        break;
    case STEP_TAP_CREATE:
        words_of_tap(link, text);
        break;
    default:
        words_of_change(step, text);
        break;
    }
}

void fixture_step_words(const struct step *step, struct text *text)
{
    switch (step->kind) {
    case STEP_OVS_BRIDGE_ADD:
        text_add(text, "add bridge %s: datapath_type=%s", step->name,
                 step->bridge->datapath_type[0] ? step->bridge->datapath_type : "system");
        break;
    case STEP_OVS_BRIDGE_DATAPATH:
        text_add(text, "set bridge %s: datapath_type=%s", step->name, step->bridge->datapath_type);
        break;
    case STEP_OVS_BRIDGE_DELETE:
        text_add(text, "remove bridge %s with its ports", step->name);
        break;
    case STEP_PORT_ADD:
        words_of_port(step, text);
        break;
    case STEP_PORT_MOVE:
        text_add(text, "move port %s from bridge %s to %s", step->name, step->old_port->bridge,
                 step->port->bridge);
        break;
    case STEP_PORT_DELETE:
        text_add(text, "remove port %s from bridge %s", step->name, step->old_port->bridge);
        break;
    case STEP_INTERFACE_SET:
        words_of_interface(step, text);
        break;
    case STEP_QOS_DELETE:
        text_add(text, "remove QoS row %s (id %s)", step->name, step->qos_id);
        break;
    case STEP_PORT_REOPEN:
        text_add(text, "make ovs-vswitchd open %s again", step->name);
        break;
    case STEP_LINK_DELETE:
    case STEP_BRIDGE_CREATE:
    case STEP_SYSCTL:
    case STEP_LINK_CREATE:
    case STEP_TAP_CREATE:
    case STEP_LINK_SET:
    case STEP_ADDRESS_MOVE:
    case STEP_TC_OFFLOAD:
    case STEP_RULES:
        words_of_link_step(step, text);
        break;
    }
}
