/* SPDX-License-Identifier: Apache-2.0 */
/* One table of columns for each table of the database. */
#include "ovsdb/vswitch-tables.h"

#include <string.h>

static const struct column root_columns[] = {
    COLUMN("_uuid", COLUMN_UUID, READ_VIF | READ_SWITCH, vswitch, root_uuid),
    COLUMN("cur_cfg", COLUMN_INTEGER, READ_VIF | READ_SWITCH | READ_CFG, vswitch, cur_cfg),
    COLUMN("next_cfg", COLUMN_INTEGER, READ_VIF | READ_SWITCH | READ_CFG, vswitch, next_cfg),
    COLUMN("ovs_version", COLUMN_TEXT, READ_VIF | READ_SWITCH, vswitch, ovs_version),
    COLUMN("dpdk_initialized", COLUMN_BOOL, READ_VIF | READ_SWITCH | READ_FACTS, vswitch,
           dpdk_initialized),
    COLUMN("datapath_types", COLUMN_WORDS, READ_SWITCH | READ_FACTS, vswitch, datapath_types),
    COLUMN("iface_types", COLUMN_WORDS, READ_SWITCH, vswitch, iface_types),
    COLUMN("external_ids", COLUMN_MAP, READ_SWITCH | READ_FACTS, vswitch, external_ids),
    COLUMN("other_config", COLUMN_MAP, READ_SWITCH, vswitch, other_config),
    {"bridges", COLUMN_COUNT, WRITTEN, 0, 0, NULL},
    {0},
};

static const struct column bridge_columns[] = {
    COLUMN("_uuid", COLUMN_UUID, READ_VIF | READ_PORTS | READ_BRIDGE | READ_MARKS, vswitch_bridge,
           uuid),
    COLUMN("name", COLUMN_NAME, READ_VIF | READ_PORTS | READ_BRIDGE | READ_SWITCH | READ_FACTS,
           vswitch_bridge, name),
    COLUMN("datapath_type", COLUMN_TEXT, READ_VIF | READ_SWITCH | READ_FACTS, vswitch_bridge,
           datapath_type),
    COLUMN("ports", COLUMN_UUIDS, READ_PORTS | READ_FACTS | READ_SWITCH, vswitch_bridge, ports),
    COLUMN("fail_mode", COLUMN_TEXT, READ_STATUS | READ_SWITCH, vswitch_bridge, fail_mode),
    COLUMN("external_ids", COLUMN_COUNT, READ_MARKS, vswitch_bridge, n_ids),
    {0},
};

static const struct column port_columns[] = {
    COLUMN("_uuid", COLUMN_UUID, READ_VIF | READ_FACTS | READ_MARKS, vswitch_port, uuid),
    COLUMN("name", COLUMN_NAME, READ_VIF | READ_SWITCH | READ_FACTS, vswitch_port, name),
    COLUMN("interfaces", COLUMN_UUID, READ_VIF, vswitch_port, interface_uuid),
    COLUMN("interfaces", COLUMN_UUIDS, READ_FACTS, vswitch_port, interfaces),
    COLUMN("qos", COLUMN_UUID, READ_VIF, vswitch_port, qos_uuid),
    COLUMN("tag", COLUMN_DETAIL, READ_DETAILS, vswitch_port, details),
    COLUMN("tag", COLUMN_NUMBER, READ_FACTS, vswitch_port, tag),
    COLUMN("vlan_mode", COLUMN_DETAIL, READ_DETAILS, vswitch_port, details),
    COLUMN("trunks", COLUMN_DETAIL, READ_DETAILS, vswitch_port, details),
    COLUMN("other_config", COLUMN_DETAIL, READ_DETAILS, vswitch_port, details),
    COLUMN("other_config", COLUMN_MAP, READ_SWITCH | READ_FACTS, vswitch_port, other_config),
    COLUMN("external_ids", COLUMN_COUNT, READ_MARKS, vswitch_port, n_ids),
    {0},
};

/* In the order of struct vswitch_counters. */
static const char *const counters[] = {"rx_packets", "rx_bytes",   "rx_errors",
                                       "rx_dropped", "tx_packets", "tx_bytes",
                                       "tx_errors",  "tx_dropped", NULL};
_Static_assert(sizeof counters / sizeof counters[0] - 1 ==
                   sizeof(struct vswitch_counters) / sizeof(int64_t),
               "a key for each counter");

