/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of options: what the files that read the configuration share. */
#ifndef LIBVIF_CONFIG_ROWS_H
#define LIBVIF_CONFIG_ROWS_H

#include "libvif/host.h"

#define VIFD_GROUP "vifd"

/* What one option of one group does with its value: NULL, or what it expected. */
typedef const char *option_fn(struct config *config, const char *value);

struct option_row {
    const char *group, *name;
    option_fn *set;
};

/* The group [vifd]. */
extern const struct option_row vifd_rows[];
extern const size_t n_vifd_rows;

/* Its defaults; what follows from options of other groups, when all are read; and its end. */
void config_vifd_init(struct config *config);
void config_vifd_finish(struct config *config);
void config_vifd_done(struct config *config);

#endif
