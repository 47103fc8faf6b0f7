/* SPDX-License-Identifier: Apache-2.0 */
/* The daemon in numbers: what is counted where, the text, the file.
 *
 * "test-vifd-metrics openmetrics|prometheus" prints a text with something of everything instead, which
 * tests/functional/test_metrics.py has others read. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "failing-alloc.h"
#include "vifd/metrics.h"

#define LENGTH(rows) (sizeof(rows) / sizeof((rows)[0]))

static char *text_of(const struct metrics *metrics, enum metrics_format format)
{
    struct text text = {0};

    metrics_write(metrics, format, &text);
    return text_take(&text);
}

/* The text has this line. */
static void assert_line(const char *text, const char *line)
{
    auto_free char *whole = NULL;

    assert_true(asprintf(&whole, "\n%s\n", line) > 0);
    if (!strstr(text, whole))
        fail_msg("no line '%s' in:\n%s", line, text);
}

static int write_file(const struct metrics *metrics, const char *path, struct vif_error *err)
{
    struct text text = {0};
    int r;

    metrics_write(metrics, METRICS_PROMETHEUS, &text);
    r = metrics_put_file(&text, path, err);
    text_done(&text);
    return r;
}

static size_t lines_of(const char *text)
{
    size_t n = 0;

    for (; *text; text++)
        n += *text == '\n';
    return n;
}

static struct metrics busy(void)
{
    static const struct timings batch = {{
        [TIMING_LOCK] = 100,
        [TIMING_OBSERVE] = 2500,
        [TIMING_LINKS] = 800,
        [TIMING_COMMIT] = 5000,
        [TIMING_WAIT] = 130000000,
    }};
    static const struct timings request = {{[TIMING_QUEUE] = 100000, [TIMING_TOTAL] = 130109000}};
    static const struct outcomes listed = {.by_state[VIF_STATE_PLUGGED] = 1};
    static const struct outcomes plugged = {
        .n_failed = 1,
        .error.kind = VIF_ERROR_CONFLICT,
        .by_state = {[VIF_STATE_PLUGGED] = 2, [VIF_STATE_FAILED] = 1},
        .by_kind[VIF_ERROR_CONFLICT] = 1,
    };
    static const struct outcomes refused = {.error.kind = VIF_ERROR_PERMISSION};
    struct metrics metrics;

    metrics_init(&metrics);
    metrics_batch(&metrics, 3, &batch, 1, 1);
    metrics_batch(&metrics, 0, &batch, 1, 0);
    metrics_request(&metrics, "Plug", &plugged, &request);
    metrics_request(&metrics, "x\"} 1\nvifd_evil 1", &refused, &request);
    metrics_request(&metrics, "List", &listed, &request);
    metrics.connections = 5;
    metrics.queued = 4;
    return metrics;
}

static void numbers(void **state)
{
    const struct metrics metrics = busy();
    auto_free char *text = text_of(&metrics, METRICS_OPENMETRICS);

    (void)state;
    assert_line(text, "vifd_requests_total{method=\"Plug\"} 1");
    assert_line(text, "vifd_requests_total{method=\"other\"} 1");
    assert_line(text, "vifd_requests_total{method=\"Unplug\"} 0");
    assert_line(text, "vifd_failures_total{kind=\"Conflict\"} 1");
    assert_line(text, "vifd_failures_total{kind=\"TimedOut\"} 0");
    assert_line(text, "vifd_failures_total{kind=\"PermissionDenied\"} 1");
    assert_null(strstr(text, "kind=\"None\""));
    assert_line(text, "vifd_vifs_total{method=\"Plug\",state=\"plugged\"} 2");
    assert_line(text, "vifd_vifs_total{method=\"Plug\",state=\"failed\"} 1");
    assert_null(strstr(text, "method=\"List\",state"));
    assert_line(text, "vifd_step_seconds_bucket{step=\"observe\",le=\"0.001\"} 0");
    assert_line(text, "vifd_step_seconds_bucket{step=\"observe\",le=\"0.0025\"} 1"); /* 2.5 ms */
    assert_line(text, "vifd_step_seconds_sum{step=\"observe\"} 0.002500");
    assert_line(text, "vifd_step_seconds_bucket{step=\"wait\",le=\"120.0\"} 0");
    assert_line(text, "vifd_step_seconds_bucket{step=\"wait\",le=\"+Inf\"} 1");
    assert_line(text, "vifd_step_seconds_count{step=\"total\"} 3");
    assert_line(text, "vifd_step_seconds_sum{step=\"queue\"} 0.300000");
    assert_line(text, "vifd_step_seconds_count{step=\"wait\"} 1"); /* a read is not a batch */
    assert_line(text, "vifd_step_seconds_count{step=\"agent\"} 0");
    assert_line(text, "vifd_batch_vifs_bucket{le=\"2.0\"} 0");
    assert_line(text, "vifd_batch_vifs_bucket{le=\"5.0\"} 1");
    assert_line(text, "vifd_batch_vifs_sum 3");
    assert_line(text, "vifd_retries_total 2");
    assert_line(text, "vifd_database_connects_total 1");
    assert_line(text, "vifd_connections 5");
    assert_line(text, "vifd_queue_requests 4");
    assert_line(text, "vifd_build_info{version=\"" VIF_VERSION "\"} 1");
    assert_null(strstr(text, "evil"));
    assert_null(strstr(text, "vifd_resident_memory_bytes 0\n"));
}

