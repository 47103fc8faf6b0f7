/* SPDX-License-Identifier: Apache-2.0 */
/* Copying rows before they are deleted, with every column of the server's schema. */
#include "ovsdb/vswitch-copy.h"

#include <errno.h>
#include <stdlib.h>

#include "ovsdb/select.h"
#include "ovsdb/txn-internal.h"
#include "json/json-text.h"

static void uuids_done(struct uuid_set *set)
{
    free(set->items);
}
#define auto_uuids __attribute__((cleanup(uuids_done)))

void vswitch_copies_free(struct vswitch_copies *copies)
{
    if (!copies)
        return;
    json_decref(copies->bridges);
    json_decref(copies->ports);
    json_decref(copies->interfaces);
    json_decref(copies->qos);
    free(copies);
}

/* Adds the rows of 'table' with these UUIDs, whole. */
static int fetch(struct ovsdb_client *client, const char *table, const struct uuid_set *uuids,
                 int64_t until, json_t *rows, struct vif_error *err)
{
    auto_operations struct ovsdb_operations operations = {0};
    auto_json json_t *results = NULL;
    int r;

    if (!uuids->n)
        return 0;
    for (; operations.n < uuids->n; operations.n++)
        value_write(&operations.text,
                    operations.n ? ",{'op':'select','table':%s,'where':[['_uuid','==',%u]]}"
                                 : "{'op':'select','table':%s,'where':[['_uuid','==',%u]]}",
                    table, uuids->items[operations.n]);
    r = select_run(client, &operations, until, &results, err);
    for (size_t i = 0; r == 0 && i < json_array_size(results); i++) {
        json_t *found = json_object_get(json_array_get(results, i), "rows");

        if (json_is_array(found) && json_array_extend(rows, found) < 0)
            r = error_memory(err);
    }
    return r;
}

static int add_uuid(struct uuid_set *set, const char *uuid)
{
    char(*items)[UUID_TEXT_SIZE] = reallocarray(set->items, set->n + 1, sizeof *items);

    if (!items)
        return -ENOMEM;
    set->items = items;
    text_copy(items[set->n++], sizeof *items, uuid);
    return 0;
}

/* The members of a set of references. */
static int add_references(struct uuid_set *uuids, const json_t *row, const char *column)
{
    const json_t *set = json_object_get(row, column);
    char uuid[UUID_TEXT_SIZE];
    int r = 0;

    for (size_t i = 0; r == 0 && i < value_set_size(set); i++)
        if (value_read_uuid(value_set_item(set, i), uuid))
            r = add_uuid(uuids, uuid);
    return r;
}

/* The ports with these UUIDs, all of them on 'bridge'. */
static int fetch_ports(struct ovsdb_client *client, const struct uuid_set *uuids,
                       const char *bridge, int64_t until, struct vswitch_copies *copies,
                       struct vif_error *err)
{
    auto_json json_t *rows = json_array();
    int r = rows ? fetch(client, "Port", uuids, until, rows, err) : error_memory(err);

    for (size_t i = 0; r == 0 && i < json_array_size(rows); i++) {
        json_t *port = json_pair("on", json_string(bridge));

        port = json_with(port, "row", json_incref(json_array_get(rows, i)));
        if (json_array_append_new(copies->ports, port) < 0)
            r = error_memory(err);
    }
    return r;
}

static int fetch_bridges(struct ovsdb_client *client, const struct vswitch_deletions *deletions,
                         int64_t until, struct vswitch_copies *copies, struct vif_error *err)
{
    auto_uuids struct uuid_set bridges = {0};
    int r = 0;

    for (size_t i = 0; r == 0 && i < deletions->n_bridges; i++)
        r = add_uuid(&bridges, deletions->bridges[i]->uuid);
    r = r < 0 ? error_memory(err) : fetch(client, "Bridge", &bridges, until, copies->bridges, err);
    for (size_t i = 0; r == 0 && i < json_array_size(copies->bridges); i++) {
        const json_t *row = json_array_get(copies->bridges, i);
        auto_uuids struct uuid_set ports = {0};

        if (add_references(&ports, row, "ports") < 0)
            return error_memory(err);
        r = fetch_ports(client, &ports, copies_name(row), until, copies, err);
    }
    return r;
}

static int fetch_interfaces(struct ovsdb_client *client, int64_t until,
                            struct vswitch_copies *copies, struct vif_error *err)
{
    auto_uuids struct uuid_set uuids = {0};

    for (size_t i = 0; i < json_array_size(copies->ports); i++)
        if (add_references(&uuids, copies_port(copies, i), "interfaces") < 0)
            return error_memory(err);
    return fetch(client, "Interface", &uuids, until, copies->interfaces, err);
}

int vswitch_copies_read(struct ovsdb_client *client, const struct vswitch_deletions *deletions,
                        int64_t until, struct vswitch_copies **ret, struct vif_error *err)
{
    auto_vswitch_copies struct vswitch_copies *copies = calloc(1, sizeof *copies);
    auto_uuids struct uuid_set qos = {0};
    int r = 0;

    if (!copies)
        return error_memory(err);
    *copies = (struct vswitch_copies){json_array(), json_array(), json_array(), json_array()};
    for (size_t i = 0; r == 0 && i < deletions->n_qos; i++)
        r = add_uuid(&qos, deletions->qos[i]);
    if (r < 0 || !copies->bridges || !copies->ports || !copies->interfaces || !copies->qos)
        return error_memory(err);
    r = fetch(client, "QoS", &qos, until, copies->qos, err);
    if (r == 0)
        r = fetch_bridges(client, deletions, until, copies, err);
    for (size_t i = 0; r == 0 && i < deletions->n_ports; i++) {
        auto_uuids struct uuid_set port = {0};

        if (add_uuid(&port, deletions->ports[i]->uuid) < 0)
            return error_memory(err);
        r = fetch_ports(client, &port, deletions->ports[i]->bridge, until, copies, err);
    }
    if (r == 0)
        r = fetch_interfaces(client, until, copies, err);
    if (r < 0)
        return r;
    *ret = take_ptr(copies);
    return 0;
}

const char *vswitch_copies_bridge(const struct vswitch_copies *copies, size_t i)
{
    return i < json_array_size(copies->bridges) ? copies_name(json_array_get(copies->bridges, i))
                                                : NULL;
}

const char *vswitch_copies_port(const struct vswitch_copies *copies, size_t i)
{
    return i < json_array_size(copies->ports) ? copies_name(copies_port(copies, i)) : NULL;
}
