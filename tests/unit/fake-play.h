/* SPDX-License-Identifier: Apache-2.0 */
/* The two halves of the scripted database server to each other. */
#ifndef FAKE_PLAY_H
#define FAKE_PLAY_H

#include "fake-server.h"

/* Listens where 'server' says, and notes the port the kernel chose; -1 when that cannot be. */
int fake_listen(struct fake_server *server);

/* Plays the script and ends the process. */
__attribute__((noreturn)) void fake_play(struct fake_server *server,
                                         const struct fake_action *script);

#endif
