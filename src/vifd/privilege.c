/* SPDX-License-Identifier: Apache-2.0 */
/* Dropping privileges.  Of root's power the daemon needs CAP_NET_ADMIN alone: links, addresses,
 * routes, nftables, devlink and ethtool are asked of the kernel by netlink, which checks that; so
 * do the sysctls below net/ of a network namespace (net_ctl_permissions() in the kernel's
 * net/sysctl_net.c) and /dev/net/tun, which anyone may open.  The database, the locks and its own
 * socket are files, and reached by the rights of files.
 *
 * Each step stands where the process still has the power for it. */
#include "vifd/privilege.h"

#include <cap-ng.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/securebits.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"

int privilege_find_user(const char *name, struct privilege_user *ret, struct vif_error *err)
{
    const struct passwd *entry;

    if (!name)
        name = PRIVILEGE_USER;
    errno = 0;
    entry = getpwnam(name);
    if (!entry && errno && errno != ENOENT && errno != ESRCH)
        return error_sys(err, VIF_ERROR_SYSTEM, errno, "look up user %s", name);
    if (!entry || strlen(name) >= sizeof ret->name)
        return error_set(err, VIF_ERROR_CONFIG,
                         "there is no user %s (systemd-sysusers makes user vifd; --user names "
                         "another)",
                         name);
    *ret = (struct privilege_user){.uid = entry->pw_uid, .gid = entry->pw_gid};
    memcpy(ret->name, name, strlen(name) + 1);
    return 0;
}

int privilege_close_inherited(unsigned n_passed, struct vif_error *err)
{
    int fd;

    /* Otherwise the next descriptor could become stderr, and get the log. */
    do {
        fd = open("/dev/null", O_RDWR); /* NOLINT(android-cloexec-open): as the others */
        if (fd < 0)
            return error_sys(err, VIF_ERROR_SYSTEM, errno, "open /dev/null");
    } while (fd <= STDERR_FILENO);
    if (close_range(STDERR_FILENO + 1 + n_passed, ~0U, 0) < 0)
        return error_sys(err, VIF_ERROR_SYSTEM, errno, "close inherited descriptors");
    if (fd <= STDERR_FILENO + (int)n_passed)
        return error_set(err, VIF_ERROR_SYSTEM, "LISTEN_FDS exceeds the descriptors passed");
    return 0;
}

int privilege_hand_over_file(const char *path, const struct privilege_user *user,
                             struct vif_error *err)
{
    auto_close int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
    struct stat st;

    if (fd < 0 || fstat(fd, &st) < 0)
        return error_sys(err, VIF_ERROR_SYSTEM, errno, "open %s", path);
    if (!S_ISREG(st.st_mode) || st.st_nlink != 1)
        return error_set(err, VIF_ERROR_SYSTEM, "%s is not a regular file with one name", path);
    if (fchown(fd, user->uid, user->gid) < 0 || fchmod(fd, 0600) < 0)
        return error_sys(err, VIF_ERROR_SYSTEM, errno, "hand over %s", path);
    return 0;
}

/* Step 1: no program this process executes, set-user-ID or with file capabilities, gains
 * privileges.  It cannot be undone. */
static int refuse_new(struct vif_error *err)
{
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return error_sys(err, VIF_ERROR_SYSTEM, errno, "refuse new privileges");
    return 0;
}

/* Steps 2 to 4, which only root can take: user 0 becomes an ordinary number (neither executing a
 * program nor changing the user gives or takes capabilities, locked, so that step 5 is the only
 * place where they change); the bounding set becomes CAP_NET_ADMIN; the user changes, its groups
 * first, while that is allowed. */
