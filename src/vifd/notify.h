/* SPDX-License-Identifier: Apache-2.0 */
/* Telling systemd how the daemon is, as sd_notify(3) describes it. */
#ifndef VIFD_NOTIFY_H
#define VIFD_NOTIFY_H

#include <stdint.h>

/* Sends 'state' ("READY=1") where somebody wants to know. */
void notify(const char *state);

/* RELOADING=1 with the time that has to go with it. */
void notify_reloading(void);

/* How often WATCHDOG=1 is to be sent, in milliseconds; 0: not at all. */
uint64_t notify_watchdog_ms(void);

#endif