static void formats(void **state)
{
    const struct metrics metrics = busy();
    auto_free char *open = text_of(&metrics, METRICS_OPENMETRICS);
    auto_free char *old = text_of(&metrics, METRICS_PROMETHEUS);

    (void)state;
    assert_line(open, "# TYPE vifd_failures counter");
    assert_line(open, "# UNIT vifd_step_seconds seconds");
    assert_string_equal(open + strlen(open) - 7, "\n# EOF\n");
    assert_line(old, "# TYPE vifd_failures_total counter");
    assert_null(strstr(old, "# UNIT"));
    assert_null(strstr(old, "# EOF"));
}

/* Whatever is sent, the text has as many lines. */
static void lines_are_fixed(void **state)
{
    static const struct timings timings = {{0}};
    struct metrics metrics;
    auto_free char *empty = NULL, *full = NULL;

    (void)state;
    metrics_init(&metrics);
    empty = text_of(&metrics, METRICS_OPENMETRICS);
    for (int i = 0; i < 1000; i++) {
        struct outcomes outcomes = {.error.kind = (enum vif_error_kind)(i % METRICS_KINDS)};
        char name[32];

        outcomes.by_state[i % METRICS_STATES] = outcomes.by_kind[i % METRICS_KINDS] = 1;
        (void)snprintf(name, sizeof name, "Method%d", i);
        metrics_request(&metrics, name, &outcomes, &timings);
        metrics_batch(&metrics, (size_t)i * 1000, &timings, 1, 1);
    }
    full = text_of(&metrics, METRICS_OPENMETRICS);
    assert_int_equal(lines_of(full), lines_of(empty));
}

/* ---------------------------------------------------------------- the file */

struct place {
    char directory[32], path[64], new[80];
};

static int setup(void **state)
{
    struct place *place = calloc(1, sizeof *place);

    assert_non_null(place);
    strcpy(place->directory, "/tmp/test-metrics-XXXXXX");
    assert_non_null(mkdtemp(place->directory));
    (void)snprintf(place->path, sizeof place->path, "%s/vifd.prom", place->directory);
    (void)snprintf(place->new, sizeof place->new, "%s.tmp", place->path);
    *state = place;
    return 0;
}

static int teardown(void **state)
{
    struct place *place = *state;

    (void)unlink(place->path);
    (void)unlink(place->new);
    assert_int_equal(rmdir(place->directory), 0);
    free(place);
    return 0;
}

static char *contents(const char *path)
{
    FILE *file = fopen(path, "r");
    char *text = NULL;
    size_t size = 0;

    assert_non_null(file);
    assert_true(getdelim(&text, &size, '\0', file) > 0);
    (void)fclose(file);
    return text;
}

static void file_is_replaced(void **state)
{
    const struct place *place = *state;
    const struct metrics metrics = busy();
    mode_t before = umask(077);
    struct vif_error err;
    struct stat st;

    for (int i = 0; i < 2; i++) {
        auto_free char *text = NULL;

        assert_int_equal(write_file(&metrics, place->path, &err), 0);
        text = contents(place->path);
        assert_line(text, "# TYPE vifd_retries_total counter");
        assert_line(text, "vifd_build_info{version=\"" VIF_VERSION "\"} 1");
        assert_int_equal(access(place->new, F_OK), -1);
        assert_int_equal(stat(place->path, &st), 0);
        assert_int_equal(st.st_mode & 0777, 0644); /* its reader is another user */
    }
    (void)umask(before);
}

static void file_cannot_be_written(void **state)
{
    const struct place *place = *state;
    const struct metrics metrics = busy();
    struct vif_error err = {0};

    assert_int_equal(write_file(&metrics, "/nonexistent/x.prom", &err), -ENOENT);
    assert_string_equal(err.text, "write /nonexistent/x.prom: No such file or directory");
    assert_int_equal(err.kind, VIF_ERROR_SYSTEM);
    /* Nothing is written through a link that somebody put there, nor into a pipe. */
    assert_int_equal(symlink("/dev/null", place->new), 0);
    assert_int_equal(write_file(&metrics, place->path, &err), -ELOOP);
    (void)unlink(place->new);
    assert_int_equal(mkfifo(place->new, 0600), 0);
    assert_int_equal(write_file(&metrics, place->path, &err), -ENXIO);
    assert_int_equal(access(place->path, F_OK), -1);
}

static void without_memory(void **state)
{
    const struct place *place = *state;
    const struct metrics metrics = busy();

    each_allocation_fails(n, 1) {
        struct vif_error err = {0};
        int r;

        failing_alloc_set(n);
        r = write_file(&metrics, place->path, &err);
        failing_alloc_set(0);
        assert_int_equal(r < 0, failing_alloc_hit());
        if (r < 0)
            assert_int_equal(err.kind, VIF_ERROR_NO_MEMORY);
        assert_int_equal(access(place->path, F_OK), r < 0 ? -1 : 0);
    }
}

static int print(const char *format)
{
    const struct metrics metrics = busy();
    auto_free char *text = text_of(
        &metrics, strcmp(format, "openmetrics") == 0 ? METRICS_OPENMETRICS : METRICS_PROMETHEUS);

    return fputs(text, stdout) < 0;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers),
        cmocka_unit_test(formats),
        cmocka_unit_test(lines_are_fixed),
        cmocka_unit_test_setup_teardown(file_is_replaced, setup, teardown),
        cmocka_unit_test_setup_teardown(file_cannot_be_written, setup, teardown),
        cmocka_unit_test_setup_teardown(without_memory, setup, teardown),
    };

    if (argc == 2)
        return print(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
