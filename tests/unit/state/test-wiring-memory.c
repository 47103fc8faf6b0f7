/* SPDX-License-Identifier: Apache-2.0 */
/* Describing, planning and building a transaction when memory runs out: whichever allocation fails,
 * the failure is reported and nothing leaks, which a sanitizer shows. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "failing-alloc.h"
#include "ovsdb/vswitch-txn.h"
#include "plan/diff.h"
#include "wiring-fixture.h"

#define LENGTH(rows) (sizeof(rows) / sizeof((rows)[0]))

#define EVERYTHING ",'create_port':true,'create_tap':true"
static const char *const documents[] = {
    OVS_DOCUMENT(ON_BR_INT, EVERYTHING),
    OVS_DOCUMENT(ON_TRUNK, EVERYTHING),
    BRIDGE_DOCUMENT(ON_BR_INT, ""),
    VIF_DOCUMENT("VIFVHostUser", "'mode':'client',", ON_BR_INT, ""),
};

static int set_up(void **state)
{
    (void)state;
    failing_alloc_init();
    return 0;
}

static void describe_failing(const struct vif_input *request, enum vif_goal goal, unsigned long n)
{
    struct plugin_options options = fixture_options();
    struct vif_wiring wiring = {0};
    struct vif_error err = {0};
    int r;

    failing_alloc_set(n);
    r = plugin_describe(&plugin_ovs, &options, request, goal, &wiring, &err);
    failing_alloc_set(0);
    wiring_done(&wiring);
    assert_int_equal(r, failing_alloc_hit() ? -ENOMEM : 0);
    assert_int_equal(err.kind, failing_alloc_hit() ? VIF_ERROR_NO_MEMORY : VIF_ERROR_NONE);
}

static void describing(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(documents); i++) {
        auto_vif_input struct vif_input *request = fixture_request(documents[i]);

        for (int goal = VIF_GOAL_PLUG; goal <= VIF_GOAL_UNPLUG; goal++)
            each_allocation_fails(n, 2)
                describe_failing(request, (enum vif_goal)goal, n);
    }
}

struct situation {
    const char *document;
    enum vif_goal goal;
    const char *there;
};

static const struct situation situations[] = {
    {OVS_DOCUMENT(ON_BR_INT, EVERYTHING), VIF_GOAL_PLUG, ""},
    {OVS_DOCUMENT(ON_BR_INT, EVERYTHING), VIF_GOAL_PLUG,
     DIRECT_THERE "link " TAP " gone;interface " TAP " ids="},
    {OVS_DOCUMENT(ON_BR_INT, EVERYTHING), VIF_GOAL_PLUG,
     DIRECT_THERE "link " TAP " up=0;port " TAP " bridge=br-ex bridge_uuid=x;interface " TAP
                  " type=internal"},
    {OVS_DOCUMENT(ON_BR_INT, ",'datapath_type':'netdev'"), VIF_GOAL_PLUG, "bridge br-int on=p"},
    {OVS_DOCUMENT(ON_BR_INT, EVERYTHING), VIF_GOAL_UNPLUG,
     DIRECT_THERE QBR_THERE VETH_THERE QVO_PORT_THERE},
    {OVS_DOCUMENT(ON_TRUNK, EVERYTHING), VIF_GOAL_UNPLUG,
     DIRECT_THERE "bridge tbr-1 type=system;port " TAP " bridge=tbr-1"},
    {OVS_DOCUMENT(ON_BR_INT, EVERYTHING), VIF_GOAL_PLUG,
     DIRECT_THERE "bridge pbdc065497-3c8 type=;port " TAP " bridge=pbdc065497-3c8"},
    {VIF_DOCUMENT("VIFVHostUser", "'mode':'client',", ON_BR_INT, ""), VIF_GOAL_PLUG,
     "bridge br-int type=netdev;port vhudc065497-3c bridge=br-int;interface vhudc065497-3c "
     "type=dpdkvhostuserclient options=vhost-server-path:/x"},
    {BRIDGE_DOCUMENT(ON_BR_INT, ""), VIF_GOAL_PLUG, ""},
    {BRIDGE_DOCUMENT(ON_BR_INT, ""), VIF_GOAL_PLUG,
     HYBRID_THERE "link " QVB " gone;link " QBR " stp=1 disable_ipv6=0;port " QVO
                  " gone;interface " QVO " gone;qos q-2 type=x id=" QVO_QOS_ID},
};

/* A transaction of all steps that concern the database. */
static char *transaction(const struct plan *plan, const struct vswitch *db)
{
    auto_vswitch_txn struct vswitch_txn *txn = vswitch_txn_new(db);

    for (size_t i = 0; txn && i < plan->n; i++) {
        const struct step *step = &plan->steps[i];
        struct vswitch_interface_change change = step->row_change; /* with its maps */

        change.set_mtu_request = true;
        if (step->kind == STEP_OVS_BRIDGE_ADD)
            vswitch_txn_bridge_add(txn, 0, step->name, "system");
        if (step->kind == STEP_OVS_BRIDGE_DATAPATH)
            vswitch_txn_bridge_set_datapath(txn, 0, step->old_bridge, "netdev");
        if (step->kind == STEP_OVS_BRIDGE_DELETE)
            vswitch_txn_bridge_delete(txn, 0, step->old_bridge);
        if (step->kind == STEP_PORT_ADD) {
            struct vswitch_new_port port = {.name = step->name,
                                            .type = "",
                                            .external_ids = &step->port->ids,
                                            .options = &step->port->ids,
                                            .tag = 4095,
                                            .vlan_mode = "trunk",
                                            .trunk = 4095,
                                            .qos_type = "linux-noop",
                                            .qos_id = step->port->qos_id,
                                            .qos_uuid = step->qos_uuid};

            vswitch_txn_port_add(txn, 0, step->port->bridge, &port);
        }
        if (step->kind == STEP_PORT_MOVE)
            vswitch_txn_port_move(txn, 0, step->old_port, step->old_interface, step->port->bridge);
        if (step->kind == STEP_PORT_DELETE)
            vswitch_txn_port_delete(
                txn, 0, step->old_port, step->old_interface,
                i % 2 ? strmap_get(&step->old_interface->external_ids, "iface-id") : NULL);
        if (step->kind == STEP_INTERFACE_SET)
            vswitch_txn_interface_set(txn, 0, step->old_interface, &change);
        if (step->kind == STEP_QOS_DELETE)
            vswitch_txn_qos_delete(txn, 0, step->name, step->old_port);
    }
    return txn ? vswitch_txn_json(txn, true) : NULL;
}

