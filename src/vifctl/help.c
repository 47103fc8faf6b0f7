/* SPDX-License-Identifier: Apache-2.0 */
/* vifctl help, made from the tables of verbs and options; each page fits a screen of 80 by 24. */
#include <stdio.h>
#include <string.h>

#include "vifctl/terminal.h"
#include "vifctl/vifctl.h"

#define HELP_WIDTH  80
#define HELP_INDENT 31 /* at most, of what options mean */

/* What the operands of verbs are. */
static const char *const operands[][2] = {
    {"FILE",
     "FILE is JSON: {\"vif\": OBJECT, \"instance_info\": OBJECT}, an array of them, or several in "
     "sequence. OBJECT is a versioned object of os-vif or its plain form, see vifctl schema. "
     "'-' is standard input; a directory stands for its *.json."},
    {"ID", "ID is that of a VIF, an iface-id, or the name of a port or network device. An operand "
           "that exists as a file is a FILE."},
    {"TYPE",
     "TYPE is a class of objects (VIFBridge, Network), \"result\" for what plug prints, or a "
     "verb."},
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
         "Exit status: 0 done; 1 check found drift; 2 bad input or usage; 3 a VIF or the\n"
         "host failed; 4 database or vifd cannot be reached; 5 no permission; 6 timed out.");
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
