/* SPDX-License-Identifier: Apache-2.0 */
/* Each call locks its VIFs, one byte of one file for each: a plug and an unplug of one VIF at once
 * would leave half of it.  The locks go with the process; the file holds nothing. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/deadline.h"
#include "engine/reconcile.h"

#define POLL_MS 2

/* The byte that stands for a VIF in this network namespace: FNV-1a, 64 bits. */
static off_t byte_of(uint64_t space, const char *id)
{
    uint64_t value = space ^ 0xcbf29ce484222325U;

    for (; *id; id++)
        value = (value ^ (unsigned char)*id) * 0x100000001b3U;
    return (off_t)(value & 0x3fffffffffffffff);
}

static int compare(const void *a, const void *b)
{
    const off_t *left = a, *right = b;

    return (*left > *right) - (*left < *right);
}

/* Locks one byte, or unlocks it.  0; 1 when another has it; a negative errno. */
static int set_lock(int fd, short type, off_t byte, struct vif_error *err)
{
    struct flock lock = {.l_type = type, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1};

    if (fcntl(fd, F_OFD_SETLK, &lock) == 0)
        return 0;
    if (errno == EAGAIN || errno == EACCES || errno == EINTR)
        return 1;
    return error_sys(err, VIF_ERROR_SYSTEM, errno, "lock %s", VIF_LOCK_FILE);
}

static int wait_for_lock(int fd, short type, off_t byte, int stop, int64_t until,
                         const struct tick *tick, struct vif_error *err)
{
    int64_t next = deadline_after(TICK_MS);
    int r;

    while ((r = set_lock(fd, type, byte, err)) > 0) {
        if (deadline_left(until) == 0)
            return error_set(err, VIF_ERROR_TIMEOUT,
                             "timed out waiting for another program to release this VIF");
        if (stop_asked(stop))
            return error_set(err, VIF_ERROR_INTERRUPTED,
                             "interrupted while waiting for another program to release this VIF: "
                             "nothing was changed");
        stop_sleep(stop, POLL_MS, until);
        if (deadline_left(next) == 0) {
            tick_call(tick);
            next = deadline_after(TICK_MS);
        }
    }
    return r;
}

/* A call that only looks makes no file: without it no program can be at work. */
static int open_lock(bool look, uint64_t *ret_space)
{
    struct stat space;
    auto_close int fd =
        open(VIF_LOCK_FILE, (look ? O_RDONLY : O_RDWR | O_CREAT) | O_CLOEXEC | O_NOFOLLOW, 0600);

    if (fd < 0 || stat("/proc/self/ns/net", &space) < 0)
        return -errno;
    *ret_space = space.st_ino;
    return take_fd(&fd);
}

int lock_try_ids(const char *const *ids, size_t n, bool *ret_taken, int *ret_fd,
                 struct vif_error *err)
{
    uint64_t space = 0;
    auto_close int fd = open_lock(false, &space);

    if (fd < 0)
        return error_sys(err, VIF_ERROR_SYSTEM, -fd, "lock %s", VIF_LOCK_FILE);
    for (size_t i = 0; i < n; i++) {
        int r = set_lock(fd, F_WRLCK, byte_of(space, ids[i]), err);

        if (r < 0)
            return r;
        ret_taken[i] = r == 0;
    }
    *ret_fd = take_fd(&fd);
    return 0;
}

int lock_ids(const char *const *ids, size_t n, bool look, int stop, int64_t until,
             const struct log *log, const struct tick *tick, int *ret_fd, struct vif_error *err)
{
    auto_close int fd = -1;
    auto_free off_t *bytes = calloc(n + 1, sizeof *bytes);
    uint64_t space = 0;
    int r = 0;

    *ret_fd = -1;
    if (!bytes)
        return error_memory(err);
    fd = open_lock(look, &space);
    if (fd < 0) {
        log_debug(log, "no lock: %s: %s", VIF_LOCK_FILE, strerrordesc_np(-fd));
        return 0;
    }
    for (size_t i = 0; i < n; i++)
        bytes[i] = byte_of(space, ids[i]);
    qsort(bytes, n, sizeof *bytes, compare); /* all lock them in one order: no deadlock */
    for (size_t i = 0; r == 0 && i < n; i++)
        if (!i || bytes[i] != bytes[i - 1])
            r = wait_for_lock(fd, look ? F_RDLCK : F_WRLCK, bytes[i], stop, until, tick, err);
    if (r == 0)
        *ret_fd = take_fd(&fd);
    return r;
}

void lock_release(int fd, const char *const *ids, size_t n)
{
    struct stat space;

    if (stat("/proc/self/ns/net", &space) < 0)
        return;
    for (size_t i = 0; i < n; i++)
        (void)set_lock(fd, F_UNLCK, byte_of(space.st_ino, ids[i]), NULL);
}
