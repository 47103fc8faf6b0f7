/* SPDX-License-Identifier: Apache-2.0 */
/* vifctl: the command.  Takes the command line apart and calls the verb; all the work is libvif's. */
#include "vifctl/vifctl.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/parse.h"

/* One option.  'take' returns STATUS_OK to go on, else the exit status. */
struct option_row {
    const char *name;
    const char *value; /* what it is called in the help; NULL: there is none */
    char letter;       /* the short form; 0: there is none */
    const char *words; /* for the help */
    int (*take)(struct arguments *arguments, const char *value);
};

enum option_number {
    OPTION_DRY_RUN,
    OPTION_JSON,
    OPTION_WAIT,
    OPTION_TIMEOUT,
    OPTION_OVSDB,
    OPTION_CONFIG,
    OPTION_VIF_TYPE,
    OPTION_COMPAT,
    OPTION_VERBOSE,
    OPTION_HELP,
    OPTION_VERSION,
    N_OPTIONS
};

/* getopt's names for them: above all letters. */
#define FIRST_KEY 256

#define BIT(option) (1U << OPTION_##option)
#define OF_EVERY    (BIT(JSON) | BIT(VERBOSE) | BIT(HELP) | BIT(VERSION))
#define OF_PLUGGING (OF_EVERY | BIT(DRY_RUN) | BIT(WAIT) | BIT(TIMEOUT) | BIT(OVSDB) | BIT(CONFIG))

