/* SPDX-License-Identifier: Apache-2.0 */
/* Building the one transaction of a batch.  Guards come first, so that a stale one costs nothing; then
 * the rows that are inserted; then one mutation for each shared row (a bridge's ports, the root's
 * bridges); deletions of root rows last.  The wiring's commit stands on it. */
#include "ovsdb/vswitch-txn.h"

#include <stdlib.h>
#include <string.h>

#include "ovsdb/txn-internal.h"
#include "ovsdb/value.h"
#include "json/json-text.h"

struct vswitch_txn *vswitch_txn_new(const struct vswitch *vs)
{
    struct vswitch_txn *txn = calloc(1, sizeof *txn);

    if (txn)
        txn->vs = vs;
    return txn;
}

void vswitch_txn_free(struct vswitch_txn *txn)
{
    if (!txn)
        return;
    for (size_t i = 0; i < txn->n_bridges; i++) {
        json_decref(txn->bridges[i].insert);
        json_decref(txn->bridges[i].remove);
    }
    for (size_t i = 0; i < TXN_LISTS; i++) {
        json_decref(txn->lists[i].operations);
        free(txn->lists[i].owners);
    }
    json_decref(txn->insert_bridges);
    json_decref(txn->delete_bridges);
    free(txn->bridges);
    free(txn);
}

void txn_add(struct vswitch_txn *txn, enum txn_list which, size_t owner, json_t *operation)
{
    struct txn_operations *list = &txn->lists[which];
    size_t *owners = reallocarray(list->owners, list->n + 1, sizeof *owners);

    if (!list->operations)
        list->operations = json_array();
    if (owners)
        list->owners = owners;
    if (!owners || !operation || json_array_append(list->operations, operation) < 0)
        txn->failed = true;
    else
        owners[list->n++] = owner;
    json_decref(operation);
}

void txn_collect(struct vswitch_txn *txn, json_t **set, json_t *item)
{
    if (!*set)
        *set = json_array();
    if (!item || json_array_append(*set, item) < 0)
        txn->failed = true;
    json_decref(item);
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
    (void)snprintf(bridges[txn->n_bridges].name, LIMIT_IFNAME, "%s", name);
    return &bridges[txn->n_bridges++];
}

/* A wait operation: the rows of 'clause' must be exactly the one with these columns. */
static json_t *guard(const char *table, json_t *clause, json_t *columns, json_t *row)
{
    json_t *operation = value_op("wait", table, clause);

    operation = value_member(operation, "timeout", json_integer(0));
    operation = value_member(operation, "columns", columns);
    operation = value_member(operation, "until", json_string("=="));
    return value_member(operation, "rows", value_append(json_array(), row));
}

static json_t *uuid_clause(const char *uuid)
{
    return value_clause("_uuid", "==", value_uuid(uuid));
}

static json_t *name_column(void)
{
    return value_append(json_array(), json_string("name"));
}

static json_t *name_row(const char *name)
{
    return value_member(json_object(), "name", json_string(name));
}

json_t *txn_insert(const char *table, const char *named, json_t *row)
{
    json_t *operation = value_member(json_object(), "op", json_string("insert"));

    operation = value_member(operation, "table", json_string(table));
    operation = value_member(operation, "uuid-name", json_string(named));
    return value_member(operation, "row", row);
}

void vswitch_txn_bridge_add(struct vswitch_txn *txn, size_t owner, const char *name,
                            const char *datapath_type)
{
    struct txn_bridge *bridge = txn_bridge_of(txn, name);
    char local_if[16], local_port[16];
    json_t *row;

    if (!bridge || bridge->named[0])
        return;
    (void)snprintf(bridge->named, sizeof bridge->named, "b%u", txn->serial);
    (void)snprintf(local_port, sizeof local_port, "bp%u", txn->serial);
    (void)snprintf(local_if, sizeof local_if, "bi%u", txn->serial++);

    row = value_member(name_row(name), "type", json_string("internal"));
    txn_add(txn, TXN_INSERT, owner, txn_insert("Interface", local_if, row));
    row = value_member(name_row(name), "interfaces", value_named_uuid(local_if));
    txn_add(txn, TXN_INSERT, owner, txn_insert("Port", local_port, row));
    row = value_member(name_row(name), "datapath_type", json_string(datapath_type));
    row = value_member(row, "ports", value_named_uuid(local_port));
    txn_add(txn, TXN_INSERT, owner, txn_insert("Bridge", bridge->named, row));
    txn_collect(txn, &txn->insert_bridges, value_named_uuid(bridge->named));
}

