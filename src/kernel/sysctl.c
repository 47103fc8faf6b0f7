/* SPDX-License-Identifier: Apache-2.0 */
/* Per-interface sysctls, written as files: /proc/sys/net shows the network namespace of the process
 * that opens it, and the directory's permissions follow CAP_NET_ADMIN in that namespace. */
#include "kernel/sysctl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/parse.h"

#define ROOT "/proc/sys/net"

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
    root = open(ROOT, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (root < 0)
        return error_sys(err, VIF_ERROR_KERNEL, errno, "open %s", ROOT);
    fd = openat(root, path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0 && errno == ENOENT)
        return 1;
    if (fd < 0)
        return error_sys(err, VIF_ERROR_KERNEL, errno, "open %s/%s", ROOT, path);
    if (write(fd, text, (size_t)n) < 0)
        return error_sys(err, VIF_ERROR_KERNEL, errno, "write %d to %s/%s", value, ROOT, path);
    return 0;
}
