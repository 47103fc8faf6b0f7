/* SPDX-License-Identifier: Apache-2.0 */
/* Batches: the VIFs of one call, decoded from JSON text.  The texts are kept for hosts whose vifd
 * needs the documents: copying one costs nearly nothing, and only then are they read a second
 * time. */
#include "libvif/op.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/pool.h"

struct batch_input {
    size_t length;
    const char *name; /* behind the text */
    char text[];
};

int vif_batch_new(struct vif_batch **ret_batch, struct vif_error *err)
{
    struct vif_batch *batch = ret_batch ? calloc(1, sizeof *batch) : NULL;

    if (!ret_batch)
        return error_set(err, VIF_ERROR_INVALID, "batch: a handle is missing (NULL)");
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
    for (size_t i = 0; i < batch->n_inputs; i++)
        free(batch->inputs[i]);
    free(batch->entries);
    free(batch->inputs);
    free(batch);
}

size_t vif_batch_count(const struct vif_batch *batch)
{
    return batch ? batch->n : 0;
}

/* A zeroed entry at the end. */
static int add_entry(struct vif_batch *batch, struct batch_entry **ret)
{
    if (batch->n >= LIMIT_VIFS)
        return -E2BIG;
    if (!array_grow(batch->entries, batch->n, batch->room, 1))
        return -ENOMEM;
    *ret = &batch->entries[batch->n++];
    **ret = (struct batch_entry){0};
    return 0;
}

static int add_request(void *data, struct vif_input *request, const char *id,
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

static int keep_input(struct vif_batch *batch, const char *name, const char *text, size_t length)
{
    size_t name_size = strlen(name) + 1;
    struct batch_input *input;

    if (!array_grow(batch->inputs, batch->n_inputs, batch->input_room, 1))
        return -ENOMEM;
    input = malloc(sizeof *input + length + name_size);
    if (!input)
        return -ENOMEM;
    input->length = length;
    memcpy(input->text, text, length);
    memcpy(input->text + length, name, name_size);
    input->name = input->text + length;
    batch->inputs[batch->n_inputs++] = input;
    return 0;
}

int vif_batch_add(struct vif_batch *batch, const char *name, const char *text, size_t length,
                  struct vif_error *err)
{
    size_t before, decoded = 0;
    int r;

    if (!batch || !name || !text)
        return error_set(err, VIF_ERROR_INVALID, "batch: a handle or text is missing (NULL)");
    before = batch->n;
    r = vif_document_each(name, text, length, false, add_request, batch, err);
    for (size_t i = before; i < batch->n; i++)
        decoded += batch->entries[i].request != NULL;
    if (r == 0 && decoded)
        r = keep_input(batch, name, text, length);
    return explain(r, err);
}

int batch_add_json(struct vif_batch *batch, const char *name, struct json_t *document,
                   struct vif_error *err)
{
    return explain(vif_document_read(name, document, add_request, batch), err);
}

int vif_batch_add_error(struct vif_batch *batch, const struct vif_error *fault,
                        struct vif_error *err)
{
    if (!batch || !fault)
        return error_set(err, VIF_ERROR_INVALID, "batch: a handle or error is missing (NULL)");
    return explain(add_request(batch, NULL, "", fault), err);
}

static void add_member(struct text *text, const char *key, const char *value)
{
    if (!value)
        return;
    text_add(text, ",\"%s\":", key);
    text_add_json(text, value);
}

/* The member without which a port cannot be plugged; NULL when none is missing. */
static const char *port_lacks(const struct vif_port *port)
{
    if (!port->id)
        return "id";
    if (!port->name)
        return "name";
    if (!port->address)
        return "address";
    return port->instance ? NULL : "instance";
}

int vif_batch_add_port(struct vif_batch *batch, const struct vif_port *port, struct vif_error *err)
{
    struct vif_port own = {0};
    struct text text = {0};
    int r = options_copy(port, sizeof own, &own, sizeof own, "struct vif_port", err);

    if (r < 0)
        return r;
    if (port_lacks(&own))
        return error_set(err, VIF_ERROR_INVALID, "struct vif_port: no %s", port_lacks(&own));
    text_add(&text, "{\"vif\":{\"type\":\"VIFOpenVSwitch\",\"plugin\":\"ovs\"");
    add_member(&text, "id", own.id);
    add_member(&text, "vif_name", own.name);
    add_member(&text, "address", own.address);
    text_add(&text, ",\"network\":{\"mtu\":%lld", (long long)own.mtu);
    add_member(&text, "bridge", own.bridge ? own.bridge : "br-int");
    text_add(&text,
             "},\"port_profile\":{\"type\":\"VIFPortProfileOpenVSwitch\","
             "\"create_port\":true,\"create_tap\":%s,\"multiqueue\":%s",
             own.create_tap ? "true" : "false", own.multiqueue ? "true" : "false");
    add_member(&text, "interface_id", own.interface_id ? own.interface_id : own.id);
    text_add(&text, "}},\"instance_info\":{\"uuid\":");
    text_add_json(&text, own.instance);
    text_add(&text, "}}");
    r = text.failed ? error_memory(err) : vif_batch_add(batch, own.name, text.data, text.n, err);
    text_done(&text);
    return r;
}

/* ---- for vifd ---- */

static int collect(void *data, struct vif_input *request, const char *id,
                   const struct vif_error *fault)
{
    auto_vif_input struct vif_input *taken = request;
    struct batch_documents *documents = data;

    (void)id;
    (void)fault;
    if (!taken)
        return 0;
    text_add(&documents->list, documents->n ? "," : "[");
    text_add_bytes(&documents->list, taken->document, strlen(taken->document));
    documents->sources[documents->n++] = take_ptr(taken->source);
    return documents->list.failed ? -ENOMEM : 0;
}

int batch_documents(const struct vif_batch *batch, struct batch_documents *ret,
                    struct vif_error *err)
{
    int r = 0;

    ret->sources = calloc(batch->n + 1, sizeof *ret->sources);
    if (!ret->sources)
        return error_memory(err);
    for (size_t i = 0; r == 0 && i < batch->n_inputs; i++) {
        const struct batch_input *input = batch->inputs[i];

        r = vif_document_each(input->name, input->text, input->length, true, collect, ret, err);
    }
    text_add(&ret->list, ret->n ? "]" : "[]");
    return r < 0 || ret->list.failed ? error_memory(err) : 0;
}

void batch_documents_done(struct batch_documents *documents)
{
    for (size_t i = 0; i < documents->n; i++)
        free(documents->sources[i]);
    free(documents->sources);
    text_done(&documents->list);
}
