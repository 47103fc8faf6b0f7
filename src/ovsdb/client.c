/* SPDX-License-Identifier: Apache-2.0 */
/* One database server: which of its addresses to use, when to connect again, what may be sent twice.
 * A transaction that only reads is repeated over a new connection; one that writes is repeated only
 * when it certainly never left, because nobody else can tell whether a lost one was carried out.
 * Stands on JSON-RPC; whoever reads or changes Open_vSwitch rows stands on it. */
#include "ovsdb/client.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "base/deadline.h"
#include "rpc/jsonrpc.h"
#include "rpc/stream.h"
#include "json/json-text.h"

#define DATABASE "Open_vSwitch"

/* Back-off, in milliseconds. */
#define DELAY_FIRST 100
#define DELAY_MOST  3000

struct ovsdb_client {
    struct jsonrpc *rpc; /* NULL: not connected */
    const struct log *log;
    struct ovsdb_counts counts;
    int64_t n_monitors; /* names of monitors: one each, so that an update tells whose it is */
    unsigned failures;  /* in a row, of connections and of requests cut off */
    size_t n_addresses;
    char *addresses[];
};

int ovsdb_client_new(const char *const *addresses, size_t n, const struct log *log,
                     struct ovsdb_client **ret_client, struct vif_error *err)
{
    auto_ovsdb_client struct ovsdb_client *client = NULL;

    if (n == 0)
        return error_set(err, VIF_ERROR_CONFIG, "no address of a database server was given");
    client = calloc(1, sizeof *client + n * sizeof client->addresses[0]);
    if (!client)
        return error_memory(err);
    client->log = log;
    for (size_t i = 0; i < n; i++) {
        int r = stream_check_address(addresses[i], err);

        if (r < 0)
            return r;
        client->addresses[i] = strdup(addresses[i]);
        if (!client->addresses[i])
            return error_memory(err);
        client->n_addresses++;
    }
    *ret_client = take_ptr(client);
    return 0;
}

static void disconnect(struct ovsdb_client *client)
{
    jsonrpc_close(client->rpc);
    client->rpc = NULL;
}

void ovsdb_client_free(struct ovsdb_client *client)
{
    if (!client)
        return;
    disconnect(client);
    for (size_t i = 0; i < client->n_addresses; i++)
        free(client->addresses[i]);
    free(client);
}

const struct ovsdb_counts *ovsdb_client_counts(const struct ovsdb_client *client)
{
    return &client->counts;
}

pid_t ovsdb_client_server(const struct ovsdb_client *client)
{
    return client->rpc ? jsonrpc_peer(client->rpc) : 0;
}

/* A server that does not answer must not take the time of those behind it: each address has an equal
 * part of what is left. */
static int64_t share_of(int64_t until, size_t n_left)
{
    if (until == DEADLINE_NEVER || n_left == 1)
        return until;
    return deadline_after(deadline_left(until) / (int64_t)n_left);
}

/* Tries every address.  The error has the words of all of them; its kind and number are those of the
 * last one, unless another was refused for want of permission: then that is what to act upon. */
static int connect_once(struct ovsdb_client *client, int64_t until, struct vif_error *err)
{
    struct vif_error all = {0};
    int result = -EINVAL;

    for (size_t i = 0; i < client->n_addresses; i++) {
        struct vif_error before = all, why = {0};
        int r;

        r = jsonrpc_open(client->addresses[i], share_of(until, client->n_addresses - i),
                         &client->rpc, &why);
        log_debug(client->log, "ovsdb: connect to %s: %s", client->addresses[i],
                  r < 0 ? strerrordesc_np(-r) : "done");
        if (r == 0) {
            client->counts.connects++;
            return 0;
        }
        if (r == -ENOMEM)
            return error_memory(err);
        if (before.kind != VIF_ERROR_PERMISSION)
            result = r;
        (void)error_set(&all, before.kind == VIF_ERROR_PERMISSION ? before.kind : why.kind,
                        "%s%s%s", before.text, i ? "; " : "", why.text);
    }
    *err = all;
    return result;
}

/* How long to wait before connecting again: not at all the first time, for then it is a server that
 * was restarted; after that longer and longer, and never many clients at the same moment. */
static int64_t delay_of(unsigned failures)
{
    int64_t delay = DELAY_FIRST;
    uint16_t random = 0;

    if (failures < 2)
        return 0;
    for (unsigned i = 2; i < failures && delay < DELAY_MOST; i++)
        delay *= 2;
    if (delay > DELAY_MOST)
        delay = DELAY_MOST;
    if (getrandom(&random, sizeof random, GRND_NONBLOCK) < 0)
        random = UINT16_MAX / 2;
    return delay / 2 + delay * random / UINT16_MAX / 2;
}

