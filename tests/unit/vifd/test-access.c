/* SPDX-License-Identifier: Apache-2.0 */
/* Who may call: rules from the configuration, peers of every sort, and the peer of a real socket. */
#include <errno.h>
#include <grp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "vifd/request.h"

#define LENGTH(rows) (sizeof(rows) / sizeof((rows)[0]))

#define REFUSED                                                                                    \
    " may not call vifd ([vifd] allowed_users, allowed_groups, read_only_users, "                  \
    "read_only_groups)"
#define LOOKS " has read-only access ([vifd] allowed_users, allowed_groups)"

/* Lists as the configuration has them; NULL: the default. */
struct lists {
    const char *users, *groups, *read_users, *read_groups, *socket_group;
};

static int load(const struct lists *lists, struct access_rules *ret, struct vif_error *err)
{
    struct config config = {.file = "vifd.conf",
                            .daemon.allowed_groups.otherwise = "no-such-group"};
    struct words *to[] = {&config.daemon.allowed_users, &config.daemon.allowed_groups,
                          &config.daemon.read_only_users, &config.daemon.read_only_groups,
                          &config.daemon.socket_group};
    const char *const from[] = {lists->users, lists->groups, lists->read_users, lists->read_groups,
                                lists->socket_group};
    int r;

    for (size_t i = 0; i < LENGTH(to); i++)
        if (from[i])
            assert_int_equal(words_add(to[i], from[i]), 0);
    r = access_rules_load(&config, ret, err);
    for (size_t i = 0; i < LENGTH(to); i++)
        words_done(to[i]);
    return r;
}

static void rights(void **state)
{
    static const struct lists lists = {"1000 1001", "2000,2001", "1002", "2002 2003", NULL};
    static const struct {
        uid_t uid;
        gid_t gid;
        gid_t groups[3]; /* those that are not 0 */
        const char *look, *change;
    } rows[] = {
        {0, 0, {0}, NULL, NULL},
        {0, 5, {6, 7}, NULL, NULL},
        {1000, 5, {0}, NULL, NULL},
        {1001, 5, {0}, NULL, NULL},
        {5, 2000, {0}, NULL, NULL},
        {5, 6, {2001}, NULL, NULL},
        {5, 6, {7, 8, 2000}, NULL, NULL},
        {1002, 5, {0}, NULL, "user 1002" LOOKS},
        {5, 2002, {0}, NULL, "user 5" LOOKS},
        {5, 6, {7, 2003}, NULL, "user 5" LOOKS},
        {1002, 2000, {0}, NULL, NULL},
        {1000, 2002, {0}, NULL, NULL},
        {1002, 5, {2002, 2000}, NULL, NULL},
        {5, 6, {0}, "user 5" REFUSED, "user 5" REFUSED},
        {2000, 1000, {1001, 1002}, "user 2000" REFUSED, "user 2000" REFUSED}, /* uid, no gid */
        {2002, 2004, {1999}, "user 2002" REFUSED, "user 2002" REFUSED},
        {65534, 65534, {0}, "user 65534" REFUSED, "user 65534" REFUSED},
        {4294967294U, 4294967294U, {0}, "user 4294967294" REFUSED, "user 4294967294" REFUSED},
        {5, 0, {0}, "user 5" REFUSED, "user 5" REFUSED}, /* root's group is not root */
    };
    struct access_rules rules;
    struct vif_error err = {0};

    (void)state;
    assert_int_equal(load(&lists, &rules, &err), 0);
    for (size_t i = 0; i < LENGTH(rows); i++) {
        gid_t groups[3];
        struct peer_identity peer = {
            .uid = rows[i].uid, .gid = rows[i].gid, .groups = groups, .n_groups = 0};

        for (size_t k = 0; k < 3 && rows[i].groups[k]; k++)
            groups[peer.n_groups++] = rows[i].groups[k];
        for (int change = 0; change < 2; change++) {
            const char *words = change ? rows[i].change : rows[i].look;
            int r;

            err = (struct vif_error){0};
            r = access_check(&rules, &peer, change, &err);
            if (strcmp(r < 0 ? err.text : "", words ? words : "") != 0)
                fail_msg("row %zu: '%s'", i, err.text);
            assert_int_equal(r, words ? -EPERM : 0);
            assert_int_equal(err.kind, words ? VIF_ERROR_PERMISSION : VIF_ERROR_NONE);
        }
    }
    access_rules_done(&rules);
}

static void nobody_listed(void **state)
{
    static const struct lists none = {0}, empty = {.groups = ""};
    struct peer_identity root = {0}, other = {.uid = 1000, .gid = 1000};
    struct access_rules rules;

    (void)state;
    assert_int_equal(load(&none, &rules, NULL), 0); /* a default group there is not is no error */
    assert_int_equal(access_check(&rules, &root, true, NULL), 0);
    assert_int_equal(access_check(&rules, &other, false, NULL), -EPERM);
    assert_int_equal(rules.socket_group, NOBODY);
    access_rules_done(&rules);
    assert_int_equal(load(&empty, &rules, NULL), 0);
    assert_int_equal(access_check(&rules, &root, true, NULL), 0);
    assert_int_equal(access_check(&rules, &other, false, NULL), -EPERM);
    access_rules_done(&rules);
}

