/* SPDX-License-Identifier: Apache-2.0 */
/* The options of the configuration: os-vif's groups, and [vifd] with what os-vif does not have and
 * the daemon's own options. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/account.h"
#include "base/cleanup.h"
#include "base/parse.h"
#include "libvif/config-rows.h"
#include "rpc/stream.h"

#define SOCKET      "/run/vifd/io.vifd"
#define SOCKET_MODE 0660
#define ACCOUNT     "vifd" /* the group */
#define MTU_MAX     65535

/* More than the programs of one host open at once; and the most that file descriptors allow. */
#define CONNECTIONS     1024
#define CONNECTIONS_MAX 65536

#define NO_MEMORY "memory, which is gone,"

/* ---- single values ---- */

static const char *take_bool(const struct config_row *row, void *at, const char *value)
{
    (void)row;
    return parse_bool(value, at) < 0 ? "true or false" : NULL;
}

static const char *take_mtu(const struct config_row *row, void *at, const char *value)
{
    int64_t mtu;

    (void)row;
    if (parse_int(value, 0, MTU_MAX, &mtu) < 0 || (mtu && mtu < 68))
        return "0 or a number from 68 to 65535";
    *(uint32_t *)at = (uint32_t)mtu;
    return NULL;
}

static const char *take_timeout(const struct config_row *row, void *at, const char *value)
{
    int64_t seconds;

    (void)row;
    if (parse_int(value, 0, INT32_MAX, &seconds) < 0)
        return "a number of seconds";
    *(int64_t *)at = seconds ? seconds * 1000 : VIF_TIMEOUT_NEVER;
    return NULL;
}

static const char *take_connections(const struct config_row *row, void *at, const char *value)
{
    int64_t n;

    (void)row;
    if (parse_int(value, 1, CONNECTIONS_MAX, &n) < 0)
        return "a number from 1 to 65536";
    *(unsigned *)at = (unsigned)n;
    return NULL;
}

/* vifd itself needs to read and write its socket. */
static const char *take_mode(const struct config_row *row, void *at, const char *value)
{
    char *end;
    unsigned long mode = strtoul(value, &end, 8);

    (void)row;
    if (value[0] < '0' || value[0] > '7' || *end || mode > 0777 || (mode & 0600) != 0600)
        return "an octal mode with 0600 in it, as 0660";
    *(unsigned *)at = (unsigned)mode;
    return NULL;
}

static const char *take_user(const struct config_row *row, void *at, const char *value)
{
    (void)row;
    return account_user(value, at) < 0 ? "a user's name or number" : NULL;
}

static const char *take_group(const struct config_row *row, void *at, const char *value)
{
    (void)row;
    return account_group(value, at) < 0 ? "a group's name or number" : NULL;
}

/* The index of the word, which is an enum; -1. */
static int find_word(const struct config_row *row, const char *value)
{
    for (int i = 0; row->words[i]; i++)
        if (strcmp(row->words[i], value) == 0)
            return i;
    return -1;
}

static const char *take_choice(const struct config_row *row, void *at, const char *value)
{
    int word = find_word(row, value);

    if (word < 0)
        return row->expected;
    *(unsigned *)at = (unsigned)word;
    return NULL;
}

/* ---- texts ---- */

static const char *store(const struct config_row *row, void *at, const char *value, bool good)
{
    if (!good || strlen(value) >= row->size)
        return row->expected;
    memcpy(at, value, strlen(value) + 1);
    return NULL;
}

static const char *take_word(const struct config_row *row, void *at, const char *value)
{
    return store(row, at, value, find_word(row, value) >= 0);
}

/* Checked, but of no effect here. */
static const char *take_nothing(const struct config_row *row, void *at, const char *value)
{
    (void)at;
    return row->words && find_word(row, value) < 0 ? row->expected : NULL;
}

static const char *take_connection(const struct config_row *row, void *at, const char *value)
{
    return store(row, at, value, stream_check_address(value, NULL) == 0);
}

static const char *take_path(const struct config_row *row, void *at, const char *value)
{
    return store(row, at, value, value[0] == '/');
}

static const char *take_interface(const struct config_row *row, void *at, const char *value)
{
    return store(row, at, value, !value[0] || !ifname_fault(value));
}

/* ---- lists ---- */

/* May be given several times, one interface each. */
static const char *add_forward_interface(const struct config_row *row, void *at, const char *value)
{
    struct linux_bridge_options *options = at;
    char(*bigger)[VIF_DEVICE_NAME_SIZE];

    if (strcmp(value, "all") != 0 && ifname_fault(value))
        return row->expected;
    bigger = reallocarray(options->forward_interfaces, options->n_forward_interfaces + 1,
                          sizeof *bigger);
    if (!bigger)
        return NO_MEMORY;
    options->forward_interfaces = bigger;
    (void)snprintf(bigger[options->n_forward_interfaces++], sizeof *bigger, "%s", value);
    return NULL;
}

