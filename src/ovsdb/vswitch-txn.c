/* SPDX-License-Identifier: Apache-2.0 */
/* Building the one transaction of a batch: guards first, then inserts, then one mutation for
 * each shared row (a bridge's ports, the root's bridges), then deletions of root rows. */
#include "ovsdb/vswitch-txn.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/pool.h"
#include "ovsdb/txn-internal.h"

struct vswitch_txn *vswitch_txn_new(const struct vswitch *vs)
{
    struct vswitch_txn *txn = calloc(1, sizeof *txn);

    if (txn)
        txn->vs = vs;
    return txn;
}

void txn_list_done(struct txn_list *list)
{
    ovsdb_operations_done(&list->operations);
    free(list->owners);
}

void vswitch_txn_free(struct vswitch_txn *txn)
{
    if (!txn)
        return;
    for (size_t i = 0; i < txn->n_bridges; i++) {
        text_done(&txn->bridges[i].insert.text);
        text_done(&txn->bridges[i].remove.text);
    }
    for (size_t i = 0; i < TXN_STAGES; i++)
        txn_list_done(&txn->lists[i]);
    text_done(&txn->insert_bridges.text);
    text_done(&txn->delete_bridges.text);
    free(txn->bridges);
    free(txn);
}

struct text *txn_list_open(struct txn_list *list, size_t owner)
{
    struct ovsdb_operations *operations = &list->operations;

    if (!array_grow(list->owners, operations->n, list->room, 1)) {
        operations->text.failed = true;
        return &operations->text;
    }
    list->owners[operations->n] = owner;
    text_add_bytes(&operations->text, ",", operations->n++ > 0);
    return &operations->text;
}

struct text *txn_open(struct vswitch_txn *txn, enum txn_stage stage, size_t owner)
{
    return txn_list_open(&txn->lists[stage], owner);
}

void txn_collect(struct txn_set *set, const char *format, ...)
{
    va_list ap;

    text_add_bytes(&set->text, ",", set->n++ > 0);
    va_start(ap, format);
    value_vwrite(&set->text, format, ap);
    va_end(ap);
}

struct txn_bridge *txn_bridge_of(struct vswitch_txn *txn, const char *name)
{
    struct txn_bridge *bridges;

    for (size_t i = 0; i < txn->n_bridges; i++)
        if (strcmp(txn->bridges[i].name, name) == 0)
            return &txn->bridges[i];
    bridges = reallocarray(txn->bridges, txn->n_bridges + 1, sizeof *bridges);
    if (!bridges) {
        txn->failed = true;
        return NULL;
    }
    txn->bridges = bridges;
    bridges[txn->n_bridges] = (struct txn_bridge){0};
    text_copy(bridges[txn->n_bridges].name, LIMIT_IFNAME, name);
    return &bridges[txn->n_bridges++];
}

void vswitch_txn_bridge_add(struct vswitch_txn *txn, size_t owner, const char *name,
                            const char *datapath_type)
{
    struct txn_bridge *bridge = txn_bridge_of(txn, name);
    int64_t serial = txn->serial;

    if (!bridge || bridge->named[0])
        return;
    (void)snprintf(bridge->named, sizeof bridge->named, "b%lld", (long long)txn->serial++);
    value_write(txn_open(txn, TXN_INSERT, owner),
                "{'op':'insert','table':'Interface','uuid-name':'bi%i','row':"
                "{'name':%s,'type':'internal'}}",
                serial, name);
    value_write(txn_open(txn, TXN_INSERT, owner),
                "{'op':'insert','table':'Port','uuid-name':'bp%i','row':"
                "{'name':%s,'interfaces':['named-uuid','bi%i']}}",
                serial, name, serial);
    value_write(txn_open(txn, TXN_INSERT, owner),
                "{'op':'insert','table':'Bridge','uuid-name':'b%i','row':"
                "{'name':%s,'datapath_type':%s,'ports':['named-uuid','bp%i']}}",
                serial, name, datapath_type, serial);
    txn_collect(&txn->insert_bridges, "%n", bridge->named);
}