static void names(void **state)
{
    static const struct {
        struct lists lists;
        const char *words; /* NULL: taken */
    } rows[] = {
        {{.users = "root, daemon 7", .groups = "root daemon", .socket_group = "daemon"}, NULL},
        {{.users = "root no-such-user-here"},
         "vifd.conf: [vifd] allowed_users: there is no user no-such-user-here"},
        {{.groups = "no-such-group"},
         "vifd.conf: [vifd] allowed_groups: there is no group no-such-group"},
        {{.read_users = "no-such-user"},
         "vifd.conf: [vifd] read_only_users: there is no user no-such-user"},
        {{.read_groups = "0,no-such-group"},
         "vifd.conf: [vifd] read_only_groups: there is no group no-such-group"},
        {{.socket_group = "no-such-group"},
         "vifd.conf: [vifd] socket_group: there is no group no-such-group"},
        {{.users = "4294967295"}, "vifd.conf: [vifd] allowed_users: there is no user 4294967295"},
        {{.users = "-1"}, "vifd.conf: [vifd] allowed_users: there is no user -1"},
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct access_rules rules = {0};
        struct vif_error err = {0};
        int r = load(&rows[i].lists, &rules, &err);

        if (strcmp(r < 0 ? err.text : "", rows[i].words ? rows[i].words : "") != 0)
            fail_msg("row %zu: '%s'", i, err.text);
        assert_int_equal(err.kind, rows[i].words ? VIF_ERROR_CONFIG : VIF_ERROR_NONE);
        if (r == 0) {
            assert_int_equal(rules.users.n, 3);
            assert_int_equal(rules.socket_group, getgrnam("daemon")->gr_gid);
        }
        access_rules_done(&rules);
    }
}

static void peer_of_a_socket(void **state)
{
    auto_close int one = -1, two = -1;
    struct peer_identity peer;
    struct vif_error err = {0};
    int sockets[2];
    int n = getgroups(0, NULL);

    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets), 0);
    one = sockets[0];
    two = sockets[1];
    assert_int_equal(peer_identity_read(one, &peer, &err), 0);
    assert_int_equal(peer.uid, geteuid());
    assert_int_equal(peer.gid, getegid());
    assert_int_equal(peer.pid, getpid());
    assert_int_equal(peer.n_groups, n);
    peer_identity_done(&peer);
    assert_null(peer.groups);
    assert_true(two >= 0);
}

/* In a process of its own, which takes other groups: as many as do not fit at first. */
static int become_and_read(void)
{
    gid_t groups[300];
    struct peer_identity peer;
    int sockets[2];

    for (size_t i = 0; i < LENGTH(groups); i++)
        groups[i] = (gid_t)(5000 + i);
    if (setgroups(LENGTH(groups), groups) < 0 || setresgid(77, 77, 77) < 0 ||
        setresuid(88, 88, 88) < 0 || socketpair(AF_UNIX, SOCK_STREAM, 0, sockets) < 0)
        return 2;
    if (peer_identity_read(sockets[0], &peer, NULL) < 0)
        return 3;
    if (peer.uid != 88 || peer.gid != 77 || peer.n_groups != LENGTH(groups))
        return 4;
    for (size_t i = 0; i < LENGTH(groups); i++)
        if (peer.groups[i] != groups[i])
            return 5;
    peer_identity_done(&peer);
    return 0;
}

static void peer_of_many_groups(void **state)
{
    pid_t pid;
    int status = -1;

    (void)state;
    if (geteuid() != 0)
        skip();
    pid = fork();
    if (pid == 0)
        _exit(become_and_read());
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

static void no_peer(void **state)
{
    auto_close int unconnected = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    auto_close int inet = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    auto_close int file = dup(0);
    const int fds[] = {unconnected, inet, file, -1};

    (void)state;
    for (size_t i = 0; i < LENGTH(fds); i++) {
        struct peer_identity peer = {.uid = 7};
        struct vif_error err = {0};

        if (i == 1 && inet < 0)
            continue;
        assert_true(peer_identity_read(fds[i], &peer, &err) < 0);
        assert_int_equal(err.kind, VIF_ERROR_PERMISSION);
        assert_memory_equal(err.text, "cannot identify the caller: ", 28);
        assert_int_equal(peer.uid, 7);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rights),
        cmocka_unit_test(nobody_listed),
        cmocka_unit_test(names),
        cmocka_unit_test(peer_of_a_socket),
        cmocka_unit_test(peer_of_many_groups),
        cmocka_unit_test(no_peer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
