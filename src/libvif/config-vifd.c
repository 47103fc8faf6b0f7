/* SPDX-License-Identifier: Apache-2.0 */
/* The group [vifd] of the configuration: what os-vif does not have, and the daemon's own options. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/account.h"
#include "base/cleanup.h"
#include "base/parse.h"
#include "libvif/config-rows.h"

#define SOCKET      "/run/vifd/io.vifd"
#define SOCKET_MODE 0660
#define ACCOUNT     "vifd" /* the group */

/* More than the programs of one host open at once; and what descriptors are to be had for. */
#define CONNECTIONS     1024
#define CONNECTIONS_MAX 65536

#define NO_MEMORY "memory, which is gone,"

static const char *set_tap_owner(struct config *config, const char *value)
{
    uid_t id;

    if (account_user(value, &id) < 0)
        return "a user's name or number";
    config->plugins.ovs.tap_owner = id;
    return NULL;
}

static const char *set_tap_group(struct config *config, const char *value)
{
    gid_t id;

    if (account_group(value, &id) < 0)
        return "a group's name or number";
    config->plugins.ovs.tap_group = id;
    return NULL;
}

static const char *set_tc_offload(struct config *config, const char *value)
{
    static const char *const words[] = {
        [TC_OFFLOAD_IGNORE] = "ignore", [TC_OFFLOAD_WARN] = "warn", [TC_OFFLOAD_ENABLE] = "enable"};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcmp(value, words[i]) == 0) {
            config->plugins.ovs.hw_tc_offload = (enum tc_offload)i;
            return NULL;
        }
    return "ignore, warn or enable";
}

static const char *set_plugin_directory(struct config *config, const char *value)
{
    if (value[0] != '/' || strlen(value) >= sizeof config->plugins.directory)
        return "an absolute path";
    memcpy(config->plugins.directory, value, strlen(value) + 1);
    return NULL;
}

/* Adds the words of 'value' when each of them is good; the first line replaces the default. */
static const char *add_words(struct words *to, const char *value,
                             bool (*is_good)(const char *word, size_t n), const char *expected)
{
    const char *at = value, *word;
    size_t n;

    while (words_next(&at, &word, &n))
        if (!is_good(word, n))
            return expected;
    return words_add(to, value) < 0 ? NO_MEMORY : NULL;
}

/* Of what a name may be made of, and '*' and '?'; what shells and others take for patterns besides is
 * taken for a mistake. */
static bool is_name(const char *word, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (word[i] <= ' ' || word[i] >= 0x7f || strchr("/[]{}\\", word[i]))
            return false;
    return n < VIF_PORT_NAME_SIZE;
}

static const char *add_names(struct words *to, const char *value)
{
    return add_words(to, value, is_name, "names, in which * and ? stand for others");
}

static const char *set_bridges(struct config *config, const char *value)
{
    return add_names(&config->policy.bridges, value);
}

static const char *set_linux_bridges(struct config *config, const char *value)
{
    return add_names(&config->policy.linux_bridges, value);
}

static const char *set_interfaces(struct config *config, const char *value)
{
    return add_names(&config->policy.interfaces, value);
}

/* A directory is compared as it is written, so it is written in one way. */
static const char *set_socket_directories(struct config *config, const char *value)
{
    static const char expected[] = "absolute paths of directories, without ..";
    const char *at = value, *word;
    auto_free char *all = strdup("");
    size_t n;

    while (all && words_next(&at, &word, &n)) {
        auto_free char *path = strndup(word, n);
        char normal[SOCKET_PATH_MAX];
        char *longer = NULL;

        if (path && (!policy_normalise(path, normal, sizeof normal) || !normal[1]))
            return expected;
        if (!path || asprintf(&longer, "%s %s", all, normal) < 0)
            return NO_MEMORY;
        free(all);
        all = longer;
    }
    if (!all || words_add(&config->policy.socket_directories, all) < 0)
        return NO_MEMORY;
    return NULL;
}

/* Of what an address is made of. */
static bool is_address(const char *word, size_t n)
{
    return strspn(word, "0123456789abcdefABCDEF:.*?") >= n;
}

static const char *set_devices(struct config *config, const char *value)
{
    const char *expected = add_words(&config->policy.devices, value, is_address,
                                     "PCI addresses, in which * and ? stand for others");

    /* As the addresses that are found are written. */
    for (char *p = expected ? NULL : config->policy.devices.given; p && *p; p++)
        if (*p >= 'A' && *p <= 'F')
            *p = (char)(*p - 'A' + 'a');
    return expected;
}

static const char *set_path(char *to, size_t size, const char *value)
{
    if (value[0] != '/' || strlen(value) >= size)
        return "an absolute path";
    memcpy(to, value, strlen(value) + 1);
    return NULL;
}

