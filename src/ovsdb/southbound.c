/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the evidence of OVN's southbound database, which serves a whole cloud: so only the rows of
 * the ports in question are asked for, and all of a table only for a port OVN does not know (whose is
 * its address?) or for very many ports.  Stands on a client of its own. */
#include "ovsdb/southbound.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "ovsdb/select.h"
#include "ovsdb/value.h"
#include "json/json-text.h"

#define DATABASE "OVN_Southbound"

/* A select by the name of a logical port is a scan of the table in the server. */
#define WHOLE_TABLE_FROM 20

/* Raft clusters have three or five members. */
#define ADDRESSES_MAX 9

/* Cuts 'remote' into those addresses that can be asked; their number. */
static size_t take_addresses(char *remote, const char *ret[ADDRESSES_MAX], bool *ret_ssl)
{
    size_t n = 0;
    char *rest = NULL;

    for (char *one = strtok_r(remote, ", ", &rest); one && n < ADDRESSES_MAX;
         one = strtok_r(NULL, ", ", &rest)) {
        if (strncmp(one, "ssl:", 4) == 0)
            *ret_ssl = true;
        else
            ret[n++] = one;
    }
    return n;
}

static int open_client(const char *remote, const struct log *log, struct ovsdb_client **ret,
                       struct vif_error *err)
{
    auto_free char *copy = strdup(remote);
    const char *addresses[ADDRESSES_MAX];
    bool ssl = false;
    size_t n;

    if (!copy)
        return error_memory(err);
    n = take_addresses(copy, addresses, &ssl);
    if (n == 0 && ssl)
        return error_set(err, VIF_ERROR_UNSUPPORTED, "%s: its keys are not ours", remote);
    return ovsdb_client_new_of(DATABASE, addresses, n, log, ret, err);
}

static json_t *select_port(json_t *operations, const char *name, const char *const *columns)
{
    json_t *operation = name ? value_op("select", "Port_Binding",
                                        value_clause("logical_port", "==", json_string(name)))
                             : value_op_all("select", "Port_Binding");

    return value_append(operations, select_columns(operation, columns));
}

static json_t *make_operations(const struct southbound_suspect *suspects, size_t n)
{
    static const char *const chassis[] = {"_uuid", "name", NULL};
    static const char *const binding[] = {"logical_port", "chassis", "options", NULL};
    json_t *operations =
        value_append(json_array(), select_columns(value_op_all("select", "Chassis"), chassis));

    if (n >= WHOLE_TABLE_FROM)
        return select_port(operations, NULL, binding);
    for (size_t i = 0; i < n; i++)
        operations = select_port(operations, suspects[i].logical_port, binding);
    return operations;
}

static const char *text_of(const json_t *row, const char *column)
{
    const char *text = json_string_value(json_object_get(row, column));

    return text ? text : "";
}

static void take_binding(const json_t *row, const json_t *chassis, struct southbound_port *port)
{
    const json_t *claimed = value_set_item(json_object_get(row, "chassis"), 0);
    const char *uuid = json_string_value(json_array_get(claimed, 1));
    const json_t *pairs = json_array_get(json_object_get(row, "options"), 1);

    port->exists = true;
    port->claimed = uuid != NULL;
    (void)snprintf(port->chassis, sizeof port->chassis, "%s",
                   uuid ? text_of(json_object_get(chassis, uuid), "name") : "");
    for (size_t i = 0; i < json_array_size(pairs); i++) {
        const char *key = json_string_value(json_array_get(json_array_get(pairs, i), 0));
        const char *value = json_string_value(json_array_get(json_array_get(pairs, i), 1));

        if (key && value && strcmp(key, "requested-chassis") == 0)
            (void)snprintf(port->requested, sizeof port->requested, "%s", value);
    }
}

static json_t *rows_of(const json_t *results, size_t i)
{
    return json_object_get(json_array_get(results, i), "rows");
}

