/* SPDX-License-Identifier: Apache-2.0 */
/* Looking through command lines in /proc.  What a caller concludes from "no such process" may be
 * the removal of something, so anything that hides a process is an error, never an absence: a /proc
 * that hides the processes of others, a command line beyond the limit. */
#include "kernel/process-argument.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/text.h"

#define UUID_LENGTH (UUID_TEXT_SIZE - 1)
#define CHUNK       65536

struct search {
    const char (*uuids)[UUID_TEXT_SIZE];
    size_t n;
    bool *found;
};

static void look_through(struct search *search, const char *text, size_t n)
{
    for (size_t i = 0; i + UUID_LENGTH <= n; i++) {
        char uuid[UUID_TEXT_SIZE] = "";
        const char(*hit)[UUID_TEXT_SIZE];

        if (text[i + 8] != '-')
            continue;
        memcpy(uuid, text + i, UUID_LENGTH);
        if (parse_uuid(uuid, uuid) < 0)
            continue;
        hit = bsearch(uuid, search->uuids, search->n, sizeof *search->uuids, text_compare);
        if (hit)
            search->found[hit - search->uuids] = true;
    }
}

/* A process that ends while it is looked at is none.  The end of one piece is looked at again with
 * the next: a UUID may stand across. */
static int look_at(struct search *search, int pid)
{
    char path[64], text[UUID_LENGTH + CHUNK];
    auto_close int fd = -1;
    size_t kept = 0, total = 0;

    (void)snprintf(path, sizeof path, "/proc/%d/cmdline", pid);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT || errno == ESRCH ? 0 : -errno;
    for (;;) {
        ssize_t n = read(fd, text + kept, CHUNK);

        if (n < 0)
            return errno == ESRCH ? 0 : -errno;
        if (n == 0)
            return 0;
        total += (size_t)n;
        if (total > LIMIT_COMMAND_LINE)
            return -E2BIG;
        kept += (size_t)n;
        look_through(search, text, kept);
        if (kept > UUID_LENGTH) {
            memmove(text, text + kept - UUID_LENGTH, UUID_LENGTH);
            kept = UUID_LENGTH;
        }
    }
}

static int parent_of(int pid)
{
    char path[64], text[512];
    auto_close int fd = -1;
    const char *behind;
    ssize_t n;

    (void)snprintf(path, sizeof path, "/proc/%d/stat", pid);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    n = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
    if (n <= 0)
        return 0;
    text[n] = '\0';
    behind = strrchr(text, ')'); /* a name may hold anything, brackets included */
    /* ") S 4711 ..." */
    return behind && strlen(behind) > 4 ? (int)strtol(behind + 4, NULL, 10) : 0;
}

static size_t find_ancestors(int ancestors[LIMIT_ANCESTORS])
{
    size_t n = 0;

    for (int pid = getpid(); pid > 1 && n < LIMIT_ANCESTORS; pid = parent_of(pid))
        ancestors[n++] = pid;
    return n;
}

static bool is_among(int pid, const int *pids, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (pids[i] == pid)
            return true;
    return false;
}

static int look_at_all(struct search *search, DIR *directory, int *ret_pid)
{
    int ancestors[LIMIT_ANCESTORS];
    size_t n = find_ancestors(ancestors);
    const struct dirent *entry;

    while (errno = 0, (entry = readdir(directory))) {
        int64_t pid;
        int r;

        if (parse_int(entry->d_name, 1, INT32_MAX, &pid) < 0 || is_among((int)pid, ancestors, n))
            continue;
        *ret_pid = (int)pid;
        r = look_at(search, *ret_pid);
        if (r < 0)
            return r;
    }
    return -errno;
}

int process_find_argument(const char (*uuids)[UUID_TEXT_SIZE], size_t n, bool *ret_found,
                          struct vif_error *err)
{
    struct search search = {uuids, n, ret_found};
    auto_directory DIR *directory = opendir("/proc");
    int pid = 0, r;

    memset(ret_found, 0, n * sizeof *ret_found);
    if (!directory)
        return error_sys(err, VIF_ERROR_SYSTEM, errno, "look for processes: /proc");
    /* Mounted with "hidepid", /proc shows no one else's processes, and says nothing of it. */
    if (access("/proc/1/cmdline", R_OK) < 0)
        return error_sys(err, VIF_ERROR_PERMISSION, EACCES,
                         "look for processes: /proc does not show those of others");
    r = look_at_all(&search, directory, &pid);
    if (r < 0)
        return error_sys(err, VIF_ERROR_SYSTEM, -r, "look for processes: /proc/%d", pid);
    return 0;
}
