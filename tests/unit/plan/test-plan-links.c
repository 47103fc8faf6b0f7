/* SPDX-License-Identifier: Apache-2.0 */
/* Plans for links that are there anyway (physical NICs, representors), for VLANs, for addresses that
 * move with them and for forwarding rules. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "wiring-fixture.h"

#define CHECK(wiring, goal, there, rows)                                                           \
    fixture_check_plans(wiring, goal, there, rows, sizeof(rows) / sizeof((rows)[0]))

#define CONFLICT   "Conflict: "
#define REP_THERE  "link rep index=5 up=1;"
#define TAP0_THERE "link tap0 index=5 up=1 alias=was-rep;"

static struct vif_wiring_link *add_link(struct vif_wiring *wiring, enum vif_link_kind kind,
                                        const char *name)
{
    struct vif_wiring_link *link = wiring_add_link(wiring, kind, name);

    assert_non_null(link);
    strcpy(wiring->vif_id, VIF_UUID);
    link->mtu = 1500;
    return link;
}

/* A representor that is called 'now' and is to be called 'name'. */
static struct vif_wiring representor(const char *name, const char *now)
{
    struct vif_wiring wiring = {0};
    struct vif_wiring_link *link = add_link(&wiring, VIF_LINK_DEVICE, name);

    link->device.required = link->device.up = 1;
    link->on_unplug = VIF_ON_UNPLUG_DOWN;
    strcpy(link->device.rename_from, now);
    return wiring;
}

static void representor_present(void **state)
{
    static const struct plan_row rows[] = {
        {"up", "", ""},
        {"down", "link rep up=0", "set rep: up\n"},
        {"another MTU, and down", "link rep up=0 mtu=9000", "set rep: mtu 1500, up\n"},
        {"gone", "link rep gone", CONFLICT "network device rep is gone"},
        {"of another VIF", "link rep alias=other",
         CONFLICT "rep belongs to another VIF (vif " OTHER_ID ")"},
        {"someone's words are left", "link rep alias=words up=0", "set rep: up\n"},
    };
    struct vif_wiring wiring = representor("rep", "");

    (void)state;
    CHECK(&wiring, VIF_GOAL_PLUG, REP_THERE, rows);
    wiring.links[0].device.required = 0;
    CHECK(&wiring, VIF_GOAL_PLUG, "", ((const struct plan_row[]){{"not required", "", ""}}));
    wiring_done(&wiring);
}

static void representor_renamed(void **state)
{
    static const struct plan_row rows[] = {
        {"up: down first", "", "set rep: down\nset rep: renamed to tap0, up\n"},
        {"down", "link rep up=0", "set rep: renamed to tap0, up\n"},
        {"with its MTU", "link rep up=0 mtu=1400", "set rep: mtu 1500, renamed to tap0, up\n"},
        {"the name is taken", "link tap0 index=9",
         CONFLICT "rep cannot be renamed to tap0: there is another device of that name"},
        {"of another VIF", "link rep alias=other",
         CONFLICT "rep belongs to another VIF (vif " OTHER_ID ")"},
        {"gone", "link rep gone", CONFLICT "network device rep is gone"},
    };
    struct vif_wiring wiring = representor("tap0", "rep");

    (void)state;
    CHECK(&wiring, VIF_GOAL_PLUG, REP_THERE, rows);
    wiring_done(&wiring);
}

/* The alias is no part of the words of a step. */
static void alias_of_a_renamed_link(void **state)
{
    struct vif_wiring wiring = representor("tap0", "rep");
    struct observed observed = {0};
    struct plan plan = {0};
    char old_name[LIMIT_IFNAME];

    (void)state;
    fixture_observe(&observed, REP_THERE);
    assert_int_equal(plan_make(&wiring, &observed, VIF_GOAL_PLUG, &plan, NULL, NULL), 0);
    assert_int_equal(plan.n, 2);
    assert_false(plan.steps[0].set_alias);
    assert_true(plan.steps[1].set_alias);
    assert_string_equal(plan.steps[1].alias, "vif " VIF_UUID " was rep");
    assert_true(wiring_old_name(&wiring, plan.steps[1].alias, old_name));
    assert_string_equal(old_name, "rep");
    assert_false(wiring_old_name(&wiring, "vif " VIF_UUID, old_name));
    assert_false(wiring_old_name(&wiring, "vif " VIF_UUID " was a/b", old_name));
    assert_false(wiring_old_name(&wiring, "vif " OTHER_ID " was rep", old_name));
    plan_done(&plan);
    observed_done(&observed);
    wiring_done(&wiring);
}

static void representor_absent(void **state)
{
    static const struct plan_row rows[] = {
        {"renamed", "", "set tap0: down\nset tap0: renamed to rep, down\n"},
        {"never renamed", "link tap0 alias=", "set tap0: down\n"},
        {"never renamed, down", "link tap0 alias= up=0", ""},
        {"still of its old name", "link tap0 gone;link rep up=1", "set rep: down\n"},
        {"gone", "link tap0 gone", ""},
        {"of another VIF", "link tap0 alias=other",
         CONFLICT "tap0 belongs to another VIF (vif " OTHER_ID ")"},
    };
    struct vif_wiring wiring = representor("tap0", "rep");

    (void)state;
    CHECK(&wiring, VIF_GOAL_UNPLUG, TAP0_THERE, rows);
    /* A port that was not found leaves the link without a name. */
    wiring.links[0].name[0] = wiring.links[0].device.rename_from[0] = '\0';
    CHECK(&wiring, VIF_GOAL_UNPLUG, TAP0_THERE, ((const struct plan_row[]){{"no name", "", ""}}));
    wiring_done(&wiring);
}

