/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration: an INI file in which os-vif's groups and options keep their names and values, so
 * that a nova.conf can be read as it is. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <ini.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/parse.h"
#include "host/host.h"
#include "rpc/stream.h"

#define MTU_MAX 65535

#define BYTE_ORDER_MARK "\xef\xbb\xbf"

struct reader {
    struct config *config;
    const char *file;
    char *text; /* what is left of the file */
    bool ours;  /* the present group is one of ours */
    int failed;
    struct vif_error *err;
};

/* What one option of one group does with its value: NULL, or what it expected. */
typedef const char *option_fn(struct config *config, const char *value);

static const char *set_connection(struct config *config, const char *value)
{
    if (strlen(value) >= sizeof config->ovsdb_connection || stream_check_address(value, NULL) < 0)
        return "unix:PATH or tcp:IP:PORT";
    memcpy(config->ovsdb_connection, value, strlen(value) + 1);
    return NULL;
}

static const char *set_timeout(struct config *config, const char *value)
{
    int64_t seconds;

    if (parse_int(value, 0, INT32_MAX, &seconds) < 0)
        return "a number of seconds";
    config->timeout_ms = seconds ? seconds * 1000 : VIF_TIMEOUT_NEVER;
    return NULL;
}

static const char *set_interface(struct config *config, const char *value)
{
    (void)config; /* for vsctl and native alike, we speak to the database ourselves */
    return strcmp(value, "native") == 0 || strcmp(value, "vsctl") == 0 ? NULL : "native or vsctl";
}

static const char *set_mtu(struct config *config, const char *value)
{
    int64_t mtu;

    if (parse_int(value, 0, MTU_MAX, &mtu) < 0 || (mtu && mtu < 68))
        return "0 or a number from 68 to 65535";
    config->plugins.ovs.network_device_mtu = (uint32_t)mtu;
    return NULL;
}

static const char *set_isolate(struct config *config, const char *value)
{
    return parse_bool(value, &config->plugins.ovs.isolate_vif) < 0 ? "true or false" : NULL;
}

static const char *set_per_port_bridge(struct config *config, const char *value)
{
    return parse_bool(value, &config->plugins.ovs.per_port_bridge) < 0 ? "true or false" : NULL;
}

static const char *set_qos_type(struct config *config, const char *value)
{
    static const char *const types[] = {"linux-noop", "linux-htb",   "linux-hfsc",
                                        "linux-sfq",  "linux-codel", "linux-fq_codel"};

    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (strcmp(value, types[i]) == 0) {
            memcpy(config->plugins.ovs.default_qos_type, value, strlen(value) + 1);
            return NULL;
        }
    return "linux-noop, linux-htb, linux-hfsc, linux-sfq, linux-codel or linux-fq_codel";
}

static const char *set_tap_owner(struct config *config, const char *value)
{
    struct passwd entry, *found = NULL;
    char room[4096];
    int64_t id;

    if (parse_int(value, 0, UINT32_MAX - 1, &id) == 0) {
        config->plugins.ovs.tap_owner = (uid_t)id;
        return NULL;
    }
    if (getpwnam_r(value, &entry, room, sizeof room, &found) != 0 || !found)
        return "a user's name or number";
    config->plugins.ovs.tap_owner = entry.pw_uid;
    return NULL;
}

static const char *set_tap_group(struct config *config, const char *value)
{
    struct group entry, *found = NULL;
    char room[4096];
    int64_t id;

    if (parse_int(value, 0, UINT32_MAX - 1, &id) == 0) {
        config->plugins.ovs.tap_group = (gid_t)id;
        return NULL;
    }
    if (getgrnam_r(value, &entry, room, sizeof room, &found) != 0 || !found)
        return "a group's name or number";
    config->plugins.ovs.tap_group = entry.gr_gid;
    return NULL;
}

static const struct option_row {
    const char *group, *name;
    option_fn *set; /* NULL: accepted for a plugin that is not here */
} option_rows[] = {
    {"os_vif_ovs", "network_device_mtu", set_mtu},
    {"os_vif_ovs", "ovs_vsctl_timeout", set_timeout},
    {"os_vif_ovs", "ovsdb_connection", set_connection},
    {"os_vif_ovs", "ovsdb_interface", set_interface},
    {"os_vif_ovs", "isolate_vif", set_isolate},
    {"os_vif_ovs", "per_port_bridge", set_per_port_bridge},
    {"os_vif_ovs", "default_qos_type", set_qos_type},
    {"os_vif_linux_bridge", "use_ipv6", NULL},
    {"os_vif_linux_bridge", "iptables_top_regex", NULL},
    {"os_vif_linux_bridge", "iptables_bottom_regex", NULL},
    {"os_vif_linux_bridge", "iptables_drop_action", NULL},
    {"os_vif_linux_bridge", "forward_bridge_interface", NULL},
    {"os_vif_linux_bridge", "vlan_interface", NULL},
    {"os_vif_linux_bridge", "flat_interface", NULL},
    {"os_vif_linux_bridge", "network_device_mtu", NULL},
    {"vifd", "tap_owner", set_tap_owner},
    {"vifd", "tap_group", set_tap_group},
};

static bool is_our_group(const char *group, size_t n)
{
    for (size_t i = 0; i < sizeof option_rows / sizeof option_rows[0]; i++)
        if (strlen(option_rows[i].group) == n && memcmp(group, option_rows[i].group, n) == 0)
            return true;
    return false;
}

/* inih's handler: 1 goes on, 0 marks the line as bad; we keep the first fault and go on. */
static int take_option(void *user, const char *group, const char *name, const char *value)
{
    struct reader *reader = user;

    if (reader->failed || !is_our_group(group, strlen(group)))
        return 1;
    for (size_t i = 0; i < sizeof option_rows / sizeof option_rows[0]; i++) {
        const struct option_row *row = &option_rows[i];
        const char *expected;

        if (strcmp(row->group, group) != 0 || strcmp(row->name, name) != 0)
            continue;
        expected = row->set ? row->set(reader->config, value) : NULL;
        if (expected)
            reader->failed =
                error_set(reader->err, VIF_ERROR_CONFIG, "%s: [%s] %s: expected %s, got \"%.64s\"",
                          reader->file, group, name, expected, value);
        return 1;
    }
    reader->failed = error_set(reader->err, VIF_ERROR_CONFIG, "%s: [%s] %.64s: unknown option",
                               reader->file, group, name);
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
    struct config config = {.timeout_ms = INT64_C(120000)};
    struct reader reader = {.config = &config, .file = file ? file : VIF_CONFIG_FILE, .err = err};
    auto_free char *text = NULL;
    int r;

    ovs_options_init(&config.plugins.ovs);
    r = read_file(reader.file, !file, &text, err);
    if (r < 0)
        return r;
    /* A byte order mark would hide the first group's '['. */
    reader.text = text && strncmp(text, BYTE_ORDER_MARK, strlen(BYTE_ORDER_MARK)) == 0
                      ? text + strlen(BYTE_ORDER_MARK)
                      : text;
    r = text ? ini_parse_stream(next_line, &reader, take_option, &reader) : 0;
    if (reader.failed)
        return reader.failed;
    if (r < 0)
        return error_memory(err);
    if (r > 0)
        return error_set(err, VIF_ERROR_CONFIG, "%s: line %d: expected [group] or name = value",
                         reader.file, r);
    *ret = config;
    return 0;
}
