/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of vifctl share. */
#ifndef VIFCTL_H
#define VIFCTL_H

#include <stdbool.h>
#include <vif/vif.h>

/* Exit statuses that are not of the error table. */
#define STATUS_OK    0
#define STATUS_USAGE 2

/* The command line, taken apart. */
struct arguments {
    struct vif_host_options host;
    struct vif_call_options call;
    bool json;
    const char **vif_types; /* of --vif-type, NULL-ended; NULL: none was given */
    const char **versions;  /* of --compat, the same */
    char **files;           /* what stands behind the verb */
    int n_files;
};

/* One verb; returns the exit status. */
struct verb {
    const char *name;
    const char *operands;
    const char *summary;
    int (*run)(const struct arguments *arguments);
    unsigned options; /* the options it has, one bit each */
};

int verb_plug(const struct arguments *arguments);
int verb_unplug(const struct arguments *arguments);
int verb_host_info(const struct arguments *arguments);
int verb_schema(const struct arguments *arguments);

/* Prints "vifctl: <text>" on stderr. */
void complain(const char *text);

/* The same with ": <what>; see vifctl --help" behind it; returns STATUS_USAGE. */
int usage(const char *text, const char *what);

/* Adds the VIFs of every FILE ("-": standard input; a directory: all its *.json) to the batch.  A
 * file that cannot be read becomes an entry that failed.  False when memory is gone. */
bool read_files(char **files, int n, struct vif_batch *batch, struct vif_error *err);

#endif
