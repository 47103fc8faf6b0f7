/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the evidence of the Open_vSwitch database.  Rows refer to each other from the bridge down, so
 * the references are turned round first; then each suspect is a look-up.  Values of another form than
 * the schema's read as not set: what is left of the evidence still counts. */
#include "ovsdb/vswitch-facts.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ovsdb/select.h"
#include "ovsdb/value.h"
#include "json/json-text.h"

#define DEFAULT_OVN_BRIDGE "br-int"

/* The results by number, in the order of the operations. */
enum { ROOT, BRIDGES, PORTS, INTERFACES, N_TABLES };

static json_t *make_operations(void)
{
    static const char *const root[] = {"external_ids", "datapath_types", "dpdk_initialized", NULL};
    static const char *const bridge[] = {"name", "datapath_type", "ports", NULL};
    static const char *const port[] = {"_uuid", "name", "interfaces", "tag", "other_config", NULL};
    static const char *const interface[] = {"_uuid", "name",         "type", "ofport",
                                            "error", "external_ids", NULL};
    const struct {
        const char *table;
        const char *const *columns;
    } tables[N_TABLES] = {
        [ROOT] = {"Open_vSwitch", root},
        [BRIDGES] = {"Bridge", bridge},
        [PORTS] = {"Port", port},
        [INTERFACES] = {"Interface", interface},
    };
    json_t *operations = json_array();

    for (size_t i = 0; i < N_TABLES; i++)
        operations = value_append(
            operations, select_columns(value_op_all("select", tables[i].table), tables[i].columns));
    return operations;
}

/* The value of a key in a map column; NULL when it is not there. */
static const char *map_text(const json_t *row, const char *column, const char *key)
{
    const json_t *pairs = json_array_get(json_object_get(row, column), 1);

    for (size_t i = 0; i < json_array_size(pairs); i++) {
        const char *its = json_string_value(json_array_get(json_array_get(pairs, i), 0));

        if (its && strcmp(its, key) == 0)
            return json_string_value(json_array_get(json_array_get(pairs, i), 1));
    }
    return NULL;
}

/* OVN's settings may be of one chassis of several that share the database: "<key>-<system-id>". */
static void chassis_text(const json_t *root, const char *chassis, const char *key, char *ret,
                         size_t size)
{
    char own[2 * FACT_TEXT_MAX];
    const char *text;

    (void)snprintf(own, sizeof own, "%s-%s", key, chassis);
    text = map_text(root, "external_ids", own);
    if (!text)
        text = map_text(root, "external_ids", key);
    (void)snprintf(ret, size, "%s", text ? text : "");
}

static void take_root(const json_t *root, struct vswitch_facts *facts)
{
    const json_t *types = json_object_get(root, "datapath_types");
    const json_t *dpdk = json_object_get(root, "dpdk_initialized");
    const char *text = map_text(root, "external_ids", "system-id");
    size_t at = 0;

    (void)snprintf(facts->system_id, sizeof facts->system_id, "%s", text ? text : "");
    text = map_text(root, "external_ids", "hostname");
    (void)snprintf(facts->hostname, sizeof facts->hostname, "%s", text ? text : "");
    chassis_text(root, facts->system_id, "ovn-remote", facts->ovn_remote, sizeof facts->ovn_remote);
    chassis_text(root, facts->system_id, "ovn-bridge", facts->ovn_bridge, sizeof facts->ovn_bridge);
    if (!facts->ovn_bridge[0])
        (void)strcpy(facts->ovn_bridge, DEFAULT_OVN_BRIDGE);
    facts->dpdk_known = json_is_boolean(dpdk);
    facts->dpdk_initialized = json_is_true(dpdk);
    for (size_t i = 0; i < value_set_size(types) && at < sizeof facts->datapath_types; i++) {
        const char *type = json_string_value(value_set_item(types, i));

        if (type)
            at += (size_t)snprintf(facts->datapath_types + at, sizeof facts->datapath_types - at,
                                   "%s%s", at ? ", " : "", type);
    }
}

