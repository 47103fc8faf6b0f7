/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration: an INI file in which os-vif's groups and options keep their names and values, so
 * that a nova.conf can be read as it is. */
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
#include "libvif/config-rows.h"
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

static const char *read_mtu(const char *value, uint32_t *ret)
{
    int64_t mtu;

    if (parse_int(value, 0, MTU_MAX, &mtu) < 0 || (mtu && mtu < 68))
        return "0 or a number from 68 to 65535";
    *ret = (uint32_t)mtu;
    return NULL;
}

static const char *set_mtu(struct config *config, const char *value)
{
    return read_mtu(value, &config->plugins.ovs.network_device_mtu);
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

static const char *set_lb_mtu(struct config *config, const char *value)
{
    return read_mtu(value, &config->plugins.linux_bridge.network_device_mtu);
}

static const char *set_use_ipv6(struct config *config, const char *value)
{
    return parse_bool(value, &config->plugins.linux_bridge.use_ipv6) < 0 ? "true or false" : NULL;
}

static const char *set_drop_action(struct config *config, const char *value)
{
    char *action = config->plugins.linux_bridge.iptables_drop_action;

    if (strcmp(value, "DROP") != 0 && strcmp(value, "REJECT") != 0)
        return "DROP or REJECT";
    (void)snprintf(action, DROP_ACTION_MAX, "%s", value);
    return NULL;
}

static const char *set_interface_name(char *to, const char *value)
{
    if (value[0] && ifname_fault(value))
        return "an interface name";
    (void)snprintf(to, VIF_DEVICE_NAME_SIZE, "%s", value);
    return NULL;
}

static const char *set_vlan_interface(struct config *config, const char *value)
{
    return set_interface_name(config->plugins.linux_bridge.vlan_interface, value);
}

static const char *set_flat_interface(struct config *config, const char *value)
{
    return set_interface_name(config->plugins.linux_bridge.flat_interface, value);
}

/* May be given several times, one interface each. */
static const char *add_forward_interface(struct config *config, const char *value)
{
    struct linux_bridge_options *options = &config->plugins.linux_bridge;
    char(*bigger)[VIF_DEVICE_NAME_SIZE];

    if (strcmp(value, "all") != 0 && ifname_fault(value))
        return "all or an interface name";
    bigger = reallocarray(options->forward_interfaces, options->n_forward_interfaces + 1,
                          sizeof *bigger);
    if (!bigger)
        return "memory, which is gone,";
    options->forward_interfaces = bigger;
    (void)snprintf(bigger[options->n_forward_interfaces++], sizeof *bigger, "%s", value);
    return NULL;
}

static const char *accept_any(struct config *config, const char *value)
{
    (void)config; /* the order of iptables rules, of which we have none */
    (void)value;
    return NULL;
}

static const struct option_row option_rows[] = {
    {"os_vif_ovs", "network_device_mtu", set_mtu},
    {"os_vif_ovs", "ovs_vsctl_timeout", set_timeout},
    {"os_vif_ovs", "ovsdb_connection", set_connection},
    {"os_vif_ovs", "ovsdb_interface", set_interface},
    {"os_vif_ovs", "isolate_vif", set_isolate},
    {"os_vif_ovs", "per_port_bridge", set_per_port_bridge},
    {"os_vif_ovs", "default_qos_type", set_qos_type},
    {"os_vif_linux_bridge", "use_ipv6", set_use_ipv6},
    {"os_vif_linux_bridge", "iptables_top_regex", accept_any},
    {"os_vif_linux_bridge", "iptables_bottom_regex", accept_any},
    {"os_vif_linux_bridge", "iptables_drop_action", set_drop_action},
    {"os_vif_linux_bridge", "forward_bridge_interface", add_forward_interface},
    {"os_vif_linux_bridge", "vlan_interface", set_vlan_interface},
    {"os_vif_linux_bridge", "flat_interface", set_flat_interface},
    {"os_vif_linux_bridge", "network_device_mtu", set_lb_mtu},
};

/* "plugin NAME": what is in it is the plugin's to judge. */
#define PLUGIN_GROUP "plugin "

static bool is_our_group(const char *group, size_t n)
{
    if (n > strlen(PLUGIN_GROUP) && memcmp(group, PLUGIN_GROUP, strlen(PLUGIN_GROUP)) == 0)
        return true;
    for (size_t i = 0; i < sizeof option_rows / sizeof option_rows[0]; i++)
        if (strlen(option_rows[i].group) == n && memcmp(group, option_rows[i].group, n) == 0)
            return true;
    return n == strlen(VIFD_GROUP) && memcmp(group, VIFD_GROUP, n) == 0;
}

static const struct option_row *find_row(const struct option_row *rows, size_t n, const char *group,
                                         const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(rows[i].group, group) == 0 && strcmp(rows[i].name, name) == 0)
            return &rows[i];
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
static int take_option(void *user, const char *group, const char *name, const char *value)
{
    struct reader *reader = user;
    const struct option_row *row;
    const char *expected;

    if (reader->failed || !is_our_group(group, strlen(group)))
        return 1;
    if (strncmp(group, PLUGIN_GROUP, strlen(PLUGIN_GROUP)) == 0) {
        reader->failed = keep_for_plugin(reader, group + strlen(PLUGIN_GROUP), name, value);
        return 1;
    }
    row = find_row(option_rows, sizeof option_rows / sizeof option_rows[0], group, name);
    if (!row)
        row = find_row(vifd_rows, n_vifd_rows, group, name);
    expected = row ? row->set(reader->config, value) : NULL;
    if (!row)
        reader->failed = error_set(reader->err, VIF_ERROR_CONFIG, "%s: [%s] %.64s: unknown option",
                                   reader->file, group, name);
    else if (expected)
        reader->failed =
            error_set(reader->err, VIF_ERROR_CONFIG, "%s: [%s] %s: expected %s, got \"%.64s\"",
                      reader->file, group, name, expected, value);
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

void config_done(struct config *config)
{
    plugin_options_done(&config->plugins);
    config_vifd_done(config);
}

int config_read(const char *file, struct config *ret, struct vif_error *err)
{
    struct config config = {.timeout_ms = INT64_C(120000)};
    struct reader reader = {.config = &config, .file = file ? file : VIF_CONFIG_FILE, .err = err};
    auto_free char *text = NULL;
    int r;

    plugin_options_init(&config.plugins);
    config_vifd_init(&config);
    r = read_file(reader.file, !file, &text, err);
    if (r < 0)
        return r;
    /* A byte order mark would hide the first group's '['. */
    reader.text = text && strncmp(text, BYTE_ORDER_MARK, strlen(BYTE_ORDER_MARK)) == 0
                      ? text + strlen(BYTE_ORDER_MARK)
                      : text;
    r = text ? ini_parse_stream(next_line, &reader, take_option, &reader) : 0;
    if (reader.failed || r != 0)
        config_done(&config);
    if (reader.failed)
        return reader.failed;
    if (r < 0)
        return error_memory(err);
    if (r > 0)
        return error_set(err, VIF_ERROR_CONFIG, "%s: line %d: expected [group] or name = value",
                         reader.file, r);
    config_vifd_finish(&config);
    if (text)
        (void)snprintf(config.file, sizeof config.file, "%s", reader.file);
    *ret = config;
    return 0;
}
