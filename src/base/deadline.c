/* SPDX-License-Identifier: Apache-2.0 */
/* Deadlines on the monotonic clock, and ending a call early.  A descriptor that cannot be polled
 * never ends one. */
#include "base/deadline.h"

#include <limits.h>
#include <poll.h>
#include <time.h>

int64_t deadline_now(void)
{
    struct timespec ts;

    (void)clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int64_t deadline_after(int64_t milliseconds)
{
    int64_t now = deadline_now();

    if (milliseconds < 0 || milliseconds >= DEADLINE_NEVER - now)
        return DEADLINE_NEVER;
    return now + milliseconds;
}

int deadline_left(int64_t until)
{
    int64_t left;

    if (until == DEADLINE_NEVER)
        return -1;
    left = until - deadline_now();
    if (left <= 0)
        return 0;
    return left > INT_MAX ? INT_MAX : (int)left;
}

void deadline_sleep(int64_t milliseconds, int64_t until)
{
    stop_sleep(STOP_NEVER, milliseconds, until);
}

bool stop_asked(int stop)
{
    struct pollfd p = {.fd = stop, .events = POLLIN};

    return stop > 0 && poll(&p, 1, 0) == 1 && (p.revents & (POLLIN | POLLHUP));
}

void stop_sleep(int stop, int64_t milliseconds, int64_t until)
{
    struct pollfd p = {.fd = stop, .events = POLLIN};
    int64_t end = deadline_after(milliseconds > 0 ? milliseconds : 0);

    (void)poll(&p, stop > 0 ? 1 : 0, deadline_left(end < until ? end : until));
}

int(stop_error)(struct vif_error *err)
{
    return error_set(err, VIF_ERROR_INTERRUPTED, "interrupted");
}
