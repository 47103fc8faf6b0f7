/* SPDX-License-Identifier: Apache-2.0 */
/* Rows refer to each other from the bridge down, so the references are indexed first; then each
 * port is a look-up. */
#include "ovsdb/port-facts.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ovsdb/select.h"
#include "ovsdb/vswitch-tables.h"
#include "json/json-text.h"

#define DEFAULT_OVN_BRIDGE "br-int"

/* The database, and its references the other way round. */
struct graph {
    struct vswitch vs;
    struct row_index port_of;   /* by the UUID of an interface */
    struct row_index bridge_of; /* by the UUID of a port */
    struct row_index by_owner;  /* interfaces by their iface-id; those without one are not in it */
};

static void graph_done(struct graph *graph)
{
    vswitch_done(&graph->vs);
    row_index_done(&graph->port_of);
    row_index_done(&graph->bridge_of);
    row_index_done(&graph->by_owner);
}

static void copy_setting(char *ret, size_t size, const char *value)
{
    text_copy(ret, size, value ? value : "");
}

static void set_host(const struct vswitch *vs, struct vswitch_facts *facts)
{
    const struct vif_map *ids = &vs->external_ids;
    const char *bridge = vswitch_ovn_setting(ids, "ovn-bridge");

    *facts =
        (struct vswitch_facts){.dpdk_known = vs->has_row, .dpdk_initialized = vs->dpdk_initialized};
    copy_setting(facts->system_id, sizeof facts->system_id, strmap_get(ids, "system-id"));
    copy_setting(facts->hostname, sizeof facts->hostname, strmap_get(ids, "hostname"));
    copy_setting(facts->ovn_remote, sizeof facts->ovn_remote,
                 vswitch_ovn_setting(ids, "ovn-remote"));
    copy_setting(facts->ovn_bridge, sizeof facts->ovn_bridge,
                 bridge && bridge[0] ? bridge : DEFAULT_OVN_BRIDGE);
    for (size_t i = 0, at = 0; i < vs->datapath_types.n && at < sizeof facts->datapath_types; i++)
        at += (size_t)snprintf(facts->datapath_types + at, sizeof facts->datapath_types - at,
                               "%s%s", at ? ", " : "", vs->datapath_types.entries[i].key);
}

/* --- reading --- */

/* The keys of the index are borrowed from the maps of the rows. */
static int index_owners(struct graph *graph)
{
    struct vswitch *vs = &graph->vs;

    if (row_index_begin(&graph->by_owner, vs->n_interfaces) < 0)
        return -ENOMEM;
    for (size_t i = 0; i < vs->n_interfaces; i++) {
        const char *owner = strmap_get(&vs->interfaces[i].external_ids, "iface-id");

        if (owner)
            row_index_add(&graph->by_owner, owner, &vs->interfaces[i]);
    }
    row_index_sort(&graph->by_owner);
    return 0;
}

/* What the ML2 agent of Neutron writes into other_config of each port it wires. */
static void mark_agent_managed(struct graph *graph)
{
    for (size_t i = 0; i < graph->vs.n_ports; i++) {
        const struct vswitch_port *port = &graph->vs.ports[i];
        struct vswitch_bridge *bridge = row_index_find(&graph->bridge_of, port->uuid);

        if (bridge && (strmap_get(&port->other_config, "net_uuid") ||
                       strmap_get(&port->other_config, "segmentation_id")))
            bridge->agent_managed = true;
    }
}

static int read_graph(struct ovsdb_client *client, int64_t until, struct graph *graph,
                      struct vif_error *err)
{
    auto_vswitch_rows struct vswitch_rows rows;
    struct vswitch *vs = &graph->vs;
    int r;

    vswitch_rows_init(&rows, READ_FACTS);
    r = vswitch_rows_read(client, &rows, QOS, until, vs, err);
    if (r < 0)
        return r;
    r = row_index_by_references(&graph->bridge_of, vs->bridges, vs->n_bridges, sizeof *vs->bridges,
                                offsetof(struct vswitch_bridge, ports));
    if (r == 0)
        r = row_index_by_references(&graph->port_of, vs->ports, vs->n_ports, sizeof *vs->ports,
                                    offsetof(struct vswitch_port, interfaces));
    if (r == 0)
        r = index_owners(graph);
    if (r == 0)
        mark_agent_managed(graph);
    return select_fault(r, err);
}

/* --- ports --- */

static void set_bridge(const struct graph *graph, const struct vswitch_bridge *bridge,
                       struct vswitch_port_facts *facts)
{
    const struct vswitch_interface *local = vswitch_find_interface(&graph->vs, bridge->name);
    const struct vif_map *types = &graph->vs.datapath_types;

    text_copy(facts->bridge, sizeof facts->bridge, bridge->name);
    text_copy(facts->datapath_type, sizeof facts->datapath_type,
              bridge->datapath_type[0] ? bridge->datapath_type : "system");
    facts->datapath_unknown = types->n && !strmap_get(types, facts->datapath_type);
    facts->bridge_ready = local && local->ofport > 0;
    facts->bridge_agent_managed = bridge->agent_managed;
}

/* The first other interface with the same iface-id. */
static void set_duplicate(const struct graph *graph, struct port_facts *of)
{
    struct vswitch_port_facts *facts = &of->db;
    const struct row_entry *entry = row_index_first(&graph->by_owner, of->iface_id);
    const struct row_entry *end = graph->by_owner.entries + graph->by_owner.n;

    for (; entry && entry < end && strcmp(entry->key, of->iface_id) == 0; entry++) {
        const struct vswitch_interface *duplicate = entry->row;
        const struct vswitch_port *port = row_index_find(&graph->port_of, duplicate->uuid);
        const struct vswitch_bridge *bridge =
            port ? row_index_find(&graph->bridge_of, port->uuid) : NULL;

        if (strcmp(duplicate->name, of->name) == 0)
            continue;
        text_copy(facts->duplicate, sizeof facts->duplicate, duplicate->name);
        text_copy(facts->duplicate_bridge, sizeof facts->duplicate_bridge,
                  bridge ? bridge->name : "");
        return;
    }
}

static void set_port(const struct graph *graph, struct port_facts *of)
{
    struct vswitch_port_facts *facts = &of->db;
    const struct vswitch_port *port = vswitch_find_port(&graph->vs, of->name);
    const struct vswitch_interface *interface = vswitch_find_interface(&graph->vs, of->name);
    const struct vswitch_bridge *bridge =
        port ? row_index_find(&graph->bridge_of, port->uuid) : NULL;

    *facts = (struct vswitch_port_facts){.exists = port && interface, .tag = port ? port->tag : -1};
    if (bridge)
        set_bridge(graph, bridge, facts);
    if (interface) {
        facts->ofport = interface->ofport;
        text_copy(facts->type, sizeof facts->type, interface->type);
        if (interface->error)
            text_copy(facts->error, sizeof facts->error, interface->error);
    }
    set_duplicate(graph, of);
}

int vswitch_read_facts(struct ovsdb_client *client, struct port_facts *ports, size_t n,
                       int64_t until, struct vswitch_facts *ret, struct vif_error *err)
{
    __attribute__((cleanup(graph_done))) struct graph graph = {0};
    int r = read_graph(client, until, &graph, err);

    if (r < 0)
        return r;
    set_host(&graph.vs, ret);
    for (size_t i = 0; i < n; i++)
        set_port(&graph, &ports[i]);
    return 0;
}
