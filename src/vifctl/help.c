/* SPDX-License-Identifier: Apache-2.0 */
/* vifctl --help, made from the tables of verbs and options. */
#include <stdio.h>
#include <string.h>

#include "vifctl/vifctl.h"

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
static size_t print_verbs_of(enum option_number option, const struct verb *verbs, size_t n_verbs,
                             size_t column)
{
    const char *before = NULL;
    char word[32];

    if ((OF_EVERY >> option) & 1)
        return column;
    for (size_t i = 0; i <= n_verbs; i++) {
        if (i < n_verbs && !((verbs[i].options >> option) & 1))
            continue;
        if (before) {
            (void)snprintf(word, sizeof word, "%s%c", before, i < n_verbs ? ',' : ':');
            column = print_word(word, strlen(word), column);
        }
        before = i < n_verbs ? verbs[i].name : NULL;
    }
    return column;
}

static void print_option(enum option_number number, const struct verb *verbs, size_t n_verbs)
{
    const struct option_row *option = &option_rows[number];
    const char *word = option->words;
    size_t column = HELP_INDENT - 1;
    const char *value = option->value ? option->value : "";
    bool optional = value[0] == '[';
    char left[64];

    (void)snprintf(left, sizeof left, "%c%c%c --%s%s%s%s", option->letter ? '-' : ' ',
                   option->letter ? option->letter : ' ', option->letter ? ',' : ' ', option->name,
                   optional ? "[" : "", option->value ? "=" : "", value + optional);
    printf("  %-*s", HELP_INDENT - 3, left);
    if (strlen(left) > HELP_INDENT - 4) /* no gap is left */
        printf("\n%*s", HELP_INDENT - 1, "");
    column = print_verbs_of(number, verbs, n_verbs, column);
    while (*word) {
        size_t n = strcspn(word, " ");

        column = print_word(word, n, column);
        word += n + (word[n] == ' ');
    }
    puts("");
}

void print_help(const struct verb *verbs, size_t n_verbs)
{
    puts("Usage: vifctl [OPTION]... VERB [OPERAND]...\n"
         "Plug the network interfaces of virtual machines into Open vSwitch.\n"
         "\n"
         "Verbs:");
    for (size_t i = 0; i < n_verbs; i++)
        printf("  %-10s%-12s %s\n", verbs[i].name, verbs[i].operands, verbs[i].summary);
    puts(
        "\n"
        "FILE is JSON: {\"vif\": OBJECT, \"instance_info\": OBJECT}, an array of them, or one per\n"
        "line; '-' is standard input, a directory stands for its *.json.  OBJECT is an os-vif\n"
        "versioned object or its plain form.  TYPE is a class of objects such as VIFBridge.\n"
        "ID is that of a VIF, an iface-id, or the name of a port or network device; what exists\n"
        "as a file is a FILE.\n"
        "\n"
        "Options:");
    for (enum option_number i = 0; i < N_OPTIONS; i++)
        print_option(i, verbs, n_verbs);
    puts("\n"
         "Exit status: 0 done; 1 check found drift; 2 bad input or usage; 3 a VIF or the host\n"
         "failed; 4 the database or vifd cannot be reached; 5 no permission; 6 timed out.");
}
