/* SPDX-License-Identifier: Apache-2.0 */
/* What the VIFs of one call lay claim to: two that want the same device or port cannot both have it,
 * whatever is there.  Pure; converge.c, which asks before it looks at anything, stands on it. */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "engine/job.h"

/* What a wiring of this call lays claim to.  Several may share an Open vSwitch bridge, but not with
 * different datapath types, and its name is its own port's; and a shared link, but not as part of
 * different bridges. */
enum claim_sort { CLAIM_DEVICE, CLAIM_PORT };

struct claim {
    const char *name;
    enum claim_sort sort;
    bool shareable;
    const char *terms; /* of sharing: datapath_type of a bridge, master of a link; "" takes any */
    size_t owner;
};

static int by_claim(const void *a, const void *b)
{
    const struct claim *left = a, *right = b;
    int c = strcmp(left->name, right->name);

    if (c == 0)
        c = (left->sort > right->sort) - (left->sort < right->sort);
    if (c == 0)
        c = (left->owner > right->owner) - (left->owner < right->owner);
    return c;
}

static size_t add_claims(const struct vif_wiring *wiring, size_t owner, struct claim *claims)
{
    size_t n = 0;

    for (size_t i = 0; i < wiring->n_links; i++) {
        const struct vif_wiring_link *link = &wiring->links[i];

        claims[n++] = (struct claim){link->name, CLAIM_DEVICE, link->shared,
                                     link->shared ? link->master : "", owner};
        if (link->peer[0])
            claims[n++] = (struct claim){link->peer, CLAIM_DEVICE, false, "", owner};
    }
    for (size_t i = 0; i < wiring->n_ports; i++)
        if (wiring->ports[i].name[0])
            claims[n++] = (struct claim){wiring->ports[i].name, CLAIM_PORT, false, "", owner};
    for (size_t i = 0; i < wiring->n_bridges; i++)
        claims[n++] = (struct claim){wiring->bridges[i].name, CLAIM_PORT, true,
                                     wiring->bridges[i].datapath_type, owner};
    return n;
}

static bool agree(const struct claim *first, const struct claim *later)
{
    if (first->owner == later->owner)
        return true;
    return first->shareable && later->shareable &&
           (!first->terms[0] || !later->terms[0] || strcmp(first->terms, later->terms) == 0);
}

static void refuse_claim(struct batch *batch, const struct claim *first, const struct claim *later)
{
    struct run *run = &batch->runs[later->owner];
    const char *what = later->sort == CLAIM_DEVICE ? "device" : "port";

    if (later->sort == CLAIM_PORT && first->shareable && later->shareable)
        what = "another datapath_type of bridge";
    run->state = RUN_FAILED;
    (void)error_set(&run->error, VIF_ERROR_CONFLICT, "%s %s is claimed by VIF %s in the same call",
                    what, later->name, batch->runs[first->owner].wiring->vif_id);
}

int claims_refuse_doubles(struct batch *batch, struct vif_error *err)
{
    auto_free struct claim *claims = NULL;
    const struct claim *holder = NULL;
    size_t room = 1, n = 0;

    for (size_t i = 0; i < batch->n; i++)
        room += 2 * batch->runs[i].wiring->n_links + batch->runs[i].wiring->n_ports +
                batch->runs[i].wiring->n_bridges;
    claims = calloc(room, sizeof *claims);
    if (!claims)
        return error_memory(err);
    for (size_t i = 0; i < batch->n; i++)
        n += add_claims(batch->runs[i].wiring, i, claims + n);
    qsort(claims, n, sizeof *claims, by_claim);
    for (size_t i = 0; i < n; i++) {
        const struct claim *claim = &claims[i];

        if (batch->runs[claim->owner].state == RUN_FAILED)
            continue;
        if (holder && strcmp(holder->name, claim->name) == 0 && holder->sort == claim->sort &&
            batch->runs[holder->owner].state != RUN_FAILED) {
            if (!agree(holder, claim))
                refuse_claim(batch, holder, claim);
            if (holder->terms[0] || !agree(holder, claim))
                continue; /* the first that has terms holds it */
        }
        holder = claim;
    }
    return 0;
}