/* Adds the words of 'value' when each of them is good; the first line replaces the default. */
static const char *add_words(const struct config_row *row, void *at, const char *value)
{
    const char *next = value, *word;
    size_t n;

    while (words_next(&next, &word, &n))
        if (!row->is_good(word, n))
            return row->expected;
    return words_add(at, value) < 0 ? NO_MEMORY : NULL;
}

/* Characters of names, '*' and '?'; others that mean something in patterns are taken for
 * mistakes. */
static bool is_name(const char *word, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (word[i] <= ' ' || word[i] >= 0x7f || strchr("/[]{}\\", word[i]))
            return false;
    return n < VIF_PORT_NAME_SIZE;
}

static bool is_address(const char *word, size_t n)
{
    return strspn(word, "0123456789abcdefABCDEF:.*?") >= n;
}

/* A name or number; whether it exists, the daemon finds out. */
static bool is_account(const char *word, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (word[i] <= ' ' || word[i] >= 0x7f || strchr("/:*?", word[i]))
            return false;
    return n < LIMIT_STRING;
}

/* In lower case, as the addresses of devices are written. */
static const char *add_devices(const struct config_row *row, void *at, const char *value)
{
    const char *expected = add_words(row, at, value);

    for (char *p = expected ? NULL : ((struct words *)at)->given; p && *p; p++)
        if (*p >= 'A' && *p <= 'F')
            *p = (char)(*p - 'A' + 'a');
    return expected;
}

static const char *take_account(const struct config_row *row, void *at, const char *value)
{
    words_done(at);
    if (!value[0] || strpbrk(value, " \t,") || !is_account(value, strlen(value)))
        return row->expected;
    return words_add(at, value) < 0 ? NO_MEMORY : NULL;
}

/* Directories are compared as texts, so they are written in one way. */
static const char *add_directories(const struct config_row *row, void *at, const char *value)
{
    const char *next = value, *word;
    auto_free char *all = strdup("");
    size_t n;

    while (all && words_next(&next, &word, &n)) {
        auto_free char *path = strndup(word, n);
        char normal[SOCKET_PATH_MAX];
        char *longer = NULL;

        if (path && (!policy_normalise(path, normal, sizeof normal) || !normal[1]))
            return row->expected;
        if (!path || asprintf(&longer, "%s %s", all, normal) < 0)
            return NO_MEMORY;
        free(all);
        all = longer;
    }
    return !all || words_add(at, all) < 0 ? NO_MEMORY : NULL;
}

/* ---- the table ---- */

static const char *const interfaces[] = {"native", "vsctl", NULL};
static const char *const qos_types[] = {"linux-noop",  "linux-htb",      "linux-hfsc", "linux-sfq",
                                        "linux-codel", "linux-fq_codel", NULL};
static const char *const drop_actions[] = {"DROP", "REJECT", NULL};
static const char *const tc_offloads[] = {[TC_OFFLOAD_IGNORE] = "ignore",
                                          [TC_OFFLOAD_WARN] = "warn",
                                          [TC_OFFLOAD_ENABLE] = "enable",
                                          NULL};

#define NAMES  .expected = "names, in which * and ? stand for others", .is_good = is_name
#define USERS  .expected = "names or numbers of users", .is_good = is_account
#define GROUPS .expected = "names or numbers of groups", .is_good = is_account
#define PLACE(member)                                                                              \
    .offset = offsetof(struct config, member), .size = sizeof(((struct config *)0)->member)
#define OVS(option)    .group = "os_vif_ovs", .name = (option)
#define BRIDGE(option) .group = "os_vif_linux_bridge", .name = (option)
#define VIFD(option)   .group = "vifd", .name = (option)

