/* SPDX-License-Identifier: Apache-2.0 */
/* The lowest layer: maps, growing texts, errors, deadlines, debug lines. */
#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/deadline.h"
#include "base/error.h"
#include "base/pool.h"
#include "base/strmap.h"
#include "base/text.h"

#define LENGTH(rows) (sizeof(rows) / sizeof((rows)[0]))

struct form {
    const char *text;
    const char *normal;
};

static void maps(void **state)
{
    struct vif_map map = {0};

    (void)state;
    assert_null(strmap_get(&map, "a"));
    assert_int_equal(strmap_set(&map, "m", "1"), 0);
    assert_int_equal(strmap_set(&map, "z", "2"), 0);
    assert_int_equal(strmap_set(&map, "a", "3"), 0);
    assert_int_equal(strmap_set(&map, "m", "a longer value"), 0);
    assert_int_equal(map.n, 3);
    assert_string_equal(map.entries[0].key, "a");
    assert_string_equal(map.entries[2].key, "z");
    assert_string_equal(strmap_get(&map, "m"), "a longer value");
    assert_null(strmap_get(&map, "mm"));
    strmap_done(&map);
    assert_int_equal(map.n, 0);
    assert_null(strmap_get(&map, "z"));
}

static void texts(void **state)
{
    struct text text = {0};
    char word[300];
    char *taken;

    (void)state;
    taken = text_take(&text);
    assert_string_equal(taken, "");
    free(taken);
    memset(word, 'x', sizeof word - 1);
    word[sizeof word - 1] = '\0';
    for (int i = 0; i < 100; i++)
        text_add(&text, "%s%d", word, i % 10);
    text_add_bytes(&text, "ab", 1);
    assert_int_equal(text.n, 30001);
    taken = text_take(&text);
    assert_null(text.data);
    assert_int_equal(strlen(taken), 30001);
    assert_string_equal(taken + 29998, "x9a");
    free(taken);
}

/* Texts of every length stand beside aligned structs, and nothing moves. */
static void pools(void **state)
{
    struct pool pool = {0};
    char long_text[3000];
    const char *copies[300];
    int64_t *numbers[300];

    (void)state;
    memset(long_text, 'x', sizeof long_text);
    for (size_t i = 0; i < 300; i++) {
        numbers[i] = pool_take(&pool, sizeof *numbers[i]);
        assert_non_null(numbers[i]);
        assert_int_equal((uintptr_t)numbers[i] % sizeof(void *), 0);
        assert_int_equal(*numbers[i], 0);
        *numbers[i] = (int64_t)i;
        copies[i] = pool_copy(&pool, long_text, i * 10);
        assert_non_null(copies[i]);
    }
    for (size_t i = 0; i < 300; i++) {
        assert_int_equal(*numbers[i], i);
        assert_int_equal(strlen(copies[i]), i * 10);
    }
    assert_string_equal(pool_text(&pool, "a \xc3\xa4"), "a \xc3\xa4");
    assert_non_null(pool_take(&pool, 1000000));
    assert_non_null(pool_take(&pool, 0));
    assert_false(pool.failed);
    assert_null(pool_take(&pool, SIZE_MAX - 64));
    assert_true(pool.failed);
    pool_done(&pool);
    assert_false(pool.failed);
    pool_done(&pool);
}

static void json_strings(void **state)
{
    static const struct form rows[] = {
        {"", "\"\""},
        {"a\"b\\c/", "\"a\\\"b\\\\c/\""},
        {"\n\t\x01\x1f", "\"\\u000a\\u0009\\u0001\\u001f\""},
        {"\x7f\xc2\x80\xc2\x9f\xc2\xa0", "\"\\u007f\\u0080\\u009f\xc2\xa0\""},
        {"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", "\"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\""},
        {"\xf4\x8f\xbf\xbf\xed\x9f\xbf", "\"\xf4\x8f\xbf\xbf\xed\x9f\xbf\""},
        /* No UTF-8 (RFC 3629): a lone continuation, cut short, overlong, surrogate, too great. */
        {"\x80!", "\"?!\""},
        {"\xc3", "\"?\""},
        {"\xc3!", "\"?!\""},
        {"\xe2\x82", "\"??\""},
        {"\xf0\x9f\x98", "\"???\""},
        {"\xc0\xaf", "\"??\""},
        {"\xc1\xbf", "\"??\""},
        {"\xe0\x80\xaf", "\"???\""},
        {"\xf0\x80\x80\xaf", "\"????\""},
        {"\xed\xa0\x80", "\"???\""},
        {"\xf4\x90\x80\x80", "\"????\""},
        {"\xf8\x88\x80\x80\x80", "\"?????\""},
        {"\xff\xfe", "\"??\""},
    };
    struct text text = {0};

    (void)state;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        text_add_json(&text, rows[i].text);
        assert_string_equal(text.data, rows[i].normal);
        text_done(&text);
    }
    text_add_json_bytes(&text, "a\0b", 3);
    assert_string_equal(text.data, "\"a\\u0000b\"");
    text_done(&text);
}

