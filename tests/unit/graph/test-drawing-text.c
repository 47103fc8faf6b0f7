/* SPDX-License-Identifier: Apache-2.0 */
/* What a drawing is as JSON and DOT, how long a large one takes, and drawing without memory.  Linked
 * with --wrap of malloc, calloc, realloc, strdup and reallocarray. */
#include "drawing-fixture.h"
#include "failing-alloc.h"

void *__wrap_reallocarray(void *old, size_t n, size_t size);

void *__wrap_reallocarray(void *old, size_t n, size_t size)
{
    return realloc(old, n * size); /* which fails on demand */
}

#define EVIL "a\"b\\\\N\n\033[31m\302\233&lt;\342\200\256</svg>"

static struct vif_drawing *draw_evil(void)
{
    struct scene scene = scene_of("bridge br-int type=netdev;port a bridge=br-int;interface a "
                                  "ofport=3 ids=iface-id:one");
    struct vif_drawing *drawing = new_drawing();
    struct vswitch_interface *interface = &scene.snapshot.db.interfaces[0];

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
    struct vswitch *db = &scene.snapshot.db;
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
    assert_true(snapshot_index(&scene.snapshot));
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
        cmocka_unit_test(json), cmocka_unit_test(dot),    cmocka_unit_test(texts_that_are_not_utf8),
        cmocka_unit_test(many), cmocka_unit_test(memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
