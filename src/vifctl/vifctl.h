/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of vifctl share. */
#ifndef VIFCTL_H
#define VIFCTL_H

#include <stdbool.h>
#include <stddef.h>
#include <vif/vif.h>

/* Exit statuses that are not of the error table. */
#define STATUS_OK    0
#define STATUS_USAGE 2

/* The command line, taken apart. */
struct arguments {
    struct vif_host_options host;
    struct vif_call_options call;
    struct vif_list_options list;
    struct vif_prune_options prune;
    bool json;
    const char **vif_types; /* of --vif-type, NULL-ended; NULL: none was given */
    const char **versions;  /* of --compat, the same */
    char **files;           /* what stands behind the verb */
    int n_files;
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
    OPTION_INSTANCE,
    OPTION_BRIDGE,
    OPTION_STATE,
    OPTION_YES,
    OPTION_MATCH,
    OPTION_GRACE,
    OPTION_VERBOSE,
    OPTION_HELP,
    OPTION_VERSION,
    N_OPTIONS
};

/* Options as bits: those of every verb, of verbs that ask the database, of verbs that plug. */
#define BIT(option) (1U << OPTION_##option)
#define OF_EVERY    (BIT(JSON) | BIT(VERBOSE) | BIT(HELP) | BIT(VERSION))
#define OF_DATABASE (OF_EVERY | BIT(TIMEOUT) | BIT(OVSDB) | BIT(CONFIG))
#define OF_PLUGGING (OF_DATABASE | BIT(DRY_RUN) | BIT(WAIT))

/* One option.  'take' returns STATUS_OK to go on, else the exit status. */
struct option_row {
    const char *name;
    const char *value; /* what it is called in the help; NULL: there is none */
    char letter;       /* the short form; 0: there is none */
    const char *words; /* for the help */
    int (*take)(struct arguments *arguments, const char *value); /* NULL: main's business */
};

/* One verb; returns the exit status. */
struct verb {
    const char *name;
    const char *operands;
    const char *summary;
    int (*run)(const struct arguments *arguments);
    unsigned options; /* the options it has, as bits */
};

extern const struct option_row option_rows[N_OPTIONS];

/* Takes the options off the command line, wherever they stand, since which of them belong to the verb
 * is known only afterwards; what is left begins at getopt's 'optind'.  Adds their bits to
 * '*ret_given', and goes no further than --help or --version.  The exit status, STATUS_OK to go
 * on. */
int take_options(struct arguments *arguments, int argc, char **argv, unsigned *ret_given);

void print_help(const struct verb *verbs, size_t n_verbs);

int verb_plug(const struct arguments *arguments);
int verb_unplug(const struct arguments *arguments);
int verb_list(const struct arguments *arguments);
int verb_prune(const struct arguments *arguments);
int verb_host_info(const struct arguments *arguments);
int verb_schema(const struct arguments *arguments);

/* Prints "vifctl: <text>" on stderr. */
void complain(const char *text);

/* The same with ": <what>; see vifctl --help" behind it; returns STATUS_USAGE. */
int usage(const char *text, const char *what);

/* Prints what a function of the library made as JSON; NULL: for it, memory was gone.  The exit
 * status. */
int print_json(const char *text);

/* Adds the VIFs of every FILE ("-": standard input; a directory: all its *.json) to the batch.  A
 * file that cannot be read becomes an entry that failed.  False when memory is gone. */
bool read_files(char **files, int n, struct vif_batch *batch, struct vif_error *err);

#endif
