/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration: an INI file in which os-vif's groups and options keep their names and values,
 * so that a nova.conf can be read as it is. */
#include <errno.h>
#include <fcntl.h>
#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/parse.h"
#include "base/strmap.h"
#include "libvif/host.h"

#define BYTE_ORDER_MARK "\xef\xbb\xbf"

struct reader {
    struct config *config;
    const char *file;
    char *text; /* what is left of the file */
    bool ours;  /* the present group is one of ours */
    int failed;
    struct vif_error *err;
};

/* "plugin NAME": the plugin itself checks the options in it. */
#define PLUGIN_GROUP "plugin "

static bool is_our_group(const char *group, size_t n)
{
    if (n > strlen(PLUGIN_GROUP) && memcmp(group, PLUGIN_GROUP, strlen(PLUGIN_GROUP)) == 0)
        return true;
    for (size_t i = 0; i < n_config_rows; i++)
        if (strlen(config_rows[i].group) == n && memcmp(group, config_rows[i].group, n) == 0)
            return true;
    return false;
}

static const struct config_row *find_row(const char *group, const char *name)
{
    for (size_t i = 0; i < n_config_rows; i++)
        if (strcmp(config_rows[i].group, group) == 0 && strcmp(config_rows[i].name, name) == 0)
            return &config_rows[i];
    return NULL;
}

static int keep_for_plugin(struct reader *reader, const char *plugin, const char *name,
                           const char *value)
{
    char key[256];

    (void)snprintf(key, sizeof key, "%s/%s", plugin, name);
    return strmap_set(&reader->config->plugins.elsewhere, key, value) < 0
               ? error_memory(reader->err)
               : 0;
}

/* inih's handler: 1 goes on, 0 marks the line as bad; we keep the first fault and go on. */
static int store_option(void *user, const char *group, const char *name, const char *value)
{
    struct reader *reader = user;
    const struct config_row *row;
    int r;

    if (reader->failed || !is_our_group(group, strlen(group)))
        return 1;
    if (strncmp(group, PLUGIN_GROUP, strlen(PLUGIN_GROUP)) == 0) {
        reader->failed = keep_for_plugin(reader, group + strlen(PLUGIN_GROUP), name, value);
        return 1;
    }
    row = find_row(group, name);
    r = row ? row->store(row, (char *)reader->config + row->offset, value) : 0;
    if (!row)
        reader->failed = error_set(reader->err, VIF_ERROR_CONFIG, "%s: [%s] %.64s: unknown option",
                                   reader->file, group, name);
    else if (r == -ENOMEM)
        reader->failed = error_memory(reader->err);
    else if (r < 0)
        reader->failed =
            error_set(reader->err, VIF_ERROR_CONFIG, "%s: [%s] %s: expected %s, got \"%.64s\"",
                      reader->file, group, name, row->expected, value);
    return 1;
}

/* inih's reader, in place of fgets().  It hands over what concerns us and blank lines for the rest:
 * comments and lines of other groups may be longer than inih's line. */
static char *next_line(char *room, int size, void *stream)
{
    struct reader *reader = stream;
    char *line = reader->text, *end;
    size_t n;
    char first;

    if (!line || !*line)
        return NULL;
    end = strchr(line, '\n');
    reader->text = end ? end + 1 : NULL;
    if (end)
        *end = '\0';
    if (line[0] == '[')
        reader->ours = strchr(line, ']') && is_our_group(line + 1, strcspn(line, "]") - 1);
    n = strlen(line);
    first = line[strspn(line, " \t")];
    if (first == '#' || first == ';' || (!reader->ours && line[0] != '[')) {
        n = 0;
    } else if (n + 2 > (size_t)size) {
        if (reader->ours && !reader->failed)
            reader->failed = error_set(reader->err, VIF_ERROR_CONFIG,
                                       "%s: a line is longer than %d bytes: %.40s...", reader->file,
                                       size - 2, line);
        n = 0;
    }
    memcpy(room, line, n);
    memcpy(room + n, "\n", 2);
    return room;
}

/* The whole file, NUL-ended; *ret NULL when an optional one is not there. */
static int read_file(const char *file, bool optional, char **ret, struct vif_error *err)
{
    auto_close int fd = open(file, O_RDONLY | O_CLOEXEC);
    auto_free char *text = NULL;
    size_t n = 0;
    struct stat st;

    *ret = NULL;
    if (fd < 0 && optional && errno == ENOENT)
        return 0;
    if (fd < 0 || fstat(fd, &st) < 0)
        return error_sys(err, VIF_ERROR_CONFIG, errno, "%s", file);
    if (!S_ISREG(st.st_mode) || st.st_size > (off_t)LIMIT_CONFIG_BYTES)
        return error_set(err, VIF_ERROR_CONFIG, "%s: not a file of at most %zu bytes", file,
                         LIMIT_CONFIG_BYTES);
    text = malloc((size_t)st.st_size + 1);
    if (!text)
        return error_memory(err);
    while (n < (size_t)st.st_size) {
        ssize_t got = read(fd, text + n, (size_t)st.st_size - n);

        if (got < 0 && errno != EINTR)
            return error_sys(err, VIF_ERROR_CONFIG, errno, "%s", file);
        if (got == 0)
            break;
        if (got > 0)
            n += (size_t)got;
    }
    text[n] = '\0';
    if (strlen(text) < n)
        return error_set(err, VIF_ERROR_CONFIG, "%s: not a text: it has a NUL byte", file);
    *ret = take_ptr(text);
    return 0;
}

int config_read(const char *file, struct config *ret, struct vif_error *err)
{
    struct config config = {.file = ""};
    struct reader reader = {.config = &config, .file = file ? file : VIF_CONFIG_FILE, .err = err};
    auto_free char *text = NULL;
    int r;

    config_init(&config);
    r = read_file(reader.file, !file, &text, err);
    if (r < 0)
        return r;
    /* A byte order mark would hide the first group's '['. */
    reader.text = text && strncmp(text, BYTE_ORDER_MARK, strlen(BYTE_ORDER_MARK)) == 0
                      ? text + strlen(BYTE_ORDER_MARK)
                      : text;
    r = text ? ini_parse_stream(next_line, &reader, store_option, &reader) : 0;
    if (reader.failed || r != 0)
        config_done(&config);
    if (reader.failed)
        return reader.failed;
    if (r < 0)
        return error_memory(err);
    if (r > 0)
        return error_set(err, VIF_ERROR_CONFIG, "%s: line %d: expected [group] or name = value",
                         reader.file, r);
    config_finish(&config);
    if (text)
        (void)snprintf(config.file, sizeof config.file, "%s", reader.file);
    *ret = config;
    return 0;
}
