/* SPDX-License-Identifier: Apache-2.0 */
/* Deadlines: a point on CLOCK_MONOTONIC in milliseconds, passed down to everything that waits. */
#ifndef BASE_DEADLINE_H
#define BASE_DEADLINE_H

#include <stdint.h>

#define DEADLINE_NEVER INT64_MAX

/* Milliseconds on CLOCK_MONOTONIC. */
int64_t deadline_now(void);

/* The point 'milliseconds' from now; DEADLINE_NEVER for a negative number. */
int64_t deadline_after(int64_t milliseconds);

/* Milliseconds left until 'until', for poll(): 0 if past, -1 for DEADLINE_NEVER. */
int deadline_left(int64_t until);

/* Sleeps 'milliseconds', but not past 'until'. */
void deadline_sleep(int64_t milliseconds, int64_t until);

#endif
