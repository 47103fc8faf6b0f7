/* SPDX-License-Identifier: Apache-2.0 */
/* Stale rows of the database: ports that os-vif marked and that nothing is behind, bridges of one
 * port without it, QoS rows without a port.  Rows with another owner's marks are never removed. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "prune/stale.h"

enum marks {
    MARKS_FOREIGN,
    MARKS_OS_VIF,
    MARKS_LIBVIRT,
};

/* Keys of external_ids that os-vif, Neutron's trunk driver and OVN write to a port of ours. */
static const char *const known_ids[] = {
    "attached-mac",     "bridge_name", "iface-id", "iface-status", "ovn-installed",
    "ovn-installed-ts", "subport_ids", "trunk_id", "vm-uuid",
};

static bool is_known_id(const char *key)
{
    for (size_t i = 0; i < sizeof known_ids / sizeof known_ids[0]; i++)
        if (strcmp(known_ids[i], key) == 0)
            return true;
    return false;
}

static bool is_system(const struct vswitch_interface *interface)
{
    return !interface->type[0] || strcmp(interface->type, "system") == 0;
}

/* Whether ovs-vswitchd itself says that it cannot make the interface. */
static bool cannot_be_made(const struct vswitch_interface *interface)
{
    return interface->ofport < 0 || (interface->error && interface->error[0]);
}

/* Reads a UUID as os-vif writes it; false for anything else. */
static bool read_uuid(const struct vif_map *ids, const char *key, char ret[UUID_TEXT_SIZE])
{
    const char *text = strmap_get(ids, key);

    return text && parse_uuid(text, ret) == 0;
}

static enum marks marks_of(const struct vswitch_interface *interface, char ret_id[UUID_TEXT_SIZE],
                           char ret_instance[UUID_TEXT_SIZE])
{
    const struct vif_map *ids = &interface->external_ids;
    const char *mac = strmap_get(ids, "attached-mac");
    char address[MAC_TEXT_SIZE];

    if (!mac || parse_mac(mac, address) < 0 || !read_uuid(ids, "iface-id", ret_id))
        return MARKS_FOREIGN;
    if (read_uuid(ids, "vm-id", ret_instance) && strmap_get(ids, "iface-status") &&
        !strmap_get(ids, "vm-uuid"))
        return MARKS_LIBVIRT;
    for (size_t i = 0; i < ids->n; i++)
        if (!is_known_id(ids->entries[i].key))
            return MARKS_FOREIGN;
    return read_uuid(ids, "vm-uuid", ret_instance) ? MARKS_OS_VIF : MARKS_FOREIGN;
}

/* The interface of a port that has only this one, with its own name, and no marks of its own; or
 * NULL. */
static const struct vswitch_interface *interface_of(const struct stale_list *list,
                                                    const struct vswitch_port *port)
{
    const struct vswitch_interface *interface =
        vswitch_find_interface(&list->snapshot->db, port->name);

    if (port->n_ids || !port->bridge[0] || !interface ||
        strcmp(port->interface_uuid, interface->uuid) != 0)
        return NULL;
    return interface;
}

/* A name that no device can have is a person's mistake, not a trace of a VIF. */
static bool device_is_gone(const struct stale_list *list, const struct vswitch_interface *interface)
{
    return cannot_be_made(interface) && !ifname_fault(interface->name) &&
           !snapshot_link(list->snapshot, interface->name);
}

/* "eth0", "enp3s0f0_2", "pf0vf3", "enp3s0f0npf0vf3": as drivers and udev name representors. */
static bool is_representor_name(const char *name)
{
    size_t n = strlen(name), digits = 0;

    while (digits < n && isdigit((unsigned char)name[n - 1 - digits]))
        digits++;
    n -= digits;
    if (!digits || n == 0)
        return false;
    return (n == 3 && strncmp(name, "eth", 3) == 0) || name[n - 1] == '_' ||
           (n > 1 && strncmp(name + n - 2, "vf", 2) == 0);
}

/* The last rule for ports of os-vif that fits: the most special one; STALE_N_RULES: none. */
static enum stale_rule_index rule_of(const struct vswitch_interface *interface)
{
    const char *name = interface->name, *type = is_system(interface) ? "" : interface->type;
    enum stale_rule_index rule = STALE_N_RULES;

