/* SPDX-License-Identifier: Apache-2.0 */
/* The table of options, for the file that reads the configuration. */
#ifndef LIBVIF_CONFIG_ROWS_H
#define LIBVIF_CONFIG_ROWS_H

#include "libvif/host.h"

struct config_row {
    const char *group, *name;
    /* Stores a value 'at' its place: NULL, or what it expected. */
    const char *(*take)(const struct config_row *row, void *at, const char *value);
    size_t offset, size;                         /* of its place in struct config */
    const char *expected;                        /* by 'take', as far as it does not know itself */
    const char *const *words;                    /* of a choice, NULL-ended */
    bool (*is_good)(const char *word, size_t n); /* of a list: whether it takes a word */
};

extern const struct config_row config_rows[];
extern const size_t n_config_rows;

/* The defaults; what follows from other options, when all are read; and the end. */
void config_init(struct config *config);
void config_finish(struct config *config);

#endif
