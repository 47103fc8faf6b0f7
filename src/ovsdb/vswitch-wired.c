/* SPDX-License-Identifier: Apache-2.0 */
/* Waiting for the settings that OVN and the ML2 agent write once they have wired a port.  By a
 * conditional monitor (ovsdb-server(7), section 4.1.12), which reports only these rows; where a
 * server does not know it, by RFC 7047's monitor, which reports all rows of the table. */
#include "ovsdb/vswitch-wired.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/parse.h"
#include "ovsdb/client-private.h"
#include "ovsdb/value.h"
#include "json/json-text.h"

#define INSTALLED "ovn-installed"

/* One row as it is now; no UUID: there is none. */
struct watched {
    char uuid[UUID_TEXT_SIZE];
    char installed[8]; /* external_ids:ovn-installed */
    bool tagged;
    bool done;
};

struct wiring_watch {
    enum vswitch_agent agent;
    const char *const *names;
    size_t n, n_done;
    const struct vswitch_wired_check *check;
    enum vswitch_wired *wired; /* one for each name, as 'rows' */
    struct watched *rows;
    json_t *numbers; /* uuid -> index of 'rows' */
};

/* The row, which may have changed, is checked again. */
static void check_row(struct wiring_watch *watch, size_t i)
{
    struct watched *row = &watch->rows[i];
    bool so = watch->agent == VSWITCH_OVN ? strcmp(row->installed, "true") == 0 : row->tagged;
    enum vswitch_wired wired = so ? VSWITCH_WIRED : VSWITCH_NOT_WIRED;

    watch->wired[i] = row->uuid[0] ? wired : VSWITCH_PORT_GONE;
    watch->n_done -= row->done;
    row->done = watch->check ? watch->check->is_done(watch->check->data, i, watch->wired[i])
                             : watch->wired[i] != VSWITCH_NOT_WIRED;
    watch->n_done += row->done;
}

/* Sets what the columns say; with 'difference', only what changed of a map, where a pair that is
 * the same goes (ovsdb-server(7), section 4.1.14). */
static void set_row(struct watched *row, const json_t *columns, bool difference)
{
    const json_t *pairs = value_pairs(json_object_get(columns, "external_ids"));
    const json_t *tag = json_object_get(columns, "tag");

    for (size_t i = 0; i < json_array_size(pairs); i++) {
        const json_t *pair = json_array_get(pairs, i);
        const char *key = value_pair_text(pair, 0), *value = value_pair_text(pair, 1);

        if (!key || !value || strcmp(key, INSTALLED) != 0)
            continue;
        if (difference && strcmp(row->installed, value) == 0)
            value = "";
        text_copy(row->installed, sizeof row->installed, value);
    }
    if (tag)
        row->tagged = json_is_integer(value_set_item(tag, 0)) &&
                      json_integer_value(value_set_item(tag, 0)) != VSWITCH_DEAD_VLAN;
}

static int compare_name(const void *key, const void *item)
{
    const char *const *name = item;

    return strcmp(key, *name);
}

/* A row that is there now, or one of the same name that took its place. */
static int add_row(struct wiring_watch *watch, const char *uuid, const json_t *columns)
{
    const char *name = json_string_value(json_object_get(columns, "name"));
    const char *const *found =
        name ? bsearch(name, watch->names, watch->n, sizeof *watch->names, compare_name) : NULL;
    size_t i = found ? (size_t)(found - watch->names) : 0;
    struct watched *row = &watch->rows[i];

    if (!found || strlen(uuid) >= sizeof row->uuid)
        return 0;
    (void)json_object_del(watch->numbers, row->uuid);
    *row = (struct watched){.done = row->done};
    text_copy(row->uuid, sizeof row->uuid, uuid);
    set_row(row, columns, false);
    check_row(watch, i);
    return json_object_set_new(watch->numbers, uuid, json_integer((json_int_t)i)) < 0 ? -ENOMEM : 0;
}

