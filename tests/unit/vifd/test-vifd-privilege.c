/* SPDX-License-Identifier: Apache-2.0 */
/* Giving up power, as the kernel tells of it afterwards.  Each case is a process of its own; most begin as
 * root and are skipped for others. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cap-ng.h>
#include <cmocka.h>

#include "base/cleanup.h"
#include "vifd/privilege.h"

#define NET_ADMIN "0000000000001000"
#define NOTHING   "0000000000000000"

/* A check in a child: the words of what is not so go to stderr, and it ends with 1. */
#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            (void)fprintf(stderr, "line %d: not so: %s\n", __LINE__, #condition);                  \
            _exit(1);                                                                              \
        }                                                                                          \
    } while (0)

static void in_child(void (*body)(void))
{
    int status = -1;
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid == 0) {
        body();
        _exit(0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

static void need_root(void)
{
    if (geteuid() != 0)
        skip();
}

/* Whether /proc/self/status says so. */
static bool status_is(const char *name, const char *value)
{
    FILE *file = fopen("/proc/self/status", "r");
    char line[256], expected[256];
    bool found = false;

    (void)snprintf(expected, sizeof expected, "%s:\t%s\n", name, value);
    while (file && !found && fgets(line, sizeof line, file))
        found = strcmp(line, expected) == 0;
    if (file)
        (void)fclose(file);
    return found;
}

static struct privilege_user somebody(void)
{
    struct privilege_user user;
    struct vif_error err;

    CHECK(privilege_find_user("nobody", &user, &err) == 0);
    return user;
}

static void check_harmless(void)
{
    CHECK(status_is("CapEff", NET_ADMIN));
    CHECK(status_is("CapPrm", NET_ADMIN));
    CHECK(status_is("CapInh", NOTHING));
    CHECK(status_is("CapAmb", NOTHING));
    CHECK(status_is("NoNewPrivs", "1"));
    CHECK(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0);
    CHECK(umask(0) == 077);
    CHECK(setresuid(0, 0, 0) < 0 || geteuid() == 0);
    CHECK(setgid(12345) < 0);
    CHECK(chown("/", 12345, 12345) < 0 && errno == EPERM);
}

static void root_becomes_another(void)
{
    const gid_t more[] = {0, 4, 27};
    const struct privilege_user user = somebody();
    struct vif_error err;
    gid_t groups[8];
    char ids[64];

    CHECK(setgroups(3, more) == 0);
    CHECK(privilege_drop(&user, &err) == 0);
    check_harmless();
    CHECK(status_is("CapBnd", NET_ADMIN));
    (void)snprintf(ids, sizeof ids, "%u\t%u\t%u\t%u", user.uid, user.uid, user.uid, user.uid);
    CHECK(status_is("Uid", ids));
    (void)snprintf(ids, sizeof ids, "%u\t%u\t%u\t%u", user.gid, user.gid, user.gid, user.gid);
    CHECK(status_is("Gid", ids));
    CHECK(getgroups(8, groups) == 1 && groups[0] == user.gid);
    CHECK(open("/etc/shadow", O_RDONLY) < 0 && errno == EACCES);
    CHECK(prctl(PR_SET_SECUREBITS, 0, 0, 0, 0) < 0);
    CHECK(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_NET_ADMIN, 0, 0) < 0);
}

/* It may stay user 0, for a database that is root's alone: a number without power. */
static void root_stays_a_number(void)
{
    struct privilege_user user;
    struct vif_error err;

    CHECK(privilege_find_user("root", &user, &err) == 0);
    CHECK(privilege_drop(&user, &err) == 0);
    check_harmless();
}

/* What systemd starts: another user, with ambient capabilities, here one too many. */
static void as_from_systemd(void)
{
    const struct privilege_user user = somebody();
    struct vif_error err;

    capng_clear(CAPNG_SELECT_BOTH);
    CHECK(capng_updatev(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED | CAPNG_INHERITABLE,
                        CAP_NET_ADMIN, CAP_NET_RAW, CAP_SETPCAP, -1) == 0);
    CHECK(capng_change_id((int)user.uid, (int)user.gid, CAPNG_DROP_SUPP_GRP) == 0);
    CHECK(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_NET_ADMIN, 0, 0) == 0);
    CHECK(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_NET_RAW, 0, 0) == 0);
    CHECK(privilege_drop(NULL, &err) == 0);
    check_harmless();
    CHECK(geteuid() == user.uid);
}

