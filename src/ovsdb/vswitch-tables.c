/* SPDX-License-Identifier: Apache-2.0 */
/* One table of columns for each table of the database, and the rows that are read by them. */
#include "ovsdb/vswitch-tables.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

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
    COLUMN("type", COLUMN_TEXT, READ_MARKS | READ_DETAILS, vswitch_qos, type),
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

void vswitch_rows_init(struct vswitch_rows *rows, unsigned reads)
{
    static const struct table *const tables[VSWITCH_TABLES] = {
        [ROOT] = &vswitch_root_table,  [BRIDGES] = &vswitch_bridge_table,
        [PORTS] = &vswitch_port_table, [INTERFACES] = &vswitch_interface_table,
        [QOS] = &vswitch_qos_table,
    };

    for (size_t t = 0; t < VSWITCH_TABLES; t++) {
        rows->of[t] = (struct rows){.table = tables[t], .reads = reads};
        rows->selections[t] = (struct selection){.rows = &rows->of[t]};
    }
}

void vswitch_rows_done(struct vswitch_rows *rows)
{
    for (size_t t = 0; t < VSWITCH_TABLES; t++)
        rows_done(&rows->of[t]);
}

/* Puts the type of the QoS row each port refers to among its details. */
static int detail_qos(struct vswitch *vs, const struct rows *qos)
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

static void *take_rows(struct rows *rows, size_t *ret_n)
{
    *ret_n = rows->n;
    rows->n = 0;
    return take_ptr(rows->items);
}

static void take_qos(struct vswitch *vs, struct rows *rows)
{
    struct vswitch_qos *qos = (void *)rows->items;
    size_t n = 0;

    for (size_t i = 0; i < rows->n; i++)
        if (qos[i].id[0])
            qos[n++] = qos[i];
        else
            row_done(rows->table, &qos[i]);
    if (n)
        qsort(qos, n, sizeof *qos, text_compare);
    rows->n = n;
    vs->qos = take_rows(rows, &vs->n_qos);
}

int vswitch_rows_read(struct ovsdb_client *client, struct vswitch_rows *rows, size_t n_tables,
                      int64_t until, struct vswitch *ret, struct vif_error *err)
{
    struct rows *of = rows->of;
    int r = select_read(client, rows->selections, n_tables, until, err);

    *ret = (struct vswitch){0};
    if (r < 0)
        return r;
    if (of[ROOT].n) {
        *ret = *(struct vswitch *)(void *)of[ROOT].items;
        ret->has_row = true;
        of[ROOT].n = 0; /* 'ret' has what the first row held; there are no others */
    }
    for (size_t t = BRIDGES; t <= INTERFACES; t++)
        rows_unique(&of[t]);
    ret->bridges = take_rows(&of[BRIDGES], &ret->n_bridges);
    ret->ports = take_rows(&of[PORTS], &ret->n_ports);
    ret->interfaces = take_rows(&of[INTERFACES], &ret->n_interfaces);
    if (of[QOS].reads & READ_DETAILS)
        r = select_fault(detail_qos(ret, &of[QOS]), err);
    take_qos(ret, &of[QOS]);
    return r;
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

/* --- what was read --- */

void vswitch_done(struct vswitch *vs)
{
    rows_free(&vswitch_bridge_table, vs->bridges, vs->n_bridges);
    rows_free(&vswitch_port_table, vs->ports, vs->n_ports);
    rows_free(&vswitch_interface_table, vs->interfaces, vs->n_interfaces);
    rows_free(&vswitch_qos_table, vs->qos, vs->n_qos);
    row_done(&vswitch_root_table, vs);
    *vs = (struct vswitch){0};
}

static const void *find(const void *rows, size_t n, size_t size, const char *key)
{
    return n ? bsearch(key, rows, n, size, text_compare) : NULL;
}

/* Every row begins with the text it is sorted by. */
_Static_assert(offsetof(struct vswitch_bridge, name) == 0, "sorted by name");
_Static_assert(offsetof(struct vswitch_port, name) == 0, "sorted by name");
_Static_assert(offsetof(struct vswitch_interface, name) == 0, "sorted by name");
_Static_assert(offsetof(struct vswitch_qos, id) == 0, "sorted by id");

const struct vswitch_bridge *vswitch_find_bridge(const struct vswitch *vs, const char *name)
{
    return find(vs->bridges, vs->n_bridges, sizeof *vs->bridges, name);
}

const struct vswitch_port *vswitch_find_port(const struct vswitch *vs, const char *name)
{
    return find(vs->ports, vs->n_ports, sizeof *vs->ports, name);
}

const struct vswitch_interface *vswitch_find_interface(const struct vswitch *vs, const char *name)
{
    return find(vs->interfaces, vs->n_interfaces, sizeof *vs->interfaces, name);
}

const struct vswitch_qos *vswitch_find_qos(const struct vswitch *vs, const char *id)
{
    const struct vswitch_qos *qos = find(vs->qos, vs->n_qos, sizeof *vs->qos, id);

    while (qos && qos > vs->qos && strcmp(qos[-1].id, id) == 0)
        qos--;
    return qos;
}
