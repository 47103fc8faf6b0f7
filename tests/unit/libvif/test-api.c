/* SPDX-License-Identifier: Apache-2.0 */
/* The public functions in the hands of a careless caller: forgotten sizes, options of a newer
 * library, missing handles. */
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
#include <vif/vif.h>

#include "base/cleanup.h"

#define ID  "dc065497-3c8d-4f44-8fb4-e1d33c16a536"
#define MAC "fa:16:3e:00:00:01"

struct session {
    char config[64];
    struct vif_host *host;
    struct vif_batch *batch;
    struct vif_error err;
};

static void begin(struct session *s)
{
    const struct vif_host_options options = {
        .size = sizeof options, .config_file = s->config, .ovsdb = "unix:/nonexistent/db.sock"};
    int fd;

    *s = (struct session){.config = "/tmp/vif-test-api.XXXXXX"};
    fd = mkstemp(s->config);
    assert_true(fd >= 0);
    (void)close(fd);
    assert_int_equal(vif_host_open(&options, &s->host, &s->err), 0);
    assert_int_equal(vif_batch_new(&s->batch, &s->err), 0);
}

static void end(struct session *s)
{
    (void)unlink(s->config);
    vif_batch_free(s->batch);
    vif_host_close(s->host);
}

/* ---- options ---- */

typedef int call_fn(struct session *s, const void *options);

#define REPORT_CALL(name, ...)                                                                     \
    static int name(struct session *s, const void *options)                                        \
    {                                                                                              \
        struct vif_report *report = NULL;                                                          \
        int r = vif_host_##name(s->host, __VA_ARGS__ options, &report, &s->err);                   \
                                                                                                   \
        assert_int_equal(report == NULL, r < 0);                                                   \
        vif_report_free(report);                                                                   \
        return r;                                                                                  \
    }
REPORT_CALL(plug, s->batch, )
REPORT_CALL(unplug, s->batch, )
REPORT_CALL(check, s->batch, )
REPORT_CALL(repair, s->batch, )
REPORT_CALL(show, s->batch, )
REPORT_CALL(list, )
REPORT_CALL(prune, )
REPORT_CALL(doctor, )

static int host_info(struct session *s, const void *options)
{
    char *text = NULL;
    int r = vif_host_info(s->host, options, &text, &s->err);

    vif_string_free(text);
    return r;
}

static int open_host(struct session *s, const void *options)
{
    struct vif_host *host = NULL;
    int r = vif_host_open(options, &host, &s->err);

    vif_host_close(host);
    return r;
}

static int add_port(struct session *s, const void *options)
{
    return vif_batch_add_port(s->batch, options, &s->err);
}

static const struct {
    const char *name;
    call_fn *call;
    size_t size;
} calls[] = {
    {"plug", plug, sizeof(struct vif_call_options)},
    {"unplug", unplug, sizeof(struct vif_call_options)},
    {"check", check, sizeof(struct vif_call_options)},
    {"repair", repair, sizeof(struct vif_call_options)},
    {"show", show, sizeof(struct vif_show_options)},
    {"list", list, sizeof(struct vif_list_options)},
    {"prune", prune, sizeof(struct vif_prune_options)},
    {"doctor", doctor, sizeof(struct vif_doctor_options)},
    {"host info", host_info, sizeof(struct vif_info_options)},
    {"open", open_host, sizeof(struct vif_host_options)},
    {"add port", add_port, sizeof(struct vif_port)},
};
#define N_CALLS (sizeof calls / sizeof calls[0])

static void a_size_that_is_forgotten_or_too_small(void **state)
{
    struct session s;

    (void)state;
    begin(&s);
    for (size_t i = 0; i < N_CALLS; i++)
        for (size_t size = 0; size < calls[i].size; size++) {
            size_t options[64] = {size};

            s.err = (struct vif_error){0};
            if (calls[i].call(&s, options) != -EINVAL)
                fail_msg("%s takes a size of %zu", calls[i].name, size);
            assert_int_equal(s.err.kind, VIF_ERROR_INVALID);
            assert_non_null(strstr(s.err.text, "'size' is"));
        }
    assert_int_equal(vif_batch_count(s.batch), 0);
    end(&s);
}

/* What the size decides on: nothing is plugged for real, and the policy is not dropped. */
static void a_forgotten_size_never_changes_anything(void **state)
{
    const struct vif_call_options dry = {.dry_run = 1};
    const struct vif_prune_options dry_prune = {.remove = 1, .dry_run = 1};
    const struct vif_host_options policy = {.enforce_policy = 1};
    struct session s;

    (void)state;
    begin(&s);
    assert_int_equal(plug(&s, &dry), -EINVAL);
    assert_int_equal(unplug(&s, &dry), -EINVAL);
    assert_int_equal(repair(&s, &dry), -EINVAL);
    assert_int_equal(prune(&s, &dry_prune), -EINVAL);
    assert_int_equal(open_host(&s, &policy), -EINVAL);
    end(&s);
}

