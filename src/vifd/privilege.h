/* SPDX-License-Identifier: Apache-2.0 */
/* Dropping all privileges but CAP_NET_ADMIN. */
#ifndef VIFD_PRIVILEGE_H
#define VIFD_PRIVILEGE_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"

/* The user that root becomes by default. */
#define PRIVILEGE_USER "vifd"

struct privilege_user {
    char name[33]; /* useradd(8) takes 32 characters */
    uid_t uid;
    gid_t gid; /* its own group */
};

/* Looks up 'name' (NULL: PRIVILEGE_USER).  Kind CONFIG if there is no such user. */
int privilege_find_user(const char *name, struct privilege_user *ret, struct vif_error *err);

/* Ensures that descriptors 0 to 2 are open, and closes all others but the 'n_passed' that a
 * service manager passed from 3 on (sd_listen_fds(3)).  Before anything else is opened. */
int privilege_close_inherited(unsigned n_passed, struct vif_error *err);

/* Gives the file 'path' to the user, mode 0600, and creates it if missing: the locks that the
 * daemon and root's vifctl share.  Not to the group, which callers may belong to.  As root. */
int privilege_hand_over_file(const char *path, const struct privilege_user *user,
                             struct vif_error *err);

/* Drops everything but CAP_NET_ADMIN for good; before the first thread, and after everything that
 * only root can do.  Root becomes 'user'; another user stays as it is, and 'user' may be NULL.
 *
 * Kind PERMISSION without CAP_NET_ADMIN; other errors name the step.  After an error the process
 * has to end. */
int privilege_drop(const struct privilege_user *user, struct vif_error *err);

#endif
