/* SPDX-License-Identifier: Apache-2.0 */
/* Looking for guests among processes: by a UUID anywhere in their command line, in any case, even
 * across the pieces it is read in; never this process or those above it. */
#include <ctype.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "kernel/process.h"

#define PIECE 65536

/* Where the UUIDs of this run stand: with our process id in them, they are in no other command line. */
static char uuids[2][UUID_TEXT_SIZE];

/* A process with this argument, which sleeps until it is ended, or we are. */
static pid_t start(const char *argument)
{
    int ready[2];
    char byte;
    pid_t pid;

    assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        (void)execl("/bin/sleep", argument, "600", NULL);
        _exit(1);
    }
    (void)close(ready[1]);
    assert_int_equal(read(ready[0], &byte, 1), 0); /* closed by the exec */
    (void)close(ready[0]);
    return pid;
}

static void stop(pid_t pid)
{
    (void)kill(pid, SIGKILL);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static bool is_found(const char *argument)
{
    pid_t pid = start(argument);
    bool found[2];
    struct vif_error err = {0};
    int r = process_find_argument((const char(*)[UUID_TEXT_SIZE])uuids, 2, found, &err);

    stop(pid);
    if (r < 0)
        fail_msg("%s", err.text);
    assert_false(found[1]);
    return found[0];
}

static void finding(void **state)
{
    static const char *const around[][2] = {
        {"", ""}, {"qemu -uuid ", " -name x"}, {"/var/lib/", "/disk"}, {"a", "b"}};
    char argument[256];

    (void)state;
    for (size_t i = 0; i < sizeof around / sizeof around[0]; i++) {
        (void)snprintf(argument, sizeof argument, "%s%s%s", around[i][0], uuids[0], around[i][1]);
        assert_true(is_found(argument));
    }
    for (size_t i = 0; i < UUID_TEXT_SIZE; i++)
        argument[i] = (char)toupper((unsigned char)uuids[0][i]);
    assert_true(is_found(argument));
    assert_false(is_found("no UUID at all"));
    (void)snprintf(argument, sizeof argument, "%.35s", uuids[0]);
    assert_false(is_found(argument));
}

static void across_pieces(void **state)
{
    auto_free char *argument = calloc(1, 2 * PIECE);

    (void)state;
    assert_non_null(argument);
    for (size_t at = PIECE - UUID_TEXT_SIZE - 1; at <= PIECE + 1; at += 6) {
        memset(argument, '-', at);
        memcpy(argument + at, uuids[0], UUID_TEXT_SIZE);
        assert_true(is_found(argument));
    }
}

/* This process, and the one that waits for it, have the UUID in their command lines; the child of a
 * child asks. */
static void ancestors(void **state)
{
    bool found[2];

    (void)state;
    assert_int_equal(process_find_argument((const char(*)[UUID_TEXT_SIZE])uuids, 2, found, NULL),
                     0);
    assert_false(found[0]);
    assert_false(found[1]);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finding),
        cmocka_unit_test(across_pieces),
        cmocka_unit_test(ancestors),
    };
    char own[UUID_TEXT_SIZE];
    char program[] = "/proc/self/exe";

    if (argc == 1) { /* again, with the UUID as an argument, under a parent that has it, too */
        (void)snprintf(own, sizeof own, "%08x-aaaa-4000-8000-00000000beef", (unsigned)getpid());
        return execl(program, argv[0], own, NULL);
    }
    if (argc == 2) {
        int status = 1;
        pid_t pid = fork();

        if (pid == 0)
            return execl(program, argv[0], argv[1], "child", NULL);
        (void)waitpid(pid, &status, 0);
        return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
    }
    (void)snprintf(uuids[0], sizeof uuids[0], "%s", argv[1]);
    (void)snprintf(uuids[1], sizeof uuids[1], "ffffffff%s", argv[1] + 8);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