static const struct verb verbs[] = {
    {"plug", "FILE...", "connect VIFs", verb_plug, OF_PLUGGING},
    {"unplug", "FILE...", "disconnect VIFs", verb_unplug, OF_PLUGGING},
    {"host-info", "", "print which VIFs the plugins take, as os-vif's HostInfo object",
     verb_host_info, OF_EVERY | BIT(CONFIG) | BIT(VIF_TYPE) | BIT(COMPAT)},
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

static void print_debug(void *data, const char *line)
{
    (void)data;
    (void)fprintf(stderr, "vifctl: debug: %s\n", line);
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

static int take_verbose(struct arguments *arguments, const char *value)
{
    (void)value;
    arguments->host.log = print_debug;
    return STATUS_OK;
}

static const struct option_row options[N_OPTIONS] = {
    [OPTION_DRY_RUN] = {"dry-run", NULL, 0, "say what would be done, change nothing", take_dry_run},
    [OPTION_JSON] = {"json", NULL, 0, "print results as JSON", take_json},
    [OPTION_WAIT] =
        {"wait", "none|vswitchd", 0,
         "return when the database has the rows, or (default) when ovs-vswitchd has made "
         "the ports real",
         take_wait},
    [OPTION_TIMEOUT] = {"timeout", "SECONDS", 0, "give up after this long (default 120; 0 never)",
                        take_timeout},
    [OPTION_OVSDB] = {"ovsdb", "ADDRESS", 0,
                      "unix:PATH or tcp:IP:PORT of the Open_vSwitch database", take_ovsdb},
    [OPTION_CONFIG] = {"config", "FILE", 0, "configuration file (default " VIF_CONFIG_FILE ")",
                       take_config},
    [OPTION_VIF_TYPE] = {"vif-type", "TYPE", 0,
                         "only this type of VIF, e.g. VIFBridge; can be repeated", take_vif_type},
    [OPTION_COMPAT] = {"compat", "OBJECT=VERSION", 0,
                       "write objects as in an older version, e.g. HostVIFInfo=1.0; can be "
                       "repeated",
                       take_compat},
    [OPTION_VERBOSE] = {"verbose", NULL, 'v', "tell on stderr what is done", take_verbose},
    [OPTION_HELP] = {"help", NULL, 'h', "this text", NULL},
    [OPTION_VERSION] = {"version", NULL, 'V', "the version", NULL},
};

#define HELP_WIDTH  80
#define HELP_INDENT 24

/* Prints a word at 'column' or on the next line, and returns the column behind it. */
static size_t print_word(const char *word, size_t n, size_t column)
{
    if (column + 1 + n > HELP_WIDTH) {
        printf("\n%*s", HELP_INDENT - 1, "");
        column = HELP_INDENT - 1;
    }
    printf(" %.*s", (int)n, word);
    return column + 1 + n;
}

/* "plug, unplug:", or nothing for an option of every verb. */
static size_t print_verbs_of(enum option_number option, size_t column)
{
    const char *before = NULL;
    char word[32];

    if ((OF_EVERY >> option) & 1)
        return column;
    for (size_t i = 0; i <= N_VERBS; i++) {
        if (i < N_VERBS && !((verbs[i].options >> option) & 1))
            continue;
        if (before) {
            (void)snprintf(word, sizeof word, "%s%c", before, i < N_VERBS ? ',' : ':');
            column = print_word(word, strlen(word), column);
        }
        before = i < N_VERBS ? verbs[i].name : NULL;
    }
    return column;
}

static void print_option(enum option_number number)
{
    const struct option_row *option = &options[number];
    const char *word = option->words;
    size_t column = HELP_INDENT - 1;
    char left[64];

    (void)snprintf(left, sizeof left, "%c%c%c --%s%s%s", option->letter ? '-' : ' ',
                   option->letter ? option->letter : ' ', option->letter ? ',' : ' ', option->name,
                   option->value ? "=" : "", option->value ? option->value : "");
    printf("  %-*s", HELP_INDENT - 3, left);
    if (strlen(left) > HELP_INDENT - 4) /* no gap is left */
        printf("\n%*s", HELP_INDENT - 1, "");
    column = print_verbs_of(number, column);
    while (*word) {
        size_t n = strcspn(word, " ");

        column = print_word(word, n, column);
        word += n + (word[n] == ' ');
    }
    puts("");
}

static void print_help(void)
{
    puts("Usage: vifctl [OPTION]... VERB [OPERAND]...\n"
         "Plug the network interfaces of virtual machines into Open vSwitch.\n"
         "\n"
         "Verbs:");
    for (size_t i = 0; i < N_VERBS; i++)
        printf("  %-10s%-9s %s\n", verbs[i].name, verbs[i].operands, verbs[i].summary);
    puts(
        "\n"
        "FILE is JSON: {\"vif\": OBJECT, \"instance_info\": OBJECT}, an array of them, or one per\n"
        "line; '-' is standard input, a directory stands for its *.json.  OBJECT is an os-vif\n"
        "versioned object or its plain form.  TYPE is a class of objects such as VIFBridge.\n"
        "\n"
        "Options:");
    for (enum option_number i = 0; i < N_OPTIONS; i++)
        print_option(i);
    puts("\n"
         "Exit status: 0 done; 2 bad input or usage; 3 a VIF failed; 4 the database cannot be\n"
         "reached; 5 no permission; 6 timed out.");
}

/* -1: go on; else the exit status. */
static int take_option(struct arguments *arguments, int number, const char *value)
{
    int status;

    if (number == OPTION_HELP) {
        print_help();
        return STATUS_OK;
    }
    if (number == OPTION_VERSION) {
        printf("vifctl %s\n", vif_version());
        return STATUS_OK;
    }
    status = options[number].take(arguments, value);
    return status ? status : -1;
}

/* The number of the option getopt calls 'key'; -1 for none. */
static int option_number(int key)
{
    if (key >= FIRST_KEY)
        return key - FIRST_KEY;
    for (int i = 0; i < N_OPTIONS; i++)
        if (options[i].letter && options[i].letter == key)
            return i;
    return -1;
}

/* Takes the options, which may stand before and behind the verb, since which they belong to is known
 * only afterwards.  -1 with one bit for each in '*ret_given'; else the exit status. */
static int take_options(struct arguments *arguments, int argc, char **argv, unsigned *ret_given)
{
    struct option longs[N_OPTIONS + 1] = {0};
    char shorts[2 * N_OPTIONS + 1] = "";
    size_t n_shorts = 0;
    int key;

    for (int i = 0; i < N_OPTIONS; i++) {
        longs[i] = (struct option){options[i].name, options[i].value ? required_argument : 0, NULL,
                                   FIRST_KEY + i};
        if (options[i].letter)
            shorts[n_shorts++] = options[i].letter;
        if (options[i].letter && options[i].value)
            shorts[n_shorts++] = ':';
    }
    while ((key = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
        int number = option_number(key), status;

        if (number < 0) { /* getopt has said it */
            (void)fputs("vifctl: see vifctl --help\n", stderr);
            return STATUS_USAGE;
        }
        status = take_option(arguments, number, optarg);
        if (status >= 0)
            return status;
        *ret_given |= 1U << number;
    }
    return -1;
}

static int run_verb(const struct verb *verb, const struct arguments *arguments, unsigned given)
{
    for (int i = 0; i < N_OPTIONS; i++)
        if ((given & ~verb->options) >> i & 1) {
            char words[64];

            (void)snprintf(words, sizeof words, "--%s is not an option of ", options[i].name);
            return usage(words, verb->name);
        }
    return verb->run(arguments);
}

static int run(struct arguments *arguments, int argc, char **argv)
{
    unsigned given = 0;
    int status = take_options(arguments, argc, argv, &given);

    if (status >= 0)
        return status;
    if (optind == argc)
        return usage("no verb given", "");
    arguments->files = argv + optind + 1;
    arguments->n_files = argc - optind - 1;
    for (size_t i = 0; i < N_VERBS; i++)
        if (strcmp(argv[optind], verbs[i].name) == 0)
            return run_verb(&verbs[i], arguments, given);
    return usage("unknown verb: ", argv[optind]);
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
    /* What getopt's complaints begin with, wherever the program lies. */
    static char own_name[] = "vifctl";
    struct arguments arguments = {
        .host.size = sizeof arguments.host,
        .call.size = sizeof arguments.call,
    };
    int status;

    if (argc > 0)
        argv[0] = own_name;
    status = run(&arguments, argc, argv);
    free(arguments.vif_types);
    free(arguments.versions);
    return finish(status);
}
