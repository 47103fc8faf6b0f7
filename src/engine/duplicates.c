/* SPDX-License-Identifier: Apache-2.0 */
/* What the VIFs of one call need: two that want the same device or port cannot both have it,
 * whatever is there.  Pure; reconcile.c, which asks before it looks at anything, stands on it. */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "engine/job.h"

/* What a wiring of this call needs.  Several may share an Open vSwitch bridge, but not with
 * different datapath types, and its name is its own port's; and a shared link, but not as part of
 * different bridges. */
enum need_kind { NEED_DEVICE, NEED_PORT };

struct need {
    const char *name;
    enum need_kind kind;
    bool shareable;
    const char *terms; /* of sharing: datapath_type of a bridge, master of a link; "" takes any */
    size_t owner;
};

static int by_need(const void *a, const void *b)
{
    const struct need *left = a, *right = b;
    int c = strcmp(left->name, right->name);

    if (c == 0)
        c = (left->kind > right->kind) - (left->kind < right->kind);
    if (c == 0)
        c = (left->owner > right->owner) - (left->owner < right->owner);
    return c;
}

static size_t add_needs(const struct vif_wiring *wiring, size_t owner, struct need *needs)
{
    size_t n = 0;

    for (size_t i = 0; i < wiring->n_links; i++) {
        const struct vif_wiring_link *link = &wiring->links[i];

        needs[n++] = (struct need){link->name, NEED_DEVICE, link->shared,
                                   link->shared ? link->master : "", owner};
        if (link->veth.peer[0])
            needs[n++] = (struct need){link->veth.peer, NEED_DEVICE, false, "", owner};
    }
    for (size_t i = 0; i < wiring->n_ports; i++)
        if (wiring->ports[i].name[0])
            needs[n++] = (struct need){wiring->ports[i].name, NEED_PORT, false, "", owner};
    for (size_t i = 0; i < wiring->n_bridges; i++)
        needs[n++] = (struct need){wiring->bridges[i].name, NEED_PORT, true,
                                   wiring->bridges[i].datapath_type, owner};
    return n;
}

static bool agree(const struct need *first, const struct need *later)
{
    if (first->owner == later->owner)
        return true;
    return first->shareable && later->shareable &&
           (!first->terms[0] || !later->terms[0] || strcmp(first->terms, later->terms) == 0);
}

static void refuse(struct batch *batch, const struct need *first, const struct need *later)
{
    struct job *job = &batch->jobs[later->owner];
    const char *what = later->kind == NEED_DEVICE ? "device" : "port";

    if (later->kind == NEED_PORT && first->shareable && later->shareable)
        what = "another datapath_type of bridge";
    job->state = JOB_FAILED;
    (void)error_set(&job->error, VIF_ERROR_CONFLICT, "%s %s is claimed by VIF %s in the same call",
                    what, later->name, batch->jobs[first->owner].wiring->vif_id);
}

int duplicates_refuse(struct batch *batch, struct vif_error *err)
{
    auto_free struct need *needs = NULL;
    const struct need *holder = NULL;
    size_t room = 1, n = 0;

    for (size_t i = 0; i < batch->n; i++)
        room += 2 * batch->jobs[i].wiring->n_links + batch->jobs[i].wiring->n_ports +
                batch->jobs[i].wiring->n_bridges;
    needs = calloc(room, sizeof *needs);
    if (!needs)
        return error_memory(err);
    for (size_t i = 0; i < batch->n; i++)
        n += add_needs(batch->jobs[i].wiring, i, needs + n);
    qsort(needs, n, sizeof *needs, by_need);
    for (size_t i = 0; i < n; i++) {
        const struct need *need = &needs[i];

        if (batch->jobs[need->owner].state == JOB_FAILED)
            continue;
        if (holder && strcmp(holder->name, need->name) == 0 && holder->kind == need->kind &&
            batch->jobs[holder->owner].state != JOB_FAILED) {
            if (!agree(holder, need))
                refuse(batch, holder, need);
            if (holder->terms[0] || !agree(holder, need))
                continue; /* the first that has terms holds it */
        }
        holder = need;
    }
    return 0;
}
