/* SPDX-License-Identifier: Apache-2.0 */
/* Reports, as status and as JSON text, and batches of good and bad documents. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "libvif/host.h"
#include "json/json-text.h"

#define ID    "dc065497-3c8d-4f44-8fb4-e1d33c16a536"
#define OTHER "0a1b2c3d-0000-4000-8000-0123456789ab"

static struct vif_report *report_of(size_t n)
{
    struct vif_report *report = calloc(1, sizeof *report);

    assert_non_null(report);
    report->entries = calloc(n + 1, sizeof *report->entries);
    assert_non_null(report->entries);
    report->n = n;
    for (size_t i = 0; i < n; i++) {
        struct report_entry *entry = &report->entries[i];

        strcpy(entry->id, ID);
        entry->result.id = entry->id;
        entry->result.name = entry->name;
        entry->result.bridge = entry->bridge;
    }
    return report;
}

/* The status of a report of these results: the kinds of their errors, ended by -1; 0 is success. */
static int status_of(const int *kinds)
{
    struct vif_report *report;
    size_t n = 0;
    int status;

    while (kinds[n] >= 0)
        n++;
    report = report_of(n);
    for (size_t i = 0; i < n; i++) {
        struct vif_result *result = &report->entries[i].result;

        result->error.kind = (enum vif_error_kind)kinds[i];
        result->state = kinds[i] ? VIF_STATE_FAILED : VIF_STATE_PLUGGED;
    }
    status = vif_report_status(report);
    vif_report_free(report);
    return status;
}

