/* SPDX-License-Identifier: Apache-2.0 */
/* The connection to one database server: which address to use, when to connect again, and what may
 * be sent twice.  A transaction that writes is repeated only if it certainly was not sent. */
#include "ovsdb/client-private.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "base/deadline.h"
#include "ovsdb/value.h"
#include "rpc/jsonrpc.h"
#include "rpc/stream.h"
#include "json/json-text.h"

/* Back-off, in milliseconds. */
#define DELAY_FIRST 100
#define DELAY_MOST  3000

int ovsdb_client_new(const char *const *addresses, size_t n, const struct log *log,
                     struct ovsdb_client **ret_client, struct vif_error *err)
{
    return ovsdb_client_new_of("Open_vSwitch", addresses, n, log, ret_client, err);
}

int ovsdb_client_new_of(const char *database, const char *const *addresses, size_t n,
                        const struct log *log, struct ovsdb_client **ret_client,
                        struct vif_error *err)
{
    auto_ovsdb_client struct ovsdb_client *client = NULL;

    if (n == 0)
        return error_set(err, VIF_ERROR_CONFIG, "no address of a database server was given");
    client = calloc(1, sizeof *client + n * sizeof client->addresses[0]);
    if (!client)
        return error_memory(err);
    client->log = log;
    client->database = database;
    json_text_seed(); /* before the first value is made */
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

void ovsdb_client_disconnect(struct ovsdb_client *client)
{
    jsonrpc_close(client->rpc);
    client->rpc = NULL;
}

void ovsdb_client_free(struct ovsdb_client *client)
{
    if (!client)
        return;
    ovsdb_client_disconnect(client);
    for (size_t i = 0; i < client->n_addresses; i++)
        free(client->addresses[i]);
    free(client);
}

void ovsdb_client_stop_by(struct ovsdb_client *client, int stop)
{
    client->stop = stop;
    if (client->rpc)
        client->rpc->stream->stop = stop;
}

void ovsdb_client_set_tick(struct ovsdb_client *client, const struct tick *tick)
{
    client->tick = *tick;
    if (client->rpc)
        client->rpc->stream->tick = *tick;
}

const struct ovsdb_counts *ovsdb_client_counts(const struct ovsdb_client *client)
{
    return &client->counts;
}

const char *ovsdb_client_address(const struct ovsdb_client *client)
{
    return client->address;
}

pid_t ovsdb_client_server(const struct ovsdb_client *client)
{
    return client->rpc ? stream_peer(client->rpc->stream) : 0;
}

/* Each address gets an equal part of the time left, in case a server hangs. */
static int64_t share_of(int64_t until, size_t n_left)
{
    if (until == DEADLINE_NEVER || n_left == 1)
        return until;
    return deadline_after(deadline_left(until) / (int64_t)n_left);
}

/* Tries every address.  The error lists all failures; its kind is PERMISSION if any has it, else
 * that of the last. */
static int connect_once(struct ovsdb_client *client, int64_t until, struct vif_error *err)
{
    struct vif_error all = {0};
    int result = -EINVAL;

    for (size_t i = 0; i < client->n_addresses; i++) {
        struct vif_error before = all, why = {0};
        int r;

        r = jsonrpc_open(client->addresses[i], client->stop,
                         share_of(until, client->n_addresses - i), &client->rpc, &why);
        log_debug(client->log, "ovsdb: connect to %s: %s", client->addresses[i],
                  r < 0 ? strerrordesc_np(-r) : "done");
        if (r >= 0) {
            client->counts.connects++;
            client->address = client->addresses[i];
            client->rpc->stream->tick = client->tick;
            return 0;
        }
        if (r == -ENOMEM || r == -EINTR) {
            *err = why;
            return r;
        }
        if (before.kind != VIF_ERROR_PERMISSION)
            result = r;
        (void)error_set(&all, before.kind == VIF_ERROR_PERMISSION ? before.kind : why.kind,
                        "%s%s%s", before.text, i ? "; " : "", why.text);
    }
    *err = all;
    return result;
}

/* The delay before connecting again: none the first time (the server was restarted), then growing,
 * with jitter. */
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