static int connect_again(struct ovsdb_client *client, int64_t until, struct vif_error *err)
{
    for (;;) {
        int r;

        deadline_sleep(delay_of(client->failures), until);
        r = connect_once(client, until, err);
        if (r == 0 || r == -ENOMEM)
            return r;
        client->failures++;
        if (deadline_left(until) == 0)
            return r;
    }
}

/* Afterwards there is a connection that was alive a moment ago. */
static int ensure_connected(struct ovsdb_client *client, int64_t until, struct vif_error *err)
{
    struct vif_error why = {0};

    if (client->rpc && jsonrpc_service(client->rpc, until, &why) < 0) {
        log_debug(client->log, "ovsdb: %s", why.text);
        disconnect(client);
    }
    if (client->rpc)
        return 0;
    if (client->counts.connects == 0)
        return connect_once(client, until, err);
    return connect_again(client, until, err);
}

/* Puts an end to a connection that 'r' says is of no more use. */
static void after_failure(struct ovsdb_client *client, int r)
{
    if (r == -ECONNRESET)
        client->failures++;
    if (r != -EREMOTEIO && r != -ETIMEDOUT)
        disconnect(client);
}

struct request {
    const char *method;
    json_t *params;
    size_t n_operations;
    bool writes;
};

static double now_ms(void)
{
    struct timespec ts;

    (void)clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}

/* One request and its answer over the connection there is.  '*ret_sent' says whether the server may
 * have seen it. */
static int ask(struct ovsdb_client *client, const struct request *request, int64_t until,
               json_t **ret_result, bool *ret_sent, struct vif_error *err)
{
    uint64_t sent = jsonrpc_sent(client->rpc), received = jsonrpc_received(client->rpc);
    bool logs = client->log && client->log->line;
    double start = logs ? now_ms() : 0;
    int64_t id;
    int r;

    *ret_sent = false;
    r = jsonrpc_send(client->rpc, request->method, request->params, until, &id, err);
    if (r == 0) {
        *ret_sent = true;
        client->counts.requests++;
        client->counts.writes += request->writes;
        r = jsonrpc_wait(client->rpc, id, until, ret_result, err);
    }
    if (logs)
        log_debug(client->log,
                  "ovsdb: %s, %zu operations, %" PRIu64 " bytes out, %" PRIu64
                  " bytes in, %.3f ms: %s",
                  request->method, request->n_operations, jsonrpc_sent(client->rpc) - sent,
                  jsonrpc_received(client->rpc) - received, now_ms() - start,
                  r < 0 ? strerrordesc_np(-r) : "done");
    /* A server that takes a monitor and then hangs up is not well yet. */
    if ((r == 0 || r == -EREMOTEIO) && request->n_operations)
        client->failures = 0;
    if (r < 0)
        after_failure(client, r);
    return r;
}

static int transact_params(json_t *operations, json_t **ret_params, struct vif_error *err)
{
    auto_json json_t *params = json_array();

    if (!params || json_array_append_new(params, json_string(DATABASE)) < 0 ||
        json_array_extend(params, operations) < 0)
        return error_memory(err);
    *ret_params = take_ptr(params);
    return 0;
}

/* What went wrong on the way is told only where it was the end of it. */
static int tell(int r, const struct vif_error *words, struct vif_error *err)
{
    if (r < 0 && err)
        *err = *words;
    return r;
}

int ovsdb_client_transact(struct ovsdb_client *client, json_t *operations, bool writes,
                          int64_t until, json_t **ret_results, struct vif_error *err)
{
    auto_json json_t *params = NULL, *results = NULL;
    struct vif_error words = {0};
    bool sent = false;
    int r;

    r = transact_params(operations, &params, err);
    if (r < 0)
        return r;
    do {
        const struct request request = {"transact", params, json_array_size(operations), writes};

        r = ensure_connected(client, until, &words);
        if (r < 0)
            break;
        r = ask(client, &request, until, &results, &sent, &words);
    } while (r == -ECONNRESET && !(writes && sent) && deadline_left(until) != 0);
    if (r < 0)
        return tell(r, &words, err);
    if (!json_is_array(results) || json_array_size(results) < json_array_size(operations)) {
        (void)error_set(err, VIF_ERROR_OVSDB, "ovsdb: the answer is no array of results");
        disconnect(client);
        return -EPROTO;
    }
    *ret_results = take_ptr(results);
    return 0;
}

