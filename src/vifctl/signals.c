/* SPDX-License-Identifier: Apache-2.0 */
/* SIGINT and SIGTERM while VIFs are being changed: the first ends the library's call, with no VIF
 * left half done; the report is printed, and then vifctl ends by the signal, so that a shell sees
 * what happened. The second ends it at once.
 *
 * A signal handler gets no argument, so what it needs is in the only variables of this program. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "vifctl/vifctl.h"

static const int signals[] = {SIGINT, SIGTERM};

#define N_SIGNALS (sizeof signals / sizeof signals[0])

static volatile sig_atomic_t caught; /* the number of the signal; 0: none came */
static volatile sig_atomic_t writing_end = -1;

/* The default action is back for the second signal. */
static void handle(int number)
{
    int saved = errno;

    caught = number;
    for (size_t i = 0; i < N_SIGNALS; i++)
        (void)signal(signals[i], SIG_DFL);
    (void)!write(writing_end, "", 1);
    errno = saved;
}

int signals_catch(void)
{
    struct sigaction action = {.sa_handler = handle, .sa_flags = SA_RESTART}, before;
    int ends[2];

    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
        return 0;
    writing_end = ends[1];
    for (size_t i = 0; i < N_SIGNALS; i++)
        (void)sigaddset(&action.sa_mask, signals[i]);
    for (size_t i = 0; i < N_SIGNALS; i++)
        /* Signals ignored at startup (nohup) stay ignored. */
        if (sigaction(signals[i], &action, &before) == 0 && before.sa_handler == SIG_IGN)
            (void)sigaction(signals[i], &before, NULL);
    return ends[0];
}

bool signals_caught(void)
{
    return caught != 0;
}

int signals_end(int status)
{
    if (caught)
        (void)raise(caught);
    return status;
}

/* Adds ", <n> <what>" unless there is none. */
static int add_count(char *words, size_t size, int used, size_t n, const char *what)
{
    return n ? snprintf(words + used, size - (size_t)used, ", %zu %s", n, what) : 0;
}

void signals_report(const struct vif_report *report, const char *done)
{
    size_t n = vif_report_count(report), whole = 0, unawaited = 0, failed = 0;
    char words[200];
    int used;

    for (size_t i = 0; i < n; i++) {
        const struct vif_result *result = vif_report_result(report, i);

        if (result->state != VIF_STATE_FAILED)
            whole++;
        else if (result->error->kind != VIF_ERROR_INTERRUPTED)
            failed++;
        else
            unawaited += result->changed != 0;
    }
    used = snprintf(words, sizeof words, "interrupted: %zu of %zu VIFs %s", whole, n, done);
    used += add_count(words, sizeof words, used, unawaited, "not waited for");
    used += add_count(words, sizeof words, used, failed, "failed");
    (void)add_count(words, sizeof words, used, n - whole - unawaited - failed, "as they were");
    complain(words);
}
