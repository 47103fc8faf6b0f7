/* SPDX-License-Identifier: Apache-2.0 */
/* Stale items from the decision on: what must be known about one, the plan of its removal, which stops
 * at anything that has changed, and what happens when memory runs out. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/text.h"
#include "failing-alloc.h"
#include "stale-host.h"

#define NOW 1000000

struct decision_row {
    enum stale_rule_index rule;
    struct stale known;
    enum stale_decision decision;
    const char *words;
};

#define GONE "its network device is gone"
#define DEAD ", and instance " VM_UUID " does not run here"
#define DEAD_GUEST(age, ovn)                                                                       \
    {                                                                                              \
        .instance = VM_UUID, .guest_known = true, .age_ms = (age), .ovn_ms = (ovn)                 \
    }

static void decisions(void **state)
{
    static const struct decision_row rows[] = {
        {STALE_RULE_PORT, DEAD_GUEST(NOW, -1), STALE_REMOVABLE, GONE DEAD},
        {STALE_RULE_PORT, DEAD_GUEST(NOW - 1, -1), STALE_YOUNG,
         GONE DEAD "; not removed: 999 s old, younger than the grace period"},
        {STALE_RULE_PORT, DEAD_GUEST(2 * NOW, 5000), STALE_YOUNG,
         GONE DEAD "; not removed: 5 s old, younger than the grace period"},
        {STALE_RULE_PORT, DEAD_GUEST(2 * NOW, NOW), STALE_REMOVABLE, GONE DEAD},
        {STALE_RULE_PORT, DEAD_GUEST(-1, -1), STALE_KEPT,
         GONE DEAD "; not removed: its age is unknown"},
        {STALE_RULE_PORT,
         {.instance = VM_UUID, .age_ms = 2 * NOW},
         STALE_KEPT,
         GONE "; not removed: it is unknown whether instance " VM_UUID " runs"},
        {STALE_RULE_PORT,
         {.instance = VM_UUID, .guest_known = true, .guest_runs = true, .age_ms = 2 * NOW},
         STALE_IN_USE,
         ""},
        {STALE_RULE_VHOST_USER_PORT,
         {.instance = VM_UUID, .guest_known = true, .socket_exists = true, .age_ms = 2 * NOW},
         STALE_IN_USE,
         ""},
        {STALE_RULE_OWN_BRIDGE, {.age_ms = NOW}, STALE_REMOVABLE, "no tap is behind it"},
        {STALE_RULE_OWN_BRIDGE,
         {.age_ms = -1},
         STALE_KEPT,
         "no tap is behind it; not removed: its age is unknown"},
        {STALE_RULE_LIBVIRT_PORT, DEAD_GUEST(NOW, -1), STALE_KEPT,
         GONE DEAD "; not removed: libvirt made it"},
        {STALE_RULE_QOS, {.age_ms = -1, .ovn_ms = -1}, STALE_REMOVABLE, "no port refers to it"},
        {STALE_RULE_QOS,
         {.age_ms = 0, .ovn_ms = -1},
         STALE_YOUNG,
         "no port refers to it; not removed: 0 s old, younger than the grace period"},
        {STALE_RULE_TAP,
         {.age_ms = -1, .ovn_ms = -1},
         STALE_REMOVABLE,
         "it is not a port, and no process has it open"},
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct stale item = rows[i].known;
        struct text text = {0};
        char *words;

        item.rule = &stale_rules[rows[i].rule];
        if (!item.ovn_ms)
            item.ovn_ms = -1;
        assert_int_equal(stale_decide(&item, NOW, &text), rows[i].decision);
        text_add(&text, "%s", "");
        words = text_take(&text);
        assert_non_null(words);
        assert_string_equal(words, rows[i].words);
        free(words);
    }
}

/* Where anything is old enough, it does not matter that an age is not known. */
static void no_grace_needs_no_age(void **state)
{
    struct stale item = {.rule = &stale_rules[STALE_RULE_OWN_BRIDGE], .age_ms = -1, .ovn_ms = -1};
    struct text text = {0};

    (void)state;
    assert_int_equal(stale_decide(&item, 0, &text), STALE_REMOVABLE);
    text_done(&text);
}

/* The plan for one stale item of 'there', carried out on 'later', which differs from it. */
static char *plan_of(const char *there, const char *later)
{
    struct host host = {0};
    struct observed observed = {0};
    struct vif_wiring wiring = {0};
    struct stale_list list = {.snapshot = &host.snapshot};
    char *words;

    set_host(&host, there);
    assert_int_equal(stale_find(&list, NULL), 0);
    assert_int_equal(list.n, 1);
    assert_int_equal(stale_wiring(&host.snapshot, list.items, &wiring, NULL), 0);
    fixture_observe(&observed, there);
    fixture_observe(&observed, later);
    words = fixture_plan_words(&wiring, &observed, VIF_GOAL_UNPLUG);
    wiring_done(&wiring);
    observed_done(&observed);
    stale_list_done(&list);
    host_done(&host);
    return words;
}