static const struct column interface_columns[] = {
    COLUMN("_uuid", COLUMN_UUID, READ_VIF | READ_FACTS | READ_MARKS, vswitch_interface, uuid),
    COLUMN("name", COLUMN_NAME, READ_VIF | READ_RESULT | READ_SWITCH | READ_FACTS | READ_NAME,
           vswitch_interface, name),
    COLUMN("type", COLUMN_TEXT, READ_VIF | READ_SWITCH | READ_FACTS, vswitch_interface, type),
    COLUMN("external_ids", COLUMN_MAP, READ_VIF | READ_FACTS, vswitch_interface, external_ids),
    COLUMN("options", COLUMN_MAP, READ_VIF | READ_SWITCH, vswitch_interface, options),
    COLUMN("mtu_request", COLUMN_INTEGER, READ_VIF, vswitch_interface, mtu_request),
    COLUMN("ofport", COLUMN_INTEGER, READ_VIF | READ_RESULT | READ_FACTS, vswitch_interface,
           ofport),
    COLUMN("error", COLUMN_STRING, READ_VIF | READ_RESULT | READ_SWITCH | READ_FACTS,
           vswitch_interface, error),
    COLUMN("ofport_request", COLUMN_INTEGER, READ_VIF, vswitch_interface, ofport_request),
    COLUMN("mtu", COLUMN_INTEGER, READ_STATUS, vswitch_interface, mtu),
    COLUMN("link_state", COLUMN_TEXT, READ_STATUS | READ_MARKS, vswitch_interface, link_state),
    COLUMN("status", COLUMN_MAP, READ_STATUS, vswitch_interface, status),
    {"statistics", COLUMN_COUNTERS, READ_STATUS, offsetof(struct vswitch_interface, counters),
     sizeof(struct vswitch_counters), counters},
    {0},
};

static const char *const id_key[] = {"id", NULL};

static const struct column qos_columns[] = {
    COLUMN("_uuid", COLUMN_UUID, READ_VIF | READ_MARKS, vswitch_qos, uuid),
    COLUMN("type", COLUMN_TEXT, READ_VIF | READ_MARKS | READ_DETAILS, vswitch_qos, type),
    {"external_ids", COLUMN_KEY, READ_VIF, offsetof(struct vswitch_qos, id), UUID_TEXT_SIZE,
     id_key},
    COLUMN("external_ids", COLUMN_MAP, READ_MARKS, vswitch_qos, external_ids),
    COLUMN("queues", COLUMN_COUNT, READ_MARKS, vswitch_qos, n_queues),
    {0},
};

const struct table vswitch_root_table = {"Open_vSwitch", root_columns, sizeof(struct vswitch)};
const struct table vswitch_bridge_table = {"Bridge", bridge_columns, sizeof(struct vswitch_bridge)};
const struct table vswitch_port_table = {"Port", port_columns, sizeof(struct vswitch_port)};
const struct table vswitch_interface_table = {"Interface", interface_columns,
                                              sizeof(struct vswitch_interface)};
const struct table vswitch_qos_table = {"QoS", qos_columns, sizeof(struct vswitch_qos)};

int vswitch_root_parse(const json_t *result, unsigned reads, struct vswitch *vs)
{
    auto_rows struct rows rows = {.table = &vswitch_root_table, .reads = reads};
    int r = rows_parse(&rows, result);

    if (r < 0 || !rows.n)
        return r;
    *vs = *(struct vswitch *)(void *)rows.items;
    vs->has_row = true;
    rows.n = 0; /* 'vs' has what the first row held; there are no others */
    return 1;
}

void vswitch_set_rows(struct vswitch *vs, struct rows *bridges, struct rows *ports,
                      struct rows *interfaces)
{
    rows_unique(bridges);
    rows_unique(ports);
    rows_unique(interfaces);
    vs->n_bridges = bridges->n;
    vs->n_ports = ports->n;
    vs->n_interfaces = interfaces->n;
    bridges->n = ports->n = interfaces->n = 0;
    vs->bridges = (void *)take_ptr(bridges->items);
    vs->ports = (void *)take_ptr(ports->items);
    vs->interfaces = (void *)take_ptr(interfaces->items);
}

void vswitch_set_bridge(struct vswitch_port *port, const struct vswitch_bridge *bridge)
{
    memcpy(port->bridge, bridge->name, sizeof port->bridge);
    memcpy(port->bridge_uuid, bridge->uuid, sizeof port->bridge_uuid);
}

int vswitch_locate_ports(struct vswitch *vs, struct vswitch_bridge *bridges, size_t n)
{
    auto_index struct row_index index = {0};
    int r = row_index_by_references(&index, bridges, n, sizeof *bridges,
                                    offsetof(struct vswitch_bridge, ports));

    for (size_t i = 0; r == 0 && i < vs->n_ports; i++) {
        const struct vswitch_bridge *bridge = row_index_find(&index, vs->ports[i].uuid);

        if (bridge)
            vswitch_set_bridge(&vs->ports[i], bridge);
    }
    return r;
}

int vswitch_detail_qos(struct vswitch *vs, const struct rows *qos)
{
    auto_index struct row_index index = {0};
    int r = row_index_by_text(&index, qos->items, qos->n, sizeof(struct vswitch_qos),
                              offsetof(struct vswitch_qos, uuid));

    for (size_t i = 0; r == 0 && i < vs->n_ports; i++) {
        const struct vswitch_qos *row = row_index_find(&index, vs->ports[i].qos_uuid);

        if (row)
            r = strmap_set(&vs->ports[i].details, "qos", row->type);
    }
    return r;
}