static void tc_offload(void **state)
{
    static const struct plan_row rows[] = {
        {"there", "", "switch hw-tc-offload of rep on\n"},
        {"gone", "link rep gone", ""},
    };
    struct vif_wiring wiring = {0};
    struct vif_wiring_link *link = add_link(&wiring, VIF_LINK_DEVICE, "rep");

    (void)state;
    link->shared = link->device.enable_tc_offload = 1;
    link->on_unplug = VIF_ON_UNPLUG_KEEP;
    CHECK(&wiring, VIF_GOAL_PLUG, REP_THERE, rows);
    CHECK(&wiring, VIF_GOAL_UNPLUG, REP_THERE, ((const struct plan_row[]){{"kept", "", ""}}));
    wiring_done(&wiring);
}

static void version(void **state)
{
    static const struct plan_row rows[] = {
        {"not said", "", ""},
        {"2.8", "version 2.8.0", ""},
        {"2.10", "version 2.10.1", ""},
        {"3.1", "version 3.1.0", ""},
        {"no number", "version unknown", ""},
        {"2.7", "version 2.7.3",
         "Unsupported: Open vSwitch 2.7.3 cannot offload flows to a NIC: 2.8 or later is needed"},
        {"1.12", "version 1.12",
         "Unsupported: Open vSwitch 1.12 cannot offload flows to a NIC: 2.8 or later is needed"},
    };
    struct vif_wiring wiring = representor("rep", "");

    (void)state;
    wiring.needs_tc_offload = true;
    CHECK(&wiring, VIF_GOAL_PLUG, REP_THERE, rows);
    wiring.needs_tc_offload = false;
    CHECK(&wiring, VIF_GOAL_PLUG, REP_THERE,
          ((const struct plan_row[]){{"not needed", "version 2.7.3", ""}}));
    wiring_done(&wiring);
}

#define BRQ_THERE "link brq1 index=3 kind=bridge up=1;"
#define ETH_THERE "link eth1 index=4 up=1 master=3;"
#define LAN_THERE                                                                                  \
    BRQ_THERE ETH_THERE "link eth1 master=0;link vlan7 index=6 kind=vlan parent=4 vlan=7 up=1 "    \
                        "master=3"

static struct vif_wiring network(enum vif_link_kind kind, const char *name)
{
    struct vif_wiring wiring = {0};
    struct vif_wiring_link *link = add_link(&wiring, VIF_LINK_BRIDGE, "brq1");

    link->create = link->shared = 1;
    link->on_unplug = VIF_ON_UNPLUG_KEEP;
    link = add_link(&wiring, kind, name);
    link->create = kind == VIF_LINK_VLAN;
    link->shared = link->device.up = link->moves_addresses = 1;
    link->on_unplug = VIF_ON_UNPLUG_KEEP;
    strcpy(link->master, "brq1");
    if (kind == VIF_LINK_VLAN) {
        link->vlan.id = 7;
        strcpy(link->vlan.parent, "eth1");
    }
    return wiring;
}

static void enslaved(void **state)
{
    static const struct plan_row rows[] = {
        {"wired", "", ""},
        {"free", "link eth1 master=0", "set eth1: master brq1\n"},
        {"down", "link eth1 up=0", "set eth1: up\n"},
        {"of another MTU", "link eth1 mtu=9000", "set eth1: mtu 1500\n"},
        {"part of another bridge", "link eth1 master=77",
         CONFLICT "eth1 is part of another bridge: it is not moved to brq1"},
        {"not there", "link eth1 gone", ""},
        {"its bridge's MTU", "link brq1 mtu=9000", "set brq1: mtu 1500\n"},
        {"its bridge's attributes are left", "link brq1 stp=1 ageing=7", ""},
        {"no bridge yet", "link brq1 gone;link eth1 master=0",
         "create bridge brq1: ageing 0, forward delay 0, stp 0, multicast snooping 0\n"
         "set brq1: mtu 1500, up\nset eth1: master brq1\n"},
        {"no bridge of ours", "link brq1 kind=dummy",
         CONFLICT "brq1 is a dummy, not a bridge: not touched"},
    };
    struct vif_wiring wiring = network(VIF_LINK_DEVICE, "eth1");

    (void)state;
    CHECK(&wiring, VIF_GOAL_PLUG, BRQ_THERE ETH_THERE, rows);
    CHECK(&wiring, VIF_GOAL_UNPLUG, BRQ_THERE ETH_THERE,
          ((const struct plan_row[]){{"kept", "", ""}}));
    wiring_done(&wiring);
}

