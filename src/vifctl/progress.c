/* SPDX-License-Identifier: Apache-2.0 */
/* The status line: how far a call is, on stderr, rewritten in place and gone at the end.  It is
 * drawn when the library says how far it is, which it does a few times a second also while it
 * waits. */
#include "vifctl/progress.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/deadline.h"

#define QUIET_MS        300 /* what is done by then needs no line */
#define REDRAW_MS       100
#define LINE_MAX        160
#define ASSUMED_COLUMNS 80

/* To the first column, and all that stands behind it away (ECMA-48). */
#define ERASE "\r\033[K"

/* What ends a process from outside. */
static const int ending[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
#define N_ENDING (sizeof ending / sizeof ending[0])

void progress_begin(struct progress_line *line, const struct arguments *arguments,
                    const char *doing, size_t n)
{
    const char *term = getenv("TERM");

    *line = (struct progress_line){
        .doing = doing,
        .n = n,
        .wait = arguments->call.wait,
        .begun = deadline_now(),
        .stage_begun = deadline_now(),
    };
    line->wanted = !arguments->json && !arguments->host.log && isatty(STDERR_FILENO) && term &&
                   term[0] && strcmp(term, "dumb") != 0;
}

static int columns(void)
{
    struct winsize size = {0};

    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_col == 0)
        return ASSUMED_COLUMNS;
    return size.ws_col;
}

/* The signal is not held up: with its default action restored (SA_RESETHAND) it comes again. */
static void erase_and_end(int number)
{
    ssize_t n = write(STDERR_FILENO, ERASE, strlen(ERASE));

    (void)n;
    (void)raise(number);
}

/* While the line is there, a signal that would end us erases it first.  One that is ignored, or
 * that somebody else handles, is none of ours. */
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

/* What is waited for; NULL when the stage is none of waiting. */
static const char *awaited(const struct progress_line *line, enum vif_stage stage)
{
    switch (stage) {
    case VIF_STAGE_LOCK:
        return "another call";
    case VIF_STAGE_SWITCH:
    case VIF_STAGE_SETTLE:
        return "ovs-vswitchd";
    case VIF_STAGE_AGENT:
        return line->wait == VIF_WAIT_ML2 ? "the ML2 agent" : "OVN";
    default:
        return NULL;
    }
}

static const char *work_of(enum vif_stage stage)
{
    switch (stage) {
    case VIF_STAGE_OBSERVE:
        return "looking";
    case VIF_STAGE_LINKS:
        return "links";
    case VIF_STAGE_COMMIT:
        return "database";
    case VIF_STAGE_UNDO:
        return "taking back";
    default:
        return vif_stage_name(stage);
    }
}

/* How many there are of what is counted one by one. */
static void add_count(const struct vif_progress *progress, char *text, size_t size)
{
    bool counted = progress->stage == VIF_STAGE_LINKS || progress->stage == VIF_STAGE_SETTLE ||
                   progress->stage == VIF_STAGE_AGENT || progress->stage == VIF_STAGE_UNDO;

    text[0] = '\0';
    if (counted && progress->total > 1)
        (void)snprintf(text, size, " %zu/%zu", progress->done, progress->total);
}

static void put_words(const struct progress_line *line, const struct vif_progress *progress,
                      int64_t now, char *text, size_t size)
{
    const char *whom = awaited(line, progress->stage);
    char count[64];

    add_count(progress, count, sizeof count);
    if (whom)
        (void)snprintf(text, size, "waiting for %s%s, %lld s", whom, count,
                       (long long)(now - line->stage_begun) / 1000);
    else
        (void)snprintf(text, size, "%s %zu VIF%s: %s%s", line->doing, line->n,
                       line->n == 1 ? "" : "s", work_of(progress->stage), count);
}

void progress_draw(struct progress_line *line, const struct vif_progress *progress)
{
    int64_t now = deadline_now();
    bool other = progress->stage != line->stage;
    char text[LINE_MAX];

    if (!line->wanted)
        return;
    if (other) {
        line->stage = progress->stage;
        line->stage_begun = now;
    }
    if (progress->stage == VIF_STAGE_FINISHED) {
        progress_end(line);
        return;
    }
    if (now - line->begun < QUIET_MS || now - line->drawn < REDRAW_MS)
        return;
    put_words(line, progress, now, text, sizeof text);
    if (!line->shown)
        catch_signals(line);
    line->shown = true;
    line->drawn = now;
    /* In the last column the cursor would be on the next line, or not, as the terminal likes. */
    (void)fprintf(stderr, ERASE "%.*s", columns() - 1, text);
}

void progress_end(struct progress_line *line)
{
    if (!line->shown)
        return;
    (void)fputs(ERASE, stderr);
    line->shown = false;
    release_signals(line);
}
