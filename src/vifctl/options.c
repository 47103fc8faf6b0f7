/* SPDX-License-Identifier: Apache-2.0 */
/* The options of the command line: one row says what an option is called, what its help says and what
 * becomes of its value.  Which verbs have it, the table of verbs says. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/parse.h"
#include "vifctl/vifctl.h"

/* getopt's names for them: above all letters. */
#define FIRST_KEY 256

static void print_debug(void *data, const char *line)
{
    (void)data;
    (void)fprintf(stderr, "vifctl: debug: %s\n", line);
}

static int take_repair(struct arguments *arguments, const char *value)
{
    (void)value;
    arguments->repair = true;
    return STATUS_OK;
}

static int take_dry_run(struct arguments *arguments, const char *value)
{
    (void)value;
    arguments->call.dry_run = 1;
    return STATUS_OK;
}

static int take_json(struct arguments *arguments, const char *value)
{
    (void)value;
    arguments->json = true;
    return STATUS_OK;
}

static int take_wait(struct arguments *arguments, const char *value)
{
    if (strcmp(value, "none") == 0)
        arguments->call.wait = VIF_WAIT_NONE;
    else if (strcmp(value, "vswitchd") == 0)
        arguments->call.wait = VIF_WAIT_VSWITCHD;
    else if (strcmp(value, "ovn") == 0)
        arguments->call.wait = VIF_WAIT_OVN;
    else if (strcmp(value, "ml2") == 0)
        arguments->call.wait = VIF_WAIT_ML2;
    else
        return usage("--wait: expected none, vswitchd, ovn or ml2, got ", value);
    return STATUS_OK;
}

static int take_on_timeout(struct arguments *arguments, const char *value)
{
    if (strcmp(value, "keep") == 0)
        arguments->call.on_timeout = VIF_ON_TIMEOUT_KEEP;
    else if (strcmp(value, "undo") == 0)
        arguments->call.on_timeout = VIF_ON_TIMEOUT_UNDO;
    else
        return usage("--on-timeout: expected keep or undo, got ", value);
    return STATUS_OK;
}

static int take_timeout(struct arguments *arguments, const char *value)
{
    int64_t seconds;

    if (parse_int(value, 0, INT32_MAX, &seconds) < 0)
        return usage("--timeout: expected a number of seconds, got ", value);
    arguments->call.timeout_ms = seconds ? seconds * 1000 : VIF_TIMEOUT_NEVER;
    return STATUS_OK;
}

static int take_ovsdb(struct arguments *arguments, const char *value)
{
    arguments->host.ovsdb = value;
    return STATUS_OK;
}

static int take_config(struct arguments *arguments, const char *value)
{
    arguments->host.config_file = value;
    return STATUS_OK;
}

static int take_connect(struct arguments *arguments, const char *value)
{
    arguments->host.connect = value ? value : VIF_SOCKET;
    return STATUS_OK;
}

static int add_word(const char ***words, const char *word)
{
    const char **bigger;
    size_t n = 0;

    while (*words && (*words)[n])
        n++;
    bigger = reallocarray(*words, n + 2, sizeof **words);
    if (!bigger) {
        complain("out of memory");
        return vif_error_kind_status(VIF_ERROR_NO_MEMORY);
    }
    bigger[n] = word;
    bigger[n + 1] = NULL;
    *words = bigger;
    return STATUS_OK;
}

static int take_vif_type(struct arguments *arguments, const char *value)
{
    return add_word(&arguments->vif_types, value);
}

static int take_compat(struct arguments *arguments, const char *value)
{
    return add_word(&arguments->versions, value);
}

static int take_instance(struct arguments *arguments, const char *value)
{
    arguments->list.instance = value;
    return STATUS_OK;
}

static int take_bridge(struct arguments *arguments, const char *value)
{
    arguments->list.bridge = value;
    return STATUS_OK;
}

static int take_state(struct arguments *arguments, const char *value)
{
    arguments->list.state = value;
    return STATUS_OK;
}

static int take_format(struct arguments *arguments, const char *value)
{
    if (strcmp(value, "dot") != 0 && strcmp(value, "svg") != 0 && strcmp(value, "json") != 0)
        return usage("--format: expected dot, svg or json, got ", value);
    arguments->format = value;
    return STATUS_OK;
}

static int take_yes(struct arguments *arguments, const char *value)
{
    (void)value;
    arguments->prune.remove = 1;
    return STATUS_OK;
}

static int take_match(struct arguments *arguments, const char *value)
{
    arguments->prune.match = value;
    return STATUS_OK;
}

static int take_grace(struct arguments *arguments, const char *value)
{
    int64_t seconds;

    if (parse_int(value, 0, INT32_MAX, &seconds) < 0)
        return usage("--grace: expected a number of seconds, got ", value);
    arguments->prune.grace_ms = seconds ? seconds * 1000 : VIF_GRACE_NONE;
    return STATUS_OK;
}

