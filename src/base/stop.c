/* SPDX-License-Identifier: Apache-2.0 */
/* Ending a call early.  A descriptor that cannot be polled never ends one. */
#include "base/stop.h"

#include <poll.h>

#include "base/deadline.h"

bool stop_asked(int stop)
{
    struct pollfd p = {.fd = stop, .events = POLLIN};

    return stop > 0 && poll(&p, 1, 0) == 1 && (p.revents & (POLLIN | POLLHUP));
}

void stop_sleep(int stop, int64_t milliseconds, int64_t until)
{
    struct pollfd p = {.fd = stop, .events = POLLIN};
    int64_t end = deadline_after(milliseconds);

    if (stop <= 0)
        deadline_sleep(milliseconds, until);
    else
        (void)poll(&p, 1, deadline_left(end < until ? end : until));
}

int(stop_error)(struct vif_error *err)
{
    return error_set(err, VIF_ERROR_INTERRUPTED, "interrupted");
}
