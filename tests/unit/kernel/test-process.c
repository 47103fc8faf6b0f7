/* SPDX-License-Identifier: Apache-2.0 */
/* Processes are found by name, in their network namespace, and what the kernel has is told. */
#include <signal.h>
#include <sys/prctl.h>

#include "kernel-fixture.h"

#include "kernel/features.h"
#include "kernel/process.h"

#define NAME "vif-test-daemon"

/* A process of this name, in another network namespace with 'elsewhere', that ends with us. */
static pid_t start(const char *name, bool elsewhere)
{
    int ready[2];
    char byte = 0;
    pid_t pid;

    assert_int_equal(pipe(ready), 0);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        (void)prctl(PR_SET_NAME, name);
        if (elsewhere && unshare(CLONE_NEWNET) < 0)
            _exit(1);
        if (write(ready[1], "x", 1) != 1)
            _exit(1);
        pause();
        _exit(0);
    }
    (void)close(ready[1]);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    (void)close(ready[0]);
    return pid;
}

static void end(pid_t pid)
{
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void found_by_name_in_our_namespace(void **state)
{
    pid_t found = 0, first, second, other;

    (void)state;
    assert_int_equal(process_find(NAME, &found), -ESRCH);
    other = start(NAME, true);
    assert_int_equal(process_find(NAME, &found), -ESRCH);
    assert_int_equal(found, 0);
    first = start(NAME, false);
    second = start(NAME, false);
    assert_int_equal(process_find(NAME, &found), 0);
    assert_int_equal(found, first < second ? first : second);
    assert_int_equal(process_find("vif-test-daemo", &found), -ESRCH);
    end(other);
    end(first);
    end(second);
    assert_int_equal(process_find(NAME, &found), -ESRCH);
}

static int find_unprivileged(void)
{
    pid_t found;

    return process_find(NAME, &found) == -EACCES ? 0 : 1;
}

static void namespace_that_may_not_be_seen(void **state)
{
    pid_t pid = start(NAME, false);

    (void)state;
    assert_int_equal(run_unprivileged(find_unprivileged), 0);
    end(pid);
}

/* A shell that runs the script at 'path' and stops there, its process titled 'title'. */
static pid_t run_script(const char *title, const char *path)
{
    int ready[2];
    char byte = 0;
    pid_t pid;

    assert_int_equal(pipe(ready), 0);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        (void)dup2(ready[1], STDOUT_FILENO);
        (void)execl("/bin/sh", title, path, "x", NULL);
        _exit(1);
    }
    (void)close(ready[1]);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    (void)close(ready[0]);
    return pid;
}

static void program_found_by_its_words(void **state)
{
    static const char script[] = "echo; exec 1>&-; kill -STOP $$\n";
    char directory[] = "/tmp/vif-process-XXXXXX", path[64];
    auto_close int fd = -1;
    pid_t found = 0, pid;

    (void)state;
    assert_non_null(mkdtemp(directory));
    (void)snprintf(path, sizeof path, "%s/vif-test-agent", directory);
    fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, script, strlen(script)), strlen(script));

    assert_int_equal(process_find_program("vif-test-agent", &found), -ESRCH);
    pid = run_script("/usr/bin/python3", path);
    assert_int_equal(process_find_program("vif-test-agent", &found), 0);
    assert_int_equal(found, pid);
    assert_int_equal(process_find_program("vif-test", &found), -ESRCH);
    assert_int_equal(process_find_program("vif-test-agent2", &found), -ESRCH);
    end(pid);
    pid = run_script("vif-other-agent: worker", path);
    assert_int_equal(process_find_program("vif-other-agent", &found), 0);
    end(pid);
    /* A mere word is the operand of some command. */
    assert_int_equal(chdir(directory), 0);
    pid = run_script("sh", "vif-test-agent");
    assert_int_equal(process_find_program("vif-test-agent", &found), -ESRCH);
    end(pid);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(directory), 0);
}

static void kinds_of_links(void **state)
{
    const char *const kinds[] = {"bridge", "veth", "nosuchkind"};
    enum feature_state states[3] = {FEATURE_MISSING, FEATURE_MISSING, FEATURE_PRESENT};
    struct vif_error err = {0};

    (void)state;
    create_bridge("br0");
    if (features_link_kinds(nl, kinds, 3, states, &err) < 0)
        fail_msg("%s", err.text);
    assert_int_equal(states[0], FEATURE_PRESENT);
    assert_int_equal(states[1], FEATURE_PRESENT);
    assert_true(states[2] == FEATURE_MISSING || states[2] == FEATURE_UNKNOWN);
    delete_link("br0");
}

static int lacks_net_admin(void)
{
    return features_net_admin() ? 1 : 0;
}

static void what_this_process_may(void **state)
{
    (void)state;
    assert_true(features_strict_checks());
    assert_true(features_net_admin());
    assert_int_equal(run_unprivileged(lacks_net_admin), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(found_by_name_in_our_namespace),
        cmocka_unit_test(namespace_that_may_not_be_seen),
        cmocka_unit_test(program_found_by_its_words),
        cmocka_unit_test_setup_teardown(kinds_of_links, open_socket, close_socket),
        cmocka_unit_test(what_this_process_may),
    };

    if (enter_namespaces() < 0)
        return 1;
    return cmocka_run_group_tests_name("process", tests, NULL, NULL);
}
