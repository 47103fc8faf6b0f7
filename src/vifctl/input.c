/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the files a user names: plain files, standard input, directories. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/pool.h"
#include "vifctl/vifctl.h"

#define READ_LEAST 4096

static int add_fault(struct vif_batch *batch, int errnum, const char *name, struct vif_error *err)
{
    struct vif_error fault = {0};

    (void)error_sys(&fault, VIF_ERROR_INVALID, errnum, "%s", name);
    return vif_batch_add_error(batch, &fault, err);
}

/* All of 'fd', up to one byte more than the limit, so that the reader of the text can complain. */
static int read_all(int fd, char **ret_text, size_t *ret_n)
{
    auto_free char *text = NULL;
    size_t n = 0, room = 0;

    for (;;) {
        ssize_t got;

        if (!array_grow(text, n, room, READ_LEAST))
            return -ENOMEM;
        got = read(fd, text + n, room - n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -errno;
        n += (size_t)got;
        if (got == 0 || n > LIMIT_DOCUMENT_BYTES)
            break;
    }
    *ret_text = take_ptr(text);
    *ret_n = n;
    return 0;
}

static int add_fd(struct vif_batch *batch, int fd, const char *name, struct vif_error *err)
{
    auto_free char *text = NULL;
    size_t n = 0;
    int r = read_all(fd, &text, &n);

    if (r == -ENOMEM)
        return error_memory(err);
    if (r < 0)
        return add_fault(batch, -r, name, err);
    return vif_batch_add(batch, name, text, n, err);
}

static int is_json(const struct dirent *entry)
{
    size_t n = strlen(entry->d_name), suffix = strlen(".json");

    return n > suffix && entry->d_name[0] != '.' &&
           strcmp(entry->d_name + n - suffix, ".json") == 0;
}

static int add_file(struct vif_batch *batch, const char *name, struct vif_error *err)
{
    auto_close int fd = open(name, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return add_fault(batch, errno, name, err);
    return add_fd(batch, fd, name, err);
}

static int add_directory(struct vif_batch *batch, const char *name, struct vif_error *err)
{
    struct dirent **entries = NULL;
    int n = scandir(name, &entries, is_json, alphasort);
    int r = 0;

    if (n < 0)
        return add_fault(batch, errno, name, err);
    for (int i = 0; i < n; i++) {
        auto_free char *path = NULL;

        if (r == 0 && asprintf(&path, "%s%s%s", name, name[strlen(name) - 1] == '/' ? "" : "/",
                               entries[i]->d_name) < 0) {
            path = NULL;
            r = error_memory(err);
        }
        if (r == 0)
            r = add_file(batch, path, err);
        free(entries[i]);
    }
    free(entries);
    return r;
}

int read_file(const char *file, struct vif_batch *batch, struct vif_error *err)
{
    struct stat st;

    if (strcmp(file, "-") == 0)
        return add_fd(batch, STDIN_FILENO, "standard input", err);
    if (stat(file, &st) == 0 && S_ISDIR(st.st_mode))
        return add_directory(batch, file, err);
    return add_file(batch, file, err);
}