static void vlan(void **state)
{
    static const struct plan_row rows[] = {
        {"wired", "", ""},
        {"missing", "link vlan7 gone",
         "create VLAN vlan7: number 7 of eth1\nset vlan7: master brq1, up\n"},
        {"free and down", "link vlan7 master=0 up=0", "set vlan7: master brq1, up\n"},
        {"of another MTU", "link vlan7 mtu=1400", "set vlan7: mtu 1500\n"},
        {"another number", "link vlan7 vlan=8",
         CONFLICT "vlan7 is VLAN 8 of another interface, not VLAN 7 of eth1"},
        {"another parent", "link vlan7 parent=9",
         CONFLICT "vlan7 is VLAN 7 of another interface, not VLAN 7 of eth1"},
        {"no VLAN", "link vlan7 kind=dummy", CONFLICT "vlan7 is a dummy, not a vlan: not touched"},
        {"no parent", "link eth1 gone",
         CONFLICT "VLAN 7 needs interface eth1, which does not exist"},
        {"part of another bridge", "link vlan7 master=77",
         CONFLICT "vlan7 is part of another bridge: it is not moved to brq1"},
    };
    static const struct plan_row absent[] = {
        {"goes", "", "delete vlan vlan7\n"},
        {"gone", "link vlan7 gone", ""},
        {"another kind", "link vlan7 kind=dummy",
         CONFLICT "vlan7 is a dummy, not a vlan: not removed"},
    };
    struct vif_wiring wiring = network(VIF_LINK_VLAN, "vlan7");

    (void)state;
    CHECK(&wiring, VIF_GOAL_PLUG, LAN_THERE, rows);
    CHECK(&wiring, VIF_GOAL_UNPLUG, LAN_THERE, ((const struct plan_row[]){{"kept", "", ""}}));
    wiring.links[1].on_unplug = VIF_ON_UNPLUG_REMOVE;
    CHECK(&wiring, VIF_GOAL_UNPLUG, LAN_THERE, absent);
    wiring_done(&wiring);
}

/* Gives 'observed' one address on 'link', or none. */
static void put_address(struct observed *observed, const char *link, bool any)
{
    struct observed_addresses *on = calloc(1, sizeof *on);

    assert_non_null(on);
    strcpy(on->name, link);
    if (any) {
        on->list.items = calloc(1, sizeof *on->list.items);
        assert_non_null(on->list.items);
        on->list.n = 1;
        strcpy(on->list.items[0].text, "192.0.2.5/24");
    }
    observed->addresses = on;
    observed->n_addresses = 1;
}

static void expect_with_address(const struct vif_wiring *wiring, const char *difference,
                                const char *link, bool any, const char *steps)
{
    struct observed observed = {0};
    auto_free char *words = NULL;

    fixture_observe(&observed, BRQ_THERE ETH_THERE);
    fixture_observe(&observed, difference);
    put_address(&observed, link, any);
    words = fixture_plan_words(wiring, &observed, VIF_GOAL_PLUG);
    observed_done(&observed);
    assert_string_equal(words, steps);
}

static void addresses(void **state)
{
    struct vif_wiring wiring = network(VIF_LINK_DEVICE, "eth1");

    (void)state;
    expect_with_address(&wiring, "link eth1 master=0", "eth1", true,
                        "set eth1: master brq1\nmove from eth1 to brq1: 192.0.2.5/24\n");
    expect_with_address(&wiring, "", "eth1", true, "move from eth1 to brq1: 192.0.2.5/24\n");
    expect_with_address(&wiring, "", "eth1", false, "");
    expect_with_address(&wiring, "", "eth2", true, "");
    wiring.links[1].moves_addresses = 0;
    expect_with_address(&wiring, "", "eth1", true, "");
    wiring_done(&wiring);
}

static void rules(void **state)
{
    struct vif_wiring wiring = {.vif_id = VIF_UUID}, other = {.vif_id = OTHER_ID};
    struct observed_rules seen[2] = {{0}};
    struct observed observed = {.rules = seen, .n_rules = 2};
    char *words;

    (void)state;
    seen[0].wanted = wiring_add_rules(&wiring, "brq1");
    seen[1].wanted = wiring_add_rules(&other, "brq2");
    words = fixture_plan_words(&wiring, &observed, VIF_GOAL_PLUG);
    assert_string_equal(words, "make the forwarding rules of brq1\n");
    free(words);
    words = fixture_plan_words(&wiring, &observed, VIF_GOAL_UNPLUG);
    assert_string_equal(words, "");
    free(words);
    seen[0].there = true;
    words = fixture_plan_words(&wiring, &observed, VIF_GOAL_PLUG);
    assert_string_equal(words, "");
    free(words);
    wiring_done(&wiring);
    wiring_done(&other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(representor_present),
        cmocka_unit_test(representor_renamed),
        cmocka_unit_test(alias_of_a_renamed_link),
        cmocka_unit_test(representor_absent),
        cmocka_unit_test(tc_offload),
        cmocka_unit_test(version),
        cmocka_unit_test(enslaved),
        cmocka_unit_test(vlan),
        cmocka_unit_test(addresses),
        cmocka_unit_test(rules),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
