/* SPDX-License-Identifier: Apache-2.0 */
/* Drawings from scenes written in words: which parts and edges a VIF consists of, there or missing,
 * found or described, and what a drawing is as JSON and DOT.  Linked with --wrap of malloc, calloc,
 * realloc, strdup and reallocarray. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "failing-alloc.h"
#include "wiring-words.h"
#include "wiring/drawing-text.h"
#include "json/json-text.h"

void *__wrap_reallocarray(void *old, size_t n, size_t size);

void *__wrap_reallocarray(void *old, size_t n, size_t size)
{
    return realloc(old, n * size); /* which fails on demand */
}

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
static void fill_details(struct vswitch *db)
{
    for (size_t i = 0; i < db->n_interfaces; i++)
        memset(&db->interfaces[i].counters, 0xff, sizeof db->interfaces[i].counters);
}

static struct scene scene_of(const char *words)
{
    struct observed observed = {0};
    struct scene scene = {0};

    fixture_observe(&observed, words);
    scene.inventory.links = observed.links;
    scene.inventory.n_links = observed.n_links;
    scene.inventory.db = observed.db;
    fill_details(&scene.inventory.db);
    assert_true(inventory_index(&scene.inventory));
    assert_int_equal(scene_prepare(&scene, NULL), 0);
    return scene;
}

static struct vif_drawing *new_drawing(void)
{
    struct vif_drawing *drawing = calloc(1, sizeof *drawing);

    assert_non_null(drawing);
    return drawing;
}

static void describe(const struct scene *scene, struct vif_drawing *drawing, const char *document,
                     bool own_bridge)
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
static char *words_of(const struct vif_drawing *drawing)
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

static void check(struct vif_drawing *drawing, const char *expected)
{
    char *words;

    assert_int_equal(drawing_finish(drawing, NULL), 0);
    words = words_of(drawing);
    assert_string_equal(words, expected);
    free(words);
    drawing_free(drawing);
}

static void check_described(const char *there, const char *document, bool own_bridge,
                            const char *expected)
{
    struct scene scene = scene_of(there);
    struct vif_drawing *drawing = new_drawing();

    describe(&scene, drawing, document, own_bridge);
    scene_done(&scene);
    check(drawing, expected);
}

/* By 'id', which leads to one VIF. */
static void check_found(const char *there, const char *id, const char *expected)
{
    struct scene scene = scene_of(there);
    struct vif_drawing *drawing = new_drawing();
    struct vif_error err = {0};
    const struct found *found = scene_find(&scene, id, &err);

    if (!found)
        fail_msg("%s", err.text);
    draw_found(&scene, drawing, found);
    scene_done(&scene);
    check(drawing, expected);
}

#define GUEST(first) VM_UUID " guest " first "\n"

static void direct(void **state)
{
    (void)state;
    check_described(DIRECT_THERE, DIRECT, false,
                    "VIF plugged, first tap\n"
                    "tap " TAP " no-carrier\nport " TAP " up\nbridge br-int up\n" TAP
                    " member br-int\n" TAP " port " TAP "\n" GUEST(TAP));
    check_described("", DIRECT, false,
                    "VIF unplugged, first tap\n"
                    "tap " TAP " missing\nport " TAP " missing\nbridge br-int missing\n" TAP
                    " member br-int missing\n" TAP " port " TAP " missing\n" GUEST(TAP));
    check_found(DIRECT_THERE, IFACE_ID,
                "VIF plugged, first tap\n"
                "port " TAP " up\nbridge br-int up\ntap " TAP " no-carrier\n" TAP
                " member br-int\n" TAP " port " TAP "\n" GUEST(TAP));
    /* Without its device the port waits, and the tap is drawn where it will be. */
    check_found(DIRECT_THERE "link " TAP " gone", IFACE_ID,
                "VIF waiting, first tap\n"
                "port " TAP " waiting\nbridge br-int up\ntap " TAP " missing\n" TAP
                " member br-int\n" TAP " port " TAP " missing\n" GUEST(TAP));
}

static void elsewhere(void **state)
{
    (void)state;
    check_described(DIRECT_THERE "bridge br-x type=netdev;port " TAP " bridge=br-x", DIRECT, false,
                    "VIF plugged, first tap\n"
                    "tap " TAP " no-carrier\nport " TAP
                    " up\nbridge br-int up\nbridge br-x up\n" TAP " member br-x\n" TAP
                    " member br-int missing\n" TAP " port " TAP "\n" GUEST(TAP));
}

