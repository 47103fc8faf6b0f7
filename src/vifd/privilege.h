/* SPDX-License-Identifier: Apache-2.0 */
/* Giving up all power but that over network interfaces. */
#ifndef VIFD_PRIVILEGE_H
#define VIFD_PRIVILEGE_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"

/* Whom root becomes when nobody says. */
#define PRIVILEGE_USER "vifd"

struct privilege_user {
    char name[33]; /* useradd(8) takes 32 characters */
    uid_t uid;
    gid_t gid; /* its own group */
};

/* Looks up 'name' (NULL: PRIVILEGE_USER).  Kind CONFIG when there is no such user. */
int privilege_find_user(const char *name, struct privilege_user *ret, struct vif_error *err);

/* Sees to it that descriptors 0 to 2 are open, and closes all others but the 'n_passed' from 3 on which
 * a service manager has handed over (sd_listen_fds(3)).  Before anything else is opened. */
int privilege_close_inherited(unsigned n_passed, struct vif_error *err);

/* Makes the file 'path' the user's alone, 0600, and makes it first where it is missing: the locks that the
 * daemon and root's vifctl share.  Not the group's, who may be those that call.  As root. */
int privilege_hand_over_file(const char *path, const struct privilege_user *user,
                             struct vif_error *err);

/* Gives up everything but CAP_NET_ADMIN, for good; before the first thread, and after all that only root
 * can do.  Root becomes 'user'; whoever is not root stays who it is, and 'user' may be NULL.
 *
 * Kind PERMISSION when CAP_NET_ADMIN is not there, in words that say what is missing; another error names
 * the step.  After an error the process has to end: it is neither what it was nor what it was to be. */
int privilege_drop(const struct privilege_user *user, struct vif_error *err);

#endif
