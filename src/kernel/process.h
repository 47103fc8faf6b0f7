/* SPDX-License-Identifier: Apache-2.0 */
/* Other processes of this host, by /proc. */
#ifndef KERNEL_PROCESS_H
#define KERNEL_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

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

#endif
