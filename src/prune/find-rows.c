/* SPDX-License-Identifier: Apache-2.0 */
/* Leftovers of the database: ports that os-vif marked and that nothing is behind, bridges of one port
 * without it, QoS rows without a port.  A row with marks of anyone else is nobody's to remove. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "prune/find.h"

enum marks {
    MARKS_FOREIGN,
    MARKS_OS_VIF,
    MARKS_LIBVIRT,
};

/* Keys of external_ids a port of ours may have, besides its marks: those that os-vif, Neutron's trunk
 * driver and OVN write to it.  ovs-cni's, for one, are not among them. */
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

/* The interface of a port that has this one alone, of its own name, and no marks of its own; or
 * NULL. */
static const struct vswitch_interface *interface_of(const struct finder *finder,
                                                    const struct vswitch_port *port)
{
    const struct vswitch_mark *mark = vswitch_mark_of(finder->marks, port->uuid);
    const struct vswitch_interface *interface =
        vswitch_find_interface(&finder->snapshot->db, port->name);

    if (!mark || mark->foreign || !port->bridge[0] || !interface ||
        strcmp(port->interface_uuid, interface->uuid) != 0)
        return NULL;
    return interface;
}

/* "eth0", "enp3s0f0_2", "pf0vf3", "enp3s0f0npf0vf3": what drivers and udev call representors. */
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

/* A name no device can have is a person's mistake, and no trace of a VIF. */
static bool device_is_gone(const struct finder *finder, const struct vswitch_interface *interface)
{
    return cannot_be_made(interface) && !ifname_fault(interface->name) &&
           !snapshot_link(finder->snapshot, interface->name);
}

static struct stale *add_port(struct finder *finder, enum stale_kind kind,
                              const struct vswitch_port *port,
                              const struct vswitch_interface *interface)
{
    struct stale *item = finder_add(finder, kind, port->name);

    if (!item)
        return NULL;
    (void)marks_of(interface, item->id, item->instance);
    item->bridge = port->bridge;
    item->port = port;
    item->interface = interface;
    return item;
}

static void find_system_port(struct finder *finder, const struct vswitch_port *port,
                             const struct vswitch_interface *interface, enum marks marks)
{
    enum stale_kind kind = STALE_PORT;
    struct stale *item;

    if (!device_is_gone(finder, interface))
        return;
    if (marks == MARKS_LIBVIRT)
        kind = STALE_LIBVIRT_PORT;
    else if (name_has_id(port->name, "qvo", PART_OF("qvo"), NULL))
        kind = STALE_HYBRID_PORT;
    else if (is_representor_name(port->name))
        kind = STALE_REPRESENTOR_PORT;
    item = add_port(finder, kind, port, interface);
    if (item)
        item->absent_link = port->name;
}

/* In mode client ovs-vswitchd keeps the socket, so it alone can say that the port is of no use; in mode
 * server the guest keeps it, and ovs-vswitchd waits for it for ever. */
static void find_vhost_user_port(struct finder *finder, const struct vswitch_port *port,
                                 const struct vswitch_interface *interface)
{
    const struct vswitch_mark *mark = vswitch_mark_of(finder->marks, interface->uuid);
    const char *path = strmap_get(&interface->options, "vhost-server-path");
    bool guest_listens = strcmp(interface->type, "dpdkvhostuserclient") == 0;
    struct stale *item;

    if (!name_has_id(port->name, "vhu", PART_OF("vhu"), NULL) || !mark || mark->link_up ||
        (guest_listens ? !path || path[0] != '/' : !cannot_be_made(interface)))
        return;
    item = add_port(finder, STALE_VHOST_USER_PORT, port, interface);
    if (item && guest_listens)
        item->socket = path;
}

/* The bridge of one port, "pb" and twelve characters, that a patch port "ibp<uuid>" belongs to. */
static const struct vswitch_bridge *own_bridge_of(const struct finder *finder, const char *name)
{
    char bridge[LIMIT_IFNAME];

    (void)snprintf(bridge, sizeof bridge, "pb%.*s", (int)PART_OF("pb"), name + strlen("ibp"));
    return vswitch_find_bridge(&finder->snapshot->db, bridge);
}

static void find_patch_port(struct finder *finder, const struct vswitch_port *port,
                            const struct vswitch_interface *interface)
{
    const char *peer = strmap_get(&interface->options, "peer");
    struct stale *item;

    if (!name_has_id(port->name, "ibp", UUID_TEXT_SIZE - 1, NULL) || !peer ||
        strlen(peer) >= LIMIT_PORT_NAME || vswitch_find_port(&finder->snapshot->db, peer) ||
        own_bridge_of(finder, port->name)) /* goes with that, if at all */
        return;
    item = add_port(finder, STALE_PATCH_PORT, port, interface);
    if (item)
        item->absent_port = peer;
}

static void find_port(struct finder *finder, const struct vswitch_port *port)
{
    const struct vswitch_interface *interface = interface_of(finder, port);
    char id[UUID_TEXT_SIZE] = "", instance[UUID_TEXT_SIZE] = "";
    enum marks marks = interface ? marks_of(interface, id, instance) : MARKS_FOREIGN;

    if (marks == MARKS_FOREIGN)
        return;
    if (is_system(interface))
        find_system_port(finder, port, interface, marks);
    else if (marks == MARKS_LIBVIRT)
        return;
    else if (strncmp(interface->type, "dpdkvhostuser", strlen("dpdkvhostuser")) == 0)
        find_vhost_user_port(finder, port, interface);
    else if (strcmp(interface->type, "patch") == 0)
        find_patch_port(finder, port, interface);
    else if (strcmp(interface->type, "dpdk") == 0 && cannot_be_made(interface) &&
             name_has_id(port->name, "vfr", PART_OF("vfr"), NULL))
        (void)add_port(finder, STALE_DPDK_PORT, port, interface);
}

