/* SPDX-License-Identifier: Apache-2.0 */
/* What a caller is told while a call is under way: the result of each VIF when it is known and not
 * when the last one is, and stages that mean what their comments say. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/text.h"
#include "engine/phases.h"
#include "ovsdb-session.h"

#define ID    "dc065497-3c8d-4f44-8fb4-e1d33c16a536"
#define OTHER "0a1b2c3d-0000-4000-8000-0123456789ab"

/* ---- through the library, with VIFs that someone else wires: no database is asked, no file made
 * ---- */

struct heard {
    struct text words;
    struct vif_report *report;
    const struct vif_result *results[4];
};

static void hear_progress(void *data, const struct vif_progress *progress)
{
    struct heard *heard = data;

    text_add(&heard->words, "%s %zu/%zu;", vif_stage_name(progress->stage), progress->done,
             progress->total);
}

static void hear_result(void *data, const struct vif_result *result)
{
    struct heard *heard = data;

    assert_null(heard->results[result->index]);
    heard->results[result->index] = result;
    text_add(&heard->words, "%zu %s;", result->index, vif_state_name(result->state));
}

static void add(struct vif_batch *batch, const char *text)
{
    struct vif_error err = {0};

    assert_int_equal(vif_batch_add(batch, "in", text, strlen(text), &err), 0);
}

#define NOOP(id)                                                                                   \
    "{\"vif\":{\"type\":\"VIFVHostUser\",\"plugin\":\"noop\",\"id\":\"" id                         \
    "\",\"mode\":\"client\",\"path\":\"/x\"}}"

typedef int call_fn(struct vif_host *host, const struct vif_batch *batch,
                    const struct vif_call_options *options, struct vif_report **ret_report,
                    struct vif_error *err);

/* What is reported of a good VIF between two bad ones. */
static void check_call(call_fn *call, int dry_run, const char *expected)
{
    struct heard heard = {0};
    char config[] = "/tmp/vif-test-progress.XXXXXX";
    auto_close int fd = mkstemp(config);
    const struct vif_host_options host_options = {
        .size = sizeof host_options, .config_file = config, .ovsdb = "unix:/nonexistent/db.sock"};
    const struct vif_call_options options = {
        .size = sizeof options,
        .wait = VIF_WAIT_NONE,
        .dry_run = dry_run,
        .progress = hear_progress,
        .result = hear_result,
        .data = &heard,
    };
    struct vif_host *host = NULL;
    struct vif_batch *batch = NULL;
    struct vif_error err = {0};

    assert_true(fd >= 0);
    assert_int_equal(vif_host_open(&host_options, &host, &err), 0);
    assert_int_equal(unlink(config), 0);
    assert_int_equal(vif_batch_new(&batch, &err), 0);
    add(batch, "7");
    add(batch, NOOP(ID));
    add(batch, "{\"vif\":{\"type\":\"VIFBridge\",\"id\":\"" OTHER "\"}}");
    assert_int_equal(call(host, batch, &options, &heard.report, &err), 0);
    assert_string_equal(heard.words.data ? heard.words.data : "", expected);
    for (size_t i = 0; i < 3; i++)
        assert_ptr_equal(heard.results[i], vif_report_result(heard.report, i));
    text_done(&heard.words);
    vif_report_free(heard.report);
    vif_batch_free(batch);
    vif_host_close(host);
}

static void what_does_not_decode_is_told_before_anything_is_done(void **state)
{
    (void)state;
    check_call(vif_host_check, 0, "0 failed;2 failed;lock 0/1;observe 0/1;1 wired;finished 3/3;");
    check_call(vif_host_plug, 1, "0 failed;2 failed;observe 0/1;1 planned;finished 3/3;");
    check_call(vif_host_unplug, 1, "0 failed;2 failed;observe 0/1;1 planned;finished 3/3;");
}

static void names_of_stages(void **state)
{
    static const char *const names[] = {"lock", "observe", "links", "commit",  "switch",
                                        "wait", "agent",   "undo",  "finished"};

    (void)state;
    for (int i = VIF_STAGE_LOCK; i <= VIF_STAGE_FINISHED; i++)
        assert_string_equal(vif_stage_name((enum vif_stage)i), names[i]);
    assert_string_equal(vif_stage_name((enum vif_stage)99), "unknown");
}

/* ---- waiting for OVN ---- */

