/* SPDX-License-Identifier: Apache-2.0 */
/* vifctl: the command.  Finds the verb and calls it; all the work is libvif's. */
#include "vifctl/vifctl.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VERB_ROW(function, ...) {verb_##function, __VA_ARGS__},
const struct verb verbs[N_VERBS] = {VERBS(VERB_ROW)};

const struct verb *verb_find(const char *name)
{
    for (size_t i = 0; i < N_VERBS; i++)
        if (strcmp(name, verbs[i].name) == 0)
            return &verbs[i];
    return NULL;
}

int verb_unknown(const char *name)
{
    (void)fprintf(stderr, "vifctl: unknown verb: %s; the verbs are", name);
    for (size_t i = 0; i < N_VERBS; i++)
        (void)fprintf(stderr, "%s %s", i ? "," : "", verbs[i].name);
    (void)fputs("\n", stderr);
    return STATUS_USAGE;
}

static void print_debug(void *data, const char *line)
{
    (void)data;
    (void)fprintf(stderr, "vifctl: debug: %s\n", line);
}

/* "[FILE|ID]...": in brackets none is needed; without dots one is all; "" takes none. */
static int check_operands(const struct verb *verb, const struct arguments *arguments)
{
    const char *operands = verb->operands;
    bool optional = operands[0] == '[', several = strstr(operands, "...") != NULL;
    char text[64];

    if (!operands[0] && arguments->n_files > 0) {
        (void)snprintf(text, sizeof text, "%s takes no operand: ", verb->name);
        return usage_of(verb->name, text, arguments->files[0]);
    }
    if (operands[0] && !several && arguments->n_files > 1) {
        (void)snprintf(text, sizeof text, "%s takes one %.*s: ", verb->name,
                       (int)strcspn(operands + optional, "]."), operands + optional);
        return usage_of(verb->name, text, arguments->files[1]);
    }
    if (operands[0] && !optional && arguments->n_files == 0)
        return usage_of(verb->name, "no ",
                        strchr(operands, '|') ? "FILE or ID given" : "FILE given");
    return STATUS_OK;
}

static int run_verb(const struct verb *verb, const struct arguments *arguments)
{
    unsigned connect = arguments->given & BIT(CONNECT);
    char text[64];
    int status;

    for (enum option_number i = 0; i < N_OPTIONS; i++) {
        (void)snprintf(text, sizeof text, "--%s", option_rows[i].name);
        if ((arguments->given & ~verb->options) >> i & 1) {
            (void)snprintf(text, sizeof text, "--%s is not an option of ", option_rows[i].name);
            return usage_of(verb->name, text, verb->name);
        }
        if (connect && (i == OPTION_OVSDB || i == OPTION_CONFIG) && arguments->given >> i & 1)
            return usage_of(verb->name, text,
                            " cannot be used with --connect: vifd has its own configuration and "
                            "database");
    }
    status = check_operands(verb, arguments);
    return status ? status : verb->run(arguments);
}

static int run(struct arguments *arguments, int argc, char **argv)
{
    const struct verb *verb = NULL;
    int status = options_read(arguments, argc, argv);

    if (status != STATUS_OK)
        return status;
    if (arguments->given & BIT(VERSION)) {
        printf("vifctl %s\n", vif_version());
        return STATUS_OK;
    }
    if (optind < argc) {
        verb = verb_find(argv[optind]);
        if (!verb)
            return verb_unknown(argv[optind]);
    }
    if (arguments->given & BIT(HELP)) {
        help_print(verb);
        return STATUS_OK;
    }
    if (!verb)
        return usage("no verb given", "");
    if (arguments->verbose)
        arguments->host.log = print_debug;
    arguments->files = argv + optind + 1;
    arguments->n_files = argc - optind - 1;
    return run_verb(verb, arguments);
}

/* Prints an error that may quote text from the database, made safe for a terminal. */
static void complain_of(const struct vif_error *error, const struct arguments *arguments)
{
    struct text text = {0};

    plain_add(&text, error->text, plain_utf8());
    if (error->kind == VIF_ERROR_NOT_FOUND && arguments->n_files > 0)
        text_add(&text, ", and there is no such file");
    complain(text.failed || !text.data ? "out of memory" : text.data);
    text_done(&text);
}

int run_inspect(const struct arguments *arguments, inspect_fn *inspect, print_report_fn *print)
{
    auto_host struct vif_host *host = NULL;
    auto_report struct vif_report *report = NULL;
    const struct vif_error *error;
    struct vif_error err = {0};
    int r, status;

    r = vif_host_open(&arguments->host, &host, &err);
    if (r == 0)
        r = inspect(host, arguments, &report, &err);
    if (r < 0) {
        complain_of(&err, arguments);
        return vif_error_kind_status(err.kind);
    }
    status = arguments->json ? print_json(vif_report_json(report)) : print(report, arguments);
    for (size_t i = 0; (error = vif_report_error(report, i)); i++)
        complain_of(error, arguments);
    return status ? status : vif_report_status(report);
}

/* ---- output ---- */

void complain(const char *text)
{
    (void)fflush(stdout);
    (void)fprintf(stderr, "vifctl: %s\n", text);
}

int failed(const struct vif_error *error)
{
    complain(error->text);
    return vif_error_kind_status(error->kind);
}

int usage_of(const char *verb, const char *text, const char *what)
{
    (void)fprintf(stderr, "vifctl: %s%s; see vifctl %s%s--help\n", text, what, verb,
                  verb[0] ? " " : "");
    return STATUS_USAGE;
}

int usage(const char *text, const char *what)
{
    return usage_of("", text, what);
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

void print_lines(FILE *to, const char *before, const char *lines)
{
    while (lines && *lines) {
        int n = (int)strcspn(lines, "\n");

        (void)fprintf(to, "%s%.*s\n", before, n, lines);
        lines += n + (lines[n] == '\n');
    }
}

int output_failed(int errnum, int status)
{
    (void)fprintf(stderr, "vifctl: standard output: %s\n", strerror(errnum));
    clearerr(stdout);
    return status ? status : vif_error_kind_status(VIF_ERROR_SYSTEM);
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
    /* Standard output that could not be written is a failure like any other. */
    if (fflush(stdout) != 0 || ferror(stdout))
        status = output_failed(errno, status);
    return signals_end(status);
}
