/* SPDX-License-Identifier: Apache-2.0 */
/* The database server's log: rows are dated by the first record that has them, and whatever the file
 * has turned into is read as far as it makes sense, and no further. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "failing-alloc.h"
#include "ovsdb/history.h"

#define LENGTH(rows) (sizeof(rows) / sizeof((rows)[0]))
#define SUM          "0123456789abcdef0123456789abcdef01234567"
#define A            "aaaaaaaa-0000-4000-8000-000000000001"
#define B            "bbbbbbbb-0000-4000-8000-000000000002"
#define C            "cccccccc-0000-4000-8000-000000000003"
#define SCHEMA       "{\"name\":\"Open_vSwitch\",\"tables\":{\"Port\":{}}}"

/* A file with these bytes, which is gone when it is closed. */
static int file_of(const char *bytes, size_t n)
{
    int fd = memfd_create("log", MFD_CLOEXEC);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, n), n);
    return fd;
}

/* Records of texts that a NULL ends, one with the length it says; the caller frees it. */
static char *log_of(const char *const *texts)
{
    char *log = NULL;
    size_t n;
    FILE *file = open_memstream(&log, &n);

    assert_non_null(file);
    for (; *texts; texts++)
        (void)fprintf(file, "OVSDB JSON %zu " SUM "\n%s\n", strlen(*texts) + 1, *texts);
    (void)fclose(file);
    return log;
}

struct row {
    const char *what;
    const char *records[8]; /* behind the schema */
    int64_t a, b, c;        /* when each is dated */
};

#define ROW(date, table, uuids) "{\"_date\":" date ",\"" table "\":{" uuids "}}"

static void dates(void **state)
{
    static const struct row rows[] = {
        {"nothing", {NULL}, 0, 0, 0},
        {"one after the other",
         {ROW("10", "Port", "\"" A "\":{}"), ROW("20", "Interface", "\"" B "\":{}"), NULL},
         10,
         20,
         0},
        {"the first mention counts",
         {ROW("10", "Port", "\"" A "\":{}"), ROW("20", "Port", "\"" A "\":{\"tag\":1}"), NULL},
         10,
         0,
         0},
        {"a snapshot has many",
         {ROW("50", "Port", "\"" A "\":{},\"" B "\":{}"), ROW("60", "Port", "\"" C "\":{}"), NULL},
         50,
         50,
         60},
        {"a row that goes was there", {ROW("10", "QoS", "\"" A "\":null"), NULL}, 10, 0, 0},
        {"a UUID somewhere else is no mention",
         {ROW("10", "Bridge", "\"" A "\":{\"ports\":[\"uuid\",\"" B "\"]}"),
          "{\"_date\":20,\"_comment\":\"" C "\"}", NULL},
         10,
         0,
         0},
        {"a clock that was set back",
         {ROW("90", "Port", "\"" A "\":{}"), ROW("10", "Port", "\"" B "\":{}"), NULL},
         90,
         90,
         0},
        {"no date",
         {"{\"Port\":{\"" A "\":{}}}", ROW("10", "Port", "\"" B "\":{}"),
          ROW("20", "Port", "\"" A "\":{}"), NULL},
         20,
         10,
         0},
        {"dates that are none",
         {ROW("\"10\"", "Port", "\"" A "\":{}"), ROW("-5", "Port", "\"" B "\":{}"),
          ROW("1.5", "Port", "\"" C "\":{}"), NULL},
         0,
         0,
         0},
        {"tables that are none",
         {"{\"_date\":10,\"Port\":7,\"QoS\":[\"" A "\"]}", "[10]",
          ROW("20", "Port", "\"" B "\":{}"), NULL},
         0,
         20,
         0},
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const char *records[LENGTH(rows->records) + 1] = {SCHEMA};
        struct history_row asked[] = {{A, 7}, {B, 7}, {C, 7}};
        auto_free char *log = NULL;
        auto_close int fd = -1;

        memcpy(records + 1, rows[i].records, sizeof rows[i].records);
        log = log_of(records);
        fd = file_of(log, strlen(log));
        assert_int_equal(history_read(fd, asked, 3, NULL), 0);
        if (asked[0].since_ms != rows[i].a || asked[1].since_ms != rows[i].b ||
            asked[2].since_ms != rows[i].c)
            fail_msg("%s: %lld %lld %lld", rows[i].what, (long long)asked[0].since_ms,
                     (long long)asked[1].since_ms, (long long)asked[2].since_ms);
    }
}

/* A log of two transactions, cut off anywhere: what is whole counts, and no cut is an error but one
 * within the schema. */
static void cut_anywhere(void **state)
{
    const char *const records[] = {SCHEMA, ROW("10", "Port", "\"" A "\":{}"),
                                   ROW("20", "Port", "\"" B "\":{}"), NULL};
    auto_free char *log = log_of(records);
    size_t length = strlen(log), header = strlen("OVSDB JSON 00 " SUM "\n");
    size_t schema = header + strlen(SCHEMA) + 1;
    size_t first = schema + header + strlen(records[1]) + 1;

    (void)state;
    for (size_t n = 0; n <= length; n++) {
        struct history_row asked[] = {{A, 0}, {B, 0}};
        auto_close int fd = file_of(log, n);

        assert_int_equal(history_read(fd, asked, 2, NULL), n < schema ? -EPROTO : 0);
        assert_int_equal(asked[0].since_ms, n >= first ? 10 : 0);
        assert_int_equal(asked[1].since_ms, n == length ? 20 : 0);
    }
}

