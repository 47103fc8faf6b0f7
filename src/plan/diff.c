/* SPDX-License-Identifier: Apache-2.0 */
/* What is different between a wiring and what is there, in words a person reads and a program can take
 * apart.  The plan decides what counts; ovs-vswitchd may complain of rows that are as they should be,
 * which no plan sees; and what agents made of a port is shown beside it. */
#include "plan/diff.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "plan/diff-internal.h"

/* "" stands for system, of a datapath as of an interface. */
static const char *type_words(const char *type)
{
    return type[0] ? type : "system";
}

static void add_missing_bridge(struct differences *differences, const struct step *step)
{
    char part[DIFF_PART_MAX], more[VIF_OVS_TYPE_SIZE + 24] = "";

    diff_part(part, "bridge", step->name);
    if (step->bridge->datapath_type[0])
        (void)snprintf(more, sizeof more, "of datapath_type %s", step->bridge->datapath_type);
    diff_add(differences, '+', part, "", "", more);
}

static void add_port_step(struct differences *differences, const struct step *step)
{
    char part[DIFF_PART_MAX], more[LIMIT_IFNAME + 16];

    diff_part(part, "port", step->name);
    if (step->kind == STEP_PORT_ADD) {
        (void)snprintf(more, sizeof more, "on bridge %s", step->port->bridge);
        diff_add(differences, '+', part, "", "", more);
    } else if (step->kind == STEP_PORT_DELETE) {
        (void)snprintf(more, sizeof more, "bridge %s", step->old_port->bridge);
        diff_add(differences, '-', part, "", more, "");
    } else {
        diff_add(differences, '~', part, "bridge", step->old_port->bridge, step->port->bridge);
    }
}

/* The keys of 'changed', each with its value in 'there' and, unless they are to go, the one in it. */
static void add_map(struct differences *differences, const char *part, const char *column,
                    const struct vif_map *changed, const struct vif_map *there, bool gone)
{
    for (size_t i = 0; i < changed->n; i++) {
        const char *key = changed->entries[i].key, *is = strmap_get(there, key);
        char attribute[256];

        (void)snprintf(attribute, sizeof attribute, "%s:%s", column, key);
        diff_add(differences, '~', part, attribute, is ? is : "",
                 gone ? "" : changed->entries[i].value);
    }
}

static void add_interface_changes(struct differences *differences, const struct step *step)
{
    const struct vswitch_interface *there = step->old_interface;
    char part[DIFF_PART_MAX];

    diff_part(part, "interface", step->name);
    if (step->set_type)
        diff_add(differences, '~', part, "type", type_words(there->type),
                 type_words(step->port->type));
    add_map(differences, part, "external_ids", &step->set_ids, &there->external_ids, false);
    add_map(differences, part, "external_ids", &step->drop_ids, &there->external_ids, true);
    add_map(differences, part, "options", &step->set_options, &there->options, false);
    add_map(differences, part, "options", &step->drop_options, &there->options, true);
    if (step->set_mtu_request)
        diff_add_number(differences, part, "mtu_request", there->mtu_request,
                        step->port->mtu_request, true);
    if (step->clear_ofport_request)
        diff_add_number(differences, part, "ofport_request", there->ofport_request, 0, true);
}

static void add_leftover_qos(struct differ *differ, const struct step *step)
{
    const struct vswitch *db = &differ->observed->db;
    char part[DIFF_PART_MAX], more[VSWITCH_TYPE_MAX + 8] = "";

    for (size_t i = 0; i < db->n_qos; i++)
        if (strcmp(db->qos[i].uuid, step->name) == 0)
            (void)snprintf(more, sizeof more, "type %s", db->qos[i].type);
    diff_part(part, "QoS row", step->name);
    diff_add(differ->differences, '-', part, "", more, "");
}

