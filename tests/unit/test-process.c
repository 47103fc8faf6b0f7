/* SPDX-License-Identifier: Apache-2.0 */
/* Programs are found in our own network namespace, by their name and by their words. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "kernel-fixture.h"
#include "kernel/process.h"

#define NAME  "vif-test-agent"
#define WORDS "vif-test-words-of-a-command"

static int held; /* as long as it is open, the agent waits */

/* A child that is called NAME, with WORDS in its command line, perhaps in a network namespace of its
 * own; it is ready when this returns. */
static pid_t start_agent(bool elsewhere)
{
    int ready[2], hold[2];
    char byte;
    pid_t pid;

    assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
    assert_int_equal(pipe2(hold, O_CLOEXEC), 0);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        if (elsewhere && unshare(CLONE_NEWNET) < 0)
            _exit(1);
        (void)dup2(hold[0], STDIN_FILENO);
        (void)dup2(ready[1], STDOUT_FILENO);
        (void)execl("/bin/sh", "sh", "-c", "printf " NAME " >/proc/$$/comm; echo; read x", WORDS,
                    (char *)NULL);
        _exit(1);
    }
    (void)close(ready[1]);
    (void)close(hold[0]);
    held = hold[1];
    assert_int_equal(read(ready[0], &byte, 1), 1);
    (void)close(ready[0]);
    return pid;
}

static void end_agent(pid_t pid)
{
    (void)close(held);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void program_is_found(void **state)
{
    pid_t pid;

    (void)state;
    assert_int_equal(process_find(PROCESS_NAME, NAME), 0);
    assert_int_equal(process_find(PROCESS_WORDS, WORDS), 0);
    pid = start_agent(false);
    assert_int_equal(process_find(PROCESS_NAME, NAME), 1);
    assert_int_equal(process_find(PROCESS_WORDS, WORDS), 1);
    assert_int_equal(process_find(PROCESS_NAME, "vif-test"), 0);
    assert_int_equal(process_find(PROCESS_NAME, NAME "s"), 0);
    end_agent(pid);
    assert_int_equal(process_find(PROCESS_NAME, NAME), 0);
}

static void program_of_another_namespace_is_not_ours(void **state)
{
    pid_t pid = start_agent(true);

    (void)state;
    assert_int_equal(process_find(PROCESS_NAME, NAME), 0);
    assert_int_equal(process_find(PROCESS_WORDS, WORDS), 0);
    end_agent(pid);
}

static int look(void)
{
    return process_find(PROCESS_NAME, NAME) == -EACCES ? 0 : 1;
}

/* Whoever may not look where a program is, does not know. */
static void program_of_someone_else_is_not_known(void **state)
{
    pid_t pid = start_agent(false);
    int r = run_unprivileged(look);

    (void)state;
    end_agent(pid);
    assert_int_equal(r, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(program_is_found),
        cmocka_unit_test(program_of_another_namespace_is_not_ours),
        cmocka_unit_test(program_of_someone_else_is_not_known),
    };

    if (enter_namespaces() < 0)
        return 1;
    return cmocka_run_group_tests_name("process", tests, NULL, NULL);
}