/* What may stand behind a good record. */
static void damage(void **state)
{
    static const char *const tails[] = {
        "\n",
        "OVSDB CLUSTER 12 " SUM "\n{}",
        "OVSDB JSON",
        "OVSDB JSON  12 " SUM "\n{}",
        "OVSDB JSON 0 " SUM "\n",
        "OVSDB JSON -9 " SUM "\n{}",
        "OVSDB JSON 999999999 " SUM "\n{}",
        "OVSDB JSON 18446744073709551617 " SUM "\n{}",
        "OVSDB JSON 3 0123\n{}\n",
        "OVSDB JSON 3 " SUM "ff\n{}\n",
        "OVSDB JSON 3 " SUM " {}\n",
        "OVSDB JSON 9 " SUM "\n{\"_date\":\n",
        "OVSDB JSON 9 " SUM "\n\xff\xfe\x00\x01garba",
        "OVSDB JSON 9 " SUM "\n]]]]]]]]]",
    };
    const char *const records[] = {SCHEMA, ROW("10", "Port", "\"" A "\":{}"), NULL};
    auto_free char *log = log_of(records);
    const char *const more[] = {ROW("20", "Port", "\"" B "\":{}"), NULL};
    auto_free char *behind = log_of(more);

    (void)state;
    for (size_t i = 0; i <= LENGTH(tails); i++) {
        const char *tail = i < LENGTH(tails) ? tails[i] : "";
        struct history_row asked[] = {{A, 0}, {B, 0}};
        auto_free char *whole = NULL;
        auto_close int fd = -1;
        int n = asprintf(&whole, "%s%s%s", log, tail, behind);

        assert_true(n > 0);
        fd = file_of(whole, (size_t)n);
        assert_int_equal(history_read(fd, asked, 2, NULL), 0);
        assert_int_equal(asked[0].since_ms, 10);
        if (tail[0] ? asked[1].since_ms : asked[1].since_ms != 20)
            fail_msg("what stands behind '%s' was%s read", tail, tail[0] ? "" : " not");
    }
}

static void other_files(void **state)
{
    static const char *const schemas[] = {"{\"name\":\"OVN_Southbound\",\"tables\":{}}",
                                          "{\"tables\":{}}", "{\"name\":3}", "[]",
                                          "{\"name\":\"Open_vSwitch\"}"};
    struct history_row asked[] = {{A, 0}};
    struct vif_error err = {0};

    (void)state;
    for (size_t i = 0; i < LENGTH(schemas); i++) {
        const char *const records[] = {schemas[i], ROW("10", "Port", "\"" A "\":{}"), NULL};
        auto_free char *log = log_of(records);
        auto_close int fd = file_of(log, strlen(log));

        assert_int_equal(history_read(fd, asked, 1, &err), -EPROTO);
        assert_string_equal(err.text, "the file is not a log of database Open_vSwitch");
        assert_int_equal(asked[0].since_ms, 0);
    }
}

/* Found among the descriptors of a process: here of this one. */
static void open_file(void **state)
{
    const char *const records[] = {SCHEMA, ROW("10", "Port", "\"" A "\":{}"), NULL};
    const char *const others[] = {"{\"name\":\"hardware_vtep\",\"tables\":{}}", NULL};
    auto_free char *log = log_of(records);
    auto_free char *other = log_of(others);
    struct history_row asked[] = {{A, 0}};
    struct vif_error err = {0};
    auto_close int fd = -1;
    int first = file_of(other, strlen(other)), second;

    (void)state;
    assert_int_equal(history_open(getpid(), &fd, &err), -ENOENT);
    assert_non_null(strstr(err.text, "look for the database server's log: /proc/"));
    second = file_of(log, strlen(log));
    assert_int_equal(lseek(second, 3, SEEK_SET), 3);
    assert_int_equal(history_open(getpid(), &fd, &err), 0);
    assert_int_equal(history_read(fd, asked, 1, &err), 0);
    assert_int_equal(asked[0].since_ms, 10);
    assert_int_equal(lseek(second, 0, SEEK_CUR), 3);
    (void)close(first);
    (void)close(second);
    assert_true(history_open(0x7ffffff0, &fd, &err) < 0);
}

static void out_of_memory(void **state)
{
    const char *const records[] = {SCHEMA, ROW("10", "Port", "\"" A "\":{}"), NULL};
    auto_free char *log = log_of(records);
    auto_close int fd = file_of(log, strlen(log));

    (void)state;
    failing_alloc_init();
    each_allocation_fails(n, 4) {
        struct history_row asked[] = {{A, 0}};
        struct vif_error err = {0};
        int r;

        failing_alloc_set(n);
        r = history_read(fd, asked, 1, &err);
        failing_alloc_set(0);
        assert_int_equal(r, failing_alloc_hit() ? -ENOMEM : 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dates),     cmocka_unit_test(cut_anywhere),
        cmocka_unit_test(damage),    cmocka_unit_test(other_files),
        cmocka_unit_test(open_file), cmocka_unit_test(out_of_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