static void table_of_errors(void **state)
{
    int kinds = 0;

    (void)state;
#define CHECK_KIND(kind, name, number, status, exception)                                          \
    assert_string_equal(vif_error_kind_name(VIF_ERROR_##kind), name);                              \
    assert_int_equal(vif_error_kind_status(VIF_ERROR_##kind), status);                             \
    assert_string_equal(vif_error_kind_exception(VIF_ERROR_##kind), exception);                    \
    assert_int_equal((error_set)(NULL, VIF_ERROR_##kind, "x"), -(number));                         \
    assert_true(VIF_ERROR_##kind == 0 || (name[0] && exception[0] && (status) >= 2 && (number)));  \
    kinds++;
    VIF_ERROR_KINDS(CHECK_KIND)
    /* A kind of a newer library than the caller knows, or the other way round. */
    assert_string_equal(vif_error_kind_name((enum vif_error_kind)kinds), "SystemError");
    assert_int_equal(vif_error_kind_status((enum vif_error_kind) - 1), 3);
}

static void words_of_errors(void **state)
{
    struct vif_error err = {0};
    char long_name[600];

    (void)state;
    assert_int_equal(error_set(&err, VIF_ERROR_CONFLICT, "port %s", "tap1"), -EEXIST);
    assert_int_equal(err.kind, VIF_ERROR_CONFLICT);
    assert_int_equal(error_prefix(&err, -5, "plug %d", 7), -5);
    assert_string_equal(err.text, "plug 7: port tap1");
    assert_int_equal(err.kind, VIF_ERROR_CONFLICT);
    assert_int_equal(error_prefix(NULL, -5, "plug"), -5);
    (void)error_set(&err, VIF_ERROR_INVALID, "a\nb\r\x1b[31m\tc\x7f");
    assert_string_equal(err.text, "a b  [31m c ");
    (void)error_prefix(&err, 0, "x\ny");
    assert_string_equal(err.text, "x y: a b  [31m c ");
    memset(long_name, 'n', sizeof long_name - 1);
    long_name[sizeof long_name - 1] = '\0';
    (void)error_set(&err, VIF_ERROR_INVALID, "%s", long_name);
    assert_int_equal(strlen(err.text), VIF_ERROR_TEXT_MAX - 1);
    (void)error_prefix(&err, 0, "%s", long_name);
    assert_int_equal(strlen(err.text), VIF_ERROR_TEXT_MAX - 1);
    assert_int_equal(error_memory(&err), -ENOMEM);
    assert_int_equal(error_memory(NULL), -ENOMEM);
    assert_string_equal(err.text, "out of memory");
}

static void errors_of_the_system(void **state)
{
    static const struct {
        int number;
        enum vif_error_kind kind;
        const char *words;
    } rows[] = {
        {ENOENT, VIF_ERROR_KERNEL, "open /x: No such file or directory"},
        {EPERM, VIF_ERROR_PERMISSION, "open /x: Operation not permitted"},
        {EACCES, VIF_ERROR_PERMISSION, "open /x: Permission denied"},
        {ENOMEM, VIF_ERROR_NO_MEMORY, "open /x: Cannot allocate memory"},
        {ETIMEDOUT, VIF_ERROR_TIMEOUT, "open /x: Connection timed out"},
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct vif_error err = {0};

        assert_int_equal(error_sys(&err, VIF_ERROR_KERNEL, rows[i].number, "open %s", "/x"),
                         -rows[i].number);
        assert_int_equal(err.kind, rows[i].kind);
        assert_string_equal(err.text, rows[i].words);
    }
    assert_int_equal(error_sys(NULL, VIF_ERROR_KERNEL, EBUSY, "x"), -EBUSY);
}

static void deadlines(void **state)
{
    int64_t before = deadline_now();

    (void)state;
    assert_true(deadline_after(-1) == DEADLINE_NEVER);
    assert_true(deadline_after(INT64_MAX) == DEADLINE_NEVER);
    assert_true(deadline_after(5000) >= before + 5000);
    assert_int_equal(deadline_left(DEADLINE_NEVER), -1);
    assert_int_equal(deadline_left(before - 1), 0);
    assert_int_equal(deadline_left(before + (int64_t)INT_MAX * 10), INT_MAX);
    assert_in_range(deadline_left(deadline_after(60000)), 1, 60000);
    deadline_sleep(60000, before);
    deadline_sleep(-1, DEADLINE_NEVER);
    deadline_sleep(2, DEADLINE_NEVER);
    assert_true(deadline_now() >= before + 2);
    assert_true(deadline_now() < before + 30000);
}

static void keep_line(void *data, const char *line)
{
    (void)snprintf(data, 2048, "%s", line);
}

static void log_lines(void **state)
{
    char line[2048] = "";
    struct log log = {keep_line, line}, nobody = {NULL, NULL};
    char word[1500];

    (void)state;
    log_debug(NULL, "x");
    log_debug(&nobody, "x");
    log_debug(&log, "%d ports", 3);
    assert_string_equal(line, "3 ports");
    memset(word, 'w', sizeof word - 1);
    word[sizeof word - 1] = '\0';
    log_debug(&log, "%s", word);
    assert_int_equal(strlen(line), 1023);
}

static void ownership(void **state)
{
    char *a = strdup("x");
    auto_free char *b = take_ptr(a);
    int fd = 99;

    (void)state;
    assert_null(a);
    assert_string_equal(b, "x");
    assert_int_equal(take_fd(&fd), 99);
    assert_int_equal(fd, -1);
}

static void text_is_copied_as_far_as_it_fits(void **state)
{
    char to[8];

    (void)state;
    memset(to, 'x', sizeof to);
    text_copy(to, 4, "ab");
    assert_string_equal(to, "ab");
    text_copy(to, 4, "abc");
    assert_string_equal(to, "abc");
    text_copy(to, 4, "abcd");
    assert_string_equal(to, "abc");
    assert_int_equal(to[4], 'x');
    text_copy(to, 1, "abcd");
    assert_string_equal(to, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(maps),
        cmocka_unit_test(texts),
        cmocka_unit_test(pools),
        cmocka_unit_test(json_strings),
        cmocka_unit_test(table_of_errors),
        cmocka_unit_test(words_of_errors),
        cmocka_unit_test(errors_of_the_system),
        cmocka_unit_test(deadlines),
        cmocka_unit_test(log_lines),
        cmocka_unit_test(ownership),
        cmocka_unit_test(text_is_copied_as_far_as_it_fits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
