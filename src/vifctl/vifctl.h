/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of vifctl share. */
#ifndef VIFCTL_H
#define VIFCTL_H

#include <stdio.h>
#include <vif/vif.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "vifctl/verbs.h"

/* Exit statuses that are not of the error table. */
#define STATUS_OK    0
#define STATUS_USAGE 2

DEFINE_AUTO(auto_host, struct vif_host *, vif_host_close);
DEFINE_AUTO(auto_batch, struct vif_batch *, vif_batch_free);
DEFINE_AUTO(auto_report, struct vif_report *, vif_report_free);
#define auto_host   __attribute__((cleanup(auto_host_fn)))
#define auto_batch  __attribute__((cleanup(auto_batch_fn)))
#define auto_report __attribute__((cleanup(auto_report_fn)))

/* ---- the command line ---- */

enum graph_format { GRAPH_DOT, GRAPH_SVG, GRAPH_JSON };

struct arguments {
    struct vif_host_options host;
    struct vif_call_options call;
    struct vif_list_options list;
    struct vif_prune_options prune;
    int json, repair, verbose;
    enum graph_format format;
    const char **vif_types, **versions; /* NULL-ended; NULL: none was given */
    unsigned given;                     /* options, as bits */
    char **files;                       /* the operands */
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

#define BIT(option) (1U << OPTION_##option)

/* What an option's value is, and is stored as in struct arguments. */
enum option_type {
    OPTION_IS_FLAG,    /* no value; int, set to 1 */
    OPTION_IS_TEXT,    /* const char * */
    OPTION_IS_TEXTS,   /* const char **, one more each time the option is given */
    OPTION_IS_WORD,    /* one of 'words'; an enum */
    OPTION_IS_SECONDS, /* int64_t, in milliseconds; 0 seconds: -1 */
};

struct option_word {
    const char *word;
    int value;
};

struct option_row {
    const char *name;
    char letter; /* the short form; 0: none */
    enum option_type type;
    size_t offset;                   /* in struct arguments */
    const char *value;               /* as the help calls it; NULL: the words */
    const char *fallback;            /* of a value that may be left out; NULL: it may not */
    const struct option_word *words; /* ended by one without a word */
    const char *help;
};

extern const struct option_row option_rows[N_OPTIONS];

/* Reads the options, wherever they stand, into 'arguments', and leaves the others at getopt's
 * 'optind'. Returns the exit status, STATUS_OK to go on.  --version ends it at once; after
 * --help nothing is an error. */
int options_read(struct arguments *arguments, int argc, char **argv);

/* Writes "--wait=none|vswitchd|ovn|ml2" into 'text'. */
void options_spell(enum option_number option, char *text, size_t size);

/* ---- verbs ---- */

struct verb {
    int (*run)(const struct arguments *arguments); /* returns the exit status */
    const char *name, *operands;
    unsigned options; /* as bits */
    const char *summary, *description;
};

#define DECLARE_VERB(function, ...) int verb_##function(const struct arguments *arguments);
VERBS(DECLARE_VERB)
#undef DECLARE_VERB

#define COUNT_VERB(function, ...) +1
#define N_VERBS                   (0 VERBS(COUNT_VERB))

extern const struct verb verbs[N_VERBS];

/* NULL for an unknown one. */
const struct verb *verb_find(const char *name);

/* Reports an unknown verb, and all there are; returns STATUS_USAGE. */
int verb_unknown(const char *name);

/* Prints the help of one verb; NULL: of vifctl. */
void help_print(const struct verb *verb);

/* ---- calls with the VIFs of files ---- */

typedef int call_fn(struct vif_host *host, const struct vif_batch *batch,
                    const struct vif_call_options *options, struct vif_report **ret_report,
                    struct vif_error *err);
/* Prints the result of a VIF that did not fail. */
typedef void print_fn(const struct vif_result *result, const struct arguments *arguments);

/* Calls 'make' with the VIFs of the files and prints the results: with --json each as soon as it
 * is final, else all at the end.  The status line says 'doing' ("plugging"); 'done' ("plugged")
 * names the result of a VIF that did not fail, NULL: the call changes nothing, and may be
 * interrupted anywhere.  Returns the exit status. */
int run_call(const struct arguments *arguments, call_fn *make, const char *doing, const char *done,
             print_fn *print);

/* Adds the VIFs of 'file' ("-": standard input; a directory: all its *.json) to the batch.  A file
 * that cannot be read becomes an entry that failed.  0; -ENOMEM. */
int read_file(const char *file, struct vif_batch *batch, struct vif_error *err);

/* ---- calls that inspect the host ---- */

typedef int inspect_fn(struct vif_host *host, const struct arguments *arguments,
                       struct vif_report **ret_report, struct vif_error *err);
/* Prints a report without --json; returns the exit status so far. */
typedef int print_report_fn(struct vif_report *report, const struct arguments *arguments);

/* Opens the host, calls 'inspect', prints the report and the errors of its entries.  Returns the
 * exit status. */
int run_inspect(const struct arguments *arguments, inspect_fn *inspect, print_report_fn *print);

/* Draws the operands of show or graph, FILEs and IDs; without any, the whole host. */
inspect_fn inspect_drawing;

/* ---- signals ---- */

/* From here on the first SIGINT or SIGTERM makes the returned descriptor readable, for 'stop_fd'
 * of the library's calls (0: there is none); the next ends the process. */
int signals_catch(void);

bool signals_caught(void);

/* Reports on stderr how many VIFs of an interrupted call are done, and the state of the others. */
void signals_report(const struct vif_report *report, const char *done);

/* Ends the process by the signal that was caught, if any; else returns 'status'.  All output has
 * to be written by then. */
int signals_end(int status);

/* ---- output ---- */

/* Prints each line of 'lines' (NULL: none) after 'before'. */
void print_lines(FILE *to, const char *before, const char *lines);

/* Prints the steps of a dry run. */
void print_steps(const struct vif_result *result);

/* Prints "vifctl: <text>" on stderr. */
void complain(const char *text);

/* Prints the error and returns its exit status. */
int failed(const struct vif_error *error);

/* Prints "vifctl: <text><what>; see vifctl [VERB ]--help" on stderr; returns STATUS_USAGE. */
int usage_of(const char *verb, const char *text, const char *what);
int usage(const char *text, const char *what);

/* Reports, once, that standard output could not be written; returns the exit status, 'status'
 * unless that is STATUS_OK. */
int output_failed(int errnum, int status);

/* Prints JSON made by the library; NULL: out of memory.  Returns the exit status. */
int print_json(const char *text);

/* ---- output for a terminal ---- */

/* The columns of the terminal on 'fd'; 0: not known. */
size_t terminal_width(int fd);

enum colour {
    COLOUR_PLAIN,
    COLOUR_GREEN,
    COLOUR_RED,
    COLOUR_YELLOW,
    COLOUR_ALARM, /* bold red */
};

/* Whether 'fd' is a terminal, and TERM neither unset nor "dumb". */
bool terminal_is_smart(int fd);

/* Whether standard output is one, and NO_COLOR unset or empty (https://no-color.org). */
bool colour_wanted(void);

/* Prints 'text' in this colour, where colours are wanted. */
void colour_print(enum colour colour, const char *text);

/* Whether the user's locale is UTF-8.  Sets the program's LC_CTYPE. */
bool plain_utf8(void);

/* Prints 'value' so on standard output, and blanks up to 'width' columns. */
void plain_print(const char *value, bool utf8, size_t width);

/* The columns 'value' takes then. */
size_t plain_columns(const char *value, bool utf8);

/* Prints 'text', which begins at 'column', as words in lines of 'width' columns that go on at
 * 'indent', and ends the line. */
void plain_wrap(const char *text, size_t column, size_t indent, size_t width);

/* ---- the status line: the progress of a long call, at the bottom of the terminal ---- */

struct progress_line {
    bool wanted, shown;
    const char *doing; /* "plugging" */
    size_t n;          /* VIFs of the call */
    enum vif_wait wait;
    enum vif_stage stage;
    int64_t begun, stage_begun, drawn; /* points as of deadline_now() */
    unsigned caught;                   /* signals we have a handler for, as bits of a table */
};

/* There will be a line if stderr is a terminal that supports one, and nothing else is printed
 * meanwhile: neither JSON nor the log of -v. */
void progress_begin(struct progress_line *line, const struct arguments *arguments,
                    const char *doing, size_t n);

/* Draws it, once the call has lasted a while, and not too often. */
void progress_draw(struct progress_line *line, const struct vif_progress *progress);

/* Erases it: before anything else is printed, and at the end. */
void progress_end(struct progress_line *line);

#endif
