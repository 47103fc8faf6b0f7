/* SPDX-License-Identifier: Apache-2.0 */
/* Differences between a wiring and what is there, in words. */
#ifndef DIFF_FIXTURE_H
#define DIFF_FIXTURE_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "plan/diff.h"
#include "wiring-words.h"

struct diff_row {
    const char *what;
    const char *difference;
    const char *words; /* a line for each: "SIGN | part | attribute | is | should" */
};

static inline char *words_of(const struct differences *differences)
{
    struct text text = {0};
    char *words;

    text_add(&text, "%s", "");
    for (size_t i = 0; i < differences->n; i++) {
        const struct vif_difference *d = &differences->items[i];

        text_add(&text, "%c | %s | %s | %s | %s\n", d->sign, d->part, d->attribute, d->is,
                 d->should);
    }
    words = text_take(&text);
    assert_non_null(words);
    return words;
}

static inline void check_row(const struct vif_wiring *wiring, const char *there,
                             const struct diff_row *row)
{
    struct observed observed = {0};
    struct plan plan = {0};
    struct differences differences = {0};
    struct vif_error err = {0};
    auto_free char *words = NULL;
    bool complains;

    fixture_observe(&observed, there);
    fixture_observe(&observed, row->difference);
    if (plan_make(wiring, &observed, VIF_GOAL_PLUG, &plan, &differences, &err) < 0)
        fail_msg("%s: %s", row->what, err.text);
    assert_int_equal(diff_complete(wiring, &observed, true, &differences, &err), 0);
    words = words_of(&differences);
    if (strcmp(words, row->words) != 0)
        fail_msg("%s: expected\n%s\ngot\n%s", row->what, row->words, words);
    complains = diff_complains(wiring, &observed) && observed.db.cur_cfg >= observed.db.next_cfg;
    if ((differences.counted > 0) != (plan.n > 0 || complains))
        fail_msg("%s: %zu differences count, but the plan has %zu steps", row->what,
                 differences.counted, plan.n);
    diff_done(&differences);
    plan_done(&plan);
    observed_done(&observed);
}

static inline void check_rows(struct vif_wiring wiring, const char *there,
                              const struct diff_row *rows, size_t n)
{
    wiring.replaces = true;
    for (size_t i = 0; i < n; i++)
        check_row(&wiring, there, &rows[i]);
    wiring_done(&wiring);
}

#define CHECK(wiring, there, rows) check_rows(wiring, there, rows, LENGTH(rows))

#endif
