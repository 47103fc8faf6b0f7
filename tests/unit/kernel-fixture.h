/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of the kernel layer share: namespaces of their own, a socket, and links made and
 * looked at in one line.  Where the namespaces cannot be had a program fails; it never skips. */
#ifndef KERNEL_FIXTURE_H
#define KERNEL_FIXTURE_H

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "kernel/link.h"

#define ALIAS "vif 7d2f3b62-9a4e-4c2f-8d11-0c5a1e6f9b30"

static const struct vif_bridge_attributes quiet_bridge = {0};

static struct netlink *nl;

static inline int open_socket(void **state)
{
    (void)state;
    return netlink_open(NETLINK_ROUTE, NULL, &nl, NULL);
}

static inline int close_socket(void **state)
{
    (void)state;
    netlink_close(nl);
    return 0;
}

static inline struct link_info get(const char *name)
{
    struct vif_error err = {0};
    struct link_info info;

    if (link_get_many(nl, &name, 1, &info, &err) < 0)
        fail_msg("%s", err.text);
    return info;
}

/* Sends 'batch' and empties it; every request must have succeeded. */
static inline void send_all(struct netlink_batch *batch)
{
    struct netlink_result results[16];
    struct vif_error err = {0};

    assert_in_range(batch->n, 1, 16);
    if (netlink_batch_send(nl, batch, 1, results, NULL, NULL, &err) < 0)
        fail_msg("%s", err.text);
    for (size_t i = 0; i < batch->n; i++)
        if (link_result_error(&results[i], &err, "request %zu", i) < 0)
            fail_msg("%s", err.text);
    netlink_batch_done(batch);
}

static inline void create_bridge(const char *name)
{
    struct link_change change = {.alias = ALIAS, .bridge = &quiet_bridge};
    struct netlink_batch batch = {0};

    link_add_create_bridge(&batch, name, &change);
    send_all(&batch);
}

static inline void set_link(const char *name, int ifindex, const struct link_change *change)
{
    struct netlink_batch batch = {0};

    link_add_set(&batch, name, ifindex, change);
    send_all(&batch);
}

static inline void delete_link(const char *name)
{
    struct netlink_batch batch = {0};

    link_add_delete(&batch, name, 0);
    send_all(&batch);
}

static inline int write_file(const char *path, const char *text)
{
    auto_close int fd = open(path, O_WRONLY | O_CLOEXEC);

    return fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text) ? 0 : -1;
}

static inline int try_namespaces(void)
{
    const int wanted = CLONE_NEWNET | CLONE_NEWNS;
    char uids[32], gids[32];

    (void)snprintf(uids, sizeof uids, "0 %u 1", geteuid());
    (void)snprintf(gids, sizeof gids, "0 %u 1", getegid());
    if (geteuid() == 0) {
        if (unshare(wanted) < 0)
            return -1;
    } else if (unshare(CLONE_NEWUSER | wanted) < 0 ||
               write_file("/proc/self/setgroups", "deny") < 0 ||
               write_file("/proc/self/uid_map", uids) < 0 ||
               write_file("/proc/self/gid_map", gids) < 0) {
        return -1;
    }
    return mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
}

/* Moves this process into new network and mount namespaces, and, unless it is root, into a user
 * namespace where it is. */
static inline int enter_namespaces(void)
{
    int r = try_namespaces();

    if (r < 0)
        (void)fprintf(stderr, "cannot have namespaces of one's own: %s\n", strerror(errno));
    return r;
}

static inline int drop_capabilities(void)
{
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct none[2] = {{0}};

    return (int)syscall(SYS_capset, &header, none);
}

/* Runs 'act' in a child without capabilities; 0 when it returned 0. */
static inline int run_unprivileged(int (*act)(void))
{
    int status = -1;
    pid_t pid = fork();

    if (pid == 0)
        _exit(drop_capabilities() < 0 ? 99 : act());
    if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
        return -1;
    return WEXITSTATUS(status);
}

#endif
