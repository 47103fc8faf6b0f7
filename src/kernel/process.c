/* SPDX-License-Identifier: Apache-2.0 */
/* Looking for a running program in /proc.  Processes come and go while we look, so one that is gone is
 * passed over; and many of them, and their command lines, are other people's, so nothing that is read
 * there is taken for more than bytes.  The reasons of a failed wait stand on this. */
#include "kernel/process.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"

/* A command line is looked at this far: interpreters and their options come first. */
#define WORDS_ROOM 4096

static void close_directory(DIR *directory)
{
    if (directory)
        (void)closedir(directory);
}

DEFINE_AUTO(auto_directory, DIR *, close_directory);
#define auto_directory __attribute__((cleanup(auto_directory_fn)))

/* The beginning of a file of the process; its length, 0 when the process is gone. */
static size_t read_start(int proc, const char *pid, const char *file, char *ret, size_t size)
{
    char path[64];
    auto_close int fd = -1;
    ssize_t n;

    (void)snprintf(path, sizeof path, "%.20s/%s", pid, file);
    fd = openat(proc, path, O_RDONLY | O_CLOEXEC);
    n = fd < 0 ? -1 : read(fd, ret, size);
    return n < 0 ? 0 : (size_t)n;
}

static bool is_called(int proc, const char *pid, enum process_known_by known_by, const char *words)
{
    char text[WORDS_ROOM];
    size_t n, length = strlen(words);

    if (known_by == PROCESS_WORDS) {
        n = read_start(proc, pid, "cmdline", text, sizeof text);
        return memmem(text, n, words, length) != NULL;
    }
    n = read_start(proc, pid, "comm", text, sizeof text);
    return n == length + 1 && memcmp(text, words, length) == 0;
}

/* 1 when the process is in the network namespace 'own', 0 when it is not, or is gone. */
static int shares_network(int proc, const char *pid, const struct stat *own)
{
    char path[64];
    struct stat its;

    (void)snprintf(path, sizeof path, "%.20s/ns/net", pid);
    if (fstatat(proc, path, &its, 0) < 0)
        return errno == ENOENT || errno == ESRCH ? 0 : -errno;
    return its.st_dev == own->st_dev && its.st_ino == own->st_ino;
}

int process_find(enum process_known_by known_by, const char *words)
{
    auto_directory DIR *directory = opendir("/proc");
    struct stat own;
    int result = 0;

    if (!directory || stat("/proc/self/ns/net", &own) < 0)
        return -errno;
    for (const struct dirent *entry; (entry = readdir(directory));) {
        int r;

        if (!isdigit((unsigned char)entry->d_name[0]) ||
            !is_called(dirfd(directory), entry->d_name, known_by, words))
            continue;
        r = shares_network(dirfd(directory), entry->d_name, &own);
        if (r > 0)
            return 1;
        if (r < 0)
            result = r;
    }
    return result;
}
