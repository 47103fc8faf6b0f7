/* SPDX-License-Identifier: Apache-2.0 */
/* The list of leftovers, as prune fills it and a program reads it. */
#ifndef HOST_PRUNE_H
#define HOST_PRUNE_H

#include <vif/vif.h>

#include "base/limits.h"
#include "base/parse.h"
#include "base/pool.h"

struct leftovers_entry {
    struct vif_leftover leftover; /* its texts are these */
    char name[LIMIT_PORT_NAME];
    char id[UUID_TEXT_SIZE];
    char instance[UUID_TEXT_SIZE];
    char bridge[LIMIT_IFNAME];
    char *reason;
    char *steps;
};

struct vif_leftovers {
    struct leftovers_entry *entries;
    size_t n;
    char *transaction;
    struct pool pool; /* the texts of leftovers that came from vifd */
    char *json;       /* made when first asked for */
};

#endif
