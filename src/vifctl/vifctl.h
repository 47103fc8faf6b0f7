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
    char **files;
    int n_files;
};

/* One verb; returns the exit status. */
struct verb {
    const char *name;
    const char *operands;
    const char *summary;
    int (*run)(const struct arguments *arguments);
};

int verb_plug(const struct arguments *arguments);
int verb_unplug(const struct arguments *arguments);

/* Prints "vifctl: <text>" on stderr. */
void complain(const char *text);

/* Adds the VIFs of every FILE ("-": standard input; a directory: all its *.json) to the batch.  A
 * file that cannot be read becomes an entry that failed.  False when memory is gone. */
bool read_files(char **files, int n, struct vif_batch *batch, struct vif_error *err);

#endif
