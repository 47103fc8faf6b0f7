/* SPDX-License-Identifier: Apache-2.0 */
/* The daemon's log: both forms with hostile values, and where events go when nobody reads them. */
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "vifd/log.h"

#define LENGTH(rows) (sizeof(rows) / sizeof((rows)[0]))

static const struct timespec now = {.tv_sec = 1790000000, .tv_nsec = 7000000};

static char *line_of(const char *message, const struct log_field *fields, size_t n)
{
    const struct log_event event = {LOG_LEVEL_INFO, message, fields, n};
    struct text text = {0};

    log_write_line(&event, &now, &text);
    return text_take(&text);
}

static char *line_with(const char *comm)
{
    const struct log_field fields[] = {{"VIFD_UID", NULL, 1000}, {"VIFD_COMM", comm, 0}};

    return line_of("plug", fields, LENGTH(fields));
}

#define HEAD "time=2026-09-21T14:13:20.007Z level=info msg=plug uid=1000 comm="

static void values_in_a_line(void **state)
{
    static const struct {
        const char *value, *written;
    } rows[] = {
        {"nova-compute", "nova-compute"},
        {"", "\"\""},
        {"a b", "\"a b\""},
        {"x=y", "\"x=y\""},
        {"a\" result=ok", "\"a\\\" result=ok\""},
        {"a\\", "\"a\\\\\""},
        {"a\nlevel=error", "\"a\\u000alevel=error\""},
        {"\r\t\x1b[31m\x7f", "\"\\u000d\\u0009\\u001b[31m\\u007f\""},
        {"\xc2\x9b", "\"\\u009b\""}, /* CSI in one character */
        {"gr\xc3\xbc\xc3\x9f", "\"gr\xc3\xbc\xc3\x9f\""},
        {"\xff\xfe", "\"??\""},
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        auto_free char *line = line_with(rows[i].value);
        auto_free char *expected = NULL;

        assert_true(asprintf(&expected, HEAD "%s\n", rows[i].written) > 0);
        assert_string_equal(line, expected);
    }
}

static void fill(char *value, size_t n, char c)
{
    memset(value, c, n);
    value[n] = '\0';
}

static void a_line_stays_a_line(void **state)
{
    static const char hostile[] = {'x', '\n', '\x1b', '"'};
    char value[3 * LOG_VALUE_MAX];
    struct log_field fields[8];

    (void)state;
    for (size_t i = 0; i < LENGTH(hostile); i++) {
        auto_free char *line = NULL;
        size_t n;

        fill(value, sizeof value - 1, hostile[i]);
        for (size_t k = 0; k < LENGTH(fields); k++)
            fields[k] = (struct log_field){"VIFD_VIFS", value, 0};
        line = line_of(value, fields, LENGTH(fields));
        n = strlen(line);
        assert_true(n <= LOG_LINE_MAX);
        assert_ptr_equal(strchr(line, '\n'), line + n - 1);
        assert_string_equal(line + n - 10, " cut=true\n");
    }
}

static void a_character_is_not_cut(void **state)
{
    char value[LOG_VALUE_MAX + 10];

    (void)state;
    for (size_t lead = 0; lead < 4; lead++) {
        const struct log_field field = {"VIFD_COMM", value, 0};
        auto_free char *line = NULL;

        fill(value, lead, 'x');
        while (strlen(value) + 4 < sizeof value)
            strcat(value, "\xf0\x9f\x90\xa7"); /* NOLINT */
        line = line_of("m", &field, 1);
        assert_null(strchr(line, '?'));
        assert_non_null(strstr(line, "\xf0\x9f\x90\xa7...\"\n"));
    }
}

static void a_datagram(void **state)
{
    static const struct log_field fields[] = {{"VIFD_UID", NULL, -1},
                                              {"VIFD_COMM", "a\nVIFD_RESULT=ok", 0},
                                              {"VIFD_METHOD", "Plug=\x1b", 0}};
    const struct log_event event = {LOG_LEVEL_WARNING, "plug", fields, LENGTH(fields)};
    static const char expected[] =
        "SYSLOG_IDENTIFIER=vifd\nPRIORITY=4\nMESSAGE=plug\nVIFD_UID=-1\n"
        "VIFD_COMM\n\x10\0\0\0\0\0\0\0a\nVIFD_RESULT=ok\nVIFD_METHOD=Plug=\x1b\n";
    struct text text = {0};

    (void)state;
    log_write_journal(&event, &text);
    assert_int_equal(text.n, sizeof expected - 1);
    assert_memory_equal(text.data, expected, text.n);
    text_done(&text);
}

