/* SPDX-License-Identifier: Apache-2.0 */
/* vifctl doctor: prints what the library found out about this host, one finding below the other,
 * and what to do about it. */
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "vifctl/colour.h"
#include "vifctl/plain.h"
#include "vifctl/vifctl.h"

/* The columns of the texts, of which the check's name has what is left, and where lines end. */
#define TEXT_COLUMN  22
#define WIDTH_LEAST  60
#define WIDTH_MOST   100
#define WIDTH_NORMAL 80

DEFINE_AUTO(auto_host, struct vif_host *, vif_host_close);
DEFINE_AUTO(auto_report, struct vif_report *, vif_report_free);
#define auto_host   __attribute__((cleanup(auto_host_fn)))
#define auto_report __attribute__((cleanup(auto_report_fn)))

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

static size_t terminal_width(void)
{
    struct winsize size = {0};

    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_col == 0)
        return WIDTH_NORMAL;
    if (size.ws_col < WIDTH_LEAST)
        return WIDTH_LEAST;
    return size.ws_col > WIDTH_MOST ? WIDTH_MOST : size.ws_col;
}

static void print_page(const struct vif_report *findings)
{
    size_t width = terminal_width(), counts[N_LEVELS] = {0};

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
}

int verb_doctor(const struct arguments *arguments)
{
    auto_host struct vif_host *host = NULL;
    auto_report struct vif_report *findings = NULL;
    struct vif_doctor_options options = {
        .size = sizeof options,
        .timeout_ms = arguments->call.timeout_ms,
    };
    struct vif_error err = {0};
    int r;

    r = vif_host_open(&arguments->host, &host, &err);
    if (r == 0)
        r = vif_host_doctor(host, &options, &findings, &err);
    if (r < 0)
        return failed(&err);
    if (!arguments->json)
        print_page(findings);
    else if (print_json(vif_report_json(findings)) != STATUS_OK)
        return vif_error_kind_status(VIF_ERROR_NO_MEMORY);
    return vif_report_status(findings);
}
