/* SPDX-License-Identifier: Apache-2.0 */
/* Deadlines on the monotonic clock. Functions that wait take one from their caller and pass it
 * on. */
#include "base/deadline.h"

#include <limits.h>
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
    int left = deadline_left(until);
    struct timespec ts;

    if (left >= 0 && milliseconds > left)
        milliseconds = left;
    if (milliseconds <= 0)
        return;
    ts.tv_sec = milliseconds / 1000;
    ts.tv_nsec = (milliseconds % 1000) * 1000000;
    (void)nanosleep(&ts, NULL);
}
