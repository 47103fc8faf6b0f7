/* SPDX-License-Identifier: Apache-2.0 */
/* A graph as JSON, DOT and trees, a large one, and one without memory. */
#include "failing-alloc.h"
#include "graph-fixture.h"
#include "libvif/report.h"

#define EVIL "a\"b\\\\N\n\033[31m\302\233&lt;\342\200\256</svg>"

static struct graph draw_evil(void)
{
    struct snapshot snapshot =
        snapshot_of("bridge br-int type=netdev;port a bridge=br-int;interface a "
                    "ofport=3 ids=iface-id:one");
    struct graph graph = {0};
    struct vswitch_interface *interface = &snapshot.db.interfaces[0];

    assert_int_equal(strmap_set(&interface->external_ids, "iface-id", EVIL), 0);
    assert_int_equal(strmap_set(&interface->external_ids, "vm-uuid", EVIL), 0);
    free(snapshot.vifs);
    assert_int_equal(snapshot_find_vifs(&snapshot, NULL), 0);
    graph_draw_vif(&graph, &snapshot, &snapshot.vifs[0]);
    snapshot_done(&snapshot);
    assert_false(graph.failed);
    return graph;
}

static void json(void **state)
{
    auto_report struct vif_report *report = report_new(&op_show);
    auto_json json_t *parsed = NULL;
    const char *text;
    const json_t *vif, *port, *edge;

    (void)state;
    assert_non_null(report);
    report->graph = draw_evil();
    assert_int_equal(show_fill_reply(report, NULL), 0);
    text = vif_report_json(report);
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
}

/* Whatever is in a name, quotes are in pairs, and a backslash is DOT's own or doubled. */
static void dot(void **state)
{
    struct graph graph = draw_evil();
    auto_free char *text = graph_dot(&graph);

    (void)state;
    assert_non_null(text);
    assert_non_null(strstr(text, "label=\"a\\\"b\\\\\\\\N??[31m?&amp;lt;"));
    assert_non_null(strstr(text, "subgraph cluster_"));
    assert_non_null(strstr(text, "ofport 3"));
    assert_null(strchr(text, '\033'));
    assert_null(strstr(text, "\302\233"));
    graph_done(&graph);
}

#define VIF_LINE                                                                                   \
    "VIF a\"b\\\\N\\x0a\\x1b[31m\\xc2\\x9b&lt;\\xe2\\x80\\xae</svg>  waiting for its network "     \
    "device\n"

static void tree(void **state)
{
    struct graph graph = draw_evil();
    auto_free char *plain = graph_tree(&graph, 0, 100);
    auto_free char *coloured = graph_tree(&graph, VIF_TREE_UTF8 | VIF_TREE_COLOUR, 100);

    (void)state;
    assert_non_null(plain);
    assert_memory_equal(plain, VIF_LINE, strlen(VIF_LINE));
    assert_null(strchr(plain, '\033'));
    assert_non_null(strstr(coloured, "  \033[33mwaiting for its network device\033[0m\n"));
    assert_non_null(strstr(coloured, "└─ a  tap  \033[31mmissing\033[0m\n"));
    graph_done(&graph);
}

static void texts_that_are_not_utf8(void **state)
{
    struct graph graph = {0};
    auto_free char *text = NULL;
    size_t part;

    (void)state;
    assert_true(graph_add_node(&graph, GRAPH_LINK, "tap", "a\xff\xc2", GRAPH_NONE, &part));
    graph_set(&graph, "alias", "\xe2\x80");
    assert_false(graph.failed);
    text = graph_dot(&graph);
    assert_non_null(strstr(text, "tooltip=\"a??\\nalias: ??\""));
    graph_done(&graph);
}

/* ---- limits ---- */

/* Ten thousand VIFs on one bridge: as many parts as there are, none twice. */
static void many(void **state)
{
    const size_t n = 10000;
    struct snapshot snapshot = {0};
    struct vswitch *db = &snapshot.db;
    struct graph graph = {0};

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
    assert_int_equal(snapshot_index(&snapshot, NULL), 0);
    for (size_t i = 0; i < snapshot.n_vifs; i++)
        graph_draw_vif(&graph, &snapshot, &snapshot.vifs[i]);
    graph_draw_switch(&graph, &snapshot);
    snapshot_done(&snapshot);
    assert_false(graph.failed);
    assert_int_equal(graph.n_vifs, n);
    assert_int_equal(graph.n_nodes, 2 * n + 1);
    assert_int_equal(graph.n_edges, 2 * n);
    graph_done(&graph);
}

static void draw_failing(const struct snapshot *snapshot, unsigned long n)
{
    struct graph graph = {0};
    char *texts[2] = {NULL, NULL};

    failing_alloc_set(n);
    graph_draw_vif(&graph, snapshot, &snapshot->vifs[0]);
    graph_draw_switch(&graph, snapshot);
    if (!graph.failed) {
        texts[0] = graph_dot(&graph);
        texts[1] = graph_tree(&graph, 0, 100);
    }
    failing_alloc_set(0);
    assert_int_equal(failing_alloc_hit(), graph.failed || !texts[0] || !texts[1]);
    for (size_t i = 0; i < LENGTH(texts); i++)
        free(texts[i]);
    graph_done(&graph);
}

static void memory(void **state)
{
    struct snapshot snapshot;

    (void)state;
    failing_alloc_init();
    snapshot = snapshot_of(HYBRID_THERE ON_QBR LOCAL);
    each_allocation_fails(n, 8)
        draw_failing(&snapshot, n);
    snapshot_done(&snapshot);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json), cmocka_unit_test(dot),
        cmocka_unit_test(tree), cmocka_unit_test(texts_that_are_not_utf8),
        cmocka_unit_test(many), cmocka_unit_test(memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