void vswitch_txn_guard_bridge(struct vswitch_txn *txn, const struct vswitch_bridge *bridge)
{
    struct txn_bridge *known = txn_bridge_of(txn, bridge->name);
    json_t *columns, *row;

    if (!known || known->guarded)
        return;
    known->guarded = true;
    columns = value_append(name_column(), json_string("datapath_type"));
    row = value_member(name_row(bridge->name), "datapath_type", json_string(bridge->datapath_type));
    txn_add(txn, TXN_GUARD, VSWITCH_NO_OWNER,
            guard("Bridge", uuid_clause(bridge->uuid), columns, row));
}

/* The bridge has the very ports that were counted: one that joined since would come under the other
 * datapath, or go with the bridge. */
static void guard_ports(struct vswitch_txn *txn, const struct vswitch_bridge *bridge)
{
    json_t *columns = value_append(json_array(), json_string("ports"));

    txn_add(txn, TXN_GUARD, VSWITCH_NO_OWNER,
            guard("Bridge", uuid_clause(bridge->uuid), columns,
                  value_member(json_object(), "ports", json_incref(bridge->ports))));
}

void vswitch_txn_bridge_delete(struct vswitch_txn *txn, size_t owner,
                               const struct vswitch_bridge *bridge)
{
    struct txn_bridge *known = txn_bridge_of(txn, bridge->name);

    (void)owner;
    if (!known || known->deleted)
        return;
    known->deleted = true;
    vswitch_txn_guard_bridge(txn, bridge);
    if (bridge->ports)
        guard_ports(txn, bridge);
    txn_collect(txn, &txn->delete_bridges, value_uuid(bridge->uuid));
}

void vswitch_txn_bridge_set_datapath(struct vswitch_txn *txn, size_t owner,
                                     const struct vswitch_bridge *bridge, const char *type)
{
    struct txn_bridge *known = txn_bridge_of(txn, bridge->name);
    json_t *operation;

    if (!known || known->retyped)
        return;
    known->retyped = true;
    vswitch_txn_guard_bridge(txn, bridge);
    if (bridge->ports)
        guard_ports(txn, bridge);
    operation = value_op("update", "Bridge", uuid_clause(bridge->uuid));
    operation = value_member(operation, "row",
                             value_member(json_object(), "datapath_type", json_string(type)));
    txn_add(txn, TXN_CHANGE, owner, operation);
}

struct txn_bridge *txn_bridge_in_use(struct vswitch_txn *txn, const char *name)
{
    const struct vswitch_bridge *existing = vswitch_find_bridge(txn->vs, name);
    struct txn_bridge *bridge = txn_bridge_of(txn, name);

    if (!bridge || bridge->named[0])
        return bridge;
    if (!existing) { /* a caller's mistake would otherwise lose the port without a word */
        txn->failed = true;
        return NULL;
    }
    vswitch_txn_guard_bridge(txn, existing);
    memcpy(bridge->uuid, existing->uuid, sizeof bridge->uuid);
    return bridge;
}

/* The bridge a port leaves need not be one that was read; its name and that the port is on it are
 * guarded with the removal. */
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

static json_t *interface_row(const struct vswitch_new_port *port)
{
    json_t *row = name_row(port->name);

    row = value_member(row, "type", json_string(port->type));
    row = value_member(row, "external_ids", value_map(port->external_ids));
    if (port->options->n)
        row = value_member(row, "options", value_map(port->options));
    if (port->mtu_request)
        row = value_member(row, "mtu_request", json_integer(port->mtu_request));
    return row;
}

