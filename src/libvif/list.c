/* SPDX-License-Identifier: Apache-2.0 */
/* The list of VIFs: what the snapshot finds, filtered, for programs and as JSON text.  Keeps the
 * snapshot, since everything in the list points into it. */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "libvif/list.h"
#include "libvif/remote.h"

void vif_list_free(struct vif_list *list)
{
    if (!list)
        return;
    free(list->vifs);
    free(list->json);
    pool_done(&list->pool);
    snapshot_done(&list->snapshot);
    free(list);
}
DEFINE_AUTO(auto_list, struct vif_list *, vif_list_free);
#define auto_list __attribute__((cleanup(auto_list_fn)))

size_t vif_list_count(const struct vif_list *list)
{
    return list->n;
}

const struct vif_found *vif_list_get(const struct vif_list *list, size_t i)
{
    return i < list->n ? &list->vifs[i] : NULL;
}

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

static struct vif_found show(const struct snapshot_vif *found)
{
    const struct vswitch_interface *interface = found->interface;
    const struct vif_map *ids = interface ? &interface->external_ids : NULL;

    return (struct vif_found){
        .id = found->id,
        .iface_id = found->iface_id,
        .type = found->type,
        .instance = ids ? or_empty(strmap_get(ids, "vm-uuid")) : "",
        .bridge = found->port ? found->port->bridge : "",
        .port = interface ? interface->name : "",
        .device = found->device,
        .address = ids ? or_empty(strmap_get(ids, "attached-mac")) : "",
        .ofport = interface && interface->ofport > 0 ? interface->ofport : 0,
        .state = snapshot_vif_state_name(found->state),
        .error = interface ? or_empty(interface->error) : "",
    };
}

static bool is_wanted(const struct vif_list_options *options, const struct vif_found *vif)
{
    return (!options->instance || strcasecmp(options->instance, vif->instance) == 0) &&
           (!options->bridge || strcmp(options->bridge, vif->bridge) == 0) &&
           (!options->state || strcmp(options->state, vif->state) == 0);
}

static int check_state(const char *state, struct vif_error *err)
{
    if (!state)
        return 0;
    for (int i = 0; i <= SNAPSHOT_VIF_UNCONNECTED; i++)
        if (strcmp(state, snapshot_vif_state_name((enum snapshot_vif_state)i)) == 0)
            return 0;
    return error_set(err, VIF_ERROR_INVALID,
                     "there is no state \"%.64s\": plugged, waiting, pending, failed or "
                     "unconnected",
                     state);
}

static int fill(struct vif_host *host, const struct vif_list_options *options,
                struct vif_list *list, struct vif_error *err)
{
    struct engine engine = {host->nl, host->db, &host->nft, &host->log, NULL};
    int r = snapshot_read(&engine, /* details= */ false, host_deadline(host, options->timeout_ms),
                          &list->snapshot, err);
    size_t n = list->snapshot.n_vifs;

    if (r < 0)
        return r;
    list->vifs = calloc(n + 1, sizeof *list->vifs);
    if (!list->vifs)
        return error_memory(err);
    for (size_t i = 0; i < n; i++) {
        list->vifs[list->n] = show(&list->snapshot.vifs[i]);
        list->n += is_wanted(options, &list->vifs[list->n]);
    }
    host_log_counts(host, n);
    return 0;
}

int vif_host_list(struct vif_host *host, const struct vif_list_options *options,
                  struct vif_list **ret_list, struct vif_error *err)
{
    auto_list struct vif_list *list = calloc(1, sizeof *list);
    struct vif_list_options own = {0};
    int r;

    if (options)
        memcpy(&own, options, options->size < sizeof own ? options->size : sizeof own);
    if (host->remote)
        return remote_list(host->remote, &own, ret_list, err);
    if (!list)
        return error_memory(err);
    r = check_state(own.state, err);
    if (r == 0)
        r = fill(host, &own, list, err);
    if (r < 0)
        return r;
    *ret_list = take_ptr(list);
    return 0;
}

static void add_vif(const struct vif_found *vif, struct text *text)
{
    const struct {
        const char *key, *value;
    } members[] = {
        {"id", vif->id},         {"iface_id", vif->iface_id},
        {"type", vif->type},     {"instance", vif->instance},
        {"bridge", vif->bridge}, {"port", vif->port},
        {"device", vif->device}, {"address", vif->address},
        {"state", vif->state},
    };

    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        text_add(text, "%s\"%s\":", i ? "," : "{", members[i].key);
        text_add_json(text, members[i].value);
    }
    if (vif->ofport)
        text_add(text, ",\"ofport\":%lld", (long long)vif->ofport);
    if (vif->error[0]) {
        text_add(text, ",\"error\":");
        text_add_json(text, vif->error);
    }
    text_add(text, "}");
}

const char *vif_list_json(struct vif_list *list)
{
    struct text text = {0};

    if (list->json)
        return list->json;
    text_add(&text, "{\"vifs\":[");
    for (size_t i = 0; i < list->n; i++) {
        text_add(&text, "%s", i ? "," : "");
        add_vif(&list->vifs[i], &text);
    }
    text_add(&text, "]}");
    list->json = text_take(&text);
    return list->json;
}
