/* SPDX-License-Identifier: Apache-2.0 */
/* The options of the configuration: os-vif's groups, and [vifd] with what os-vif does not have and
 * the daemon's own options. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/parse.h"
#include "base/text.h"
#include "libvif/host.h"
#include "rpc/stream.h"

#define SOCKET      "/run/vifd/io.vifd"
#define SOCKET_MODE 0660
#define ACCOUNT     "vifd" /* the group */
#define MTU_MAX     65535

/* More than the programs of one host open at once; and the most that file descriptors allow. */
#define CONNECTIONS     1024
#define CONNECTIONS_MAX 65536

/* ---- single values ---- */

static int store_bool(const struct config_row *row, void *at, const char *value)
{
    (void)row;
    return parse_bool(value, at);
}

static int store_number(const struct config_row *row, void *at, const char *value)
{
    int64_t n;

    if (parse_int(value, 0, row->max, &n) < 0 || (n < row->min && !(n == 0 && row->or_zero)))
        return -EINVAL;
    *(uint32_t *)at = (uint32_t)n;
    return 0;
}

static int store_timeout(const struct config_row *row, void *at, const char *value)
{
    int64_t seconds;

    (void)row;
    if (parse_int(value, 0, INT32_MAX, &seconds) < 0)
        return -EINVAL;
    *(int64_t *)at = seconds ? seconds * 1000 : VIF_TIMEOUT_NEVER;
    return 0;
}

/* vifd itself needs to read and write its socket. */
static int store_mode(const struct config_row *row, void *at, const char *value)
{
    char *end;
    unsigned long mode = strtoul(value, &end, 8);

    (void)row;
    if (value[0] < '0' || value[0] > '7' || *end || mode > 0777 || (mode & 0600) != 0600)
        return -EINVAL;
    *(unsigned *)at = (unsigned)mode;
    return 0;
}

static int store_user(const struct config_row *row, void *at, const char *value)
{
    (void)row;
    return account_user(value, at);
}

static int store_group(const struct config_row *row, void *at, const char *value)
{
    (void)row;
    return account_group(value, at);
}

/* The index of the word, which is an enum; -1. */
static int find_word(const struct config_row *row, const char *value)
{
    for (int i = 0; row->words[i]; i++)
        if (strcmp(row->words[i], value) == 0)
            return i;
    return -1;
}

static int store_choice(const struct config_row *row, void *at, const char *value)
{
    int word = find_word(row, value);

    if (word >= 0)
        *(unsigned *)at = (unsigned)word;
    return word < 0 ? -EINVAL : 0;
}

/* Without a place it is checked, but of no effect here. */
static int store_text(const struct config_row *row, void *at, const char *value)
{
    if ((row->words && find_word(row, value) < 0) || (row->is_text && !row->is_text(value)) ||
        (row->size && strlen(value) >= row->size))
        return -EINVAL;
    if (row->size)
        memcpy(at, value, strlen(value) + 1);
    return 0;
}

static bool is_connection(const char *value)
{
    return stream_check_address(value, NULL) == 0;
}

static bool is_path(const char *value)
{
    return value[0] == '/';
}

static bool is_interface(const char *value)
{
    return !value[0] || !ifname_fault(value);
}

/* ---- lists ---- */

/* May be given several times, one interface each. */
static int add_forward_interface(const struct config_row *row, void *at, const char *value)
{
    struct linux_bridge_options *options = at;
    char(*bigger)[VIF_DEVICE_NAME_SIZE];

    (void)row;
    if (strcmp(value, "all") != 0 && ifname_fault(value))
        return -EINVAL;
    bigger = reallocarray(options->forward_interfaces, options->n_forward_interfaces + 1,
                          sizeof *bigger);
    if (!bigger)
        return -ENOMEM;
    options->forward_interfaces = bigger;
    (void)snprintf(bigger[options->n_forward_interfaces++], sizeof *bigger, "%s", value);
    return 0;
}

