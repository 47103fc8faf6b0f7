/* SPDX-License-Identifier: Apache-2.0 */
/* Reading /proc/net/unix (proc(5)): a line for each socket,
 *
 *   Num       RefCount Protocol Flags    Type St Inode Path
 *
 * with the flag __SO_ACCEPTCON for those that listen.  Graphs of vhost-user ports stand on it. */
#include "kernel/unix-sockets.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/text.h"

#define LISTENS      0x10000U /* __SO_ACCEPTCON, include/linux/net.h */
#define FLAGS_COLUMN 3
#define PATH_COLUMN  7

void unix_sockets_done(struct unix_sockets *sockets)
{
    free(sockets->text);
    free(sockets->paths);
    *sockets = (struct unix_sockets){0};
}

/* Column 'n' of a line and the rest of it; one space is before the last column, since a
 * path may begin with another. */
static const char *column(const char *line, int n)
{
    for (int i = 0; i < n; i++) {
        line += strcspn(line, " ");
        line += i == PATH_COLUMN - 1 ? *line == ' ' : strspn(line, " ");
    }
    return line;
}

/* The path at the end of a line, when someone listens there; NULL otherwise. */
static const char *listening_path(const char *line)
{
    const char *path = column(line, PATH_COLUMN);

    return path[0] == '/' && strtoul(column(line, FLAGS_COLUMN), NULL, 16) & LISTENS ? path : NULL;
}

static bool read_text(char **ret_text)
{
    auto_file FILE *file = fopen("/proc/net/unix", "re");
    struct text text = {0};
    char bytes[4096];
    size_t n;

    while (file && (n = fread(bytes, 1, sizeof bytes, file)) > 0)
        text_add_bytes(&text, bytes, n);
    *ret_text = text_take(&text);
    return *ret_text != NULL;
}

int unix_sockets_read(struct unix_sockets *ret, struct vif_error *err)
{
    struct unix_sockets sockets = {0};
    char *line, *rest;
    size_t lines = 1;

    if (!read_text(&sockets.text))
        return error_memory(err);
    for (const char *at = sockets.text; (at = strchr(at, '\n')); at++)
        lines++;
    sockets.paths = calloc(lines, sizeof *sockets.paths);
    if (!sockets.paths) {
        unix_sockets_done(&sockets);
        return error_memory(err);
    }
    rest = sockets.text;
    while ((line = strsep(&rest, "\n"))) {
        sockets.paths[sockets.n] = listening_path(line);
        sockets.n += sockets.paths[sockets.n] != NULL;
    }
    if (sockets.n)
        qsort(sockets.paths, sockets.n, sizeof *sockets.paths, text_compare_pointers);
    *ret = sockets;
    return 0;
}

bool unix_sockets_listening(const struct unix_sockets *sockets, const char *path)
{
    return sockets->n && bsearch(&path, sockets->paths, sockets->n, sizeof *sockets->paths,
                                 text_compare_pointers) != NULL;
}

int unix_socket_exists(const char *path)
{
    struct stat st;

    if (stat(path, &st) == 0)
        return S_ISSOCK(st.st_mode) != 0;
    return errno == ENOENT || errno == ENOTDIR ? 0 : -errno;
}
