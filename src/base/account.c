/* SPDX-License-Identifier: Apache-2.0 */
/* Users and groups by name or number.  A group of many members needs room for all their names. */
#include "base/account.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/parse.h"

#define ROOM_FIRST 1024
#define ROOM_MAX   ((size_t)4 << 20)

/* Looks one up with this room.  0, -ENOENT, -ERANGE for more room, or another errno. */
typedef int lookup_fn(const char *name, char *room, size_t size, uint32_t *ret_id);

static int lookup_user(const char *name, char *room, size_t size, uint32_t *ret_id)
{
    struct passwd entry, *found = NULL;
    int r = getpwnam_r(name, &entry, room, size, &found);

    if (found)
        *ret_id = entry.pw_uid;
    return found ? 0 : -r;
}

static int lookup_group(const char *name, char *room, size_t size, uint32_t *ret_id)
{
    struct group entry, *found = NULL;
    int r = getgrnam_r(name, &entry, room, size, &found);

    if (found)
        *ret_id = entry.gr_gid;
    return found ? 0 : -r;
}

static int find(lookup_fn *lookup, const char *name, uint32_t *ret_id)
{
    int64_t number;
    int r = -ERANGE;

    if (parse_int(name, 0, UINT32_MAX - 1, &number) == 0) {
        *ret_id = (uint32_t)number;
        return 0;
    }
    for (size_t size = ROOM_FIRST; r == -ERANGE && size <= ROOM_MAX; size *= 4) {
        auto_free char *room = malloc(size);
        uint32_t id = UINT32_MAX;

        if (!room)
            return -ENOMEM;
        r = lookup(name, room, size, &id);
        if (r == 0 && id == UINT32_MAX) /* no error, but no such entry */
            r = -ENOENT;
        if (r == 0)
            *ret_id = id;
    }
    return r == -ESRCH || r == -EBADF || r == -EPERM ? -ENOENT : r;
}

int account_user(const char *name, uid_t *ret_uid)
{
    return find(lookup_user, name, ret_uid);
}

int account_group(const char *name, gid_t *ret_gid)
{
    return find(lookup_group, name, ret_gid);
}