static const char *set_socket(struct config *config, const char *value)
{
    return set_path(config->daemon.socket, sizeof config->daemon.socket, value);
}

/* Without reading and writing for its owner the daemon's own would have no use of it. */
static const char *set_socket_mode(struct config *config, const char *value)
{
    char *end;
    unsigned long mode = strtoul(value, &end, 8);

    if (value[0] < '0' || value[0] > '7' || *end || mode > 0777 || (mode & 0600) != 0600)
        return "an octal mode with 0600 in it, as 0660";
    config->daemon.socket_mode = (unsigned)mode;
    return NULL;
}

/* Names and numbers; whether there are such, the daemon says. */
static bool is_account(const char *word, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (word[i] <= ' ' || word[i] >= 0x7f || strchr("/:*?", word[i]))
            return false;
    return n < LIMIT_STRING;
}

static const char *set_socket_group(struct config *config, const char *value)
{
    words_done(&config->daemon.socket_group);
    if (!value[0] || strpbrk(value, " \t,") || !is_account(value, strlen(value)))
        return "a group's name or number";
    return words_add(&config->daemon.socket_group, value) < 0 ? NO_MEMORY : NULL;
}

static const char *add_accounts(struct words *to, const char *value, const char *expected)
{
    return add_words(to, value, is_account, expected);
}

static const char *set_allowed_users(struct config *config, const char *value)
{
    return add_accounts(&config->daemon.allowed_users, value, "names or numbers of users");
}

static const char *set_allowed_groups(struct config *config, const char *value)
{
    return add_accounts(&config->daemon.allowed_groups, value, "names or numbers of groups");
}

static const char *set_read_only_users(struct config *config, const char *value)
{
    return add_accounts(&config->daemon.read_only_users, value, "names or numbers of users");
}

static const char *set_read_only_groups(struct config *config, const char *value)
{
    return add_accounts(&config->daemon.read_only_groups, value, "names or numbers of groups");
}

static const char *set_max_connections(struct config *config, const char *value)
{
    int64_t n;

    if (parse_int(value, 1, CONNECTIONS_MAX, &n) < 0)
        return "a number from 1 to 65536";
    config->daemon.max_connections = (unsigned)n;
    return NULL;
}

static const char *set_metrics_textfile(struct config *config, const char *value)
{
    return set_path(config->daemon.metrics_textfile, sizeof config->daemon.metrics_textfile, value);
}

const struct option_row vifd_rows[] = {
    {"vifd", "tap_owner", set_tap_owner},
    {"vifd", "tap_group", set_tap_group},
    {"vifd", "hw_tc_offload", set_tc_offload},
    {"vifd", "plugin_directory", set_plugin_directory},
    {"vifd", "allowed_bridges", set_bridges},
    {"vifd", "allowed_linux_bridges", set_linux_bridges},
    {"vifd", "allowed_interfaces", set_interfaces},
    {"vifd", "allowed_socket_directories", set_socket_directories},
    {"vifd", "allowed_devices", set_devices},
    {"vifd", "socket", set_socket},
    {"vifd", "socket_group", set_socket_group},
    {"vifd", "socket_mode", set_socket_mode},
    {"vifd", "allowed_users", set_allowed_users},
    {"vifd", "allowed_groups", set_allowed_groups},
    {"vifd", "read_only_users", set_read_only_users},
    {"vifd", "read_only_groups", set_read_only_groups},
    {"vifd", "max_connections", set_max_connections},
    {"vifd", "metrics_textfile", set_metrics_textfile},
};
const size_t n_vifd_rows = sizeof vifd_rows / sizeof vifd_rows[0];

void config_vifd_init(struct config *config)
{
    policy_init(&config->policy);
    config->daemon = (struct daemon_options){
        .socket = SOCKET,
        .socket_mode = SOCKET_MODE,
        .socket_group.otherwise = ACCOUNT,
        .allowed_groups.otherwise = ACCOUNT,
        .max_connections = CONNECTIONS,
    };
}

void config_vifd_finish(struct config *config)
{
    const struct linux_bridge_options *options = &config->plugins.linux_bridge;

    memcpy(config->policy.flat_interface, options->flat_interface, VIF_DEVICE_NAME_SIZE);
    memcpy(config->policy.vlan_interface, options->vlan_interface, VIF_DEVICE_NAME_SIZE);
}

void config_vifd_done(struct config *config)
{
    policy_done(&config->policy);
    words_done(&config->daemon.socket_group);
    words_done(&config->daemon.allowed_users);
    words_done(&config->daemon.allowed_groups);
    words_done(&config->daemon.read_only_users);
    words_done(&config->daemon.read_only_groups);
}
