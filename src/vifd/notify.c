/* SPDX-License-Identifier: Apache-2.0 */
/* The service manager's protocol: one datagram to the socket named by NOTIFY_SOCKET, in the
 * abstract name space if it begins with '@'.  Failures are ignored. */
#include "vifd/notify.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/parse.h"

void notify(const char *state)
{
    const char *path = getenv("NOTIFY_SOCKET");
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    size_t n = path ? strlen(path) : 0;
    auto_close int fd = -1;

    if (n < 2 || n > sizeof name.sun_path || (path[0] != '/' && path[0] != '@'))
        return;
    memcpy(name.sun_path, path, n);
    if (path[0] == '@')
        name.sun_path[0] = '\0';
    fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return;
    (void)sendto(fd, state, strlen(state), MSG_NOSIGNAL, (struct sockaddr *)&name,
                 (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n));
}

void notify_reloading(void)
{
    struct timespec now = {0};
    char state[64];

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    (void)snprintf(state, sizeof state, "RELOADING=1\nMONOTONIC_USEC=%lld",
                   (long long)now.tv_sec * 1000000 + now.tv_nsec / 1000);
    notify(state);
}

uint64_t notify_watchdog_ms(void)
{
    const char *usec = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");
    int64_t value, who;

    if (!usec || parse_int(usec, 1, INT64_MAX, &value) < 0)
        return 0;
    if (pid && (parse_int(pid, 1, INT32_MAX, &who) < 0 || who != getpid()))
        return 0;
    return value / 2000 > 0 ? (uint64_t)value / 2000 : 1; /* twice as often as required */
}