/* One element of <table-update> (RFC 7047 section 4.1.6) or <table-update2>. */
static int parse_change(struct wiring_watch *watch, const char *uuid, const json_t *change)
{
    static const char *const whole[] = {"new", "initial", "insert"};
    const json_t *changes = json_object_get(change, "modify"), *number;
    size_t i;

    for (size_t w = 0; w < sizeof whole / sizeof whole[0]; w++)
        if (json_is_object(json_object_get(change, whole[w])))
            return add_row(watch, uuid, json_object_get(change, whole[w]));
    number = json_object_get(watch->numbers, uuid);
    if (!number)
        return 0;
    i = (size_t)json_integer_value(number);
    if (changes) {
        set_row(&watch->rows[i], changes, true);
    } else {
        (void)json_object_del(watch->numbers, uuid);
        watch->rows[i] = (struct watched){.done = watch->rows[i].done};
    }
    check_row(watch, i);
    return 0;
}

static const char *table_of(const struct wiring_watch *watch)
{
    return watch->agent == VSWITCH_OVN ? "Interface" : "Port";
}

static int parse_tables(void *data, const json_t *tables, bool first)
{
    struct wiring_watch *watch = data;
    const char *uuid;
    json_t *change;

    if (first) {
        memset(watch->rows, 0, watch->n * sizeof *watch->rows);
        watch->n_done = 0;
        (void)json_object_clear(watch->numbers);
    }
    json_object_foreach(json_object_get(tables, table_of(watch)), uuid, change)
    {
        if (parse_change(watch, uuid, change) < 0)
            return -ENOMEM;
    }
    for (size_t i = 0; first && i < watch->n; i++)
        if (!watch->rows[i].uuid[0])
            check_row(watch, i);
    return 0;
}

static bool are_all_done(const void *data)
{
    const struct wiring_watch *watch = data;

    return watch->n_done == watch->n;
}

/* {table: {"columns": [..]}}; with 'conditional', {table: [{"columns": [..], "where": [..]}]},
 * where one clause that holds is enough.  The server looks names up by a hash as long as every
 * clause is an equality of the same column. */
static int watch_by(struct ovsdb_client *client, struct wiring_watch *watch, bool conditional,
                    int64_t until, struct vif_error *err)
{
    auto_text struct text requests = {0};
    const struct ovsdb_monitor monitor = {
        .method = conditional ? "monitor_cond" : "monitor",
        .update = conditional ? "update2" : "update",
        .requests = &requests,
        .parse = parse_tables,
        .is_done = are_all_done,
        .data = watch,
    };

    value_write(&requests, conditional ? "{%s:[{'columns':['name',%s" : "{%s:{'columns':['name',%s",
                table_of(watch), watch->agent == VSWITCH_OVN ? "external_ids" : "tag");
    for (size_t i = 0; conditional && i < watch->n; i++)
        value_write(&requests, i ? ",['name','==',%s]" : "],'where':[['name','==',%s]",
                    watch->names[i]);
    value_write(&requests, conditional ? "]}]}" : "]}}");
    return ovsdb_client_watch(client, &monitor, until, err);
}

int vswitch_wait_wired(struct ovsdb_client *client, enum vswitch_agent agent,
                       const char *const *names, size_t n, int64_t until,
                       const struct vswitch_wired_check *check, enum vswitch_wired *ret_wired,
                       struct vif_error *err)
{
    auto_free struct watched *rows = calloc(n + 1, sizeof *rows);
    auto_json json_t *numbers = json_object();
    struct wiring_watch watch = {agent, names, n, 0, check, ret_wired, rows, numbers};
    struct vif_error words = {0};
    int r;

    for (size_t i = 0; i < n; i++)
        ret_wired[i] = VSWITCH_NOT_WIRED;
    if (!rows || !numbers)
        return error_memory(err);
    if (n == 0)
        return 0;
    r = watch_by(client, &watch, true, until, &words);
    if (r == -EREMOTEIO) /* it may be older than this method */
        r = watch_by(client, &watch, false, until, &words);
    if (r == -ETIMEDOUT)
        return error_set(err, VIF_ERROR_TIMEOUT, "timed out waiting for rows of table %s",
                         table_of(&watch));
    return ovsdb_client_report(r, &words, err);
}
