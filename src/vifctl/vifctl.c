/* SPDX-License-Identifier: Apache-2.0 */
/* vifctl: the command.  Takes the command line apart and calls the verb; all the work is libvif's. */
#include "vifctl/vifctl.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/parse.h"

static const struct verb verbs[] = {
    {"plug", "FILE...", "connect VIFs", verb_plug},
    {"unplug", "FILE...", "disconnect VIFs", verb_unplug},
};

#define N_VERBS (sizeof verbs / sizeof verbs[0])

void complain(const char *text)
{
    (void)fflush(stdout);
    (void)fprintf(stderr, "vifctl: %s\n", text);
}

static void print_help(void)
{
    puts("Usage: vifctl [OPTION]... VERB FILE...\n"
         "Plug the network interfaces of virtual machines into Open vSwitch.\n"
         "\n"
         "Verbs:");
    for (size_t i = 0; i < N_VERBS; i++)
        printf("  %-8s %-9s %s\n", verbs[i].name, verbs[i].operands, verbs[i].summary);
    puts(
        "\n"
        "FILE is JSON: {\"vif\": OBJECT, \"instance_info\": OBJECT}, an array of them, or one per\n"
        "line; '-' is standard input, a directory stands for its *.json.  OBJECT is an os-vif\n"
        "versioned object or its plain form.\n"
        "\n"
        "Options:\n"
        "      --dry-run         say what would be done, change nothing\n"
        "      --json            print results as JSON\n"
        "      --wait=none|vswitchd\n"
        "                        return when the database has the rows, or (default) when\n"
        "                        ovs-vswitchd has made the ports real\n"
        "      --timeout=SECONDS give up after this long (default 120; 0 never)\n"
        "      --ovsdb=ADDRESS   unix:PATH or tcp:IP:PORT of the Open_vSwitch database\n"
        "      --config=FILE     configuration file (default /etc/vifd/vifd.conf)\n"
        "  -v, --verbose         tell on stderr what is done\n"
        "  -h, --help            this text\n"
        "  -V, --version         the version\n"
        "\n"
        "Exit status: 0 done; 2 bad input or usage; 3 a VIF failed; 4 the database cannot be\n"
        "reached; 5 no permission; 6 timed out.");
}

static void print_debug(void *data, const char *line)
{
    (void)data;
    (void)fprintf(stderr, "vifctl: debug: %s\n", line);
}

static int usage(const char *text, const char *what)
{
    (void)fprintf(stderr, "vifctl: %s%s; see vifctl --help\n", text, what);
    return STATUS_USAGE;
}

enum option_key {
    KEY_DRY_RUN = 256,
    KEY_JSON,
    KEY_WAIT,
    KEY_TIMEOUT,
    KEY_OVSDB,
    KEY_CONFIG,
};

static const struct option options[] = {
    {"dry-run", no_argument, NULL, KEY_DRY_RUN},
    {"json", no_argument, NULL, KEY_JSON},
    {"wait", required_argument, NULL, KEY_WAIT},
    {"timeout", required_argument, NULL, KEY_TIMEOUT},
    {"ovsdb", required_argument, NULL, KEY_OVSDB},
    {"config", required_argument, NULL, KEY_CONFIG},
    {"verbose", no_argument, NULL, 'v'},
    {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, 'V'},
    {NULL, 0, NULL, 0},
};

static int take_wait(struct arguments *arguments, const char *value)
{
    if (strcmp(value, "none") == 0)
        arguments->call.wait = VIF_WAIT_NONE;
    else if (strcmp(value, "vswitchd") == 0)
        arguments->call.wait = VIF_WAIT_VSWITCHD;
    else
        return usage("--wait: expected none or vswitchd, got ", value);
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

/* -1: go on; else the exit status. */
static int take_option(struct arguments *arguments, int key, const char *value)
{
    int status = STATUS_OK;

    switch (key) {
    case KEY_DRY_RUN:
        arguments->call.dry_run = 1;
        break;
    case KEY_JSON:
        arguments->json = true;
        break;
    case KEY_WAIT:
        status = take_wait(arguments, value);
        break;
    case KEY_TIMEOUT:
        status = take_timeout(arguments, value);
        break;
    case KEY_OVSDB:
        arguments->host.ovsdb = value;
        break;
    case KEY_CONFIG:
        arguments->host.config_file = value;
        break;
    case 'v':
        arguments->host.log = print_debug;
        break;
    case 'h':
        print_help();
        return STATUS_OK;
    case 'V':
        printf("vifctl %s\n", vif_version());
        return STATUS_OK;
    default: /* getopt has said it */
        (void)fputs("vifctl: see vifctl --help\n", stderr);
        return STATUS_USAGE;
    }
    return status ? status : -1;
}

/* Standard output that could not be written is a failure like any other. */
static int finish(int status)
{
    if (fflush(stdout) != 0 || ferror(stdout)) {
        (void)fprintf(stderr, "vifctl: standard output: %s\n", strerror(errno));
        return status ? status : vif_error_kind_status(VIF_ERROR_SYSTEM);
    }
    return status;
}

int main(int argc, char **argv)
{
    struct arguments arguments = {
        .host.size = sizeof arguments.host,
        .call.size = sizeof arguments.call,
    };
    int key, status = -1;

    while (status < 0 && (key = getopt_long(argc, argv, "vhV", options, NULL)) != -1)
        status = take_option(&arguments, key, optarg);
    if (status >= 0)
        return finish(status);
    if (optind == argc)
        return usage("no verb given", "");
    for (size_t i = 0; i < N_VERBS; i++) {
        if (strcmp(argv[optind], verbs[i].name) != 0)
            continue;
        arguments.files = argv + optind + 1;
        arguments.n_files = argc - optind - 1;
        return finish(verbs[i].run(&arguments));
    }
    return usage("unknown verb: ", argv[optind]);
}
