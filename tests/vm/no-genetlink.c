/* SPDX-License-Identifier: Apache-2.0 */
/* A preloaded library that takes generic netlink away from a program, and with it devlink: what is
 * left to find a representor by is sysfs, as with a driver that has no devlink ports. */
#include <errno.h>
#include <linux/netlink.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

int socket(int domain, int type, int protocol)
{
    if (domain == AF_NETLINK && protocol == NETLINK_GENERIC) {
        errno = EPROTONOSUPPORT;
        return -1;
    }
    return (int)syscall(SYS_socket, domain, type, protocol);
}
