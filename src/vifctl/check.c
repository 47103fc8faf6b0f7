/* SPDX-License-Identifier: Apache-2.0 */
/* vifctl check: reports whether each VIF is wired as described, and the differences; with
 * --repair it fixes them.  Texts come from the database, where anyone may have put anything, so
 * that what could move a terminal's cursor is not printed. */
#include <stdio.h>

#include "plan/diff.h"
#include "vifctl/terminal.h"
#include "vifctl/vifctl.h"

static enum colour colour_of(char sign)
{
    switch (sign) {
    case '+':
        return COLOUR_GREEN;
    case '-':
        return COLOUR_RED;
    case '~':
        return COLOUR_YELLOW;
    case '!':
        return COLOUR_ALARM;
    default:
        return COLOUR_PLAIN;
    }
}

static void print_difference(const struct vif_difference *difference)
{
    enum colour colour = colour_of(difference->sign);
    struct text words = {0};

    diff_words(difference, true, &words);
    (void)fputs("  ", stdout);
    colour_begin(colour);
    plain_print(words.data ? words.data : "", false, 0);
    colour_end(colour);
    (void)putchar('\n');
    text_done(&words);
}

/* Texts of the database may be of any form; names and values are ASCII. */
static void print_differences(const struct vif_result *result, bool shown)
{
    for (size_t i = 0; i < vif_result_difference_count(result); i++) {
        const struct vif_difference *difference = vif_result_difference(result, i);

        if (shown || difference->sign != ' ')
            print_difference(difference);
    }
}

static void print_name(const struct vif_result *result)
{
    printf("%s%s%s", result->id, result->name[0] ? " " : "", result->name);
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
    print_name(result);
    if (!repaired && result->bridge[0])
        printf(" on %s", result->bridge);
    if (!repaired)
        printf(": %s", drifted ? "drifted" : "as described");
    if (result->state == VIF_STATE_WAITING)
        (void)fputs(", waiting for its network device", stdout);
    (void)fputs(repaired ? ":\n" : "\n", stdout);
    print_differences(result, drifted || arguments->verbose);
}

int verb_check(const struct arguments *arguments)
{
    if (arguments->call.dry_run && !arguments->repair)
        return usage("--dry-run needs --repair: check alone changes nothing", "");
    if (arguments->repair)
        return run_call(arguments, vif_host_repair, "repairing", "as described", print_checked);
    return run_call(arguments, vif_host_check, "checking", NULL, print_checked);
}
