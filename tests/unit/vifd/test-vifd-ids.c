/* SPDX-License-Identifier: Apache-2.0 */
/* The set of ids that someone works on, against a list that is searched by hand. */
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
#include "vifd/request.h"

#define N 500

static struct id number(unsigned n)
{
    struct id id = {0};

    memcpy(id.bytes, &n, sizeof n);
    memcpy(id.bytes + 12, &n, sizeof n);
    return id;
}

/* Ids come and go, several times over; what is in is what was added more often than removed. */
static void ids_come_and_go(void **state)
{
    unsigned counts[N] = {0};
    struct id_set set = {0};
    unsigned seed = 1;

    (void)state;
    for (unsigned step = 0; step < 20000; step++) {
        unsigned n;
        struct id id;

        seed = seed * 1103515245 + 12345;
        n = (seed >> 8) % N;
        id = number(n);
        assert_int_equal(id_set_has_any(&set, &id, 1), counts[n] > 0);
        if ((seed >> 24) % 2) {
            assert_int_equal(id_set_reserve(&set, 1), 0);
            id_set_add(&set, &id, 1);
            counts[n]++;
        } else if (counts[n]) {
            id_set_remove(&set, &id, 1);
            counts[n]--;
        }
    }
    for (unsigned n = 0; n < N; n++)
        for (struct id id = number(n); counts[n]; counts[n]--)
            id_set_remove(&set, &id, 1);
    assert_int_equal(set.n, 0);
    assert_true(set.room <= 1024);
    id_set_done(&set);
}

static void any_of_several_is_enough(void **state)
{
    const struct id in[] = {number(1), number(2)}, one[] = {number(3), number(2)},
                    none[] = {number(3), number(4)};
    struct id_set set = {0};

    (void)state;
    assert_false(id_set_has_any(&set, in, 2));
    assert_int_equal(id_set_reserve(&set, 2), 0);
    id_set_add(&set, in, 2);
    assert_true(id_set_has_any(&set, one, 2));
    assert_false(id_set_has_any(&set, none, 2));
    assert_false(id_set_has_any(&set, one, 0));
    id_set_done(&set);
    assert_false(id_set_has_any(&set, in, 2));
}

static void without_memory_nothing_changes(void **state)
{
    struct id_set set = {0};
    struct id id = number(7);

    (void)state;
    failing_alloc_init();
    assert_int_equal(id_set_reserve(&set, 1), 0);
    id_set_add(&set, &id, 1);
    failing_alloc_set(1);
    assert_int_equal(id_set_reserve(&set, 1000), -ENOMEM);
    failing_alloc_set(0);
    assert_true(id_set_has_any(&set, &id, 1));
    id_set_done(&set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids_come_and_go),
        cmocka_unit_test(any_of_several_is_enough),
        cmocka_unit_test(without_memory_nothing_changes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
