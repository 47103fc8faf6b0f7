/* SPDX-License-Identifier: Apache-2.0 */
/* Parsing and decoding when memory runs out: whichever allocation fails, the failure is
 * reported and nothing leaks, which a sanitizer shows. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "failing-alloc.h"
#include "model/model.h"
#include "vif-documents.h"
#include "json/json-text.h"

#define LENGTH(rows) (sizeof(rows) / sizeof((rows)[0]))

static const char *const documents[] = {openvswitch, bridge,      vhostuser, host_device,
                                        direct,      nested_dpdk, generic};

static int set_up(void **state)
{
    (void)state;
    failing_alloc_init();
    return 0;
}

static void parse_failing(const char *text, unsigned long n)
{
    auto_json json_t *json = NULL;
    struct vif_error err = {0};
    int r;

    failing_alloc_set(n);
    r = parse_document(text, &json, &err);
    failing_alloc_set(0);
    assert_int_equal(r < 0, failing_alloc_hit());
    assert_int_equal(r < 0, json == NULL);
    assert_int_equal(r < 0, err.kind != VIF_ERROR_NONE);
}

static void parsing(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(documents); i++)
        each_allocation_fails(n, 21)
            parse_failing(documents[i], n);
}

static void decode_failing(json_t *json, unsigned long n)
{
    auto_vif_input struct vif_input *request = NULL;
    struct json_path root = {.key = "vif.json"};
    struct vif_error err = {0};
    int r;

    failing_alloc_set(n);
    r = vif_input_decode(json, &root, &request, &err);
    failing_alloc_set(0);
    assert_int_equal(r, failing_alloc_hit() ? -ENOMEM : 0);
    assert_int_equal(r < 0, request == NULL);
    assert_true(r == 0 || err.kind == VIF_ERROR_NO_MEMORY);
}

static void decoding(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(documents); i++) {
        auto_json json_t *json = NULL;

        assert_int_equal(parse_document(documents[i], &json, NULL), 0);
        each_allocation_fails(n, 6)
            decode_failing(json, n);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parsing),
        cmocka_unit_test(decoding),
    };

    return cmocka_run_group_tests(tests, set_up, NULL);
}