        stop_sleep(client->stop, delay_of(client->failures), until);
        tick_call(&client->tick);
        r = stop_asked(client->stop) ? stop_error(err) : connect_once(client, until, err);
        if (r == 0 || r == -ENOMEM || r == -EINTR)
            return r;
        client->failures++;
        if (deadline_left(until) == 0)
            return r;
    }
}

int ovsdb_client_ensure_connected(struct ovsdb_client *client, int64_t until, struct vif_error *err)
{
    struct vif_error why = {0};

    if (client->rpc && jsonrpc_service(client->rpc, until, &why) < 0) {
        log_debug(client->log, "ovsdb: %s", why.text);
        ovsdb_client_disconnect(client);
    }
    if (client->rpc)
        return 0;
    if (client->counts.connects == 0)
        return connect_once(client, until, err);
    return connect_again(client, until, err);
}

void ovsdb_client_after_failure(struct ovsdb_client *client, int r)
{
    if (r == -ECONNRESET)
        client->failures++;
    if (r != -EREMOTEIO && r != -ETIMEDOUT && r != -EINTR)
        ovsdb_client_disconnect(client);
}

static double now_ms(void)
{
    struct timespec ts;

    (void)clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}

int ovsdb_client_ask(struct ovsdb_client *client, const struct ovsdb_request *request,
                     int64_t until, json_t **ret_result, bool *ret_sent, struct vif_error *err)
{
    uint64_t sent = client->rpc->sent, received = client->rpc->received;
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
        client->rpc->stream->stop = request->writes ? STOP_NEVER : client->stop;
        r = jsonrpc_wait(client->rpc, id, until, ret_result, err);
        client->rpc->stream->stop = client->stop;
    }
    if (logs)
        log_debug(client->log,
                  "ovsdb: %s, %zu operations, %" PRIu64 " bytes out, %" PRIu64
                  " bytes in, %.3f ms: %s",
                  request->method, request->n_operations, client->rpc->sent - sent,
                  client->rpc->received - received, now_ms() - start,
                  r < 0 ? strerrordesc_np(-r) : "done");
    /* Accepting a monitor is not enough: a server may hang up right after. */
    if ((r == 0 || r == -EREMOTEIO) && request->n_operations)
        client->failures = 0;
    if (r < 0)
        ovsdb_client_after_failure(client, r);
    return r;
}

/* Connects as needed, and sends the request again where that is safe. */
static int call(struct ovsdb_client *client, const struct ovsdb_request *request, int64_t until,
                json_t **ret_result, struct vif_error *err)
{
    struct vif_error words = {0};
    bool sent = false;
    int r;

    do {
        r = ovsdb_client_ensure_connected(client, until, &words);
        if (r < 0)
            break;
        r = ovsdb_client_ask(client, request, until, ret_result, &sent, &words);
    } while (r == -ECONNRESET && !(request->writes && sent) && deadline_left(until) != 0);
    return ovsdb_client_report(r, &words, err);
}

int ovsdb_client_transact(struct ovsdb_client *client, const struct ovsdb_operations *operations,
                          bool writes, int64_t until, json_t **ret_results, struct vif_error *err)
{
    auto_text struct text params = {0};
    auto_json json_t *results = NULL;
    int r;

    value_write(&params, operations->n ? "[%s,%t]" : "[%s%t]", client->database, &operations->text);
    if (params.failed)
        return error_memory(err);
    r = call(client, &(struct ovsdb_request){"transact", params.data, operations->n, writes}, until,
             &results, err);
    if (r < 0)
        return r;
    if (!json_is_array(results) || json_array_size(results) < operations->n) {
        (void)error_set(err, VIF_ERROR_OVSDB, "ovsdb: reply is not a result array");
        ovsdb_client_disconnect(client);
        return -EPROTO;
    }
    *ret_results = take_ptr(results);
    return 0;
}

int ovsdb_client_get_schema(struct ovsdb_client *client, int64_t until, json_t **ret_schema,
                            struct vif_error *err)
{
    auto_text struct text params = {0};

    value_write(&params, "[%s]", client->database);
    if (params.failed)
        return error_memory(err);
    return call(client, &(struct ovsdb_request){"get_schema", params.data, 0, false}, until,
                ret_schema, err);
}
