/* SPDX-License-Identifier: Apache-2.0 */
/* Taking back what this call did to the links of one VIF, newest first.  What cannot be taken back is
 * said in the VIF's error, by name. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "kernel/sysctl.h"
#include "wiring/run.h"

/* The link this call created, by its index: someone else may have put one of their own in its place.
 * 0 when it is gone, -EEXIST when it is not ours.  A bridge may not have got its alias yet. */
static int own_link(const struct batch *batch, const struct run *run, const char *name)
{
    struct link_info info;
    char alias[LINK_ALIAS_MAX];
    int r = link_get_many(batch->engine->nl, &name, 1, &info, NULL);

    wiring_alias(run->wiring, alias);
    if (r < 0 || !info.ifindex)
        return r;
    if (strcmp(info.alias, alias) != 0 && (info.alias[0] || strcmp(info.kind, "bridge") != 0))
        return -EEXIST;
    return info.ifindex;
}

/* One request of one undo; returns 0 or a negative errno. */
static int undo_one(struct batch *batch, const struct run *run, struct undo *undo)
{
    struct netlink_batch requests = {0};
    struct netlink_result results[4] = {0};
    int r = 0;

    switch (undo->kind) {
    case UNDO_CREATE:
        r = own_link(batch, run, undo->name);
        if (r <= 0)
            return r == -EEXIST ? 0 : r;
        link_add_delete(&requests, undo->name, r);
        break;
    case UNDO_SET:
        if (undo->change.bridge)
            undo->change.bridge = &undo->bridge;
        link_add_set(&requests, undo->name, 0, &undo->change);
        break;
    case UNDO_SYSCTL:
        r = sysctl_set(undo->name, undo->which, undo->value, NULL);
        return r < 0 ? r : 0;
    }
    r = netlink_batch_send(batch->engine->nl, &requests, true, results, NULL, NULL, NULL);
    for (size_t i = 0; r == 0 && i < requests.n; i++)
        r = results[i].error;
    netlink_batch_done(&requests);
    return r == -ENODEV ? 0 : r;
}

void run_say_left(struct run *run, const char *name, const char *words)
{
    size_t n = strlen(run->error.text);

    if (n < sizeof run->error.text - 1)
        (void)snprintf(run->error.text + n, sizeof run->error.text - n, "; %s%s", name, words);
}

void links_undo(struct batch *batch, struct run *run)
{
    while (run->n_undo) {
        struct undo *undo = &run->undo[--run->n_undo];

        if (undo_one(batch, run, undo) < 0)
            run_say_left(run, undo->name,
                         undo->kind == UNDO_CREATE ? " is left behind" : " is left changed");
    }
    if (run->lost[0] && run->state == RUN_FAILED && batch->goal == WIRING_PRESENT) {
        run_say_left(run, run->lost, ", which was stale, is removed");
        run->lost[0] = '\0';
    }
}
