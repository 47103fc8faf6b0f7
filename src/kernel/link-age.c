/* SPDX-License-Identifier: Apache-2.0 */
/* How long a link has been there.  The kernel does not say; but the inode of its directory in sysfs
 * is made when someone first looks at it (udev does as the link appears), never before the link,
 * and its time stays: the link is at least that old. */
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>

#include "base/parse.h"
#include "kernel/link.h"
#include "kernel/sysfs.h"

int link_age(const char *name, int ifindex, int64_t *ret_ms)
{
    char text[16], path[64];
    struct timespec now;
    struct stat info;
    int64_t index, age;
    int r = sysfs_read(text, sizeof text, "class/net/%s/ifindex", name);

    if (r < 0)
        return r;
    /* A sysfs of another network namespace shows its own links. */
    if (parse_int(text, 1, INT32_MAX, &index) < 0 || index != ifindex)
        return -ENOENT;
    (void)snprintf(path, sizeof path, "/sys/class/net/%s", name);
    if (stat(path, &info) < 0 || clock_gettime(CLOCK_REALTIME, &now) < 0)
        return -errno;
    age = ((int64_t)now.tv_sec - info.st_ctim.tv_sec) * 1000 +
          (now.tv_nsec - info.st_ctim.tv_nsec) / 1000000;
    *ret_ms = age > 0 ? age : 0;
    return 0;
}
