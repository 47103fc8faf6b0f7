/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the rows of a batch: few names by one "select" transaction, many by select-named.c. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ovsdb/select-named.h"
#include "ovsdb/select.h"
#include "ovsdb/vswitch-tables.h"
#include "json/json-text.h"

/* From this many ids on, all QoS rows are read: the server scans the table once for each
 * select.  Most hosts have few, but each costs us some tens of thousands of instructions. */
#define WHOLE_TABLE_FROM 200

/* The tables of named rows, in their order in the transaction. */
enum { BRIDGES, PORTS, INTERFACES, N_NAMED };

struct reading {
    const struct vswitch_query *query;
    struct named_rows named[N_NAMED];
    struct rows rows[N_NAMED], qos;
    bool at_once; /* the named rows are read by select_named() */
    bool whole_qos;
};

static void reading_done(struct reading *reading)
{
    for (size_t i = 0; i < N_NAMED; i++)
        rows_done(&reading->rows[i]);
    rows_done(&reading->qos);
}

static void begin(struct reading *reading, const struct vswitch_query *query)
{
    bool own = query->interfaces != NULL;
    unsigned details = query->details ? READ_DETAILS : 0;
    unsigned all = (query->all ? READ_PORTS : 0) | (query->all && details ? READ_STATUS : 0);

    *reading = (struct reading){
        .query = query,
        .rows = {{.table = &vswitch_bridge_table, .reads = READ_VIF | all},
                 {.table = &vswitch_port_table, .reads = READ_VIF | details},
                 {.table = &vswitch_interface_table, .reads = READ_VIF | all}},
        .qos = {.table = &vswitch_qos_table, .reads = READ_VIF},
        .named = {{&reading->rows[BRIDGES], query->bridges, query->n_bridges},
                  {&reading->rows[PORTS], query->ports, query->n_ports},
                  {&reading->rows[INTERFACES], own ? query->interfaces : query->ports,
                   own ? query->n_interfaces : query->n_ports}},
        .whole_qos = query->all || query->n_qos_ids >= WHOLE_TABLE_FROM,
    };
    reading->at_once = !query->all && reading->named[BRIDGES].n + reading->named[PORTS].n +
                                              reading->named[INTERFACES].n >=
                                          SELECT_NAMED_FROM;
}

/* How many operations a table is read by. */
static size_t n_selects(const struct reading *reading, const struct named_rows *named)
{
    if (reading->query->all)
        return 1;
    return reading->at_once ? 0 : named->n;
}

/* The root row, then the tables of names unless they are read at once, and QoS rows. */
static void write_query(struct ovsdb_operations *operations, const struct reading *reading)
{
    const struct vswitch_query *query = reading->query;
    const struct rows root = {.table = &vswitch_root_table, .reads = READ_VIF};

    select_add(operations, &root, "");
    for (size_t t = 0; t < N_NAMED; t++) {
        const struct named_rows *named = &reading->named[t];

        for (size_t i = 0; i < n_selects(reading, named); i++)
            select_add(operations, named->rows, query->all ? "" : "['name','==',%s]",
                       query->all ? NULL : named->names[i]);
    }
    if (reading->whole_qos)
        select_add(operations, &reading->qos, "");
    for (size_t i = 0; !reading->whole_qos && i < query->n_qos_ids; i++)
        select_add(operations, &reading->qos, "['external_ids','includes',['map',[['id',%s]]]]",
                   query->qos_ids[i]);
}

static int parse_results(struct reading *reading, const json_t *results)
{
    size_t at = 1;
    int r = 0;

    for (size_t t = 0; t < N_NAMED; t++)
        for (size_t i = 0; r == 0 && i < n_selects(reading, &reading->named[t]); i++)
            r = rows_parse(&reading->rows[t], json_array_get(results, at++));
    while (r == 0 && at < json_array_size(results))
        r = rows_parse(&reading->qos, json_array_get(results, at++));
    return r;
}

