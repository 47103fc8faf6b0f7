/* SPDX-License-Identifier: Apache-2.0 */
/* Monitors: waiting for rows of the database to change.  A monitor lives no longer than the
 * call; after a lost connection it is set up again. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "base/deadline.h"
#include "ovsdb/client-private.h"
#include "ovsdb/value.h"
#include "json/json-text.h"

/* Ends a monitor without waiting for the answer; if that fails, ends the connection. */
static void cancel(struct ovsdb_client *client, int64_t name)
{
    char params[32];
    int64_t id;

    if (!client->rpc)
        return;
    (void)snprintf(params, sizeof params, "[%" PRIi64 "]", name);
    if (jsonrpc_send(client->rpc, "monitor_cancel", params, 0, &id, NULL) < 0) {
        ovsdb_client_disconnect(client);
        return;
    }
    client->counts.requests++;
    log_debug(client->log, "ovsdb: monitor_cancel, not waited for");
    jsonrpc_forget(client->rpc, id);
}

/* Follows the updates of the monitor 'name' until it is done. */
static int follow(struct ovsdb_client *client, int64_t name, const struct ovsdb_monitor *monitor,
                  int64_t until, struct vif_error *err)
{
    int r = 0;

    while (r == 0 && !monitor->is_done(monitor->data)) {
        auto_json json_t *update = NULL;
        const json_t *whose;

        r = jsonrpc_notification(client->rpc, monitor->update, until, &update, err);
        if (r < 0) {
            ovsdb_client_after_failure(client, r);
            return r;
        }
        client->failures = 0;
        whose = json_array_get(update, 0);
        if (json_is_integer(whose) && json_integer_value(whose) == name)
            r = monitor->parse(monitor->data, json_array_get(update, 1), false);
    }
    return r < 0 ? error_memory(err) : 0;
}

/* Watches over the present connection. */
static int watch_once(struct ovsdb_client *client, const struct ovsdb_monitor *monitor,
                      int64_t until, struct vif_error *err)
{
    int64_t name = ++client->n_monitors;
    auto_text struct text params = {0};
    auto_json json_t *tables = NULL;
    bool sent;
    int r;

    value_write(&params, "[%s,%i,%t]", client->database, name, monitor->requests);
    if (params.failed)
        return error_memory(err);
    r = ovsdb_client_ask(client, &(struct ovsdb_request){monitor->method, params.data, 0, false},
                         until, &tables, &sent, err);
    if (r == 0 && monitor->parse(monitor->data, tables, true) < 0)
        r = error_memory(err);
    if (r == 0)
        r = follow(client, name, monitor, until, err);
    if (r != -EREMOTEIO)
        cancel(client, name);
    return r;
}

int ovsdb_client_watch(struct ovsdb_client *client, const struct ovsdb_monitor *monitor,
                       int64_t until, struct vif_error *err)
{
    struct vif_error words = {0};
    int r;

    do {
        bool first = client->counts.connects == 0;

        r = ovsdb_client_ensure_connected(client, until, &words);
        if (r < 0 && (first || r == -ENOMEM || r == -EINTR))
            return ovsdb_client_report(r, &words, err);
        r = r == 0 ? watch_once(client, monitor, until, &words) : -ECONNRESET;
    } while (r == -ECONNRESET && deadline_left(until) != 0);
    if (r == -ECONNRESET)
        r = -ETIMEDOUT;
    return ovsdb_client_report(r, &words, err);
}

struct cfg_watch {
    int64_t wanted, reached;
};

static int parse_cfg(void *data, const json_t *tables, bool first)
{
    struct cfg_watch *watch = data;
    const char *uuid;
    json_t *row;

    (void)first;
    json_object_foreach(json_object_get(tables, "Open_vSwitch"), uuid, row)
    {
        const json_t *value = json_object_get(json_object_get(row, "new"), "cur_cfg");

        if (json_is_integer(value))
            watch->reached = json_integer_value(value);
    }
    return 0;
}

static bool is_cfg_reached(const void *data)
{
    const struct cfg_watch *watch = data;

    return watch->reached >= watch->wanted;
}

int ovsdb_client_wait_cfg(struct ovsdb_client *client, int64_t cfg, int64_t until, int64_t *ret_cfg,
                          struct vif_error *err)
{
    struct cfg_watch watch = {.wanted = cfg};
    auto_text struct text requests = {0};
    const struct ovsdb_monitor monitor = {
        "monitor", "update", &requests, parse_cfg, is_cfg_reached, &watch,
    };
    int r;

    value_write(&requests, "{'Open_vSwitch':{'columns':['cur_cfg']}}");
    r = ovsdb_client_watch(client, &monitor, until, err);
    if (r == -ETIMEDOUT)
        r = error_set(err, VIF_ERROR_TIMEOUT,
                      "timed out while ovs-vswitchd is at configuration %" PRId64 " and %" PRId64
                      " is awaited",
                      watch.reached, cfg);
    /* Without a connection, '*ret_cfg' is unchanged. */
    if (client->counts.connects)
        *ret_cfg = watch.reached;
    return r;
}
