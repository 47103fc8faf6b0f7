/* SPDX-License-Identifier: Apache-2.0 */
/* Waiting: how long (a point on CLOCK_MONOTONIC in milliseconds, passed down to everything that
 * waits), until whose request, and whom to show that it goes on. */
#ifndef BASE_DEADLINE_H
#define BASE_DEADLINE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

#define DEADLINE_NEVER INT64_MAX

/* Milliseconds on CLOCK_MONOTONIC. */
int64_t deadline_now(void);

/* The point 'milliseconds' from now; DEADLINE_NEVER for a negative number. */
int64_t deadline_after(int64_t milliseconds);

/* Milliseconds left until 'until', for poll(): 0 if past, -1 for DEADLINE_NEVER. */
int deadline_left(int64_t until);

/* Sleeps 'milliseconds', but not past 'until'. */
void deadline_sleep(int64_t milliseconds, int64_t until);

/* Ending a call early on its caller's request: by a descriptor that becomes readable and is never
 * read, so that every wait can poll it too and sees the request from then on. */
#define STOP_NEVER 0 /* no descriptor */

bool stop_asked(int stop);

/* Sleeps 'milliseconds', but not past 'until' and not once 'stop' is readable. */
void stop_sleep(int stop, int64_t milliseconds, int64_t until);

/* Fills 'err' and returns -EINTR (kind INTERRUPTED). */
int stop_error(struct vif_error *err);
#define stop_error(err) ERROR_NEGATIVE((stop_error)(err))

/* A function to call now and then while waiting, to show that it continues. */
struct tick {
    void (*call)(void *data); /* NULL: not called */
    void *data;
};

#define TICK_MS 250 /* how often: enough to show running seconds */

static inline void tick_call(const struct tick *tick)
{
    if (tick && tick->call)
        tick->call(tick->data);
}

#endif
