/* SPDX-License-Identifier: Apache-2.0 */
/* Drawing VIFs: those of a batch as their plugins describe them, those of ids as they are, or the
 * whole host.  The host is read once, however many VIFs are drawn. */
#include <stdlib.h>
#include <string.h>

#include "libvif/report.h"

#define DRAWN(member, kind) RECORD_FIELD(struct graph_vif, member, kind)
#define EDGE(member, kind)  RECORD_FIELD(struct graph_edge, member, kind)
#define PART(member, kind)                                                                         \
    .name = #member, .type = RECORD_##kind, .offset = offsetof(struct show_part, node.member)

static const struct record_field option_fields[] = {
    {.name = "vifs",
     .type = RECORD_DOCUMENTS,
     .optional = true,
     .offset = offsetof(struct show_parameters, documents.vifs)},
    {.name = "sources",
     .type = RECORD_TEXTS,
     .optional = true,
     .offset = offsetof(struct show_parameters, documents.sources)},
    {RECORD_FIELD(struct vif_show_options, ids, TEXTS), .optional = true},
    OP_TIMEOUT(struct vif_show_options),
};
static const struct record_table option_table = {
    RECORD_TABLE(NULL, option_fields, struct show_parameters)};

static const struct record_field drawn_fields[] = {
    {DRAWN(id, TEXT)},
    {DRAWN(type, WORD)},
    {DRAWN(instance, TEXT)},
    {DRAWN(address, TEXT)},
    {DRAWN(state, ENUM), .words = &state_words},
    {DRAWN(first, INDEX), .optional = true},
    {DRAWN(error, ERROR), .optional = true},
};
static const struct record_table drawn_table = {
    RECORD_TABLE("Drawn", drawn_fields, struct graph_vif)};

static const struct record_field part_fields[] = {
    {PART(kind, WORD)},
    {PART(name, TEXT)},
    {PART(vif, INDEX), .optional = true},
    {PART(state, WORD)},
    {PART(missing, BOOL)},
    {RECORD_FIELD(struct show_part, attributes, MEMBERS)},
};
static const struct record_table part_table = {RECORD_TABLE("Part", part_fields, struct show_part)};

static const struct record_field edge_fields[] = {
    {EDGE(from, INDEX)},
    {EDGE(to, INDEX)},
    {EDGE(kind, WORD)},
    {EDGE(missing, BOOL)},
};
static const struct record_table edge_table = {
    RECORD_TABLE("Edge", edge_fields, struct graph_edge)};

static const struct record_field reply_fields[] = {
    OP_ENTRIES("vifs", drawn_table),
    {RECORD_FIELD(struct reply, parts, LIST), .table = &part_table},
    {RECORD_FIELD(struct reply, edges, LIST), .table = &edge_table},
};

/* The graph's own code follows indices. */
static const char *reply_fault(const void *record)
{
    const struct reply *reply = record;
    const struct graph_vif *vifs = reply->entries->items;
    const struct show_part *parts = reply->parts->items;
    const struct graph_edge *edges = reply->edges->items;
    size_t n_parts = reply->parts->n;

    for (size_t i = 0; i < reply->entries->n; i++)
        if (vifs[i].first != GRAPH_NONE && vifs[i].first >= n_parts)
            return "a VIF begins at a part that does not exist";
    for (size_t i = 0; i < n_parts; i++)
        if (parts[i].node.vif != GRAPH_NONE && parts[i].node.vif >= reply->entries->n)
            return "a part belongs to a VIF that does not exist";
    for (size_t i = 0; i < reply->edges->n; i++)
        if (edges[i].from >= n_parts || edges[i].to >= n_parts)
            return "an edge ends at a part that does not exist";
    return NULL;
}

static const struct record_table reply_table = {RECORD_TABLE(NULL, reply_fields, struct reply),
                                                .fault = reply_fault};

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
                              .type = view_class(&request->vif, ""),
                              .instance = view_string(&request->instance, "uuid"),
                              .address = view_string(&request->vif, "address"),
                              .device = view_string(&request->vif, "vif_name"),
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