/* That a link was remade is said where the link is missing. */
static void add_reopening(struct differ *differ, const struct step *step)
{
    char part[DIFF_PART_MAX];

    if (!observed_link(differ->observed, step->port->link))
        return;
    for (size_t i = 0; i < differ->plan->n; i++)
        if (differ->plan->steps[i].kind == STEP_LINK_DELETE &&
            strcmp(differ->plan->steps[i].name, step->port->link) == 0)
            return;
    diff_part(part, "port", step->name);
    diff_add(differ->differences, '~', part, "opened device", "a former one", "the present one");
}

static void add_step(struct differ *differ, const struct step *step)
{
    struct differences *differences = differ->differences;
    char part[DIFF_PART_MAX];

    switch (step->kind) {
    case STEP_OVS_BRIDGE_ADD:
        add_missing_bridge(differences, step);
        break;
    case STEP_OVS_BRIDGE_DATAPATH:
        diff_part(part, "bridge", step->name);
        diff_add(differences, '~', part, "datapath_type",
                 type_words(step->old_bridge->datapath_type),
                 type_words(step->bridge->datapath_type));
        break;
    case STEP_OVS_BRIDGE_DELETE:
        diff_part(part, "bridge", step->name);
        diff_add(differences, '-', part, "", "", "");
        break;
    case STEP_PORT_ADD:
    case STEP_PORT_MOVE:
    case STEP_PORT_DELETE:
        add_port_step(differences, step);
        break;
    case STEP_INTERFACE_SET:
        add_interface_changes(differences, step);
        break;
    case STEP_QOS_DELETE:
        add_leftover_qos(differ, step);
        break;
    case STEP_PORT_REOPEN:
        add_reopening(differ, step);
        break;
    case STEP_LINK_DELETE:
    case STEP_BRIDGE_CREATE:
    case STEP_SYSCTL:
    case STEP_VLAN_CREATE:
    case STEP_VETH_CREATE:
    case STEP_TAP_CREATE:
    case STEP_LINK_SET:
    case STEP_ADDRESS_MOVE:
    case STEP_TC_OFFLOAD:
    case STEP_RULES:
        diff_link_step(differ, step);
        break;
    }
}

/* A bridge whose own port has no number was not made.  Adds the complaint unless 'differences' is NULL. */
static bool bridge_complaint(const struct observed *observed, const char *name,
                             struct differences *differences)
{
    const struct vswitch_bridge *there = vswitch_find_bridge(&observed->db, name);
    const struct vswitch_interface *own = vswitch_find_interface(&observed->db, name);
    char part[DIFF_PART_MAX], words[VIF_ERROR_TEXT_MAX];

    if (!there || !own || own->ofport > 0)
        return false;
    diff_part(part, "bridge", name);
    (void)snprintf(words, sizeof words,
                   "ovs-vswitchd has not made it (datapath_type %s)%s%s; its log says why",
                   type_words(there->datapath_type), own->error ? ": " : "",
                   own->error ? own->error : "");
    if (differences)
        diff_add(differences, '!', part, "error", words, "");
    return true;
}

/* A port on a bridge that was not made cannot be made either, and one whose device is not there waits
 * for it, or the plan makes it. */
static bool port_complaint(const struct observed *observed, const struct vif_wiring_port *port,
                           struct differences *differences)
{
    const struct vswitch_port *there = vswitch_find_port(&observed->db, port->name);
    const struct vswitch_interface *interface = vswitch_find_interface(&observed->db, port->name);
    const char *words = "ovs-vswitchd has not made it; its log may say why";
    char part[DIFF_PART_MAX];

    if (!port->create || !there || !interface || interface->ofport > 0 ||
        (port->link[0] && !observed_link(observed, port->link)) ||
        bridge_complaint(observed, there->bridge, NULL))
        return false;
    if (interface->error)
        words = interface->error;
    else if (interface->ofport == 0)
        words = "ovs-vswitchd has not taken it up";
    diff_part(part, "port", port->name);
    if (differences)
        diff_add(differences, '!', part, "error", words, "");
    return true;
}

static bool add_complaints(const struct vif_wiring *wiring, const struct observed *observed,
                           struct differences *differences)
{
    bool any = false;

