/* SPDX-License-Identifier: Apache-2.0 */
/* vifctl list, prune and doctor: what the library finds on this host, as text. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "vifctl/vifctl.h"

/* ---- list: a table of the VIFs ---- */

/* The last column is as wide as what is in it. */
enum { ID, TYPE, INSTANCE, BRIDGE, PORT, OFPORT, STATE, N_COLUMNS };

struct row {
    const char *cells[N_COLUMNS];
    const char *error; /* behind the last one */
    char ofport[24];
};

static void fill_row(const struct vif_status *vif, struct row *row)
{
    const char *cells[N_COLUMNS] = {
        [ID] = vif->id,
        [TYPE] = vif->type,
        [INSTANCE] = vif->instance,
        [BRIDGE] = vif->bridge,
        [PORT] = vif->port,
        [OFPORT] = row->ofport,
        [STATE] = vif_state_name(vif->state),
    };

    if (!cells[PORT][0])
        cells[PORT] = vif->device;
    (void)snprintf(row->ofport, sizeof row->ofport, "%lld", (long long)vif->ofport);
    if (!vif->ofport)
        row->ofport[0] = '\0';
    for (int i = 0; i < N_COLUMNS; i++)
        row->cells[i] = cells[i][0] ? cells[i] : "-";
    /* That the device is not there, is what the state says. */
    row->error = vif->state == VIF_STATE_FAILED ? vif->error : "";
}

static void widen(const struct row *row, bool utf8, size_t widths[N_COLUMNS])
{
    for (int i = 0; i < N_COLUMNS; i++) {
        size_t columns = plain_columns(row->cells[i], utf8);

        if (columns > widths[i])
            widths[i] = columns;
    }
}

static void print_row(const struct row *row, bool utf8, const size_t widths[N_COLUMNS])
{
    for (int i = 0; i < N_COLUMNS; i++)
        plain_print(row->cells[i], utf8, i < STATE ? widths[i] + 2 : 0);
    if (row->error[0])
        (void)fputs(": ", stdout);
    plain_print(row->error, utf8, 0);
    puts("");
}

static int print_table(struct vif_report *list, const struct arguments *arguments)
{
    struct row row = {
        .cells = {"ID", "TYPE", "INSTANCE", "BRIDGE", "PORT", "OFPORT", "STATE"},
        .error = "",
    };
    size_t widths[N_COLUMNS] = {0};
    const struct row head = row;
    bool utf8 = plain_utf8();

    (void)arguments;
    widen(&head, utf8, widths);
    for (size_t i = 0; i < vif_report_count(list); i++) {
        fill_row(vif_report_vif(list, i), &row);
        widen(&row, utf8, widths);
    }
    print_row(&head, utf8, widths);
    for (size_t i = 0; i < vif_report_count(list); i++) {
        fill_row(vif_report_vif(list, i), &row);
        print_row(&row, utf8, widths);
    }
    return STATUS_OK;
}

static int list(struct vif_host *host, const struct arguments *arguments,
                struct vif_report **ret_report, struct vif_error *err)
{
    struct vif_list_options options = arguments->list;

    options.timeout_ms = arguments->call.timeout_ms;
    return vif_host_list(host, &options, ret_report, err);
}

int verb_list(const struct arguments *arguments)
{
    return run_inspect(arguments, list, print_table);
}

/* ---- prune: stale ports, links and rows, each with the reason ---- */

static void print_age(int64_t age)
{
    static const struct {
        const char *unit;
        int64_t seconds;
    } units[] = {{"days", 86400}, {"hours", 3600}, {"minutes", 60}, {"s", 1}};
    size_t i = 0;

    while (i < 3 && age < 2 * units[i].seconds)
        i++;
    printf("; at least %lld %s old", (long long)(age / units[i].seconds), units[i].unit);
}

static void print_stale(const struct vif_stale *stale)
{
    printf("%s%s %s%s%s: %s", stale->state == VIF_STALE_REMOVED ? "removed " : "", stale->kind,
           stale->name, stale->bridge[0] ? " on " : "", stale->bridge, stale->reason);
    if (stale->age >= 0 && stale->state != VIF_STALE_KEPT)
        print_age(stale->age);
    printf("\n");
    print_lines(stdout, "  ", stale->steps);
}

static int print_list(struct vif_report *report, const struct arguments *arguments)
{
    size_t n = 0, young = 0;
    int verbose = arguments->verbose;

    for (size_t i = 0; i < vif_report_count(report); i++) {
        const struct vif_stale *stale = vif_report_stale(report, i);

        n += stale->state == VIF_STALE_FOUND;
        young += stale->young;
        if (stale->state != VIF_STALE_FAILED && (verbose || !stale->young))
            print_stale(stale);
    }
    if (young && !verbose)
        printf("%zu not shown: younger than the grace period (-v shows them)\n", young);
    if (n)
        printf("%zu stale item%s; --yes removes %s\n", n, n > 1 ? "s" : "", n > 1 ? "them" : "it");
    else if (!vif_report_count(report))
        printf("nothing is stale\n");
    return STATUS_OK;
}

static int prune(struct vif_host *host, const struct arguments *arguments,
                 struct vif_report **ret_report, struct vif_error *err)
{
    struct vif_prune_options options = arguments->prune;

    options.timeout_ms = arguments->call.timeout_ms;
    options.dry_run = arguments->call.dry_run;
    options.wait = arguments->call.wait;
    if (options.remove && !options.dry_run)
        options.stop_fd = signals_catch();
    return vif_host_prune(host, &options, ret_report, err);
}

int verb_prune(const struct arguments *arguments)
{
    return run_inspect(arguments, prune, print_list);
}

/* ---- doctor: one finding below the other, and what to do about it ---- */

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
