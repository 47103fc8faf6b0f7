/* SPDX-License-Identifier: Apache-2.0 */
/* The options of the command line, one row each; the table of verbs says which verbs take them. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/parse.h"
#include "vifctl/vifctl.h"

/* getopt's names for them: above all letters. */
#define FIRST_KEY 256

static const struct option_word wait_words[] = {
    {"none", VIF_WAIT_NONE},
    {"vswitchd", VIF_WAIT_VSWITCHD},
    {"ovn", VIF_WAIT_OVN},
    {"ml2", VIF_WAIT_ML2},
    {NULL, 0},
};
static const struct option_word on_timeout_words[] = {
    {"keep", VIF_ON_TIMEOUT_KEEP},
    {"undo", VIF_ON_TIMEOUT_UNDO},
    {NULL, 0},
};
static const struct option_word state_words[] = {
    {"plugged", VIF_STATE_PLUGGED},         {"waiting", VIF_STATE_WAITING},
    {"pending", VIF_STATE_PENDING},         {"failed", VIF_STATE_FAILED},
    {"unconnected", VIF_STATE_UNCONNECTED}, {NULL, 0},
};
static const struct option_word format_words[] = {
    {"dot", GRAPH_DOT},
    {"svg", GRAPH_SVG},
    {"json", GRAPH_JSON},
    {NULL, 0},
};

#define FLAG(member) .type = OPTION_IS_FLAG, .offset = offsetof(struct arguments, member)
#define TEXT(member, name)                                                                         \
    .type = OPTION_IS_TEXT, .offset = offsetof(struct arguments, member), .value = (name)
#define TEXTS(member, name)                                                                        \
    .type = OPTION_IS_TEXTS, .offset = offsetof(struct arguments, member), .value = (name)
#define WORD(member, list)                                                                         \
    .type = OPTION_IS_WORD, .offset = offsetof(struct arguments, member), .words = (list)
#define SECONDS(member)                                                                            \
    .type = OPTION_IS_SECONDS, .offset = offsetof(struct arguments, member), .value = "SECONDS"

const struct option_row option_rows[N_OPTIONS] = {
    [OPTION_REPAIR] = {"repair", FLAG(repair), .help = "fix the differences"},
    [OPTION_DRY_RUN] = {"dry-run", FLAG(call.dry_run), .help = "only print what would change"},
    [OPTION_JSON] = {"json", FLAG(json), .help = "print results as JSON"},
    [OPTION_WAIT] = {"wait", WORD(call.wait, wait_words),
                     .help = "wait for the database only, for ovs-vswitchd (default), OVN or "
                             "the ML2 agent"},
    [OPTION_TIMEOUT] = {"timeout", SECONDS(call.timeout_ms),
                        .help = "time limit; 0: none (default 120, doctor 5)"},
    [OPTION_ON_TIMEOUT] = {"on-timeout", WORD(call.on_timeout, on_timeout_words),
                           .help = "on timeout, keep the VIF (default) or undo it"},
    [OPTION_OVSDB] = {"ovsdb", TEXT(host.ovsdb, "ADDRESS"),
                      .help = "address of the database: unix:PATH or tcp:IP:PORT"},
    [OPTION_CONFIG] = {"config", TEXT(host.config_file, "FILE"),
                       .help = "configuration file (default " VIF_CONFIG_FILE ")"},
    [OPTION_CONNECT] = {"connect", TEXT(host.connect, "SOCKET"), .fallback = VIF_SOCKET,
                        .help = "send the request to vifd (default " VIF_SOCKET ")"},
    [OPTION_VIF_TYPE] = {"vif-type", TEXTS(vif_types, "TYPE"),
                         .help = "print only this type of VIF, e.g. VIFBridge; can be repeated"},
    [OPTION_COMPAT] = {"compat", TEXTS(versions, "OBJECT=VERSION"),
                       .help = "write objects of this class in an older version, e.g. "
                               "HostVIFInfo=1.0; can be repeated"},
    [OPTION_INSTANCE] = {"instance", TEXT(list.instance, "UUID"),
                         .help = "only VIFs of this instance"},
    [OPTION_BRIDGE] = {"bridge", TEXT(list.bridge, "NAME"),
                       .help = "only VIFs on this Open vSwitch bridge"},
    [OPTION_STATE] = {"state", WORD(list.state, state_words), .help = "only VIFs in this state"},
    [OPTION_FORMAT] = {"format", WORD(format, format_words),
                       .help = "print the graph in Graphviz's language (default), as an SVG "
                               "picture (needs Graphviz), or as JSON"},
    [OPTION_YES] = {"yes", FLAG(prune.remove), .help = "remove the listed items"},
    [OPTION_MATCH] = {"match", TEXT(prune.match, "PATTERN"),
                      .help = "only items whose name, id or instance matches, e.g. 'tap*'"},
    [OPTION_GRACE] = {"grace", SECONDS(prune.grace_ms),
                      .help = "keep items younger than this (default 600; 0: any age)"},
    [OPTION_VERBOSE] = {"verbose", .letter = 'v', FLAG(verbose), .help = "log each step to stderr"},
    [OPTION_HELP] = {"help", .letter = 'h', .help = "print this help"},
    [OPTION_VERSION] = {"version", .letter = 'V', .help = "print the version"},
};