/* The references turned round, and rows by their names. */
struct turned {
    json_t *port_of;    /* UUID of an interface -> row of its port */
    json_t *bridge_of;  /* UUID of a port -> row of its bridge */
    json_t *tended;     /* name of a bridge -> true: the ML2 agent has been there */
    json_t *interfaces; /* by name */
    json_t *ports;      /* by name */
    json_t *rivals;     /* iface-id -> array of rows of interfaces */
};

static void turned_done(struct turned *turned)
{
    json_decref(turned->port_of);
    json_decref(turned->bridge_of);
    json_decref(turned->tended);
    json_decref(turned->interfaces);
    json_decref(turned->ports);
    json_decref(turned->rivals);
}

static int put_reference(json_t *index, const json_t *uuid, json_t *row)
{
    const char *text = json_string_value(json_array_get(uuid, 1));

    return text ? json_object_set(index, text, row) : 0;
}

static int put_references(json_t *index, json_t *row, const char *column)
{
    const json_t *uuids = json_object_get(row, column);
    int r = 0;

    /* A lone UUID is ["uuid", ..], which value_set_item() gives as it is. */
    for (size_t i = 0; r == 0 && i < value_set_size(uuids); i++)
        r = put_reference(index, value_set_item(uuids, i), row);
    return r;
}

static int put_name(json_t *index, json_t *row)
{
    const char *name = json_string_value(json_object_get(row, "name"));

    return name ? json_object_set(index, name, row) : 0;
}

static json_t *rows_of(const json_t *results, size_t table)
{
    return json_object_get(json_array_get(results, table), "rows");
}

/* What the ML2 agent of Neutron writes into other_config of each port it wires. */
static bool is_tended(const json_t *port)
{
    return map_text(port, "other_config", "net_uuid") ||
           map_text(port, "other_config", "segmentation_id");
}

static const json_t *bridge_of(const struct turned *turned, const json_t *port)
{
    const char *uuid = json_string_value(json_array_get(json_object_get(port, "_uuid"), 1));

    return uuid ? json_object_get(turned->bridge_of, uuid) : NULL;
}

static int turn_interface(struct turned *turned, json_t *row)
{
    const char *iface_id = map_text(row, "external_ids", "iface-id");
    json_t *same = iface_id ? json_object_get(turned->rivals, iface_id) : NULL;

    if (iface_id && !same) {
        same = json_array();
        if (json_object_set_new(turned->rivals, iface_id, same) < 0)
            return -1;
    }
    if (same && json_array_append(same, row) < 0)
        return -1;
    return put_name(turned->interfaces, row);
}

static int turn_port(struct turned *turned, json_t *row)
{
    const char *bridge = json_string_value(json_object_get(bridge_of(turned, row), "name"));

    if (bridge && is_tended(row) && json_object_set_new(turned->tended, bridge, json_true()) < 0)
        return -1;
    if (put_references(turned->port_of, row, "interfaces") < 0)
        return -1;
    return put_name(turned->ports, row);
}

static int turn(const json_t *results, struct turned *turned)
{
    size_t i;
    json_t *row;

    *turned = (struct turned){json_object(), json_object(), json_object(),
                              json_object(), json_object(), json_object()};
    if (!turned->port_of || !turned->bridge_of || !turned->tended || !turned->interfaces ||
        !turned->ports || !turned->rivals)
        return -ENOMEM;
    json_array_foreach(rows_of(results, BRIDGES), i, row)
    {
        if (put_references(turned->bridge_of, row, "ports") < 0)
            return -ENOMEM;
    }
    json_array_foreach(rows_of(results, PORTS), i, row)
    {
        if (turn_port(turned, row) < 0)
            return -ENOMEM;
    }
    json_array_foreach(rows_of(results, INTERFACES), i, row)
    {
        if (turn_interface(turned, row) < 0)
            return -ENOMEM;
    }
    return 0;
}

