/* SPDX-License-Identifier: Apache-2.0 */
/* Facts about the file system.  Plugins ask here, so that all they know of the host comes from one
 * layer. */
#include "kernel/path.h"

#include <sys/stat.h>

bool path_is_directory(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}