int show_fill_reply(struct vif_report *report, struct vif_error *err)
{
    const struct graph *graph = &report->graph;
    struct record_list *lists = pool_take(&report->pool, 3 * sizeof *lists);
    struct show_part *parts = pool_take(&report->pool, graph->n_nodes * sizeof *parts);

    if (!lists || !parts || graph->failed)
        return error_memory(err);
    for (size_t i = 0; i < graph->n_nodes; i++) {
        const struct graph_node *node = &graph->nodes[i];

        parts[i].node = *node;
        if (node->n_attributes)
            parts[i].list =
                (struct record_list){graph->attributes + node->first_attribute, node->n_attributes};
        parts[i].attributes = &parts[i].list;
    }
    lists[0] = (struct record_list){graph->vifs, graph->n_vifs};
    lists[1] = (struct record_list){parts, graph->n_nodes};
    lists[2] = (struct record_list){graph->edges, graph->n_edges};
    report->reply = (struct reply){.entries = lists, .parts = lists + 1, .edges = lists + 2};
    return 0;
}

/* Adds the VIFs that vifd drew, and where each is to 'places', among those that were not sent. */
static void add_vifs(struct graph *graph, const struct record_list *drawn,
                     const struct vif_batch *batch, size_t *places)
{
    const struct graph_vif *vifs = drawn->items;
    size_t n = 0;

    for (size_t i = 0; n < drawn->n || (batch && i < batch->n); i++) {
        const struct batch_entry *entry = batch && i < batch->n ? &batch->entries[i] : NULL;

        if (entry && !entry->request) {
            graph_add_error(graph, entry->id, &entry->fault);
        } else if (n < drawn->n) {
            places[n] = graph_add_vif(graph);
            if (places[n] != GRAPH_NONE)
                graph->vifs[places[n]] = vifs[n];
            n++;
        }
    }
}

/* Its nodes are only for printing: they are not found by name. */
int show_fill_graph(struct vif_report *report, const struct vif_batch *batch, struct vif_error *err)
{
    const struct reply *reply = &report->reply;
    const struct show_part *parts = reply->parts->items;
    const struct graph_edge *edges = reply->edges->items;
    struct graph *graph = &report->graph;
    auto_free size_t *places = calloc(reply->entries->n + 1, sizeof *places);

    graph->nodes = calloc(reply->parts->n + 1, sizeof *graph->nodes);
    if (!places || !graph->nodes)
        return error_memory(err);
    add_vifs(graph, reply->entries, batch, places);
    for (size_t i = 0; i < reply->parts->n; i++) {
        const struct record_list *list = parts[i].attributes;
        const struct record_member *members = list->items;
        struct graph_node *node = &graph->nodes[graph->n_nodes++];

        *node = parts[i].node;
        if (node->vif != GRAPH_NONE)
            node->vif = places[node->vif];
        node->first_attribute = graph->n_attributes;
        for (size_t k = 0; k < list->n; k++)
            graph_set_borrowed(graph, members[k].key, members[k].value, members[k].is_number != 0);
    }
    for (size_t i = 0; i < reply->edges->n; i++)
        graph_add_edge(graph, edges[i].from, edges[i].to, edges[i].kind, !edges[i].missing);
    return graph->failed ? error_memory(err) : show_fill_reply(report, err);
}

static int run(struct vif_host *host, const struct op_call *call, struct vif_error *err)
{
    const struct vif_show_options *options = call->parameters;
    struct engine engine = {host->nl, host->db, &host->nft, &host->log, NULL};
    struct snapshot snapshot = {0};
    int r = snapshot_read(&engine, SNAPSHOT_DETAILS, op_deadline(host, call), &snapshot, err);

    if (r == 0)
        draw(host, &snapshot, call->batch, options->ids, &call->report->graph);
    snapshot_done(&snapshot);
    return r < 0 ? r : show_fill_reply(call->report, err);
}

const struct op op_show = {
    .name = "Show",
    .verb = "show",
    .parameters = &option_table,
    .reply = &reply_table,
    .entry = &drawn_table,
    .error = offsetof(struct graph_vif, error),
    .options_size = sizeof(struct vif_show_options),
    .timeout = offsetof(struct vif_show_options, timeout_ms),
    .documents = offsetof(struct show_parameters, documents),
    .run = run,
    .ask = op_ask_show,
};

int vif_host_show(struct vif_host *host, const struct vif_batch *batch,
                  const struct vif_show_options *options, struct vif_report **ret_report,
                  struct vif_error *err)
{
    return op_call(host, &op_show, batch, options, ret_report, err);
}