/* Adds the words of 'value' when each of them is good; the first line replaces the default. */
static int add_words(const struct config_row *row, void *at, const char *value)
{
    const char *next = value, *word;
    size_t n;

    while (words_next(&next, &word, &n))
        if (!row->is_word(word, n))
            return -EINVAL;
    return words_add(at, value);
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
static int add_devices(const struct config_row *row, void *at, const char *value)
{
    int r = add_words(row, at, value);

    for (char *p = r < 0 ? NULL : ((struct words *)at)->given; p && *p; p++)
        if (*p >= 'A' && *p <= 'F')
            *p = (char)(*p - 'A' + 'a');
    return r;
}

static int store_account(const struct config_row *row, void *at, const char *value)
{
    (void)row;
    words_done(at);
    if (!value[0] || strpbrk(value, " \t,") || !is_account(value, strlen(value)))
        return -EINVAL;
    return words_add(at, value);
}

/* Directories are compared as texts, so they are written in one way. */
static int add_directories(const struct config_row *row, void *at, const char *value)
{
    const char *next = value, *word;
    struct text all = {0};
    size_t n;
    int r = 0;

    (void)row;
    while (r == 0 && words_next(&next, &word, &n)) {
        auto_free char *path = strndup(word, n);
        char normal[SOCKET_PATH_MAX];

        if (!path)
            r = -ENOMEM;
        else if (!policy_normalise(path, normal, sizeof normal) || !normal[1])
            r = -EINVAL;
        else
            text_add(&all, " %s", normal);
    }
    if (r == 0)
        r = all.failed ? -ENOMEM : words_add(at, all.data ? all.data : "");
    text_done(&all);
    return r;
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

#define NUMBER(least, most) .min = (least), .max = (most)
#define MTU                 NUMBER(68, MTU_MAX), .or_zero = true, .expected = MTU_WORDS
#define MTU_WORDS           "0 or a number from 68 to 65535"

#define BOOL   .expected = "true or false"
#define PATH   .is_text = is_path, .expected = "an absolute path"
#define NAMES  .expected = "names, in which * and ? stand for others", .is_word = is_name
#define USERS  .expected = "names or numbers of users", .is_word = is_account
#define GROUPS .expected = "names or numbers of groups", .is_word = is_account
#define PLACE(member)                                                                              \
    .offset = offsetof(struct config, member), .size = sizeof(((struct config *)0)->member)
#define OVS(option)    .group = "os_vif_ovs", .name = (option)
#define BRIDGE(option) .group = "os_vif_linux_bridge", .name = (option)
#define VIFD(option)   .group = "vifd", .name = (option)

/* One option a row, which the formatter would not leave so. */
/* clang-format off */
const struct config_row config_rows[] = {
    {OVS("network_device_mtu"), .store = store_number, MTU, PLACE(plugins.ovs.network_device_mtu)},
    {OVS("ovs_vsctl_timeout"), .store = store_timeout, PLACE(timeout_ms),
     .expected = "a number of seconds"},
    {OVS("ovsdb_connection"), .store = store_text, PLACE(ovsdb_connection),
     .is_text = is_connection, .expected = "unix:PATH or tcp:IP:PORT"},
    {OVS("ovsdb_interface"), .store = store_text, .words = interfaces,
     .expected = "native or vsctl"},
    {OVS("isolate_vif"), .store = store_bool, PLACE(plugins.ovs.isolate_vif), BOOL},
    {OVS("per_port_bridge"), .store = store_bool, PLACE(plugins.ovs.per_port_bridge), BOOL},
    {OVS("default_qos_type"), .store = store_text, PLACE(plugins.ovs.default_qos_type),
     .words = qos_types,
     .expected = "linux-noop, linux-htb, linux-hfsc, linux-sfq, linux-codel or linux-fq_codel"},
    {BRIDGE("use_ipv6"), .store = store_bool, PLACE(plugins.linux_bridge.use_ipv6), BOOL},
    {BRIDGE("iptables_top_regex"), .store = store_text},
    {BRIDGE("iptables_bottom_regex"), .store = store_text},
    {BRIDGE("iptables_drop_action"), .store = store_text, .words = drop_actions,
     PLACE(plugins.linux_bridge.iptables_drop_action), .expected = "DROP or REJECT"},
    {BRIDGE("forward_bridge_interface"), .store = add_forward_interface,
     PLACE(plugins.linux_bridge), .expected = "all or an interface name"},
    {BRIDGE("vlan_interface"), .store = store_text, PLACE(plugins.linux_bridge.vlan_interface),
     .is_text = is_interface, .expected = "an interface name"},
    {BRIDGE("flat_interface"), .store = store_text, PLACE(plugins.linux_bridge.flat_interface),
     .is_text = is_interface, .expected = "an interface name"},
    {BRIDGE("network_device_mtu"), .store = store_number, MTU,
     PLACE(plugins.linux_bridge.network_device_mtu)},
    {VIFD("tap_owner"), .store = store_user, PLACE(plugins.ovs.tap_owner),
     .expected = "a user's name or number"},
    {VIFD("tap_group"), .store = store_group, PLACE(plugins.ovs.tap_group),
     .expected = "a group's name or number"},
    {VIFD("hw_tc_offload"), .store = store_choice, PLACE(plugins.ovs.hw_tc_offload),
     .words = tc_offloads, .expected = "ignore, warn or enable"},
    {VIFD("plugin_directory"), .store = store_text, PLACE(plugins.directory), PATH},
    {VIFD("allowed_bridges"), .store = add_words, PLACE(policy.bridges), NAMES},
    {VIFD("allowed_linux_bridges"), .store = add_words, PLACE(policy.linux_bridges), NAMES},
    {VIFD("allowed_interfaces"), .store = add_words, PLACE(policy.interfaces), NAMES},
    {VIFD("allowed_socket_directories"), .store = add_directories, PLACE(policy.socket_directories),
     .expected = "absolute paths of directories, without .."},
    {VIFD("allowed_devices"), .store = add_devices, PLACE(policy.devices), .is_word = is_address,
     .expected = "PCI addresses, in which * and ? stand for others"},
    {VIFD("socket"), .store = store_text, PLACE(daemon.socket), PATH},
    {VIFD("socket_group"), .store = store_account, PLACE(daemon.socket_group),
     .expected = "a group's name or number"},
    {VIFD("socket_mode"), .store = store_mode, PLACE(daemon.socket_mode),
     .expected = "an octal mode with 0600 in it, as 0660"},
    {VIFD("allowed_users"), .store = add_words, PLACE(daemon.allowed_users), USERS},
    {VIFD("allowed_groups"), .store = add_words, PLACE(daemon.allowed_groups), GROUPS},
    {VIFD("read_only_users"), .store = add_words, PLACE(daemon.read_only_users), USERS},
    {VIFD("read_only_groups"), .store = add_words, PLACE(daemon.read_only_groups), GROUPS},
    {VIFD("max_connections"), .store = store_number, PLACE(daemon.max_connections),
     NUMBER(1, CONNECTIONS_MAX), .expected = "a number from 1 to 65536"},
    {VIFD("metrics_textfile"), .store = store_text, PLACE(daemon.metrics_textfile), PATH},
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
