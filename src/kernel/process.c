/* SPDX-License-Identifier: Apache-2.0 */
/* Daemons and guests of this host, by /proc, which changes while it is read: a process that is gone
 * half way does not count.  "No guest" may lead to the removal of something, so anything that hides
 * one is an error: a /proc without the processes of others, a command line beyond the limit. */
#include "kernel/process.h"

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

#define PROC "/proc"
/* include/linux/proc_ns.h, PROC_PID_INIT_INO: the same on every host. */
#define INITIAL_PID_NAMESPACE 0xEFFFFFFCU

#define UUID_LENGTH (UUID_TEXT_SIZE - 1)
#define CHUNK       65536

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

/* --- command lines --- */

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
    const char *behind;

    (void)snprintf(path, sizeof path, PROC "/%d/stat", pid);
    (void)read_start(AT_FDCWD, path, text, sizeof text);
    behind = strrchr(text, ')'); /* a name may hold anything, brackets included */
    /* ") S 4711 ..." */
    return behind && strlen(behind) > 4 ? (int)strtol(behind + 4, NULL, 10) : 0;
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
    const struct dirent *entry;
    size_t n = 0;

    for (int pid = getpid(); pid > 1 && n < LIMIT_ANCESTORS; pid = parent_of(pid))
        ancestors[n++] = pid;
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

/* --- unix sockets: /proc/net/unix (proc(5)) has a line for each,
 *
 *   Num       RefCount Protocol Flags    Type St Inode Path
 *
 * with the flag __SO_ACCEPTCON for those that listen --- */

#define LISTENS      0x10000U /* __SO_ACCEPTCON, include/linux/net.h */
#define FLAGS_COLUMN 3
#define PATH_COLUMN  7

void unix_sockets_done(struct unix_sockets *sockets)
{
    free(sockets->text);
    free(sockets->paths);
    *sockets = (struct unix_sockets){0};
}

/* Column 'n' of a line and the rest of it; one space is before the last column, since a
 * path may begin with another. */
static const char *column(const char *line, int n)
{
    for (int i = 0; i < n; i++) {
        line += strcspn(line, " ");
        line += i == PATH_COLUMN - 1 ? *line == ' ' : strspn(line, " ");
    }
    return line;
}

/* The path at the end of a line, when someone listens there; NULL otherwise. */
static const char *listening_path(const char *line)
{
    const char *path = column(line, PATH_COLUMN);

    return path[0] == '/' && strtoul(column(line, FLAGS_COLUMN), NULL, 16) & LISTENS ? path : NULL;
}

static bool read_text(char **ret_text)
{
    auto_file FILE *file = fopen("/proc/net/unix", "re");
    struct text text = {0};
    char bytes[4096];
    size_t n;

    while (file && (n = fread(bytes, 1, sizeof bytes, file)) > 0)
        text_add_bytes(&text, bytes, n);
    *ret_text = text_take(&text);
    return *ret_text != NULL;
}

int unix_sockets_read(struct unix_sockets *ret, struct vif_error *err)
{
    struct unix_sockets sockets = {0};
    char *line, *rest;
    size_t lines = 1;

    if (!read_text(&sockets.text))
        return error_memory(err);
    for (const char *at = sockets.text; (at = strchr(at, '\n')); at++)
        lines++;
    sockets.paths = calloc(lines, sizeof *sockets.paths);
    if (!sockets.paths) {
        unix_sockets_done(&sockets);
        return error_memory(err);
    }
    rest = sockets.text;
    while ((line = strsep(&rest, "\n"))) {
        sockets.paths[sockets.n] = listening_path(line);
        sockets.n += sockets.paths[sockets.n] != NULL;
    }
    if (sockets.n)
        qsort(sockets.paths, sockets.n, sizeof *sockets.paths, text_compare_pointers);
    *ret = sockets;
    return 0;
}

bool unix_sockets_listening(const struct unix_sockets *sockets, const char *path)
{
    return sockets->n && bsearch(&path, sockets->paths, sockets->n, sizeof *sockets->paths,
                                 text_compare_pointers) != NULL;
}

int unix_socket_exists(const char *path)
{
    struct stat st;

    if (stat(path, &st) == 0)
        return S_ISSOCK(st.st_mode) != 0;
    return errno == ENOENT || errno == ENOTDIR ? 0 : -errno;
}