static int by_qos_id(const void *a, const void *b)
{
    const struct vswitch_qos *left = a, *right = b;

    return strcmp(left->id, right->id);
}

/* Keeps the QoS rows that have an id, or were asked for by it. */
static void keep_qos(struct reading *reading, struct vswitch *vs)
{
    const struct vswitch_query *query = reading->query;
    struct rows *rows = &reading->qos;
    struct vswitch_qos *qos = (void *)rows->items;

    if (reading->whole_qos && !query->all)
        rows_keep(rows, offsetof(struct vswitch_qos, id), query->qos_ids, query->n_qos_ids);
    for (size_t i = 0; i < rows->n; i++)
        if (qos[i].id[0])
            qos[vs->n_qos++] = qos[i];
    if (vs->n_qos)
        qsort(qos, vs->n_qos, sizeof *qos, by_qos_id);
    rows->n = 0;
    vs->qos = (void *)take_ptr(rows->items);
}

/* Makes 'vs', which has the root row, of the rows. */
static int finish(struct reading *reading, struct vswitch *vs)
{
    int r = 0;

    for (size_t t = 0; reading->at_once && t < N_NAMED; t++)
        rows_keep(&reading->rows[t], 0, reading->named[t].names, reading->named[t].n);
    vswitch_set_rows(vs, &reading->rows[BRIDGES], &reading->rows[PORTS],
                     &reading->rows[INTERFACES]);
    if (reading->query->all)
        r = vswitch_locate_ports(vs, vs->bridges, vs->n_bridges);
    if (r == 0 && reading->query->all && reading->query->details)
        r = vswitch_detail_qos(vs, &reading->qos);
    keep_qos(reading, vs);
    vs->detailed = reading->query->details;
    return r;
}

/* The rows of many names are read after the others; the commit guards all it relies on.  The
 * root row is read first, so that its cur_cfg never covers a row that is newer. */
int vswitch_read(struct ovsdb_client *client, const struct vswitch_query *query, int64_t until,
                 struct vswitch *ret, struct vif_error *err)
{
    __attribute__((cleanup(reading_done))) struct reading reading;
    auto_operations struct ovsdb_operations operations = {0};
    auto_json json_t *results = NULL;
    struct vswitch vs = {0};
    int r;

    begin(&reading, query);
    write_query(&operations, &reading);
    r = select_run(client, &operations, until, &results, err);
    if (r == 0 && reading.at_once)
        r = select_named(client, reading.named, N_NAMED, until, err);
    if (r < 0)
        return r;
    r = vswitch_root_parse(json_array_get(results, 0), READ_VIF, &vs);
    if (r == 0)
        return error_set(err, VIF_ERROR_OVSDB,
                         "the database has no Open_vSwitch row (ovs-vsctl init makes it)");
    if (r > 0)
        r = parse_results(&reading, results);
    if (r == 0)
        r = finish(&reading, &vs);
    if (r < 0) {
        vswitch_done(&vs);
        return select_fault(r, err);
    }
    *ret = vs;
    return 0;
}

int vswitch_find_by_owner(struct ovsdb_client *client, const char *iface_id, int64_t until,
                          char ret_name[LIMIT_PORT_NAME], struct vif_error *err)
{
    auto_operations struct ovsdb_operations operations = {0};
    auto_rows struct rows rows = {.table = &vswitch_interface_table, .reads = READ_NAME};
    const struct vswitch_interface *interface;
    int r;

    select_add(&operations, &rows, "['external_ids','includes',['map',[['iface-id',%s]]]]",
               iface_id);
    r = select_rows(client, &operations, until, &rows, err);
    interface = rows_first(&rows);
    if (r == 0 && rows.n > 1)
        r = error_set(err, VIF_ERROR_CONFLICT, "%zu interfaces have the iface-id %s: %s, %s...",
                      rows.n, iface_id, interface[0].name, interface[1].name);
    (void)snprintf(ret_name, LIMIT_PORT_NAME, "%s", r == 0 && interface ? interface->name : "");
    return r;
}
