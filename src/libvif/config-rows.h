/* SPDX-License-Identifier: Apache-2.0 */
/* The table of options, for the file that reads the configuration. */
#ifndef LIBVIF_CONFIG_ROWS_H
#define LIBVIF_CONFIG_ROWS_H

#include "libvif/host.h"

struct config_row {
    const char *group, *name;
    /* Stores a value 'at' its place: 0, -ENOMEM, or another errno if it is not as 'expected'. */
    int (*store)(const struct config_row *row, void *at, const char *value);
    size_t offset, size; /* of its place in struct config */
    const char *expected;
    int64_t min, max; /* of a number */
    bool or_zero;
    const char *const *words;                    /* of a choice, NULL-ended */
    bool (*is_text)(const char *value);          /* of a text; NULL: any */
    bool (*is_word)(const char *word, size_t n); /* of a list: whether it takes a word */
};

extern const struct config_row config_rows[];
extern const size_t n_config_rows;

/* The defaults; what follows from other options, when all are read; and the end. */
void config_init(struct config *config);
void config_finish(struct config *config);

#endif
