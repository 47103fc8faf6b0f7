/* SPDX-License-Identifier: Apache-2.0 */
/* Users and groups of the system, by name or number. */
#ifndef BASE_ACCOUNT_H
#define BASE_ACCOUNT_H

#include <sys/types.h>

/* The id of the user or group 'name'; a number stands for itself, even if no account has it.
 *
 * 0; -ENOENT if there is none; -ENOMEM; or the error of the look-up, which may wait for a directory
 * service. */
int account_user(const char *name, uid_t *ret_uid);
int account_group(const char *name, gid_t *ret_gid);

#endif
