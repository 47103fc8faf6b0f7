/* SPDX-License-Identifier: Apache-2.0 */
/* The host: libvif's main handle.  Puts configuration, plugins and engine together: every VIF of a
 * batch is described by its plugin, and all wirings go through the engine at once. */
#include "libvif/host.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/deadline.h"
#include "engine/lock.h"
#include "libvif/remote.h"
#include "model/view.h"

#define OVSDB_LOCAL "unix:/run/openvswitch/db.sock"
#define OVSDB_TCP   "tcp:127.0.0.1:6640"

const char *vif_version(void)
{
    return VIF_VERSION;
}

void vif_host_close(struct vif_host *host)
{
    if (!host)
        return;
    plugin_registry_free(host->plugins);
    nft_close(host->nft);
    netlink_close(host->nl);
    ovsdb_client_free(host->db);
    remote_close(host->remote);
    config_done(&host->config);
    free(host);
}

static inline void close_host(struct vif_host *host)
{
    vif_host_close(host);
}
DEFINE_AUTO(auto_host, struct vif_host *, close_host);

static int open_database(struct vif_host *host, const char *address, struct vif_error *err)
{
    const char *addresses[2] = {OVSDB_LOCAL, OVSDB_TCP};
    size_t n = 2;

    if (!address && host->config.ovsdb_connection[0])
        address = host->config.ovsdb_connection;
    if (address) {
        addresses[0] = address;
        n = 1;
    }
    return ovsdb_client_new(addresses, n, &host->log, &host->db, err);
}

/* Options are known by their size: a caller built against an older header has fewer. */
static struct vif_host_options read_options(const struct vif_host_options *options)
{
    struct vif_host_options own = {0};

    if (options)
        memcpy(&own, options, options->size < sizeof own ? options->size : sizeof own);
    return own;
}

int vif_host_open(const struct vif_host_options *options, struct vif_host **ret_host,
                  struct vif_error *err)
{
    struct vif_host_options own = read_options(options);
    __attribute__((cleanup(auto_host_fn))) struct vif_host *host = calloc(1, sizeof *host);
    int r;

    if (!host)
        return error_memory(err);
    host->log = (struct log){own.log, own.log_data};
    if (own.connect) {
        r = remote_open(own.connect, &host->log, &host->remote, err);
        if (r == 0)
            *ret_host = take_ptr(host);
        return r;
    }
    host->enforce_policy = own.enforce_policy != 0;
    r = config_read(own.config_file, &host->config, err);
    if (r == 0)
        r = open_database(host, own.ovsdb, err);
    if (r == 0)
        r = plugin_registry_new(&host->config.plugins, &host->plugins, err);
    if (r == 0)
        r = netlink_open(&host->log, &host->nl, err);
    if (r < 0)
        return r;
    *ret_host = take_ptr(host);
    return 0;
}

const struct policy *host_policy(const struct vif_host *host)
{
    return host->enforce_policy ? &host->config.policy : NULL;
}

/* A socket counts whether its wiring has it or not: in mode client it is not ours to name. */
static int judge(const struct vif_host *host, const struct vif *vif,
                 const struct vif_wiring *wiring, struct vif_error *err)
{
    const struct policy *policy = host_policy(host);
    int r = policy ? policy_check(policy, wiring, err) : 0;

    return r == 0 && policy && vif->path ? policy_check_socket(policy, vif->path, err) : r;
}

int host_describe(const struct vif_host *host, const struct vif_input *request, enum vif_goal goal,
                  struct vif_wiring *ret, struct vif_error *err)
{
    const char *name = request->vif->plugin;
    const struct vif_plugin *plugin;
    int r;

    if (!name)
        return error_set(err, VIF_ERROR_INVALID, "%s/plugin: missing", request->where);
    r = plugin_find(host->plugins, name, &plugin, err);
    if (r < 0)
        return error_prefix(err, r, "%s/plugin", request->where);
    r = plugin_describe(plugin, &host->config.plugins, request, goal, ret, err);
    return r < 0 ? r : judge(host, request->vif, ret, err);
}

/* The ids that programs know a VIF by: its own and, where its port has another in the database, that
 * one too; their number. */
