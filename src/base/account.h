/* SPDX-License-Identifier: Apache-2.0 */
/* Users and groups of the system, by name or number. */
#ifndef BASE_ACCOUNT_H
#define BASE_ACCOUNT_H

#include <sys/types.h>

/* The id of the user or group called 'name', or whose number it is (which need not be anyone's).
 *
 * 0; -ENOENT when there is none; -ENOMEM; or what asking the system for it failed with.  May wait for a
 * directory service, where the system is set up so. */
int account_user(const char *name, uid_t *ret_uid);
int account_group(const char *name, gid_t *ret_gid);

#endif