    for (enum stale_rule_index i = STALE_RULE_PORT; i <= STALE_RULE_PATCH_PORT; i++) {
        const struct stale_rule *row = &stale_rules[i];
        bool vhost_user = i == STALE_RULE_VHOST_USER_PORT;

        if (vhost_user ? strncmp(type, row->type, strlen(row->type)) != 0
                       : strcmp(type, row->type) != 0)
            continue;
        if (i == STALE_RULE_REPRESENTOR_PORT
                ? is_representor_name(name)
                : !row->prefix || name_has_id(name, row->prefix, row->length))
            rule = i;
    }
    return rule;
}

/* The bridge of one port, "pb" and twelve characters, that a patch port "ibp<uuid>" belongs to. */
static const struct vswitch_bridge *own_bridge_of(const struct stale_list *list, const char *name)
{
    char bridge[LIMIT_IFNAME];

    (void)snprintf(bridge, sizeof bridge, "pb%.*s", (int)STALE_PART("pb"), name + strlen("ibp"));
    return vswitch_find_bridge(&list->snapshot->db, bridge);
}

/* Whether nothing is behind the port; what must stay away for that goes into 'ret'. */
static bool is_dead(const struct stale_list *list, enum stale_rule_index rule,
                    const struct vswitch_interface *interface, struct stale *ret)
{
    bool link_up = strcmp(interface->link_state, "up") == 0; /* of a vhost-user port: its guest */
    const char *peer = strmap_get(&interface->options, "peer");
    const char *path = strmap_get(&interface->options, "vhost-server-path");

    if (rule == STALE_RULE_DPDK_PORT)
        return cannot_be_made(interface);
    if (rule == STALE_RULE_PATCH_PORT) { /* with its own bridge it goes with that, if at all */
        ret->absent_port = peer ? peer : "";
        return peer && strlen(peer) < LIMIT_PORT_NAME &&
               !vswitch_find_port(&list->snapshot->db, peer) &&
               !own_bridge_of(list, interface->name);
    }
    if (rule != STALE_RULE_VHOST_USER_PORT) {
        ret->absent_link = interface->name;
        return device_is_gone(list, interface);
    }
    /* In mode client ovs-vswitchd makes the socket, so it alone knows that the port is of no use;
     * in mode server the guest makes it, and ovs-vswitchd waits for it forever. */
    if (link_up || strcmp(interface->type, "dpdkvhostuserclient") != 0)
        return !link_up && cannot_be_made(interface);
    ret->socket = path && path[0] == '/' ? path : "";
    return ret->socket[0] != '\0';
}

static void find_port(struct stale_list *list, const struct vswitch_port *port)
{
    const struct vswitch_interface *interface = interface_of(list, port);
    struct stale found = {.absent_link = "", .absent_port = "", .socket = ""}, *item;
    enum stale_rule_index rule = STALE_N_RULES;
    enum marks marks = MARKS_FOREIGN;

    if (interface)
        marks = marks_of(interface, found.id, found.instance);
    if (marks == MARKS_OS_VIF)
        rule = rule_of(interface);
    else if (marks == MARKS_LIBVIRT && is_system(interface))
        rule = STALE_RULE_LIBVIRT_PORT;
    if (rule == STALE_N_RULES || !is_dead(list, rule, interface, &found))
        return;
    item = stale_add(list, rule, port->name);
    if (!item)
        return;
    memcpy(item->id, found.id, sizeof item->id);
    memcpy(item->instance, found.instance, sizeof item->instance);
    item->absent_link = found.absent_link;
    item->absent_port = found.absent_port;
    item->socket = found.socket;
    item->bridge = port->bridge;
    item->port = port;
    item->interface = interface;
}

/* Finds the port of the tap, if there is one; false if the bridge has a port that os-vif does not
 * put there. */
