/* SPDX-License-Identifier: Apache-2.0 */
/* rounds: a program that lives long, and plugs and unplugs the same VIFs through one host handle.
 *
 *     rounds OVSDB FILE N
 *
 * After each of N rounds of plug, plug again and unplug of the VIFs in FILE, it prints a line: the bytes
 * of the heap that are in use, and the kilobytes of memory the process has. */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <vif/vif.h>

static char text[16 << 20];

typedef int call_fn(struct vif_host *host, const struct vif_batch *batch,
                    const struct vif_call_options *options, struct vif_report **ret_report,
                    struct vif_error *err);

static _Noreturn void fail(const char *words)
{
    fprintf(stderr, "rounds: %s\n", words);
    exit(1);
}

static long resident(void)
{
    FILE *f = fopen("/proc/self/statm", "re");
    long all, pages;

    if (!f || fscanf(f, "%ld %ld", &all, &pages) != 2)
        fail("/proc/self/statm");
    fclose(f);
    return pages * 4;
}

static void call(call_fn *function, struct vif_host *host, const struct vif_batch *batch)
{
    const struct vif_call_options options = {
        .size = sizeof options, .wait = VIF_WAIT_NONE, .timeout_ms = 60000};
    struct vif_report *report = NULL;
    struct vif_error err = {0};

    if (function(host, batch, &options, &report, &err) < 0)
        fail(err.text);
    for (size_t i = 0; i < vif_report_count(report); i++)
        if (vif_report_result(report, i)->state == VIF_STATE_FAILED)
            fail(vif_report_result(report, i)->error->text);
    vif_report_free(report);
}

int main(int argc, char **argv)
{
    static call_fn *const calls[] = {vif_host_plug, vif_host_plug, vif_host_unplug};
    struct vif_host_options options = {.size = sizeof options, .ovsdb = argc > 1 ? argv[1] : ""};
    struct vif_host *host = NULL;
    struct vif_error err = {0};
    size_t n;
    FILE *f;

    if (argc != 4)
        fail("usage: rounds OVSDB FILE N");
    f = fopen(argv[2], "re");
    if (!f)
        fail(argv[2]);
    n = fread(text, 1, sizeof text, f);
    fclose(f);
    if (vif_host_open(&options, &host, &err) < 0)
        fail(err.text);
    for (int left = atoi(argv[3]); left > 0; left--) {
        for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
            struct vif_batch *batch = NULL;

            if (vif_batch_new(&batch, &err) < 0 ||
                vif_batch_add(batch, "rounds", text, n, &err) < 0)
                fail(err.text);
            call(calls[i], host, batch);
            vif_batch_free(batch);
        }
        printf("%zu %ld\n", mallinfo2().uordblks, resident());
        fflush(stdout);
    }
    vif_host_close(host);
    return 0;
}