void vswitch_txn_guard_bridge(struct vswitch_txn *txn, const struct vswitch_bridge *bridge)
{
    struct txn_bridge *known = txn_bridge_of(txn, bridge->name);

    if (!known || known->guarded)
        return;
    known->guarded = true;
    value_write(txn_open(txn, TXN_GUARD, VSWITCH_NO_OWNER),
                TXN_WAIT("Bridge", "", "'name','datapath_type'", "'name':%s,'datapath_type':%s"),
                bridge->uuid, bridge->name, bridge->datapath_type);
}

/* The bridge is unchanged and has the same ports, so that no other port changes or goes with it. */
static void guard_whole_bridge(struct vswitch_txn *txn, const struct vswitch_bridge *bridge)
{
    vswitch_txn_guard_bridge(txn, bridge);
    if (bridge->counted)
        value_write(txn_open(txn, TXN_GUARD, VSWITCH_NO_OWNER),
                    TXN_WAIT("Bridge", "", "'ports'", "'ports':%r"), bridge->uuid, &bridge->ports);
}

void vswitch_txn_bridge_delete(struct vswitch_txn *txn, size_t owner,
                               const struct vswitch_bridge *bridge)
{
    struct txn_bridge *known = txn_bridge_of(txn, bridge->name);

    (void)owner;
    if (!known || known->deleted)
        return;
    known->deleted = true;
    guard_whole_bridge(txn, bridge);
    txn_collect(&txn->delete_bridges, "%u", bridge->uuid);
}

void vswitch_txn_bridge_set_datapath(struct vswitch_txn *txn, size_t owner,
                                     const struct vswitch_bridge *bridge, const char *type)
{
    struct txn_bridge *known = txn_bridge_of(txn, bridge->name);

    if (!known || known->retyped)
        return;
    known->retyped = true;
    guard_whole_bridge(txn, bridge);
    value_write(txn_open(txn, TXN_CHANGE, owner),
                "{'op':'update','table':'Bridge','where':[" TXN_ROW "],'row':{'datapath_type':%s}}",
                bridge->uuid, type);
}

struct txn_bridge *txn_bridge_in_use(struct vswitch_txn *txn, const char *name)
{
    const struct vswitch_bridge *existing = vswitch_find_bridge(txn->vs, name);
    struct txn_bridge *bridge = txn_bridge_of(txn, name);

    if (!bridge || bridge->named[0])
        return bridge;
    if (!existing) { /* a caller's mistake, which would lose the port */
        txn->failed = true;
        return NULL;
    }
    vswitch_txn_guard_bridge(txn, existing);
    memcpy(bridge->uuid, existing->uuid, sizeof bridge->uuid);
    return bridge;
}

/* The bridge a port leaves may not have been read; the removal guards its name and the port. */
static struct txn_bridge *bridge_left(struct vswitch_txn *txn, const struct vswitch_port *port)
{
    struct txn_bridge *bridge;

    if (vswitch_find_bridge(txn->vs, port->bridge))
        return txn_bridge_in_use(txn, port->bridge);
    bridge = txn_bridge_of(txn, port->bridge);
    if (bridge)
        memcpy(bridge->uuid, port->bridge_uuid, sizeof bridge->uuid);
    return bridge;
}

