/* SPDX-License-Identifier: Apache-2.0 */
/* vifctl plug, unplug and check: reads the files, calls the library, prints the report. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plan/diff.h"
#include "vifctl/vifctl.h"

void print_steps(const struct vif_result *result)
{
    printf("%s%s%s%s\n", result->id, result->name[0] ? " " : "", result->name,
           result->steps[0] ? ":" : ": nothing to do");
    print_lines(stdout, "  ", result->steps);
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

/* Texts come from the database, where anyone may have put anything: what could move a terminal's
 * cursor is not printed. */
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

/* One call, while it lasts. */
struct call {
    const struct arguments *arguments;
    struct progress_line line;
    bool no_memory;  /* for a line of JSON */
    int write_error; /* errno of the first line that could not be written */
};

static void show_progress(void *data, const struct vif_progress *progress)
{
    struct call *call = data;

    progress_draw(&call->line, progress);
}

/* Prints one line of JSON at once.  If it cannot be written the call goes on, and the reason is
 * reported at the end. */
static void print_line(void *data, const struct vif_result *result)
{
    struct call *call = data;
    char *text = vif_result_json(result);

    call->no_memory |= !text;
    if (text && !call->write_error && (puts(text) == EOF || fflush(stdout) != 0))
        call->write_error = errno;
    vif_string_free(text);
}

static int print_report(const struct vif_report *report, const struct call *call, print_fn *print)
{
    const struct arguments *arguments = call->arguments;
    const char *transaction = vif_report_transaction(report);

    if (call->no_memory)
        return print_json(NULL);
    if (arguments->json && transaction && !call->write_error)
        printf("{\"transaction\":%s}\n", transaction);
    for (size_t i = 0; i < vif_report_count(report); i++) {
        const struct vif_result *result = vif_report_result(report, i);

        if (result->warnings)
            (void)fflush(stdout); /* what was printed comes first; without a warning, all at once */
        print_lines(stderr, "vifctl: warning: ", result->warnings);
        if (result->state == VIF_STATE_FAILED)
            complain(result->error->text);
        else if (!arguments->json)
            print(result, arguments);
    }
    return vif_report_status(report);
}

/* Calls the library; prints lines of JSON or the status line meanwhile. */
static int make_call(struct call *call, struct vif_host *host, const struct vif_batch *batch,
                     call_fn *make, const char *doing, const char *done,
                     struct vif_report **ret_report, struct vif_error *err)
{
    struct vif_call_options options = call->arguments->call;
    int r;

    options.data = call;
    options.progress = show_progress;
    if (call->arguments->json)
        options.result = print_line;
    if (done && !options.dry_run)
        options.stop_fd = signals_catch();
    /* A reader that goes away must not end the process with VIFs half plugged. */
    (void)signal(SIGPIPE, SIG_IGN);
    progress_begin(&call->line, call->arguments, doing, vif_batch_count(batch));
    if (!call->line.wanted)
        options.progress = NULL;
    r = make(host, batch, &options, ret_report, err);
    progress_end(&call->line);
    return r;
}

int run_call(const struct arguments *arguments, call_fn *make, const char *doing, const char *done,
             print_fn *print)
{
    auto_host struct vif_host *host = NULL;
    auto_batch struct vif_batch *batch = NULL;
    auto_report struct vif_report *report = NULL;
    struct call call = {.arguments = arguments};
    struct vif_error err = {0};
    int r, status;

    r = vif_host_open(&arguments->host, &host, &err);
    if (r == 0)
        r = vif_batch_new(&batch, &err);
    for (int i = 0; r == 0 && i < arguments->n_files; i++)
        r = read_file(arguments->files[i], batch, &err);
    if (r == 0)
        r = make_call(&call, host, batch, make, doing, done, &report, &err);
    if (r < 0)
        return failed(&err);
    status = print_report(report, &call, print);
    if (signals_caught() && vif_report_count(report) > 1)
        signals_report(report, done);
    return call.write_error ? output_failed(call.write_error, status) : status;
}

int verb_plug(const struct arguments *arguments)
{
    return run_call(arguments, vif_host_plug, "plugging", "plugged", print_result);
}

int verb_unplug(const struct arguments *arguments)
{
    return run_call(arguments, vif_host_unplug, "unplugging", "unplugged", print_result);
}

int verb_check(const struct arguments *arguments)
{
    if (arguments->call.dry_run && !arguments->repair)
        return usage("--dry-run needs --repair: check alone changes nothing", "");
    if (arguments->repair)
        return run_call(arguments, vif_host_repair, "repairing", "as described", print_checked);
    return run_call(arguments, vif_host_check, "checking", NULL, print_checked);
}