static const char *text_of(const json_t *row, const char *column)
{
    const char *text = json_string_value(value_set_item(json_object_get(row, column), 0));

    return text ? text : "";
}

static int64_t ofport_of(const json_t *interface)
{
    int64_t ofport = 0;

    (void)value_read_optional(json_object_get(interface, "ofport"), 0, &ofport);
    return ofport;
}

static bool has_type(const json_t *root, const char *type)
{
    const json_t *types = json_object_get(root, "datapath_types");

    for (size_t i = 0; i < value_set_size(types); i++) {
        const char *one = json_string_value(value_set_item(types, i));

        if (one && strcmp(one, type) == 0)
            return true;
    }
    return value_set_size(types) == 0;
}

static void take_bridge(const struct turned *turned, const json_t *root, const json_t *bridge,
                        struct vswitch_port_facts *facts)
{
    const char *name = text_of(bridge, "name"), *type = text_of(bridge, "datapath_type");

    (void)snprintf(facts->bridge, sizeof facts->bridge, "%s", name);
    (void)snprintf(facts->datapath_type, sizeof facts->datapath_type, "%s",
                   type[0] ? type : "system");
    facts->datapath_unknown = !has_type(root, facts->datapath_type);
    facts->bridge_made = ofport_of(json_object_get(turned->interfaces, name)) > 0;
    facts->bridge_tended = json_object_get(turned->tended, name) != NULL;
}

static void take_rival(const struct turned *turned, const struct vswitch_suspect *suspect,
                       struct vswitch_port_facts *facts)
{
    const json_t *row, *same = json_object_get(turned->rivals, suspect->iface_id);
    size_t i;

    json_array_foreach(same, i, row)
    {
        const char *uuid = json_string_value(json_array_get(json_object_get(row, "_uuid"), 1));
        const json_t *port = uuid ? json_object_get(turned->port_of, uuid) : NULL;

        if (strcmp(text_of(row, "name"), suspect->name) == 0)
            continue;
        (void)snprintf(facts->rival, sizeof facts->rival, "%s", text_of(row, "name"));
        (void)snprintf(facts->rival_bridge, sizeof facts->rival_bridge, "%s",
                       text_of(bridge_of(turned, port), "name"));
        return;
    }
}

static void take_suspect(const struct turned *turned, const json_t *root,
                         const struct vswitch_suspect *suspect, struct vswitch_port_facts *facts)
{
    const json_t *port = json_object_get(turned->ports, suspect->name);
    const json_t *interface = json_object_get(turned->interfaces, suspect->name);
    const json_t *bridge = port ? bridge_of(turned, port) : NULL;

    facts->exists = port && interface;
    facts->tag = -1;
    if (bridge)
        take_bridge(turned, root, bridge, facts);
    (void)value_read_optional(json_object_get(port, "tag"), -1, &facts->tag);
    facts->ofport = ofport_of(interface);
    (void)snprintf(facts->type, sizeof facts->type, "%s", text_of(interface, "type"));
    (void)snprintf(facts->error, sizeof facts->error, "%s", text_of(interface, "error"));
    take_rival(turned, suspect, facts);
}

int vswitch_read_facts(struct ovsdb_client *client, const struct vswitch_suspect *suspects,
                       size_t n, int64_t until, struct vswitch_facts *ret,
                       struct vswitch_port_facts *ret_ports, struct vif_error *err)
{
    auto_json json_t *operations = make_operations(), *results = NULL;
    struct turned turned;
    const json_t *root;
    int r = select_run(client, operations, until, &results, err);

    if (r < 0)
        return r;
    r = turn(results, &turned);
    if (r == 0) {
        root = json_array_get(rows_of(results, ROOT), 0);
        *ret = (struct vswitch_facts){0};
        take_root(root, ret);
        for (size_t i = 0; i < n; i++) {
            ret_ports[i] = (struct vswitch_port_facts){0};
            take_suspect(&turned, root, &suspects[i], &ret_ports[i]);
        }
    }
    turned_done(&turned);
    return select_fault(r, err);
}