/* The same of a check: 'd' has drifted, 'w' is wired, 'f' has failed. */
static int status_of_check(const char *states)
{
    struct vif_report *report = report_of(strlen(states));
    int status;

    for (size_t i = 0; states[i]; i++) {
        struct vif_result *result = &report->entries[i].result;

        result->state = states[i] == 'd'   ? VIF_STATE_DRIFTED
                        : states[i] == 'w' ? VIF_STATE_WIRED
                                           : VIF_STATE_FAILED;
        result->error.kind = states[i] == 'f' ? VIF_ERROR_INVALID : VIF_ERROR_NONE;
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

static void json_of_nothing(void **state)
{
    struct vif_report *report = report_of(0);

    (void)state;
    check_json(report, "{'results':[]}");
    assert_int_equal(vif_report_count(report), 0);
    assert_null(vif_report_result(report, 0));
    assert_null(vif_report_transaction(report));
    vif_report_free(report);
    vif_report_free(NULL);
}

static void json_of_each_state(void **state)
{
    struct vif_report *report = report_of(4);
    struct report_entry *entries = report->entries;

    (void)state;
    strcpy(entries[0].name, "tap1");
    strcpy(entries[0].bridge, "br-int");
    entries[0].result.state = VIF_STATE_PLUGGED;
    entries[0].result.changed = 1;
    entries[0].result.ofport = 65279;
    entries[1].result.state = VIF_STATE_WAITING;
    entries[2].result.state = VIF_STATE_UNPLUGGED;
    entries[3].result.state = VIF_STATE_FAILED;
    (void)error_set(&entries[3].result.error, VIF_ERROR_CONFLICT, "it is not ours");
    check_json(report,
               "{'results':[{'id':'" ID "','name':'tap1','bridge':'br-int','state':'plugged',"
               "'changed':true,'ofport':65279},"
               "{'id':'" ID "','name':'','bridge':'','state':'waiting','changed':false,"
               "'note':'waiting for its network device'},"
               "{'id':'" ID "','name':'','bridge':'','state':'unplugged','changed':false},"
               "{'id':'" ID "','name':'','bridge':'','state':'failed','changed':false,"
               "'error':{'kind':'Conflict','text':'it is not ours'}}]}");
    assert_int_equal(vif_report_count(report), 4);
    assert_ptr_equal(vif_report_result(report, 3), &entries[3].result);
    assert_null(vif_report_result(report, 4));
    vif_report_free(report);
}

static void json_of_a_dry_run(void **state)
{
    struct vif_report *report = report_of(2);
    struct report_entry *entries = report->entries;

    (void)state;
    entries[0].result.state = entries[1].result.state = VIF_STATE_PLANNED;
    entries[0].steps = strdup("create tap \"x\"\nadd port x\n");
    entries[0].result.steps = entries[0].steps;
    entries[1].steps = strdup("");
    entries[1].result.steps = entries[1].steps;
    report->transaction = strdup("[{\"op\":\"comment\"}]");
    check_json(report, "{'results':[{'id':'" ID "','name':'','bridge':'','state':'planned',"
                       "'changed':false,'steps':['create tap \\'x\\'','add port x']},"
                       "{'id':'" ID "','name':'','bridge':'','state':'planned','changed':false,"
                       "'steps':[]}],'transaction':[{'op':'comment'}]}");
    vif_report_free(report);
}

static void json_of_differences(void **state)
{
    static const struct vif_difference differences[] = {
        {'~', "tap tap1", "mtu", "1400", "1500"},
        {'+', "port tap1", "", "", "on bridge br-int"},
        {'-', "bridge pb1", "", "", ""},
        {' ', "port tap1", "tag", "a\"\n", ""},
    };
    struct vif_report *report = report_of(2);

    (void)state;
    report->entries[0].result.state = VIF_STATE_DRIFTED;
    report->entries[0].result.differences = differences;
    report->entries[0].result.n_differences = 4;
    report->entries[1].result.state = VIF_STATE_WIRED;
    check_json(report,
               "{'results':[{'id':'" ID "','name':'','bridge':'','state':'drifted',"
               "'changed':false,'differences':[{'sign':'~','part':'tap tap1','attribute':'mtu',"
               "'is':'1400','should':'1500'},"
               "{'sign':'+','part':'port tap1','should':'on bridge br-int'},"
               "{'sign':'-','part':'bridge pb1'},"
               "{'sign':' ','part':'port tap1','attribute':'tag','is':'a\\'\\n'}]},"
               "{'id':'" ID "','name':'','bridge':'','state':'wired','changed':false,"
               "'differences':[]}]}");
    vif_report_free(report);
}

static void json_of_one_result(void **state)
{
    struct vif_report *report = report_of(2);
    char *text;

    (void)state;
    report->entries[1].result.state = VIF_STATE_UNPLUGGED;
    text = vif_result_json(vif_report_result(report, 1), 1);
    assert_string_equal(text, "{\"index\":1,\"id\":\"" ID "\",\"name\":\"\",\"bridge\":\"\","
                              "\"state\":\"unplugged\",\"changed\":false}");
    vif_free(text);
    vif_report_free(report);
}

/* Whatever a name or a foreign text holds, the report stays JSON. */
static void json_of_hostile_words(void **state)
{
    struct vif_report *report = report_of(1);
    struct report_entry *entry = &report->entries[0];

    (void)state;
    strcpy(entry->name, "a\"b\\\n\x01\xff");
    strcpy(entry->bridge, "\xc3\xa4\xed\xa0\x80");
    strcpy(entry->result.error.text, "\"}],\x1b[31m\t\xe2\x82");
    entry->result.error.kind = VIF_ERROR_SYSTEM;
    /* "\?": two of them before a "'" would be a trigraph. */
    check_json(report, "{'results':[{'id':'" ID "','name':'a\\'b\\\\\\n\\u0001\?',"
                       "'bridge':'\xc3\xa4\?\?\?','state':'failed','changed':false,"
                       "'error':{'kind':'SystemError','text':'\\'}],\\u001b[31m\\t\?\?'}}]}");
    vif_report_free(report);
}

static int add(struct vif_batch *batch, const char *text, struct vif_error *err)
{
    auto_free char *copy = strdup(text);

    assert_non_null(copy);
    for (char *p = copy; *p; p++)
        if (*p == '\'')
            *p = '"';
    return vif_batch_add(batch, "in", copy, strlen(copy), err);
}

#define GOOD(id) "{'vif':{'type':'VIFBridge','id':'" id "'}}"

static void check_entry(const struct vif_batch *batch, size_t i, const char *id, const char *fault)
{
    const struct batch_entry *entry = &batch->entries[i];

    assert_string_equal(entry->id, id);
    if (!fault) {
        assert_non_null(entry->request);
        assert_string_equal(entry->request->vif->id, id);
        assert_int_equal(entry->fault.kind, VIF_ERROR_NONE);
        return;
    }
    assert_null(entry->request);
    assert_string_equal(entry->fault.text, fault);
    assert_int_equal(entry->fault.kind, VIF_ERROR_INVALID);
}

static void batch_of_good_and_bad(void **state)
{
    struct vif_batch *batch = NULL;
    struct vif_error err = {0}, fault = {VIF_ERROR_INVALID, "x.json: No such file or directory"};

    (void)state;
    assert_int_equal(vif_batch_new(&batch, &err), 0);
    assert_int_equal(vif_batch_count(batch), 0);
    assert_int_equal(add(batch, GOOD(ID), &err), 0);
    assert_int_equal(add(batch,
                         "[" GOOD(ID) ",{'vif':{'type':'VIFBridge','id':'" OTHER
                                      "','vif_name':''}},7," GOOD(OTHER) "]",
                         &err),
                     0);
    assert_int_equal(add(batch, GOOD(ID) "\n{'vif':null}\n" GOOD(OTHER), &err), 0);
    assert_int_equal(add(batch, GOOD(ID) "\n{'vif':\n", &err), 0);
    assert_int_equal(add(batch, "", &err), 0);
    assert_int_equal(vif_batch_add_error(batch, &fault, &err), 0);
    assert_int_equal(vif_batch_count(batch), 11);
    check_entry(batch, 0, ID, NULL);
    check_entry(batch, 1, ID, NULL);
    check_entry(batch, 2, OTHER, "in: /1/vif/vif_name: \"\" is empty");
    assert_null(batch->entries[3].request);
    assert_string_equal(batch->entries[3].id, "");
    check_entry(batch, 4, OTHER, NULL);
    check_entry(batch, 5, ID, NULL);
    check_entry(batch, 6, "", "in text 2: /vif: expected a VIF, got null");
    check_entry(batch, 7, OTHER, NULL);
    /* A text that is cut short is not used at all. */
    check_entry(batch, 8, "", "in: ends in the middle of a JSON text");
    check_entry(batch, 9, "", "in: empty: expected an object or a list");
    check_entry(batch, 10, "", fault.text);
    assert_int_equal(err.kind, VIF_ERROR_NONE);
    vif_batch_free(batch);
    vif_batch_free(NULL);
}

/* A document that is handed on gives the same VIF, and faults found later the same words. */
static void kept_documents(void **state)
{
    static const char *const wheres[] = {"in: /vif", "in: /0/vif",
                                         "in: /2/vif/versioned_object.data", "in text 2: /1/vif"};
    static const char *const sources[] = {"in", "in: /0", "in: /2", "in text 2: /1"};
    struct vif_batch *batch = NULL, *again = NULL;
    struct vif_error err = {0};
    size_t n = 0;

    (void)state;
    assert_int_equal(vif_batch_new(&batch, &err), 0);
    assert_int_equal(vif_batch_new(&again, &err), 0);
    assert_int_equal(add(batch, GOOD(ID), &err), 0); /* not kept yet */
    assert_null(batch->entries[0].request->document);
    assert_null(batch->entries[0].request->source);
    vif_batch_keep(batch);
    assert_int_equal(add(batch,
                         "{'more':{'secret':1},'instance_info':{'uuid':'" OTHER
                         "','name':'Ã¤\\n'},'vif':{'type':'VIFBridge','id':'" ID "'}}",
                         &err),
                     0);
    assert_int_equal(
        add(batch,
            "[" GOOD(ID) ",7,{'instance_info':null,'vif':{'versioned_object.name':'VIFBridge',"
                         "'versioned_object.namespace':'os_vif','versioned_object.version':'1.0',"
                         "'versioned_object.data':{'id':'" OTHER "'}}}]",
            &err),
        0);
    assert_int_equal(add(batch, GOOD(ID) "[{}," GOOD(OTHER) "]", &err), 0);
    for (size_t i = 1; i < batch->n; i++) {
        const struct vif_input *request = batch->entries[i].request, *other;

        if (!request || strcmp(request->source, "in text 1") == 0)
            continue;
        assert_true(n < 4);
        assert_string_equal(request->where, wheres[n]);
        assert_string_equal(request->source, sources[n]);
        assert_null(strstr(request->document, "secret"));
        assert_int_equal(vif_batch_add(again, request->source, request->document,
                                       strlen(request->document), &err),
                         0);
        other = again->entries[n++].request;
        assert_non_null(other);
        assert_string_equal(other->where, request->where);
        assert_string_equal(other->vif->id, request->vif->id);
    }
    assert_int_equal(n, 4);
    assert_string_equal(again->entries[0].request->instance->name, "Ã¤\n");
    assert_null(again->entries[2].request->instance);
    vif_batch_free(batch);
    vif_batch_free(again);
}

static void too_many(void **state)
{
    struct vif_batch *batch = NULL;
    struct vif_error err = {0}, fault = {VIF_ERROR_INVALID, "x"};
    int r = 0;

    (void)state;
    assert_int_equal(vif_batch_new(&batch, &err), 0);
    for (size_t i = 0; r == 0 && i < LIMIT_VIFS; i++)
        r = vif_batch_add_error(batch, &fault, &err);
    assert_int_equal(r, 0);
    assert_int_equal(vif_batch_add_error(batch, &fault, &err), -E2BIG);
    assert_string_equal(err.text, "more than 100000 VIFs in one call");
    assert_int_equal(add(batch, GOOD(ID), &err), -E2BIG);
    assert_int_equal(vif_batch_count(batch), LIMIT_VIFS);
    vif_batch_free(batch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(status),
        cmocka_unit_test(names_of_states),
        cmocka_unit_test(json_of_nothing),
        cmocka_unit_test(json_of_each_state),
        cmocka_unit_test(json_of_a_dry_run),
        cmocka_unit_test(json_of_differences),
        cmocka_unit_test(json_of_one_result),
        cmocka_unit_test(json_of_hostile_words),
        cmocka_unit_test(batch_of_good_and_bad),
        cmocka_unit_test(kept_documents),
        cmocka_unit_test(too_many),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
