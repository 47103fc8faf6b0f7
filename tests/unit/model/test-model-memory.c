/* SPDX-License-Identifier: Apache-2.0 */
/* Parsing and decoding when memory runs out: whichever allocation fails, the failure is told and
 * nothing leaks, which a sanitizer shows.  Linked with --wrap of malloc, calloc, realloc and
 * strdup. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/model.h"
#include "vif-documents.h"
#include "json/json-text.h"

/* The n-th allocation from now fails; negative: none does. */
static long allocations_left = -1;

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t size);
char *__real_strdup(const char *text);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t size);
char *__wrap_strdup(const char *text);

static bool allocation_fails(void)
{
    if (allocations_left < 0)
        return false;
    return allocations_left == 0 || allocations_left-- == 0;
}

void *__wrap_malloc(size_t size)
{
    return allocation_fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t n, size_t size)
{
    return allocation_fails() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *p, size_t size)
{
    return allocation_fails() ? NULL : __real_realloc(p, size);
}

char *__wrap_strdup(const char *text)
{
    return allocation_fails() ? NULL : __real_strdup(text);
}

#define LENGTH(rows) (sizeof(rows) / sizeof((rows)[0]))

static const char *const documents[] = {openvswitch, bridge,      vhostuser, host_device,
                                        direct,      nested_dpdk, generic};

static int set_up(void **state)
{
    (void)state;
    json_set_alloc_funcs(__wrap_malloc, free);
    return 0;
}

static int parse_failing(const char *text, long n)
{
    auto_json json_t *json = NULL;
    struct vif_error err = {0};
    int r;

    allocations_left = n;
    r = parse_document(text, &json, &err);
    allocations_left = -1;
    assert_int_equal(r < 0, json == NULL);
    assert_int_equal(r < 0, err.kind != VIF_ERROR_NONE);
    return r;
}

static void parsing(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(documents); i++) {
        long n = 0;

        while (parse_failing(documents[i], n) < 0)
            n++;
        assert_true(n > 20);
    }
}

static int decode_failing(json_t *json, long n)
{
    auto_vif_input struct vif_input *request = NULL;
    struct json_path root = {.key = "vif.json"};
    struct vif_error err = {0};
    int r;

    allocations_left = n;
    r = vif_input_decode(json, &root, &request, &err);
    allocations_left = -1;
    assert_int_equal(r < 0, request == NULL);
    assert_true(r == 0 || (r == -ENOMEM && err.kind == VIF_ERROR_NO_MEMORY));
    return r;
}

static void decoding(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(documents); i++) {
        auto_json json_t *json = NULL;
        long n = 0;

        assert_int_equal(parse_document(documents[i], &json, NULL), 0);
        while (decode_failing(json, n) < 0)
            n++;
        assert_true(n > 5);
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
