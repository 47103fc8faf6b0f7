/* SPDX-License-Identifier: Apache-2.0 */
/* Drawing VIFs through vifd.  VIFs that do not decode are not sent, so they are put among those that
 * vifd drew, and indices of VIFs change accordingly.  Indices are checked, for the graph's own code
 * follows them. */
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

struct edge_record {
    size_t from, to;
    const char *kind;
    int missing;
};

static const struct record_field edge_fields[] = {
    {ROW(edge_record, from, INDEX, false)},
    {ROW(edge_record, to, INDEX, false)},
    {ROW(edge_record, kind, WORD, false)},
    {ROW(edge_record, missing, BOOL, false)},
};
static const struct record_table edge_table = RECORD_TABLE(edge_fields, struct edge_record);

static const struct record_field show_fields[] = {
    {ROW(show_reply, vifs, LIST, false), .table = &drawn_table},
    {ROW(show_reply, parts, LIST, false), .table = &part_table},
    {ROW(show_reply, edges, LIST, false), .table = &edge_table},
};
static const struct record_table show_table = RECORD_TABLE(show_fields, struct show_reply);

/* Adds VIF 'i' of the reply. */
static int add_vif(const struct remote_call *call, const struct show_reply *reply, size_t i,
                   struct graph *graph, struct vif_error *err)
{
    const struct drawn_record *from = (const struct drawn_record *)reply->vifs.items + i;
    struct vif_error error = {0};
    size_t vif;

    if (from->first != GRAPH_NONE && from->first >= reply->parts.n)
        return remote_bad_answer(call, "a VIF that begins at no part", err);
    if (from->error) {
        remote_error(from->error, &error);
        graph_add_error(graph, from->id, &error);
        vif = graph->n_vifs - 1;
    } else {
        vif = graph_add_vif(graph);
    }
    if (graph->failed)
        return error_memory(err);
    graph->vifs[vif] =
        (struct graph_vif){from->id,    from->type,  from->instance,        from->address,
                           from->state, from->first, graph->vifs[vif].error};
    return 0;
}

/* All VIFs in the order in which they were asked for; 'places' are those of the ones that vifd drew. */
static int add_vifs(const struct remote_call *call, const struct show_reply *reply,
                    const struct vif_batch *batch, size_t *places, struct graph *graph,
                    struct vif_error *err)
{
    size_t drawn = 0;
    int r = 0;

    for (size_t i = 0; r == 0 && batch && i < batch->n; i++) {
        if (!batch->entries[i].request) {
            graph_add_error(graph, batch->entries[i].id, &batch->entries[i].fault);
            continue;
        }
        places[drawn] = graph->n_vifs;
        r = add_vif(call, reply, drawn++, graph, err);
    }
    while (r == 0 && drawn < reply->vifs.n) {
        places[drawn] = graph->n_vifs;
        r = add_vif(call, reply, drawn++, graph, err);
    }
    return r;
}

/* The nodes only for printing: they are not found by name. */
static int add_nodes(const struct remote_call *call, const struct show_reply *reply,
                     const size_t *places, struct graph *graph, struct vif_error *err)
{
    const struct part_record *from = reply->parts.items;

    graph->nodes = calloc(reply->parts.n + 1, sizeof *graph->nodes);
    if (!graph->nodes)
        return error_memory(err);
    for (; graph->n_nodes < reply->parts.n; from++) {
        const struct record_member *members = from->attributes.items;

        if (from->vif != GRAPH_NONE && from->vif >= reply->vifs.n)
            return remote_bad_answer(call, "a part of a VIF there is not", err);
        graph->nodes[graph->n_nodes++] = (struct graph_node){
            .kind = from->kind,
            .name = from->name,
            .vif = from->vif == GRAPH_NONE ? GRAPH_NONE : places[from->vif],
            .state = from->state,
            .missing = from->missing,
            .first_attribute = graph->n_attributes,
        };
        for (size_t i = 0; i < from->attributes.n; i++)
            graph_set_borrowed(graph, members[i].key, members[i].value, members[i].is_number);
    }
    return 0;
}

static int add_edges(const struct remote_call *call, const struct show_reply *reply,
                     struct graph *graph, struct vif_error *err)
{
    const struct edge_record *from = reply->edges.items;

    for (size_t i = 0; i < reply->edges.n; i++) {
        if (from[i].from >= reply->parts.n || from[i].to >= reply->parts.n)
            return remote_bad_answer(call, "an edge that ends nowhere", err);
        graph_add_edge(graph, from[i].from, from[i].to, from[i].kind, !from[i].missing);
    }
    return 0;
}

static int add_reply(const struct remote_call *call, const struct show_reply *reply,
                     const struct vif_batch *batch, size_t n_wanted, bool whole,
                     struct graph *graph, struct vif_error *err)
{
    auto_free size_t *places = calloc(reply->vifs.n + 1, sizeof *places);
    int r;

    if (!places)
        return error_memory(err);
    if (!whole && reply->vifs.n != n_wanted)
        return remote_bad_answer(call, "another number of VIFs than it was asked for", err);
    r = add_vifs(call, reply, batch, places, graph, err);
    if (r == 0)
        r = add_nodes(call, reply, places, graph, err);
    return r < 0 ? r : add_edges(call, reply, graph, err);
}

int remote_show(struct remote *remote, const struct vif_batch *batch, const char *const *ids,
                const struct vif_show_options *options, struct graph *graph, struct vif_error *err)
{
    struct remote_call call = {.timeout_ms = options->timeout_ms};
    bool whole = !batch && !ids;
    struct show_reply reply = {0};
    size_t n = 0;
    int r = 0;

    remote_begin(&call, "Show");
    if (batch)
        r = remote_add_vifs(&call, batch, &n, err);
    remote_add_texts(&call, "ids", ids);
    for (size_t i = 0; ids && ids[i]; i++)
        n++;
    remote_add_int(&call, "timeout_ms", options->timeout_ms);
    call.table = &show_table;
    call.record = &reply;
    call.pool = &graph->texts;
    if (r == 0 && (n || whole))
        r = remote_call(remote, &call, err);
    text_done(&call.message);
    return r < 0 ? r : add_reply(&call, &reply, batch, n, whole, graph, err);
}
