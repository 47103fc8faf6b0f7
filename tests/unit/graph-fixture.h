/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of graphs share: snapshots written in words, and graphs as text. */
#ifndef GRAPH_FIXTURE_H
#define GRAPH_FIXTURE_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "graph/graph.h"
#include "wiring-words.h"
#include "json/json-text.h"

#define CREATE ",'create_port':true,'create_tap':true"
#define DIRECT OVS_DOCUMENT(ON_BR_INT, CREATE)
#define HYBRID BRIDGE_DOCUMENT(ON_BR_INT, "")
#define ON_QBR "link " TAP " index=8 kind=tun tap=1 master=10 up=1 carrier=1;"
#define LOCAL  "port br-int bridge=br-int;interface br-int type=internal ofport=65534;"
#define PB_ROWS                                                                                    \
    "bridge " PB " type=netdev;port " PB " bridge=" PB ";interface " PB                            \
    " type=internal ofport=65534;port " PBP " bridge=" PB ";interface " PBP                        \
    " type=patch ofport=1 options=peer:" IBP ";port " IBP " bridge=br-int;interface " IBP          \
    " type=patch ofport=6 options=peer:" PBP " ids=iface-id:" VIF_UUID ";port " TAP " bridge=" PB  \
    ";interface " TAP " ofport=2;"

/* What was not asked of the database. */
static inline void fill_details(struct vswitch *db)
{
    for (size_t i = 0; i < db->n_interfaces; i++)
        memset(&db->interfaces[i].counters, 0xff, sizeof db->interfaces[i].counters);
}

static inline struct snapshot snapshot_of(const char *words)
{
    struct observed observed = {0};
    struct snapshot snapshot = {0};

    fixture_observe(&observed, words);
    snapshot.links = observed.links;
    snapshot.n_links = observed.n_links;
    snapshot.db = observed.db;
    fill_details(&snapshot.db);
    assert_int_equal(snapshot_index(&snapshot, NULL), 0);
    return snapshot;
}

static inline void describe(const struct snapshot *snapshot, struct graph *graph,
                            const char *document, bool own_bridge)
{
    struct plugin_options options = fixture_options();
    struct vif_wiring wiring = {0};
    struct vif_error err = {0};
    struct graph_subject subject = {&wiring, "VIFType", VM_UUID, MAC, TAP};

    options.ovs.per_port_bridge = own_bridge;
    if (fixture_describe(&options, document, VIF_GOAL_PLUG, &wiring, &err) < 0)
        fail_msg("%s", err.text);
    graph_draw_wiring(graph, snapshot, &subject);
    wiring_done(&wiring);
}

/* "VIF STATE first NAME", then each part but guests, then each edge, a line each. */
static inline char *words_of(const struct graph *graph)
{
    struct text text = {0};

    for (size_t i = 0; i < graph->n_vifs; i++)
        text_add(&text, "VIF %s, first %s\n", vif_state_name(graph->vifs[i].state),
                 graph->vifs[i].first == GRAPH_NONE ? "none"
                                                    : graph->nodes[graph->vifs[i].first].kind);
    for (size_t i = 0; i < graph->n_nodes; i++) {
        assert_int_equal(graph->nodes[i].missing, strcmp(graph->nodes[i].state, "missing") == 0);
        if (strcmp(graph->nodes[i].kind, "guest") != 0)
            text_add(&text, "%s %s %s\n", graph->nodes[i].kind, graph->nodes[i].name,
                     graph->nodes[i].state);
    }
    for (size_t i = 0; i < graph->n_edges; i++) {
        const struct graph_edge *edge = &graph->edges[i];

        text_add(&text, "%s %s %s%s\n", graph->nodes[edge->from].name, edge->kind,
                 graph->nodes[edge->to].name, edge->missing ? " missing" : "");
    }
    return text_take(&text);
}

static inline void check(struct graph *graph, const char *expected)
{
    char *words;

    assert_false(graph->failed);
    words = words_of(graph);
    assert_string_equal(words, expected);
    free(words);
    graph_done(graph);
}

static inline void check_described(const char *there, const char *document, bool own_bridge,
                                   const char *expected)
{
    struct snapshot snapshot = snapshot_of(there);
    struct graph graph = {0};

    describe(&snapshot, &graph, document, own_bridge);
    snapshot_done(&snapshot);
    check(&graph, expected);
}

/* By 'id', which leads to one VIF. */
static inline void check_found(const char *there, const char *id, const char *expected)
{
    struct snapshot snapshot = snapshot_of(there);
    struct graph graph = {0};
    struct vif_error err = {0};
    const struct snapshot_vif *vif = graph_find_vif(&snapshot, id, &err);

    if (!vif)
        fail_msg("%s", err.text);
    graph_draw_vif(&graph, &snapshot, vif);
    snapshot_done(&snapshot);
    check(&graph, expected);
}

#define GUEST(first) VM_UUID " guest " first "\n"

#endif
