/* SPDX-License-Identifier: Apache-2.0 */
/* Observing what no plan needs but a person wants to see named: the links that ours are enslaved to or
 * paired with, which are known by their index alone.  drift.c finds its words by it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "state/observe.h"

static int by_ifindex(const void *a, const void *b)
{
    const struct observed_neighbour *left = a, *right = b;

    return (left->ifindex > right->ifindex) - (left->ifindex < right->ifindex);
}

int observe_neighbours(struct observed *observed, struct vif_error *err)
{
    size_t n = 0, kept = 0;
    struct observed_neighbour *found = calloc(2 * observed->n_links + 1, sizeof *found);

    if (!found)
        return error_memory(err);
    for (size_t i = 0; i < observed->n_links; i++) {
        found[n++].ifindex = observed->links[i].master;
        found[n++].ifindex = observed->links[i].peer;
    }
    qsort(found, n, sizeof *found, by_ifindex);
    for (size_t i = 0; i < n; i++)
        if (found[i].ifindex && (!kept || found[kept - 1].ifindex != found[i].ifindex))
            found[kept++].ifindex = found[i].ifindex;
    for (size_t i = 0; i < kept; i++)
        link_name(found[i].ifindex, found[i].name);
    free(observed->neighbours);
    observed->neighbours = found;
    observed->n_neighbours = kept;
    return 0;
}

const char *observed_name(const struct observed *observed, int ifindex)
{
    struct observed_neighbour key = {.ifindex = ifindex};
    const struct observed_neighbour *found = NULL;

    if (observed->n_neighbours)
        found = bsearch(&key, observed->neighbours, observed->n_neighbours, sizeof key, by_ifindex);
    return found ? found->name : "";
}
