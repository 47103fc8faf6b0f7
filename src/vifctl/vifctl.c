/* SPDX-License-Identifier: Apache-2.0 */
/* vifctl: the command.  Finds the verb and calls it; all the work is libvif's. */
#include "vifctl/vifctl.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct verb verbs[] = {
    {"plug", "FILE...", "connect VIFs", verb_plug, OF_PLUGGING | BIT(ON_TIMEOUT)},
    {"unplug", "FILE...", "disconnect VIFs", verb_unplug, OF_PLUGGING},
    {"check", "FILE...", "report differences from the description; --repair fixes them", verb_check,
     OF_PLUGGING | BIT(ON_TIMEOUT) | BIT(REPAIR)},
    {"show", "FILE|ID...", "draw the wiring of VIFs, each part with its state", verb_show,
     OF_DATABASE},
    {"graph", "[FILE|ID]...", "print the wiring of VIFs, or of the whole host, as a graph",
     verb_graph, OF_DATABASE | BIT(FORMAT)},
    {"list", "", "list all VIFs of this host", verb_list,
     OF_DATABASE | BIT(INSTANCE) | BIT(BRIDGE) | BIT(STATE)},
    {"prune", "", "list stale ports, links and QoS rows; --yes removes them", verb_prune,
     OF_PLUGGING | BIT(YES) | BIT(MATCH) | BIT(GRACE)},
    {"doctor", "", "check whether this host is ready, and say what to do if not", verb_doctor,
     OF_DATABASE},
    {"host-info", "", "print which VIFs the plugins take, as os-vif's HostInfo object",
     verb_host_info, OF_EVERY | BIT(CONFIG) | BIT(CONNECT) | BIT(VIF_TYPE) | BIT(COMPAT)},
    {"metrics", "", "print the counters and histograms of vifd, as OpenMetrics text", verb_metrics,
     OF_EVERY | BIT(CONNECT)},
    {"schema", "[TYPE]", "print the JSON Schema of the input, or of one type of object",
     verb_schema, OF_EVERY},
};

#define N_VERBS (sizeof verbs / sizeof verbs[0])

void complain(const char *text)
{
    (void)fflush(stdout);
    (void)fprintf(stderr, "vifctl: %s\n", text);
}

int usage(const char *text, const char *what)
{
    (void)fprintf(stderr, "vifctl: %s%s; see vifctl --help\n", text, what);
    return STATUS_USAGE;
}

int print_json(const char *text)
{
    if (!text) {
        complain("out of memory");
        return vif_error_kind_status(VIF_ERROR_NO_MEMORY);
    }
    puts(text);
    return STATUS_OK;
}

/* vifd has a configuration and a database of its own. */
static int check_connect(unsigned given)
{
    static const enum option_number others[] = {OPTION_OVSDB, OPTION_CONFIG};

    for (size_t i = 0; given & BIT(CONNECT) && i < sizeof others / sizeof others[0]; i++)
        if (given >> others[i] & 1)
            return usage(
                "--connect has vifd do it, with a configuration and a database of its own; "
                "it does not go with --",
                option_rows[others[i]].name);
    return STATUS_OK;
}

static int run_verb(const struct verb *verb, const struct arguments *arguments, unsigned given)
{
    for (int i = 0; i < N_OPTIONS; i++)
        if ((given & ~verb->options) >> i & 1) {
            char words[64];

            (void)snprintf(words, sizeof words, "--%s is not an option of ", option_rows[i].name);
            return usage(words, verb->name);
        }
    if (check_connect(given) != STATUS_OK)
        return STATUS_USAGE;
    return verb->run(arguments);
}

static int run(struct arguments *arguments, int argc, char **argv)
{
    unsigned given = 0;
    int status = take_options(arguments, argc, argv, &given);

    if (status != STATUS_OK)
        return status;
    if (given & BIT(HELP)) {
        print_help(verbs, N_VERBS);
        return STATUS_OK;
    }
    if (given & BIT(VERSION)) {
        printf("vifctl %s\n", vif_version());
        return STATUS_OK;
    }
    if (optind == argc)
        return usage("no verb given", "");
    arguments->files = argv + optind + 1;
    arguments->n_files = argc - optind - 1;
    for (size_t i = 0; i < N_VERBS; i++)
        if (strcmp(argv[optind], verbs[i].name) == 0)
            return run_verb(&verbs[i], arguments, given);
    return usage("unknown verb: ", argv[optind]);
}

int output_failed(int errnum, int status)
{
    (void)fprintf(stderr, "vifctl: standard output: %s\n", strerror(errnum));
    clearerr(stdout);
    return status ? status : vif_error_kind_status(VIF_ERROR_SYSTEM);
}

/* Standard output that could not be written is a failure like any other. */
static int finish(int status)
{
    return fflush(stdout) != 0 || ferror(stdout) ? output_failed(errno, status) : status;
}

int main(int argc, char **argv)
{
    /* What getopt's complaints begin with, wherever the program lies. */
    static char own_name[] = "vifctl";
    struct arguments arguments = {
        .host.size = sizeof arguments.host,
        .call.size = sizeof arguments.call,
        .list.size = sizeof arguments.list,
        .prune.size = sizeof arguments.prune,
    };
    int status;

    if (argc > 0)
        argv[0] = own_name;
    status = run(&arguments, argc, argv);
    free(arguments.vif_types);
    free(arguments.versions);
    return interrupt_end(finish(status));
}
