/* SPDX-License-Identifier: Apache-2.0 */
/* Reports, as status and as JSON text. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "libvif/report.h"
#include "json/json-text.h"

#define ID "dc065497-3c8d-4f44-8fb4-e1d33c16a536"

static struct vif_report *report_of(size_t n, struct vif_result **ret_results)
{
    struct vif_report *report = report_new(&op_plug);

    assert_non_null(report);
    assert_true(report_add_entries(report, n, ret_results));
    for (size_t i = 0; i < n; i++)
        (*ret_results)[i] = (struct vif_result){
            .index = i, .id = ID, .name = "", .bridge = "", .state = VIF_STATE_PLUGGED, .note = ""};
    return report;
}

/* The status of a report of these results: the kinds of their errors, ended by -1; 0 is success. */
static int status_of(const int *kinds)
{
    struct vif_error errors[4] = {0};
    struct vif_result *results;
    struct vif_report *report;
    size_t n = 0;
    int status;

    while (kinds[n] >= 0)
        n++;
    report = report_of(n, &results);
    for (size_t i = 0; i < n; i++) {
        errors[i].kind = (enum vif_error_kind)kinds[i];
        results[i].error = kinds[i] ? &errors[i] : NULL;
    }
    status = vif_report_status(report);
    vif_report_free(report);
    return status;
}

/* The same of a check: 'd' has drifted, 'w' is wired, 'f' has failed. */
static int status_of_check(const char *states)
{
    static const struct vif_error invalid = {.kind = VIF_ERROR_INVALID};
    struct vif_result *results;
    struct vif_report *report = report_of(strlen(states), &results);
    int status;

    for (size_t i = 0; states[i]; i++) {
        results[i].state = states[i] == 'd' ? VIF_STATE_DRIFTED : VIF_STATE_WIRED;
        results[i].error = states[i] == 'f' ? &invalid : NULL;
    }
    status = vif_report_status(report);
    vif_report_free(report);
    return status;
}

#define STATUS(...) status_of((const int[]){__VA_ARGS__, -1})

static void status(void **state)
{
    (void)state;
    assert_int_equal(status_of((const int[]){-1}), 0);
    assert_int_equal(STATUS(0), 0);
    assert_int_equal(STATUS(0, 0), 0);
    assert_int_equal(STATUS(VIF_ERROR_INVALID), 2);
    assert_int_equal(STATUS(VIF_ERROR_INVALID, VIF_ERROR_VERSION), 2);
    assert_int_equal(STATUS(VIF_ERROR_CONFLICT), 3);
    assert_int_equal(STATUS(VIF_ERROR_OVSDB_UNREACHABLE, VIF_ERROR_OVSDB_UNREACHABLE), 4);
    assert_int_equal(STATUS(VIF_ERROR_PERMISSION), 5);
    assert_int_equal(STATUS(VIF_ERROR_TIMEOUT), 6);
    assert_int_equal(STATUS(VIF_ERROR_TIMEOUT, 0), 3);
    assert_int_equal(STATUS(0, VIF_ERROR_INVALID), 3);
    assert_int_equal(STATUS(VIF_ERROR_TIMEOUT, VIF_ERROR_PERMISSION), 3);
    assert_int_equal(STATUS(VIF_ERROR_INVALID, VIF_ERROR_TIMEOUT, VIF_ERROR_TIMEOUT), 3);
    assert_int_equal(status_of_check("ww"), 0);
    assert_int_equal(status_of_check("wd"), 1);
    assert_int_equal(status_of_check("f"), 2);
    assert_int_equal(status_of_check("fd"), 3);
    assert_int_equal(status_of_check("dfw"), 3);
}

static void names_of_states(void **state)
{
    (void)state;
    assert_string_equal(vif_state_name(VIF_STATE_FAILED), "failed");
    assert_string_equal(vif_state_name(VIF_STATE_PLUGGED), "plugged");
    assert_string_equal(vif_state_name(VIF_STATE_WAITING), "waiting");
    assert_string_equal(vif_state_name(VIF_STATE_UNPLUGGED), "unplugged");
    assert_string_equal(vif_state_name(VIF_STATE_PLANNED), "planned");
    assert_string_equal(vif_state_name(VIF_STATE_WIRED), "wired");
    assert_string_equal(vif_state_name(VIF_STATE_DRIFTED), "drifted");
    assert_string_equal(vif_state_name(VIF_STATE_PENDING), "pending");
    assert_string_equal(vif_state_name(VIF_STATE_UNCONNECTED), "unconnected");
    assert_string_equal(vif_state_name(VIF_STATE_NONE), "");
    assert_string_equal(vif_state_name((enum vif_state)99), "unknown");
}

/* Parses the report's text, strictly, and compares what it says with 'expected' (' for "). */
static void check_json(struct vif_report *report, const char *expected)
{
    const char *text = vif_report_json(report);
    auto_json json_t *json = NULL, *wanted = NULL;
    auto_free char *copy = strdup(expected);
    struct vif_error err = {0};

    assert_non_null(text);
    assert_non_null(copy);
    for (char *p = copy; *p; p++)
        if (*p == '\'')
            *p = '"';
    if (json_text_parse(text, strlen(text), LIMIT_DOCUMENT_BYTES, &json, &err) < 0)
        fail_msg("%s: %s", text, err.text);
    assert_int_equal(json_text_parse(copy, strlen(copy), LIMIT_DOCUMENT_BYTES, &wanted, &err), 0);
    if (!json_equal(json, wanted))
        fail_msg("%s", text);
    assert_ptr_equal(vif_report_json(report), text);
}