/* UUID -> row; NULL when memory is gone. */
static json_t *index_chassis(const json_t *rows, const char *own, bool *ret_registered)
{
    json_t *chassis = json_object(), *row;
    size_t i;

    json_array_foreach(rows, i, row)
    {
        const char *uuid = json_string_value(json_array_get(json_object_get(row, "_uuid"), 1));

        *ret_registered |= strcmp(text_of(row, "name"), own) == 0;
        if (uuid)
            chassis = value_member(chassis, uuid, json_incref(row));
    }
    return chassis;
}

/* Ports by what they are called or have, for whole tables. */
static json_t *index_suspects(const struct southbound_suspect *suspects, size_t n)
{
    json_t *index = json_object();

    for (size_t i = 0; i < n; i++)
        index = value_member(index, suspects[i].logical_port, json_integer((json_int_t)i));
    return index;
}

static int take_bindings(const json_t *results, const struct southbound_suspect *suspects, size_t n,
                         const json_t *chassis, struct southbound_port *ports)
{
    auto_json json_t *index = index_suspects(suspects, n);

    if (!index)
        return -ENOMEM;
    for (size_t r = 1; r < json_array_size(results); r++) {
        const json_t *row;
        size_t i;

        json_array_foreach(rows_of(results, r), i, row)
        {
            const json_t *number = json_object_get(index, text_of(row, "logical_port"));

            if (number)
                take_binding(row, chassis, &ports[json_integer_value(number)]);
        }
    }
    return 0;
}

/* Whether a column "mac" has this address: its members are "ADDRESS IP...". */
static bool has_address(const json_t *row, const char *mac)
{
    const json_t *macs = json_object_get(row, "mac");
    size_t length = strlen(mac);

    for (size_t i = 0; i < value_set_size(macs); i++) {
        const char *one = json_string_value(value_set_item(macs, i));

        if (one && strncasecmp(one, mac, length) == 0 && (!one[length] || one[length] == ' '))
            return true;
    }
    return false;
}

/* Ports that OVN does not know: does it know their addresses? */
static int find_namesakes(struct ovsdb_client *client, const struct southbound_suspect *suspects,
                          size_t n, int64_t until, struct southbound_port *ports,
                          struct vif_error *err)
{
    static const char *const columns[] = {"logical_port", "mac", NULL};
    auto_json json_t *operations = NULL, *results = NULL;
    const json_t *row;
    size_t i, missing = 0;
    int r;

    for (size_t p = 0; p < n; p++)
        missing += !ports[p].exists && suspects[p].mac;
    if (!missing)
        return 0;
    operations = select_port(json_array(), NULL, columns);
    r = select_run(client, operations, until, &results, err);
    if (r < 0)
        return r;
    json_array_foreach(rows_of(results, 0), i, row)
    {
        for (size_t p = 0; p < n; p++)
            if (!ports[p].exists && suspects[p].mac && has_address(row, suspects[p].mac))
                (void)snprintf(ports[p].namesake, sizeof ports[p].namesake, "%s",
                               text_of(row, "logical_port"));
    }
    return 0;
}

int southbound_read(const char *remote, const char *chassis,
                    const struct southbound_suspect *suspects, size_t n, const struct log *log,
                    int64_t until, bool *ret_registered, struct southbound_port *ret_ports,
                    struct vif_error *err)
{
    auto_ovsdb_client struct ovsdb_client *client = NULL;
    auto_json json_t *operations = NULL, *results = NULL, *by_uuid = NULL;
    int r = open_client(remote, log, &client, err);

    if (r < 0)
        return r;
    memset(ret_ports, 0, n * sizeof *ret_ports);
    *ret_registered = false;
    operations = make_operations(suspects, n);
    r = select_run(client, operations, until, &results, err);
    if (r < 0)
        return r;
    by_uuid = index_chassis(rows_of(results, 0), chassis, ret_registered);
    if (!by_uuid || take_bindings(results, suspects, n, by_uuid, ret_ports) < 0)
        return error_memory(err);
    /* What cannot be had in time of an explanation is left out of it. */
    (void)find_namesakes(client, suspects, n, until, ret_ports, NULL);
    return 0;
}