static void hybrid(void **state)
{
    (void)state;
    check_described(HYBRID_THERE ON_QBR, HYBRID, false,
                    "VIF plugged, first tap\n"
                    "linux-bridge " QBR " no-carrier\nveth " QVB " no-carrier\nveth " QVO
                    " no-carrier\ntap " TAP " up\nport " QVO " up\nbridge br-int up\n" QVB
                    " pair " QVO "\n" TAP " member " QBR "\n" QBR " member " QVB "\n" QVO
                    " member br-int\n" QVO " port " QVO "\n" GUEST(TAP));
    check_found(HYBRID_THERE ON_QBR, QVB,
                "VIF plugged, first tap\n"
                "port " QVO " up\nbridge br-int up\nveth " QVO " no-carrier\nveth " QVB
                " no-carrier\nlinux-bridge " QBR " no-carrier\ntap " TAP " up\n" QVO
                " member br-int\n" QVO " port " QVO "\n" QVB " pair " QVO "\n" QBR " member " QVB
                "\n" TAP " member " QBR "\n" GUEST(TAP));
}

static void broken_hybrid(void **state)
{
    (void)state;
    /* The tap is on no bridge, and the veth end neither. */
    check_described(HYBRID_THERE ON_QBR "link " TAP " master=0;link " QVB " master=0", HYBRID,
                    false,
                    "VIF plugged, first tap\n"
                    "linux-bridge " QBR " no-carrier\nveth " QVB " no-carrier\nveth " QVO
                    " no-carrier\ntap " TAP " up\nport " QVO " up\nbridge br-int up\n" QVB
                    " pair " QVO "\n" TAP " member " QBR " missing\n" QBR " member " QVB
                    " missing\n" QVO " member br-int\n" QVO " port " QVO "\n" GUEST(TAP));
    /* The two veth ends have other peers. */
    check_described(HYBRID_THERE ON_QBR "link " QVO " peer=0;link " QVB " peer=9", HYBRID, false,
                    "VIF plugged, first tap\n"
                    "linux-bridge " QBR " no-carrier\nveth " QVB " no-carrier\nveth " QVO
                    " no-carrier\ntap " TAP " up\nport " QVO " up\nbridge br-int up\n" QVB
                    " pair " QVO " missing\n" TAP " member " QBR "\n" QBR " member " QVB "\n" QVO
                    " member br-int\n" QVO " port " QVO "\n" GUEST(TAP));
    /* Found by its port alone: os-vif's names say what should be there. */
    check_found(BR_INT_THERE QVO_PORT_THERE, IFACE_ID,
                "VIF waiting, first tap\n"
                "port " QVO " waiting\nbridge br-int up\nveth " QVO " missing\nveth " QVB
                " missing\nlinux-bridge " QBR " missing\ntap " TAP " missing\n" QVO
                " member br-int\n" QVO " port " QVO " missing\n" QVB " pair " QVO " missing\n" QBR
                " member " QVB " missing\n" TAP " member " QBR " missing\n" GUEST(TAP));
    /* The port is gone: only the aliases of the links still tell. */
    check_found(QBR_THERE VETH_THERE ON_QBR, QBR,
                "VIF unconnected, first tap\n"
                "port " QVO " missing\nveth " QVO " no-carrier\nveth " QVB
                " no-carrier\nlinux-bridge " QBR " no-carrier\ntap " TAP " up\n" QVO " port " QVO
                " missing\n" QVB " pair " QVO "\n" QBR " member " QVB "\n" TAP " member " QBR "\n");
}

#define PB_PARTS "patch " PBP " up\nbridge " PB " up\nport " TAP " up\ntap " TAP " no-carrier\n"

static void own_bridge(void **state)
{
    (void)state;
    check_found(TAP_THERE BR_INT_THERE PB_ROWS, TAP,
                "VIF plugged, first tap\n"
                "patch " IBP " up\nbridge br-int up\n" PB_PARTS IBP " member br-int\n" PBP
                " patch " IBP "\n" PB " member " PBP "\n" TAP " member " PB "\n" TAP " port " TAP
                "\n");
    check_described(TAP_THERE BR_INT_THERE PB_ROWS, DIRECT, true,
                    "VIF plugged, first tap\n"
                    "tap " TAP " no-carrier\npatch " PBP " up\nbridge " PB " up\npatch " IBP
                    " up\nbridge br-int up\nport " TAP " up\n" PB " member " PBP "\n" IBP
                    " member br-int\n" PBP " patch " IBP "\n" TAP " member " PB "\n" TAP
                    " port " TAP "\n" GUEST(TAP));
    /* A patch whose other end points elsewhere joins nothing. */
    check_described(
        TAP_THERE BR_INT_THERE PB_ROWS "interface " PBP " options=peer:ibpx", DIRECT, true,
        "VIF plugged, first tap\n"
        "tap " TAP " no-carrier\npatch " PBP " up\nbridge " PB " up\npatch " IBP
        " up\nbridge br-int up\nport " TAP " up\n" PB " member " PBP "\n" IBP " member br-int\n" PBP
        " patch " IBP " missing\n" TAP " member " PB "\n" TAP " port " TAP "\n" GUEST(TAP));
}

