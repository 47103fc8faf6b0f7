/* SPDX-License-Identifier: Apache-2.0 */
/* Which programs run in our own network namespace. */
#ifndef KERNEL_PROCESS_H
#define KERNEL_PROCESS_H

enum process_known_by {
    PROCESS_NAME,  /* /proc/PID/comm is 'words' (cut at 15 bytes by the kernel) */
    PROCESS_WORDS, /* 'words' occur in its command line: a program of an interpreter */
};

/* Looks through /proc for a process in our network namespace: 1 when there is one, 0 when there is
 * none; -EACCES when there is one of which we may not know where it is; or another errno of /proc.
 * Processes of another PID namespace are not seen. */
int process_find(enum process_known_by known_by, const char *words);

#endif