static bool sort_ports(const struct stale_list *list, const struct vswitch_bridge *bridge,
                       const char *part, const struct vswitch_port **ret_tap)
{
    const struct vswitch_port *const *ports;
    size_t n = snapshot_ports_of(list->snapshot, bridge->name, &ports);
    bool patched = false;

    for (size_t i = 0; i < n; i++) {
        const struct vswitch_interface *interface = interface_of(list, ports[i]);

        if (!interface || interface->external_ids.n)
            return false;
        if (strcmp(ports[i]->name, bridge->name) == 0)
            continue;
        if (name_has_id(ports[i]->name, "pbp", PATCH_ID_LENGTH) &&
            strncmp(ports[i]->name + 3, part, STALE_PART("pb")) == 0 &&
            strcmp(interface->type, "patch") == 0 && !patched)
            patched = true;
        else if (is_system(interface) && !*ret_tap && device_is_gone(list, interface))
            *ret_tap = ports[i];
        else
            return false;
    }
    return true;
}

static void find_own_bridge(struct stale_list *list, const struct vswitch_bridge *bridge)
{
    const struct vswitch *db = &list->snapshot->db;
    const struct vswitch_interface *interface = NULL;
    const struct vswitch_port *outer = NULL, *tap = NULL;
    char id[UUID_TEXT_SIZE] = "", instance[UUID_TEXT_SIZE] = "";
    const char *part = bridge->name + strlen("pb");
    struct stale *item;

    if (!name_has_id(bridge->name, "pb", DEVICE_ID_LENGTH) || bridge->n_ids ||
        !sort_ports(list, bridge, part, &tap))
        return;
    /* The patch port on the integration bridge, "ibp<uuid>", whether its other end exists or
     * not. */
    for (size_t i = 0; i < db->n_ports && !outer; i++)
        if (name_has_id(db->ports[i].name, "ibp", PATCH_ID_LENGTH) &&
            strncmp(db->ports[i].name + 3, part, STALE_PART("pb")) == 0)
            outer = &db->ports[i];
    if (outer)
        interface = interface_of(list, outer);
    if (outer && (!interface || strcmp(interface->type, "patch") != 0 ||
                  marks_of(interface, id, instance) != MARKS_OS_VIF))
        return; /* its owner is unknown */
    item = stale_add(list, STALE_RULE_OWN_BRIDGE, bridge->name);
    if (!item)
        return;
    memcpy(item->id, id, sizeof id);
    memcpy(item->instance, instance, sizeof instance);
    item->bridge = outer ? outer->bridge : "";
    item->port = outer;
    item->interface = interface;
    item->own_bridge = bridge;
    item->tap_port = tap;
    item->absent_link = tap ? tap->name : "";
}

/* os-vif gives its rows an id and a type, and no queues. */
static bool is_foreign_qos(const struct vswitch_qos *qos)
{
    const char *type = strmap_get(&qos->external_ids, "_type");

    return qos->n_queues > 0 || qos->external_ids.n != 2 || !strmap_get(&qos->external_ids, "id") ||
           !type || strcmp(type, qos->type) != 0;
}

static void find_qos(struct stale_list *list)
{
    const struct vswitch *db = &list->snapshot->db;
    auto_free const char **used = calloc(db->n_ports + 1, sizeof *used);
    char id[UUID_TEXT_SIZE];

    if (!used) {
        list->failed = true;
        return;
    }
    for (size_t i = 0; i < db->n_ports; i++)
        used[i] = db->ports[i].qos_uuid;
    qsort(used, db->n_ports, sizeof *used, text_compare_pointers);
    for (size_t i = 0; i < db->n_qos; i++) {
        const char *uuid = db->qos[i].uuid;
        struct stale *item;

        /* Version 5: os-vif derives the id from the device's name. */
        if (is_foreign_qos(&db->qos[i]) || parse_uuid(db->qos[i].id, id) < 0 || id[14] != '5' ||
            bsearch(&uuid, used, db->n_ports, sizeof *used, text_compare_pointers))
            continue;
        item = stale_add(list, STALE_RULE_QOS, uuid);
        if (item)
            item->qos = &db->qos[i];
    }
}

void stale_find_rows(struct stale_list *list)
{
    for (size_t i = 0; i < list->snapshot->db.n_ports; i++)
        find_port(list, &list->snapshot->db.ports[i]);
    for (size_t i = 0; i < list->snapshot->db.n_bridges; i++)
        find_own_bridge(list, &list->snapshot->db.bridges[i]);
    find_qos(list);
}