/* The QoS row of a new port: an existing one, or a new one. */
static json_t *qos_of(struct vswitch_txn *txn, size_t owner, const struct vswitch_new_port *port)
{
    struct vif_map ids = {0};
    char named[16];
    json_t *row;

    if (port->qos_uuid)
        return value_uuid(port->qos_uuid);
    if (strmap_set(&ids, "id", port->qos_id) < 0 || strmap_set(&ids, "_type", port->qos_type) < 0)
        txn->failed = true;
    (void)snprintf(named, sizeof named, "q%u", txn->serial);
    row = value_member(json_object(), "type", json_string(port->qos_type));
    row = value_member(row, "external_ids", value_map(&ids));
    strmap_done(&ids);
    txn_add(txn, TXN_INSERT, owner, txn_insert("QoS", named, row));
    return value_named_uuid(named);
}

void vswitch_txn_port_add(struct vswitch_txn *txn, size_t owner, const char *bridge,
                          const struct vswitch_new_port *port)
{
    struct txn_bridge *on = txn_bridge_in_use(txn, bridge);
    char named_if[16], named_port[16];
    json_t *row;

    if (!on)
        return;
    (void)snprintf(named_if, sizeof named_if, "i%u", txn->serial);
    (void)snprintf(named_port, sizeof named_port, "p%u", txn->serial);
    txn_add(txn, TXN_INSERT, owner, txn_insert("Interface", named_if, interface_row(port)));
    row = value_member(name_row(port->name), "interfaces", value_named_uuid(named_if));
    if (port->tag)
        row = value_member(row, "tag", json_integer(port->tag));
    if (port->vlan_mode)
        row = value_member(row, "vlan_mode", json_string(port->vlan_mode));
    if (port->trunk)
        row = value_member(row, "trunks", json_integer(port->trunk));
    if (port->qos_type)
        row = value_member(row, "qos", qos_of(txn, owner, port));
    txn_add(txn, TXN_INSERT, owner, txn_insert("Port", named_port, row));
    txn->serial++;
    txn_collect(txn, &on->insert, value_named_uuid(named_port));
}

/* The interface must still carry the mark that was seen. */
static void guard_interface(struct vswitch_txn *txn, size_t owner,
                            const struct vswitch_interface *interface, const char *iface_id)
{
    json_t *operation;

    if (iface_id) {
        operation = guard("Interface", uuid_clause(interface->uuid), name_column(),
                          name_row(interface->name));
        operation = value_and(
            operation, value_clause("external_ids", "includes", value_pair("iface-id", iface_id)));
    } else { /* "has no such key" cannot be said of a map: the whole of it must be as seen */
        json_t *columns = value_append(json_array(), json_string("external_ids"));
        json_t *row =
            value_member(json_object(), "external_ids", value_map(&interface->external_ids));

        operation = guard("Interface", uuid_clause(interface->uuid), columns, row);
    }
    txn_add(txn, TXN_GUARD, owner, operation);
}

void vswitch_txn_port_delete(struct vswitch_txn *txn, size_t owner, const struct vswitch_port *port,
                             const struct vswitch_interface *interface, const char *iface_id)
{
    struct txn_bridge *on = bridge_left(txn, port);

    if (!on)
        return;
    if (interface)
        guard_interface(txn, owner, interface, iface_id);
    txn_collect(txn, &on->remove, value_uuid(port->uuid));
}

void vswitch_txn_port_move(struct vswitch_txn *txn, size_t owner, const struct vswitch_port *port,
                           const struct vswitch_interface *interface, const char *to_bridge)
{
    struct txn_bridge *from = bridge_left(txn, port);
    struct txn_bridge *to;

    guard_interface(txn, owner, interface, strmap_get(&interface->external_ids, "iface-id"));
    if (from)
        txn_collect(txn, &from->remove, value_uuid(port->uuid));
    to = txn_bridge_in_use(txn, to_bridge); /* may move the array 'from' points into */
    if (to)
        txn_collect(txn, &to->insert, value_uuid(port->uuid));
}