void vswitch_txn_port_add(struct vswitch_txn *txn, size_t owner, const char *bridge,
                          const struct vswitch_new_port *port)
{
    struct txn_bridge *on = txn_bridge_in_use(txn, bridge);
    int64_t serial = txn->serial;
    struct text *out;

    if (!on)
        return;
    txn->serial++;
    out = txn_open(txn, TXN_INSERT, owner);
    value_write(out,
                "{'op':'insert','table':'Interface','uuid-name':'i%i','row':"
                "{'name':%s,'type':%s,'external_ids':%m",
                serial, port->name, port->type, port->external_ids);
    if (port->options->n)
        value_write(out, ",'options':%m", port->options);
    if (port->mtu_request)
        value_write(out, ",'mtu_request':%i", port->mtu_request);
    value_write(out, "}}");
    if (port->qos_type && !port->qos_uuid)
        value_write(txn_open(txn, TXN_INSERT, owner),
                    "{'op':'insert','table':'QoS','uuid-name':'q%i','row':{'type':%s,"
                    "'external_ids':['map',[['_type',%s],['id',%s]]]}}",
                    serial, port->qos_type, port->qos_type, port->qos_id);
    (void)txn_open(txn, TXN_INSERT, owner);
    value_write(out,
                "{'op':'insert','table':'Port','uuid-name':'p%i','row':"
                "{'name':%s,'interfaces':['named-uuid','i%i']",
                serial, port->name, serial);
    if (port->tag)
        value_write(out, ",'tag':%i", port->tag);
    if (port->vlan_mode)
        value_write(out, ",'vlan_mode':%s", port->vlan_mode);
    if (port->trunk)
        value_write(out, ",'trunks':%i", port->trunk);
    if (port->qos_uuid)
        value_write(out, ",'qos':%u", port->qos_uuid);
    else if (port->qos_type)
        value_write(out, ",'qos':['named-uuid','q%i']", serial);
    value_write(out, "}}");
    txn_collect(&on->insert, "['named-uuid','p%i']", serial);
}

/* The interface must still have this iface-id.  A missing key cannot be guarded, so then the
 * whole map must be unchanged. */
static void guard_interface(struct vswitch_txn *txn, size_t owner,
                            const struct vswitch_interface *interface, const char *iface_id)
{
    struct text *out = txn_open(txn, TXN_GUARD, owner);

    if (iface_id)
        value_write(out,
                    TXN_WAIT("Interface", ",['external_ids','includes',['map',[['iface-id',%s]]]]",
                             "'name'", "'name':%s"),
                    interface->uuid, iface_id, interface->name);
    else
        value_write(out, TXN_WAIT("Interface", "", "'external_ids'", "'external_ids':%m"),
                    interface->uuid, &interface->external_ids);
}

void vswitch_txn_port_delete(struct vswitch_txn *txn, size_t owner, const struct vswitch_port *port,
                             const struct vswitch_interface *interface, const char *iface_id)
{
    struct txn_bridge *on = bridge_left(txn, port);

    if (!on)
        return;
    if (interface)
        guard_interface(txn, owner, interface, iface_id);
    txn_collect(&on->remove, "%u", port->uuid);
}

void vswitch_txn_port_move(struct vswitch_txn *txn, size_t owner, const struct vswitch_port *port,
                           const struct vswitch_interface *interface, const char *to_bridge)
{
    struct txn_bridge *from = bridge_left(txn, port);
    struct txn_bridge *to;

    guard_interface(txn, owner, interface, strmap_get(&interface->external_ids, "iface-id"));
    if (from)
        txn_collect(&from->remove, "%u", port->uuid);
    to = txn_bridge_in_use(txn, to_bridge); /* may move the array 'from' points into */
    if (to)
        txn_collect(&to->insert, "%u", port->uuid);
}

void vswitch_interface_change_done(struct vswitch_interface_change *change)
{
    strmap_done(&change->set_ids);
    strmap_done(&change->set_options);
    strmap_done(&change->drop_ids);
    strmap_done(&change->drop_options);
}

bool vswitch_interface_change_is_empty(const struct vswitch_interface_change *change)
{
    return !change->type && !change->set_mtu_request && !change->set_ofport_request &&
           !change->set_ids.n && !change->set_options.n && !change->drop_ids.n &&
           !change->drop_options.n;
}

