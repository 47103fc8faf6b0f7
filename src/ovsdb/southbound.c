/* SPDX-License-Identifier: Apache-2.0 */
/* Reading facts from OVN's southbound database.  It serves a whole cloud, so only the rows of
 * the ports in question are read; a table is read whole for many ports, or to find the MAC of an
 * unknown port. */
#include "ovsdb/port-facts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "ovsdb/select.h"
#include "json/json-text.h"

#define DATABASE "OVN_Southbound"

/* A select by the name of a logical port is a scan of the table in the server. */
#define WHOLE_TABLE_FROM 20

/* Raft clusters have three or five members. */
#define ADDRESSES_MAX 9

struct chassis {
    char uuid[UUID_TEXT_SIZE];
    char name[SOUTHBOUND_NAME_MAX];
};

struct binding {
    char logical_port[SOUTHBOUND_NAME_MAX];
    char chassis[UUID_TEXT_SIZE];
    char requested[SOUTHBOUND_NAME_MAX];
    struct vif_map macs;
};

enum { READ_BINDING = 1, READ_MACS = 2 };

static const char *const requested_key[] = {"requested-chassis", NULL};

static const struct column chassis_columns[] = {
    COLUMN("_uuid", COLUMN_UUID, READ_BINDING, chassis, uuid),
    COLUMN("name", COLUMN_TEXT, READ_BINDING, chassis, name),
    {0},
};
static const struct column binding_columns[] = {
    COLUMN("logical_port", COLUMN_TEXT, READ_BINDING | READ_MACS, binding, logical_port),
    COLUMN("chassis", COLUMN_UUID, READ_BINDING, binding, chassis),
    {"options", COLUMN_KEY, READ_BINDING, offsetof(struct binding, requested), SOUTHBOUND_NAME_MAX,
     requested_key},
    COLUMN("mac", COLUMN_WORDS, READ_MACS, binding, macs),
    {0},
};
static const struct table chassis_table = {"Chassis", chassis_columns, sizeof(struct chassis)};
static const struct table binding_table = {"Port_Binding", binding_columns, sizeof(struct binding)};

/* Splits 'remote' into the addresses that are supported; their number. */
static size_t parse_addresses(char *remote, const char *ret[ADDRESSES_MAX], bool *ret_ssl)
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
    n = parse_addresses(copy, addresses, &ssl);
    if (n == 0 && ssl)
        return error_set(err, VIF_ERROR_UNSUPPORTED, "%s: ssl: connections are not supported",
                         remote);
    return ovsdb_client_new_of(DATABASE, addresses, n, log, ret, err);
}

static int set_ports(const struct rows *chassis, const struct rows *bindings,
                     const struct row_index *ports)
{
    auto_index struct row_index by_uuid = {0};
    int r = row_index_by_text(&by_uuid, chassis->items, chassis->n, sizeof(struct chassis),
                              offsetof(struct chassis, uuid));

    for (size_t i = 0; r == 0 && i < bindings->n; i++) {
        const struct binding *binding = (const struct binding *)(void *)bindings->items + i;
        struct southbound_port *port = row_index_find(ports, binding->logical_port);
        const struct chassis *claimed = row_index_find(&by_uuid, binding->chassis);

        if (!port)
            continue;
        port->exists = true;
        port->claimed = binding->chassis[0] != '\0';
        text_copy(port->chassis, sizeof port->chassis, claimed ? claimed->name : "");
        text_copy(port->requested, sizeof port->requested, binding->requested);
    }
    return r;
}

static bool has_name(const struct rows *chassis, const char *name)
{
    for (size_t i = 0; i < chassis->n; i++)
        if (strcmp(((const struct chassis *)(void *)chassis->items)[i].name, name) == 0)
            return true;
    return false;
}

static int read_bindings(struct ovsdb_client *client, const char *chassis_name,
                         struct port_facts *ports, size_t n, int64_t until, bool *ret_registered,
                         struct vif_error *err)
{
    auto_rows struct rows chassis = {.table = &chassis_table, .reads = READ_BINDING};
    auto_rows struct rows bindings = {
        .table = &binding_table, .reads = READ_BINDING, .long_names = true};
    auto_free const char **names = calloc(n + 1, sizeof *names);
    struct selection selections[] = {{.rows = &chassis}, {.rows = &bindings}};
    auto_index struct row_index index = {0};
    int r;

    if (!names || row_index_begin(&index, n) < 0)
        return error_memory(err);
    for (size_t i = 0; i < n; i++) {
        names[i] = ports[i].iface_id;
        row_index_add(&index, names[i], &ports[i].southbound);
    }
    row_index_sort(&index);
    qsort(names, n, sizeof *names, text_compare_pointers);
    if (n < WHOLE_TABLE_FROM)
        selections[1] = (struct selection){&bindings, "['logical_port','==',%s]", names, n, 0};
    r = select_read(client, selections, 2, until, err);
    if (r == 0)
        r = set_ports(&chassis, &bindings, &index);
    *ret_registered = has_name(&chassis, chassis_name);
    return select_fault(r, err);
}

/* Whether a member of the column "mac", each of which is "ADDRESS IP...", has this address. */
static bool has_address(const struct binding *binding, const char *mac)
{
    size_t length = strlen(mac);

    for (size_t i = 0; i < binding->macs.n; i++) {
        const char *one = binding->macs.entries[i].key;

        if (strncasecmp(one, mac, length) == 0 && (!one[length] || one[length] == ' '))
            return true;
    }
    return false;
}

/* Finds ports with the MAC addresses of ports that OVN does not know. */
static int find_namesakes(struct ovsdb_client *client, struct port_facts *ports, size_t n,
                          int64_t until)
{
    auto_rows struct rows rows = {.table = &binding_table, .reads = READ_MACS};
    size_t missing = 0;
    int r;

    for (size_t p = 0; p < n; p++)
        missing += !ports[p].southbound.exists && ports[p].mac;
    if (!missing)
        return 0;
    r = select_read(client, &(struct selection){.rows = &rows}, 1, until, NULL);
    for (size_t i = 0; r == 0 && i < rows.n; i++) {
        const struct binding *binding = (const struct binding *)(void *)rows.items + i;

        for (size_t p = 0; p < n; p++) {
            struct southbound_port *port = &ports[p].southbound;

            if (!port->exists && ports[p].mac && has_address(binding, ports[p].mac))
                text_copy(port->namesake, sizeof port->namesake, binding->logical_port);
        }
    }
    return r;
}

int southbound_read(const char *remote, const char *chassis, struct port_facts *ports, size_t n,
                    const struct log *log, int64_t until, bool *ret_registered,
                    struct vif_error *err)
{
    auto_ovsdb_client struct ovsdb_client *client = NULL;
    int r = open_client(remote, log, &client, err);

    if (r < 0)
        return r;
    *ret_registered = false;
    r = read_bindings(client, chassis, ports, n, until, ret_registered, err);
    /* Optional: an error here only makes the diagnosis shorter. */
    if (r == 0)
        (void)find_namesakes(client, ports, n, until);
    return r;
}