void find_ports(struct finder *finder)
{
    for (size_t i = 0; i < finder->snapshot->db.n_ports; i++)
        find_port(finder, &finder->snapshot->db.ports[i]);
}

/* What is on a bridge of one port. */
struct own_ports {
    const struct vswitch_port *tap;   /* or NULL */
    const struct vswitch_port *inner; /* the patch port, or NULL */
};

/* False where something is on it that os-vif does not put there. */
static bool sort_ports(const struct finder *finder, const struct vswitch_bridge *bridge,
                       const char *part, struct own_ports *ret)
{
    const struct vswitch_port *const *ports;
    size_t n = snapshot_ports_of(finder->snapshot, bridge->name, &ports);

    for (size_t i = 0; i < n; i++) {
        const struct vswitch_interface *interface = interface_of(finder, ports[i]);

        if (!interface || interface->external_ids.n)
            return false;
        if (strcmp(ports[i]->name, bridge->name) == 0)
            continue;
        if (name_has_id(ports[i]->name, "pbp", UUID_TEXT_SIZE - 1, NULL) &&
            strncmp(ports[i]->name + 3, part, PART_OF("pb")) == 0 &&
            strcmp(interface->type, "patch") == 0 && !ret->inner)
            ret->inner = ports[i];
        else if (is_system(interface) && !ret->tap && device_is_gone(finder, interface))
            ret->tap = ports[i];
        else
            return false;
    }
    return true;
}

/* The patch port on the integration bridge, "ibp<uuid>", whether its other end is there or not. */
static const struct vswitch_port *find_outer(const struct finder *finder, const char *part)
{
    const struct vswitch *db = &finder->snapshot->db;

    for (size_t i = 0; i < db->n_ports; i++)
        if (name_has_id(db->ports[i].name, "ibp", UUID_TEXT_SIZE - 1, NULL) &&
            strncmp(db->ports[i].name + 3, part, PART_OF("pb")) == 0)
            return &db->ports[i];
    return NULL;
}

static void find_own_bridge(struct finder *finder, const struct vswitch_bridge *bridge)
{
    const struct vswitch_mark *mark = vswitch_mark_of(finder->marks, bridge->uuid);
    const struct vswitch_interface *interface = NULL;
    const struct vswitch_port *outer;
    char id[UUID_TEXT_SIZE] = "", instance[UUID_TEXT_SIZE] = "";
    struct own_ports own = {0};
    struct stale *item;
    const char *part;

    if (!name_has_id(bridge->name, "pb", PART_OF("pb"), &part) || !mark || mark->foreign ||
        !sort_ports(finder, bridge, part, &own))
        return;
    outer = find_outer(finder, part);
    if (outer)
        interface = interface_of(finder, outer);
    if (outer && (!interface || strcmp(interface->type, "patch") != 0 ||
                  marks_of(interface, id, instance) != MARKS_OS_VIF))
        return; /* whose it is cannot be told */
    item = finder_add(finder, STALE_PER_PORT_BRIDGE, bridge->name);
    if (!item)
        return;
    memcpy(item->id, id, sizeof id);
    memcpy(item->instance, instance, sizeof instance);
    item->bridge = outer ? outer->bridge : "";
    item->port = outer;
    item->interface = interface;
    item->own_bridge = bridge;
    item->tap_port = own.tap;
    item->absent_link = own.tap ? own.tap->name : "";
}

void find_own_bridges(struct finder *finder)
{
    for (size_t i = 0; i < finder->snapshot->db.n_bridges; i++)
        find_own_bridge(finder, &finder->snapshot->db.bridges[i]);
}

static int by_text(const void *a, const void *b)
{
    const char *const *left = a;
    const char *const *right = b;

    return strcmp(*left, *right);
}

void find_qos(struct finder *finder)
{
    const struct vswitch *db = &finder->snapshot->db;
    auto_free const char **used = calloc(db->n_ports + 1, sizeof *used);
    char id[UUID_TEXT_SIZE];

    if (!used) {
        finder->failed = true;
        return;
    }
    for (size_t i = 0; i < db->n_ports; i++)
        used[i] = db->ports[i].qos_uuid;
    if (db->n_ports)
        qsort(used, db->n_ports, sizeof *used, by_text);
    for (size_t i = 0; i < db->n_qos; i++) {
        const char *uuid = db->qos[i].uuid;
        const struct vswitch_mark *mark = vswitch_mark_of(finder->marks, uuid);
        struct stale *item;

        /* Version 5: os-vif makes the id of the device's name. */
        if (!mark || mark->foreign || parse_uuid(db->qos[i].id, id) < 0 || id[14] != '5' ||
            bsearch(&uuid, used, db->n_ports, sizeof *used, by_text))
            continue;
        item = finder_add(finder, STALE_QOS, uuid);
        if (item)
            item->qos = &db->qos[i];
    }
}