static json_t *mutation(json_t *mutations, const char *column, const char *mutator, json_t *value)
{
    return value_append(mutations, value_clause(column, mutator, value));
}

/* RFC 7047: inserting a key that is there changes nothing, so the old pair goes first. */
static json_t *merge_map(json_t *mutations, const char *column, const struct vif_map *set)
{
    mutations = mutation(mutations, column, "delete", value_keys(set));
    return mutation(mutations, column, "insert", value_map(set));
}

static json_t *optional_integer(int64_t value)
{
    return value ? json_integer(value) : value_set(json_array());
}

static void interface_mutate(struct vswitch_txn *txn, size_t owner, const char *uuid,
                             const struct vswitch_interface_change *change)
{
    json_t *mutations = json_array();
    json_t *operation;

    if (change->drop_ids && change->drop_ids->n)
        mutations = mutation(mutations, "external_ids", "delete", value_keys(change->drop_ids));
    if (change->drop_options && change->drop_options->n)
        mutations = mutation(mutations, "options", "delete", value_keys(change->drop_options));
    if (change->set_ids && change->set_ids->n)
        mutations = merge_map(mutations, "external_ids", change->set_ids);
    if (change->set_options && change->set_options->n)
        mutations = merge_map(mutations, "options", change->set_options);
    if (mutations && json_array_size(mutations) == 0) {
        json_decref(mutations);
        return;
    }
    operation = value_op("mutate", "Interface", uuid_clause(uuid));
    txn_add(txn, TXN_CHANGE, owner, value_member(operation, "mutations", mutations));
}

void vswitch_txn_interface_set(struct vswitch_txn *txn, size_t owner,
                               const struct vswitch_interface *interface,
                               const struct vswitch_interface_change *change)
{
    bool columns = change->type || change->set_mtu_request || change->set_ofport_request;
    json_t *row, *operation;

    /* Without a guard, a row that went away would be changed to nothing, successfully. */
    if (change->whoever)
        txn_add(txn, TXN_GUARD, owner,
                guard("Interface", uuid_clause(interface->uuid), name_column(),
                      name_row(interface->name)));
    else
        guard_interface(txn, owner, interface, strmap_get(&interface->external_ids, "iface-id"));
    interface_mutate(txn, owner, interface->uuid, change);
    if (!columns)
        return;
    row = json_object();
    if (change->type)
        row = value_member(row, "type", json_string(change->type));
    if (change->set_mtu_request)
        row = value_member(row, "mtu_request", optional_integer(change->mtu_request));
    if (change->set_ofport_request)
        row = value_member(row, "ofport_request", optional_integer(change->ofport_request));
    operation = value_op("update", "Interface", uuid_clause(interface->uuid));
    txn_add(txn, TXN_CHANGE, owner, value_member(operation, "row", row));
}

void vswitch_txn_qos_delete(struct vswitch_txn *txn, size_t owner, const char *uuid,
                            const struct vswitch_port *port)
{
    if (port && strcmp(port->qos_uuid, uuid) == 0) {
        json_t *operation = value_op("update", "Port", uuid_clause(port->uuid));
        json_t *row = value_member(json_object(), "qos", value_set(json_array()));

        txn_add(txn, TXN_CHANGE, owner, value_member(operation, "row", row));
    }
    txn_add(txn, TXN_DELETE, owner, value_op("delete", "QoS", uuid_clause(uuid)));
}

size_t vswitch_txn_ports_leaving(const struct vswitch_txn *txn, const char *bridge)
{
    for (size_t i = 0; i < txn->n_bridges; i++)
        if (strcmp(txn->bridges[i].name, bridge) == 0)
            return json_array_size(txn->bridges[i].remove);
    return 0;
}

bool vswitch_txn_empty(const struct vswitch_txn *txn)
{
    if (txn->insert_bridges || txn->delete_bridges)
        return false;
    for (size_t i = TXN_INSERT; i < TXN_LISTS; i++)
        if (txn->lists[i].n)
            return false;
    for (size_t i = 0; i < txn->n_bridges; i++)
        if (txn->bridges[i].insert || txn->bridges[i].remove)
            return false;
    return true;
}