static void removal(void **state)
{
    static const struct {
        const char *there, *later, *plan;
    } rows[] = {
        {BR_INT_THERE PORT(TAP, "") TAP_ID("q1") "port " TAP " qos=q1", "",
         "remove port " TAP " from bridge br-int\nremove QoS row q1 (id " TAP_QOS_ID ")\n"},
        {BR_INT_THERE PORT(TAP, ""), "port " TAP " gone;interface " TAP " gone", ""},
        {BR_INT_THERE PORT(TAP, ""), TAP_THERE, "Conflict: " TAP " is there by now"},
        {BR_INT_THERE PORT(TAP, ""), "interface " TAP " ids=iface-id:" OTHER_ID,
         "Conflict: port " TAP " on bridge br-int belongs to another VIF (iface-id " OTHER_ID ")"},
        {OS_VIF_QBR OS_VIF_VETH, "", "delete bridge " QBR "\ndelete veth " QVB "\n"},
        {OS_VIF_QBR OS_VIF_VETH, "link " QVB " gone;link " QVO " gone", "delete bridge " QBR "\n"},
        {OS_VIF_QBR OS_VIF_VETH, "link " QVO " index=33",
         "Conflict: " QVO " is another device by now"},
        {OS_VIF_QBR OS_VIF_VETH, BARE_PORT(QVO, "br-int", ""),
         "Conflict: port " QVO " is there by now"},
        {OS_VIF_QBR, OS_VIF_VETH, "Conflict: " QVB " is there by now"},
        {TAP_THERE, "", "delete tap " TAP "\n"},
        {TAP_THERE, BARE_PORT(TAP, "br-int", ""), "Conflict: port " TAP " is there by now"},
        {TAP_ID("q1"), "", "remove QoS row q1 (id " TAP_QOS_ID ")\n"},
        {TAP_ID("q1"), TAP_ID("q2") "qos q1 gone", ""},
        {PORT(IBP, "type=patch options=peer:" PBP), "", "remove port " IBP " from bridge br-int\n"},
        {PORT(IBP, "type=patch options=peer:" PBP),
         BARE_PORT(PBP, PB, "type=patch options=peer:" IBP),
         "Conflict: port " PBP " is there by now"},
        {OWN_BRIDGE PATCH_IN PATCH_OUT OWN_TAP, "bridge " PB " counted=1 ports=3",
         "remove port " IBP " from bridge br-int\nremove bridge " PB " with its ports\n"},
        {OWN_BRIDGE PATCH_IN PATCH_OUT OWN_TAP, "bridge " PB " counted=1 ports=4",
         "Conflict: bridge " PB " has other ports by now"},
        {OWN_BRIDGE PATCH_IN PATCH_OUT OWN_TAP, TAP_THERE "bridge " PB " counted=1 ports=3",
         "Conflict: " TAP " is there by now"},
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        char *plan = plan_of(rows[i].there, rows[i].later);

        if (strcmp(plan, rows[i].plan) != 0)
            print_error("row %zu\n", i);
        assert_string_equal(plan, rows[i].plan);
        free(plan);
    }
}

#define EVERYTHING                                                                                 \
    PORT("eth3", "") TAP_ID("q1") OS_VIF_QBR OS_VIF_VETH OWN_BRIDGE PATCH_IN PATCH_OUT OWN_TAP

static void fail_at(const struct host *host, unsigned long n)
{
    struct stale_list list = {.snapshot = &host->snapshot};
    struct vif_error err = {0};
    int r;

    failing_alloc_set(n);
    r = stale_find(&list, &err);
    for (size_t i = 0; r == 0 && i < list.n; i++) {
        struct vif_wiring wiring = {0};

        r = stale_wiring(&host->snapshot, &list.items[i], &wiring, &err);
        wiring_done(&wiring);
    }
    failing_alloc_set(0);
    stale_list_done(&list);
    assert_int_equal(r, failing_alloc_hit() ? -ENOMEM : 0);
    assert_int_equal(err.kind, failing_alloc_hit() ? VIF_ERROR_NO_MEMORY : VIF_ERROR_NONE);
}

static void out_of_memory(void **state)
{
    struct host host = {0};

    (void)state;
    failing_alloc_init();
    set_host(&host, EVERYTHING);
    each_allocation_fails(n, 20)
        fail_at(&host, n);
    host_done(&host);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decisions),
        cmocka_unit_test(no_grace_needs_no_age),
        cmocka_unit_test(removal),
        cmocka_unit_test(out_of_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