void options_spell(enum option_number option, char *text, size_t size)
{
    const struct option_row *row = &option_rows[option];
    int n = snprintf(text, size, "--%s", row->name);

    if (row->fallback)
        (void)snprintf(text + n, size - (size_t)n, "[=%s]", row->value);
    else if (row->value)
        (void)snprintf(text + n, size - (size_t)n, "=%s", row->value);
    for (const struct option_word *word = row->words; word && word->word; word++)
        n += snprintf(text + n, size - (size_t)n, "%c%s", word == row->words ? '=' : '|',
                      word->word);
}

static int store_word(const struct option_row *row, const char *value, int *ret)
{
    char text[128];
    int n = snprintf(text, sizeof text, "--%s: expected ", row->name);

    for (const struct option_word *word = row->words; word->word; word++) {
        if (strcmp(word->word, value) == 0) {
            *ret = word->value;
            return STATUS_OK;
        }
        n += snprintf(text + n, sizeof text - (size_t)n, "%s%s", word->word,
                      !word[1].word   ? ", got "
                      : !word[2].word ? " or "
                                      : ", ");
    }
    return usage(text, value);
}

static int store_seconds(const struct option_row *row, const char *value, int64_t *ret)
{
    int64_t seconds;
    char text[64];

    (void)snprintf(text, sizeof text, "--%s: expected a number of seconds, got ", row->name);
    if (parse_int(value, 0, INT32_MAX, &seconds) < 0)
        return usage(text, value);
    *ret = seconds ? seconds * 1000 : VIF_TIMEOUT_NEVER; /* VIF_GRACE_NONE is the same */
    return STATUS_OK;
}

static int add_text(const char ***texts, const char *text)
{
    const char **bigger;
    size_t n = 0;

    while (*texts && (*texts)[n])
        n++;
    bigger = reallocarray(*texts, n + 2, sizeof **texts);
    if (!bigger)
        return print_json(NULL);
    bigger[n] = text;
    bigger[n + 1] = NULL;
    *texts = bigger;
    return STATUS_OK;
}

static int store(const struct option_row *row, const char *value, struct arguments *arguments)
{
    void *at = (char *)arguments + row->offset;

    switch (row->type) {
    case OPTION_IS_FLAG:
        *(int *)at = 1;
        break;
    case OPTION_IS_TEXT:
        *(const char **)at = value ? value : row->fallback;
        break;
    case OPTION_IS_TEXTS:
        return add_text(at, value);
    case OPTION_IS_WORD:
        return store_word(row, value, at);
    case OPTION_IS_SECONDS:
        return store_seconds(row, value, at);
    }
    return STATUS_OK;
}

int options_read(struct arguments *arguments, int argc, char **argv)
{
    struct option longs[N_OPTIONS + 1] = {0};
    char shorts[N_OPTIONS + 1] = ""; /* none of them has a value */
    size_t n_shorts = 0;
    int key, status = STATUS_OK;

    for (int i = 0; i < N_OPTIONS; i++) {
        const struct option_row *row = &option_rows[i];
        int argument = row->type == OPTION_IS_FLAG ? no_argument
                       : row->fallback             ? optional_argument
                                                   : required_argument;

        longs[i] = (struct option){row->name, argument, NULL, FIRST_KEY + i};
        if (row->letter)
            shorts[n_shorts++] = row->letter;
    }
    while (status == STATUS_OK && (key = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
        int number = key - FIRST_KEY;

        for (int i = 0; i < N_OPTIONS; i++)
            if (option_rows[i].letter && option_rows[i].letter == key)
                number = i;
        if (arguments->given & BIT(HELP))
            continue;
        if (number < 0) { /* getopt has reported it */
            (void)fputs("vifctl: see vifctl --help\n", stderr);
            return STATUS_USAGE;
        }
        arguments->given |= 1U << number;
        if (number == OPTION_VERSION)
            break;
        if (number == OPTION_HELP)
            opterr = 0;
        else
            status = store(&option_rows[number], optarg, arguments);
    }
    return status;
}
