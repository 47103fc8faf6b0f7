/* SPDX-License-Identifier: Apache-2.0 */
/* ovs-vswitchd gives a device its old flags back when it lets go of it, by name and as it remembers them.
 * When it lets go of one that was deleted, that hits the new one of the same name: a tap that was just
 * made is down.  So what was opened again is set up again. */
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "engine/job.h"

/* Whether this wiring wants the link up, whoever made it. */
static bool is_to_be_up(const struct vif_wiring *wiring, const char *name)
{
    for (size_t i = 0; i < wiring->n_links; i++) {
        const struct vif_wiring_link *link = &wiring->links[i];

        if (!link->unplug_only && (link->create || link->device.up) &&
            (strcmp(link->name, name) == 0 || strcmp(link->veth.peer, name) == 0))
            return true;
    }
    return false;
}

static void add_reopened(struct netlink_batch *requests, const struct job *job)
{
    static const struct link_change up = {.set_up = true};

    for (size_t s = 0; job->state == JOB_COMMITTED && s < job->plan.n; s++) {
        const struct step *step = &job->plan.steps[s];

        if (step->kind == STEP_PORT_REOPEN && is_to_be_up(job->wiring, step->port->link))
            link_add_set(requests, step->port->link, 0, &up);
    }
}

int links_up(struct batch *batch, struct vif_error *err)
{
    struct netlink_batch requests = {0};
    auto_free struct netlink_result *results = NULL;
    int r = 0;

    for (size_t i = 0; i < batch->n; i++)
        add_reopened(&requests, &batch->jobs[i]);
    results = calloc(requests.n + 1, sizeof *results);
    if (!results)
        r = error_memory(err);
    else if (requests.n)
        r = netlink_batch_send(batch->engine->nl, &requests, true, results, NULL, NULL, err);
    for (size_t i = 0; r == 0 && i < requests.n; i++)
        if (results[i].error < 0 && results[i].error != -ENODEV)
            r = link_result_error(&results[i], err, "set its device up");
    netlink_batch_done(&requests);
    return r;
}
