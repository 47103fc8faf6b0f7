/* SPDX-License-Identifier: Apache-2.0 */
/* The list of VIFs: what the snapshot has, filtered. */
#include <stdlib.h>
#include <string.h>

#include "libvif/report.h"
#include "state/snapshot.h"

#define OPTION(member, kind) RECORD_FIELD(struct vif_list_options, member, kind), .optional = true
#define VIF(member, kind)    RECORD_FIELD(struct vif_status, member, kind)

static const struct record_field option_fields[] = {
    {OPTION(instance, STRING)},
    {OPTION(bridge, STRING)},
    {OPTION(state, ENUM), .words = &state_words},
    OP_TIMEOUT(struct vif_list_options),
};
static const struct record_table option_table = {
    RECORD_TABLE(NULL, option_fields, struct vif_list_options)};

static const struct record_field vif_fields[] = {
    {VIF(id, TEXT)},
    {VIF(iface_id, TEXT)},
    {VIF(type, LINE)},
    {VIF(instance, TEXT)},
    {VIF(bridge, TEXT)},
    {VIF(port, TEXT)},
    {VIF(device, TEXT)},
    {VIF(address, TEXT)},
    {VIF(state, ENUM), .words = &state_words},
    {VIF(ofport, INT), .optional = true, .min = INT64_MIN, .max = INT64_MAX},
    {VIF(error, TEXT), .optional = true},
};
static const struct record_table vif_table = {
    RECORD_TABLE("Status", vif_fields, struct vif_status)};

static const struct record_field reply_fields[] = {
    OP_ENTRIES("vifs", vif_table),
};
static const struct record_table reply_table = {RECORD_TABLE(NULL, reply_fields, struct reply)};

static bool is_wanted(const struct vif_list_options *options, const struct vif_status *vif)
{
    return (!options->instance || strcasecmp(options->instance, vif->instance) == 0) &&
           (!options->bridge || strcmp(options->bridge, vif->bridge) == 0) &&
           (options->state == VIF_STATE_NONE || options->state == vif->state);
}

/* Every text points into the snapshot. */
static struct vif_status show(const struct snapshot_vif *found)
{
    const struct vswitch_interface *interface = found->interface;
    const struct vif_map *ids = interface ? &interface->external_ids : NULL;
    const char *instance = ids ? strmap_get(ids, "vm-uuid") : NULL;

    return (struct vif_status){
        .id = found->id,
        .iface_id = found->iface_id,
        .type = found->type,
        .instance = instance ? instance : "",
        .bridge = found->port ? found->port->bridge : "",
        .port = interface ? interface->name : "",
        .device = found->device,
        .address = ids ? strmap_get(ids, "attached-mac") : "",
        .ofport = interface && interface->ofport > 0 ? interface->ofport : 0,
        .state = found->state,
        .error = interface ? interface->error : "",
    };
}

/* Copies the texts, which are the snapshot's. */
static void keep_texts(struct pool *pool, struct vif_status *vif)
{
    for (size_t i = 0; i < vif_table.n; i++)
        if (vif_fields[i].type == RECORD_TEXT || vif_fields[i].type == RECORD_LINE) {
            const char **text = (const char **)((char *)vif + vif_fields[i].offset);

            *text = *text && (*text)[0] ? pool_text(pool, *text) : "";
        }
}

static int fill(const struct vif_list_options *options, const struct snapshot *snapshot,
                struct vif_report *report, struct vif_error *err)
{
    struct record_list *list = pool_take(&report->pool, sizeof *list);
    struct vif_status *vifs = pool_take(&report->pool, snapshot->n_vifs * sizeof *vifs);
    size_t n = 0;

    if (!list || !vifs)
        return error_memory(err);
    for (size_t i = 0; i < snapshot->n_vifs; i++) {
        vifs[n] = show(&snapshot->vifs[i]);
        if (is_wanted(options, &vifs[n]))
            keep_texts(&report->pool, &vifs[n++]);
    }
    *list = (struct record_list){vifs, n};
    report->reply.entries = list;
    return report->pool.failed ? error_memory(err) : 0;
}

static int run(struct vif_host *host, const struct op_call *call, struct vif_error *err)
{
    const struct vif_list_options *options = call->parameters;
    struct engine engine = {host->nl, host->db, &host->nft, &host->log, NULL};
    struct snapshot snapshot = {0};
    int r;

    switch (options->state) {
    case VIF_STATE_NONE:
    case VIF_STATE_PLUGGED:
    case VIF_STATE_WAITING:
    case VIF_STATE_PENDING:
    case VIF_STATE_FAILED:
    case VIF_STATE_UNCONNECTED:
        break;
    case VIF_STATE_UNPLUGGED:
    case VIF_STATE_PLANNED:
    case VIF_STATE_WIRED:
    case VIF_STATE_DRIFTED:
        return error_set(err, VIF_ERROR_INVALID,
                         "no listed VIF is \"%s\": expected plugged, waiting, pending, failed or "
                         "unconnected",
                         vif_state_name(options->state));
    }
    r = snapshot_read(&engine, SNAPSHOT_PLAIN, op_deadline(host, call), &snapshot, err);
    if (r == 0)
        r = fill(options, &snapshot, call->report, err);
    host_log_counts(host, snapshot.n_vifs);
    snapshot_done(&snapshot);
    return r;
}

const struct op op_list = {
    .name = "List",
    .verb = "list",
    .parameters = &option_table,
    .reply = &reply_table,
    .entry = &vif_table,
    .options_size = sizeof(struct vif_list_options),
    .timeout = offsetof(struct vif_list_options, timeout_ms),
    .run = run,
};

int vif_host_list(struct vif_host *host, const struct vif_list_options *options,
                  struct vif_report **ret_report, struct vif_error *err)
{
    return op_call(host, &op_list, NULL, options, ret_report, err);
}