#define RESULT(index, state)                                                                       \
    "{'index':" #index ",'id':'" ID "','name':'','bridge':'','state':'" state "'"

static void json_of_nothing(void **state)
{
    struct vif_result *results;
    struct vif_report *report = report_of(0, &results);

    (void)state;
    check_json(report, "{'results':[]}");
    assert_int_equal(vif_report_count(report), 0);
    assert_null(vif_report_result(report, 0));
    assert_null(vif_report_transaction(report));
    vif_report_free(report);
    vif_report_free(NULL);
}

static void json_of_results(void **state)
{
    static const struct vif_difference differences[] = {
        {'~', "tap tap1", "mtu", "1400", "1500"},
        {'+', "port tap1", "", "", "on bridge br-int"},
        {'-', "bridge pb1", "", "", ""},
        {' ', "port tap1", "tag", "a\"\n", ""},
    };
    static const struct record_list list = {differences, 4}, none = {NULL, 0};
    const struct vif_error error = {VIF_ERROR_CONFLICT, "it is not ours"};
    struct vif_result *results;
    struct vif_report *report = report_of(6, &results);
    char *text;

    (void)state;
    results[0].name = "tap1";
    results[0].bridge = "br-int";
    results[0].changed = 1;
    results[0].ofport = 65279;
    results[1].state = VIF_STATE_WAITING;
    results[1].note = "a note";
    results[2].state = VIF_STATE_FAILED;
    results[2].error = &error;
    results[3].state = VIF_STATE_PLANNED;
    results[3].steps = "create tap \"x\"\nadd port x\n";
    results[3].warnings = "";
    results[4].state = VIF_STATE_DRIFTED;
    results[4].differences = (const struct vif_differences *)&list;
    results[5].state = VIF_STATE_WIRED;
    results[5].differences = (const struct vif_differences *)&none;
    report->reply.transaction = "[{\"op\":\"comment\"}]";
    check_json(
        report,
        "{'results':[{'index':0,'id':'" ID "','name':'tap1','bridge':'br-int','state':"
        "'plugged','changed':true,'ofport':65279}," RESULT(
            1,
            "waiting") ",'changed':false,'note':'a note'}," RESULT(2,
                                                                   "failed") ",'changed':"
                                                                             "false,'error':{'kind'"
                                                                             ":'Conflict','text':'"
                                                                             "it is not "
                                                                             "ours'}}," RESULT(
                                                                                 3,
                                                                                 "planned") ",'"
                                                                                            "change"
                                                                                            "d':"
                                                                                            "false,"
                                                                                            "'steps"
                                                                                            "':['"
                                                                                            "create"
                                                                                            " tap "
                                                                                            "\\'"
                                                                                            "x\\'',"
                                                                                            "'add "
                                                                                            "port "
                                                                                            "x'],"
                                                                                            "'warni"
                                                                                            "ngs':["
                                                                                            "]}"
                                                                                            "," RESULT(
                                                                                                4,
                                                                                                "dr"
                                                                                                "if"
                                                                                                "te"
                                                                                                "d") ",'changed':false,'differences':[{'sign':'~','part':'tap tap1',"
                                                                                                     "'attribute':'mtu','is':'1400','should':'1500'},{'sign':'+','part':'port tap1',"
                                                                                                     "'should':'on bridge br-int'},{'sign':'-','part':'bridge pb1'},{'sign':' ',"
                                                                                                     "'part':'port tap1','attribute':'tag','is':'a\\'\\n'}]}," RESULT(
                                                                                                         5,
                                                                                                         "wired") ",'changed':false,'differences':[]}],'transaction':[{'op':'comment'}]}");
    assert_int_equal(vif_report_count(report), 6);
    assert_ptr_equal(vif_report_result(report, 5), &results[5]);
    assert_null(vif_report_result(report, 6));
    assert_int_equal(vif_result_difference_count(&results[4]), 4);
    assert_string_equal(vif_result_difference(&results[4], 3)->attribute, "tag");
    assert_null(vif_result_difference(&results[4], 4));
    assert_int_equal(vif_result_difference_count(&results[0]), 0);
    text = vif_result_json(&results[0]);
    assert_string_equal(text,
                        "{\"index\":0,\"id\":\"" ID "\",\"name\":\"tap1\",\"bridge\":"
                        "\"br-int\",\"state\":\"plugged\",\"changed\":true,\"ofport\":65279}");
    vif_string_free(text);
    vif_report_free(report);
}

/* Whatever a name or a foreign text holds, the report stays JSON. */
static void json_of_hostile_words(void **state)
{
    const struct vif_error error = {VIF_ERROR_SYSTEM, "\"}],\x1b[31m\t\xe2\x82"};
    struct vif_result *results;
    struct vif_report *report = report_of(1, &results);

    (void)state;
    results[0].name = "a\"b\\\n\x01\xff";
    results[0].bridge = "\xc3\xa4\xed\xa0\x80";
    results[0].state = VIF_STATE_FAILED;
    results[0].error = &error;
    /* "\?": two of them before a "'" would be a trigraph. */
    check_json(report, "{'results':[{'index':0,'id':'" ID "','name':'a\\'b\\\\\\n\\u0001\?',"
                       "'bridge':'\xc3\xa4\?\?\?','state':'failed','changed':false,"
                       "'error':{'kind':'SystemError','text':'\\'}],\\u001b[31m\\t\?\?'}}]}");
    vif_report_free(report);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(status),
        cmocka_unit_test(names_of_states),
        cmocka_unit_test(json_of_nothing),
        cmocka_unit_test(json_of_results),
        cmocka_unit_test(json_of_hostile_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
