/* SPDX-License-Identifier: Apache-2.0 */
/* Something to call now and then while waiting, so that whoever waits can be told that it goes on. */
#ifndef BASE_TICK_H
#define BASE_TICK_H

#include <stddef.h>

/* How often, in milliseconds: a person sees that the seconds are counted. */
#define TICK_MS 250

struct tick {
    void (*call)(void *data); /* NULL: nobody wants to know */
    void *data;
};

static inline void tick_call(const struct tick *tick)
{
    if (tick && tick->call)
        tick->call(tick->data);
}

#endif
