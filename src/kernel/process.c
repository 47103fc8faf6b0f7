/* SPDX-License-Identifier: Apache-2.0 */
/* Is a daemon running on this host?  A process of the same name in another network namespace serves
 * another switch, so the namespace is part of the question.  All of it is read from /proc, which
 * changes while it is read: a process that is gone half way does not count.  Explaining why
 * something did not happen stands on this. */
#include "kernel/process.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/parse.h"

#define PROC "/proc"
/* include/linux/proc_ns.h, PROC_PID_INIT_INO: the same on every host. */
#define INITIAL_PID_NAMESPACE 0xEFFFFFFCU

typedef bool matches_fn(int process, const char *wanted);

/* What fits of a file of the directory 'process', ended by a NUL more; its length, 0 when it cannot
 * be read. */
static size_t read_start(int process, const char *name, char *ret, size_t size)
{
    auto_close int fd = openat(process, name, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 ? read(fd, ret, size - 1) : 0;

    if (n < 0)
        n = 0;
    ret[n] = '\0';
    return (size_t)n;
}

static bool has_comm(int process, const char *wanted)
{
    char comm[32];

    (void)read_start(process, "comm", comm, sizeof comm);
    comm[strcspn(comm, "\n")] = '\0';
    return strcmp(comm, wanted) == 0;
}

static bool is_program(const char *word, const char *wanted)
{
    const char *slash = strrchr(word, '/');
    const char *name = slash ? slash + 1 : word;
    size_t n = strlen(wanted);

    return strncmp(name, wanted, n) == 0 && (name[n] == '\0' || name[n] == ':');
}

/* An interpreter gets the path of its script as the first argument; a mere name there is something
 * else, such as the operand of a command that looks for that daemon. */
static bool runs_program(int process, const char *wanted)
{
    char words[4096];
    size_t n = read_start(process, "cmdline", words, sizeof words), first = strlen(words);

    return is_program(words, wanted) ||
           (first + 1 < n && words[first + 1] == '/' && is_program(words + first + 1, wanted));
}

static int find(matches_fn *matches, const char *wanted, pid_t *ret_pid)
{
    auto_directory DIR *directory = opendir(PROC);
    const struct dirent *entry;
    struct stat own, space;
    int r = -ESRCH;

    if (!directory || stat(PROC "/self/ns/net", &own) < 0)
        return -errno;
    while ((entry = readdir(directory))) {
        auto_close int process = -1;
        int64_t pid;

        if (parse_int(entry->d_name, 1, INT32_MAX, &pid) < 0)
            continue;
        process = openat(dirfd(directory), entry->d_name, O_PATH | O_DIRECTORY | O_CLOEXEC);
        if (process < 0 || !matches(process, wanted))
            continue;
        if (fstatat(process, "ns/net", &space, 0) < 0) {
            if (r == -ESRCH && (errno == EACCES || errno == EPERM))
                r = -EACCES;
        } else if (space.st_ino == own.st_ino && space.st_dev == own.st_dev &&
                   (r < 0 || pid < *ret_pid)) {
            *ret_pid = (pid_t)pid;
            r = 0;
        }
    }
    return r;
}

int process_find(const char *comm, pid_t *ret_pid)
{
    return find(has_comm, comm, ret_pid);
}

int process_find_program(const char *program, pid_t *ret_pid)
{
    return find(runs_program, program, ret_pid);
}

bool process_sees_all(void)
{
    struct stat space, first;

    /* With the mount option hidepid the processes of others are not there at all. */
    return stat(PROC "/self/ns/pid", &space) == 0 && space.st_ino == INITIAL_PID_NAMESPACE &&
           stat(PROC "/1", &first) == 0;
}
