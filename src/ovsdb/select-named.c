/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the rows of many names.  A select looks at every row of a table for each name, and reading a
 * table whole costs us for every row.  A conditional monitor (ovsdb-server(7), section 4.1.12) takes all
 * names at once, for several tables, and the server looks them up by a hash while it goes over the table
 * once; so it is asked for what there is at first and for no change, and is cancelled at once.  A server
 * that does not know it has its tables read whole.  Stands on the client's monitors. */
#include "ovsdb/select-named.h"

#include <errno.h>
#include <string.h>

#include "ovsdb/client-private.h"
#include "ovsdb/select.h"
#include "ovsdb/value.h"
#include "json/json-text.h"

#define COLUMNS_MAX 16

struct answer {
    const struct named_rows *wanted;
    size_t n;
    json_t *results;
    bool is_odd; /* not of the form it should have */
};

/* What a monitor leaves out of a row: a column that has the default value of its type. */
struct defaults {
    json_t *text, *set, *map;
};

static bool is_among(const char *column, const char *const *columns)
{
    for (size_t i = 0; columns[i]; i++)
        if (strcmp(column, columns[i]) == 0)
            return true;
    return false;
}

/* An integer that must be there would be 0; nobody asks for one of a row with a name. */
static json_t *default_of(const char *column, const struct defaults *defaults)
{
    static const char *const texts[] = {"name", "type", "datapath_type", NULL};
    static const char *const maps[] = {"external_ids", "options", "other_config", NULL};

    if (is_among(column, texts))
        return defaults->text;
    return is_among(column, maps) ? defaults->map : defaults->set;
}

/* The row as a select has it. */
static int complete(json_t *row, const char *uuid, const char *const *columns,
                    json_t *const *defaults)
{
    for (size_t i = 0; columns[i]; i++) {
        int r = 0;

        if (!defaults[i])
            r = json_object_set_new(row, columns[i], value_uuid(uuid));
        else if (!json_object_get(row, columns[i]))
            r = json_object_set(row, columns[i], defaults[i]);
        if (r < 0)
            return -ENOMEM;
    }
    return 0;
}

/* {uuid: {"initial": row}} as {"rows": [row]}; NULL when memory is gone. */
static json_t *make_result(json_t *table, const struct named_rows *wanted,
                           const struct defaults *defaults, bool *ret_odd)
{
    json_t *of_columns[COLUMNS_MAX] = {NULL}; /* NULL: "_uuid" */
    json_t *rows = json_array();
    const char *uuid;
    json_t *change;

    for (size_t i = 0; wanted->columns[i] && i < COLUMNS_MAX; i++)
        if (strcmp(wanted->columns[i], "_uuid") != 0)
            of_columns[i] = default_of(wanted->columns[i], defaults);
    json_object_foreach(table, uuid, change)
    {
        json_t *row = json_object_get(change, "initial");

        if (!json_is_object(row))
            *ret_odd = true;
        else if (complete(row, uuid, wanted->columns, of_columns) < 0)
            rows = value_append(rows, NULL);
        else
            rows = value_append(rows, json_incref(row));
    }
    return value_member(json_object(), "rows", rows);
}

static int take_tables(void *data, const json_t *tables, bool first)
{
    struct answer *answer = data;
    auto_json json_t *text = json_string(""), *set = value_set(json_array());
    auto_json json_t *map = value_array2(json_string("map"), json_array());
    const struct defaults defaults = {text, set, map};
    json_t *results;

    if (!text || !set || !map)
        return -ENOMEM;
    if (!first)
        return 0;
    answer->is_odd = !json_is_object(tables);
    results = json_array();
    for (size_t i = 0; i < answer->n; i++)
        results =
            value_append(results, make_result(json_object_get(tables, answer->wanted[i].table),
                                              &answer->wanted[i], &defaults, &answer->is_odd));
    json_decref(answer->results);
    answer->results = results;
    return results ? 0 : -ENOMEM;
}

static bool is_taken(const void *data)
{
    (void)data;
    return true;
}

/* {table: [{"columns": [..], "where": [..], "select": {..}}]}; one clause that holds is enough, and none
 * at all would be every row. */
static json_t *make_requests(const struct named_rows *wanted, size_t n)
{
    static const char *const later[] = {"insert", "delete", "modify"};
    json_t *requests = json_object();

    for (size_t i = 0; i < n; i++) {
        json_t *columns = json_array(), *where = json_array(), *select = json_object(), *request;

        for (size_t c = 0; wanted[i].columns[c]; c++)
            if (strcmp(wanted[i].columns[c], "_uuid") != 0)
                columns = value_append(columns, json_string(wanted[i].columns[c]));
        for (size_t w = 0; w < wanted[i].n; w++)
            where =
                value_append(where, value_clause("name", "==", json_string(wanted[i].names[w])));
        for (size_t l = 0; l < sizeof later / sizeof later[0]; l++)
            select = value_member(select, later[l], json_false());
        request = value_member(json_object(), "columns", columns);
        request = value_member(request, "where", where);
        request = value_member(request, "select", select);
        if (wanted[i].n)
            requests = value_member(requests, wanted[i].table, value_append(json_array(), request));
        else
            json_decref(request);
    }
    return requests;
}

static int select_whole(struct ovsdb_client *client, const struct named_rows *wanted, size_t n,
                        int64_t until, json_t **ret_results, struct vif_error *err)
{
    auto_json json_t *operations = json_array();

    for (size_t i = 0; i < n; i++)
        operations = value_append(
            operations, select_columns(value_op_all("select", wanted[i].table), wanted[i].columns));
    return select_run(client, operations, until, ret_results, err);
}

int select_named(struct ovsdb_client *client, const struct named_rows *wanted, size_t n,
                 int64_t until, json_t **ret_results, struct vif_error *err)
{
    auto_json json_t *requests = make_requests(wanted, n);
    struct answer answer = {.wanted = wanted, .n = n};
    const struct ovsdb_monitor monitor = {
        .method = "monitor_cond",
        .update = "update2",
        .requests = requests,
        .take = take_tables,
        .is_done = is_taken,
        .data = &answer,
    };
    struct vif_error words = {0};
    int r;

    if (!requests)
        return error_memory(err);
    r = ovsdb_client_watch(client, &monitor, until, &words);
    if (r == 0 && !answer.is_odd) {
        *ret_results = answer.results;
        return 0;
    }
    json_decref(answer.results);
    if (r == 0)
        return select_fault(-EPROTO, err);
    if (r == -EREMOTEIO) /* it may be older than this method */
        return select_whole(client, wanted, n, until, ret_results, err);
    return ovsdb_client_tell(r, &words, err);
}

json_t *select_by_name(json_t *operations, const char *table, const char *name,
                       const char *const *columns)
{
    json_t *clause = value_clause("name", "==", json_string(name));

    return value_append(operations, select_columns(value_op("select", table, clause), columns));
}
