/* SPDX-License-Identifier: Apache-2.0 */
/* vifctl check: reports whether each VIF is wired as described, and the differences; with
 * --repair it fixes them.  Texts come from the database, where anyone may have put anything, so
 * that what could move a terminal's cursor is not printed. */
#include <stdio.h>

#include "plan/diff.h"
#include "vifctl/terminal.h"
#include "vifctl/vifctl.h"

/* Texts of the database may be of any form; names and values are ASCII. */
static void print_difference(const struct vif_difference *difference)
{
    static const struct {
        char sign;
        enum colour colour;
    } colours[] = {
        {'+', COLOUR_GREEN}, {'-', COLOUR_RED}, {'~', COLOUR_YELLOW}, {'!', COLOUR_ALARM}};
    enum colour colour = COLOUR_PLAIN;
    struct text words = {0}, plain = {0};

    for (size_t i = 0; i < sizeof colours / sizeof colours[0]; i++)
        if (colours[i].sign == difference->sign)
            colour = colours[i].colour;
    diff_words(difference, true, &words);
    plain_add(&plain, words.data ? words.data : "", false);
    (void)fputs("  ", stdout);
    colour_print(colour, plain.data && !plain.failed ? plain.data : "");
    (void)putchar('\n');
    text_done(&words);
    text_done(&plain);
}

/* Agent-managed items can explain a drift; beside a VIF that is as described they are shown with -v
 * only. */
static void print_checked(const struct vif_result *result, const struct arguments *arguments)
{
    bool drifted = result->state == VIF_STATE_DRIFTED;
    bool repaired = result->state == VIF_STATE_PLUGGED ||
                    (result->state == VIF_STATE_WAITING && result->changed);

    if (result->state == VIF_STATE_PLANNED) {
        print_steps(result);
        return;
    }
    if (repaired)
        (void)fputs("repaired ", stdout);
    printf("%s%s%s", result->id, result->name[0] ? " " : "", result->name);
    if (!repaired && result->bridge[0])
        printf(" on %s", result->bridge);
    if (!repaired)
        printf(": %s", drifted ? "drifted" : "as described");
    if (result->state == VIF_STATE_WAITING)
        (void)fputs(", waiting for its network device", stdout);
    (void)fputs(repaired ? ":\n" : "\n", stdout);
    for (size_t i = 0; i < vif_result_difference_count(result); i++) {
        const struct vif_difference *difference = vif_result_difference(result, i);

        if (drifted || arguments->verbose || difference->sign != ' ')
            print_difference(difference);
    }
}

int verb_check(const struct arguments *arguments)
{
    if (arguments->call.dry_run && !arguments->repair)
        return usage("--dry-run needs --repair: check alone changes nothing", "");
    if (arguments->repair)
        return run_call(arguments, vif_host_repair, "repairing", "as described", print_checked);
    return run_call(arguments, vif_host_check, "checking", NULL, print_checked);
}