static void plan_failing(const struct vif_wiring *wiring, const struct observed *observed,
                         enum vif_goal goal, unsigned long n)
{
    struct plan plan = {0};
    struct vif_error err = {0};
    int r;

    failing_alloc_set(n);
    r = plan_make(wiring, observed, goal, &plan, NULL, &err);
    failing_alloc_set(0);
    assert_int_equal(r, failing_alloc_hit() ? -ENOMEM : 0);
    assert_int_equal(err.kind, failing_alloc_hit() ? VIF_ERROR_NO_MEMORY : VIF_ERROR_NONE);
    assert_int_equal(plan.n == 0, failing_alloc_hit());
    plan_done(&plan);
}

static void transaction_failing(const struct plan *plan, const struct vswitch *db, unsigned long n)
{
    auto_free char *json = NULL;

    failing_alloc_set(n);
    json = transaction(plan, db);
    failing_alloc_set(0);
    assert_int_equal(json == NULL, failing_alloc_hit());
}

/* A dry run: the plan with its differences, and these in words. */
static void words_failing(const struct vif_wiring *wiring, const struct observed *observed,
                          enum vif_goal goal, unsigned long n)
{
    struct differences differences = {0};
    struct plan plan = {0};
    struct vif_error err = {0};
    struct text text = {0};
    auto_free char *words = NULL;
    int r;

    failing_alloc_set(n);
    r = plan_make(wiring, observed, goal, &plan, &differences, &err);
    if (r == 0) {
        diff_lines(&differences, &text);
        words = text_take(&text);
    }
    failing_alloc_set(0);
    assert_int_equal(r, failing_alloc_hit() && r ? -ENOMEM : 0);
    assert_int_equal(words == NULL, failing_alloc_hit());
    assert_true(failing_alloc_hit() || differences.counted > 0);
    diff_done(&differences);
    plan_done(&plan);
}

/* A check: the rest of the differences. */
static void completing_failing(const struct vif_wiring *wiring, const struct observed *observed,
                               unsigned long n)
{
    struct differences differences = {0};
    struct vif_error err = {0};
    int r;

    failing_alloc_set(n);
    r = diff_complete(wiring, observed, true, &differences, &err);
    failing_alloc_set(0);
    assert_int_equal(r, failing_alloc_hit() ? -ENOMEM : 0);
    assert_int_equal(err.kind, failing_alloc_hit() ? VIF_ERROR_NO_MEMORY : VIF_ERROR_NONE);
    diff_done(&differences);
}

static void planning(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(situations); i++) {
        const struct situation *s = &situations[i];
        struct vif_wiring wiring = fixture_wiring(s->document, s->goal);
        struct observed observed = {0};
        struct plan plan = {0};

        fixture_observe(&observed, s->there);
        each_allocation_fails(n, 1)
            plan_failing(&wiring, &observed, s->goal, n);
        assert_int_equal(plan_make(&wiring, &observed, s->goal, &plan, NULL, NULL), 0);
        each_allocation_fails(n, 5)
            transaction_failing(&plan, &observed.db, n);
        each_allocation_fails(n, 3)
            words_failing(&wiring, &observed, s->goal, n);
        if (s->goal == VIF_GOAL_PLUG)
            each_allocation_fails(n, 0)
                completing_failing(&wiring, &observed, n);
        plan_done(&plan);
        observed_done(&observed);
        wiring_done(&wiring);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(describing),
        cmocka_unit_test(planning),
    };

    return cmocka_run_group_tests(tests, set_up, NULL);
}
