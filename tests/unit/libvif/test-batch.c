/* SPDX-License-Identifier: Apache-2.0 */
/* Batches of good and bad documents, and documents handed on to vifd. */
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

#define ID    "dc065497-3c8d-4f44-8fb4-e1d33c16a536"
#define OTHER "0a1b2c3d-0000-4000-8000-0123456789ab"

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
        assert_string_equal(view_string(&entry->request->vif, "id"), id);
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
static void documents_for_vifd(void **state)
{
    static const char *const wheres[] = {"in: /vif", "in: /0/vif",
                                         "in: /2/vif/versioned_object.data", "in text 2: /1/vif"};
    static const char *const sources[] = {"in", "in: /0", "in: /2", "in text 2: /1"};
    struct vif_batch *batch = NULL, *again = NULL;
    struct batch_documents documents = {.n = 0};
    auto_json json_t *list = NULL;
    struct vif_error err = {0};
    size_t n = 0;

    (void)state;
    assert_int_equal(vif_batch_new(&batch, &err), 0);
    assert_int_equal(vif_batch_new(&again, &err), 0);
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
    assert_int_equal(batch_documents(batch, &documents, &err), 0);
    assert_null(strstr(documents.list.data, "secret"));
    assert_int_equal(
        json_text_parse(documents.list.data, documents.list.n, LIMIT_DOCUMENT_BYTES, &list, &err),
        0);
    assert_int_equal(json_array_size(list), 5);
    for (size_t i = 0; i < documents.n; i++) {
        const struct vif_input *other;

        if (strcmp(documents.sources[i], "in text 1") == 0)
            continue;
        assert_true(n < 4);
        assert_string_equal(documents.sources[i], sources[n]);
        assert_int_equal(batch_add_json(again, sources[n], json_array_get(list, i), &err), 0);
        other = again->entries[n].request;
        assert_non_null(other);
        assert_string_equal(other->where, wheres[n++]);
    }
    assert_null(documents.sources[documents.n]);
    batch_documents_done(&documents);
    assert_int_equal(n, 4);
    assert_string_equal(view_string(&again->entries[0].request->instance, "name"), "Ã¤\n");
    assert_null(again->entries[2].request->instance.object);
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
        cmocka_unit_test(batch_of_good_and_bad),
        cmocka_unit_test(documents_for_vifd),
        cmocka_unit_test(too_many),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
