/* SPDX-License-Identifier: Apache-2.0 */
/* The status line: the progress of a call, on stderr, rewritten in place and erased at the end.
 * It is drawn when the library reports progress, which it does a few times a second even while it
 * waits. */
#include "vifctl/vifctl.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/deadline.h"

#define QUIET_MS        300 /* a call that is done by then needs no line */
#define REDRAW_MS       100
#define LINE_MAX        160
#define ASSUMED_COLUMNS 80

/* To the first column, and erase the line from there (ECMA-48). */
#define ERASE "\r\033[K"

/* What ends a process from outside. */
static const int ending[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
#define N_ENDING (sizeof ending / sizeof ending[0])

void progress_begin(struct progress_line *line, const struct arguments *arguments,
                    const char *doing, size_t n)
{
    *line = (struct progress_line){
        .doing = doing,
        .n = n,
        .wait = arguments->call.wait,
        .begun = deadline_now(),
        .stage_begun = deadline_now(),
    };
    line->wanted = !arguments->json && !arguments->host.log && terminal_is_smart(STDERR_FILENO);
}

/* The default action is restored (SA_RESETHAND), so the signal ends us when it comes again. */
static void erase_and_end(int number)
{
    ssize_t n = write(STDERR_FILENO, ERASE, strlen(ERASE));

    (void)n;
    (void)raise(number);
}

/* While the line is shown, a signal that would end us erases it first.  Signals that are ignored or
 * handled elsewhere stay as they are. */
static void catch_signals(struct progress_line *line)
{
    struct sigaction own = {.sa_handler = erase_and_end, .sa_flags = (int)SA_RESETHAND}, now;

    for (size_t i = 0; i < N_ENDING; i++)
        if (sigaction(ending[i], NULL, &now) == 0 && now.sa_handler == SIG_DFL &&
            sigaction(ending[i], &own, NULL) == 0)
            line->caught |= 1U << i;
}

static void release_signals(struct progress_line *line)
{
    for (size_t i = 0; i < N_ENDING; i++)
        if (line->caught >> i & 1)
            (void)signal(ending[i], SIG_DFL);
    line->caught = 0;
}

static const struct {
    const char *work;   /* done at this stage */
    const char *awaits; /* the program waited for; NULL: none */
    bool counted;
} stages[] = {
    [VIF_STAGE_LOCK] = {.awaits = "another call"},
    [VIF_STAGE_OBSERVE] = {.work = "reading"},
    [VIF_STAGE_LINKS] = {.work = "links", .counted = true},
    [VIF_STAGE_COMMIT] = {.work = "database"},
    [VIF_STAGE_SWITCH] = {.awaits = "ovs-vswitchd"},
    [VIF_STAGE_WAIT] = {.awaits = "ovs-vswitchd", .counted = true},
    [VIF_STAGE_AGENT] = {.awaits = "OVN", .counted = true},
    [VIF_STAGE_UNDO] = {.work = "undoing", .counted = true},
    [VIF_STAGE_FINISHED] = {.work = "finished"},
};

static void write_words(const struct progress_line *line, const struct vif_progress *progress,
                        int64_t now, char *text, size_t size)
{
    enum vif_stage stage = progress->stage;
    const char *awaits = stages[stage].awaits;
    char count[64] = "";

    if (stages[stage].counted && progress->total > 1)
        (void)snprintf(count, sizeof count, " %zu/%zu", progress->done, progress->total);
    if (stage == VIF_STAGE_AGENT && line->wait == VIF_WAIT_ML2)
        awaits = "the ML2 agent";
    if (awaits)
        (void)snprintf(text, size, "waiting for %s%s, %lld s", awaits, count,
                       (long long)(now - line->stage_begun) / 1000);
    else
        (void)snprintf(text, size, "%s %zu VIF%s: %s%s", line->doing, line->n,
                       line->n == 1 ? "" : "s", stages[stage].work, count);
}

void progress_draw(struct progress_line *line, const struct vif_progress *progress)
{
    int64_t now = deadline_now();
    char text[LINE_MAX];
    size_t width;

    if (!line->wanted)
        return;
    if (progress->stage != line->stage) {
        line->stage = progress->stage;
        line->stage_begun = now;
    }
    if (progress->stage == VIF_STAGE_FINISHED) {
        progress_end(line);
        return;
    }
    if (now - line->begun < QUIET_MS || now - line->drawn < REDRAW_MS)
        return;
    write_words(line, progress, now, text, sizeof text);
    if (!line->shown)
        catch_signals(line);
    line->shown = true;
    line->drawn = now;
    width = terminal_width(STDERR_FILENO);
    /* Terminals differ in where the cursor is after the last column. */
    (void)fprintf(stderr, ERASE "%.*s", (int)(width ? width : ASSUMED_COLUMNS) - 1, text);
}

void progress_end(struct progress_line *line)
{
    if (!line->shown)
        return;
    (void)fputs(ERASE, stderr);
    line->shown = false;
    release_signals(line);
}
