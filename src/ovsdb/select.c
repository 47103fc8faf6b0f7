/* SPDX-License-Identifier: Apache-2.0 */
/* Reading rows: by a transaction of "select" operations (RFC 7047 section 5.2.2), for each of which
 * the server scans the table; or, for many keys, by a conditional monitor (ovsdb-server(7), section
 * 4.1.12), which takes all of them at once.  It is asked for the first reply and no changes, and is
 * cancelled at once.  A server that does not know it is asked for whole tables. */
#include "ovsdb/select.h"

#include <errno.h>
#include <stdarg.h>

#include "ovsdb/client-private.h"
#include "json/json-text.h"

void select_add(struct ovsdb_operations *operations, const struct rows *rows, const char *where,
                ...)
{
    struct text *out = &operations->text;
    va_list ap;

    value_write(out,
                operations->n++ ? ",{'op':'select','table':%s,'where':["
                                : "{'op':'select','table':%s,'where':[",
                rows->table->name);
    va_start(ap, where);
    value_vwrite(out, where, ap);
    va_end(ap);
    value_write(out, "],'columns':");
    rows_write_columns(out, rows, true);
    value_write(out, "}");
}

/* The first operation that failed, in the server's words. */
static int check_results(const json_t *results, size_t n, struct vif_error *err)
{
    for (size_t i = 0; i < json_array_size(results); i++) {
        const json_t *result = json_array_get(results, i);
        const char *error = json_string_value(json_object_get(result, "error"));
        const char *details = json_string_value(json_object_get(result, "details"));

        if (error)
            return error_set(err, VIF_ERROR_OVSDB, "%s%s%s", error, details ? ": " : "",
                             details ? details : "");
    }
    if (json_array_size(results) != n)
        return error_set(err, VIF_ERROR_OVSDB, "the reply has %zu results instead of %zu",
                         json_array_size(results), n);
    return 0;
}

int select_run(struct ovsdb_client *client, const struct ovsdb_operations *operations,
               int64_t until, json_t **ret, struct vif_error *err)
{
    auto_json json_t *results = NULL;
    int r = ovsdb_client_transact(client, operations, false, until, &results, err);

    if (r == 0)
        r = check_results(results, operations->n, err);
    if (r == 0)
        *ret = take_ptr(results);
    return r;
}

int select_fault(int r, struct vif_error *err)
{
    if (r == -ENOMEM)
        return error_memory(err);
    if (r == -EPROTO)
        (void)error_set(err, VIF_ERROR_OVSDB, "the reply does not match the schema");
    return r;
}

/* Drops rows without one of the keys from those of a whole table. */
static void keep(const struct selection *one)
{
    if (one->n || one->clause)
        rows_keep(one->rows, one->offset, one->keys, one->n);
}

/* How many operations read it; with 'whole', by tables. */
static size_t n_operations(const struct selection *one, bool whole)
{
    if (one->clause && one->n == 0)
        return 0;
    return whole || !one->clause ? 1 : one->n;
}

static int read_by_selects(struct ovsdb_client *client, const struct selection *selections,
                           size_t n, bool whole, int64_t until, struct vif_error *err)
{
    auto_operations struct ovsdb_operations operations = {0};
    auto_json json_t *results = NULL;
    size_t at = 0;
    int r;

    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < n_operations(&selections[i], whole); k++)
            if (whole || !selections[i].clause)
                select_add(&operations, selections[i].rows, "");
            else
                select_add(&operations, selections[i].rows, selections[i].clause,
                           selections[i].keys[k]);
    r = operations.n ? select_run(client, &operations, until, &results, err) : 0;
    for (size_t i = 0; r == 0 && i < n; i++) {
        for (size_t k = 0; r == 0 && k < n_operations(&selections[i], whole); k++)
            r = rows_parse(selections[i].rows, json_array_get(results, at++));
        if (whole || !selections[i].clause)
            keep(&selections[i]);
    }
    return select_fault(r, err);
}

struct reply {
    const struct selection *selections;
    size_t n;
    int fault; /* -EPROTO, once the reply is known not to match the schema */
};

/* The first reply, which comes again after a lost connection. */
static int parse_reply(void *data, const json_t *tables, bool first)
{
    struct reply *reply = data;
    int r = json_is_object(tables) ? 0 : -EPROTO;

    for (size_t i = 0; first && r == 0 && i < reply->n; i++) {
        struct rows *rows = reply->selections[i].rows;

        rows_done(rows);
        r = rows_parse_initial(rows, json_object_get(tables, rows->table->name));
        if (!reply->selections[i].clause)
            keep(&reply->selections[i]);
    }
    reply->fault = r == -EPROTO ? r : 0;
    return r == -ENOMEM ? r : 0;
}

static bool is_done(const void *data)
{
    (void)data;
    return true;
}

/* One clause that holds is enough, and no "where" is every row. */
static void write_requests(struct text *out, const struct selection *selections, size_t n)
{
    const char *between = "{%s:[{'columns':";

    for (size_t i = 0; i < n; i++) {
        const struct selection *one = &selections[i];

        if (one->clause && !one->n)
            continue;
        value_write(out, between, one->rows->table->name);
        between = ",%s:[{'columns':";
        rows_write_columns(out, one->rows, false);
        for (size_t k = 0; one->clause && k < one->n; k++) {
            value_write(out, k ? "," : ",'where':[");
            value_write(out, one->clause, one->keys[k]);
        }
        value_write(out, one->clause ? "]" : "");
        value_write(out, ",'select':{'insert':false,'delete':false,'modify':false}}]");
    }
    value_write(out, "}");
}

static int read_by_monitor(struct ovsdb_client *client, const struct selection *selections,
                           size_t n, int64_t until, struct vif_error *err)
{
    auto_text struct text requests = {0};
    struct reply reply = {selections, n, 0};
    const struct ovsdb_monitor monitor = {
        .method = "monitor_cond",
        .update = "update2",
        .requests = &requests,
        .parse = parse_reply,
        .is_done = is_done,
        .data = &reply,
    };
    struct vif_error words = {0};
    int r;

    write_requests(&requests, selections, n);
    r = ovsdb_client_watch(client, &monitor, until, &words);
    if (r == -EREMOTEIO) /* it may be older than this method */
        return read_by_selects(client, selections, n, true, until, err);
    return r < 0 ? ovsdb_client_report(r, &words, err) : select_fault(reply.fault, err);
}

int select_read(struct ovsdb_client *client, const struct selection *selections, size_t n,
                int64_t until, struct vif_error *err)
{
    size_t n_keys = 0;

    for (size_t i = 0; i < n; i++)
        n_keys += selections[i].n;
    return n_keys < SELECT_MONITOR_FROM ? read_by_selects(client, selections, n, false, until, err)
                                        : read_by_monitor(client, selections, n, until, err);
}