static size_t ids_of(const struct batch_entry *entry, const char *ret[2])
{
    struct vif_object vif;
    const char *second;

    view_vif(entry->request, &vif);
    second = view_string(&vif, "port_profile/interface_id");
    ret[0] = entry->id;
    ret[1] = second;
    return second && strcmp(second, entry->id) != 0 ? 2 : 1;
}

/* Keeps other programs from working on the VIFs of the batch. */
static int lock_vifs(const struct vif_batch *batch, const struct reconcile_options *how,
                     const struct log *log, const struct tick *tick, int *ret_fd,
                     struct vif_error *err)
{
    auto_free const char **ids = calloc(2 * batch->n + 1, sizeof *ids);
    size_t n = 0;

    if (!ids)
        return error_memory(err);
    for (size_t i = 0; i < batch->n; i++)
        if (batch->entries[i].request)
            n += ids_of(&batch->entries[i], ids + n);
    return lock_ids(ids, n, how->look || how->dry_run, how->stop, how->until, log, tick, ret_fd,
                    err);
}

static void unlock_vif(int fd, const struct batch_entry *entry)
{
    const char *ids[2];

    lock_release(fd, ids, ids_of(entry, ids));
}

/* What a call is to do; errors say by its verb what was being done. */
struct purpose {
    const char *verb;
    enum vif_goal goal;
    bool explain, look;
};

/* One call: a wiring for each VIF that can be described, and where in the report it belongs. */
struct call {
    const struct log *log;
    const struct purpose *purpose;
    struct vif_call_options options;
    struct reconcile_hooks hooks;
    struct vif_progress progress; /* as it was told last */
    struct vif_report *report;
    struct vif_wiring *wirings;    /* one for each entry; those that failed are empty */
    struct vif_wiring **described; /* those that did not */
    struct outcome *outcomes;      /* of 'described' */
    size_t *owners;                /* entry of each */
    size_t n;
    const struct vif_batch *batch;
    int lock;     /* of all VIFs; -1: none */
    bool unlocks; /* each as soon as it is told: others may be waited for much longer */
};

static void call_done(struct call *call, size_t n)
{
    for (size_t i = 0; call->wirings && i < n; i++)
        wiring_done(&call->wirings[i]);
    for (size_t i = 0; call->outcomes && i < n; i++)
        outcome_done(&call->outcomes[i]);
    free(call->wirings);
    free(call->described);
    free(call->outcomes);
    free(call->owners);
    vif_report_free(call->report);
}

static bool call_init(struct call *call, size_t n)
{
    call->report = calloc(1, sizeof *call->report);
    if (!call->report)
        return false;
    call->report->entries = calloc(n + 1, sizeof *call->report->entries);
    call->wirings = calloc(n + 1, sizeof *call->wirings);
    call->described = calloc(n + 1, sizeof *call->described);
    call->outcomes = calloc(n + 1, sizeof *call->outcomes);
    call->owners = calloc(n + 1, sizeof *call->owners);
    if (!call->report->entries || !call->wirings || !call->described || !call->outcomes ||
        !call->owners)
        return false;
    call->report->n = n;
    return true;
}

/* Names the VIF in front of an error that was found while it was worked on; faults of the input say
 * themselves where they are. */
static void name_error(struct report_entry *entry, const char *verb)
{
    struct vif_error *error = &entry->result.error;

    if (vif_error_kind_status(error->kind) == 2 || !entry->id[0])
        return;
    (void)error_prefix(error, 0, "%s %s%s%s%s", verb, entry->id, entry->name[0] ? " (" : "",
                       entry->name, entry->name[0] ? ")" : "");
}

static void describe_all(const struct vif_host *host, const struct vif_batch *batch,
                         enum vif_goal goal, struct call *call)
{
    for (size_t i = 0; i < batch->n; i++) {
        const struct batch_entry *from = &batch->entries[i];
        struct report_entry *entry = &call->report->entries[i];
        struct vif_wiring *wiring = &call->wirings[i];
        struct vif_result *result = &entry->result;

        memcpy(entry->id, from->id, sizeof entry->id);
        result->id = entry->id;
        result->name = entry->name;
        result->bridge = entry->bridge;
        result->state = VIF_STATE_FAILED;
        result->error = from->fault;
        if (!from->request || host_describe(host, from->request, goal, wiring, &result->error) < 0)
            continue;
        memcpy(entry->name, wiring->name, sizeof entry->name);
        if (wiring->n_bridges)
            memcpy(entry->bridge, wiring->bridges[0].name, sizeof entry->bridge);
        call->owners[call->n] = i;
        call->described[call->n++] = wiring;
    }
}

