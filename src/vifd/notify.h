/* SPDX-License-Identifier: Apache-2.0 */
/* Notifies systemd of the daemon's state, as sd_notify(3) does. */
#ifndef VIFD_NOTIFY_H
#define VIFD_NOTIFY_H

#include <stdint.h>

/* Sends 'state' ("READY=1") to $NOTIFY_SOCKET, if set. */
void notify(const char *state);

/* RELOADING=1 with its timestamp. */
void notify_reloading(void);

/* The interval of WATCHDOG=1 in milliseconds; 0: never. */
uint64_t notify_watchdog_ms(void);

#endif
