/* SPDX-License-Identifier: Apache-2.0 */
/* Findings as programs see them: status, JSON, words of others made harmless; lists that are long; and
 * a doctor without memory. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "doctor/doctor.h"
#include "failing-alloc.h"
#include "json/json-text.h"

static struct pool pool;

static struct vif_findings *new_findings(void)
{
    struct vif_findings *findings = calloc(1, sizeof *findings);

    assert_non_null(findings);
    findings->pool = &pool;
    return findings;
}

static void free_findings(struct vif_findings *findings)
{
    free(findings->items);
    free(findings);
    pool_done(&pool);
}

static void a_growing_list(void **state)
{
    struct vif_findings *findings = new_findings();

    (void)state;
    findings_add(findings, "a", VIF_FINDING_OK, "good");
    findings_add(findings, "b", VIF_FINDING_FAIL, "say \"%s\"", "no");
    findings_advise(findings, "first");
    findings_advise(findings, "do %d things", 2);
    assert_int_equal(findings->n, 2);
    assert_string_equal(findings->items[0].advice, "");
    assert_string_equal(findings->items[1].check, "b");
    assert_string_equal(findings->items[1].text, "say \"no\"");
    assert_string_equal(findings->items[1].advice, "do 2 things");
    free_findings(findings);

    assert_string_equal(vif_finding_level_name(VIF_FINDING_OK), "ok");
    assert_string_equal(vif_finding_level_name(VIF_FINDING_INFO), "info");
    assert_string_equal(vif_finding_level_name(VIF_FINDING_WARN), "warn");
    assert_string_equal(vif_finding_level_name(VIF_FINDING_FAIL), "fail");
    assert_string_equal(vif_finding_level_name((enum vif_finding_level)99), "unknown");
}

static void words_of_others_are_harmless(void **state)
{
    struct vif_findings *findings = new_findings();

    (void)state;
    findings_add(findings, "a", VIF_FINDING_OK, "%s",
                 "a\nb\033[31mc\x7f"
                 "d\xc2\x9b"
                 "e\xc3\xa9\xc2");
    assert_string_equal(findings->items[0].text, "a b [31mc d  e\xc3\xa9\xc2");
    findings_advise(findings, "%s", "x\ty");
    assert_string_equal(findings->items[0].advice, "x y");
    free_findings(findings);
}

/* --- long lists --- */

#define MANY 50

static struct doctor_facts many_things(void)
{
    struct doctor_facts facts = {
        .vs = {.has_row = true, .interfaces = calloc(MANY, sizeof *facts.vs.interfaces)},
        .directories = calloc(MANY, sizeof *facts.directories),
    };

    facts.system.pfs = calloc(MANY, sizeof *facts.system.pfs);
    assert_true(facts.vs.interfaces && facts.directories && facts.system.pfs);
    facts.system.n_pfs = facts.n_directories = facts.vs.n_interfaces = MANY;
    for (size_t i = 0; i < MANY; i++) {
        struct vswitch_interface *interface = &facts.vs.interfaces[i];

        (void)snprintf(interface->name, sizeof interface->name, "tap%zu", i);
        interface->error = calloc(1, 5000);
        facts.directories[i].path = strdup("/run/x");
        assert_true(interface->error && facts.directories[i].path);
        memset(interface->error, 'e', 4999);
    }
    return facts;
}

static size_t count(const struct vif_findings *findings, const char *check, const char **ret_last)
{
    size_t n = 0;

    for (size_t i = 0; i < findings->n; i++) {
        const struct vif_finding *finding = &findings->items[i];

        if (strcmp(finding->check, check) == 0) {
            *ret_last = finding->text;
            n++;
        }
    }
    return n;
}

static void long_lists_stay_on_a_page(void **state)
{
    struct vif_findings *findings = new_findings();
    struct doctor_facts facts = many_things();
    const char *last = "";

    (void)state;
    doctor_check(&facts, findings);
    assert_int_equal(count(findings, "hw-offload", &last), DOCTOR_LINES + 1);
    assert_string_equal(last, "and 42 more NICs with VFs");
    assert_int_equal(count(findings, "vhost-user", &last), DOCTOR_LINES + 1);
    assert_string_equal(last, "and 42 more directories");
    assert_int_equal(count(findings, "interfaces", &last), 1);
    assert_non_null(strstr(last, "50 of 50"));
    assert_non_null(strstr(last, "; and 47 more"));
    assert_true(strlen(last) < 700);
    doctor_facts_done(&facts);
    free_findings(findings);
}

/* --- without memory --- */

static void judging_without_memory(void **state)
{
    struct doctor_facts facts = many_things();

    (void)state;
    assert_int_equal(strmap_set(&facts.vs.datapath_types, "netdev", ""), 0);
    each_allocation_fails(n, 5) {
        struct vif_findings *findings = new_findings();

        failing_alloc_set(n);
        doctor_check(&facts, findings);
        failing_alloc_set(0);
        assert_int_equal(findings->failed, failing_alloc_hit());
        free_findings(findings);
    }
    doctor_facts_done(&facts);
}

static void doctor_without_memory(void **state)
{
    struct vif_host_options options = {.size = sizeof options, .ovsdb = "unix:/nonexistent/sock"};
    struct vif_report *report = NULL;
    struct vif_host *host = NULL;
    int r = -1;

    (void)state;
    assert_int_equal(vif_host_open(&options, &host, NULL), 0);
    each_allocation_fails(n, 5) {
        struct vif_error err = {0};

        failing_alloc_set(n);
        r = vif_host_doctor(host, NULL, &report, &err);
        failing_alloc_set(0);
        /* What a feature cannot be asked without is told as one that is not known. */
        if (r == 0 && failing_alloc_hit()) {
            vif_report_free(report);
            report = NULL;
        } else if (r < 0) {
            assert_int_equal(r, -ENOMEM);
            assert_int_equal(err.kind, VIF_ERROR_NO_MEMORY);
            assert_null(report);
        }
    }
    assert_int_equal(r, 0);
    assert_int_equal(vif_report_status(report), 3);
    vif_report_free(report);
    vif_host_close(host);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_growing_list),
        cmocka_unit_test(words_of_others_are_harmless),
        cmocka_unit_test(long_lists_stay_on_a_page),
        cmocka_unit_test(judging_without_memory),
        cmocka_unit_test(doctor_without_memory),
    };

    failing_alloc_init();
    return cmocka_run_group_tests_name("findings", tests, NULL, NULL);
}