static void tell_result(const struct call *call, size_t entry)
{
    if (call->options.result)
        call->options.result(call->options.data, entry, &call->report->entries[entry].result);
}

/* Those that cannot be described are known at once. */
static void tell_undescribed(const struct call *call)
{
    for (size_t i = 0, n = 0; i < call->report->n; i++)
        if (n < call->n && call->owners[n] == i)
            n++;
        else
            tell_result(call, i);
}

static void tell_progress(void *data, enum vif_stage stage, size_t done, size_t total)
{
    struct call *call = data;

    if (stage != call->progress.stage || !done)
        log_debug(call->log, "stage %s: %zu/%zu", vif_stage_name(stage), done, total);
    call->progress = (struct vif_progress){stage, done, total};
    if (call->options.progress)
        call->options.progress(call->options.data, &call->progress);
}

static void tell_again(void *data)
{
    const struct call *call = data;

    call->options.progress(call->options.data, &call->progress);
}

static enum vif_state state_of(const struct outcome *outcome, const struct purpose *purpose)
{
    switch (outcome->state) {
    case OUTCOME_DONE:
        if (purpose->explain && !outcome->changed && !outcome->differences.counted)
            return VIF_STATE_WIRED;
        return purpose->goal == VIF_GOAL_PLUG ? VIF_STATE_PLUGGED : VIF_STATE_UNPLUGGED;
    case OUTCOME_WAITING:
        return VIF_STATE_WAITING;
    case OUTCOME_PLANNED:
        return VIF_STATE_PLANNED;
    case OUTCOME_DRIFTED:
        return VIF_STATE_DRIFTED;
    case OUTCOME_FAILED:
        break;
    }
    return VIF_STATE_FAILED;
}

static void take_outcome(void *data, size_t i)
{
    struct call *call = data;
    struct report_entry *entry = &call->report->entries[call->owners[i]];
    struct outcome *outcome = &call->outcomes[i];

    entry->result.state = state_of(outcome, call->purpose);
    entry->result.changed = outcome->changed;
    entry->result.ofport = outcome->ofport;
    entry->result.error = outcome->error;
    entry->result.steps = entry->steps = take_ptr(outcome->steps);
    entry->result.warnings = entry->warnings = take_ptr(outcome->warnings);
    if (!entry->name[0]) /* found out on the way */
        memcpy(entry->name, call->described[i]->name, sizeof entry->name);
    entry->differences = outcome->differences;
    outcome->differences = (struct differences){0};
    entry->result.differences = entry->differences.items;
    entry->result.n_differences = entry->differences.n;
    if (outcome->state == OUTCOME_FAILED)
        name_error(entry, call->purpose->verb);
    else if (call->unlocks && call->lock >= 0)
        unlock_vif(call->lock, &call->batch->entries[call->owners[i]]);
    tell_result(call, call->owners[i]);
}

int64_t host_deadline(const struct vif_host *host, int64_t timeout_ms)
{
    return deadline_after(timeout_ms == VIF_TIMEOUT_CONFIGURED ? host->config.timeout_ms
                                                               : timeout_ms);
}

static int check_options(const struct vif_call_options *options, struct vif_error *err)
{
    if (options->wait < VIF_WAIT_VSWITCHD || options->wait > VIF_WAIT_ML2)
        return error_set(err, VIF_ERROR_INVALID, "option 'wait': there is no value %d",
                         (int)options->wait);
    if (options->on_timeout != VIF_ON_TIMEOUT_KEEP && options->on_timeout != VIF_ON_TIMEOUT_UNDO)
        return error_set(err, VIF_ERROR_INVALID, "option 'on_timeout': there is no value %d",
                         (int)options->on_timeout);
    return 0;
}

