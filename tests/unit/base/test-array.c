/* SPDX-License-Identifier: Apache-2.0 */
/* Growing arrays. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/pool.h"
#include "failing-alloc.h"

static void elements_stay(void **state)
{
    auto_free uint64_t *items = NULL;
    size_t n = 0, room = 0, moves = 0;

    (void)state;
    for (uint64_t i = 0; i < 10000; i++) {
        size_t before = room;

        assert_true(array_grow(items, n, room, 1));
        assert_true(room > n);
        moves += room != before;
        items[n++] = i;
    }
    for (uint64_t i = 0; i < 10000; i++)
        assert_int_equal(items[i], i);
    assert_in_range(moves, 8, 14);
}

static void many_at_once(void **state)
{
    auto_free char *bytes = NULL;
    size_t room = 0;

    (void)state;
    assert_true(array_grow(bytes, 0, room, 0));
    assert_non_null(bytes);
    assert_true(array_grow(bytes, 10, room, 5000));
    assert_true(room >= 5010);
}

static void nothing_changes_without_memory(void **state)
{
    auto_free int *items = NULL;
    int *before;
    size_t room = 0, old;

    (void)state;
    assert_true(array_grow(items, 0, room, 1));
    before = items;
    old = room;
    failing_alloc_set(1);
    assert_true(array_grow(items, old - 1, room, 1)); /* there is room */
    assert_false(array_grow(items, old, room, 1));
    failing_alloc_set(0);
    assert_ptr_equal(items, before);
    assert_int_equal(room, old);
    assert_false(array_grow(items, old, room, SIZE_MAX / 2));
    assert_false(array_grow(items, old, room, SIZE_MAX / sizeof *items));
    assert_ptr_equal(items, before);
    assert_int_equal(room, old);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(elements_stay),
        cmocka_unit_test(many_at_once),
        cmocka_unit_test(nothing_changes_without_memory),
    };

    return cmocka_run_group_tests_name("array", tests, NULL, NULL);
}