static void options_of_a_newer_library(void **state)
{
    struct session s;

    (void)state;
    begin(&s);
    for (size_t i = 0; i < N_CALLS; i++) {
        size_t options[64] = {calls[i].size + 8};

        memset((char *)options + calls[i].size, 0, 8);
        ((char *)options)[calls[i].size + 7] = 1;
        s.err = (struct vif_error){0};
        if (calls[i].call(&s, options) != -E2BIG)
            fail_msg("%s takes an option that it does not know", calls[i].name);
        assert_int_equal(s.err.kind, VIF_ERROR_INVALID);
    }
    {
        /* Set to zero, an option that is not known does not matter. */
        size_t options[64] = {sizeof(struct vif_info_options) + 8};

        assert_int_equal(host_info(&s, options), 0);
    }
    end(&s);
}

static void values_that_are_not_known(void **state)
{
    struct vif_call_options options = {.size = sizeof options};
    struct vif_list_options states = {.size = sizeof states, .state = (enum vif_state)99};
    struct session s;

    (void)state;
    begin(&s);
    options.wait = (enum vif_wait)4;
    assert_int_equal(plug(&s, &options), -EINVAL);
    assert_string_equal(s.err.text, "option 'wait': there is no value 4");
    options.wait = VIF_WAIT_NONE;
    options.on_timeout = (enum vif_on_timeout)2;
    assert_int_equal(repair(&s, &options), -EINVAL);
    assert_string_equal(s.err.text, "option 'on_timeout': there is no value 2");
    assert_int_equal(list(&s, &states), -EINVAL);
    states.state = VIF_STATE_WIRED;
    assert_int_equal(list(&s, &states), -EINVAL);
    assert_non_null(strstr(s.err.text, "no listed VIF is \"wired\""));
    end(&s);
}

/* ---- NULL ---- */

static void handles_that_are_missing(void **state)
{
    const struct vif_error fault = {0};
    struct vif_report *report = NULL;
    struct session s;
    char *text = NULL;

    (void)state;
    begin(&s);
#define INVALID(call) assert_int_equal(call, -EINVAL)
    INVALID(vif_host_open(NULL, NULL, &s.err));
    INVALID(vif_batch_new(NULL, &s.err));
    INVALID(vif_batch_add(NULL, "x", "{}", 2, &s.err));
    INVALID(vif_batch_add(s.batch, NULL, "{}", 2, &s.err));
    INVALID(vif_batch_add(s.batch, "x", NULL, 2, &s.err));
    INVALID(vif_batch_add_error(NULL, &fault, &s.err));
    INVALID(vif_batch_add_error(s.batch, NULL, &s.err));
    INVALID(vif_batch_add_port(s.batch, NULL, &s.err));
    INVALID(vif_host_plug(NULL, s.batch, NULL, &report, &s.err));
    INVALID(vif_host_plug(s.host, NULL, NULL, &report, &s.err));
    INVALID(vif_host_plug(s.host, s.batch, NULL, NULL, NULL));
    INVALID(vif_host_unplug(s.host, NULL, NULL, &report, &s.err));
    INVALID(vif_host_check(s.host, NULL, NULL, &report, &s.err));
    INVALID(vif_host_repair(s.host, NULL, NULL, &report, &s.err));
    INVALID(vif_host_list(NULL, NULL, &report, &s.err));
    INVALID(vif_host_show(NULL, s.batch, NULL, &report, &s.err));
    INVALID(vif_host_prune(s.host, NULL, NULL, &s.err));
    INVALID(vif_host_doctor(NULL, NULL, &report, NULL));
    INVALID(vif_host_info(NULL, NULL, &text, &s.err));
    INVALID(vif_host_info(s.host, NULL, NULL, &s.err));
    INVALID(vif_host_metrics(NULL, &text, &s.err));
    INVALID(vif_host_metrics(s.host, NULL, &s.err));
    INVALID(vif_schema(NULL, NULL, &s.err));
    INVALID(vif_schema("list", NULL, &s.err));
    assert_null(report);
    assert_null(text);
    end(&s);

    assert_int_equal(vif_batch_count(NULL), 0);
    assert_int_equal(vif_report_count(NULL), 0);
    assert_int_equal(vif_report_status(NULL), 0);
    assert_null(vif_report_json(NULL));
    assert_null(vif_report_transaction(NULL));
    assert_null(vif_report_result(NULL, 0));
    assert_null(vif_report_vif(NULL, 0));
    assert_null(vif_report_stale(NULL, 0));
    assert_null(vif_report_finding(NULL, 0));
    assert_null(vif_result_json(NULL));
    assert_int_equal(vif_result_difference_count(NULL), 0);
    assert_null(vif_result_difference(NULL, 0));
    assert_null(vif_report_dot(NULL));
    vif_host_close(NULL);
    vif_batch_free(NULL);
    vif_report_free(NULL);
    vif_string_free(NULL);
}

