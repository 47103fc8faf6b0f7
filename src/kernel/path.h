/* SPDX-License-Identifier: Apache-2.0 */
/* Facts about the file system that a plugin may want to know. */
#ifndef KERNEL_PATH_H
#define KERNEL_PATH_H

#include <stdbool.h>

bool path_is_directory(const char *path);

/* 1 when 'path' is a socket; 0 when there is nothing, or something else; -EACCES and the like when
 * it cannot be known. */
int path_is_socket(const char *path);

#endif
