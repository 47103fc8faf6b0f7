/* SPDX-License-Identifier: Apache-2.0 */
/* Which requests make the next batch.  A request is written as a letter for what it wants and the digits of
 * its VIFs: "P12 U3 P1". */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "failing-alloc.h"
#include "vifd/request.h"

#define MAX_REQUESTS 16

static struct id digit(char c)
{
    return (struct id){{(uint8_t)c}};
}

static void fill(struct queue *queue, struct request *requests, const char *text)
{
    for (size_t i = 0; *text; i++) {
        struct request *request = &requests[i];

        *request = (struct request){
            .op = *text == 'U'   ? &op_unplug
                  : *text == 'X' ? &op_prune
                                 : &op_plug,
            .parameters.call.options =
                {
                    .wait = *text == 'N' ? VIF_WAIT_NONE : VIF_WAIT_VSWITCHD,
                    .timeout_ms = *text == 'T' ? 5000 : 0,
                    .on_timeout = *text == 'D' ? VIF_ON_TIMEOUT_UNDO : VIF_ON_TIMEOUT_KEEP,
                },
        };
        request->ids = calloc(10, sizeof *request->ids);
        assert_non_null(request->ids);
        for (text++; *text && *text != ' '; text++) {
            request->ids[request->n_ids++] = digit(*text);
            request->n_vifs++;
        }
        text += *text == ' ';
        queue_add(queue, request);
    }
}

/* What is taken, as letters of places: "ac" for the first and the third. */
static void check(const char *waiting, const char *busy, const char *being_read, size_t max,
                  const char *expected)
{
    struct request requests[MAX_REQUESTS] = {0}, **taken = NULL;
    struct id_set sets[2] = {0};
    const char *members[2] = {busy, being_read};
    struct queue queue = {0};
    char got[MAX_REQUESTS + 1] = "";
    ssize_t n;

    TAILQ_INIT(&queue.waiting);
    fill(&queue, requests, waiting);
    for (size_t i = 0; i < 2; i++)
        for (const char *p = members[i]; *p; p++) {
            struct id id = digit(*p);

            assert_int_equal(id_set_reserve(&sets[i], 1), 0);
            id_set_add(&sets[i], &id, 1);
        }
    n = queue_take(&queue, &sets[0], &sets[1], max, &taken);
    assert_true(n >= 0);
    for (ssize_t i = 0; i < n; i++) {
        got[i] = (char)('a' + (taken[i] - requests));
        assert_false(taken[i]->in_queue);
    }
    if (strcmp(got, expected) != 0)
        fail_msg("\"%s\", busy \"%s\": took \"%s\", expected \"%s\"", waiting, busy, got, expected);
    free(taken);
    for (size_t i = 0; i < MAX_REQUESTS; i++)
        free(requests[i].ids);
    id_set_done(&sets[0]);
    id_set_done(&sets[1]);
}

static void batches_are_made_of_what_is_alike(void **state)
{
    static const struct {
        const char *waiting, *busy, *being_read;
        size_t max;
        const char *expected;
    } rows[] = {
        {"", "", "", 99, ""},
        {"P1", "", "", 99, "a"},
        {"P1 P2 P3", "", "", 99, "abc"},
        /* Another kind waits its turn, and what is behind it may go first once. */
        {"P1 U2 P3", "", "", 99, "ac"},
        {"U2 P3 U4", "", "", 99, "ac"},
        {"P1 N2 P3", "", "", 99, "ac"},
        {"P1 T2 T3", "", "", 99, "a"},
        {"P1 D2", "", "", 99, "a"},
        /* One VIF is in one batch at a time, and its requests keep their order. */
        {"P1 P1 P2", "", "", 99, "ac"},
        {"P1 U1 P1 P2", "", "", 99, "ad"},
        {"P12 P23 P3 P4", "", "", 99, "ad"},
        {"P1 P2 P3", "2", "", 99, "ac"},
        {"P1 P2 P3", "", "2", 99, "ac"},
        {"P12 P2 P3", "1", "", 99, "c"},
        {"P1 U2", "1", "", 99, "b"},
        {"P1 U1", "1", "", 99, ""},
        /* A batch has a size; one that is alone too big for it goes alone. */
        {"P12 P34 P5", "", "", 3, "ac"},
        {"P1234 P5", "", "", 3, "a"},
        {"P1 P2 P3", "", "", 2, "ab"},
        /* What is no batch of VIFs goes alone. */
        {"X P1 X", "", "", 99, "a"},
        {"P1 X P2", "", "", 99, "ac"},
        /* Documents that do not say whose they are. */
        {"P P P1", "1", "", 99, "ab"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        check(rows[i].waiting, rows[i].busy, rows[i].being_read, rows[i].max, rows[i].expected);
}

/* However many of another kind come, what waits in front begins the next batch. */
static void nothing_waits_for_ever(void **state)
{
    struct request requests[3] = {0}, late = {.op = &op_plug, .n_vifs = 1}, **taken = NULL;
    const struct id_set none = {0};
    struct queue queue = {0};

    (void)state;
    TAILQ_INIT(&queue.waiting);
    fill(&queue, requests, "P1 U2 P3");
    assert_int_equal(queue_take(&queue, &none, &none, 99, &taken), 2);
    free(taken);
    queue_add(&queue, &late);
    assert_int_equal(queue_take(&queue, &none, &none, 99, &taken), 1);
    assert_ptr_equal(taken[0], &requests[1]);
    free(taken);
    for (size_t i = 0; i < 3; i++)
        free(requests[i].ids);
}

static void without_memory_all_stay(void **state)
{
    struct request requests[3] = {0}, **taken = NULL;
    const struct id_set none = {0};
    struct queue queue = {0};

    (void)state;
    failing_alloc_init();
    TAILQ_INIT(&queue.waiting);
    fill(&queue, requests, "P1 P2 P3");
    each_allocation_fails(at, 1) {
        ssize_t n;

        failing_alloc_set(at);
        n = queue_take(&queue, &none, &none, 99, &taken);
        failing_alloc_set(0);
        assert_int_equal(n < 0 ? n : 0, failing_alloc_hit() ? -ENOMEM : 0);
        assert_int_equal(queue.n, n < 0 ? 3 : 0);
    }
    free(taken);
    for (size_t i = 0; i < 3; i++)
        free(requests[i].ids);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(batches_are_made_of_what_is_alike),
        cmocka_unit_test(nothing_waits_for_ever),
        cmocka_unit_test(without_memory_all_stay),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
