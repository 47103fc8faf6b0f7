/* SPDX-License-Identifier: Apache-2.0 */
/* Drawing VIFs: those of a batch as their plugins describe them, those of ids as they are found, or the
 * whole host.  What can be known of a host is read once, whatever is drawn of it. */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "graph/text.h"
#include "libvif/remote.h"
#include "model/view.h"

DEFINE_AUTO(auto_drawing, struct vif_drawing *, drawing_free);
#define auto_drawing __attribute__((cleanup(auto_drawing_fn)))

void vif_drawing_free(struct vif_drawing *drawing)
{
    drawing_free(drawing);
}

size_t vif_drawing_vif_count(const struct vif_drawing *drawing)
{
    return drawing->n_vifs;
}

const struct vif_drawn *vif_drawing_vif(const struct vif_drawing *drawing, size_t i)
{
    return i < drawing->n_vifs ? &drawing->vifs[i] : NULL;
}

size_t vif_drawing_part_count(const struct vif_drawing *drawing)
{
    return drawing->n_parts;
}

const struct vif_part *vif_drawing_part(const struct vif_drawing *drawing, size_t i)
{
    return i < drawing->n_parts ? &drawing->parts[i] : NULL;
}

size_t vif_drawing_edge_count(const struct vif_drawing *drawing)
{
    return drawing->n_edges;
}

const struct vif_edge *vif_drawing_edge(const struct vif_drawing *drawing, size_t i)
{
    return i < drawing->n_edges ? &drawing->edges[i] : NULL;
}

int vif_drawing_status(const struct vif_drawing *drawing)
{
    int status = 0;
    bool mixed = false, success = false;

    for (size_t i = 0; i < drawing->n_vifs; i++) {
        const struct vif_error *error = drawing->vifs[i].error;
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
        drawing->json = drawing_json(drawing);
    return drawing->json;
}

const char *vif_drawing_dot(struct vif_drawing *drawing)
{
    if (!drawing->dot)
        drawing->dot = drawing_dot(drawing);
    return drawing->dot;
}

/* A VIF that cannot be drawn. */
static void draw_fault(struct vif_drawing *drawing, const char *id, const struct vif_error *fault)
{
    size_t vif = drawing_add_vif(drawing);

    if (vif != VIF_NO_INDEX)
        drawing->vifs[vif].id = drawing_text(drawing, id);
    drawing_fault(drawing, vif, fault);
}

static void draw_entry(const struct vif_host *host, const struct scene *scene,
                       const struct batch_entry *entry, struct vif_drawing *drawing)
{
    const struct vif_input *request = entry->request;
    struct vif_wiring wiring = {0};
    struct vif_error fault = entry->fault;

    if (!request || host_describe(host, request, VIF_GOAL_PLUG, &wiring, &fault) < 0) {
        draw_fault(drawing, entry->id, &fault);
    } else {
        struct subject subject = {
            .wiring = &wiring,
            .type = vif_type_name(request->vif->type),
            .instance = request->instance ? request->instance->uuid : NULL,
            .address = request->vif->address,
            .device = request->vif->vif_name,
        };

        draw_wiring(scene, drawing, &subject);
    }
    wiring_done(&wiring);
}

static void draw_id(const struct scene *scene, const char *id, struct vif_drawing *drawing)
{
    struct vif_error fault = {0};
    const struct snapshot_vif *found = scene_find(scene, id, &fault);

    if (found)
        draw_found(scene, drawing, found);
    else
        draw_fault(drawing, "", &fault);
}

static void draw(const struct vif_host *host, const struct scene *scene,
                 const struct vif_batch *batch, const char *const *ids, struct vif_drawing *drawing)
{
    for (size_t i = 0; batch && i < batch->n; i++)
        draw_entry(host, scene, &batch->entries[i], drawing);
    for (size_t i = 0; ids && ids[i]; i++)
        draw_id(scene, ids[i], drawing);
    if (batch || ids)
        return;
    for (size_t i = 0; i < scene->n_found; i++)
        draw_found(scene, drawing, &scene->found[i]);
    draw_switch(scene, drawing);
}

int vif_host_show(struct vif_host *host, const struct vif_batch *batch, const char *const *ids,
                  const struct vif_show_options *options, struct vif_drawing **ret_drawing,
                  struct vif_error *err)
{
    struct engine engine = {host->nl, host->db, &host->nft, &host->log, NULL};
    auto_drawing struct vif_drawing *drawing = calloc(1, sizeof *drawing);
    struct vif_show_options own = {0};
    struct scene scene = {0};
    int r;

    if (options)
        memcpy(&own, options, options->size < sizeof own ? options->size : sizeof own);
    if (host->remote)
        return remote_show(host->remote, batch, ids, &own, ret_drawing, err);
    if (!drawing)
        return error_memory(err);
    r = scene_read(&engine, host_deadline(host, own.timeout_ms), &scene, err);
    if (r < 0)
        return r;
    draw(host, &scene, batch, ids, drawing);
    scene_done(&scene);
    r = drawing_finish(drawing, err);
    if (r < 0)
        return r;
    *ret_drawing = take_ptr(drawing);
    return 0;
}