/* Takes "cur_cfg" out of table updates (RFC 7047 section 4.1.6): an object of tables of rows. */
static void update_cfg(json_t *tables, int64_t *cfg)
{
    const char *uuid;
    json_t *row;

    json_object_foreach(json_object_get(tables, DATABASE), uuid, row)
    {
        const json_t *value = json_object_get(json_object_get(row, "new"), "cur_cfg");

        if (json_is_integer(value))
            *cfg = json_integer_value(value);
    }
}

static int monitor_params(int64_t monitor, json_t **ret_params, struct vif_error *err)
{
    auto_json json_t *params = json_array(), *columns = json_array(), *request = json_object(),
                     *tables = json_object();

    if (!params || !columns || !request || !tables ||
        json_array_append_new(columns, json_string("cur_cfg")) < 0 ||
        json_object_set(request, "columns", columns) < 0 ||
        json_object_set(tables, DATABASE, request) < 0 ||
        json_array_append_new(params, json_string(DATABASE)) < 0 ||
        json_array_append_new(params, json_integer(monitor)) < 0 ||
        json_array_append(params, tables) < 0)
        return error_memory(err);
    *ret_params = take_ptr(params);
    return 0;
}

/* Ends a monitor without waiting for the answer.  Where that fails the connection is ended, and the
 * monitor with it. */
static void cancel_monitor(struct ovsdb_client *client, int64_t monitor)
{
    auto_json json_t *params = json_array();
    int64_t id;

    if (!client->rpc)
        return;
    if (!params || json_array_append_new(params, json_integer(monitor)) < 0 ||
        jsonrpc_send(client->rpc, "monitor_cancel", params, 0, &id, NULL) < 0) {
        disconnect(client);
        return;
    }
    client->counts.requests++;
    log_debug(client->log, "ovsdb: monitor_cancel, not waited for");
    jsonrpc_forget(client->rpc, id);
}

/* Follows the updates of 'monitor' until 'cur_cfg' is there. */
static int follow(struct ovsdb_client *client, int64_t monitor, int64_t cfg, int64_t until,
                  int64_t *cur_cfg, struct vif_error *err)
{
    while (*cur_cfg < cfg) {
        auto_json json_t *update = NULL;
        const json_t *name;
        int r;

        r = jsonrpc_notification(client->rpc, "update", until, &update, err);
        if (r < 0) {
            after_failure(client, r);
            return r;
        }
        client->failures = 0;
        name = json_array_get(update, 0);
        if (json_is_integer(name) && json_integer_value(name) == monitor)
            update_cfg(json_array_get(update, 1), cur_cfg);
    }
    return 0;
}

/* Waits for 'cfg' over the connection there is. */
static int watch(struct ovsdb_client *client, int64_t cfg, int64_t until, int64_t *cur_cfg,
                 struct vif_error *err)
{
    auto_json json_t *params = NULL, *tables = NULL;
    int64_t monitor = ++client->n_monitors;
    bool sent;
    int r;

    r = monitor_params(monitor, &params, err);
    if (r < 0)
        return r;
    r = ask(client, &(struct request){"monitor", params, 0, false}, until, &tables, &sent, err);
    if (r == 0) {
        update_cfg(tables, cur_cfg);
        r = follow(client, monitor, cfg, until, cur_cfg, err);
    }
    if (r != -EREMOTEIO)
        cancel_monitor(client, monitor);
    return r;
}

int ovsdb_client_wait_cfg(struct ovsdb_client *client, int64_t cfg, int64_t until, int64_t *ret_cfg,
                          struct vif_error *err)
{
    struct vif_error words = {0};
    int64_t cur_cfg = 0;
    int r;

    do {
        bool first = client->counts.connects == 0;

        r = ensure_connected(client, until, &words);
        if (r < 0 && (first || r == -ENOMEM))
            return tell(r, &words, err);
        r = r == 0 ? watch(client, cfg, until, &cur_cfg, &words) : -ECONNRESET;
    } while (r == -ECONNRESET && deadline_left(until) != 0);
    if (r == -ECONNRESET || r == -ETIMEDOUT)
        r = error_set(&words, VIF_ERROR_TIMEOUT,
                      "timed out while ovs-vswitchd is at configuration %" PRId64 " and %" PRId64
                      " is awaited",
                      cur_cfg, cfg);
    *ret_cfg = cur_cfg;
    return tell(r, &words, err);
}
