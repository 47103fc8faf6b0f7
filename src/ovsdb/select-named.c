/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the rows of many names.  With selects the server scans the table for each name; a
 * conditional monitor (ovsdb-server(7), section 4.1.12) takes all names of several tables at
 * once.  It is asked for the first reply and no changes, and is cancelled at once.  Without it,
 * tables are read whole. */
#include "ovsdb/select-named.h"

#include <errno.h>

#include "ovsdb/client-private.h"
#include "ovsdb/select.h"
#include "json/json-text.h"

struct reply {
    const struct named_rows *wanted;
    size_t n;
    int fault; /* -EPROTO, once the reply is known not to match the schema */
};

/* The first reply, which comes again after a lost connection. */
static int parse_reply(void *data, const json_t *tables, bool first)
{
    struct reply *reply = data;
    int r = json_is_object(tables) ? 0 : -EPROTO;

    for (size_t i = 0; first && r == 0 && i < reply->n; i++) {
        struct rows *rows = reply->wanted[i].rows;

        rows_done(rows);
        r = rows_parse_initial(rows, json_object_get(tables, rows->table->name));
    }
    reply->fault = r == -EPROTO ? r : 0;
    return r == -ENOMEM ? r : 0;
}

static bool is_done(const void *data)
{
    (void)data;
    return true;
}

/* One clause that holds is enough, and none at all would be every row. */
static void write_requests(struct text *out, const struct named_rows *wanted, size_t n)
{
    const char *between = "{%s:[{'columns':";

    for (size_t i = 0; i < n; i++) {
        if (!wanted[i].n)
            continue;
        value_write(out, between, wanted[i].rows->table->name);
        rows_write_columns(out, wanted[i].rows, false);
        for (size_t w = 0; w < wanted[i].n; w++)
            value_write(out, w ? ",['name','==',%s]" : ",'where':[['name','==',%s]",
                        wanted[i].names[w]);
        value_write(out, "],'select':{'insert':false,'delete':false,'modify':false}}]");
        between = ",%s:[{'columns':";
    }
    value_write(out, "}");
}

static int select_whole(struct ovsdb_client *client, const struct named_rows *wanted, size_t n,
                        int64_t until, struct vif_error *err)
{
    auto_operations struct ovsdb_operations operations = {0};
    auto_json json_t *results = NULL;
    int r;

    for (size_t i = 0; i < n; i++)
        select_add(&operations, wanted[i].rows, "");
    r = select_run(client, &operations, until, &results, err);
    if (r < 0)
        return r;
    for (size_t i = 0; r == 0 && i < n; i++)
        r = rows_parse(wanted[i].rows, json_array_get(results, i));
    return select_fault(r, err);
}

int select_named(struct ovsdb_client *client, const struct named_rows *wanted, size_t n,
                 int64_t until, struct vif_error *err)
{
    auto_text struct text requests = {0};
    struct reply reply = {wanted, n, 0};
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

    write_requests(&requests, wanted, n);
    r = ovsdb_client_watch(client, &monitor, until, &words);
    if (r == -EREMOTEIO) /* it may be older than this method */
        return select_whole(client, wanted, n, until, err);
    return r < 0 ? ovsdb_client_report(r, &words, err) : select_fault(reply.fault, err);
}
