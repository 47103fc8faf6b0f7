/* SPDX-License-Identifier: Apache-2.0 */
/* Small reads below /sys.  A driver may answer with any errno, a device may be gone between two
 * reads, and what a file says goes into names and messages: what is not one line is refused. */
#include "kernel/sysfs.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/parse.h"

#define ROOT      "/sys/"
#define PATH_ROOM 512 /* of our own making: two names of at most 255 bytes, and constants */

static int __attribute__((format(printf, 2, 0)))
make_path(char path[PATH_ROOM], const char *format, va_list ap)
{
    const size_t root = strlen(ROOT);
    int n;

    memcpy(path, ROOT, root);
    n = vsnprintf(path + root, PATH_ROOM - root, format, ap);
    return n < 0 || (size_t)n >= PATH_ROOM - root ? -ENAMETOOLONG : 0;
}

/* The path that the caller's format and arguments make: 0 or -ENAMETOOLONG. */
#define MAKE_PATH(path, format)                                                                    \
    ({                                                                                             \
        va_list ap_;                                                                               \
        int made_;                                                                                 \
                                                                                                   \
        va_start(ap_, format);                                                                     \
        made_ = make_path(path, format, ap_);                                                      \
        va_end(ap_);                                                                               \
        made_;                                                                                     \
    })

static bool is_text(const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!isprint((unsigned char)text[i]))
            return false;
    return true;
}

static int read_file(const char *path, char *ret_text, size_t size)
{
    /* Without O_NONBLOCK a FIFO put there would hold us up. */
    auto_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW);
    char text[PATH_ROOM];
    struct stat info;
    ssize_t n;

    if (fd < 0 || fstat(fd, &info) < 0)
        return -errno;
    if (!S_ISREG(info.st_mode))
        return -EBADMSG;
    n = read(fd, text, sizeof text);
    if (n < 0)
        return -errno;
    if (n > 0 && text[n - 1] == '\n')
        n--;
    if ((size_t)n >= size || !is_text(text, (size_t)n))
        return -EBADMSG;
    memcpy(ret_text, text, (size_t)n);
    ret_text[n] = '\0';
    return 0;
}

int sysfs_read(char *ret_text, size_t size, const char *format, ...)
{
    char path[PATH_ROOM];
    int r = MAKE_PATH(path, format);

    return r < 0 ? r : read_file(path, ret_text, size);
}

int sysfs_read_link(char *ret_name, size_t size, const char *format, ...)
{
    char path[PATH_ROOM], target[PATH_MAX];
    int r = MAKE_PATH(path, format);
    const char *name;
    ssize_t n;

    if (r < 0)
        return r;
    n = readlink(path, target, sizeof target - 1);
    if (n < 0)
        return -errno;
    target[n] = '\0';
    name = strrchr(target, '/');
    name = name ? name + 1 : target;
    if (strlen(name) >= size || !is_text(name, strlen(name)))
        return -EBADMSG;
    memcpy(ret_name, name, strlen(name) + 1);
    return 0;
}

bool sysfs_exists(const char *format, ...)
{
    char path[PATH_ROOM];
    struct stat info;

    return MAKE_PATH(path, format) == 0 && stat(path, &info) == 0;
}

int sysfs_each(int (*each)(void *data, const char *name), void *data, const char *format, ...)
{
    auto_directory DIR *directory = NULL;
    const struct dirent *entry;
    char path[PATH_ROOM];
    int r = MAKE_PATH(path, format);

    if (r < 0)
        return r;
    directory = opendir(path);
    if (!directory)
        return -errno;
    while (errno = 0, (entry = readdir(directory))) {
        if (entry->d_name[0] == '.')
            continue;
        r = each(data, entry->d_name);
        if (r != 0)
            return r;
    }
    return -errno;
}

/* ---- sysctls: /proc/sys/net shows the network namespace of the process that opens it, and the
 * directory's permissions follow CAP_NET_ADMIN in that namespace ---- */

#define SYSCTL_ROOT "/proc/sys/net"

static const struct {
    const char *family;
    const char *word;
} settings[] = {
    [SYSCTL_DISABLE_IPV6] = {"ipv6", "disable_ipv6"},
    [SYSCTL_ARP_IGNORE] = {"ipv4", "arp_ignore"},
    [SYSCTL_ARP_ANNOUNCE] = {"ipv4", "arp_announce"},
};

const char *sysctl_word(enum sysctl which)
{
    return settings[which].word;
}

int sysctl_set(const char *name, enum sysctl which, int value, struct vif_error *err)
{
    const char *fault = ifname_fault(name);
    char path[64], text[16];
    auto_close int root = -1, fd = -1;
    int n;

    if (fault)
        return error_set(err, VIF_ERROR_INVALID, "set %s: the name '%s' %s", sysctl_word(which),
                         name, fault);
    (void)snprintf(path, sizeof path, "%s/conf/%.*s/%s", settings[which].family, LIMIT_IFNAME - 1,
                   name, settings[which].word);
    n = snprintf(text, sizeof text, "%d", value);
    root = open(SYSCTL_ROOT, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (root < 0)
        return error_sys(err, VIF_ERROR_KERNEL, errno, "open %s", SYSCTL_ROOT);
    fd = openat(root, path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0 && errno == ENOENT)
        return 1;
    if (fd < 0)
        return error_sys(err, VIF_ERROR_KERNEL, errno, "open %s/%s", SYSCTL_ROOT, path);
    if (write(fd, text, (size_t)n) < 0)
        return error_sys(err, VIF_ERROR_KERNEL, errno, "write %d to %s/%s", value, SYSCTL_ROOT,
                         path);
    return 0;
}
