/* SPDX-License-Identifier: Apache-2.0 */
/* Which unix sockets someone listens at, without connecting to them: a server that takes one client
 * must not be bothered. */
#ifndef KERNEL_UNIX_SOCKETS_H
#define KERNEL_UNIX_SOCKETS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/* The paths of all listening sockets of the network namespace, sorted. */
struct unix_sockets {
    char *text; /* what 'paths' point into */
    const char **paths;
    size_t n;
};

/* Reads them.  On success '*ret' belongs to the caller.  -ENOMEM; without /proc there are none,
 * which is not an error. */
int unix_sockets_read(struct unix_sockets *ret, struct vif_error *err);
void unix_sockets_done(struct unix_sockets *sockets);

bool unix_sockets_listening(const struct unix_sockets *sockets, const char *path);

/* 1 when 'path' is a socket; 0 when there is nothing, or something else; -EACCES and the like when
 * it cannot be known. */
int unix_socket_exists(const char *path);

#endif