static int take_verbose(struct arguments *arguments, const char *value)
{
    (void)value;
    arguments->host.log = print_debug;
    return STATUS_OK;
}

const struct option_row option_rows[N_OPTIONS] = {
    [OPTION_REPAIR] = {"repair", NULL, 0, "fix the differences", take_repair},
    [OPTION_DRY_RUN] = {"dry-run", NULL, 0, "print what would be done, change nothing",
                        take_dry_run},
    [OPTION_JSON] = {"json", NULL, 0, "print results as JSON", take_json},
    [OPTION_WAIT] =
        {"wait", "none|vswitchd|ovn|ml2", 0,
         "wait for the database; (default) ovs-vswitchd to create the ports; OVN to install "
         "them; the ML2 agent to wire them",
         take_wait},
    [OPTION_TIMEOUT] = {"timeout", "SECONDS", 0,
                        "give up after this long (default 120, doctor 5; 0 never)", take_timeout},
    [OPTION_ON_TIMEOUT] = {"on-timeout", "keep|undo", 0,
                           "on timeout, keep the VIF plugged (default) or undo it",
                           take_on_timeout},
    [OPTION_OVSDB] = {"ovsdb", "ADDRESS", 0,
                      "unix:PATH or tcp:IP:PORT of the Open_vSwitch database", take_ovsdb},
    [OPTION_CONFIG] = {"config", "FILE", 0, "configuration file (default " VIF_CONFIG_FILE ")",
                       take_config},
    [OPTION_CONNECT] = {"connect", "[SOCKET]", 0,
                        "send the request to vifd at SOCKET (default " VIF_SOCKET ")",
                        take_connect},
    [OPTION_VIF_TYPE] = {"vif-type", "TYPE", 0,
                         "only this type of VIF, e.g. VIFBridge; can be repeated", take_vif_type},
    [OPTION_COMPAT] = {"compat", "OBJECT=VERSION", 0,
                       "write objects as in an older version, e.g. HostVIFInfo=1.0; can be "
                       "repeated",
                       take_compat},
    [OPTION_INSTANCE] = {"instance", "UUID", 0, "only VIFs of this instance", take_instance},
    [OPTION_BRIDGE] = {"bridge", "NAME", 0, "only VIFs on this Open vSwitch bridge", take_bridge},
    [OPTION_STATE] = {"state", "WORD", 0,
                      "only VIFs in this state: plugged, waiting, pending, failed or unconnected",
                      take_state},
    [OPTION_FORMAT] = {"format", "dot|svg|json", 0,
                       "print the graph in Graphviz's language (default), as a picture made by its "
                       "program dot, or as JSON",
                       take_format},
    [OPTION_YES] = {"yes", NULL, 0, "remove what is shown", take_yes},
    [OPTION_MATCH] = {"match", "PATTERN", 0,
                      "only items whose name, id or instance matches, e.g. 'tap*'", take_match},
    [OPTION_GRACE] = {"grace", "SECONDS", 0,
                      "keep items younger than this (default 600; 0: any age)", take_grace},
    [OPTION_VERBOSE] = {"verbose", NULL, 'v', "log each step to stderr", take_verbose},
    [OPTION_HELP] = {"help", NULL, 'h', "this text", NULL},
    [OPTION_VERSION] = {"version", NULL, 'V', "the version", NULL},
};

/* The number of the option getopt calls 'key'; -1 for none. */
static int option_number(int key)
{
    if (key >= FIRST_KEY)
        return key - FIRST_KEY;
    for (int i = 0; i < N_OPTIONS; i++)
        if (option_rows[i].letter && option_rows[i].letter == key)
            return i;
    return -1;
}

/* The options as getopt wants them. */
static void name_options(struct option *ret_longs, char *ret_shorts)
{
    for (int i = 0; i < N_OPTIONS; i++) {
        const char *value = option_rows[i].value;
        int argument = !value            ? no_argument
                       : value[0] == '[' ? optional_argument
                                         : required_argument;

        *ret_longs++ = (struct option){option_rows[i].name, argument, NULL, FIRST_KEY + i};
        if (option_rows[i].letter)
            *ret_shorts++ = option_rows[i].letter;
        if (option_rows[i].letter && option_rows[i].value)
            *ret_shorts++ = ':';
    }
}

int take_options(struct arguments *arguments, int argc, char **argv, unsigned *ret_given)
{
    struct option longs[N_OPTIONS + 1] = {0};
    char shorts[2 * N_OPTIONS + 1] = "";
    int key, status = STATUS_OK;

    name_options(longs, shorts);
    while (status == STATUS_OK && !(*ret_given & (BIT(HELP) | BIT(VERSION))) &&
           (key = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
        int number = option_number(key);

        if (number < 0) { /* getopt has said it */
            (void)fputs("vifctl: see vifctl --help\n", stderr);
            return STATUS_USAGE;
        }
        *ret_given |= 1U << number;
        if (option_rows[number].take)
            status = option_rows[number].take(arguments, optarg);
    }
    return status;
}
