/* SPDX-License-Identifier: Apache-2.0 */
/* Facts about the file system.  Plugins ask here, so that all they know of the host comes from one
 * layer. */
#include "kernel/path.h"

#include <errno.h>
#include <sys/stat.h>

bool path_is_directory(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

int path_is_socket(const char *path)
{
    struct stat st;

    if (stat(path, &st) == 0)
        return S_ISSOCK(st.st_mode) != 0;
    return errno == ENOENT || errno == ENOTDIR ? 0 : -errno;
}
