/* SPDX-License-Identifier: Apache-2.0 */
/* vifctl help, made from the tables of verbs and options; each page fits a screen of 80 by 24. */
#include <stdio.h>
#include <string.h>

#include "vifctl/vifctl.h"

#define HELP_WIDTH  80
#define HELP_INDENT 31 /* at most, of what options mean */

/* What the operands of verbs are. */
static const char *const operands[][2] = {
    {"FILE", "FILE contains JSON: one VIF, an array of VIFs, or several VIFs in sequence. A VIF is "
             "{\"vif\": OBJECT, \"instance_info\": OBJECT}; vifctl schema describes OBJECT. '-' is "
             "standard input. A directory stands for its *.json files."},
    {"ID", "ID is the id or iface-id of a VIF, or the name of its port or network device. The name "
           "of an existing file or directory is always a FILE."},
    {"TYPE",
     "TYPE is a class of objects, such as VIFBridge; or result, for a line that plug, unplug or "
     "check prints with --json; or list, show, prune, doctor or metrics, for what that verb "
     "prints with --json."},
};

/* "-v, --verbose", "    --json" */
static int spell(enum option_number option, char *text, size_t size)
{
    char letter = option_rows[option].letter;
    int n = snprintf(text, size, letter ? "  -%c, " : "      ", letter);

    options_spell(option, text + n, size - (size_t)n);
    return (int)strlen(text);
}

static void print_options(unsigned set)
{
    char left[64];
    int indent = 0;

    for (enum option_number i = 0; i < N_OPTIONS; i++) {
        int n = set >> i & 1 ? spell(i, left, sizeof left) + 2 : 0;

        if (n > indent && n <= HELP_INDENT)
            indent = n;
    }
    puts("\nOptions:");
    for (enum option_number i = 0; i < N_OPTIONS; i++)
        if (set >> i & 1) {
            int n = spell(i, left, sizeof left), column = n + 2 > indent ? n + 2 : indent;

            printf("%-*s", column, left);
            plain_wrap(option_rows[i].help, (size_t)column, (size_t)indent, HELP_WIDTH);
        }
}

static void print_verb(const struct verb *verb)
{
    printf("Usage: vifctl %s [OPTION]...%s%s\n", verb->name, verb->operands[0] ? " " : "",
           verb->operands);
    plain_wrap(verb->description, 0, 0, HELP_WIDTH);
    for (size_t i = 0; i < sizeof operands / sizeof operands[0]; i++)
        if (strstr(verb->operands, operands[i][0])) {
            puts("");
            plain_wrap(operands[i][1], 0, 0, HELP_WIDTH);
        }
    print_options(verb->options & ~BIT(VERSION));
}

void help_print(const struct verb *verb)
{
    if (verb) {
        print_verb(verb);
        return;
    }
    puts("Usage: vifctl [OPTION]... VERB [OPERAND]...\n"
         "Plug the network interfaces of virtual machines into Open vSwitch.\n"
         "\n"
         "Verbs:");
    for (size_t i = 0; i < N_VERBS; i++)
        printf("  %-9s %-12s  %s\n", verbs[i].name, verbs[i].operands, verbs[i].summary);
    print_options(BIT(HELP) | BIT(VERSION));
    puts("\n"
         "Exit status: 0 done; 1 check found drift; 2 bad input or usage; 3 other failure;\n"
         "4 database or vifd unreachable; 5 no permission; 6 timed out.");
}

int verb_help(const struct arguments *arguments)
{
    const struct verb *verb = NULL;

    if (arguments->n_files > 0) {
        verb = verb_find(arguments->files[0]);
        if (!verb)
            return verb_unknown(arguments->files[0]);
    }
    help_print(verb);
    return STATUS_OK;
}
