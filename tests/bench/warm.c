/* SPDX-License-Identifier: Apache-2.0 */
/* A program that has libvif loaded and its host open, as a daemon would: for tests/bench.
 *
 *   bench-warm OVSDB none|vswitchd
 *
 * A line of standard input is "plug FILE" or "unplug FILE"; the answer on standard output is a line
 * "WALL_NS CPU_US PEAK_KIB STATUS".  Measured is from the text in memory to the report; STATUS is
 * vif_report_status(). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <vif/vif.h>

#include "program.h"

typedef int call_fn(struct vif_host *, const struct vif_batch *, const struct vif_call_options *,
                    struct vif_report **, struct vif_error *);

/* What became of the VIFs: the status of the report, and the words of what failed. */
static int judge(const struct vif_report *report)
{
    for (size_t i = 0; i < vif_report_count(report); i++) {
        const struct vif_result *result = vif_report_result(report, i);

        if (result->state == VIF_STATE_FAILED)
            (void)fprintf(stderr, "%s: %s\n", result->id, result->error->text);
    }
    return vif_report_status(report);
}

static void run(struct vif_host *host, call_fn *call, const char *path, enum vif_wait wait)
{
    struct vif_call_options options = {.size = sizeof options, .wait = wait, .timeout_ms = 300000};
    struct vif_batch *batch = NULL;
    struct vif_report *report = NULL;
    struct vif_error err = {0};
    size_t length;
    char *text = slurp(path, &length);
    long long wall = clock_ns(CLOCK_MONOTONIC), cpu = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
    int r = vif_batch_new(&batch, &err);

    if (r == 0)
        r = vif_batch_add(batch, path, text, length, &err);
    if (r == 0)
        r = call(host, batch, &options, &report, &err);
    wall = clock_ns(CLOCK_MONOTONIC) - wall;
    cpu = clock_ns(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    if (r < 0)
        (void)fprintf(stderr, "%s: %s\n", path, err.text);
    printf("%lld %lld %ld %d\n", wall, cpu / 1000, peak_kib(), r < 0 ? 1 : judge(report));
    (void)fflush(stdout);
    vif_report_free(report);
    vif_batch_free(batch);
    free(text);
}

int main(int argc, char **argv)
{
    struct vif_host_options options = {.size = sizeof options};
    struct vif_host *host;
    struct vif_error err = {0};
    enum vif_wait wait;
    char *line = NULL;
    size_t size = 0;

    if (argc != 3)
        return 2;
    options.ovsdb = argv[1];
    wait = strcmp(argv[2], "none") == 0 ? VIF_WAIT_NONE : VIF_WAIT_VSWITCHD;
    if (vif_host_open(&options, &host, &err) < 0) {
        (void)fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    while (getline(&line, &size, stdin) > 0) {
        line[strcspn(line, "\n")] = '\0';
        if (strncmp(line, "plug ", 5) == 0)
            run(host, vif_host_plug, line + 5, wait);
        else if (strncmp(line, "unplug ", 7) == 0)
            run(host, vif_host_unplug, line + 7, wait);
        else
            return 2;
    }
    free(line);
    vif_host_close(host);
    return 0;
}
