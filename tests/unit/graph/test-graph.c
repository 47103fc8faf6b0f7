/* SPDX-License-Identifier: Apache-2.0 */
/* Graphs of snapshots written in words: the nodes and edges of a VIF, present or missing, on the host or
 * described. */
#include "graph-fixture.h"

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
    struct snapshot snapshot = snapshot_of(there);
    struct vif_error err = {0};

    assert_null(graph_find_vif(&snapshot, id, &err));
    assert_int_equal(err.kind, kind);
    assert_non_null(strstr(err.text, words));
    snapshot_done(&snapshot);
}

static void ids(void **state)
{
    static const char *const names[] = {
        VIF_UUID, IFACE_ID, "E65867E0-9340-4A7F-A256-09AF6EB7A3AA", QVO, QVB, QBR, TAP};
    struct snapshot snapshot = snapshot_of(HYBRID_THERE ON_QBR);
    const struct snapshot_vif *found;

    (void)state;
    for (size_t i = 0; i < LENGTH(names); i++)
        if (!graph_find_vif(&snapshot, names[i], NULL))
            fail_msg("%s", names[i]);
    snapshot_done(&snapshot);
    check_not_found(HYBRID_THERE LOCAL, "br-int", VIF_ERROR_NOT_FOUND, "show br-int: no VIF");
    check_not_found(HYBRID_THERE, "", VIF_ERROR_NOT_FOUND, "no VIF");
    check_not_found("", "tap1", VIF_ERROR_NOT_FOUND, "no VIF");
    check_not_found("port a bridge=x;interface a ids=iface-id:one;"
                    "port b bridge=x;interface b ids=iface-id:one",
                    "one", VIF_ERROR_CONFLICT, "matches ports a and b; name one");
    /* A VIF's own name comes before that of a part of another one. */
    snapshot =
        snapshot_of("port pa bridge=x;interface pa type=patch options=peer:pb ids=iface-id:one;"
                    "port pb bridge=y;interface pb type=patch options=peer:pa ids=iface-id:two");
    found = graph_find_vif(&snapshot, "pb", NULL);
    assert_non_null(found);
    assert_string_equal(found->iface_id, "two");
    snapshot_done(&snapshot);
}

/* Both VIFs have the bridge, and neither alone. */
static void shared_parts(void **state)
{
    static const char there[] = "bridge br-int type=netdev;port a bridge=br-int;interface a "
                                "ids=iface-id:one;port b bridge=br-int;interface b "
                                "ids=iface-id:two";
    struct snapshot snapshot = snapshot_of(there);
    struct graph graph = {0};
    size_t bridge;

    (void)state;
    for (size_t i = 0; i < snapshot.n_vifs; i++)
        graph_draw_vif(&graph, &snapshot, &snapshot.vifs[i]);
    graph_draw_switch(&graph, &snapshot);
    snapshot_done(&snapshot);
    assert_false(graph.failed);
    bridge = graph_find(&graph, GRAPH_BRIDGE, "br-int");
    assert_int_equal(graph.nodes[bridge].vif, GRAPH_NONE);
    assert_int_equal(graph.nodes[graph_find(&graph, GRAPH_PORT, "a")].vif, 0);
    assert_int_equal(graph.nodes[graph_find(&graph, GRAPH_PORT, "b")].vif, 1);
    assert_int_equal(graph.n_nodes, 5); /* two ports, two taps and one bridge */
    graph_done(&graph);
}

static void whole_host(void **state)
{
    struct snapshot snapshot = snapshot_of(
        DIRECT_THERE LOCAL "bridge br-ex type=system;bridge br-lone type=system;"
                           "port int-br-ex bridge=br-int;interface int-br-ex type=patch ofport=1 "
                           "options=peer:phy-br-ex;port phy-br-ex bridge=br-ex;interface phy-br-ex "
                           "type=patch ofport=1 options=peer:int-br-ex;"
                           "port eth1 bridge=br-ex;interface eth1 ofport=2;link eth1 index=3");
    struct graph graph = {0};

    (void)state;
    graph_draw_vif(&graph, &snapshot, &snapshot.vifs[0]);
    graph_draw_switch(&graph, &snapshot);
    snapshot_done(&snapshot);
    check(&graph, "VIF plugged, first tap\n"
                  "port " TAP " up\nbridge br-int up\ntap " TAP " no-carrier\nbridge br-ex up\n"
                  "bridge br-lone up\nport eth1 up\ndevice eth1 down\npatch int-br-ex up\n"
                  "patch phy-br-ex up\n" TAP " member br-int\n" TAP " port " TAP
                  "\n" GUEST(TAP) "br-ex member eth1\neth1 port eth1\nbr-int member int-br-ex\n"
                                  "phy-br-ex member br-ex\nint-br-ex patch phy-br-ex\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(direct),     cmocka_unit_test(elsewhere),
        cmocka_unit_test(hybrid),     cmocka_unit_test(broken_hybrid),
        cmocka_unit_test(own_bridge), cmocka_unit_test(no_link),
        cmocka_unit_test(ids),        cmocka_unit_test(shared_parts),
        cmocka_unit_test(whole_host),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
