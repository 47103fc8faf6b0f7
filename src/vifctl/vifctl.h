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
    bool repair;            /* of check */
    const char *format;     /* of --format; NULL: it was not given */
    const char **vif_types; /* of --vif-type, NULL-ended; NULL: none was given */
    const char **versions;  /* of --compat, the same */
    char **files;           /* what stands behind the verb */
    int n_files;
};

enum option_number {
    OPTION_REPAIR,
    OPTION_DRY_RUN,
    OPTION_JSON,
    OPTION_WAIT,
    OPTION_TIMEOUT,
    OPTION_ON_TIMEOUT,
    OPTION_OVSDB,
    OPTION_CONFIG,
    OPTION_CONNECT,
    OPTION_VIF_TYPE,
    OPTION_COMPAT,
    OPTION_INSTANCE,
    OPTION_BRIDGE,
    OPTION_STATE,
    OPTION_FORMAT,
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
#define OF_DATABASE (OF_EVERY | BIT(TIMEOUT) | BIT(OVSDB) | BIT(CONFIG) | BIT(CONNECT))
#define OF_PLUGGING (OF_DATABASE | BIT(DRY_RUN) | BIT(WAIT))

/* One option.  'take' returns STATUS_OK to go on, else the exit status. */
struct option_row {
    const char *name;
    const char
        *value;  /* what it is called in the help; NULL: there is none; "[NAME]": it may be left
                          out */
    char letter; /* the short form; 0: there is none */
    const char *words;                                           /* for the help */
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
int verb_check(const struct arguments *arguments);
int verb_show(const struct arguments *arguments);
int verb_graph(const struct arguments *arguments);
int verb_list(const struct arguments *arguments);
int verb_prune(const struct arguments *arguments);
int verb_doctor(const struct arguments *arguments);
int verb_host_info(const struct arguments *arguments);
int verb_metrics(const struct arguments *arguments);
int verb_schema(const struct arguments *arguments);

/* A function of the library that does something with the VIFs of a batch; one that prints what became
 * of a VIF that did not fail. */
typedef int call_fn(struct vif_host *host, const struct vif_batch *batch,
                    const struct vif_call_options *options, struct vif_report **ret_report,
                    struct vif_error *err);
typedef void print_fn(const struct vif_result *result, const struct arguments *arguments);

/* Calls it with the VIFs of the files and prints what became of them: with --json each as soon as it is
 * known, else all at the end; 'doing' ("plugging") is what the status line says meanwhile, 'done'
 * ("plugged") what a VIF is that did not fail; NULL: the call changes nothing, and may be interrupted
 * anywhere.  The exit status. */
int run_call(const struct arguments *arguments, call_fn *make, const char *doing, const char *done,
             print_fn *print);

/* From here on the first SIGINT or SIGTERM makes the descriptor that is returned readable, for 'stop_fd' of
 * the library's calls (0: there is none); the next ends the process. */
int interrupt_begin(void);

bool is_interrupted(void);

/* Says on stderr how many VIFs of an interrupted call are done, and what the others are. */
void tell_interrupted(const struct vif_report *report, const char *done);

/* When a signal came, ends the process by it; else returns 'status'.  All has to be written by then. */
int interrupt_end(int status);

/* Prints the steps of a dry run. */
void print_steps(const struct vif_result *result);

/* Prints "vifctl: <text>" on stderr. */
void complain(const char *text);

/* The same with ": <what>; see vifctl --help" behind it; returns STATUS_USAGE. */
int usage(const char *text, const char *what);

/* The same with what an error of the library says, made fit for a terminal: it may have words of
 * others in it. */
void complain_of(const struct vif_error *error);

/* Has the library draw the operands of show or graph, FILEs and IDs; none: the whole host.  On
 * STATUS_OK '*ret_drawing' is the caller's; else the error is said. */
int make_drawing(const struct arguments *arguments, struct vif_drawing **ret_drawing);

/* Reports the VIFs that could not be drawn, after the drawing is printed with 'status'; the exit
 * status. */
int finish_drawing(struct vif_drawing *drawing, int status);

/* Says, once, that standard output could not be written; the exit status, 'status' unless that is
 * STATUS_OK. */
int output_failed(int errnum, int status);

/* Prints what a function of the library made as JSON; NULL: for it, memory was gone.  The exit
 * status. */
int print_json(const char *text);

/* Adds the VIFs of every FILE ("-": standard input; a directory: all its *.json) to the batch.  A
 * file that cannot be read becomes an entry that failed.  False when memory is gone. */
bool read_files(char **files, int n, struct vif_batch *batch, struct vif_error *err);

#endif