/* One option a row, which the formatter would not leave so. */
/* clang-format off */
const struct config_row config_rows[] = {
    {OVS("network_device_mtu"), .take = take_mtu, PLACE(plugins.ovs.network_device_mtu)},
    {OVS("ovs_vsctl_timeout"), .take = take_timeout, PLACE(timeout_ms)},
    {OVS("ovsdb_connection"), .take = take_connection, PLACE(ovsdb_connection),
     .expected = "unix:PATH or tcp:IP:PORT"},
    {OVS("ovsdb_interface"), .take = take_nothing, .words = interfaces,
     .expected = "native or vsctl"},
    {OVS("isolate_vif"), .take = take_bool, PLACE(plugins.ovs.isolate_vif)},
    {OVS("per_port_bridge"), .take = take_bool, PLACE(plugins.ovs.per_port_bridge)},
    {OVS("default_qos_type"), .take = take_word, PLACE(plugins.ovs.default_qos_type),
     .words = qos_types,
     .expected = "linux-noop, linux-htb, linux-hfsc, linux-sfq, linux-codel or linux-fq_codel"},
    {BRIDGE("use_ipv6"), .take = take_bool, PLACE(plugins.linux_bridge.use_ipv6)},
    {BRIDGE("iptables_top_regex"), .take = take_nothing},
    {BRIDGE("iptables_bottom_regex"), .take = take_nothing},
    {BRIDGE("iptables_drop_action"), .take = take_word, .words = drop_actions,
     PLACE(plugins.linux_bridge.iptables_drop_action), .expected = "DROP or REJECT"},
    {BRIDGE("forward_bridge_interface"), .take = add_forward_interface, PLACE(plugins.linux_bridge),
     .expected = "all or an interface name"},
    {BRIDGE("vlan_interface"), .take = take_interface, PLACE(plugins.linux_bridge.vlan_interface),
     .expected = "an interface name"},
    {BRIDGE("flat_interface"), .take = take_interface, PLACE(plugins.linux_bridge.flat_interface),
     .expected = "an interface name"},
    {BRIDGE("network_device_mtu"), .take = take_mtu,
     PLACE(plugins.linux_bridge.network_device_mtu)},
    {VIFD("tap_owner"), .take = take_user, PLACE(plugins.ovs.tap_owner)},
    {VIFD("tap_group"), .take = take_group, PLACE(plugins.ovs.tap_group)},
    {VIFD("hw_tc_offload"), .take = take_choice, PLACE(plugins.ovs.hw_tc_offload),
     .words = tc_offloads, .expected = "ignore, warn or enable"},
    {VIFD("plugin_directory"), .take = take_path, PLACE(plugins.directory),
     .expected = "an absolute path"},
    {VIFD("allowed_bridges"), .take = add_words, PLACE(policy.bridges), NAMES},
    {VIFD("allowed_linux_bridges"), .take = add_words, PLACE(policy.linux_bridges), NAMES},
    {VIFD("allowed_interfaces"), .take = add_words, PLACE(policy.interfaces), NAMES},
    {VIFD("allowed_socket_directories"), .take = add_directories, PLACE(policy.socket_directories),
     .expected = "absolute paths of directories, without .."},
    {VIFD("allowed_devices"), .take = add_devices, PLACE(policy.devices), .is_good = is_address,
     .expected = "PCI addresses, in which * and ? stand for others"},
    {VIFD("socket"), .take = take_path, PLACE(daemon.socket), .expected = "an absolute path"},
    {VIFD("socket_group"), .take = take_account, PLACE(daemon.socket_group),
     .expected = "a group's name or number"},
    {VIFD("socket_mode"), .take = take_mode, PLACE(daemon.socket_mode)},
    {VIFD("allowed_users"), .take = add_words, PLACE(daemon.allowed_users), USERS},
    {VIFD("allowed_groups"), .take = add_words, PLACE(daemon.allowed_groups), GROUPS},
    {VIFD("read_only_users"), .take = add_words, PLACE(daemon.read_only_users), USERS},
    {VIFD("read_only_groups"), .take = add_words, PLACE(daemon.read_only_groups), GROUPS},
    {VIFD("max_connections"), .take = take_connections, PLACE(daemon.max_connections)},
    {VIFD("metrics_textfile"), .take = take_path, PLACE(daemon.metrics_textfile),
     .expected = "an absolute path"},
};
/* clang-format on */
const size_t n_config_rows = sizeof config_rows / sizeof config_rows[0];

void config_init(struct config *config)
{
    plugin_options_init(&config->plugins);
    policy_init(&config->policy);
    config->timeout_ms = INT64_C(120000);
    config->daemon = (struct daemon_options){
        .socket = SOCKET,
        .socket_mode = SOCKET_MODE,
        .socket_group.otherwise = ACCOUNT,
        .allowed_groups.otherwise = ACCOUNT,
        .max_connections = CONNECTIONS,
    };
}

void config_finish(struct config *config)
{
    const struct linux_bridge_options *options = &config->plugins.linux_bridge;

    memcpy(config->policy.flat_interface, options->flat_interface, VIF_DEVICE_NAME_SIZE);
    memcpy(config->policy.vlan_interface, options->vlan_interface, VIF_DEVICE_NAME_SIZE);
}

void config_done(struct config *config)
{
    plugin_options_done(&config->plugins);
    policy_done(&config->policy);
    words_done(&config->daemon.socket_group);
    words_done(&config->daemon.allowed_users);
    words_done(&config->daemon.allowed_groups);
    words_done(&config->daemon.read_only_users);
    words_done(&config->daemon.read_only_groups);
}
