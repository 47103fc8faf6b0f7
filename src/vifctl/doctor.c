/* SPDX-License-Identifier: Apache-2.0 */
/* vifctl doctor: prints what the library found out about this host, one finding below the other,
 * and what to do about it. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "vifctl/terminal.h"
#include "vifctl/vifctl.h"

/* The columns of the texts, of which the check's name has what is left, and where lines end. */
#define TEXT_COLUMN  22
#define WIDTH_LEAST  60
#define WIDTH_MOST   100
#define WIDTH_NORMAL 80

static const struct level {
    const char *word; /* of the page; padded to the same length */
    enum colour colour;
} levels[] = {
    [VIF_FINDING_OK] = {"ok  ", COLOUR_GREEN},
    [VIF_FINDING_INFO] = {"-   ", COLOUR_PLAIN},
    [VIF_FINDING_WARN] = {"warn", COLOUR_YELLOW},
    [VIF_FINDING_FAIL] = {"FAIL", COLOUR_ALARM},
};

#define N_LEVELS (sizeof levels / sizeof levels[0])

static size_t page_width(void)
{
    size_t width = terminal_width(STDOUT_FILENO);

    if (width == 0)
        return WIDTH_NORMAL;
    if (width < WIDTH_LEAST)
        return WIDTH_LEAST;
    return width > WIDTH_MOST ? WIDTH_MOST : width;
}

static int print_page(struct vif_report *findings, const struct arguments *arguments)
{
    size_t width = page_width(), counts[N_LEVELS] = {0};

    (void)arguments;
    for (size_t i = 0; i < vif_report_count(findings); i++) {
        const struct vif_finding *finding = vif_report_finding(findings, i);
        const struct level *level = &levels[finding->level];

        counts[finding->level]++;
        colour_print(level->colour, level->word);
        printf("  %-*s", TEXT_COLUMN - (int)strlen(level->word) - 2, finding->check);
        plain_wrap(finding->text, TEXT_COLUMN, TEXT_COLUMN, width);
        if (finding->advice[0]) {
            printf("%*s-> ", TEXT_COLUMN, "");
            plain_wrap(finding->advice, TEXT_COLUMN + 3, TEXT_COLUMN + 3, width);
        }
    }
    printf("%zu ok, %zu warning%s, %zu failure%s\n", counts[VIF_FINDING_OK],
           counts[VIF_FINDING_WARN], counts[VIF_FINDING_WARN] == 1 ? "" : "s",
           counts[VIF_FINDING_FAIL], counts[VIF_FINDING_FAIL] == 1 ? "" : "s");
    return STATUS_OK;
}

static int doctor(struct vif_host *host, const struct arguments *arguments,
                  struct vif_report **ret_report, struct vif_error *err)
{
    struct vif_doctor_options options = {
        .size = sizeof options,
        .timeout_ms = arguments->call.timeout_ms,
    };

    return vif_host_doctor(host, &options, ret_report, err);
}

int verb_doctor(const struct arguments *arguments)
{
    return run_inspect(arguments, doctor, print_page);
}
