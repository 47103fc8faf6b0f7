/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a database server's log.  A record is "OVSDB JSON <bytes> <sha1>\n", then JSON: first the
 * schema, then transactions, {"_date": ms, TABLE: {UUID: row}}.  Check sums are not verified: the
 * server does that when it opens the file. */
#include "ovsdb/history.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "json/json-text.h"

#define MAGIC       "OVSDB JSON "
#define HEADER_MAX  80
#define SHA1_LENGTH 40
#define DATABASE    "Open_vSwitch"

struct log_reader {
    int fd;
    int64_t at; /* of the next record */
    char *text; /* of the present one */
    size_t n, room;
};

/* Up to 'n' bytes at 'at'; fewer at the end of the file. */
static ssize_t read_at(int fd, int64_t at, char *text, size_t n)
{
    size_t had = 0;

    while (had < n) {
        ssize_t more = pread(fd, text + had, n - had, (off_t)(at + (int64_t)had));

        if (more < 0 && errno == EINTR)
            continue;
        if (more < 0)
            return -errno;
        if (more == 0)
            break;
        had += (size_t)more;
    }
    return (ssize_t)had;
}

/* "OVSDB JSON 198 <sha1>\n"; false for anything else.  '*ret_header' is its length. */
static bool parse_header(const char *text, size_t *ret_header, size_t *ret_length)
{
    const char *digits = text + strlen(MAGIC);
    size_t n_digits = strspn(digits, "0123456789");
    const char *sum = digits + n_digits + 1;

    if (strncmp(text, MAGIC, strlen(MAGIC)) != 0 || n_digits < 1 || n_digits > 9 ||
        digits[n_digits] != ' ' || strspn(sum, "0123456789abcdef") != SHA1_LENGTH ||
        sum[SHA1_LENGTH] != '\n')
        return false;
    *ret_length = strtoul(digits, NULL, 10);
    *ret_header = (size_t)(sum + SHA1_LENGTH + 1 - text);
    return *ret_length > 0;
}

/* The next record: 1; 0 at the end or at an unreadable record; -ENOMEM. */
static int next_record(struct log_reader *reader, json_t **ret_json)
{
    char header[HEADER_MAX + 1];
    size_t header_length = 0, length = 0;
    ssize_t n = read_at(reader->fd, reader->at, header, HEADER_MAX);
    int r;

    if (n <= 0)
        return 0;
    header[n] = '\0';
    if (!parse_header(header, &header_length, &length) || length > LIMIT_HISTORY_RECORD ||
        reader->at + (int64_t)length > LIMIT_HISTORY_BYTES)
        return 0;
    if (length > reader->room) {
        char *bigger = realloc(reader->text, length);

        if (!bigger)
            return -ENOMEM;
        reader->text = bigger;
        reader->room = length;
    }
    n = read_at(reader->fd, reader->at + (int64_t)header_length, reader->text, length);
    if (n < 0 || (size_t)n < length)
        return 0;
    reader->at += (int64_t)(header_length + length);
    r = json_text_parse(reader->text, length, LIMIT_HISTORY_RECORD, ret_json, NULL);
    return r == -ENOMEM ? r : r == 0;
}

static int by_uuid(const void *key, const void *row)
{
    return strcmp(key, row);
}

_Static_assert(offsetof(struct history_row, uuid) == 0, "sorted by uuid");

/* Dates the rows this record is the first to mention. */
static void date_rows(json_t *record, int64_t date, struct history_row *rows, size_t n)
{
    const char *table, *uuid;
    json_t *changed, *row;

    json_object_foreach(record, table, changed)
    {
        if (table[0] == '_')
            continue;
        json_object_foreach(changed, uuid, row)
        {
            struct history_row *found = bsearch(uuid, rows, n, sizeof *rows, by_uuid);

            (void)row;
            if (found && !found->since_ms)
                found->since_ms = date;
        }
    }
}

/* 0; -EPROTO if the log does not begin with the schema of our database; -ENOMEM. */
static int read_schema(struct log_reader *reader)
{
    auto_json json_t *schema = NULL;
    int r = next_record(reader, &schema);
    const char *name = json_string_value(json_object_get(schema, "name"));

    if (r < 0)
        return r;
    return name && strcmp(name, DATABASE) == 0 && json_is_object(json_object_get(schema, "tables"))
               ? 0
               : -EPROTO;
}

static int read_records(struct log_reader *reader, struct history_row *rows, size_t n)
{
    int64_t latest = 0;
    int r = read_schema(reader);

    while (r >= 0) {
        auto_json json_t *record = NULL;
        const json_t *date;

        r = next_record(reader, &record);
        if (r <= 0)
            return r;
        date = json_object_get(record, "_date");
        if (!json_is_integer(date) || json_integer_value(date) <= 0)
            continue;
        if (json_integer_value(date) > latest)
            latest = json_integer_value(date);
        date_rows(record, latest, rows, n);
    }
    return r;
}

int history_read(int fd, struct history_row *rows, size_t n, struct vif_error *err)
{
    struct log_reader reader = {.fd = fd};
    int r;

    for (size_t i = 0; i < n; i++)
        rows[i].since_ms = 0;
    r = read_records(&reader, rows, n);
    free(reader.text);
    if (r == -ENOMEM)
        return error_memory(err);
    if (r == -EPROTO)
        (void)error_set(err, VIF_ERROR_OVSDB, "the file is not a log of database " DATABASE);
    return r;
}

/* Opens the file by its name in /proc: it may be replaced, or in another mount namespace. */
static int try_file(pid_t server, const char *number)
{
    char path[64];
    struct log_reader reader = {.fd = -1};
    auto_close int fd = -1;
    struct stat info;
    int r;

    if (snprintf(path, sizeof path, "/proc/%d/fd/%s", (int)server, number) >= (int)sizeof path ||
        stat(path, &info) < 0 || !S_ISREG(info.st_mode))
        return -ENOENT;
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return -errno;
    reader.fd = fd;
    r = read_schema(&reader);
    free(reader.text);
    return r < 0 ? r : take_fd(&fd);
}

int history_open(pid_t server, int *ret_fd, struct vif_error *err)
{
    char path[32];
    auto_directory DIR *directory = NULL;
    const struct dirent *entry;
    int fault = ENOENT;

    (void)snprintf(path, sizeof path, "/proc/%d/fd", (int)server);
    directory = opendir(path);
    if (!directory)
        return error_sys(err, VIF_ERROR_SYSTEM, errno, "look for the database server's log: %s",
                         path);
    while (errno = 0, (entry = readdir(directory))) {
        int fd = entry->d_name[0] == '.' ? -ENOENT : try_file(server, entry->d_name);

        if (fd >= 0) {
            *ret_fd = fd;
            return 0;
        }
        if (fd == -ENOMEM)
            return error_memory(err);
        if (fd == -EACCES || fd == -EPERM)
            fault = EACCES;
    }
    return error_sys(err, VIF_ERROR_SYSTEM, errno ? errno : fault,
                     "look for the database server's log: %s", path);
}