/* Locks the VIFs and has the engine do the rest. */
static int carry_out_described(struct vif_host *host, const struct vif_batch *batch,
                               struct reconcile_options *how, struct call *call,
                               struct vif_error *err)
{
    struct engine engine = {host->nl, host->db, &host->nft, &host->log, &host->retries};
    const struct tick tick = {call->options.progress ? tell_again : NULL, call}, none = {0};
    auto_close int lock = -1;
    int r = 0;

    call->batch = batch;
    call->unlocks = how->wait == VIF_WAIT_OVN || how->wait == VIF_WAIT_ML2;
    call->hooks = (struct reconcile_hooks){tell_progress, take_outcome, call};
    how->hooks = &call->hooks;
    if (!how->dry_run || how->explain) {
        tell_progress(call, VIF_STAGE_LOCK, 0, call->n);
        r = lock_vifs(batch, how, &host->log, &tick, &lock, err);
    }
    call->lock = lock;
    if (r < 0)
        return r;
    ovsdb_client_set_tick(host->db, &tick);
    r = reconcile(&engine, call->described, call->n, how, call->outcomes,
                  &call->report->transaction, err);
    ovsdb_client_set_tick(host->db, &none);
    return r;
}

static int carry_out(struct vif_host *host, const struct vif_batch *batch,
                     const struct purpose *purpose, const struct vif_call_options *options,
                     struct vif_report **ret_report, struct vif_error *err)
{
    struct call call = {.log = &host->log, .purpose = purpose, .lock = -1};
    struct vif_call_options *own = &call.options;
    int r;

    if (options)
        memcpy(own, options, options->size < sizeof *own ? options->size : sizeof *own);
    r = check_options(own, err);
    if (r == 0 && host->remote)
        return remote_carry_out(host->remote, purpose->verb, batch, own, ret_report, err);
    if (r == 0 && !call_init(&call, batch->n))
        r = error_memory(err);
    if (r == 0) {
        struct reconcile_options how = {
            .goal = purpose->goal,
            .wait = own->wait,
            .undo_on_timeout = own->on_timeout == VIF_ON_TIMEOUT_UNDO,
            .dry_run = own->dry_run && !purpose->look,
            .explain = purpose->explain,
            .look = purpose->look,
            .until = host_deadline(host, own->timeout_ms),
            .stop = own->stop_fd,
            .policy = host_policy(host),
        };

        describe_all(host, batch, purpose->goal, &call);
        tell_undescribed(&call);
        if (call.n)
            r = carry_out_described(host, batch, &how, &call, err);
    }
    if (r == 0) {
        tell_progress(&call, VIF_STAGE_FINISHED, batch->n, batch->n);
        host_log_counts(host, call.n);
        *ret_report = take_ptr(call.report);
    }
    call_done(&call, batch->n);
    return r;
}

int vif_host_plug(struct vif_host *host, const struct vif_batch *batch,
                  const struct vif_call_options *options, struct vif_report **ret_report,
                  struct vif_error *err)
{
    static const struct purpose plug = {.verb = "plug", .goal = VIF_GOAL_PLUG};

    return carry_out(host, batch, &plug, options, ret_report, err);
}

int vif_host_unplug(struct vif_host *host, const struct vif_batch *batch,
                    const struct vif_call_options *options, struct vif_report **ret_report,
                    struct vif_error *err)
{
    static const struct purpose unplug = {.verb = "unplug", .goal = VIF_GOAL_UNPLUG};

    return carry_out(host, batch, &unplug, options, ret_report, err);
}

int vif_host_check(struct vif_host *host, const struct vif_batch *batch,
                   const struct vif_call_options *options, struct vif_report **ret_report,
                   struct vif_error *err)
{
    static const struct purpose check = {"check", VIF_GOAL_PLUG, .explain = true, .look = true};

    return carry_out(host, batch, &check, options, ret_report, err);
}

int vif_host_repair(struct vif_host *host, const struct vif_batch *batch,
                    const struct vif_call_options *options, struct vif_report **ret_report,
                    struct vif_error *err)
{
    static const struct purpose repair = {"repair", VIF_GOAL_PLUG, .explain = true};

    return carry_out(host, batch, &repair, options, ret_report, err);
}
