/* SPDX-License-Identifier: Apache-2.0 */
/* What is told of requests and of the daemon itself: on standard error. */
#include <stdarg.h>
#include <stdio.h>

#include "vifd/daemon.h"

void daemon_log(struct daemon *daemon, const char *format, ...)
{
    char line[VIF_ERROR_TEXT_MAX * 2];
    va_list ap;

    (void)daemon;
    va_start(ap, format);
    (void)vsnprintf(line, sizeof line, format, ap);
    va_end(ap);
    (void)fprintf(stderr, "vifd: %s\n", line);
}

void record_request(struct daemon *daemon, const struct request *request)
{
    const struct times *times = &request->times;
    const struct outcomes *outcomes = &request->outcomes;

    if (!daemon->settings.verbose)
        return;
    daemon_log(daemon,
               "%s of %s (pid %d, uid %u): %zu VIFs, %zu failed, %lld us (%lld us queued)%s%s",
               request->call.method, request->caller.comm, (int)request->caller.pid,
               (unsigned)request->caller.uid, request->n_vifs, outcomes->n_failed,
               (long long)(times->answered - times->arrived),
               (long long)((times->started ? times->started : times->answered) - times->arrived),
               outcomes->error.text[0] ? ": " : "", outcomes->error.text);
}

void record_batch(struct daemon *daemon, size_t n_requests, size_t n_vifs)
{
    if (daemon->settings.verbose)
        daemon_log(daemon, "batch: %zu requests, %zu VIFs", n_requests, n_vifs);
}