static int leave_root(const struct privilege_user *user, struct vif_error *err)
{
    const unsigned long bits = SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_NO_SETUID_FIXUP |
                               SECBIT_NO_SETUID_FIXUP_LOCKED | SECBIT_KEEP_CAPS_LOCKED |
                               SECBIT_NO_CAP_AMBIENT_RAISE | SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED;
    int r;

    if (prctl(PR_SET_SECUREBITS, bits, 0, 0, 0) < 0)
        return error_sys(err, VIF_ERROR_SYSTEM, errno, "set securebits");
    r = capng_apply(CAPNG_SELECT_BOUNDS);
    if (r < 0)
        return error_sys(err, VIF_ERROR_SYSTEM, EPERM,
                         "drop capabilities from the bounding set (%d)", r);
    if (initgroups(user->name, user->gid) < 0 || setresgid(user->gid, user->gid, user->gid) < 0 ||
        setresuid(user->uid, user->uid, user->uid) < 0)
        return error_sys(err, VIF_ERROR_SYSTEM, errno, "become user %s", user->name);
    return 0;
}

/* Step 5: all capabilities but one; none for a program it would execute.  Step 6: other
 * processes of the same user cannot attach to it, it leaves no core with what it was sent, and
 * its files are its own. */
static int keep_one(struct vif_error *err)
{
    int r;

    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0)
        return error_sys(err, VIF_ERROR_SYSTEM, errno, "clear ambient capabilities");
    r = capng_apply(CAPNG_SELECT_CAPS);
    if (r < 0)
        return error_sys(err, VIF_ERROR_SYSTEM, EPERM, "drop capabilities (%d)", r);
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
        return error_sys(err, VIF_ERROR_SYSTEM, errno, "forbid attaching");
    (void)umask(077);
    return 0;
}

static bool is_all_there_is(void)
{
    const unsigned held = CAPNG_EFFECTIVE | CAPNG_PERMITTED;

    if (capng_get_caps_process() < 0)
        return false;
    for (unsigned cap = 0; prctl(PR_CAPBSET_READ, cap, 0, 0, 0) >= 0; cap++)
        for (unsigned type = CAPNG_EFFECTIVE; type <= CAPNG_INHERITABLE; type <<= 1) {
            bool wanted = cap == CAP_NET_ADMIN && (held & type);

            if ((capng_have_capability((capng_type_t)type, cap) != 0) != wanted)
                return false;
        }
    return prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, CAP_NET_ADMIN, 0, 0) == 0;
}

/* Step 7: ask the kernel who this is now. */
static int verify(const struct privilege_user *user, struct vif_error *err)
{
    uid_t uids[3];
    gid_t gids[3];

    if (!is_all_there_is() || getresuid(&uids[0], &uids[1], &uids[2]) < 0 ||
        getresgid(&gids[0], &gids[1], &gids[2]) < 0)
        return error_set(err, VIF_ERROR_PERMISSION,
                         "privileges other than CAP_NET_ADMIN remain after dropping them");
    for (int i = 0; i < 3; i++)
        if (uids[i] != (user ? user->uid : uids[0]) || gids[i] != (user ? user->gid : gids[0]))
            return error_set(err, VIF_ERROR_PERMISSION,
                             "still user %u, group %u after becoming user %s", uids[i], gids[i],
                             user ? user->name : "");
    return 0;
}

static int check_start(const struct privilege_user *user, struct vif_error *err)
{
    bool root = geteuid() == 0;

    if (capng_get_caps_process() < 0)
        return error_set(err, VIF_ERROR_SYSTEM, "cannot read the capabilities of this process");
    if (!capng_have_capability(CAPNG_EFFECTIVE, CAP_NET_ADMIN))
        return error_set(err, VIF_ERROR_PERMISSION,
                         "%s lacks CAP_NET_ADMIN: start vifd as root (it drops privileges) or from "
                         "its systemd unit (AmbientCapabilities=CAP_NET_ADMIN)",
                         root ? "root" : "this user");
    if (root && !user)
        return error_set(err, VIF_ERROR_CONFIG, "root must become another user");
    return 0;
}

int privilege_drop(const struct privilege_user *user, struct vif_error *err)
{
    bool root = geteuid() == 0;
    int r = check_start(user, err);

    if (r < 0)
        return r;
    capng_clear(CAPNG_SELECT_ALL);
    (void)capng_update(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED | CAPNG_BOUNDING_SET,
                       CAP_NET_ADMIN);
    r = refuse_new(err);
    if (r == 0 && root)
        r = leave_root(user, err);
    if (r == 0)
        r = keep_one(err);
    return r < 0 ? r : verify(root ? user : NULL, err);
}
