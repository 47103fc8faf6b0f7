/* SPDX-License-Identifier: Apache-2.0 */
/* Facts about the file system that a plugin may want to know. */
#ifndef KERNEL_PATH_H
#define KERNEL_PATH_H

#include <stdbool.h>

bool path_is_directory(const char *path);

#endif
