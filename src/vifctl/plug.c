/* SPDX-License-Identifier: Apache-2.0 */
/* vifctl plug and unplug: reads the files, has the library do it, prints the report.  Other verbs that
 * do something with the VIFs of files do it the same way. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "vifctl/vifctl.h"

DEFINE_AUTO(auto_host, struct vif_host *, vif_host_close);
DEFINE_AUTO(auto_batch, struct vif_batch *, vif_batch_free);
DEFINE_AUTO(auto_report, struct vif_report *, vif_report_free);
#define auto_host   __attribute__((cleanup(auto_host_fn)))
#define auto_batch  __attribute__((cleanup(auto_batch_fn)))
#define auto_report __attribute__((cleanup(auto_report_fn)))

void print_steps(const struct vif_result *result)
{
    const char *step = result->steps;

    printf("%s%s%s%s\n", result->id, result->name[0] ? " " : "", result->name,
           *step ? ":" : ": nothing to do");
    while (*step) {
        size_t n = strcspn(step, "\n");

        printf("  %.*s\n", (int)n, step);
        step += n + (step[n] == '\n');
    }
}

static void print_warnings(const struct vif_result *result)
{
    const char *line = result->warnings ? result->warnings : "";

    (void)fflush(stdout);
    while (*line) {
        size_t n = strcspn(line, "\n");

        (void)fprintf(stderr, "vifctl: warning: %.*s\n", (int)n, line);
        line += n + (line[n] == '\n');
    }
}

static void print_result(const struct vif_result *result, const struct arguments *arguments)
{
    (void)arguments;
    if (result->state == VIF_STATE_PLANNED) {
        print_steps(result);
        return;
    }
    printf("%s %s%s%s", result->state == VIF_STATE_UNPLUGGED ? "unplugged" : "plugged", result->id,
           result->name[0] ? " " : "", result->name);
    if (result->state != VIF_STATE_UNPLUGGED && result->bridge[0])
        printf(" on %s", result->bridge);
    if (result->ofport)
        printf(" (port %lld)", (long long)result->ofport);
    if (result->state == VIF_STATE_WAITING)
        printf(", waiting for its network device");
    if (!result->changed)
        printf(", nothing to do");
    printf("\n");
}

static int print_report(struct vif_report *report, const struct arguments *arguments,
                        print_fn *print)
{
    int status = arguments->json ? print_json(vif_report_json(report)) : STATUS_OK;

    if (status != STATUS_OK)
        return status;
    for (size_t i = 0; i < vif_report_count(report); i++) {
        const struct vif_result *result = vif_report_result(report, i);

        print_warnings(result);
        if (result->state == VIF_STATE_FAILED)
            complain(result->error.text);
        else if (!arguments->json)
            print(result, arguments);
    }
    return vif_report_status(report);
}

int run_call(const struct arguments *arguments, call_fn *call, print_fn *print, const char *done)
{
    struct vif_call_options options = arguments->call;
    auto_host struct vif_host *host = NULL;
    auto_batch struct vif_batch *batch = NULL;
    auto_report struct vif_report *report = NULL;
    struct vif_error err = {0};
    int r, status;

    if (arguments->n_files == 0) {
        complain("no FILE given ('-' is standard input)");
        return STATUS_USAGE;
    }
    r = vif_host_open(&arguments->host, &host, &err);
    if (r == 0)
        r = vif_batch_new(&batch, &err);
    if (r == 0)
        r = read_files(arguments->files, arguments->n_files, batch, &err) ? 0 : -1;
    if (r == 0) {
        if (done && !options.dry_run)
            options.stop_fd = interrupt_begin();
        r = call(host, batch, &options, &report, &err);
    }
    if (r < 0) {
        complain(err.text);
        return vif_error_kind_status(err.kind);
    }
    status = print_report(report, arguments, print);
    if (is_interrupted() && vif_report_count(report) > 1)
        tell_interrupted(report, done);
    return status;
}

int verb_plug(const struct arguments *arguments)
{
    return run_call(arguments, vif_host_plug, print_result, "plugged");
}

int verb_unplug(const struct arguments *arguments)
{
    return run_call(arguments, vif_host_unplug, print_result, "unplugged");
}