static void a_long_value_in_a_datagram(void **state)
{
    char value[2 * LOG_VALUE_MAX];
    const struct log_event event = {LOG_LEVEL_INFO, value, NULL, 0};
    struct text text = {0};
    uint64_t size;

    (void)state;
    fill(value, sizeof value - 1, '\n');
    log_write_journal(&event, &text);
    memcpy(&size, strstr(text.data, "MESSAGE\n") + 8, sizeof size);
    assert_int_equal(le64toh(size), LOG_VALUE_MAX);
    assert_memory_equal(text.data + text.n - 5, "\n...\n", 5);
    text_done(&text);
}

/* ---------------------------------------------------------------- where they go */

/* A pipe for stderr, and perhaps a journal that says it is what stands behind. */
struct place {
    int read, write, journal;
    char directory[32], path[64], stream[64];
};

static int setup(void **state)
{
    struct place *place = calloc(1, sizeof *place);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct stat st;
    int fds[2];

    assert_non_null(place);
    assert_int_equal(pipe2(fds, O_NONBLOCK), 0);
    place->read = fds[0];
    place->write = fds[1];
    strcpy(place->directory, "/tmp/test-log-XXXXXX");
    assert_non_null(mkdtemp(place->directory));
    (void)snprintf(place->path, sizeof place->path, "%s/socket", place->directory);
    strcpy(address.sun_path, place->path);
    place->journal = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    assert_int_equal(bind(place->journal, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(fstat(fds[1], &st), 0);
    (void)snprintf(place->stream, sizeof place->stream, "%llu:%llu", (unsigned long long)st.st_dev,
                   (unsigned long long)st.st_ino);
    *state = place;
    return 0;
}

static int teardown(void **state)
{
    struct place *place = *state;

    (void)close(place->read);
    (void)close(place->write);
    if (place->journal >= 0)
        (void)close(place->journal);
    (void)unlink(place->path);
    (void)rmdir(place->directory);
    free(place);
    return 0;
}

static ssize_t from_pipe(const struct place *place, char *buffer, size_t size)
{
    ssize_t n = read(place->read, buffer, size - 1);

    buffer[n > 0 ? n : 0] = '\0';
    return n;
}

static ssize_t from_journal(const struct place *place, char *buffer, size_t size, int *ret_fd)
{
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control = {0};
    struct iovec all = {buffer, size - 1};
    struct msghdr message = {.msg_iov = &all,
                             .msg_iovlen = 1,
                             .msg_control = control.bytes,
                             .msg_controllen = sizeof control.bytes};
    ssize_t n = recvmsg(place->journal, &message, 0);

    buffer[n > 0 ? n : 0] = '\0';
    *ret_fd = -1;
    if (n >= 0 && CMSG_FIRSTHDR(&message))
        memcpy(ret_fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof *ret_fd);
    return n;
}

static void done(const struct log_sink *sink)
{
    if (sink->journal >= 0)
        (void)close(sink->journal);
}

static void to_stderr_without_a_journal(void **state)
{
    struct place *place = *state;
    const char *const streams[] = {NULL, "", "1:2", "x", "1", place->stream + 1};
    char buffer[4096];
    int fd;

    for (size_t i = 0; i < LENGTH(streams); i++) {
        struct log_sink sink;

        log_sink_open(&sink, place->write, streams[i], place->path, LOG_LEVEL_INFO);
        log_say(&sink, LOG_LEVEL_INFO, "hello %d", 1);
        log_say(&sink, LOG_LEVEL_DEBUG, "not wanted");
        done(&sink);
        assert_true(from_pipe(place, buffer, sizeof buffer) > 0);
        assert_non_null(strstr(buffer, " level=info msg=\"hello 1\"\n"));
        assert_null(strstr(buffer, "wanted"));
        assert_int_equal(from_journal(place, buffer, sizeof buffer, &fd), -1);
    }
}

static void to_the_journal_and_back(void **state)
{
    struct place *place = *state;
    struct log_sink sink;
    char buffer[4096];
    int fd;

    log_sink_open(&sink, place->write, place->stream, place->path, LOG_LEVEL_DEBUG);
    log_say(&sink, LOG_LEVEL_DEBUG, "hello");
    assert_true(from_journal(place, buffer, sizeof buffer, &fd) > 0);
    assert_string_equal(buffer, "SYSLOG_IDENTIFIER=vifd\nPRIORITY=7\nMESSAGE=hello\n");
    assert_int_equal(from_pipe(place, buffer, sizeof buffer), -1);
    (void)close(take_fd(&place->journal)); /* it ends; what is logged then is not lost */
    log_say(&sink, LOG_LEVEL_ERROR, "still there");
    assert_true(from_pipe(place, buffer, sizeof buffer) > 0);
    assert_non_null(strstr(buffer, "level=error msg=\"still there\"\n"));
    done(&sink);
}

static void a_large_one_to_the_journal(void **state)
{
    struct place *place = *state;
    struct log_sink sink;
    char value[LOG_VALUE_MAX + 1], buffer[16384];
    struct log_field fields[4];
    const struct log_event event = {LOG_LEVEL_INFO, value, fields, LENGTH(fields)};
    int small = 1, fd;
    ssize_t n;

    fill(value, LOG_VALUE_MAX, 'x');
    for (size_t k = 0; k < LENGTH(fields); k++)
        fields[k] = (struct log_field){"VIFD_VIFS", value, 0};
    log_sink_open(&sink, place->write, place->stream, place->path, LOG_LEVEL_INFO);
    assert_int_equal(setsockopt(sink.journal, SOL_SOCKET, SO_SNDBUF, &small, sizeof small), 0);
    log_send(&sink, &event);
    assert_int_equal(from_journal(place, buffer, sizeof buffer, &fd), 0);
    assert_true(fd >= 0);
    assert_int_equal(fcntl(fd, F_GET_SEALS) & F_SEAL_WRITE, F_SEAL_WRITE);
    n = pread(fd, buffer, sizeof buffer, 0);
    assert_true(n > 5 * LOG_VALUE_MAX);
    assert_memory_equal(buffer + n - 4, "xxx\n", 4);
    (void)close(fd);
    done(&sink);
}

/* Nobody reads: the daemon goes on, and says later what is missing. */
static void nobody_reads(void **state)
{
    struct place *place = *state;
    struct log_sink sink;
    char buffer[65536];
    unsigned sent = 0;
    ssize_t n;

    log_sink_open(&sink, place->write, NULL, place->path, LOG_LEVEL_INFO);
    assert_true(fcntl(place->write, F_SETPIPE_SZ, 8192) >= 8192);
    while (sink.lost == 0 && sent++ < 1000)
        log_say(&sink, LOG_LEVEL_INFO, "%01000d", 0);
    log_say(&sink, LOG_LEVEL_INFO, "one more");
    assert_int_equal(sink.lost, 2);
    assert_true((n = from_pipe(place, buffer, sizeof buffer)) > 0);
    assert_int_equal(buffer[n - 1], '\n');
    log_say(&sink, LOG_LEVEL_INFO, "read again");
    assert_true(from_pipe(place, buffer, sizeof buffer) > 0);
    assert_non_null(strstr(buffer, "level=warning msg=\"2 events of the log were lost\"\n"));
    assert_non_null(strstr(buffer, "level=info msg=\"read again\"\n"));
    assert_int_equal(sink.lost, 0);
    assert_int_equal(sink.lost_ever, 2);
    done(&sink);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_in_a_line),
        cmocka_unit_test(a_line_stays_a_line),
        cmocka_unit_test(a_character_is_not_cut),
        cmocka_unit_test(a_datagram),
        cmocka_unit_test(a_long_value_in_a_datagram),
        cmocka_unit_test_setup_teardown(to_stderr_without_a_journal, setup, teardown),
        cmocka_unit_test_setup_teardown(to_the_journal_and_back, setup, teardown),
        cmocka_unit_test_setup_teardown(a_large_one_to_the_journal, setup, teardown),
        cmocka_unit_test_setup_teardown(nobody_reads, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