static void entries_of_another_kind(void **state)
{
    struct vif_report *report = NULL;
    struct session s;

    (void)state;
    begin(&s);
    assert_int_equal(vif_host_doctor(s.host, NULL, &report, &s.err), 0);
    assert_true(vif_report_count(report) > 0);
    assert_non_null(vif_report_finding(report, 0));
    assert_null(vif_report_finding(report, vif_report_count(report)));
    assert_null(vif_report_result(report, 0));
    assert_null(vif_report_vif(report, 0));
    assert_null(vif_report_stale(report, 0));
    assert_null(vif_report_transaction(report));
    assert_null(vif_report_dot(report));
    vif_report_free(report);
    end(&s);
}

/* ---- ports, version, schemas ---- */

static void ports_without_documents(void **state)
{
    struct vif_port port = {.size = sizeof port,
                            .id = ID,
                            .name = "tap1",
                            .multiqueue = 1,
                            .bridge = "br\"x",
                            .address = MAC,
                            .mtu = 1442,
                            .create_tap = 1,
                            .instance = ID,
                            .interface_id = ID};
    struct vif_report *report = NULL;
    struct session s;

    (void)state;
    begin(&s);
    assert_int_equal(add_port(&s, &port), 0);
    port = (struct vif_port){
        .size = sizeof port, .id = ID, .name = "tap2", .address = MAC, .instance = ID};
    assert_int_equal(add_port(&s, &port), 0);
    port.id = "7";
    assert_int_equal(add_port(&s, &port), 0);
    assert_int_equal(vif_batch_count(s.batch), 3);
    port.id = NULL;
    assert_int_equal(add_port(&s, &port), -EINVAL);
    assert_string_equal(s.err.text, "struct vif_port: no id");
    port = (struct vif_port){.size = sizeof port, .id = ID};
    assert_int_equal(add_port(&s, &port), -EINVAL);
    assert_string_equal(s.err.text, "struct vif_port: no name");
    port.name = "tap1";
    assert_int_equal(add_port(&s, &port), -EINVAL);
    assert_string_equal(s.err.text, "struct vif_port: no address");
    /* What it describes shows where there is no database: in the error of each. */
    assert_int_equal(vif_host_plug(s.host, s.batch, NULL, &report, &s.err), 0);
    assert_string_equal(vif_report_result(report, 0)->id, ID);
    assert_string_equal(vif_report_result(report, 0)->bridge, "br\"x");
    assert_string_equal(vif_report_result(report, 1)->name, "tap2");
    assert_string_equal(vif_report_result(report, 1)->bridge, "br-int");
    assert_int_equal(vif_report_result(report, 2)->error->kind, VIF_ERROR_INVALID);
    assert_int_equal(vif_report_result(report, 2)->index, 2);
    vif_report_free(report);
    end(&s);
}

static void version_of_headers_and_library(void **state)
{
    char text[32];

    (void)state;
    (void)snprintf(text, sizeof text, "%d.%d.%d", VIF_VERSION_NUMBER / 10000,
                   VIF_VERSION_NUMBER / 100 % 100, VIF_VERSION_NUMBER % 100);
    assert_string_equal(vif_version(), text);
}

static void schemas_of_replies(void **state)
{
    static const char *const names[] = {"plug",  "unplug",    "check",  "repair",  "list",  "show",
                                        "prune", "host-info", "doctor", "metrics", "result"};
    struct vif_error err = {0};
    char *text = NULL;

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        assert_int_equal(vif_schema(names[i], &text, &err), 0);
        assert_non_null(strstr(text, "\"$schema\""));
        vif_string_free(text);
    }
    assert_int_equal(vif_schema("dance", &text, &err), -EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_size_that_is_forgotten_or_too_small),
        cmocka_unit_test(a_forgotten_size_never_changes_anything),
        cmocka_unit_test(options_of_a_newer_library),
        cmocka_unit_test(values_that_are_not_known),
        cmocka_unit_test(handles_that_are_missing),
        cmocka_unit_test(entries_of_another_kind),
        cmocka_unit_test(ports_without_documents),
        cmocka_unit_test(version_of_headers_and_library),
        cmocka_unit_test(schemas_of_replies),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
