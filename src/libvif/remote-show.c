/* SPDX-License-Identifier: Apache-2.0 */
/* Drawing VIFs through vifd.  VIFs that do not decode are told here and do not travel, so they are put
 * among those that vifd drew, and what names a VIF by its index is made to name the same again.  Indices
 * are followed by whoever prints a drawing: none gets in that leads nowhere. */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "graph/graph.h"
#include "libvif/remote-call.h"

struct drawn_record {
    const char *id, *type, *instance, *address, *state;
    size_t first;
    const struct remote_failure *error;
};

struct part_record {
    const char *kind, *name, *state;
    size_t vif;
    int missing;
    struct record_list attributes;
};

struct show_reply {
    struct record_list vifs, parts, edges;
};

#define ROW(record, member, of_type, may_be_absent)                                                \
    .name = #member, .type = RECORD_##of_type, .optional = (may_be_absent),                        \
    .offset = offsetof(struct record, member)

static const struct record_field drawn_fields[] = {
    {ROW(drawn_record, id, TEXT, false)},
    {ROW(drawn_record, type, WORD, false)},
    {ROW(drawn_record, instance, TEXT, false)},
    {ROW(drawn_record, address, TEXT, false)},
    {ROW(drawn_record, state, WORD, false)},
    {ROW(drawn_record, first, INDEX, true)},
    {ROW(drawn_record, error, OBJECT, true), .table = &remote_failure_table},
};
static const struct record_table drawn_table = RECORD_TABLE(drawn_fields, struct drawn_record);

static const struct record_field part_fields[] = {
    {ROW(part_record, kind, WORD, false)},    {ROW(part_record, name, TEXT, false)},
    {ROW(part_record, vif, INDEX, true)},     {ROW(part_record, state, WORD, false)},
    {ROW(part_record, missing, BOOL, false)}, {ROW(part_record, attributes, MEMBERS, false)},
};
static const struct record_table part_table = RECORD_TABLE(part_fields, struct part_record);

static const struct record_field edge_fields[] = {
    {ROW(vif_edge, from, INDEX, false)},
    {ROW(vif_edge, to, INDEX, false)},
    {ROW(vif_edge, kind, WORD, false)},
    {ROW(vif_edge, missing, BOOL, false)},
};
static const struct record_table edge_table = RECORD_TABLE(edge_fields, struct vif_edge);

static const struct record_field show_fields[] = {
    {ROW(show_reply, vifs, LIST, false), .table = &drawn_table},
    {ROW(show_reply, parts, LIST, false), .table = &part_table},
    {ROW(show_reply, edges, LIST, false), .table = &edge_table},
};
static const struct record_table show_table = RECORD_TABLE(show_fields, struct show_reply);

DEFINE_AUTO(auto_drawing, struct vif_drawing *, drawing_free);
#define auto_drawing __attribute__((cleanup(auto_drawing_fn)))

static int take_vif(const struct remote_call *call, const struct show_reply *reply,
                    const struct drawn_record *from, struct vif_drawing *drawing,
                    struct vif_error *err)
{
    size_t vif = drawing_add_vif(drawing);
    struct vif_error fault = {0};

    if (vif == VIF_NO_INDEX)
        return error_memory(err);
    if (from->first != VIF_NO_INDEX && from->first >= reply->parts.n)
        return remote_bad_answer(call, "a VIF that begins at no part", err);
    drawing->vifs[vif] = (struct vif_drawn){
        .id = from->id,
        .type = from->type,
        .instance = from->instance,
        .address = from->address,
        .state = from->state,
        .first = from->first,
    };
    if (from->error) {
        remote_error(from->error, &fault);
        drawing_fault(drawing, vif, &fault);
    }
    return 0;
}

/* A VIF that does not decode. */
static int add_fault(const struct batch_entry *entry, struct vif_drawing *drawing,
                     struct vif_error *err)
{
    size_t vif = drawing_add_vif(drawing);

    if (vif == VIF_NO_INDEX)
        return error_memory(err);
    drawing->vifs[vif].id = drawing_text(drawing, entry->id);
    drawing_fault(drawing, vif, &entry->fault);
    return 0;
}

/* All of them in the order in which they were asked for; 'places' are those of the ones that vifd drew. */
static int take_vifs(const struct remote_call *call, const struct show_reply *reply,
                     const struct vif_batch *batch, size_t *places, struct vif_drawing *drawing,
                     struct vif_error *err)
{
    const struct drawn_record *from = reply->vifs.items;
    size_t taken = 0;
    int r = 0;

