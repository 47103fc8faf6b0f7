/* SPDX-License-Identifier: Apache-2.0 */
/* Other processes of this host, by /proc. */
#ifndef KERNEL_PROCESS_H
#define KERNEL_PROCESS_H

#include <stddef.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/parse.h"

/* Finds a process in this process's network namespace by the name the kernel has for it (at most 15
 * bytes, proc(5), /proc/PID/comm).  Of several the one with the lowest number.
 *
 * 0; -ESRCH when there is none; -EACCES when there is one by that name whose network namespace this
 * process may not see; or the errno of reading /proc. */
int process_find(const char *comm, pid_t *ret_pid);

/* The same for a program by the file name of its first word, or of the script that an interpreter
 * runs, as /proc/PID/cmdline has them; one that has retitled itself to "<program>: ..." counts. */
int process_find_program(const char *program, pid_t *ret_pid);

/* Whether all processes of the host can be seen: /proc is whole and of the initial PID
 * namespace. */
bool process_sees_all(void);

/* Which of these UUIDs the command line of a process contains: 'ret_found[i]' says it of uuids[i],
 * which are sorted, in lower case and distinct.  This process and those that started it are not
 * asked ("sudo vifctl prune --match=UUID" is not a guest).  Does not wait.
 *
 * 0; -EACCES (kind PERMISSION) where a process may not be looked at: then nothing is known; -E2BIG
 * for a command line that is too long to be looked through; -ENOMEM; errnos of /proc. */
int process_find_argument(const char (*uuids)[UUID_TEXT_SIZE], size_t n, bool *ret_found,
                          struct vif_error *err);

/* ---- unix sockets, seen without connecting: some servers take one client only ---- */

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