#define VHU "vhudc065497-3c"

static void no_link(void **state)
{
    (void)state;
    check_described(
        "bridge br-int type=netdev;port " VHU " bridge=br-int;interface " VHU
        " type=dpdkvhostuserclient ofport=3 options=vhost-server-path:/nonexistent/s "
        "ids=iface-id:" IFACE_ID,
        VIF_DOCUMENT("VIFVHostUser", "'mode':'server','path':'/nonexistent/other',", ON_BR_INT, ""),
        false,
        "VIF plugged, first vhost-user\n"
        "port " VHU " up\nbridge br-int up\nvhost-user /nonexistent/s missing\n" VHU
        " member br-int\n/nonexistent/s port " VHU " missing\n" GUEST("/nonexistent/s"));
    check_found("bridge br-int type=netdev;port vfr1 bridge=br-int;interface vfr1 type=dpdk "
                "ofport=-1 options=dpdk-devargs:0000:3b:00.0,representor=[3] ids=iface-id:one",
                "one",
                "VIF failed, first representor\n"
                "port vfr1 failed\nbridge br-int up\nrepresentor 0000:3b:00.0,representor=[3] \n"
                "vfr1 member br-int\n0000:3b:00.0,representor=[3] port vfr1\n");
}

static void check_not_found(const char *there, const char *id, enum vif_error_kind kind,
                            const char *words)
{
    struct scene scene = scene_of(there);
    struct vif_error err = {0};

    assert_null(scene_find(&scene, id, &err));
    assert_int_equal(err.kind, kind);
    assert_non_null(strstr(err.text, words));
    scene_done(&scene);
}

static void ids(void **state)
{
    static const char *const names[] = {
        VIF_UUID, IFACE_ID, "E65867E0-9340-4A7F-A256-09AF6EB7A3AA", QVO, QVB, QBR, TAP};
    struct scene scene = scene_of(HYBRID_THERE ON_QBR);
    const struct found *found;

    (void)state;
    for (size_t i = 0; i < LENGTH(names); i++)
        if (!scene_find(&scene, names[i], NULL))
            fail_msg("%s", names[i]);
    scene_done(&scene);
    check_not_found(HYBRID_THERE LOCAL, "br-int", VIF_ERROR_NOT_FOUND, "show br-int: no VIF");
    check_not_found(HYBRID_THERE, "", VIF_ERROR_NOT_FOUND, "no VIF");
    check_not_found("", "tap1", VIF_ERROR_NOT_FOUND, "no VIF");
    check_not_found("port a bridge=x;interface a ids=iface-id:one;"
                    "port b bridge=x;interface b ids=iface-id:one",
                    "one", VIF_ERROR_CONFLICT, "by their ports a and b");
    /* A VIF's own name comes before that of a part of another one. */
    scene = scene_of("port pa bridge=x;interface pa type=patch options=peer:pb ids=iface-id:one;"
                     "port pb bridge=y;interface pb type=patch options=peer:pa ids=iface-id:two");
    found = scene_find(&scene, "pb", NULL);
    assert_non_null(found);
    assert_string_equal(found->iface_id, "two");
    scene_done(&scene);
}

/* Both VIFs have the bridge, and neither alone. */
static void shared_parts(void **state)
{
    static const char there[] = "bridge br-int type=netdev;port a bridge=br-int;interface a "
                                "ids=iface-id:one;port b bridge=br-int;interface b "
                                "ids=iface-id:two";
    struct scene scene = scene_of(there);
    struct vif_drawing *drawing = new_drawing();
    size_t bridge;

    (void)state;
    for (size_t i = 0; i < scene.n_found; i++)
        draw_found(&scene, drawing, &scene.found[i]);
    draw_switch(&scene, drawing);
    scene_done(&scene);
    assert_int_equal(drawing_finish(drawing, NULL), 0);
    bridge = drawing_find(drawing, THING_BRIDGE, "br-int");
    assert_int_equal(drawing->parts[bridge].vif, VIF_NO_INDEX);
    assert_int_equal(drawing->parts[drawing_find(drawing, THING_PORT, "a")].vif, 0);
    assert_int_equal(drawing->parts[drawing_find(drawing, THING_PORT, "b")].vif, 1);
    assert_int_equal(drawing->n_parts, 5); /* two ports, two taps and one bridge */
    drawing_free(drawing);
}