static void without_the_capability(void)
{
    const struct privilege_user user = somebody();
    struct vif_error err;

    CHECK(setresgid(user.gid, user.gid, user.gid) == 0);
    CHECK(setresuid(user.uid, user.uid, user.uid) == 0);
    CHECK(privilege_drop(NULL, &err) < 0);
    CHECK(err.kind == VIF_ERROR_PERMISSION && strstr(err.text, "lacks CAP_NET_ADMIN"));
}

/* A container's root may lack what it takes; then nothing goes on half. */
static void root_who_may_not(void)
{
    const struct privilege_user user = somebody();
    struct vif_error err;

    capng_clear(CAPNG_SELECT_BOTH);
    CHECK(capng_updatev(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED, CAP_NET_ADMIN, -1) == 0);
    CHECK(capng_apply(CAPNG_SELECT_CAPS) == 0);
    CHECK(privilege_drop(&user, &err) == -EPERM);
    CHECK(strcmp(err.text, "set securebits: Operation not permitted") == 0);
}

static void users(void **state)
{
    struct privilege_user user;
    struct vif_error err = {0};

    (void)state;
    assert_int_equal(privilege_find_user("root", &user, &err), 0);
    assert_int_equal(user.uid, 0);
    assert_string_equal(user.name, "root");
    assert_true(privilege_find_user("no-such-user", &user, &err) < 0);
    assert_int_equal(err.kind, VIF_ERROR_CONFIG);
    assert_non_null(strstr(err.text, "there is no user no-such-user "));
    assert_true(privilege_find_user("", &user, &err) < 0);
}

static bool is_open(int fd)
{
    return fcntl(fd, F_GETFD) >= 0;
}

static void descriptors_of_nobody(void)
{
    struct vif_error err;

    CHECK(dup2(STDERR_FILENO, 3) == 3 && dup2(STDERR_FILENO, 4) == 4);
    CHECK(dup2(STDERR_FILENO, 5) == 5 && dup2(STDERR_FILENO, 700) == 700);
    (void)close(0);
    CHECK(privilege_close_inherited(2, &err) == 0);
    CHECK(is_open(0) && is_open(1) && is_open(2) && is_open(3) && is_open(4));
    CHECK(!is_open(5) && !is_open(6) && !is_open(700));
    CHECK(privilege_close_inherited(0, &err) == 0);
    CHECK(!is_open(3) && !is_open(4));
    CHECK(privilege_close_inherited(1, &err) < 0); /* a promise that is not kept */
}

static void files(void)
{
    char directory[] = "/tmp/test-privilege-XXXXXX", path[64], other[64];
    struct privilege_user user = {.name = "nobody", .uid = 12344, .gid = 12345};
    struct vif_error err;
    struct stat st;

    CHECK(mkdtemp(directory));
    (void)snprintf(path, sizeof path, "%s/lock", directory);
    (void)snprintf(other, sizeof other, "%s/other", directory);
    for (int i = 0; i < 2; i++) {
        CHECK(privilege_hand_over_file(path, &user, &err) == 0);
        CHECK(stat(path, &st) == 0 && st.st_uid == 12344 && st.st_gid == 12345);
        CHECK((st.st_mode & 07777) == 0600);
        CHECK(chmod(path, 0600) == 0 && chown(path, 0, 0) == 0); /* as vifctl makes it */
    }
    CHECK(link(path, other) == 0);
    CHECK(privilege_hand_over_file(other, &user, &err) < 0);
    CHECK(unlink(other) == 0 && symlink(path, other) == 0);
    CHECK(privilege_hand_over_file(other, &user, &err) == -ELOOP);
    CHECK(stat(path, &st) == 0 && st.st_gid == 0);
    CHECK(unlink(other) == 0 && unlink(path) == 0 && rmdir(directory) == 0);
}

#define CASE(body)                                                                                 \
    static void test_##body(void **state)                                                          \
    {                                                                                              \
        (void)state;                                                                               \
        need_root();                                                                               \
        in_child(body);                                                                            \
    }

CASE(root_becomes_another)
CASE(root_stays_a_number)
CASE(as_from_systemd)
CASE(without_the_capability)
CASE(root_who_may_not)
CASE(files)

static void descriptors(void **state)
{
    (void)state;
    in_child(descriptors_of_nobody);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(users),
        cmocka_unit_test(descriptors),
        cmocka_unit_test(test_files),
        cmocka_unit_test(test_root_becomes_another),
        cmocka_unit_test(test_root_stays_a_number),
        cmocka_unit_test(test_as_from_systemd),
        cmocka_unit_test(test_without_the_capability),
        cmocka_unit_test(test_root_who_may_not),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
