/* SPDX-License-Identifier: Apache-2.0 */
/* Batches: the VIFs of one call, decoded from JSON text. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "libvif/host.h"
#include "model/vif-document.h"

int vif_batch_new(struct vif_batch **ret_batch, struct vif_error *err)
{
    struct vif_batch *batch = calloc(1, sizeof *batch);

    if (!batch)
        return error_memory(err);
    *ret_batch = batch;
    return 0;
}

void vif_batch_free(struct vif_batch *batch)
{
    if (!batch)
        return;
    for (size_t i = 0; i < batch->n; i++)
        vif_input_free(batch->entries[i].request);
    free(batch->entries);
    free(batch);
}

void vif_batch_keep(struct vif_batch *batch)
{
    batch->keep = true;
}

size_t vif_batch_count(const struct vif_batch *batch)
{
    return batch->n;
}

/* A zeroed entry at the end. */
static int add_entry(struct vif_batch *batch, struct batch_entry **ret)
{
    if (batch->n >= LIMIT_VIFS)
        return -E2BIG;
    if (batch->n == batch->room) {
        size_t room = batch->room ? 2 * batch->room : 8;
        struct batch_entry *entries = reallocarray(batch->entries, room, sizeof *entries);

        if (!entries)
            return -ENOMEM;
        batch->entries = entries;
        batch->room = room;
    }
    *ret = &batch->entries[batch->n++];
    **ret = (struct batch_entry){0};
    return 0;
}

static int take_request(void *data, struct vif_input *request, const char *id,
                        const struct vif_error *fault)
{
    auto_vif_input struct vif_input *taken = request;
    struct batch_entry *entry;
    int r = add_entry(data, &entry);

    if (r < 0)
        return r;
    (void)snprintf(entry->id, sizeof entry->id, "%s", id);
    if (fault)
        entry->fault = *fault;
    entry->request = take_ptr(taken);
    return 0;
}

static int explain(int r, struct vif_error *err)
{
    if (r == -E2BIG)
        (void)error_set(err, VIF_ERROR_INVALID, "more than %d VIFs in one call", LIMIT_VIFS);
    if (r == -ENOMEM)
        (void)error_memory(err);
    return r;
}

int vif_batch_add(struct vif_batch *batch, const char *name, const char *text, size_t length,
                  struct vif_error *err)
{
    return explain(vif_document_each(name, text, length, batch->keep, take_request, batch, err),
                   err);
}

int batch_add_json(struct vif_batch *batch, const char *name, struct json_t *document,
                   struct vif_error *err)
{
    return explain(vif_document_read(name, document, take_request, batch), err);
}

int vif_batch_add_error(struct vif_batch *batch, const struct vif_error *fault,
                        struct vif_error *err)
{
    return explain(take_request(batch, NULL, "", fault), err);
}
