/* SPDX-License-Identifier: Apache-2.0 */
/* Ending a call early on its caller's request: by a descriptor that becomes readable and is never
 * read, so that every wait can poll it too and sees the request from then on. */
#ifndef BASE_STOP_H
#define BASE_STOP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/* No descriptor: the call cannot be stopped. */
#define STOP_NEVER 0

/* Whether 'stop' (STOP_NEVER: no) is readable now. */
bool stop_asked(int stop);

/* Sleeps 'milliseconds', but not past 'until' and not once 'stop' is readable. */
void stop_sleep(int stop, int64_t milliseconds, int64_t until);

/* Fills 'err' and returns -EINTR (kind INTERRUPTED). */
int stop_error(struct vif_error *err);
#define stop_error(err) ERROR_NEGATIVE((stop_error)(err))

#endif
