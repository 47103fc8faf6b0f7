/* SPDX-License-Identifier: Apache-2.0 */
/* Guests among the processes of this host, as /proc shows them. */
#ifndef KERNEL_PROCESS_ARGUMENT_H
#define KERNEL_PROCESS_ARGUMENT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/parse.h"

/* Which of these UUIDs the command line of a process contains: 'ret_found[i]' says it of uuids[i],
 * which are sorted, in lower case and distinct.  This process and those that started it are not
 * asked ("sudo vifctl prune --match=UUID" is not a guest).  Does not wait.
 *
 * 0; -EACCES (kind PERMISSION) where a process may not be looked at: then nothing is known; -E2BIG
 * for a command line that is too long to be looked through; -ENOMEM; errnos of /proc. */
int process_find_argument(const char (*uuids)[UUID_TEXT_SIZE], size_t n, bool *ret_found,
                          struct vif_error *err);

#endif