#define IDS(pairs) "\"external_ids\":[\"map\",[" pairs "]]"
#define INSTALLED  "[\"ovn-installed\",\"true\"]"
#define ROW(name)  "{\"initial\":{\"name\":\"" name "\"," IDS("") "}}"
#define UPDATE2(rows)                                                                              \
    "{\"id\":null,\"method\":\"update2\",\"params\":[1,{\"Interface\":{" rows "}}]}"
/* What sets the mark and, the next time, takes it away. */
#define TOGGLE(uuid) "\"" uuid "\":{\"modify\":{" IDS(INSTALLED) "}}"

/* Ports a and b are of VIF 0, c is of VIF 1; VIF 2 has a port whose device is not there. */
static struct fake_action script[] = {
    ACCEPT,
    EXPECT("monitor_cond"),
    ANSWER("{\"Interface\":{\"u1\":" ROW("a") ",\"u2\":" ROW("b") ",\"u3\":" ROW("c") "}}"),
    SEND(UPDATE2(TOGGLE("u1"))),
    SEND(UPDATE2(TOGGLE("u1"))), /* taken away: VIF 0 needs both at the same time */
    SEND(UPDATE2(TOGGLE("u2"))),
    SEND(UPDATE2(TOGGLE("u3"))), /* VIF 1 is done with ... */
    SEND(UPDATE2(TOGGLE("u3"))), /* ... whatever comes then */
    SEND(UPDATE2(TOGGLE("u1"))),
    EXPECT("monitor_cancel"),
    GONE,
    END,
};

static void hear_stage(void *data, enum vif_stage stage, size_t done, size_t total)
{
    struct text *words = data;

    text_add(words, "%s %zu/%zu;", vif_stage_name(stage), done, total);
}

static void hear_told(void *data, size_t i)
{
    struct text *words = data;

    text_add(words, "told %zu;", i);
}

static void add_port(struct vif_wiring *wiring, const char *name)
{
    struct vif_wiring_port *port = wiring_add_port(wiring, name, "br-int");

    assert_non_null(port);
    port->create = true;
    assert_int_equal(strmap_set(&port->ids, "iface-id", ID), 0);
}

/* Four VIFs; the last is in this state. */
static void check_agent(enum job_state last, const char *expected)
{
    static const char *const ports[][2] = {{"a", "b"}, {"c", NULL}, {"d", NULL}};
    struct vif_wiring wirings[4] = {0};
    struct job jobs[4] = {0};
    struct outcome outcomes[4] = {0};
    struct text words = {0};
    const struct reconcile_hooks hooks = {hear_stage, hear_told, &words};
    struct reconcile_options options = {.wait = VIF_WAIT_OVN, .hooks = &hooks};
    struct engine engine = {0};
    struct batch batch = {
        .engine = &engine, .options = &options, .outcomes = outcomes, .jobs = jobs, .n = 4};
    struct session s;

    begin(&s, script);
    engine.db = s.client;
    options.until = s.until;
    for (size_t i = 0; i < 4; i++) {
        jobs[i].index = i;
        jobs[i].wiring = &wirings[i];
        jobs[i].state = i < 3 ? JOB_COMMITTED : last;
        for (size_t p = 0; i < 3 && p < 2 && ports[i][p]; p++)
            add_port(&wirings[i], ports[i][p]);
    }
    jobs[2].waiting = true;
    wait_agent(&batch);
    assert_string_equal(words.data, expected);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(jobs[i].state, JOB_FINISHED);
    assert_int_equal(outcomes[2].state, VIF_STATE_WAITING);
    for (size_t i = 0; i < 4; i++)
        wiring_done(&wirings[i]);
    text_done(&words);
    end(&s);
}

static void each_vif_is_told_when_its_own_ports_are_wired(void **state)
{
    (void)state;
    check_agent(JOB_FAILED,
                "told 2;agent 0/3;agent 1/3;agent 1/3;agent 2/3;told 1;agent 3/3;told 0;");
}

/* While a VIF has yet to be looked at again nobody is promised that the call only waits. */
static void stage_is_another_while_more_is_to_be_changed(void **state)
{
    (void)state;
    check_agent(JOB_PENDING,
                "told 2;switch 0/3;switch 1/3;switch 1/3;switch 2/3;told 1;switch 3/3;told 0;");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_does_not_decode_is_told_before_anything_is_done),
        cmocka_unit_test(names_of_stages),
        cmocka_unit_test(each_vif_is_told_when_its_own_ports_are_wired),
        cmocka_unit_test(stage_is_another_while_more_is_to_be_changed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