    for (size_t i = 0; i < wiring->n_bridges; i++)
        if (wiring->bridges[i].create)
            any |= bridge_complaint(observed, wiring->bridges[i].name, differences);
    for (size_t i = 0; i < wiring->n_ports; i++)
        any |= port_complaint(observed, &wiring->ports[i], differences);
    return any;
}

bool diff_complains(const struct vif_wiring *wiring, const struct observed *observed)
{
    return add_complaints(wiring, observed, NULL);
}

/* The entries of 'there' that are none of ours. */
static void show_map(struct differences *differences, const char *part, const char *column,
                     const struct vif_map *there, const struct vif_map *ours,
                     const struct vif_map *unwanted)
{
    for (size_t i = 0; i < there->n; i++) {
        const struct vif_map_entry *entry = &there->entries[i];
        char attribute[256];

        if (strmap_get(ours, entry->key) || strmap_get(unwanted, entry->key))
            continue;
        (void)snprintf(attribute, sizeof attribute, "%s:%s", column, entry->key);
        diff_add(differences, ' ', part, attribute, entry->value, "");
    }
}

static void show_number(struct differences *differences, const char *part, const char *attribute,
                        int64_t value)
{
    char text[24];

    (void)snprintf(text, sizeof text, "%" PRId64, value);
    diff_add(differences, ' ', part, attribute, text, "");
}

static void show_interface(struct differences *differences, const struct vif_wiring_port *port,
                           const struct vswitch_interface *interface)
{
    char part[DIFF_PART_MAX];

    diff_part(part, "interface", port->name);
    if (interface->ofport > 0)
        show_number(differences, part, "ofport", interface->ofport);
    if (interface->ofport_request && !plan_is_reopen_request(interface->ofport_request))
        show_number(differences, part, "ofport_request", interface->ofport_request);
    if (interface->mtu_request && !port->mtu_request)
        show_number(differences, part, "mtu_request", interface->mtu_request);
    show_map(differences, part, "external_ids", &interface->external_ids, &port->ids,
             &port->drop_ids);
    show_map(differences, part, "options", &interface->options, &port->options,
             &port->drop_options);
}

/* What a port was given when it was made; an agent may have changed it since. */
static const char *at_creation(const struct vif_wiring_port *port, const char *key)
{
    if (strcmp(key, "qos") == 0)
        return port->qos_type;
    if (strcmp(key, "tag") == 0 && (port->isolate || port->dead_tag))
        return "4095";
    if (strcmp(key, "trunks") == 0 && port->isolate)
        return "4095";
    if (strcmp(key, "vlan_mode") == 0 && port->isolate)
        return "trunk";
    return "";
}

static void show_port(struct differ *differ, const struct vif_wiring_port *port)
{
    const struct vswitch *db = &differ->observed->db;
    const struct vswitch_port *there = vswitch_find_port(db, port->name);
    const struct vswitch_interface *interface = vswitch_find_interface(db, port->name);
    char part[DIFF_PART_MAX];

    if (!port->create || !there || !interface)
        return;
    diff_part(part, "port", port->name);
    for (size_t i = 0; i < there->details.n; i++) {
        const struct vif_map_entry *entry = &there->details.entries[i];
        const char *first = at_creation(port, entry->key);

        diff_add(differ->differences, ' ', part, entry->key, entry->value,
                 strcmp(first, entry->value) == 0 ? "" : first);
    }
    show_interface(differ->differences, port, interface);
}

int diff_find(const struct vif_wiring *wiring, const struct observed *observed,
              const struct plan *plan, bool complaints, struct differences *ret,
              struct vif_error *err)
{
    struct differ differ = {wiring, observed, plan, ret};

    for (size_t i = 0; i < plan->n; i++)
        add_step(&differ, &plan->steps[i]);
    if (complaints && observed->db.cur_cfg >= observed->db.next_cfg)
        (void)add_complaints(wiring, observed, ret);
    for (size_t i = 0; i < wiring->n_links; i++)
        diff_shown_link(&differ, &wiring->links[i]);
    for (size_t i = 0; i < wiring->n_ports; i++)
        show_port(&differ, &wiring->ports[i]);
    return ret->failed ? error_memory(err) : 0;
}