/* RFC 7047: inserting a key that is there changes nothing, so the old pair goes first. */
static void interface_mutate(struct vswitch_txn *txn, size_t owner, const char *uuid,
                             const struct vswitch_interface_change *change)
{
    const struct {
        const struct vif_map *map;
        const char *drop, *set; /* formats */
    } mutations[] = {
        {&change->drop_ids, "['external_ids','delete',%k]", NULL},
        {&change->drop_options, "['options','delete',%k]", NULL},
        {&change->set_ids, "['external_ids','delete',%k]", ",['external_ids','insert',%m]"},
        {&change->set_options, "['options','delete',%k]", ",['options','insert',%m]"},
    };
    struct text *out = NULL;

    for (size_t i = 0; i < sizeof mutations / sizeof mutations[0]; i++) {
        if (!mutations[i].map->n)
            continue;
        if (out)
            value_write(out, ",");
        else
            value_write(out = txn_open(txn, TXN_CHANGE, owner),
                        "{'op':'mutate','table':'Interface','where':[" TXN_ROW "],'mutations':[",
                        uuid);
        value_write(out, mutations[i].drop, mutations[i].map);
        if (mutations[i].set)
            value_write(out, mutations[i].set, mutations[i].map);
    }
    if (out)
        value_write(out, "]}");
}

/* Writes a member that is a number; 0 stands for none. */
static void write_optional(struct text *out, bool first, const char *column, int64_t value)
{
    value_write(out, first ? "%s:" : ",%s:", column);
    value_write(out, value ? "%i" : "['set',[]]", value);
}

void vswitch_txn_interface_set(struct vswitch_txn *txn, size_t owner,
                               const struct vswitch_interface *interface,
                               const struct vswitch_interface_change *change)
{
    struct text *out;

    /* Without a guard, a row that went away would be changed to nothing, successfully. */
    if (change->any_owner)
        value_write(txn_open(txn, TXN_GUARD, owner),
                    TXN_WAIT("Interface", "", "'name'", "'name':%s"), interface->uuid,
                    interface->name);
    else
        guard_interface(txn, owner, interface, strmap_get(&interface->external_ids, "iface-id"));
    interface_mutate(txn, owner, interface->uuid, change);
    if (!change->type && !change->set_mtu_request && !change->set_ofport_request)
        return;
    out = txn_open(txn, TXN_CHANGE, owner);
    value_write(out, "{'op':'update','table':'Interface','where':[" TXN_ROW "],'row':{",
                interface->uuid);
    if (change->type)
        value_write(out, "'type':%s", change->type);
    if (change->set_mtu_request)
        write_optional(out, !change->type, "mtu_request", change->mtu_request);
    if (change->set_ofport_request)
        write_optional(out, !change->type && !change->set_mtu_request, "ofport_request",
                       change->ofport_request);
    value_write(out, "}}");
}

void vswitch_txn_qos_delete(struct vswitch_txn *txn, size_t owner, const char *uuid,
                            const struct vswitch_port *port)
{
    if (port && strcmp(port->qos_uuid, uuid) == 0)
        value_write(txn_open(txn, TXN_CHANGE, owner),
                    "{'op':'update','table':'Port','where':[" TXN_ROW "],'row':{'qos':['set',[]]}}",
                    port->uuid);
    value_write(txn_open(txn, TXN_DELETE, owner),
                "{'op':'delete','table':'QoS','where':[" TXN_ROW "]}", uuid);
}

size_t vswitch_txn_ports_leaving(const struct vswitch_txn *txn, const char *bridge)
{
    for (size_t i = 0; i < txn->n_bridges; i++)
        if (strcmp(txn->bridges[i].name, bridge) == 0)
            return txn->bridges[i].remove.n;
    return 0;
}

bool vswitch_txn_empty(const struct vswitch_txn *txn)
{
    size_t n = txn->insert_bridges.n + txn->delete_bridges.n;

    for (size_t i = TXN_INSERT; i < TXN_STAGES; i++)
        n += txn->lists[i].operations.n;
    for (size_t i = 0; i < txn->n_bridges; i++)
        n += txn->bridges[i].insert.n + txn->bridges[i].remove.n;
    return n == 0;
}