static void whole_host(void **state)
{
    struct scene scene = scene_of(
        DIRECT_THERE LOCAL "bridge br-ex type=system;bridge br-lone type=system;"
                           "port int-br-ex bridge=br-int;interface int-br-ex type=patch ofport=1 "
                           "options=peer:phy-br-ex;port phy-br-ex bridge=br-ex;interface phy-br-ex "
                           "type=patch ofport=1 options=peer:int-br-ex;"
                           "port eth1 bridge=br-ex;interface eth1 ofport=2;link eth1 index=3");
    struct vif_drawing *drawing = new_drawing();

    (void)state;
    draw_found(&scene, drawing, &scene.found[0]);
    draw_switch(&scene, drawing);
    scene_done(&scene);
    check(drawing, "VIF plugged, first tap\n"
                   "port " TAP " up\nbridge br-int up\ntap " TAP " no-carrier\nbridge br-ex up\n"
                   "bridge br-lone up\nport eth1 up\ndevice eth1 down\npatch int-br-ex up\n"
                   "patch phy-br-ex up\n" TAP " member br-int\n" TAP " port " TAP
                   "\n" GUEST(TAP) "br-ex member eth1\neth1 port eth1\nbr-int member int-br-ex\n"
                                   "phy-br-ex member br-ex\nint-br-ex patch phy-br-ex\n");
}

/* ---- texts ---- */

#define EVIL "a\"b\\\\N\n\033[31m\302\233&lt;\342\200\256</svg>"

static struct vif_drawing *draw_evil(void)
{
    struct scene scene = scene_of("bridge br-int type=netdev;port a bridge=br-int;interface a "
                                  "ofport=3 ids=iface-id:one");
    struct vif_drawing *drawing = new_drawing();
    struct vswitch_interface *interface = &scene.inventory.db.interfaces[0];

    assert_int_equal(strmap_set(&interface->external_ids, "iface-id", EVIL), 0);
    assert_int_equal(strmap_set(&interface->external_ids, "vm-uuid", EVIL), 0);
    free(scene.found);
    free(scene.by_master);
    scene.found = NULL;
    scene.n_by_master = 0;
    assert_int_equal(scene_prepare(&scene, NULL), 0);
    draw_found(&scene, drawing, &scene.found[0]);
    scene_done(&scene);
    assert_int_equal(drawing_finish(drawing, NULL), 0);
    return drawing;
}

static void json(void **state)
{
    struct vif_drawing *drawing = draw_evil();
    auto_free char *text = drawing_json(drawing);
    auto_json json_t *parsed = NULL;
    const json_t *vif, *port, *edge;

    (void)state;
    assert_non_null(text);
    assert_null(strpbrk(text, "\n\033"));
    assert_null(strstr(text, "\302\233"));
    assert_int_equal(json_text_parse(text, strlen(text), LIMIT_DOCUMENT_BYTES, &parsed, NULL), 0);
    vif = json_array_get(json_object_get(parsed, "vifs"), 0);
    assert_string_equal(json_string_value(json_object_get(vif, "id")), EVIL);
    assert_string_equal(json_string_value(json_object_get(vif, "instance")), EVIL);
    assert_int_equal(json_integer_value(json_object_get(vif, "first")), 2);
    port = json_array_get(json_object_get(parsed, "parts"), 0);
    assert_string_equal(json_string_value(json_object_get(port, "kind")), "port");
    assert_int_equal(json_integer_value(json_object_get(port, "vif")), 0);
    port = json_object_get(port, "attributes");
    assert_int_equal(json_integer_value(json_object_get(port, "ofport")), 3);
    assert_string_equal(json_string_value(json_object_get(port, "iface_id")), EVIL);
    edge = json_array_get(json_object_get(parsed, "edges"), 0);
    assert_string_equal(json_string_value(json_object_get(edge, "kind")), "member");
    assert_true(json_is_false(json_object_get(edge, "missing")));
    drawing_free(drawing);
}

