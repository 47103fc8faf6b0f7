/* SPDX-License-Identifier: Apache-2.0 */
/* Duplicates within a call: two VIFs that want the same device or port cannot both have it,
 * even if it exists.  Pure; asked before anything is observed. */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "engine/phases.h"

/* What a wiring needs.  Several may share an Open vSwitch bridge, but not with different datapath
 * types, and its name is its own port's; and a shared link, but not as part of different
 * bridges. */
enum need_kind { NEED_DEVICE, NEED_PORT };

struct need {
    const char *name;
    enum need_kind kind;
    bool shareable;
    const char *terms; /* of sharing: datapath_type of a bridge, master of a link; "" takes any */
    struct job *owner;
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

static size_t add_needs(struct job *job, struct need *needs)
{
    const struct vif_wiring *wiring = job->wiring;
    size_t n = 0;

    for (size_t i = 0; i < wiring->n_links; i++) {
        const struct vif_wiring_link *link = &wiring->links[i];

        needs[n++] = (struct need){link->name, NEED_DEVICE, link->shared,
                                   link->shared ? link->master : "", job};
        if (link->veth.peer[0])
            needs[n++] = (struct need){link->veth.peer, NEED_DEVICE, false, "", job};
    }
    for (size_t i = 0; i < wiring->n_ports; i++)
        if (wiring->ports[i].name[0])
            needs[n++] = (struct need){wiring->ports[i].name, NEED_PORT, false, "", job};
    for (size_t i = 0; i < wiring->n_bridges; i++)
        needs[n++] = (struct need){wiring->bridges[i].name, NEED_PORT, true,
                                   wiring->bridges[i].datapath_type, job};
    return n;
}

static bool agree(const struct need *first, const struct need *later)
{
    if (first->owner == later->owner)
        return true;
    return first->shareable && later->shareable &&
           (!first->terms[0] || !later->terms[0] || strcmp(first->terms, later->terms) == 0);
}

static bool are_same(const struct need *holder, const struct need *need)
{
    return holder && strcmp(holder->name, need->name) == 0 && holder->kind == need->kind &&
           holder->owner->state != JOB_FAILED;
}

/* Fails the later VIF unless both can have it; true then. */
static bool refuse(const struct need *holder, const struct need *need)
{
    bool both_share = holder->shareable && need->shareable;

    if (agree(holder, need))
        return false;
    (void)error_set(&need->owner->error, VIF_ERROR_CONFLICT,
                    "%s %s is claimed by VIF %s in the same call",
                    need->kind == NEED_DEVICE ? "device"
                    : both_share              ? "another datapath_type of bridge"
                                              : "port",
                    need->name, holder->owner->wiring->vif_id);
    job_fail(need->owner, NULL);
    return true;
}

int duplicates_refuse(struct batch *batch, struct vif_error *err)
{
    auto_free struct need *needs = NULL;
    const struct need *holder = NULL;
    size_t room = 1, n = 0;

    FOR_EACH_JOB(job, batch)
        room += 2 * job->wiring->n_links + job->wiring->n_ports + job->wiring->n_bridges;
    needs = calloc(room, sizeof *needs);
    if (!needs)
        return error_memory(err);
    FOR_EACH_JOB(job, batch)
        n += add_needs(job, needs + n);
    qsort(needs, n, sizeof *needs, by_need);
    for (const struct need *need = needs; need < needs + n; need++) {
        if (need->owner->state == JOB_FAILED)
            continue;
        /* The first that has terms holds it. */
        if (are_same(holder, need) && (refuse(holder, need) || holder->terms[0]))
            continue;
        holder = need;
    }
    return 0;
}
