/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of drawings share: scenes written in words, and drawings as text. */
#ifndef DRAWING_FIXTURE_H
#define DRAWING_FIXTURE_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "graph/text.h"
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

static inline struct scene scene_of(const char *words)
{
    struct observed observed = {0};
    struct scene scene = {0};

    fixture_observe(&observed, words);
    scene.snapshot.links = observed.links;
    scene.snapshot.n_links = observed.n_links;
    scene.snapshot.db = observed.db;
    fill_details(&scene.snapshot.db);
    assert_true(snapshot_index(&scene.snapshot));
    assert_int_equal(scene_prepare(&scene, NULL), 0);
    return scene;
}

static inline struct vif_drawing *new_drawing(void)
{
    struct vif_drawing *drawing = calloc(1, sizeof *drawing);

    assert_non_null(drawing);
    return drawing;
}

static inline void describe(const struct scene *scene, struct vif_drawing *drawing,
                            const char *document, bool own_bridge)
{
    struct plugin_options options = fixture_options();
    struct vif_wiring wiring = {0};
    struct vif_error err = {0};
    struct subject subject = {&wiring, "VIFType", VM_UUID, MAC, TAP};

    options.ovs.per_port_bridge = own_bridge;
    if (fixture_describe(&options, document, VIF_GOAL_PLUG, &wiring, &err) < 0)
        fail_msg("%s", err.text);
    draw_wiring(scene, drawing, &subject);
    wiring_done(&wiring);
}

/* "VIF STATE first NAME", then each part but guests, then each edge, a line each. */
static inline char *words_of(const struct vif_drawing *drawing)
{
    struct text text = {0};

    for (size_t i = 0; i < drawing->n_vifs; i++)
        text_add(&text, "VIF %s, first %s\n", drawing->vifs[i].state,
                 drawing->vifs[i].first == VIF_NO_INDEX
                     ? "none"
                     : drawing->parts[drawing->vifs[i].first].kind);
    for (size_t i = 0; i < drawing->n_parts; i++) {
        assert_int_equal(drawing->parts[i].missing,
                         strcmp(drawing->parts[i].state, "missing") == 0);
        if (strcmp(drawing->parts[i].kind, "guest") != 0)
            text_add(&text, "%s %s %s\n", drawing->parts[i].kind, drawing->parts[i].name,
                     drawing->parts[i].state);
    }
    for (size_t i = 0; i < drawing->n_edges; i++) {
        const struct vif_edge *edge = &drawing->edges[i];

        text_add(&text, "%s %s %s%s\n", drawing->parts[edge->from].name, edge->kind,
                 drawing->parts[edge->to].name, edge->missing ? " missing" : "");
    }
    return text_take(&text);
}

static inline void check(struct vif_drawing *drawing, const char *expected)
{
    char *words;

    assert_int_equal(drawing_finish(drawing, NULL), 0);
    words = words_of(drawing);
    assert_string_equal(words, expected);
    free(words);
    drawing_free(drawing);
}

static inline void check_described(const char *there, const char *document, bool own_bridge,
                                   const char *expected)
{
    struct scene scene = scene_of(there);
    struct vif_drawing *drawing = new_drawing();

    describe(&scene, drawing, document, own_bridge);
    scene_done(&scene);
    check(drawing, expected);
}

/* By 'id', which leads to one VIF. */
static inline void check_found(const char *there, const char *id, const char *expected)
{
    struct scene scene = scene_of(there);
    struct vif_drawing *drawing = new_drawing();
    struct vif_error err = {0};
    const struct snapshot_vif *found = scene_find(&scene, id, &err);

    if (!found)
        fail_msg("%s", err.text);
    draw_found(&scene, drawing, found);
    scene_done(&scene);
    check(drawing, expected);
}

#define GUEST(first) VM_UUID " guest " first "\n"

#endif
