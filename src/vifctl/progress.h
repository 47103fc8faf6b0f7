/* SPDX-License-Identifier: Apache-2.0 */
/* The progress of a long call, in one line at the bottom of the terminal. */
#ifndef VIFCTL_PROGRESS_H
#define VIFCTL_PROGRESS_H

#include "vifctl/vifctl.h"

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
