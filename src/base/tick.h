/* SPDX-License-Identifier: Apache-2.0 */
/* A function to call now and then while waiting, to show that it continues. */
#ifndef BASE_TICK_H
#define BASE_TICK_H

#include <stddef.h>

/* How often, in milliseconds: enough to show running seconds. */
#define TICK_MS 250

struct tick {
    void (*call)(void *data); /* NULL: not called */
    void *data;
};

static inline void tick_call(const struct tick *tick)
{
    if (tick && tick->call)
        tick->call(tick->data);
}

#endif