/* Whatever is in a name, quotes are in pairs, and a backslash is DOT's own or doubled. */
static void dot(void **state)
{
    struct vif_drawing *drawing = draw_evil();
    auto_free char *text = drawing_dot(drawing);

    (void)state;
    assert_non_null(text);
    assert_non_null(strstr(text, "label=\"a\\\"b\\\\\\\\N??[31m?&amp;lt;"));
    assert_non_null(strstr(text, "subgraph cluster_"));
    assert_non_null(strstr(text, "ofport 3"));
    assert_null(strchr(text, '\033'));
    assert_null(strstr(text, "\302\233"));
    drawing_free(drawing);
}

static void texts_that_are_not_utf8(void **state)
{
    struct vif_drawing *drawing = new_drawing();
    auto_free char *text = NULL;
    size_t part;

    (void)state;
    assert_true(drawing_part(drawing, THING_LINK, "tap", "a\xff\xc2", VIF_NO_INDEX, &part));
    drawing_set(drawing, "alias", "\xe2\x80");
    assert_int_equal(drawing_finish(drawing, NULL), 0);
    text = drawing_dot(drawing);
    assert_non_null(strstr(text, "tooltip=\"a??\\nalias: ??\""));
    drawing_free(drawing);
}

/* ---- limits ---- */

/* Ten thousand VIFs on one bridge: as many parts as there are, none twice. */
static void many(void **state)
{
    const size_t n = 10000;
    struct scene scene = {0};
    struct vswitch *db = &scene.inventory.db;
    struct vif_drawing *drawing = new_drawing();

    (void)state;
    db->ports = calloc(n, sizeof *db->ports);
    db->interfaces = calloc(n, sizeof *db->interfaces);
    assert_non_null(db->ports);
    assert_non_null(db->interfaces);
    for (size_t i = 0; i < n; i++) {
        (void)snprintf(db->ports[i].name, sizeof db->ports[i].name, "tap%05zu", i);
        (void)snprintf(db->ports[i].bridge, sizeof db->ports[i].bridge, "br-int");
        memcpy(db->interfaces[i].name, db->ports[i].name, sizeof db->ports[i].name);
        assert_int_equal(strmap_set(&db->interfaces[i].external_ids, "iface-id", db->ports[i].name),
                         0);
    }
    db->n_ports = db->n_interfaces = n;
    assert_true(inventory_index(&scene.inventory));
    assert_int_equal(scene_prepare(&scene, NULL), 0);
    for (size_t i = 0; i < scene.n_found; i++)
        draw_found(&scene, drawing, &scene.found[i]);
    draw_switch(&scene, drawing);
    scene_done(&scene);
    assert_int_equal(drawing_finish(drawing, NULL), 0);
    assert_int_equal(drawing->n_vifs, n);
    assert_int_equal(drawing->n_parts, 2 * n + 1);
    assert_int_equal(drawing->n_edges, 2 * n);
    drawing_free(drawing);
}

/* Whether the n-th allocation was there to fail. */
static bool draw_failing(const struct scene *scene, unsigned long n)
{
    struct vif_drawing *drawing = new_drawing();
    char *texts[2] = {NULL, NULL};
    struct vif_error err = {0};
    bool hit;
    int r;

    failing_alloc_set(n);
    draw_found(scene, drawing, &scene->found[0]);
    draw_switch(scene, drawing);
    r = drawing_finish(drawing, &err);
    if (r == 0) {
        texts[0] = drawing_json(drawing);
        texts[1] = drawing_dot(drawing);
    }
    hit = failing_alloc_hit();
    failing_alloc_set(0);
    assert_int_equal(hit, r < 0 || !texts[0] || !texts[1]);
    assert_int_equal(r, r < 0 ? -ENOMEM : 0);
    free(texts[0]);
    free(texts[1]);
    drawing_free(drawing);
    return hit;
}

static void memory(void **state)
{
    struct scene scene;
    unsigned long n = 1;

    (void)state;
    failing_alloc_init();
    scene = scene_of(HYBRID_THERE ON_QBR LOCAL);
    while (draw_failing(&scene, n))
        n++;
    assert_true(n > 8);
    scene_done(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(direct),     cmocka_unit_test(elsewhere),
        cmocka_unit_test(hybrid),     cmocka_unit_test(broken_hybrid),
        cmocka_unit_test(own_bridge), cmocka_unit_test(no_link),
        cmocka_unit_test(ids),        cmocka_unit_test(shared_parts),
        cmocka_unit_test(whole_host), cmocka_unit_test(json),
        cmocka_unit_test(dot),        cmocka_unit_test(texts_that_are_not_utf8),
        cmocka_unit_test(many),       cmocka_unit_test(memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
