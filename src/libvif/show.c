/* SPDX-License-Identifier: Apache-2.0 */
/* Drawing VIFs: those of a batch as their plugins describe them, those of ids as they are, or the whole
 * host.  The host is read once, however many VIFs are drawn. */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "graph/graph.h"
#include "libvif/remote.h"
#include "model/view.h"

struct vif_drawing {
    struct graph graph;
    char *json, *dot, *tree; /* made when asked for */
};

void vif_drawing_free(struct vif_drawing *drawing)
{
    if (!drawing)
        return;
    graph_done(&drawing->graph);
    free(drawing->json);
    free(drawing->dot);
    free(drawing->tree);
    free(drawing);
}
DEFINE_AUTO(auto_drawing, struct vif_drawing *, vif_drawing_free);
#define auto_drawing __attribute__((cleanup(auto_drawing_fn)))

const struct vif_error *vif_drawing_error(const struct vif_drawing *drawing, size_t i)
{
    for (size_t vif = 0; vif < drawing->graph.n_vifs; vif++)
        if (drawing->graph.vifs[vif].error && i-- == 0)
            return drawing->graph.vifs[vif].error;
    return NULL;
}

int vif_drawing_status(const struct vif_drawing *drawing)
{
    const struct graph *graph = &drawing->graph;
    bool mixed = false, success = false;
    int status = 0;

    for (size_t i = 0; i < graph->n_vifs; i++) {
        const struct vif_error *error = graph->vifs[i].error;
        int own = error ? vif_error_kind_status(error->kind) : 0;

        success |= !error;
        mixed |= error && status && status != own;
        if (error && !status)
            status = own;
    }
    return status && (mixed || success) ? 3 : status;
}

const char *vif_drawing_json(struct vif_drawing *drawing)
{
    if (!drawing->json)
        drawing->json = graph_json(&drawing->graph);
    return drawing->json;
}

const char *vif_drawing_dot(struct vif_drawing *drawing)
{
    if (!drawing->dot)
        drawing->dot = graph_dot(&drawing->graph);
    return drawing->dot;
}

const char *vif_drawing_tree(struct vif_drawing *drawing, unsigned flags, size_t width)
{
    free(drawing->tree);
    drawing->tree = graph_tree(&drawing->graph, flags, width ? width : 100);
    return drawing->tree;
}

static void draw_entry(const struct vif_host *host, const struct snapshot *snapshot,
                       const struct batch_entry *entry, struct graph *graph)
{
    const struct vif_input *request = entry->request;
    struct vif_wiring wiring = {0};
    struct vif_error error = entry->fault;

    if (!request || host_describe(host, request, VIF_GOAL_PLUG, &wiring, &error) < 0)
        graph_add_error(graph, entry->id, &error);
    else
        graph_draw_wiring(graph, snapshot,
                          &(struct graph_subject){
                              .wiring = &wiring,
                              .type = vif_type_name(request->vif->type),
                              .instance = request->instance ? request->instance->uuid : NULL,
                              .address = request->vif->address,
                              .device = request->vif->vif_name,
                          });
    wiring_done(&wiring);
}

static void draw(const struct vif_host *host, const struct snapshot *snapshot,
                 const struct vif_batch *batch, const char *const *ids, struct graph *graph)
{
    for (size_t i = 0; batch && i < batch->n; i++)
        draw_entry(host, snapshot, &batch->entries[i], graph);
    for (size_t i = 0; ids && ids[i]; i++) {
        struct vif_error error = {0};
        const struct snapshot_vif *vif = graph_find_vif(snapshot, ids[i], &error);

        if (vif)
            graph_draw_vif(graph, snapshot, vif);
        else
            graph_add_error(graph, "", &error);
    }
    if (batch || ids)
        return;
    for (size_t i = 0; i < snapshot->n_vifs; i++)
        graph_draw_vif(graph, snapshot, &snapshot->vifs[i]);
    graph_draw_switch(graph, snapshot);
}

int vif_host_show(struct vif_host *host, const struct vif_batch *batch, const char *const *ids,
                  const struct vif_show_options *options, struct vif_drawing **ret_drawing,
                  struct vif_error *err)
{
    struct engine engine = {host->nl, host->db, &host->nft, &host->log, NULL};
    auto_drawing struct vif_drawing *drawing = calloc(1, sizeof *drawing);
    struct vif_show_options own = {0};
    struct snapshot snapshot = {0};
    int r;

    if (options)
        memcpy(&own, options, options->size < sizeof own ? options->size : sizeof own);
    if (!drawing)
        return error_memory(err);
    if (host->remote) {
        r = remote_show(host->remote, batch, ids, &own, &drawing->graph, err);
    } else {
        r = snapshot_read(&engine, /* details= */ true, host_deadline(host, own.timeout_ms),
                          &snapshot, err);
        if (r == 0)
            draw(host, &snapshot, batch, ids, &drawing->graph);
        snapshot_done(&snapshot);
    }
    if (r == 0 && drawing->graph.failed)
        r = error_memory(err);
    if (r < 0)
        return r;
    *ret_drawing = take_ptr(drawing);
    return 0;
}
