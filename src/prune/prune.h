/* SPDX-License-Identifier: Apache-2.0 */
/* The list of leftovers, as prune fills it and a program reads it. */
#ifndef PRUNE_PRUNE_H
#define PRUNE_PRUNE_H

#include <vif/vif.h>

#include "base/limits.h"
#include "base/parse.h"
#include "base/pool.h"
#include "state/policy.h"

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

/* Finds what belongs to nothing and, as 'options' say, removes it by way of the engine; fills 'list', which
 * is zeroed.  'policy' (NULL: everything) says what may be removed.  Errors as vif_host_prune(). */
int prune(const struct engine *engine, const struct vif_prune_options *options,
          const struct policy *policy, int64_t until, struct vif_leftovers *list,
          struct vif_error *err);

#endif
