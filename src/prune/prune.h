/* SPDX-License-Identifier: Apache-2.0 */
/* Finding what is stale, and removing it. */
#ifndef PRUNE_PRUNE_H
#define PRUNE_PRUNE_H

#include <vif/vif.h>

#include "base/pool.h"
#include "state/policy.h"

struct pruned {
    struct vif_stale *items;
    size_t n;
    struct pool *pool; /* of the items and their texts */
    char *transaction; /* of a dry run; the caller frees it */
};

/* Finds what belongs to nothing and, as 'options' say, removes it by way of the engine; fills
 * '*ret', of which the pool is given.  'policy' (NULL: everything) says what may be removed.
 * Errors as vif_host_prune(). */
int prune(const struct engine *engine, const struct vif_prune_options *options,
          const struct policy *policy, int64_t until, struct pruned *ret, struct vif_error *err);

#endif