    for (size_t i = 0; r == 0 && batch && i < batch->n; i++) {
        if (!batch->entries[i].request) {
            r = add_fault(&batch->entries[i], drawing, err);
            continue;
        }
        places[taken] = drawing->n_vifs;
        r = take_vif(call, reply, &from[taken++], drawing, err);
    }
    while (r == 0 && taken < reply->vifs.n) {
        places[taken] = drawing->n_vifs;
        r = take_vif(call, reply, &from[taken++], drawing, err);
    }
    return r;
}

static int take_parts(const struct remote_call *call, const struct show_reply *reply,
                      const size_t *places, struct vif_drawing *drawing, struct vif_error *err)
{
    const struct part_record *from = reply->parts.items;

    drawing->parts = calloc(reply->parts.n + 1, sizeof *drawing->parts);
    if (!drawing->parts)
        return error_memory(err);
    for (size_t i = 0; i < reply->parts.n; i++) {
        const struct record_member *members = from[i].attributes.items;
        size_t n = from[i].attributes.n;
        struct vif_attribute *attributes = pool_take(&drawing->texts, n * sizeof *attributes);

        if (!attributes)
            return error_memory(err);
        if (from[i].vif != VIF_NO_INDEX && from[i].vif >= reply->vifs.n)
            return remote_bad_answer(call, "a part of a VIF there is not", err);
        for (size_t k = 0; k < n; k++)
            attributes[k] =
                (struct vif_attribute){members[k].key, members[k].value, members[k].is_number};
        drawing->parts[i] = (struct vif_part){
            .kind = from[i].kind,
            .name = from[i].name,
            .vif = from[i].vif == VIF_NO_INDEX ? VIF_NO_INDEX : places[from[i].vif],
            .state = from[i].state,
            .missing = from[i].missing,
            .attributes = attributes,
            .n_attributes = n,
        };
    }
    drawing->n_parts = reply->parts.n;
    return 0;
}

static int take_edges(const struct remote_call *call, const struct show_reply *reply,
                      struct vif_drawing *drawing, struct vif_error *err)
{
    const struct vif_edge *from = reply->edges.items;

    drawing->edges = calloc(reply->edges.n + 1, sizeof *drawing->edges);
    if (!drawing->edges)
        return error_memory(err);
    for (size_t i = 0; i < reply->edges.n; i++) {
        if (from[i].from >= reply->parts.n || from[i].to >= reply->parts.n)
            return remote_bad_answer(call, "an edge that ends nowhere", err);
        drawing->edges[i] = from[i];
    }
    drawing->n_edges = reply->edges.n;
    return 0;
}

static int take_reply(const struct remote_call *call, const struct show_reply *reply,
                      const struct vif_batch *batch, size_t n_wanted, bool whole,
                      struct vif_drawing *drawing, struct vif_error *err)
{
    auto_free size_t *places = calloc(reply->vifs.n + 1, sizeof *places);
    int r;

    if (!places)
        return error_memory(err);
    if (!whole && reply->vifs.n != n_wanted)
        return remote_bad_answer(call, "another number of VIFs than it was asked for", err);
    r = take_vifs(call, reply, batch, places, drawing, err);
    if (r == 0)
        r = take_parts(call, reply, places, drawing, err);
    if (r == 0)
        r = take_edges(call, reply, drawing, err);
    return r;
}

int remote_show(struct remote *remote, const struct vif_batch *batch, const char *const *ids,
                const struct vif_show_options *options, struct vif_drawing **ret_drawing,
                struct vif_error *err)
{
    auto_drawing struct vif_drawing *drawing = calloc(1, sizeof *drawing);
    struct remote_call call = {.timeout_ms = options->timeout_ms};
    bool whole = !batch && !ids;
    struct show_reply reply = {0};
    size_t n = 0;
    int r = 0;

    if (!drawing)
        return error_memory(err);
    remote_begin(&call, "Show");
    if (batch)
        r = remote_add_vifs(&call, batch, &n, err);
    remote_add_texts(&call, "ids", ids);
    for (size_t i = 0; ids && ids[i]; i++)
        n++;
    remote_add_int(&call, "timeout_ms", options->timeout_ms);
    call.table = &show_table;
    call.record = &reply;
    call.pool = &drawing->texts;
    if (r == 0 && (n || whole))
        r = remote_call(remote, &call, err);
    text_done(&call.message);
    if (r == 0)
        r = take_reply(&call, &reply, batch, n, whole, drawing, err);
    if (r == 0 && (drawing->failed || drawing->texts.failed))
        r = error_memory(err);
    if (r < 0)
        return r;
    *ret_drawing = take_ptr(drawing);
    return 0;
}
